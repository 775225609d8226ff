//! Rule: gives an operation one success type and one error type. If the types of statuses differ,
//! the type is an enum with a variant for each status.

use openapi_document::pointer::child;
use openapi_review::rust_names;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::operations::context::{
    Context, Origin, essence, is_json, is_json_lines, schema_of, target,
};
use crate::operations::markers::{Answer, AnswerKind, Call, Stream, VARIANTS, Variant};
use crate::operations::statuses;

/// The maximum depth of nested unions in the description of an event.
const MAX_KINDS: usize = 4;

/// A response for a status, with a body in one or several media types.
#[derive(Debug, Clone, PartialEq)]
struct Response {
    status: String,
    description: String,
    media: Vec<String>,
    body: Body,
    /// The pointer of the schema.
    at: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Body {
    Json(Value),
    Text,
    Bytes,
    Empty,
    Stream(Stream, Value),
}

impl Body {
    fn kind(&self) -> AnswerKind {
        match self {
            Self::Json(_) => AnswerKind::Json,
            Self::Text => AnswerKind::Text,
            Self::Bytes => AnswerKind::Bytes,
            Self::Empty => AnswerKind::Empty,
            Self::Stream(..) => AnswerKind::Stream,
        }
    }

    fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(..))
    }
}

/// A method to generate for an operation.
pub(super) struct Outcome {
    /// The responses from which progenitor generates the types.
    pub(super) responses: Value,
    /// The decoding of each response. The request body is set later.
    pub(super) call: Call,
    /// The original locations of the schemas.
    pub(super) origins: Vec<Origin>,
}

/// Returns the methods to generate: one that returns the whole response, one that returns a
/// response that is read while it arrives, or both.
pub(super) fn rewrite(given: &Value, context: &mut Context<'_>) -> Vec<Outcome> {
    let all: Vec<Response> = given["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(status, response)| read(status, response, context))
        .collect();
    let (mut successes, mut errors): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|response| response.status.starts_with('2'));
    if successes.is_empty() {
        successes = without_success(&errors, context);
    }
    errors.sort_by_key(|response| statuses::rank(&response.status));
    successes.sort_by_key(|response| statuses::rank(&response.status));
    let (streams, whole): (Vec<_>, Vec<_>) =
        successes.iter().cloned().partition(|response| response.body.is_stream());
    let has_body = whole.iter().any(|response| response.body != Body::Empty);
    let mut outcomes = Vec::new();
    if streams.is_empty() || has_body {
        outcomes.push(outcome(whole.clone(), &errors));
    }
    if let Some(first) = streams.first().cloned() {
        let (same, others): (Vec<_>, Vec<_>) =
            streams.into_iter().partition(|response| response.body == first.body);
        if !others.is_empty() {
            let at = format!("{}/responses", context.pointer);
            context.report.record(
                &at,
                &codes::RESPONSE_STREAMS,
                "several kinds of streams; the first one is read",
            );
        }
        outcomes.push(streaming(same, &errors));
    } else if whole.iter().any(|response| response.body == Body::Bytes) {
        let bytes = whole.into_iter().filter(|response| response.body == Body::Bytes);
        let streams = bytes.map(|response| Response {
            body: Body::Stream(Stream::Bytes, Value::Null),
            ..response
        });
        outcomes.push(streaming(streams.collect(), &errors));
    }
    outcomes
}

/// Returns the successes of an operation that describes none: those of `default`, or otherwise
/// bytes.
fn without_success(errors: &[Response], context: &mut Context<'_>) -> Vec<Response> {
    let defaults = errors.iter().filter(|response| response.status == "default");
    let successes: Vec<Response> = defaults
        .map(|response| Response { status: "2XX".to_owned(), ..response.clone() })
        .collect();
    if !successes.is_empty() {
        return successes;
    }
    let at = format!("{}/responses", context.pointer);
    context.report.record(
        &at,
        &codes::RESPONSE_UNDESCRIBED,
        "no success is described; a success is returned as bytes",
    );
    vec![Response {
        status: "2XX".to_owned(),
        description: "A response that the API description does not describe.".to_owned(),
        media: Vec::new(),
        body: Body::Bytes,
        at,
    }]
}

