//! What faults do to an answer.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::envelope::{Code, Refusal};
use crate::fault::{Fault, FaultBody};
use crate::limit::RateLimit;
use crate::reply::{Content, Ending, Reply};

/// An answer on its way through its faults.
pub(crate) struct Damaged {
    pub(crate) reply: Reply,
    pub(crate) ending: Ending,
    pub(crate) delay: Duration,
}

impl Damaged {
    pub(crate) fn new(reply: Reply) -> Self {
        Self { reply, ending: Ending::Whole, delay: Duration::ZERO }
    }

    pub(crate) fn apply(&mut self, fault: &Fault, limit: &RateLimit) {
        match fault {
            Fault::Status { status, body, .. } => self.reply = instead(*status, *body, limit),
            Fault::RetryAfter(text) => self.reply = too_many_requests(text, limit),
            Fault::Delay(time) => self.delay += *time,
            Fault::Late(_) => {}
            Fault::StallBody => self.ending = Ending::Stall,
            Fault::CutBody(bytes) => self.ending = Ending::Cut(*bytes),
            Fault::Html => self.reply = Reply::html(StatusCode::OK),
            Fault::WrongType => self.change(mistype),
            Fault::UnknownValues => self.change(estrange),
            Fault::Reset { .. } => self.ending = Ending::Reset,
            Fault::Refuse => self.ending = Ending::Refuse,
            Fault::Raw(bytes) => self.reply.content = Content::Bytes(bytes.clone()),
        }
    }

    fn change(&mut self, change: fn(&mut Value)) {
        if let Content::Json(value, _) = &mut self.reply.content {
            change(value);
        }
    }
}

fn instead(status: u16, body: FaultBody, limit: &RateLimit) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = match body {
        FaultBody::Envelope => Reply::from(Refusal::new(Code::for_status(status))),
        FaultBody::Html => Reply::html(status),
        FaultBody::Empty => Reply::empty(status),
    };
    reply.status = status;
    if status == StatusCode::TOO_MANY_REQUESTS {
        reply.headers.extend(limit.refusal_headers(1));
    }
    reply
}

fn too_many_requests(retry_after: &str, limit: &RateLimit) -> Reply {
    let mut reply = instead(429, FaultBody::Envelope, limit);
    if let Ok(text) = HeaderValue::from_str(retry_after) {
        reply.headers.insert("retry-after", text);
    }
    reply
}

/// Gives a documented field a value of another type: an age that is a text if
/// there is a person, otherwise the first of these fields that is there.
fn mistype(body: &mut Value) {
    if let Some(age) = body.pointer_mut("/output/person/domain_age_days") {
        *age = json!("unknown");
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
fn estrange(body: &mut Value) {
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
