//! [`Replay`]: serves a recording.

mod recording;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response as HttpResponse;
use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::{Value, json};
use waterfall_api::{BoxFuture, Request, Response, Transport, TransportError, Url};

pub use self::recording::ReplayError;
use self::recording::{Key, Recorded};
use crate::routes::MAX_BODY;
use crate::serve::Server;

/// The code of the error for a request that was not recorded.
const NOT_RECORDED: &str = "NOT_FOUND_NOT_RECORDED";

type Convert = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// Serves a recording: a directory with exchanges in the HAR format, as `waterfall --record DIR` and
/// `Recording` of the crate `waterfall` write it.
///
/// A request gets the responses of the recorded requests with the same method, path, query and body
/// (as JSON, ignoring the order of members), one after another. Thus the reads of a job return its
/// successive states. The last response to a read is repeated; a launch gets only as many responses
/// as were recorded. Any other request gets a 404 that states what is missing, with the code
/// `NOT_FOUND_NOT_RECORDED`. Every key is accepted, there is no rate limit, and responses are not
/// delayed.
///
/// Clones share their progress. `Debug` shows only counts.
///
/// ```
/// use waterfall_sandbox::Replay;
/// # let directory = std::env::temp_dir().join(format!("replay-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let har = r#"{"log":{"entries":[{"request":{"method":"GET","url":"https://a.example/v2/account"},
/// #     "response":{"status":200,"content":{"text":"{}"}}}]}}"#;
/// # std::fs::write(directory.join("1.har"), har)?;
///
/// let replay = Replay::load(&directory)?;
/// let transport = replay.transport(); // for a client
/// assert_eq!(replay.requests(), ["GET /v2/account"]);
/// # std::fs::remove_dir_all(directory)?;
/// # drop(transport);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Replay {
    shared: Arc<Shared>,
    convert: Option<Convert>,
}

struct Shared {
    /// In the order of the recording.
    requests: Vec<(Key, Vec<Recorded>)>,
    index: HashMap<Key, usize>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// The number of responses that were served for each request.
    served: HashMap<usize, usize>,
    not_recorded: u64,
}

/// The response to a request.
struct Served {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// A file can't be read or is not in the HAR format, or no file has a response.
    pub fn load(directory: impl AsRef<Path>) -> Result<Self, ReplayError> {
        let directory = directory.as_ref();
        let mut requests: Vec<(Key, Vec<Recorded>)> = Vec::new();
        let mut index = HashMap::new();
        for (key, recorded) in recording::read(directory)? {
            let at = *index.entry(key.clone()).or_insert_with(|| {
                requests.push((key, Vec::new()));
                requests.len() - 1
            });
            requests[at].1.push(recorded);
        }
        if requests.is_empty() {
            return Err(ReplayError::empty(directory));
        }
        let progress = Mutex::default();
        Ok(Self { shared: Arc::new(Shared { requests, index, progress }), convert: None })
    }

    /// Sets a conversion of the values of a query or a body, for a request that was not recorded
    /// unchanged. The recording contains pseudonyms; with the file of their key (`Pseudonymizer` of
    /// the crate `waterfall`), the original requests can be sent.
    #[must_use]
    pub fn with_pseudonyms(
        mut self,
        convert: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.convert = Some(Arc::new(convert));
        self
    }

