//! Writes one exchange as a file in the [HAR](http://www.softwareishard.com/blog/har-12-spec/)
//! format, which many tools support.

use serde_json::{Value, json};

/// A request and its outcome, without personal data.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) operation: String,
    pub(super) started: jiff::Timestamp,
    pub(super) milliseconds: f64,
    pub(super) request: RecordedRequest,
    pub(super) outcome: Outcome,
    /// The identifier of the key of the pseudonyms.
    pub(super) key_id: String,
}

#[derive(Debug)]
pub(super) struct RecordedRequest {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: String,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Response {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Set if there is no complete response: `not_sent`, `maybe_sent` or `response_incomplete`.
    Failure(&'static str),
}

impl Exchange {
    pub(super) fn to_har(&self) -> Value {
        let request = &self.request;
        let mut recorded = json!({
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": pairs(&request.headers),
            "queryString": pairs(&request.query),
            "headersSize": -1,
            "bodySize": request.body.len(),
        });
        if !request.body.is_empty() {
            recorded["postData"] = json!({ "mimeType": "application/json", "text": request.body });
        }
        let entry = json!({
            "_operation": self.operation,
            "startedDateTime": self.started.to_string(),
            "time": self.milliseconds,
            "request": recorded,
            "response": self.outcome.to_har(),
            "cache": {},
            "timings": { "send": 0, "wait": self.milliseconds, "receive": 0 },
        });
        let creator = json!({ "name": "waterfall", "version": env!("CARGO_PKG_VERSION") });
        json!({ "log": {
            "version": "1.2",
            "creator": creator,
            "_pseudonyms": self.key_id,
            "entries": [entry],
        } })
    }
}

impl Outcome {
    fn to_har(&self) -> Value {
        let empty = Vec::new();
        let (status, headers, body, error) = match self {
            Self::Response { status, headers, body } => (*status, headers, body.as_str(), None),
            Self::Failure(what) => (0, &empty, "", Some(*what)),
        };
        let content_type = headers.iter().find(|(name, _)| name == "content-type");
        let mime_type =
            content_type.map_or("application/octet-stream", |(_, value)| value.as_str());
        let mut har = json!({
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": pairs(headers),
            "content": { "size": body.len(), "mimeType": mime_type, "text": body },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": body.len(),
        });
        if let Some(error) = error {
            har["_error"] = error.into();
        }
        har
    }
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}