fn outcome(successes: Vec<Response>, errors: &[Response]) -> Outcome {
    let mut made = RewrittenResponses::default();
    let accept = accept(&successes, errors);
    let mut answers = combine("200", successes, &mut made);
    answers.extend(combine("4XX", errors.to_vec(), &mut made));
    made.outcome(Call { accept, answers, ..Call::default() })
}

fn streaming(streams: Vec<Response>, errors: &[Response]) -> Outcome {
    let Some(Response { body: Body::Stream(stream, item), .. }) = streams.first().cloned() else {
        return outcome(streams, errors);
    };
    let mut made = RewrittenResponses::default();
    let accept = accept(&streams, errors);
    let (description, body) = match stream {
        Stream::Bytes => (streams[0].description.clone(), Body::Empty),
        Stream::TextEvents => (streams[0].description.clone(), Body::Text),
        Stream::Events | Stream::WholeEvents | Stream::WholeJsonEvents | Stream::Lines => {
            (streams[0].description.clone(), Body::Json(item))
        }
    };
    made.insert("200", &description, &body, &streams[0].at);
    let mut answers: Vec<Answer> = streams.into_iter().map(|one| answer(one, None)).collect();
    answers.extend(combine("4XX", errors.to_vec(), &mut made));
    made.outcome(Call { accept, answers, stream: Some(stream), ..Call::default() })
}

/// Returns all media types that the operation may return. The media types of successes are first.
fn accept(successes: &[Response], errors: &[Response]) -> String {
    let mut types: Vec<&str> = Vec::new();
    for media in successes.iter().chain(errors).flat_map(|response| &response.media) {
        if !types.contains(&media.as_str()) && is_visible(media) {
            types.push(media);
        }
    }
    types.join(", ")
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| ('!'..='~').contains(&c))
}

fn read(status: &str, response: &Value, context: &mut Context<'_>) -> Vec<Response> {
    let pointer = format!("{}/responses/{status}", context.pointer);
    let has_body = response["content"].as_object().is_some_and(|content| !content.is_empty());
    let status = match status.trim().to_uppercase().as_str() {
        "DEFAULT" => "default".to_owned(),
        code if statuses::is_final(code) => code.to_owned(),
        other => {
            if !other.starts_with("X-") {
                let code = match has_body {
                    true => &codes::RESPONSE_INTERIM_BODY,
                    false => &codes::RESPONSE_INTERIM,
                };
                context.report.record(&pointer, code, format!("`{other}` is not a final response"));
            }
            return Vec::new();
        }
    };
    let description = response["description"].as_str().unwrap_or_default();
    let one = |media: Vec<String>, body, at: &str| Response {
        status: status.clone(),
        description: description.to_owned(),
        media,
        body,
        at: at.to_owned(),
    };
    let content = response["content"].as_object().filter(|content| !content.is_empty());
    let Some(content) = content.filter(|_| !context.pointer.ends_with("/head")) else {
        return vec![one(Vec::new(), Body::Empty, &pointer)];
    };
    let mut all: Vec<Response> = Vec::new();
    for (name, media) in content {
        let body = body(&essence(name), media, context.schemas);
        let at = child(&child(&child(&pointer, "content"), name), "schema");
        if matches!(body, Body::Text | Body::Bytes) && context.describes(media) {
            let text = format!("a body of type `{name}` is not decoded");
            context.report.record(&at, &codes::UNTYPED_MEDIA, text);
        }
        match all.iter_mut().find(|there| there.body == body) {
            Some(there) => there.media.push(essence(name)),
            None => all.push(one(vec![essence(name)], body, &at)),
        }
    }
    // JSON applies to a response without a content type, bytes to any other response.
    all.sort_by_key(|response| match response.body {
        Body::Json(_) => 0,
        Body::Text | Body::Stream(..) | Body::Empty => 1,
        Body::Bytes => 2,
    });
    all
}

/// Determines the decoding of a body in a media type.
fn body(essence: &str, media: &Value, schemas: &Value) -> Body {
    let schema = schema_of(media);
    let is_bytes = schema["format"] == "binary";
    let is_text = schema["type"] == "string" && !is_bytes;
    match essence {
        "text/event-stream" => events(media, schema, schemas),
        _ if is_json_lines(essence) => Body::Stream(Stream::Lines, item(media, schema)),
        // A body that is always null tells no more than its status.
        _ if is_json(essence) && is_null(&schema) => Body::Empty,
        _ if is_json(essence) && !is_bytes => Body::Json(schema),
        "*/*" if is_text => Body::Text,
        "*/*" | "application/*" if !is_bytes && !is_text && schema != json!({}) => {
            Body::Json(schema)
        }
        _ if essence.starts_with("text/") && !is_bytes => Body::Text,
        _ => Body::Bytes,
    }
}

