//! [`AuthorizedTransport`]: processes every request before it reaches a transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use job_polling::limiter::{Acquire, LimitUpdate, Permit, Priority, Purpose, RateLimiter};
use parking_lot::Mutex;
use reqwest::Url;
use reqwest::header::{HeaderValue, USER_AGENT};
use waterfall_api::{BoxFuture, DispatchState, Request, Response, Transport, TransportError};

use super::api_key::{API_KEY_HEADER, RotatingKey};
use super::base_url::BaseUrl;
use super::request_options::RequestOptions;
use crate::clock::Clock;
use crate::headers::rate_limit;
use crate::job_id::JobId;
use crate::spend::ledger::SpendLedger;
use crate::telemetry::limiter;

/// The time limit of the inner transport is shorter by this duration, so that the inner transport
/// can still return the part of a response that has arrived.
const HEAD_START: Duration = Duration::from_millis(10);

/// Sends nothing with the key without a permit of the rate limiter, adds the key and the user
/// agent, and enforces the time limit.
pub(crate) struct AuthorizedTransport {
    pub(crate) base: BaseUrl,
    pub(crate) key: RotatingKey,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) clock: Clock,
    pub(crate) inner: Box<dyn Transport>,
    /// Whether `inner` is known to enforce the time limit of a request, so that no second timer is
    /// needed.
    pub(crate) inner_keeps_limit: bool,
    /// The reported cost of the responses.
    pub(crate) spending: Arc<SpendLedger>,
}

impl AuthorizedTransport {
    fn takes_key(&self, request: &Request) -> bool {
        !request.operation.security.is_empty() && self.base.is_origin_of(request.http.url())
    }

    fn prepare(
        &self,
        request: &mut Request,
        permit: Option<&mut Permit>,
        options: &RequestOptions,
    ) {
        let timeout = self.limit(options);
        let head_start = match self.inner_keeps_limit {
            true => Duration::ZERO,
            false => HEAD_START.min(timeout / 10),
        };
        *request.http.timeout_mut() = Some(timeout - head_start);
        let headers = request.http.headers_mut();
        headers.insert(USER_AGENT, self.user_agent.clone());
        for (name, value) in &options.headers {
            headers.insert(name, value.clone());
        }
        if let Some(permit) = permit {
            permit.sending();
            headers.insert(API_KEY_HEADER, self.key.current());
        }
    }

    async fn wait_for_permit(
        &self,
        priority: Priority,
        request: &Request,
    ) -> Result<Permit, TransportError> {
        let is_read = request.http.method().is_safe();
        let purpose = if is_read { Purpose::Read } else { Purpose::Launch };
        let permit = self.acquire(priority, purpose, Duration::MAX).await;
        permit.map_err(|_| {
            TransportError::not_sent("rate limited (429); requests with this key are paused")
        })
    }

    /// Waits for a permit, and logs waits that take time.
    pub(crate) fn acquire(
        &self,
        priority: Priority,
        purpose: Purpose,
        patience: Duration,
    ) -> Acquire {
        self.rate_limiter.permit(priority, purpose, patience).on_wait(limiter::waiting)
    }

    fn limit(&self, options: &RequestOptions) -> Duration {
        options.timeout.unwrap_or(self.timeout)
    }

    /// Sends a request and enforces the time limit.
    async fn exchange(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        let exchange = self.inner.execute(request);
        if self.inner_keeps_limit {
            return exchange.await;
        }
        tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| {
            let limit = format!("the limit is {timeout:?}");
            Err(TransportError::maybe_sent(limit).timed_out())
        })
    }

    /// Sends a request with the given permit, or waits for one.
    async fn send(
        &self,
        mut request: Request,
        permit: Option<Permit>,
        call: &CallSettings,
    ) -> Result<Response, TransportError> {
        let mut permit = match (self.takes_key(&request), permit) {
            (false, _) => None,
            (true, Some(permit)) => Some(permit),
            (true, None) => Some(self.wait_for_permit(call.priority, &request).await?),
        };
        self.prepare(&mut request, permit.as_mut(), &call.options);
        let url = call.counts_spending.then(|| request.http.url().clone());
        let outcome = self.exchange(request, self.limit(&call.options)).await;
        if let Some(permit) = permit {
            if let (Some(url), Ok(response)) = (url, outcome.as_ref())
                && response.status().is_success()
            {
                self.spending.observe(requested_job(&url), response.body());
            }
            settle(permit, &outcome, &self.clock);
        }
        outcome
    }
}

/// Returns the job that a finder request asks for.
fn requested_job(url: &Url) -> Option<JobId> {
    let (_, id) = url.query_pairs().find(|(name, _)| name == "job_id")?;
    id.parse().ok()
}

/// Reports the outcome of a request to the rate limiter. A dropped permit means that the outcome is
/// unknown.
fn settle(permit: Permit, outcome: &Result<Response, TransportError>, clock: &Clock) {
    match outcome {
        Ok(response) => responded(permit, response, clock),
        Err(error) => match error.partial() {
            Some(response) => responded(permit, response, clock),
            None if error.dispatch_state() == DispatchState::NotSent => permit.not_sent(),
            None => drop(permit),
        },
    }
}

