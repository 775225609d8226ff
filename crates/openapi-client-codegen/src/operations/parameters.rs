//! Rule: makes each parameter an argument with a distinct name, a location and a style.

use openapi_review::rust_names::method;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::down_convert;
use crate::idents::{NameSet, SEPARATOR};
use crate::operations::context::{Context, Dropped, Origin, essence, is_json, schema_of, target};
use crate::operations::markers::{AT, PLACEMENT, Placement};
use crate::operations::styles;

const FORM: &str = "application/x-www-form-urlencoded";
/// The names of local variables in generated methods.
const LOCALS: [&str; 7] = ["body", "url", "request", "result", "response", "header_map", "answer"];
/// The headers that the client and its transport set. Parameters with these names are ignored.
const IGNORED: [&str; 3] = ["accept", "content-type", "authorization"];

/// Returns the names in a path template.
fn template(path: &str) -> Result<Vec<String>, Dropped> {
    if !path.starts_with('/') {
        return Err((&codes::OPERATION_PATH, "its path doesn't start with a slash".to_owned()));
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
            _ => {
                let reason = "the braces in its path are unbalanced";
                return Err((&codes::OPERATION_PATH, reason.to_owned()));
            }
        }
    }
    Ok(names)
}

/// Rewrites the parameters. Returns them with the path, whose names are those of the arguments.
pub(super) fn rewrite(
    given: &Value,
    path: &str,
    has_body: bool,
    origins: &mut Vec<Origin>,
    context: &mut Context<'_>,
) -> Result<(Vec<Value>, String), Dropped> {
    let template = template(path)?;
    let mut out: Vec<Value> = Vec::new();
    let list = given["parameters"].as_array().into_iter().flatten();
    for (index, parameter) in list.enumerate() {
        let pointer = match parameter[AT].as_str() {
            Some(at) => at.to_owned(),
            None => format!("{}/parameters/{index}", context.pointer),
        };
        if let Some(mut parameter) = read(parameter, &template, &pointer, context) {
            parameter[AT] = json!(pointer);
            match out.iter().any(same_as(&parameter)) {
                false => out.push(parameter),
                true => {
                    let name = parameter["name"].as_str().unwrap_or_default();
                    let text =
                        format!("`{name}` is described twice; the first description is used");
                    context.report.record(&pointer, &codes::PARAMETER_OMITTED, text);
                }
            }
        }
    }
    for name in &template {
        if !out.iter().any(|there| there["in"] == "path" && there["name"] == *name) {
            let text = format!("`{name}` in the path is not declared; it is a string");
            context.report.record(&context.pointer, &codes::PARAMETER_UNDECLARED, text);
            let placement = Placement { place: "path".to_owned(), style: None, reserved: false };
            out.push(write(name, &placement, true, json!({ "type": "string" }), None));
        }
    }
    let path = distinct_path(path, &template, &mut out, has_body, context);
    rename(&mut out, has_body);
    for (index, parameter) in out.iter_mut().enumerate() {
        let at = parameter.as_object_mut().and_then(|parameter| parameter.shift_remove(AT));
        if let Some(Value::String(at)) = at {
            origins.push((format!("/parameters/{index}"), at));
        }
    }
    Ok((out, path))
}

/// Makes the arguments for a path distinct. A path may contain a name twice, names that are equal
/// in Rust, or the name of the body.
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
        let text = format!("`{name}` in the path becomes the argument `{}`", method(&distinct));
        context.report.record(&context.pointer, &codes::ARGUMENT_RENAMED, text);
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

fn same_as(parameter: &Value) -> impl Fn(&Value) -> bool + use<'_> {
    |there| {
        there["name"] == parameter["name"]
            && there[PLACEMENT]["place"] == parameter[PLACEMENT]["place"]
    }
}

fn read(given: &Value, template: &[String], at: &str, context: &mut Context<'_>) -> Option<Value> {
    let (name, place) = (given["name"].as_str()?, given["in"].as_str()?);
    if place == "header" && IGNORED.contains(&name.to_lowercase().as_str()) {
        let text = format!("`{name}` is not an argument; the client sets the header");
        context.report.record(at, &codes::PARAMETER_IGNORED, text);
        return None;
    }
    let kept = match place {
        "path" if !template.iter().any(|there| there == name) => Err("is not in the path template"),
        "header" if !is_token(name) => Err("is not a valid header name"),
        "cookie" if !is_token(name) => Err("is not a valid cookie name"),
        "path" | "header" | "query" | "cookie" | "querystring" => Ok(()),
        _ => Err("has an unknown location"),
    };
    if let Err(reason) = kept {
        context.report.record(at, &codes::PARAMETER_OMITTED, format!("`{name}` {reason}; omitted"));
        return None;
    }
    let media = given["content"].as_object().and_then(|content| content.iter().next());
    let (schema, style) = match media {
        Some((content_type, media)) if is_json(content_type) => {
            (schema_of(media), Some("JSON".to_owned()))
        }
        Some((content_type, media)) if essence(content_type) == FORM => (schema_of(media), None),
        Some(_) => {
            context.report.record(
                at,
                &codes::PARAMETER_CONTENT,
                format!("`{name}` is a string with the encoded content"),
            );
            (json!({ "type": "string" }), None)
        }
        None => (schema_of(given), styles::of(place, given)),
    };
    report_encoding(name, place, given, at, context);
    styles::report_nested(name, style.as_deref(), &schema, at, context);
    let schema = argument(schema, context.schemas);
    let required = given["required"] == json!(true) || place == "path";
    let placement = Placement {
        place: place.to_owned(),
        style,
        reserved: given["allowReserved"] == json!(true) && place == "query",
    };
    let mut text = given["description"].as_str().unwrap_or_default().to_owned();
    if given["deprecated"] == json!(true) {
        down_convert::append_deprecation(&mut text);
    }
    Some(write(name, &placement, required, schema, Some(text.as_str()).filter(|t| !t.is_empty())))
}

