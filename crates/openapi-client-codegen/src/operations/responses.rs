//! Rule: an operation has one type of success and one of error.

use serde_json::{Map, Value, json};

use crate::operations::context::{Context, essence, is_json, schema_of};

const RULE: &str = "responses";

/// What a response's body is to progenitor.
#[derive(Debug, Clone, PartialEq)]
enum Body {
    Typed(Value),
    Bytes,
    Empty,
}

struct Response {
    status: String,
    description: String,
    body: Body,
}

pub(super) fn rewrite(given: &Value, context: &mut Context<'_>) -> Value {
    let mut all: Vec<Response> = given["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(status, response)| read(status, response, context))
        .collect();
    spread_default(&mut all, context);
    let (mut successes, errors): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|response| response.status.starts_with('2'));
    if successes.is_empty() {
        let description = "An answer that the API description does not describe.".to_owned();
        successes.push(Response { status: "2XX".to_owned(), description, body: Body::Bytes });
        let at = format!("{}/responses", context.pointer);
        context.report.lossless(&at, RULE, "no success is described; one comes as bytes");
    }
    let mut out = Map::new();
    for response in one_type(successes, context).into_iter().chain(one_type(errors, context)) {
        out.insert(response.status.clone(), write(response));
    }
    Value::Object(out)
}

fn read(status: &str, response: &Value, context: &mut Context<'_>) -> Option<Response> {
    let pointer = format!("{}/responses/{status}", context.pointer);
    let status = match status.trim().to_uppercase().as_str() {
        "DEFAULT" => "default".to_owned(),
        code if is_status(code) => code.to_owned(),
        other => {
            if !other.starts_with("X-") {
                context.report.lossless(&pointer, RULE, format!("`{other}` is no final answer"));
            }
            return None;
        }
    };
    let description = response["description"].as_str().unwrap_or_default().to_owned();
    let body = body(response, &pointer, context);
    Some(Response { status, description, body })
}

/// Codes and ranges of successes and errors. Others (1xx, 3xx) come out as
/// undocumented answers, with all that is in them.
fn is_status(code: &str) -> bool {
    let rest = code.get(1..).unwrap_or_default();
    code.len() == 3
        && code.starts_with(['2', '4', '5'])
        && (rest == "XX" || rest.chars().all(|c| c.is_ascii_digit()))
}

fn body(response: &Value, pointer: &str, context: &mut Context<'_>) -> Body {
    let Some(content) = response["content"].as_object() else { return Body::Empty };
    let exact = content.iter().find(|(name, _)| essence(name) == "application/json");
    let json = exact
        .or_else(|| content.iter().find(|(name, _)| is_json(name)))
        .or_else(|| content.iter().find(|(name, _)| essence(name) == "*/*"));
    let is_bytes = |media: &Value| media["schema"]["format"] == "binary";
    match json {
        Some((name, media)) if !is_bytes(media) => {
            if content.len() > 1 {
                let text = format!("read as `{name}` only");
                context.report.lossy(pointer, RULE, text);
            }
            Body::Typed(schema_of(media))
        }
        _ if content.is_empty() => Body::Empty,
        _ => Body::Bytes,
    }
}

/// progenitor counts `default` as a success and as an error. Beside a success
/// it is an error.
fn spread_default(all: &mut Vec<Response>, context: &mut Context<'_>) {
    let Some(index) = all.iter().position(|response| response.status == "default") else { return };
    let default = all.remove(index);
    let has_success = all.iter().any(|response| response.status.starts_with('2'));
    let pointer = format!("{}/responses/default", context.pointer);
    let what = if has_success { "every other error" } else { "every other answer" };
    context.report.lossless(&pointer, RULE, format!("`default` is {what}"));
    let ranges: &[&str] = if has_success { &["4XX", "5XX"] } else { &["2XX", "4XX", "5XX"] };
    for range in ranges {
        if !all.iter().any(|response| response.status == *range) {
            let (description, body) = (default.description.clone(), default.body.clone());
            all.push(Response { status: (*range).to_owned(), description, body });
        }
    }
}

/// Several types become a union; what has no type beside one that has is left
/// to the undocumented answers, which keep everything too.
fn one_type(mut all: Vec<Response>, context: &mut Context<'_>) -> Vec<Response> {
    let mut types: Vec<Value> = Vec::new();
    for response in &all {
        if let Body::Typed(schema) = &response.body
            && !types.contains(schema)
        {
            types.push(schema.clone());
        }
    }
    let at = format!("{}/responses", context.pointer);
    let kept = if types.is_empty() {
        let bytes = all.iter().any(|response| response.body == Body::Bytes);
        all.iter_mut().for_each(|response| {
            response.body = if bytes { Body::Bytes } else { Body::Empty };
        });
        all
    } else {
        let (typed, untyped): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|response| matches!(response.body, Body::Typed(_)));
        for response in untyped {
            let text = "no JSON beside answers with JSON: it comes as undocumented";
            let pointer = format!("{at}/{}", response.status);
            if response.status.starts_with('2') {
                context.report.lossy(&pointer, RULE, text);
            } else {
                context.report.lossless(&pointer, RULE, text);
            }
        }
        typed
    };
    if types.len() < 2 {
        return kept;
    }
    let text = format!("{} types of one outcome are an untagged union", types.len());
    context.report.lossless(&at, RULE, text);
    let union = json!({ "oneOf": types });
    kept.into_iter()
        .map(|response| Response { body: Body::Typed(union.clone()), ..response })
        .collect()
}

fn write(response: Response) -> Value {
    let mut out = json!({ "description": response.description });
    match response.body {
        Body::Typed(schema) => out["content"] = json!({ "application/json": { "schema": schema } }),
        Body::Bytes => out["content"] = json!({ "application/octet-stream": {} }),
        Body::Empty => {}
    }
    out
}
