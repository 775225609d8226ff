//! Rules about scalars: types, formats, enums, and the names of values.

use openapi_review::rust_names;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::idents::{NameSet, SEPARATOR};
use crate::operations::markers::PART;
use crate::report::Report;
use crate::shape::numbers;
use crate::shape::schema::Schema;

/// The member of a number or boolean with its known values, which its type does not express.
pub(crate) const KNOWN: &str = "x-known";
/// The member of a scalar with the names that the document gives to values.
pub(crate) const NAMES: &str = "x-names";
/// The member of a scalar with its original format.
pub(crate) const FORMAT: &str = "x-original-format";
/// The maximum limit that typify and literals for schemars support.
const MAX_LIMIT: u64 = i32::MAX as u64;

/// Returns the declared or implied type of a schema.
pub(super) fn kind(flat: &Schema) -> Option<&'static str> {
    const KINDS: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];
    if let Some(name) = flat.get("type").and_then(Value::as_str) {
        let name = match name.to_lowercase().as_str() {
            "int" | "long" => "integer",
            "float" | "double" => "number",
            "bool" => "boolean",
            "date" | "datetime" | "text" | "uuid" => "string",
            _ => name,
        };
        if let Some(known) = KINDS.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            return Some(known);
        }
        return if name == "file" { Some("string") } else { None };
    }
    let has = |names: &[&str]| names.iter().any(|name| flat.contains_key(*name));
    if has(&["properties", "additionalProperties", "required"]) {
        return Some("object");
    }
    if has(&["items"]) {
        return Some("array");
    }
    match flat.get("enum").and_then(Value::as_array) {
        Some(values) if !values.is_empty() => of_values(values),
        _ if has(&["pattern", "minLength", "maxLength"]) => Some("string"),
        _ => match flat.get("format").and_then(Value::as_str) {
            Some("date-time" | "date" | "uuid" | "uri" | "email") => Some("string"),
            Some("int32" | "int64") => Some("integer"),
            Some("float" | "double") => Some("number"),
            _ => None,
        },
    }
}

fn of_values(values: &[Value]) -> Option<&'static str> {
    let all = |test: fn(&Value) -> bool| values.iter().all(test);
    match () {
        () if all(Value::is_string) => Some("string"),
        () if all(|value| value.is_i64() || value.is_u64()) => Some("integer"),
        () if all(Value::is_number) => Some("number"),
        () if all(Value::is_boolean) => Some("boolean"),
        () => None,
    }
}

/// Returns the names that an extension gives to all listed values, if any. These extensions are
/// written by many frameworks.
fn extension_names(flat: &Schema, values: &[Value]) -> Option<Map<String, Value>> {
    const EXTENSIONS: [&str; 3] = ["x-enum-varnames", "x-enumNames", "x-enum-names"];
    let names = EXTENSIONS.iter().find_map(|name| flat.get(*name)?.as_array())?;
    let is_complete = names.len() == values.len() && names.iter().all(Value::is_string);
    let named = values.iter().map(member_name).zip(names.iter().cloned());
    is_complete.then(|| named.collect())
}

/// Returns a value as the name of a member.
fn member_name(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns whether all values are strings.
pub(super) fn is_text_enum(schema: &Value) -> bool {
    schema["enum"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string))
}

/// Returns a scalar with only the keywords that apply to its type.
pub(super) fn scalar(kind: &str, flat: Schema, at: &str, report: &mut Report) -> Schema {
    let mut out = Schema::from_iter([("type".to_owned(), json!(kind))]);
    if flat.get(PART) == Some(&json!(true)) {
        out.insert(PART.to_owned(), json!(true));
        return out;
    }
    match kind {
        "string" => text(&mut out, &flat, at, report),
        "integer" | "number" => numbers::number(kind, &mut out, &flat, at, report),
        _ => {}
    }
    if let Some(values) = flat.get("enum").filter(|_| kind != "string") {
        report.record(
            at,
            &codes::ENUM_OPEN,
            format!("every {kind} is accepted, not only the listed values"),
        );
        out.insert(KNOWN.to_owned(), values.clone());
    }
    let listed = flat.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    if let (Some(title), Some([value])) = (flat.get("title"), listed) {
        out.insert(NAMES.to_owned(), json!({ member_name(value): title }));
    }
    if let Some(names) = listed.and_then(|values| extension_names(&flat, values)) {
        out.insert(NAMES.to_owned(), Value::Object(names));
    }
    if let Some(format @ Value::String(_)) = flat.get("format") {
        out.insert(FORMAT.to_owned(), format.clone());
    }
    out
}