/// Reports parameters that the client encodes differently from the description.
fn report_encoding(name: &str, place: &str, given: &Value, at: &str, context: &mut Context<'_>) {
    let styles: &[&str] = match place {
        "path" => &["simple", "label", "matrix"],
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        "header" => &["simple"],
        _ => &["form", "cookie"],
    };
    if let Some(style) = given["style"].as_str().filter(|style| !styles.contains(style)) {
        let text = format!("the style `{style}` of `{name}` is not defined in this location");
        context.report.record(at, &codes::PARAMETER_STYLE, text);
    }
    let kind = &target(&given["schema"], context.schemas, 0)["type"];
    if place == "query" && given["allowEmptyValue"] == json!(true) {
        let has_empty =
            kind.is_null() || ["string", "array", "object"].iter().any(|has| kind == has);
        if !has_empty {
            let text = format!("`{name}` can't be sent without a value");
            context.report.record(at, &codes::PARAMETER_EMPTY, text);
        }
    }
    let is_exploded = given["explode"] != json!(false);
    if place == "cookie" && is_exploded && ["array", "object"].iter().any(|name| kind == name) {
        let text = format!("`{name}` is sent as one comma-separated cookie");
        context.report.record(at, &codes::COOKIE_STYLE, text);
    }
    if given["allowReserved"] == json!(true) && ["path", "cookie"].contains(&place) {
        let text = format!("reserved characters of `{name}` are escaped");
        context.report.record(at, &codes::RESERVED_CHARACTERS, text);
    }
}

/// Returns whether a header may have this name.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!#$%&'*+^`|~".contains(c))
}

/// Returns the schema of an argument. An unrestricted schema becomes a string. The server checks
/// the limits of scalars.
fn argument(schema: Value, schemas: &Value) -> Value {
    let found = target(&schema, schemas, 0);
    let is_listed = found["enum"].is_array();
    match found["type"].as_str() {
        _ if is_listed => without_null(schema),
        Some(kind @ ("string" | "integer" | "number" | "boolean")) => {
            let mut simple = json!({ "type": kind });
            if let Some(format) = found.get("format") {
                simple["format"] = format.clone();
            }
            simple
        }
        None if found.as_object().is_none_or(|found| !declares_type(found)) => {
            json!({ "type": "string" })
        }
        _ => without_null(schema),
    }
}

fn declares_type(schema: &Map<String, Value>) -> bool {
    const TYPE_KEYWORDS: [&str; 7] =
        ["properties", "additionalProperties", "items", "oneOf", "anyOf", "allOf", "format"];
    TYPE_KEYWORDS.iter().any(|name| schema.contains_key(*name))
}

fn without_null(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("nullable");
    }
    schema
}

fn write(
    name: &str,
    placement: &Placement,
    required: bool,
    schema: Value,
    text: Option<&str>,
) -> Value {
    // progenitor supports three locations.
    let place = match placement.place.as_str() {
        "cookie" => "header",
        "querystring" => "query",
        place => place,
    };
    let mut out = json!({
        "name": name,
        "in": place,
        "required": required,
        "schema": schema,
    });
    out[PLACEMENT] = json!(placement);
    if let Some(text) = text {
        out["description"] = json!(text);
    }
    out
}

/// Makes the names of arguments distinct, because progenitor identifies parameters by name only.
fn rename(all: &mut [Value], has_body: bool) {
    let locals = LOCALS.iter().filter(|name| has_body || **name != "body");
    let mut taken = NameSet::new(locals.map(|name| (*name).to_owned()));
    for place in ["path", "query", "header"] {
        for parameter in all.iter_mut().filter(|parameter| parameter["in"] == place) {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            // The template refers to path parameters by name, so they are not renamed.
            if taken.take(&method(&name)) || place == "path" {
                continue;
            }
            let own = parameter[PLACEMENT]["place"].as_str().unwrap_or(place).to_owned();
            let more = std::iter::once(own).chain((2..).map(|n: usize| n.to_string()));
            let unique = more
                .map(|suffix| format!("{name}{SEPARATOR}{suffix}"))
                .find(|name| taken.take(&method(name)));
            parameter["name"] = json!(unique);
        }
    }
}
