//! The effects of faults on a response.

use std::time::Duration;

use axum::http::header::{CONTENT_ENCODING, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::clock::shifted;
use crate::envelope::{ApiError, Code};
use crate::fault::FaultBody;
use crate::gzip_bomb;
use crate::limit::RateLimit;
use crate::reply::{Content, Ending, Reply};

/// A response to which faults are applied.
pub(crate) struct ResponseDraft {
    pub(crate) reply: Reply,
    pub(crate) ending: Ending,
    pub(crate) delay: Duration,
    /// The offset of the clock behind its `Date`, in seconds.
    pub(crate) clock_jump: i32,
    /// Replace the headers of the same names.
    pub(crate) headers: HeaderMap,
}

impl ResponseDraft {
    pub(crate) fn new(reply: Reply) -> Self {
        let (ending, delay) = (Ending::Complete, Duration::ZERO);
        Self { reply, ending, delay, clock_jump: 0, headers: HeaderMap::new() }
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Content::Json(value, _) = &mut self.reply.content {
            change(value);
        }
    }

    /// Replaces the body by bytes that need not be JSON.
    pub(crate) fn rewrite(&mut self, write: fn(&Value) -> Vec<u8>) {
        if let Content::Json(value, _) = &self.reply.content {
            self.reply.content = Content::Bytes(write(value).into());
        }
    }

    pub(crate) fn jump_clock(&mut self, seconds: i32) {
        self.clock_jump = seconds;
        self.change(|body| {
            let Some(value) = body.get_mut("stop_date") else { return };
            if let Some(date) = value.as_str().and_then(|date| shifted(date, seconds)) {
                *value = json!(date);
            }
        });
    }

    pub(crate) fn gzip_bomb(&mut self) {
        self.reply.content = Content::Bytes(Bytes::from(gzip_bomb::gzipped_zeros()));
        self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
}

pub(crate) fn error_response(status: u16, body: FaultBody, limit: &RateLimit) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let envelope = || ApiError::new(Code::for_status(status));
    let mut reply = match body {
        FaultBody::Envelope => Reply::from(envelope()),
        FaultBody::Html => Reply::html(status),
        FaultBody::Empty => Reply::empty(status),
        FaultBody::WrongType => {
            let mut body = envelope().body();
            wrong_type(&mut body);
            Reply::json(body)
        }
    };
    reply.status = status;
    if status == StatusCode::TOO_MANY_REQUESTS {
        reply.headers.extend(limit.too_many_requests_headers(1));
    }
    reply
}

pub(crate) fn too_many_requests(retry_after: &str, limit: &RateLimit) -> Reply {
    let mut reply = error_response(429, FaultBody::Envelope, limit);
    if let Ok(text) = HeaderValue::from_str(retry_after) {
        reply.headers.insert("retry-after", text);
    }
    reply
}

/// Gives a documented field a value of another type: the domain's age if there is a
/// person, otherwise the first of a few fields that is present.
pub(crate) fn wrong_type(body: &mut Value) {
    if let Some(age) = body.pointer_mut("/output/person/domain_age_days") {
        *age = json!({ "value": 7 });
        return;
    }
    for name in ["start_date", "code", "keys", "balance_remaining_usd", "api_keys", "notes"] {
        if let Some(value) = body.get_mut(name) {
            *value = json!({ "value": 7 });
            return;
        }
    }
}

/// Inserts undocumented values where the API may add values in the future.
pub(crate) fn unknown_values(body: &mut Value) {
    if body.get("code").is_some() {
        body["code"] = json!("SANDBOX_NEW_CODE");
        body["category"] = json!("SANDBOX");
    } else if body.get("status").is_some() {
        body["status"] = json!("QUEUED");
    }
    if let Some(person) = body.pointer_mut("/output/person").filter(|person| person.is_object()) {
        person["email_confidence"] = json!("certain");
        person["email_verified_status"] = json!("probably");
    }
    set_verdicts(body);
    add_fields(body);
}

/// Replaces verdicts by a value that is not documented.
fn set_verdicts(body: &mut Value) {
    for verdict in ["/output/job_change_status", "/output/type", "/output/email/email_status"] {
        if let Some(value) = body.pointer_mut(verdict) {
            *value = json!("sandbox_new");
        }
    }
}

/// Changes a response like an API whose documentation is out of date.
pub(crate) fn drift(body: &mut Value) {
    set_verdicts(body);
    let Some(output) = body.get_mut("output") else { return };
    if let Some(person) = output.get_mut("person") {
        change_person(person);
    }
    for person in output.get_mut("persons").and_then(Value::as_array_mut).into_iter().flatten() {
        change_person(person);
    }
    if let Some(count) = output.pointer_mut("/usage/companies_count") {
        *count = Value::Null;
    }
}

/// A person who was not found is null or empty.
fn change_person(person: &mut Value) {
    let Some(person) = person.as_object_mut().filter(|person| !person.is_empty()) else { return };
    person.insert("sandbox_followers".to_owned(), json!(1200));
    if let Some(verified) = person.get_mut("email_verified").filter(|value| value.is_boolean()) {
        *verified = json!("yes");
    }
}

/// Custom fields are returned verbatim, so additions to them are not sent.
fn add_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(add_fields);
            fields.insert("sandbox_new".to_owned(), json!({ "list": [1, null, "two"] }));
        }
        Value::Array(items) => items.iter_mut().for_each(add_fields),
        _ => {}
    }
}

/// Replaces the dates of the job.
pub(crate) fn set_dates(body: &mut Value, date: &str) {
    for name in ["start_date", "stop_date"] {
        if let Some(value) = body.get_mut(name).filter(|value| value.is_string()) {
            *value = json!(date);
        }
    }
}

/// Writes JSON in which each member appears twice.
pub(crate) fn duplicate_keys(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let field = |(name, value)| {
                let field =
                    format!("{}:{}", Value::from(String::clone(name)), duplicate_keys(value));
                format!("{field},{field}")
            };
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(duplicate_keys).collect::<Vec<_>>().join(","))
        }
        plain => plain.to_string(),
    }
}

/// Writes JSON whose first string contains a byte that is not valid UTF-8.
pub(crate) fn invalid_utf8(value: &Value) -> Vec<u8> {
    const BEGIN: &str = ":\"";
    let mut text = value.to_string().into_bytes();
    if let Some(at) = text.windows(BEGIN.len()).position(|pair| pair == BEGIN.as_bytes()) {
        text.insert(at + BEGIN.len(), 0xFF);
    }
    text
}
