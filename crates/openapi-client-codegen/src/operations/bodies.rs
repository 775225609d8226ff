//! Rule: selects one media type for a request body and determines its encoding.

use openapi_document::pointer::child;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::operations::context::{
    Context, Origin, essence, is_json, is_json_lines, schema_of, target,
};
use crate::operations::markers::{Body, BodyKind};
use crate::operations::{parts, styles};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain";

/// Returns the body for progenitor, the body that is sent, and the original location of the schema.
pub(super) fn rewrite(given: &Value, context: &mut Context<'_>) -> Option<(Value, Body, Origin)> {
    let body = given.get("requestBody").filter(|body| body.is_object())?;
    let content = body["content"].as_object().filter(|content| !content.is_empty())?;
    let types: Vec<&String> = content.keys().collect();
    let chosen = choose(&types)?;
    let pointer = format!("{}/requestBody", context.pointer);
    if types.len() > 1 {
        let others: Vec<String> =
            types.iter().filter(|name| **name != chosen).map(|name| format!("`{name}`")).collect();
        let text = format!("sent as `{chosen}`, not as {}", others.join(" or "));
        context.report.record(&pointer, &codes::BODY_MEDIA_TYPES, text);
    }
    let media = &content[chosen];
    let schema = schema_of(media);
    let (kind, sent_as) = kind(&essence(chosen), &schema);
    let (carrier, schema) = match kind {
        BodyKind::Json | BodyKind::Form => (JSON, schema),
        BodyKind::Multipart => (JSON, parts::schema(&schema, &media["encoding"], context.schemas)),
        BodyKind::Raw if sent_as == TEXT => (TEXT, json!({ "type": "string" })),
        BodyKind::Raw => (BYTES, json!({ "type": "string", "format": "binary" })),
    };
    let at = child(&child(&child(&pointer, "content"), chosen), "schema");
    let is_untyped = kind == BodyKind::Raw && context.describes(media)
        || kind == BodyKind::Multipart && media.get("itemSchema").is_some();
    if is_untyped {
        let text = format!("a body in `{chosen}` is sent without encoding");
        context.report.record(&at, &codes::UNTYPED_MEDIA, text);
    }
    let alternatives = ["oneOf", "anyOf"]
        .iter()
        .any(|name| target(&media["schema"], context.schemas, 0).get(*name).is_some());
    if kind == BodyKind::Multipart && alternatives {
        context.report.record(
            &pointer,
            &codes::BODY_ALTERNATIVES,
            "the fields of all alternatives are optional parts",
        );
    }
    let encoding = media.get("encoding").and_then(Value::as_object);
    if kind == BodyKind::Multipart {
        report_ignored(media, &pointer, context);
    }
    let settings = settings(kind, encoding);
    let fields = &target(&media["schema"], context.schemas, 0)["properties"];
    for (name, style) in settings.iter().filter(|_| kind == BodyKind::Form) {
        styles::report_nested(name, Some(style), &fields[name.as_str()], &pointer, context);
    }
    let mut out = json!({ "required": true, "content": { carrier: { "schema": schema } } });
    if let Some(description @ Value::String(_)) = body.get("description") {
        out["description"] = description.clone();
    }
    if kind == BodyKind::Raw && is_narrow_range(&essence(chosen)) {
        let text = format!("sent as `{BYTES}`, because `{chosen}` is not one media type");
        context.report.record(&pointer, &codes::BODY_MEDIA_TYPES, text);
    }
    let is_exact = !chosen.contains('*') && chosen.chars().all(|c| (' '..='~').contains(&c));
    let sent_as = match kind {
        // The boundary is appended when the request is sent.
        BodyKind::Multipart => essence(chosen),
        _ if is_exact => chosen.clone(),
        _ => sent_as.to_owned(),
    };
    let optional = body["required"] != json!(true);
    let origin = (child(&child("/requestBody/content", carrier), "schema"), at);
    Some((out, Body { kind, content_type: sent_as, optional, settings }, origin))
}

/// Returns whether a range of media types does not contain the type that is sent.
fn is_narrow_range(essence: &str) -> bool {
    essence.ends_with("/*") && !["*/*", "application/*", "text/*"].contains(&essence)
}

/// Selects a media type: JSON first, then forms, then multipart, then others.
fn choose<'a>(types: &[&'a String]) -> Option<&'a String> {
    let find = |test: &dyn Fn(&str) -> bool| types.iter().copied().find(|name| test(name));
    find(&|name| essence(name) == JSON)
        .or_else(|| find(&is_json))
        .or_else(|| find(&|name| essence(name) == FORM))
        .or_else(|| find(&|name| essence(name).starts_with("multipart/")))
        .or_else(|| find(&|name| essence(name) == "*/*"))
        .or_else(|| types.first().copied())
}

/// Returns the encoding of a body, and the content type to send if the document has a range.
fn kind(essence: &str, schema: &Value) -> (BodyKind, &'static str) {
    let is_bytes = schema["format"] == "binary";
    let is_text = schema["type"] == "string" && !is_bytes;
    match essence {
        FORM => (BodyKind::Form, FORM),
        TEXT => (BodyKind::Raw, TEXT),
        "text/*" if !is_bytes => (BodyKind::Raw, TEXT),
        _ if essence.starts_with("multipart/") => (BodyKind::Multipart, "multipart/form-data"),
        _ if is_json_lines(essence) => (BodyKind::Raw, BYTES),
        _ if is_json(essence) && !is_bytes => (BodyKind::Json, JSON),
        "*/*" if is_text => (BodyKind::Raw, TEXT),
        "*/*" | "application/*" if !is_bytes && !is_text && *schema != json!({}) => {
            (BodyKind::Json, JSON)
        }
        _ => (BodyKind::Raw, BYTES),
    }
}

/// Returns the settings of fields in an encoding: styles for a form, media types for a multipart
/// body.
fn settings(kind: BodyKind, encoding: Option<&Map<String, Value>>) -> Vec<(String, String)> {
    let setting = |encoding: &Value| match kind {
        BodyKind::Form => styles::in_form(encoding),
        BodyKind::Multipart => encoding["contentType"].as_str().map(str::to_owned),
        BodyKind::Json | BodyKind::Raw => None,
    };
    let all = encoding.into_iter().flatten();
    all.filter_map(|(name, encoding)| Some((name.clone(), setting(encoding)?))).collect()
}

/// Reports encodings of parts that the client does not support.
fn report_ignored(media: &Value, at: &str, context: &mut Context<'_>) {
    let has_any =
        |encoding: &Value, names: &[&str]| names.iter().any(|name| encoding.get(*name).is_some());
    let mut record = |code, text: String| context.report.record(at, code, text);
    if has_any(media, &["prefixEncoding", "itemEncoding"]) {
        record(&codes::ENCODING_POSITIONS, "the encoding of parts by position is ignored".into());
    }
    for (name, encoding) in media["encoding"].as_object().into_iter().flatten() {
        let has_headers = encoding["headers"].as_object().is_some_and(|all| !all.is_empty());
        if has_headers {
            record(&codes::PART_HEADERS, format!("headers of the part `{name}` are ignored"));
        }
        if has_any(encoding, &["style", "explode", "allowReserved"]) {
            record(&codes::PART_STYLE, format!("the style of the part `{name}` is ignored"));
        }
        if has_any(encoding, &["encoding", "prefixEncoding", "itemEncoding"]) {
            let text = format!("the encoding of parts of the part `{name}` is ignored");
            record(&codes::ENCODING_POSITIONS, text);
        }
    }
}
