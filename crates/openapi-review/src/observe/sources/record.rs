//! Interprets a line or an entry.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::observe::description::Description;
use crate::observe::sources::formats::{Envelope, Formats};

/// The meaning of a value.
pub(super) enum Recognized<'v> {
    /// A response: its operation, its status, and its body if that is JSON.
    Response(String, u16, Option<Cow<'v, Value>>),
    /// Several records.
    Several(&'v [Value]),
    /// A line without a response, or with the response of another line.
    NoResponse,
    /// An unknown record.
    Unknown,
}

pub(super) fn recognize<'v>(
    value: &'v Value,
    description: &Description,
    formats: &Formats,
) -> Recognized<'v> {
    if let Some(envelope) = formats.envelopes.iter().find(|envelope| envelope.fits(value)) {
        return envelope.open(value, description, formats);
    }
    if let Some(found) = exchange(value, description) {
        return found;
    }
    match (&formats.operation, value) {
        (Some(operation), value) => {
            Recognized::Response(operation.clone(), 200, Some(Cow::Borrowed(value)))
        }
        (None, Value::Array(values)) => Recognized::Several(values),
        (None, _) => Recognized::Unknown,
    }
}

impl Envelope {
    fn fits(&self, value: &Value) -> bool {
        [self.body, self.job, self.marker].iter().all(|at| value.pointer(at).is_some())
    }

    fn open<'v>(
        &self,
        line: &'v Value,
        description: &Description,
        formats: &Formats,
    ) -> Recognized<'v> {
        let at = |pointer: &str| line.pointer(pointer).filter(|value| !value.is_null());
        let repeats = self.repeated.is_some_and(|pointer| at(pointer).is_some());
        let Some(body) = at(self.body).filter(|_| !repeats) else {
            return Recognized::NoResponse;
        };
        let id = at(self.job).and_then(Value::as_str);
        let kind = id.and_then(|id| id.split_once('/')).map_or(&*formats.plain_kind, |(it, _)| it);
        let known = || description.operation_of_kind(kind).map(str::to_owned);
        match formats.operation.clone().or_else(known) {
            Some(operation) => {
                let status = at(self.status).and_then(status).unwrap_or(200);
                Recognized::Response(operation, status, Some(Cow::Borrowed(body)))
            }
            None => Recognized::Unknown,
        }
    }
}

/// Parses a request with its response: an entry of a HAR file, or a line with `operation`, or with
/// `method` and `url` or `path`, in addition to `status` and `body`.
fn exchange<'v>(value: &'v Value, description: &Description) -> Option<Recognized<'v>> {
    let text = |names: &[&str]| names.iter().find_map(|at| value.pointer(at)?.as_str());
    let status =
        ["/response/status", "/status"].iter().find_map(|at| status(value.pointer(at)?))?;
    let operation = match text(&["/operation"]) {
        Some(operation) => description.has_operation(operation).then_some(operation),
        None => {
            let method = text(&["/request/method", "/method"])?;
            let url = text(&["/request/url", "/request/path", "/url", "/path"])?;
            description.operation_at(method, path(url))
        }
    };
    let bodies = ["/response/body", "/response/content", "/body"];
    let (name, body) = bodies.iter().find_map(|at| Some((at, value.pointer(at)?)))?;
    let Some(operation) = operation else { return Some(Recognized::Unknown) };
    let body = if name.ends_with("content") { content(body) } else { Some(Cow::Borrowed(body)) };
    Some(Recognized::Response(operation.to_owned(), status, body))
}

fn status(value: &Value) -> Option<u16> {
    // Archives have the status 0 for a request without a response.
    value.as_u64().and_then(|status| u16::try_from(status).ok()).filter(|status| *status >= 100)
}

fn path(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return url };
    rest.find('/').map_or("", |at| &rest[at..])
}

/// Returns the body of a response in an archive: a text, plain or in base64.
fn content(content: &Value) -> Option<Cow<'_, Value>> {
    let text = content["text"].as_str()?;
    let decoded = match content["encoding"].as_str() {
        Some("base64") => BASE64_STANDARD.decode(text).ok()?,
        _ => text.as_bytes().to_vec(),
    };
    serde_json::from_slice(&decoded).ok().map(Cow::Owned)
}