/// Returns whether null is the only value.
fn is_null(schema: &Value) -> bool {
    schema["nullable"] == json!(true) && schema["enum"].as_array().is_some_and(Vec::is_empty)
}

/// Returns the schema of a stream's items: `itemSchema` in 3.2, otherwise the schema of the body.
fn item(media: &Value, schema: Value) -> Value {
    match media.get("itemSchema") {
        Some(item) => item.clone(),
        None if schema["type"] == "array" && schema["items"].is_object() => schema["items"].clone(),
        None => schema,
    }
}

/// Returns the decoding of events. 3.2 describes the whole event, with the JSON data as the content
/// of a string. Events of several kinds are decoded as a whole.
fn events(media: &Value, schema: Value, schemas: &Value) -> Body {
    let event = item(media, schema);
    // Before 3.2, some frameworks describe the event, others its data.
    let is_whole = media.get("itemSchema").is_some() || is_event(&event, schemas, MAX_KINDS);
    if is_whole && has_kinds(&event, schemas, MAX_KINDS) {
        let stream = match has_json(&event, schemas, MAX_KINDS) {
            true => Stream::WholeJsonEvents,
            false => Stream::WholeEvents,
        };
        return Body::Stream(stream, event);
    }
    let found = target(&event, schemas, 0);
    let data = &found["properties"]["data"];
    let content = target(data, schemas, 0).get("contentSchema");
    let data = match content {
        Some(content) => content.clone(),
        None if is_whole && data.is_object() => data.clone(),
        None => event,
    };
    let text = target(&data, schemas, 0);
    match text["type"] == "string" && text.get("enum").is_none() {
        true => Body::Stream(Stream::TextEvents, Value::Null),
        false => Body::Stream(Stream::Events, data),
    }
}

/// Returns the alternatives of a union.
fn kinds(event: &Value) -> Option<&Vec<Value>> {
    ["oneOf", "anyOf"].iter().find_map(|union| event[*union].as_array())
}

/// Returns whether a schema describes an event with data and other fields, and not only its data.
fn is_event(event: &Value, schemas: &Value, depth: usize) -> bool {
    const OTHERS: [&str; 7] =
        ["event", "eventType", "id", "eventId", "retry", "reconnectionInterval", "comment"];
    let event = target(event, schemas, 0);
    if let Some(kinds) = kinds(event) {
        let is_kind = |kind: &Value| is_event(kind, schemas, depth - 1);
        return depth > 0 && !kinds.is_empty() && kinds.iter().all(is_kind);
    }
    let fields = event["properties"].as_object().into_iter().flatten();
    let names: Vec<&str> = fields.map(|(name, _)| name.as_str()).collect();
    // Data often has an id and data of its own.
    names.iter().any(|name| !["data", "id"].contains(name))
        && names.contains(&"data")
        && names.iter().all(|name| *name == "data" || OTHERS.contains(name))
}

/// Returns whether the data of a kind of events is an object or a list.
fn has_json(event: &Value, schemas: &Value, depth: usize) -> bool {
    let event = target(event, schemas, 0);
    let data = target(&event["properties"]["data"], schemas, 0);
    let is_json = ["properties", "items", "oneOf", "anyOf", "allOf"];
    is_json.iter().any(|name| data.get(name).is_some())
        || ["object", "array"].iter().any(|kind| data["type"] == *kind)
        || depth > 0
            && kinds(event)
                .is_some_and(|kinds| kinds.iter().any(|kind| has_json(kind, schemas, depth - 1)))
}

/// Returns whether the event is a union whose alternatives describe their data.
fn has_kinds(event: &Value, schemas: &Value, depth: usize) -> bool {
    let event = target(event, schemas, 0);
    let kinds = kinds(event);
    let describes = |kind: &Value| {
        target(kind, schemas, 0)["properties"].get("data").is_some()
            || has_kinds(kind, schemas, depth - 1)
    };
    depth > 0 && kinds.is_some_and(|kinds| !kinds.is_empty() && kinds.iter().all(describes))
}

