//! Reads a recording: files in the HAR format.

use std::fs;
use std::path::{Path, PathBuf};
use std::{error, fmt, io};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use waterfall_api::Url;

/// Headers that describe how a body was sent. The replay sends it differently.
const TRANSFER: &[&str] =
    &["content-length", "content-encoding", "transfer-encoding", "connection"];

/// Why a recording can't be replayed.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayError {
    path: PathBuf,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Io(io::Error),
    NotHar(String),
    Empty,
}

impl ReplayError {
    fn io(path: &Path, error: io::Error) -> Self {
        Self { path: path.to_owned(), problem: Problem::Io(error) }
    }

    fn not_har(path: &Path, why: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), problem: Problem::NotHar(why.to_string()) }
    }

    pub(super) fn empty(path: &Path) -> Self {
        Self { path: path.to_owned(), problem: Problem::Empty }
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::Io(_) => write!(f, "{path} could not be read"),
            Problem::NotHar(why) => write!(f, "{path} is not a recorded exchange (HAR): {why}"),
            Problem::Empty => write!(
                f,
                "{path} contains no recorded response; record one with `waterfall ... --record {path}`"
            ),
        }
    }
}

impl error::Error for ReplayError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.problem {
            Problem::Io(error) => Some(error),
            Problem::NotHar(_) | Problem::Empty => None,
        }
    }
}

/// A request in comparable form: equal requests get the same responses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) method: Method,
    pub(super) path: String,
    /// The pairs of the query, sorted.
    pub(super) query: Vec<(String, String)>,
    /// The body as JSON with sorted members, or as it was sent.
    pub(super) body: String,
}

impl Key {
    pub(super) fn new(
        method: Method,
        path: &str,
        query: Vec<(String, String)>,
        body: &str,
    ) -> Self {
        let mut query = query;
        query.sort();
        // The members of a `Value` are compared regardless of their order, but the features of
        // `serde_json` that a program enables determine the order in which they are printed.
        let body = match serde_json::from_str::<Value>(body) {
            Ok(value) => sorted(value).to_string(),
            Err(_) => body.to_owned(),
        };
        Self { method, path: path.to_owned(), query, body }
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// The recorded outcome of a request.
#[derive(Debug, Clone)]
pub(super) enum Recorded {
    Response {
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    },
    /// A connection that broke.
    Failure,
}

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct PostData {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(default)]
    content: Content,
    #[serde(rename = "_error")]
    error: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Content {
    text: String,
    encoding: Option<String>,
}

/// Returns the exchanges of all files in a directory, in the order of their names.
pub(super) fn read(directory: &Path) -> Result<Vec<(Key, Recorded)>, ReplayError> {
    let entries = fs::read_dir(directory).map_err(|error| ReplayError::io(directory, error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| ReplayError::io(directory, error))?.path();
        if path.extension().is_some_and(|extension| extension == "har") {
            files.push(path);
        }
    }
    files.sort();
    let mut exchanges = Vec::new();
    for file in files {
        let text = fs::read(&file).map_err(|error| ReplayError::io(&file, error))?;
        let har: Har =
            serde_json::from_slice(&text).map_err(|error| ReplayError::not_har(&file, error))?;
        for entry in har.log.entries {
            if let Some(exchange) =
                exchange(entry).map_err(|why| ReplayError::not_har(&file, why))?
            {
                exchanges.push(exchange);
            }
        }
    }
    Ok(exchanges)
}

/// A request that was not sent is not an exchange.
fn exchange(entry: Entry) -> Result<Option<(Key, Recorded)>, String> {
    let Entry { request, response } = entry;
    if response.error.as_deref() == Some("not_sent") {
        return Ok(None);
    }
    let method = request.method.parse().map_err(|_| "its method is invalid".to_owned())?;
    let url = Url::parse(&request.url).map_err(|error| format!("its URL is invalid: {error}"))?;
    let query = url.query_pairs().into_owned().collect();
    let body = request.post_data.map(|data| data.text).unwrap_or_default();
    Ok(Some((Key::new(method, url.path(), query, &body), recorded(response)?)))
}

fn recorded(response: Response) -> Result<Recorded, String> {
    if response.status == 0 {
        return Ok(Recorded::Failure);
    }
    let status = StatusCode::from_u16(response.status).map_err(|error| error.to_string())?;
    let mut headers = HeaderMap::new();
    for Pair { name, value } in response.headers {
        let parsed = (name.parse::<HeaderName>(), value.parse::<HeaderValue>());
        if let (Ok(name), Ok(value)) = parsed
            && !TRANSFER.contains(&name.as_str())
        {
            headers.append(name, value);
        }
    }
    let body = match response.content.encoding.as_deref() {
        Some("base64") => {
            let decoded = base64::Engine::decode(
                &base64::engine::general_purpose::STANDARD,
                response.content.text,
            );
            Bytes::from(decoded.map_err(|error| format!("its body is not base64: {error}"))?)
        }
        _ => Bytes::from(response.content.text),
    };
    Ok(Recorded::Response { status, headers, body })
}
