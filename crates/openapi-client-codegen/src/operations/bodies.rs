//! Rule: a request body has one content type, one that progenitor can send.

use serde_json::{Value, json};

use crate::operations::context::{Context, Dropped, essence, is_json, schema_of};

const RULE: &str = "bodies";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const BYTES: &str = "application/octet-stream";

/// The body, and the content type to send it with if progenitor has another.
pub(super) fn rewrite(
    given: &Value,
    context: &mut Context<'_>,
) -> Result<Option<(Value, Option<String>)>, Dropped> {
    let Some(body) = given.get("requestBody").filter(|body| body.is_object()) else {
        return Ok(None);
    };
    let content = body["content"].as_object().filter(|content| !content.is_empty());
    let Some(content) = content else { return Ok(None) };
    let types: Vec<&String> = content.keys().collect();
    let Some(chosen) = choose(&types) else {
        return Err("its only body is multipart, which progenitor can't send".to_owned());
    };
    let pointer = format!("{}/requestBody", context.pointer);
    if types.len() > 1 {
        let others: Vec<String> =
            types.iter().filter(|name| **name != chosen).map(|name| format!("`{name}`")).collect();
        let text = format!("sent as `{chosen}`, not as {}", others.join(" or "));
        context.report.lossy(&pointer, RULE, text);
    }
    if body["required"] != json!(true) {
        context.report.lossy(&pointer, RULE, "the body is optional and always sent");
    }
    let (kind, schema) = kind(chosen, schema_of(&content[chosen]));
    if content[chosen].get("encoding").is_some() {
        context.report.lossy(&pointer, RULE, "`encoding` is left out");
    }
    let mut out = json!({ "required": true, "content": { kind: { "schema": schema } } });
    if let Some(description @ Value::String(_)) = body.get("description") {
        out["description"] = description.clone();
    }
    let exact = essence(chosen);
    let sent = (exact != kind && !exact.contains('*')).then(|| chosen.clone());
    Ok(Some((out, sent.filter(|name| name.chars().all(|c| (' '..='~').contains(&c))))))
}

/// JSON before forms before whatever is bytes; multipart never.
fn choose<'a>(types: &[&'a String]) -> Option<&'a String> {
    let find = |test: &dyn Fn(&str) -> bool| types.iter().copied().find(|name| test(name));
    find(&|name| essence(name) == JSON)
        .or_else(|| find(&is_json))
        .or_else(|| find(&|name| essence(name) == FORM))
        .or_else(|| find(&|name| essence(name) == "*/*"))
        .or_else(|| find(&|name| !essence(name).starts_with("multipart/")))
}

fn kind(content_type: &str, schema: Value) -> (&'static str, Value) {
    let essence = essence(content_type);
    let is_bytes = schema["format"] == "binary";
    if is_json(&essence) || (essence == "*/*" && !is_bytes) {
        (JSON, schema)
    } else if essence == FORM {
        (FORM, schema)
    } else if essence == "text/plain" {
        ("text/plain", json!({ "type": "string" }))
    } else {
        (BYTES, json!({ "type": "string", "format": "binary" }))
    }
}
