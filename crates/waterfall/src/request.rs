//! [`CustomRequest`]: any operation of the API, including those without a method.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;
use waterfall_api::{OperationError, Request, Response, Transport};

use crate::client::Client;
use crate::error::{Call, Effect, Error, OperationCall, RequestKind};
use crate::http::request_options::RequestOptions;
use crate::operations::send::{Budget, Sending};
use crate::telemetry::operations;

/// The operation of a custom request. Only its use of the key is known.
static ANY: waterfall_api::Operation =
    waterfall_api::Operation::new("custom", "ANY", "/", &[&["apiKey"]]);

/// A request of any operation, from [`Client::request`].
///
/// `Debug` shows neither the query nor the body.
#[must_use = "nothing is sent until `send` is awaited"]
#[derive(Clone)]
pub struct CustomRequest {
    client: Client,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Result<Vec<u8>, String>>,
    options: RequestOptions,
}

impl Client {
    /// Calls an operation that this crate does not support: any method and path, through the rate
    /// limiter and with retries. [`raw`](Self::raw) has the operations of the API description, but
    /// does not retry.
    ///
    /// The path is relative to the base URL, for example `/v1/enrichment/contact`, without a query.
    /// Thus the key is sent to the base URL's origin only.
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use waterfall::{Client, Method};
    /// # use waterfall::testing::{MockResponse, MockTransport};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let body = MockResponse::body(200, r#"{"status":"SUCCEEDED"}"#);
    /// # let mock = MockTransport::new().on(Method::POST, "/v1/enrichment/industry", [body]);
    /// # let client = mock.client_builder().build()?;
    /// // An operation that is newer than this crate.
    /// let response = client
    ///     .request(Method::POST, "/v1/enrichment/industry")
    ///     .json(&json!({ "domain": "acme.com" }))
    ///     .send()
    ///     .await?;
    /// let body: Value = response.json()?;
    /// println!("{}: {}", response.status(), body["status"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> CustomRequest {
        CustomRequest {
            client: self.clone(),
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            options: RequestOptions::new(),
        }
    }
}

