//! Rule: parameters are scalars, or lists of them in the query, and each is an
//! argument with a name of its own.

use openapi_document::references;
use openapi_review::rust_names::method;
use serde_json::{Map, Value, json};

use crate::idents::{NameSet, SEPARATOR};
use crate::operations::context::{Context, Dropped, schema_of};

const RULE: &str = "parameters";
/// Names of locals in the generated methods.
const LOCALS: [&str; 7] = ["body", "url", "request", "result", "response", "header_map", "answer"];
/// Headers that the transport writes: parameters of these names are ignored.
const IGNORED: [&str; 3] = ["accept", "content-type", "authorization"];

/// The names in a path template.
fn template(path: &str) -> Result<Vec<String>, Dropped> {
    if !path.starts_with('/') {
        return Err("its path doesn't start with a slash".to_owned());
    }
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(start) = rest.find(['{', '}']) {
        let inner = rest[start..].strip_prefix('{').and_then(|inner| inner.split_once('}'));
        match inner {
            Some((name, tail)) if !name.contains(['{', '/']) => {
                names.push(name.to_owned());
                rest = tail;
            }
            _ => return Err("the braces in its path don't match".to_owned()),
        }
    }
    Ok(names)
}

/// The parameters, and the path with names that are arguments of their own.
pub(super) fn rewrite(
    given: &Value,
    path: &str,
    has_body: bool,
    context: &mut Context<'_>,
) -> Result<(Vec<Value>, String), Dropped> {
    let template = template(path)?;
    let mut out: Vec<Value> = Vec::new();
    let list = given["parameters"].as_array().into_iter().flatten();
    for (index, parameter) in list.enumerate() {
        let pointer = format!("{}/parameters/{index}", context.pointer);
        for parameter in read(parameter, &template, &pointer, context) {
            let same = |there: &&Value| {
                there["name"] == parameter["name"] && there["in"] == parameter["in"]
            };
            if !out.iter().any(|there| same(&there)) {
                out.push(parameter);
            }
        }
    }
    for name in &template {
        if !out.iter().any(|there| there["in"] == "path" && there["name"] == *name) {
            let text = format!("`{name}` of the path is not declared; it is a text");
            context.report.lossless(&context.pointer, RULE, text);
            out.push(write(name, "path", true, json!({ "type": "string" }), None));
        }
    }
    let path = distinct_path(path, &template, &mut out, has_body, context);
    rename(&mut out, has_body);
    Ok((out, path))
}

/// A path may have one name twice, or two that are one in Rust, or that of the
/// body: each place is an argument of its own.
fn distinct_path(
    path: &str,
    template: &[String],
    all: &mut Vec<Value>,
    has_body: bool,
    context: &mut Context<'_>,
) -> String {
    let mut taken = NameSet::new(has_body.then(|| "body".to_owned()));
    let mut kept: Vec<&String> = Vec::new();
    let mut out = path.to_owned();
    let mut from = 0;
    for name in template {
        let place = out[from..].find('{').map_or(out.len(), |at| from + at + 1);
        let distinct = taken.distinct(name, method);
        from = place + distinct.as_ref().unwrap_or(name).len();
        let Some(distinct) = distinct else {
            kept.push(name);
            continue;
        };
        let text = format!("`{name}` of the path is the argument `{}`", method(&distinct));
        context.report.lossless(&context.pointer, RULE, text);
        let is_this = |there: &Value| there["in"] == "path" && there["name"] == *name;
        if let Some(index) = all.iter().position(is_this) {
            let mut parameter = all[index].clone();
            parameter["name"] = json!(distinct);
            if kept.contains(&name) {
                all.push(parameter);
            } else {
                all[index] = parameter;
            }
        }
        out.replace_range(place..place + name.len(), &distinct);
    }
    out
}

fn read(given: &Value, template: &[String], at: &str, context: &mut Context<'_>) -> Vec<Value> {
    let (Some(name), Some(place)) = (given["name"].as_str(), given["in"].as_str()) else {
        return Vec::new();
    };
    let required = given["required"] == json!(true);
    let description = given["description"].as_str();
    let kept = match place {
        "path" if !template.iter().any(|there| there == name) => Err("is not in the path"),
        "header" if IGNORED.contains(&name.to_lowercase().as_str()) => return Vec::new(),
        "header" if !is_token(name) => Err("is no name of a header"),
        "path" | "header" | "query" => Ok(()),
        "cookie" => Err("is a cookie"),
        _ => Err("is nowhere in the request"),
    };
    if let Err(reason) = kept {
        context.report.lossy(at, RULE, format!("`{name}` {reason}; left out"));
        return Vec::new();
    }
    let schema = if given.get("content").is_some() {
        context.report.lossy(at, RULE, format!("`{name}` is a text with the content it says"));
        json!({ "type": "string" })
    } else {
        schema_of(given)
    };
    if place == "query" {
        if given["style"] == "deepObject" {
            return deep_object(name, required, &schema, at, context);
        }
        let delimited = given["explode"] == json!(false)
            || matches!(given["style"].as_str(), Some("pipeDelimited" | "spaceDelimited"));
        if delimited && kind(&schema, context.schemas, 0) == NodeKind::List {
            context.report.lossy(
                at,
                RULE,
                format!("`{name}` is a text; the caller joins the list"),
            );
            return vec![write(name, place, required, json!({ "type": "string" }), description)];
        }
    }
    let schema = simple(schema, place, name, at, context);
    vec![write(name, place, required || place == "path", schema, description)]
}