    /// Returns the recorded requests, each once, as `POST /v1/enrichment/contact {"email":"..."}`.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.iter().map(|(key, _)| line(key)).collect()
    }

    /// Returns the number of requests so far that were not in the recording.
    pub fn not_recorded(&self) -> u64 {
        self.shared.progress.lock().not_recorded
    }

    /// Returns a transport for a client in the same process.
    pub fn transport(&self) -> ReplayTransport {
        ReplayTransport(self.clone())
    }

    /// Returns an axum router that answers all requests.
    pub fn router(&self) -> Router {
        let replay = self.clone();
        Router::new().fallback(move |request| respond(replay, request))
    }

    /// Serves on `127.0.0.1` in a task of the current tokio runtime. Port 0 chooses a free port.
    ///
    /// # Errors
    ///
    /// The I/O error if the port can't be bound.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn listen(&self, port: u16) -> io::Result<Server> {
        Server::of_router(self.router(), port).await
    }

    /// Returns the response to a request; `None` if the connection broke when the request was
    /// recorded.
    fn serve(&self, key: Key) -> Option<Served> {
        let found = self.shared.index.get(&key).copied();
        let found = found.or_else(|| self.shared.index.get(&self.converted(&key)?).copied());
        let mut progress = self.shared.progress.lock();
        if let Some(at) = found {
            let all = &self.shared.requests[at].1;
            let served = progress.served.entry(at).or_default();
            let repeats = key.method == Method::GET || key.method == Method::HEAD;
            let next = all.get(*served).or_else(|| all.last().filter(|_| repeats));
            if let Some(recorded) = next {
                *served += 1;
                return match recorded.clone() {
                    Recorded::Response { status, headers, body } => {
                        Some(Served { status, headers, body })
                    }
                    Recorded::Failure => None,
                };
            }
        }
        progress.not_recorded += 1;
        drop(progress);
        Some(not_recorded(&self.missing(&key, found)))
    }

    fn converted(&self, key: &Key) -> Option<Key> {
        let convert = self.convert.as_ref()?;
        let query = key.query.iter().map(|(name, value)| (name.clone(), convert(value))).collect();
        Some(Key::new(key.method.clone(), &key.path, query, &convert(&key.body)))
    }

    /// Describes what is missing in the recording, without the values of the request.
    fn missing(&self, key: &Key, found: Option<usize>) -> String {
        let what = format!("{} {}", key.method, key.path);
        if let Some(at) = found {
            let times = self.shared.requests[at].1.len();
            return format!(
                "The recording has this {what} {times} times, and all responses were served. Record \
                 more of them, or restart the replay."
            );
        }
        let converted = self.converted(key);
        let key = converted.as_ref().unwrap_or(key);
        let of_path = self.shared.requests.iter().map(|(other, _)| other);
        let of_path: Vec<&Key> =
            of_path.filter(|other| other.method == key.method && other.path == key.path).collect();
        let nearest = of_path.iter().map(|other| differences(key, other)).min_by_key(Vec::len);
        match nearest {
            None => format!("The recording has no {what}."),
            Some(names) => format!(
                "The recording has {} of {what}, and none with these values: {} differs from the \
                 nearest one. It contains pseudonyms; send those, or replay with the file of their key.",
                requests(of_path.len()),
                names.join(", "),
            ),
        }
    }
}

fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

/// Returns the names of parameters and members that differ.
fn differences(one: &Key, other: &Key) -> Vec<String> {
    let members = |key: &Key| {
        let mut members: HashMap<String, Value> = HashMap::new();
        members.extend(key.query.iter().map(|(name, value)| (name.clone(), json!(value))));
        match serde_json::from_str(&key.body) {
            Ok(Value::Object(body)) => members.extend(body),
            _ => drop(members.insert("the body".to_owned(), json!(key.body))),
        }
        members
    };
    let (one, other) = (members(one), members(other));
    let names = one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name));
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.sort();
    names.dedup();
    names
}

fn line(key: &Key) -> String {
    let mut line = format!("{} {}", key.method, key.path);
    for (at, (name, value)) in key.query.iter().enumerate() {
        line += &format!("{}{name}={value}", if at == 0 { '?' } else { '&' });
    }
    if !key.body.is_empty() {
        line += " ";
        line += &key.body;
    }
    line
}

fn not_recorded(message: &str) -> Served {
    let body = json!({ "status": "error", "code": NOT_RECORDED, "message": message });
    let headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    Served { status: StatusCode::NOT_FOUND, headers, body: body.to_string().into() }
}

async fn respond(replay: Replay, request: axum::extract::Request) -> HttpResponse {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let query = Url::parse(&format!("http://localhost/?{}", parts.uri.query().unwrap_or_default()));
    let query = query.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
    let body = String::from_utf8_lossy(&body);
    let key = Key::new(parts.method, parts.uri.path(), query, &body);
    let mut response = HttpResponse::new(Body::empty());
    match replay.serve(key) {
        Some(Served { status, headers, body }) => {
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            *response.body_mut() = Body::from(body);
        }
        // Like a gateway that has lost the connection to the API.
        None => *response.status_mut() = StatusCode::BAD_GATEWAY,
    }
    response
}

/// A [`Transport`] that serves a recording in process: [`Replay::transport`]. If a connection broke
/// during recording, it breaks again.
#[derive(Debug, Clone)]
pub struct ReplayTransport(Replay);

impl Transport for ReplayTransport {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let http = request.http;
        let body = http.body().and_then(|body| body.as_bytes()).unwrap_or_default();
        let query = http.url().query_pairs().into_owned().collect();
        let body = String::from_utf8_lossy(body);
        let key = Key::new(http.method().clone(), http.url().path(), query, &body);
        let served = self.0.serve(key);
        Box::pin(async move {
            match served {
                Some(Served { status, headers, body }) => {
                    Ok(Response::new(status, http.url().clone())
                        .with_headers(headers)
                        .with_body(body))
                }
                None => {
                    Err(TransportError::maybe_sent("the connection broke when this was recorded"))
                }
            }
        })
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("requests", &self.shared.requests.len())
            .field("not_recorded", &self.not_recorded())
            .finish_non_exhaustive()
    }
}