fn responded(permit: Permit, response: &Response, clock: &Clock) {
    let limits = rate_limit::read(response.status(), response.headers(), clock);
    let update: LimitUpdate = permit.answered(limits);
    update.paused_for.inspect(|pause| limiter::paused(*pause));
    update.limit.inspect(|limit| limiter::limit(limit.requests, limit.window));
    if update.foreign > 0 {
        limiter::shared(update.foreign);
    }
}

/// The transport of one call: its first request uses the permit, if there is one. Other requests
/// wait for their own.
pub(crate) struct PermittedTransport {
    authorized: Arc<AuthorizedTransport>,
    permit: Mutex<Option<Permit>>,
    call: CallSettings,
}

/// The settings of a call.
pub(crate) struct CallSettings {
    pub(crate) priority: Priority,
    pub(crate) options: Arc<RequestOptions>,
    /// Whether to count the cost that a successful response reports. A caller that decodes the
    /// response anyway counts it more cheaply.
    pub(crate) counts_spending: bool,
}

impl PermittedTransport {
    pub(crate) fn new(
        authorized: Arc<AuthorizedTransport>,
        permit: Option<Permit>,
        call: CallSettings,
    ) -> Self {
        Self { authorized, permit: Mutex::new(permit), call }
    }
}

impl Transport for PermittedTransport {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let permit = self.permit.lock().take();
        Box::pin(self.authorized.send(request, permit, &self.call))
    }
}

impl fmt::Debug for PermittedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermittedTransport")
            .field("priority", &self.call.priority)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AuthorizedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizedTransport")
            .field("timeout", &self.timeout)
            .field("rate_limiter", &self.rate_limiter)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};
    use waterfall_api::{DispatchState, Operation};

    use super::*;

    static SECURED: Operation = Operation::new("a", "GET", "/a", &[&["apiKey"]]);
    static OPEN: Operation = Operation::new("b", "GET", "/b", &[]);

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<reqwest::Request>>);

    impl Transport for Recorder {
        fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            let response = Response::new(StatusCode::OK, request.http.url().clone());
            self.0.lock().push(request.http);
            Box::pin(async { Ok(response) })
        }
    }

    #[derive(Debug)]
    struct Never;

    impl Transport for Never {
        fn execute(&self, _: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            Box::pin(std::future::pending())
        }
    }

    fn authorized(inner: impl Transport) -> AuthorizedTransport {
        AuthorizedTransport {
            base: BaseUrl::parse("https://api.example.com/x").unwrap(),
            key: RotatingKey::new("sesame").unwrap(),
            user_agent: HeaderValue::from_static("agent"),
            timeout: Duration::from_secs(30),
            rate_limiter: RateLimiter::default(),
            clock: Clock::default(),
            inner: Box::new(inner),
            inner_keeps_limit: false,
            spending: Arc::default(),
        }
    }

    async fn send(
        authorized: &AuthorizedTransport,
        request: Request,
    ) -> Result<Response, TransportError> {
        let call = CallSettings {
            priority: Priority::Interactive,
            options: Arc::default(),
            counts_spending: true,
        };
        authorized.send(request, None, &call).await
    }

    fn request(operation: &'static Operation, url: &str) -> Request {
        Request::new(operation, reqwest::Request::new(Method::GET, Url::parse(url).unwrap()))
    }

    #[tokio::test]
    async fn the_key_goes_to_its_origin_and_only_where_it_is_asked_for() {
        let rows = [
            (&SECURED, "https://api.example.com/x/a", true),
            (&SECURED, "https://api.example.com/other", true),
            (&SECURED, "https://api.example.com:444/x/a", false),
            (&SECURED, "http://api.example.com/x/a", false),
            (&SECURED, "https://evil.example.com/x/a", false),
            (&OPEN, "https://api.example.com/x/b", false),
        ];
        let recorder = Arc::new(Recorder::default());
        let authorized = authorized(recorder.clone());
        for (operation, url, expected) in rows {
            send(&authorized, request(operation, url)).await.unwrap();
            let sent = recorder.0.lock().pop().unwrap();
            let key = sent.headers().get(API_KEY_HEADER);
            assert_eq!(key.map(HeaderValue::as_bytes), expected.then_some(&b"sesame"[..]), "{url}");
            assert!(key.is_none_or(HeaderValue::is_sensitive));
            assert_eq!(sent.headers()[USER_AGENT], "agent");
            assert!(!format!("{sent:?}").contains("sesame"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn any_transport_is_stopped_at_exactly_the_limit() {
        let start = tokio::time::Instant::now();
        let authorized = authorized(Never);
        let url = "https://api.example.com/x/a";
        let error = send(&authorized, request(&SECURED, url)).await.unwrap_err();
        assert_eq!(start.elapsed(), Duration::from_secs(30));
        assert_eq!(error.dispatch_state(), DispatchState::MaybeSent);
        assert!(error.is_timeout());
    }

    #[test]
    fn debug_has_no_key() {
        assert!(!format!("{:?}", authorized(Never)).contains("sesame"));
    }
}