impl CustomRequest {
    /// Adds a parameter to the query string.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets the body, as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.body = Some(serde_json::to_vec(body).map_err(|error| error.to_string()));
        self
    }

    /// Adds a header, replacing any header of this name. The client sets some headers itself; see
    /// [`Client::with_options`].
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.options = self.options.header(name, value);
        self
    }

    /// Sets the time limit of one attempt, instead of that of the client.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.options = self.options.timeout(limit);
        self
    }

    /// Sends the request, and returns a successful response (2xx).
    ///
    /// `GET` and `HEAD` are retried after all transient failures, like reads. All other requests
    /// may have an effect. Like launches, they are retried only if the API certainly did not act on
    /// them.
    ///
    /// # Errors
    ///
    /// [`InvalidQuery`](crate::ErrorKind::InvalidQuery) for a path that is not relative, or a body
    /// that can't be written as JSON, and [`Config`](crate::ErrorKind::Config) for settings that
    /// [`Client::with_options`] rejects, before anything is sent. Otherwise any
    /// [`ErrorKind`](crate::ErrorKind) of a request: for an error status,
    /// [`Api`](crate::ErrorKind::Api) with its [`code`](Error::code) and [`body`](Error::body).
    ///
    /// # Cancellation
    ///
    /// A dropped `GET` or `HEAD` is abandoned. Any other request that is in flight completes in the
    /// background, and its response is lost.
    pub async fn send(self) -> Result<CustomResponse, Error> {
        let call = self.call();
        let span = operations::span(call);
        let outcome = self.send_as(call).instrument(span.clone()).await;
        operations::ended(&span, outcome.as_ref().map(|_| None));
        outcome
    }

    fn call(&self) -> OperationCall {
        match self.method {
            Method::GET => OperationCall::new("GET request", Effect::None),
            Method::HEAD => OperationCall::new("HEAD request", Effect::None),
            Method::POST => OperationCall::new("POST request", Effect::Unknown),
            Method::PUT => OperationCall::new("PUT request", Effect::Unknown),
            Method::PATCH => OperationCall::new("PATCH request", Effect::Unknown),
            Method::DELETE => OperationCall::new("DELETE request", Effect::Unknown),
            _ => OperationCall::new("request", Effect::Unknown),
        }
    }

    async fn send_as(self, call: OperationCall) -> Result<CustomResponse, Error> {
        let url = self.url()?;
        let body = self.body.transpose().map_err(|error| {
            Error::invalid_query(vec![format!("the body can't be written as JSON: {error}")])
        })?;
        let client = self.client.with_options(self.options)?;
        let (sender, method) = (client.clone(), self.method);
        let sending = Sending {
            client,
            call,
            budget: Budget::RateLimiter,
            unclaimed: |_, response: CustomResponse| operations::lost(response.operation),
            attempt: Box::new(move |permit| {
                let (client, method) = (sender.clone(), method.clone());
                let (url, body) = (url.clone(), body.clone());
                Box::pin(async move {
                    let call_context = client.call(RequestKind::Operation(call));
                    let outcome = async {
                        let mut request = client.settings().requests.request(method, url);
                        request = request.header(ACCEPT, "application/json");
                        if let Some(body) = body {
                            request = request.header("content-type", "application/json").body(body);
                        }
                        let request = Request::new(&ANY, request.build()?);
                        let response = client.permitted(Some(permit)).execute(request).await?;
                        match response.status().is_success() {
                            true => Ok(response),
                            false => Err(OperationError::<()>::undocumented(response)),
                        }
                    };
                    match outcome.await {
                        Ok(response) => {
                            Ok(CustomResponse { response, call: call_context, operation: call })
                        }
                        Err(error) => Err(Error::from_call(&call_context, error)),
                    }
                })
            }),
        };
        sending.send().await
    }

    /// Returns the URL of the request. A path with an authority or with dot segments could lead to
    /// another location.
    fn url(&self) -> Result<Url, Error> {
        let problem = |why: &str| Error::invalid_query(vec![format!("the path {why}")]);
        let path = &self.path;
        if !path.starts_with('/') || path.starts_with("//") {
            return Err(problem("is not relative to the base URL; begin it with one slash"));
        }
        if path.contains(['?', '#', '\\']) || path.chars().any(char::is_control) {
            return Err(problem(
                "contains a query, a fragment or a character that no path has; use `query` for \
                 parameters",
            ));
        }
        if path.split('/').any(is_dot_segment) {
            return Err(problem("contains `.` or `..` as a segment"));
        }
        let base = &self.client.settings().transport.base;
        let mut url = Url::parse(&format!("{}{path}", base.as_str()))
            .ok()
            .filter(|url| base.is_origin_of(url))
            .ok_or_else(|| problem("is not valid"))?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}

/// Returns whether a segment leads to another directory, even if its dots are encoded.
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

impl fmt::Debug for CustomRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A successful response, from [`CustomRequest::send`].
///
/// `Debug` shows the status and the body's length, never its contents.
#[derive(Clone)]
pub struct CustomResponse {
    response: Response,
    call: Call,
    operation: OperationCall,
}

impl CustomResponse {
    /// Returns the HTTP status, 2xx.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Returns the body, exactly as it was received.
    pub fn bytes(&self) -> &Bytes {
        self.response.body()
    }

    /// Decodes the body from JSON. Can be called repeatedly.
    ///
    /// # Errors
    ///
    /// [`InvalidResponse`](crate::ErrorKind::InvalidResponse), with the location in
    /// [`json_path`](Error::json_path).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let decoded = self.response.decode().map(|(value, _)| value);
        decoded.map_err(|mismatch| Error::undecodable(&self.call, &self.response, &mismatch))
    }
}

impl fmt::Debug for CustomResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomResponse")
            .field("status", &self.status())
            .field("body_bytes", &self.bytes().len())
            .finish_non_exhaustive()
    }
}
