//! Selects the styles of parameters and form fields, by the names that they have in the runtime
//! crate.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::codes;
use crate::operations::context::{Context, target};

const DEEP: &str = "DEEP";
const JSON: &str = "JSON";
/// The maximum depth of unions within unions that are searched, which may contain themselves.
const MAX_DEPTH: usize = 4;

/// Returns the style of a parameter, or `None` for the default style of its location.
pub(super) fn of(place: &str, parameter: &Value) -> Option<String> {
    let explode = parameter.get("explode").and_then(Value::as_bool);
    let style = parameter["style"].as_str().unwrap_or_default();
    let style = match (place, style) {
        ("path", "label") if explode == Some(true) => "LABEL_EXPLODED",
        ("path", "label") => "LABEL",
        ("path", "matrix") if explode == Some(true) => "MATRIX_EXPLODED",
        ("path", "matrix") => "MATRIX",
        ("path" | "header", _) if explode == Some(true) => "SIMPLE_EXPLODED",
        ("query" | "querystring", style) => return in_query(style, explode),
        _ => return None,
    };
    Some(style.to_owned())
}

fn in_query(style: &str, explode: Option<bool>) -> Option<String> {
    let style = match (style, explode) {
        ("deepObject", _) => DEEP,
        // With `explode`, these styles equal the default style.
        (_, Some(true)) => return None,
        ("spaceDelimited", _) => "SPACE",
        ("pipeDelimited", _) => "PIPE",
        (_, Some(false)) => "FORM",
        _ => return None,
    };
    Some(style.to_owned())
}

/// Returns the style of a form field, if its encoding specifies one.
pub(super) fn in_form(encoding: &Value) -> Option<String> {
    let specifies_style =
        ["style", "explode", "allowReserved"].iter().any(|name| encoding.get(name).is_some());
    let reserved = if encoding["allowReserved"] == json!(true) { "reserved " } else { "" };
    let style = match specifies_style {
        true => {
            in_query(encoding["style"].as_str().unwrap_or_default(), encoding["explode"].as_bool())
                .unwrap_or_else(|| "FORM_EXPLODED".to_owned())
        }
        false if encoding["contentType"].as_str().is_some_and(|text| text.contains("json")) => {
            JSON.to_owned()
        }
        false => return None,
    };
    Some(format!("{reserved}{style}"))
}

/// Reports how a parameter or form field sends lists and objects within a list or an object, which
/// no style defines. `style` is `None` for the default style of the location.
pub(super) fn report_nested(
    name: &str,
    style: Option<&str>,
    schema: &Value,
    at: &str,
    context: &mut Context<'_>,
) {
    let has = |known| style.is_some_and(|style| style.ends_with(known));
    if has(JSON) || !is_nested(schema, context.schemas) {
        return;
    }
    let (code, form) = match has(DEEP) {
        true => (&codes::NESTED_DEEP_OBJECT, "with a pair of brackets for each level"),
        false => (&codes::NESTED_STYLE, "as JSON"),
    };
    let text = format!("lists and objects within `{name}` are sent {form}");
    context.report.record(at, code, text);
}

/// Returns whether a value may have a list or an object within a list or an object.
fn is_nested(schema: &Value, schemas: &Value) -> bool {
    is_nested_at(schema, schemas, 0)
}

fn is_nested_at(schema: &Value, schemas: &Value, depth: usize) -> bool {
    let found = target(schema, schemas, 0);
    let mut properties = BTreeMap::new();
    let parts = found["allOf"].as_array().into_iter().flatten();
    for part in parts.map(|part| target(part, schemas, 0)).chain([found]) {
        for (name, property) in part["properties"].as_object().into_iter().flatten() {
            // The first of several descriptions is used.
            properties.entry(name).or_insert(property);
        }
    }
    let mut inner =
        properties.into_values().chain([&found["items"], &found["additionalProperties"]]);
    inner.any(|inner| is_compound(inner, schemas, depth))
        || depth < MAX_DEPTH
            && alternatives(found, &["oneOf", "anyOf"])
                .any(|one| is_nested_at(one, schemas, depth + 1))
}

/// Returns whether a value may be a list or an object.
fn is_compound(schema: &Value, schemas: &Value, depth: usize) -> bool {
    let found = target(schema, schemas, 0);
    ["array", "object"].iter().any(|kind| found["type"] == *kind)
        || ["properties", "items"].iter().any(|name| found.get(*name).is_some())
        || depth < MAX_DEPTH
            && alternatives(found, &["oneOf", "anyOf", "allOf"])
                .any(|one| is_compound(one, schemas, depth + 1))
}

fn alternatives<'a>(schema: &'a Value, names: &'a [&str]) -> impl Iterator<Item = &'a Value> {
    names.iter().flat_map(|name| schema[*name].as_array().into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_union_may_contain_itself() {
        let schemas = json!({"A": {"oneOf": [{"type": "string"}, {"anyOf": [{"$ref": "#/A"}]}]}});
        assert!(!is_nested(&schemas["A"], &schemas));
        let list = json!({"oneOf": [{"$ref": "#/A"}, {"type": "array", "items": {"items": {}}}]});
        assert!(is_nested(&list, &schemas));
    }
}