/// Whether a header may have this name.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!#$%&'*+^`|~".contains(c))
}

/// Each field of an object in deepObject style is a parameter of its own.
fn deep_object(
    name: &str,
    required: bool,
    schema: &Value,
    at: &str,
    context: &mut Context<'_>,
) -> Vec<Value> {
    let schema = target(schema, context.schemas, 0);
    let fields = schema["properties"].as_object().cloned().unwrap_or_default();
    if fields.is_empty() {
        context.report.lossy(at, RULE, format!("`{name}` is a free deepObject; left out"));
        return Vec::new();
    }
    context.report.lossless(at, RULE, format!("each field of `{name}` is a parameter"));
    let needed: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut out = Vec::new();
    for (field, schema) in &fields {
        let wire = format!("{name}[{field}]");
        let schema = simple(schema.clone(), "query", &wire, at, context);
        out.push(write(&wire, "query", required && needed.contains(&field.as_str()), schema, None));
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodeKind {
    Scalar,
    Enum,
    List,
    Object,
    Other,
}

fn target<'a>(schema: &'a Value, schemas: &'a Value, depth: usize) -> &'a Value {
    let only = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => schema,
    };
    match only["$ref"].as_str().and_then(|text| text.rsplit('/').next()) {
        Some(name) if depth < 16 => target(
            schemas.get(references::unescape(name)).unwrap_or(&Value::Null),
            schemas,
            depth + 1,
        ),
        _ => only,
    }
}

fn kind(schema: &Value, schemas: &Value, depth: usize) -> NodeKind {
    let found = target(schema, schemas, 0);
    let strings = |values: &Vec<Value>| !values.is_empty() && values.iter().all(Value::is_string);
    match found["type"].as_str() {
        Some("string") | None if found["enum"].as_array().is_some_and(strings) => NodeKind::Enum,
        Some("string" | "integer" | "number" | "boolean") => NodeKind::Scalar,
        Some("array") if depth == 0 => match kind(&found["items"], schemas, 1) {
            NodeKind::Scalar | NodeKind::Enum => NodeKind::List,
            _ => NodeKind::Other,
        },
        Some("object") if found["properties"].is_object() => NodeKind::Object,
        _ => NodeKind::Other,
    }
}

/// What can be written into a URL or a header as it is.
fn simple(schema: Value, place: &str, name: &str, at: &str, context: &mut Context<'_>) -> Value {
    let found = target(&schema, context.schemas, 0).clone();
    match (kind(&schema, context.schemas, 0), place) {
        (NodeKind::Enum, _) => without_null(schema),
        (NodeKind::Scalar, _) => {
            let mut simple = json!({ "type": found["type"] });
            if let Some(format) = found.get("format") {
                simple["format"] = format.clone();
            }
            simple
        }
        (NodeKind::List, "query") => {
            let items = simple_items(&found["items"], name, at, context);
            json!({ "type": "array", "items": items })
        }
        (NodeKind::Object, "query") => {
            context.report.lossless(at, RULE, format!("each field of `{name}` is sent on its own"));
            without_null(schema)
        }
        (kind, _) => {
            if found.get("type").is_some() || kind != NodeKind::Other {
                context.report.lossy(
                    at,
                    RULE,
                    format!("`{name}` is a text as the caller writes it"),
                );
            }
            json!({ "type": "string" })
        }
    }
}

fn simple_items(items: &Value, name: &str, at: &str, context: &mut Context<'_>) -> Value {
    simple(items.clone(), "items", name, at, context)
}

fn without_null(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("nullable");
    }
    schema
}

fn write(name: &str, place: &str, required: bool, schema: Value, text: Option<&str>) -> Value {
    let mut out = Map::from_iter([
        ("name".to_owned(), json!(name)),
        ("in".to_owned(), json!(place)),
        ("required".to_owned(), json!(required)),
        ("schema".to_owned(), schema),
    ]);
    if let Some(text) = text {
        out.insert("description".to_owned(), json!(text));
    }
    Value::Object(out)
}

/// Arguments have names of their own; progenitor knows parameters by name only.
fn rename(all: &mut [Value], has_body: bool) {
    let locals = LOCALS.iter().filter(|name| has_body || **name != "body");
    let mut taken = NameSet::new(locals.map(|name| (*name).to_owned()));
    for place in ["path", "query", "header"] {
        for parameter in all.iter_mut().filter(|parameter| parameter["in"] == place) {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            // The template names a path's parameters: they keep their names.
            if taken.take(&method(&name)) || place == "path" {
                continue;
            }
            let more = std::iter::once(place.to_owned()).chain((2..).map(|n: usize| n.to_string()));
            let unique = more
                .map(|suffix| format!("{name}{SEPARATOR}{suffix}"))
                .find(|name| taken.take(&method(name)));
            parameter["name"] = json!(unique);
        }
    }
}
