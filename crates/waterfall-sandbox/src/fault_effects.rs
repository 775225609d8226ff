//! What faults do to an answer.

use std::time::Duration;

use axum::http::header::{CONTENT_ENCODING, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::clock::shifted;
use crate::envelope::{ApiError, Code};
use crate::fault::{Fault, FaultBody};
use crate::gzip_bomb;
use crate::limit::RateLimit;
use crate::reply::{Content, Ending, Reply};

/// An answer on its way through its faults.
pub(crate) struct ResponseDraft {
    pub(crate) reply: Reply,
    pub(crate) ending: Ending,
    pub(crate) delay: Duration,
    /// By how many seconds its `Date` is off.
    pub(crate) clock_jump: i32,
    /// In the place of those that it has.
    pub(crate) headers: HeaderMap,
}

impl ResponseDraft {
    pub(crate) fn new(reply: Reply) -> Self {
        let (ending, delay) = (Ending::Whole, Duration::ZERO);
        Self { reply, ending, delay, clock_jump: 0, headers: HeaderMap::new() }
    }

    pub(crate) fn apply(&mut self, fault: &Fault, limit: &RateLimit) {
        match fault {
            Fault::Status { status, body, .. } => {
                self.reply = error_response(*status, *body, limit)
            }
            Fault::RetryAfter(text) => self.reply = too_many_requests(text, limit),
            Fault::DelayResponse(time) => self.delay += *time,
            Fault::DelayRequest(_) => {}
            Fault::StallBody => self.ending = Ending::Stall,
            Fault::CutBody(bytes) => self.ending = Ending::Cut(*bytes),
            Fault::Drip(pause) => self.ending = Ending::Drip(*pause),
            Fault::Pad(bytes) => self.ending = Ending::Pad(*bytes),
            Fault::Html => self.reply = Reply::html(StatusCode::OK),
            Fault::WrongType => self.change(wrong_type),
            Fault::UnknownValues => self.change(unknown_values),
            Fault::DuplicateKeys => self.rewrite(|body| duplicate_keys(body).into_bytes()),
            Fault::BadUtf8 => self.rewrite(invalid_utf8),
            Fault::Dates(text) => self.change(|body| redate(body, |_| Some(text.clone()))),
            Fault::ClockJump(seconds) => self.jump_clock(*seconds),
            Fault::Header(name, value) => drop(self.headers.append(name, value.clone())),
            Fault::GzipBomb => self.gzip_bomb(),
            Fault::Reset { .. } => self.ending = Ending::Reset,
            Fault::Refuse => self.ending = Ending::Refuse,
            Fault::Raw(bytes) => self.reply.content = Content::Bytes(bytes.clone()),
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Content::Json(value, _) = &mut self.reply.content {
            change(value);
        }
    }

    /// Puts bytes that need not be JSON in the place of the body.
    fn rewrite(&mut self, write: fn(&Value) -> Vec<u8>) {
        if let Content::Json(value, _) = &self.reply.content {
            self.reply.content = Content::Bytes(write(value).into());
        }
    }

    fn jump_clock(&mut self, seconds: i32) {
        self.clock_jump = seconds;
        self.change(|body| {
            if let Some(date) = body.get_mut("stop_date") {
                redate_one(date, |date| shifted(date, seconds));
            }
        });
    }

    fn gzip_bomb(&mut self) {
        self.reply.content = Content::Bytes(Bytes::from(gzip_bomb::gzipped_zeros()));
        self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
}

fn error_response(status: u16, body: FaultBody, limit: &RateLimit) -> Reply {
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

fn too_many_requests(retry_after: &str, limit: &RateLimit) -> Reply {
    let mut reply = error_response(429, FaultBody::Envelope, limit);
    if let Ok(text) = HeaderValue::from_str(retry_after) {
        reply.headers.insert("retry-after", text);
    }
    reply
}

/// Gives a documented field a value of another type: an age that is an object if
/// there is a person, otherwise the first of these fields that is there.
fn wrong_type(body: &mut Value) {
    if let Some(age) = body.pointer_mut("/output/person/domain_age_days") {
        *age = json!({ "value": 7 });
        return;
    }
    for name in ["start_date", "code", "keys"] {
        if let Some(value) = body.get_mut(name) {
            *value = json!({ "value": 7 });
            return;
        }
    }
}

/// Puts values that nobody knows wherever new ones may come one day.
fn unknown_values(body: &mut Value) {
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
    add_fields(body);
}

/// What is added to custom fields here is not sent: they go back to the letter.
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

/// Writes the job's own dates anew; what comes out as `None` stays.
fn redate(body: &mut Value, date: impl Fn(&str) -> Option<String>) {
    for name in ["start_date", "stop_date"] {
        if let Some(value) = body.get_mut(name) {
            redate_one(value, &date);
        }
    }
}

fn redate_one(value: &mut Value, date: impl Fn(&str) -> Option<String>) {
    if let Some(new) = value.as_str().and_then(date) {
        *value = json!(new);
    }
}

/// JSON in which each field comes twice.
fn duplicate_keys(value: &Value) -> String {
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

/// JSON with a byte in its first text that no UTF-8 has.
fn invalid_utf8(value: &Value) -> Vec<u8> {
    const BEGIN: &str = ":\"";
    let mut text = value.to_string().into_bytes();
    if let Some(at) = text.windows(BEGIN.len()).position(|pair| pair == BEGIN.as_bytes()) {
        text.insert(at + BEGIN.len(), 0xFF);
    }
    text
}
