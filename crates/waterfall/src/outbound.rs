//! What every request passes on its way out, over whichever transport.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue, USER_AGENT};
use waterfall_api::{BoxFuture, DispatchState, Request, Response, Transport, TransportError};

use crate::base_url::BaseUrl;
use crate::options::RequestOptions;
use crate::{Clock, RotatingKey};
use crate::{telemetry, told};
use job_polling::limiter::{Acquire, LimitUpdate, Permit, Priority, Purpose, RateLimiter};

/// The header that carries the key.
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The transport below is told to end this much earlier, so that it can still
/// hand over what came of an answer.
const HEAD_START: Duration = Duration::from_millis(10);

/// Lets nothing out with the key but for a slot of the meter, adds the key and
/// the user agent, and ends what takes too long.
pub(crate) struct Outbound {
    pub(crate) base: BaseUrl,
    pub(crate) key: RotatingKey,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) clock: Clock,
    pub(crate) inner: Box<dyn Transport>,
    /// Whether `inner` surely ends a request at the limit that is in it, so that no
    /// second timer is needed.
    pub(crate) inner_keeps_limit: bool,
}

impl Outbound {
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
            headers.insert(API_KEY, self.key.current());
        }
    }

    async fn wait_for_slot(
        &self,
        class: Priority,
        request: &Request,
    ) -> Result<Permit, TransportError> {
        let is_read = request.http.method().is_safe();
        let purpose = if is_read { Purpose::Read } else { Purpose::Launch };
        let permit = self.acquire(class, purpose, Duration::MAX).await;
        permit.map_err(|_| TransportError::not_sent("a 429 keeps all requests back"))
    }

    /// Waits for a slot, and logs that if it takes time.
    pub(crate) fn acquire(&self, class: Priority, purpose: Purpose, patience: Duration) -> Acquire {
        self.rate_limiter.permit(class, purpose, patience).on_wait(telemetry::meter_waiting)
    }

    fn limit(&self, options: &RequestOptions) -> Duration {
        options.timeout.unwrap_or(self.timeout)
    }

    /// Sends a request, and ends it at the limit.
    async fn exchange(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        let answer = self.inner.execute(request);
        if self.inner_keeps_limit {
            return answer.await;
        }
        tokio::time::timeout(timeout, answer).await.unwrap_or_else(|_| {
            let limit = format!("the limit is {timeout:?}");
            Err(TransportError::maybe_sent(limit).timed_out())
        })
    }

    /// Sends a request with a slot that was waited for, or waits for one.
    async fn send(
        &self,
        mut request: Request,
        permit: Option<Permit>,
        class: Priority,
        options: &RequestOptions,
    ) -> Result<Response, TransportError> {
        let mut permit = match (self.takes_key(&request), permit) {
            (false, _) => None,
            (true, Some(permit)) => Some(permit),
            (true, None) => Some(self.wait_for_slot(class, &request).await?),
        };
        self.prepare(&mut request, permit.as_mut(), options);
        let outcome = self.exchange(request, self.limit(options)).await;
        if let Some(permit) = permit {
            settle(permit, &outcome, &self.clock);
        }
        outcome
    }
}

/// Tells the meter what became of a request. That a permit is dropped says that
/// nobody knows.
fn settle(permit: Permit, outcome: &Result<Response, TransportError>, clock: &Clock) {
    match outcome {
        Ok(answer) => answered(permit, answer, clock),
        Err(error) => match error.partial() {
            Some(answer) => answered(permit, answer, clock),
            None if error.dispatch_state() == DispatchState::NotSent => permit.not_sent(),
            None => drop(permit),
        },
    }
}

fn answered(permit: Permit, answer: &Response, clock: &Clock) {
    let change: LimitUpdate = permit.answered(told::read(answer.status(), answer.headers(), clock));
    change.paused_for.inspect(|pause| telemetry::meter_frozen(*pause));
    change.limit.inspect(|limit| telemetry::meter_limit(limit.requests, limit.window));
    if change.foreign > 0 {
        telemetry::meter_shared(change.foreign);
    }
}

/// The way out of one call, which has its slot already; without one, or for a second
/// request, it waits for one.
pub(crate) struct Passage {
    outbound: Arc<Outbound>,
    permit: Mutex<Option<Permit>>,
    class: Priority,
    options: Arc<RequestOptions>,
}

impl Passage {
    pub(crate) fn new(
        outbound: Arc<Outbound>,
        permit: Option<Permit>,
        class: Priority,
        options: Arc<RequestOptions>,
    ) -> Self {
        Self { outbound, permit: Mutex::new(permit), class, options }
    }
}

impl Transport for Passage {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let permit = self.permit.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(self.outbound.send(request, permit, self.class, &self.options))
    }
}

impl fmt::Debug for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passage").field("class", &self.class).finish_non_exhaustive()
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("timeout", &self.timeout)
            .field("meter", &self.rate_limiter)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use reqwest::{Method, StatusCode, Url};
    use waterfall_api::{DispatchState, Operation};

    use super::*;

    static SECURED: Operation = Operation::new("a", "GET", "/a", &[&["apiKey"]]);
    static OPEN: Operation = Operation::new("b", "GET", "/b", &[]);

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<reqwest::Request>>);

    impl Transport for Recorder {
        fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            let answer = Response::new(StatusCode::OK, request.http.url().clone());
            self.0.lock().unwrap().push(request.http);
            Box::pin(async { Ok(answer) })
        }
    }

    #[derive(Debug)]
    struct Never;

    impl Transport for Never {
        fn execute(&self, _: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
            Box::pin(std::future::pending())
        }
    }

    fn outbound(inner: impl Transport) -> Outbound {
        Outbound {
            base: BaseUrl::parse("https://api.example.com/x").unwrap(),
            key: RotatingKey::new("sesame").unwrap(),
            user_agent: HeaderValue::from_static("agent"),
            timeout: Duration::from_secs(30),
            rate_limiter: RateLimiter::default(),
            clock: Clock::default(),
            inner: Box::new(inner),
            inner_keeps_limit: false,
        }
    }

    async fn send(outbound: &Outbound, request: Request) -> Result<Response, TransportError> {
        outbound.send(request, None, Priority::Interactive, &RequestOptions::new()).await
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
        let outbound = outbound(recorder.clone());
        for (operation, url, expected) in rows {
            send(&outbound, request(operation, url)).await.unwrap();
            let sent = recorder.0.lock().unwrap().pop().unwrap();
            let key = sent.headers().get(API_KEY);
            assert_eq!(key.map(HeaderValue::as_bytes), expected.then_some(&b"sesame"[..]), "{url}");
            assert!(key.is_none_or(HeaderValue::is_sensitive));
            assert_eq!(sent.headers()[USER_AGENT], "agent");
            assert!(!format!("{sent:?}").contains("sesame"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn any_transport_is_cut_at_exactly_the_limit() {
        let start = tokio::time::Instant::now();
        let outbound = outbound(Never);
        let url = "https://api.example.com/x/a";
        let error = send(&outbound, request(&SECURED, url)).await.unwrap_err();
        assert_eq!(start.elapsed(), Duration::from_secs(30));
        assert_eq!(error.dispatch_state(), DispatchState::MaybeSent);
        assert!(error.is_timeout());
    }

    #[test]
    fn debug_has_no_key() {
        assert!(!format!("{:?}", outbound(Never)).contains("sesame"));
    }
}
