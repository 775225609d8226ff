//! A response under construction, and the outcome that is sent.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::Bytes;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::envelope::ApiError;

/// A response that can still be changed.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// JSON. Raw custom fields replace those at `input.task.custom_fields`, so that they are
    /// returned unchanged.
    Json(Value, Option<Arc<RawValue>>),
    Bytes(Bytes),
}

impl Reply {
    pub(crate) fn json(value: Value) -> Self {
        let content = Content::Json(value, None);
        Self { status: StatusCode::OK, headers: content_type("application/json"), content }
    }

    pub(crate) fn with_custom_fields(mut self, raw: Option<Arc<RawValue>>) -> Self {
        if let Content::Json(_, custom_fields) = &mut self.content {
            *custom_fields = raw;
        }
        self
    }

    pub(crate) fn html(status: StatusCode) -> Self {
        let text = format!("<!doctype html>\n<html><body><h1>{status}</h1></body></html>\n");
        let content = Content::Bytes(Bytes::from(text));
        Self { status, headers: content_type("text/html; charset=utf-8"), content }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), content: Content::Bytes(Bytes::new()) }
    }

    pub(crate) fn body(&self) -> Bytes {
        match &self.content {
            Content::Bytes(bytes) => bytes.clone(),
            Content::Json(value, raw) => {
                let spliced = Spliced { value, path: &["input", "task", "custom_fields"], raw };
                Bytes::from(serde_json::to_vec(&spliced).unwrap_or_default())
            }
        }
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        let mut reply = Self::json(error.body());
        reply.status = error.code.status();
        reply.headers.extend(error.headers.map(|headers| *headers).unwrap_or_default());
        reply
    }
}

fn content_type(text: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(axum::http::header::CONTENT_TYPE, HeaderValue::from_static(text))])
}

/// A value in which raw JSON replaces the value at a path.
struct Spliced<'a> {
    value: &'a Value,
    path: &'a [&'static str],
    raw: &'a Option<Arc<RawValue>>,
}

impl Serialize for Spliced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(raw) = self.raw else { return self.value.serialize(serializer) };
        let Some((next, path)) = self.path.split_first() else {
            return raw.serialize(serializer);
        };
        let Value::Object(fields) = self.value else { return self.value.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for (name, value) in fields {
            if name == next {
                map.serialize_entry(name, &Spliced { value, path, raw: self.raw })?;
            } else {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

/// A response as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) ending: Ending,
    /// How long the response is delayed.
    pub(crate) delay: Duration,
}

/// The way in which a response ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The complete response.
    Complete,
    /// The head and at most this many bytes of the body.
    Cut(usize),
    /// The head, then nothing; the body never ends.
    Stall,
    /// The head, then the body byte by byte, with this pause before each.
    Drip(Duration),
    /// The complete response, padded with spaces to this many bytes.
    Pad(usize),
    /// No response; the connection is reset.
    Reset,
    /// No response; the connection is refused.
    Refuse,
}

impl Outcome {
    /// Returns the first part of a body that is cut, and the promised length, which is always
    /// larger.
    pub(crate) fn cut_body(&self, after: usize) -> (Bytes, usize) {
        let part = self.body.slice(..after.min(self.body.len()));
        let promised = self.body.len().max(part.len() + 1);
        (part, promised)
    }
}