/// Combines the types of several responses into an enum with a variant for each status and media
/// type.
fn combine(status: &str, all: Vec<Response>, made: &mut RewrittenResponses) -> Vec<Answer> {
    let Some(first) = all.first().cloned() else { return Vec::new() };
    if all.iter().all(|response| response.body == first.body) {
        made.insert(status, &first.description, &first.body, &first.at);
        return all.into_iter().map(|response| answer(response, None)).collect();
    }
    let (mut properties, mut variants) = (Map::new(), Vec::new());
    let answers: Vec<Answer> = all
        .iter()
        .map(|response| {
            let siblings = all.iter().filter(|other| other.status == response.status);
            let name = variant_name(response, &siblings.collect::<Vec<_>>());
            if let Body::Json(schema) = &response.body {
                properties.insert(name.clone(), schema.clone());
                let at = child(&format!("{}/properties", schema_at(status)), &name);
                made.origins.push((at, response.at.clone()));
            }
            variants.push(Variant { name: name.clone(), kind: response.body.kind() });
            answer(response.clone(), Some(name))
        })
        .collect();
    if properties.is_empty() {
        properties.insert("None".to_owned(), json!({ "type": "boolean" }));
    }
    let required: Vec<&String> = properties.keys().collect();
    let mut schema = json!({ "type": "object", "required": required, "properties": properties });
    schema[VARIANTS] = json!(variants);
    let at = first.at.trim_end_matches("/schema");
    made.insert(status, &first.description, &Body::Json(schema), at);
    answers
}

/// The responses for progenitor, and the original locations of their schemas.
#[derive(Default)]
struct RewrittenResponses {
    responses: Map<String, Value>,
    origins: Vec<Origin>,
}

impl RewrittenResponses {
    fn insert(&mut self, status: &str, description: &str, body: &Body, at: &str) {
        self.responses.insert(status.to_owned(), write(description, body));
        self.origins.push((schema_at(status), at.to_owned()));
    }

    fn outcome(self, call: Call) -> Outcome {
        Outcome { responses: Value::Object(self.responses), call, origins: self.origins }
    }
}

/// Returns the pointer of a response's schema in a rewritten operation.
fn schema_at(status: &str) -> String {
    format!("/responses/{status}/content/application~1json/schema")
}

fn variant_name(response: &Response, of_status: &[&Response]) -> String {
    let name = statuses::name(&response.status);
    let index = of_status.iter().position(|other| *other == response).unwrap_or_default();
    let suffix = suffix(response, index);
    let earlier = of_status.iter().enumerate().take(index);
    match earlier.filter(|(index, other)| self::suffix(other, *index) == suffix).count() {
        0 => format!("{name}{suffix}"),
        same => format!("{name}{suffix}{}", same + 1),
    }
}

/// Returns the end of a variant's name, which distinguishes the media types of a status.
fn suffix(response: &Response, index: usize) -> String {
    match response.body {
        _ if index == 0 => String::new(),
        Body::Json(_) | Body::Stream(..) => {
            // For example, `application/problem+json` is called `Problem`.
            let subtype = response.media.first().and_then(|media| media.split('/').nth(1));
            let subtype = subtype.unwrap_or("json").trim_end_matches("+json");
            match rust_names::pascal(subtype.trim_start_matches("vnd.")) {
                name if name == "X" => "Json".to_owned(),
                name => name,
            }
        }
        Body::Text => "Text".to_owned(),
        Body::Bytes => "Bytes".to_owned(),
        Body::Empty => "Empty".to_owned(),
    }
}

fn answer(response: Response, variant: Option<String>) -> Answer {
    let kind = response.body.kind();
    Answer { status: response.status, media: response.media, kind, variant }
}

fn write(description: &str, body: &Body) -> Value {
    let mut out = json!({ "description": description });
    match body {
        Body::Json(schema) => out["content"] = json!({ "application/json": { "schema": schema } }),
        Body::Text => {
            out["content"] = json!({ "application/json": { "schema": { "type": "string" } } });
        }
        Body::Bytes => out["content"] = json!({ "application/octet-stream": {} }),
        Body::Empty | Body::Stream(..) => {}
    }
    out
}