fn text(out: &mut Schema, flat: &Schema, at: &str, report: &mut Report) {
    let mut values = texts(flat.get("enum"), at, report);
    if !values.is_empty() {
        distinct_values(&mut values);
        out.insert("enum".to_owned(), Value::Array(values));
        return;
    }
    match flat.get("format").and_then(Value::as_str) {
        Some(format @ ("uuid" | "date-time" | "password" | "binary")) => {
            out.insert("format".to_owned(), json!(format));
        }
        _ if flat.get("type") == Some(&json!("file")) => {
            out.insert("format".to_owned(), json!("binary"));
        }
        _ => {
            for limit in ["minLength", "maxLength"] {
                let number = flat.get(limit).and_then(|limit| {
                    limit
                        .as_u64()
                        .or_else(|| limit.as_f64().filter(|n| *n >= 0.0).map(|n| n as u64))
                });
                // A minimum length of 0 has no effect, and the generated comparison would cause a
                // warning.
                let least = u64::from(limit == "minLength");
                if let Some(number) = number.filter(|number| (least..=MAX_LIMIT).contains(number)) {
                    out.insert(limit.to_owned(), json!(number));
                }
            }
        }
    }
}

/// Returns the values of a string enum as strings.
fn texts(values: Option<&Value>, at: &str, report: &mut Report) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for value in values.and_then(Value::as_array).into_iter().flatten() {
        let text = match value {
            Value::String(_) => value.clone(),
            Value::Number(_) | Value::Bool(_) => {
                report.record(
                    at,
                    &codes::ENUM_TEXTS,
                    format!("{value} in an enum of strings is read as a string"),
                );
                json!(value.to_string())
            }
            _ => continue,
        };
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// Adds names to values whose names would be equal or empty in Rust.
pub(super) fn distinct_values(values: &mut [Value]) {
    let mut taken = NameSet::default();
    let several = values.len() > 1;
    for value in values {
        let Some(text) = value.as_str() else { continue };
        // A tag with a single value needs no name.
        let nameless = several && !text.chars().any(char::is_alphanumeric);
        let named = match symbol(text) {
            Some(name) if nameless => format!("{text}{SEPARATOR}{name}"),
            // typify derives lowercase names for these values.
            _ if ["+1", "-1"].contains(&text) => format!("{text}{SEPARATOR}"),
            _ => text.to_owned(),
        };
        let distinct = taken.distinct(&named, rust_names::pascal);
        *value = json!(distinct.unwrap_or(named));
    }
}

/// Returns a name for a value that consists of symbols.
pub(crate) fn symbol(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("empty".to_owned());
    }
    let names: Option<Vec<&str>> = text
        .chars()
        .map(|c| {
            Some(match c {
                '<' => "less",
                '>' => "greater",
                '=' => "equal",
                '!' => "not",
                '+' => "plus",
                '-' => "minus",
                '*' => "star",
                '/' => "slash",
                '%' => "percent",
                '&' => "and",
                '|' => "or",
                '~' => "tilde",
                '^' => "caret",
                '$' => "dollar",
                '#' => "hash",
                '@' => "at",
                '.' => "dot",
                ',' => "comma",
                ':' => "colon",
                ';' => "semicolon",
                '?' => "question",
                '_' => "underscore",
                ' ' => "space",
                _ => return None,
            })
        })
        .collect();
    names.map(|names| names.join("-"))
}

/// Makes the names of fields distinct if they would be equal in Rust or equal to `reserved`.
pub(super) fn distinct_fields(properties: &mut Schema, reserved: Option<&str>) {
    let mut taken = NameSet::new(reserved.map(str::to_owned));
    let mut out = Map::new();
    // A field whose name is also its Rust name is not renamed.
    let is_plain = |name: &str| rust_names::snake(name) == name && Some(name) != reserved;
    for name in properties.keys().filter(|name| is_plain(name)) {
        taken.take(name);
    }
    for (name, schema) in std::mem::take(properties) {
        let distinct =
            if is_plain(&name) { None } else { taken.distinct(&name, rust_names::snake) };
        out.insert(distinct.unwrap_or(name), schema);
    }
    *properties = out;
}

/// Returns a list of names without duplicates.
pub(super) fn names(list: Option<&Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !names.iter().any(|there| there == name) {
            names.push(name.to_owned());
        }
    }
    names
}
