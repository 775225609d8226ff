//! [`Receiver`]: handles the request of a delivery, independent of the framework.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use uuid::Uuid;
use waterfall_api::BoxFuture;

use super::dedup::{Completion, Deduplicator, Entry, Identity, InProgress};
use super::delivery::Delivery;
use super::error::Error;
use super::keys_unavailable::KeysUnavailable;
use super::verified::VerifiedDelivery;
use super::verifier::Verifier;
use super::violation::Violation;
use crate::job_id::JobId;

/// The default maximum length of a delivery's body: 2 MiB.
pub const DEFAULT_MAX_DELIVERY: usize = 2 * 1024 * 1024;

/// The default number of handled deliveries that are remembered: 10,000.
pub const DEFAULT_REMEMBERED: usize = 10_000;

type Handler = dyn Fn(Delivery) -> BoxFuture<'static, bool> + Send + Sync;
type Lookup = dyn Fn(Uuid) -> Option<JobId> + Send + Sync;
type Hook = dyn Fn(VerifiedDelivery) + Send + Sync;

/// Verifies deliveries, passes each to a handler once, and determines the response.
///
/// It works with any framework: pass the headers and the body of each request, and respond with
/// [`Outcome::status`] and [`Outcome::text`]. With the feature `axum`, the module `axum` has a
/// ready-made router. The example `webhook_hyper` uses plain hyper.
///
/// - The response is a 2xx only after your handler has succeeded. If the handler fails or panics,
///   the response is a 500, and the sender may retry.
/// - The handler runs in its own task and continues if the sender disconnects. Only the shutdown
///   of the runtime stops it.
/// - A repeated delivery of a handled job gets a 2xx and is not passed to the handler again. Jobs
///   are identified by their IDs; deliveries without an ID, without a signature, or of unfinished
///   jobs are identified by their bodies. A duplicate that arrives while the first delivery is
///   being handled waits for it and shares its outcome.
/// - All refusals look the same to the sender. The log ([`tracing`]) contains the reasons.
///
/// Handled deliveries are remembered in this process only, so make handlers idempotent: after a
/// restart, a delivery may be passed to the handler again.
///
/// ```
/// use waterfall::webhook::{Outcome, Receiver, Verifier};
/// # use waterfall::webhook::testing::Signer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let signer = Signer::new("test-key");
/// # let body = r#"{"status":"SUCCEEDED","start_date":"2025-02-05T12:00:00Z","input":null}"#;
/// # let headers = signer.headers(body);
/// # let verifier = Verifier::new(signer.key_set());
/// let receiver = Receiver::new(verifier, |delivery| async move {
///     // Store it durably before returning `Ok`.
///     println!("{:?}: {}", delivery.job_id(), delivery.snapshot().state());
///     Ok::<(), std::io::Error>(())
/// });
///
/// let outcome = receiver.receive(&headers, body).await;
/// assert!(matches!(outcome, Outcome::Handled));
/// assert_eq!(outcome.status(), 200);
///
/// let again = receiver.receive(&headers, body).await;
/// assert!(matches!(again, Outcome::Duplicate));
/// assert_eq!(again.status(), 200);
/// # }
/// ```
#[derive(Clone)]
pub struct Receiver {
    verifier: Verifier,
    handler: Arc<Handler>,
    on_unreadable: Arc<Hook>,
    max_body: usize,
    dedup: Option<Records>,
    known_jobs: Arc<Lookup>,
    path: Option<Arc<str>>,
}

/// Unsigned deliveries, which anyone can send, must not evict signed ones.
#[derive(Clone)]
struct Records {
    signed: Arc<Deduplicator>,
    unsigned: Arc<Deduplicator>,
}

impl Receiver {
    /// Creates a receiver that passes each delivery to `handler`.
    ///
    /// The error of the handler is not inspected: log it in the handler. The verifier's
    /// [replay detection](Verifier::remember_tokens) is disabled, because a sender may retry with
    /// the same token.
    pub fn new<H, F, E>(verifier: Verifier, handler: H) -> Self
    where
        H: Fn(Delivery) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let handler = move |delivery| -> BoxFuture<'static, bool> {
            let handled = handler(delivery);
            Box::pin(async move { handled.await.is_ok() })
        };
        Self {
            verifier: verifier.remember_tokens(0),
            handler: Arc::new(handler),
            on_unreadable: Arc::new(|_| {}),
            max_body: DEFAULT_MAX_DELIVERY,
            dedup: Some(Records::new(DEFAULT_REMEMBERED)),
            known_jobs: Arc::new(|_| None),
            path: None,
        }
    }

    /// Sets the maximum length of a body, in bytes; 2 MiB by default. The response to a longer
    /// one is 413.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets how many handled deliveries are remembered to detect duplicates; 10,000 by
    /// default. The oldest is evicted first. Each takes about 100 bytes; unsigned deliveries, if
    /// allowed, are counted separately.
    #[must_use]
    pub fn remember(mut self, deliveries: usize) -> Self {
        self.dedup = Some(Records::new(deliveries));
        self
    }

    /// Passes every genuine delivery to the handler, including duplicates.
    #[must_use]
    pub fn with_duplicates(mut self) -> Self {
        self.dedup = None;
        self
    }

    /// Sets a hook for genuine deliveries whose body this crate can't decode. They are also
    /// logged and get a 500. The result is paid for, so store the bytes. The hook must not block
    /// for long.
    #[must_use]
    pub fn on_unreadable(
        mut self,
        hook: impl Fn(VerifiedDelivery) + Send + Sync + 'static,
    ) -> Self {
        self.on_unreadable = Arc::new(hook);
        self
    }

    /// Sets a lookup of a job's kind by its UUID, for [deliveries](Delivery#kind) whose path
    /// doesn't contain the kind. For example, look among the stored IDs of launched jobs. The
    /// lookup must not block. An [inbox](super::Inbox::receiver) looks among the jobs with a wait.
    #[must_use]
    pub fn known_jobs(
        mut self,
        lookup: impl Fn(Uuid) -> Option<JobId> + Send + Sync + 'static,
    ) -> Self {
        self.known_jobs = Arc::new(lookup);
        self
    }

    /// Returns this receiver for requests at this path. If the path ends with the word of a kind,
    /// as in `/waterfall/phone`, the jobs that are delivered there have that kind:
    /// `receiver.for_path(path).receive(headers, body)`.
    #[must_use]
    pub fn for_path(&self, path: &str) -> Self {
        Self { path: Some(path.into()), ..self.clone() }
    }

    /// Returns the maximum length of a body, in bytes: stop reading a longer one, and respond with
    /// [`Outcome::TooLong`].
    pub fn longest_body(&self) -> usize {
        self.max_body
    }

    /// Handles one request. The verifier's [clock](Verifier::clock) provides the time.
    ///
    /// # Cancellation
    ///
    /// If the future is dropped before the handler is called, nothing happens, and the sender gets
    /// no response. If it is dropped later, the handler continues.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn receive(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Outcome {
        self.receive_at(headers, body, self.verifier.now()).await
    }

    /// Like [`receive`](Self::receive), at a given time.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn receive_at(
        &self,
        headers: &HeaderMap,
        body: impl Into<Bytes>,
        now: Timestamp,
    ) -> Outcome {
        let body = body.into();
        if body.len() > self.max_body {
            return Outcome::TooLong;
        }
        match self.verify(headers, body, now).await {
            Ok(delivery) => self.handle_once(delivery).await,
            Err(error) => self.refuse(error),
        }
    }

    async fn verify(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        now: Timestamp,
    ) -> Result<Delivery, Error> {
        let verified = self.verifier.verify_bytes_at(headers, body, now).await?;
        let path = self.path.as_deref().unwrap_or_default();
        let delivery = verified.at_path(path).parse()?;
        let known = delivery.job_id().and_then(|id| (self.known_jobs)(id.uuid()));
        Ok(match known {
            Some(known) => delivery.of_job(known),
            None => delivery,
        })
    }

    async fn handle_once(&self, delivery: Delivery) -> Outcome {
        let record = match &self.dedup {
            Some(records) => records.of(&delivery).clone(),
            None => Arc::new(Deduplicator::new(0)),
        };
        let job_id = delivery.job_id();
        match record.enter(Identity::of(&delivery)) {
            Entry::Done => Outcome::Duplicate,
            Entry::Running(completion) => outcome(completion, Outcome::Duplicate).await,
            Entry::First(in_progress, completion) => {
                tokio::spawn(handle(self.handler.clone(), delivery, in_progress));
                let outcome = outcome(completion, Outcome::Handled).await;
                if let Outcome::Failed = outcome {
                    tracing::warn!(?job_id, "the handler of a webhook delivery failed");
                }
                outcome
            }
        }
    }

    fn refuse(&self, error: Error) -> Outcome {
        let outcome = Outcome::from_error(error);
        if let Outcome::Unreadable(verified) = &outcome {
            (self.on_unreadable)(verified.clone());
        }
        outcome
    }
}

/// Runs the handler in its own task, so that it completes. A panic drops the guard.
async fn handle(handler: Arc<Handler>, delivery: Delivery, in_progress: InProgress) {
    in_progress.end(handler(delivery).await);
}

async fn outcome(mut completion: Completion, success: Outcome) -> Outcome {
    match completion.wait_for(Option::is_some).await.map(|completion| *completion) {
        Ok(Some(true)) => success,
        _ => Outcome::Failed,
    }
}

impl Records {
    fn new(capacity: usize) -> Self {
        let record = || Arc::new(Deduplicator::new(capacity));
        Self { signed: record(), unsigned: record() }
    }

    fn of(&self, delivery: &Delivery) -> &Arc<Deduplicator> {
        if delivery.is_signed() { &self.signed } else { &self.unsigned }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("verifier", &self.verifier)
            .field("max_body", &self.max_body)
            .field("passes_duplicates", &self.dedup.is_none())
            .finish_non_exhaustive()
    }
}

/// The outcome of a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The handler succeeded.
    Handled,
    /// The handler succeeded for an earlier or concurrent request with the same delivery.
    Duplicate,
    /// The delivery violates a rule. For your log only.
    Refused(Violation),
    /// The body exceeds the limit.
    TooLong,
    /// The body ended early.
    Incomplete,
    /// The keys are not available at present, so the delivery could not be verified.
    Unavailable(KeysUnavailable),
    /// The delivery is genuine, but its body could not be decoded.
    Unreadable(VerifiedDelivery),
    /// The handler failed or panicked.
    Failed,
}

impl Outcome {
    /// Logs an error and converts it.
    pub(super) fn from_error(error: Error) -> Self {
        match error {
            Error::Unreadable(unreadable) => {
                let path = unreadable.json_path();
                tracing::error!(path, "a genuine webhook delivery could not be decoded");
                Self::Unreadable(unreadable.into_verified())
            }
            Error::KeysUnavailable(error) => {
                tracing::warn!("{error}");
                Self::Unavailable(error)
            }
            Error::Refused(violation) => {
                tracing::info!(rule = violation.code(), "webhook delivery refused: {violation}");
                Self::Refused(violation)
            }
        }
    }

    /// Returns the status of the response: 200; 400 for a refused or incomplete delivery; 413 if
    /// the body is too long; 503 if the keys are not available; otherwise 500.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Handled | Self::Duplicate => StatusCode::OK,
            Self::Refused(_) | Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreadable(_) | Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the text of the response. It contains no more than the status: a sender must not
    /// learn which rule it violated.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Handled | Self::Duplicate => "received\n",
            Self::Refused(_) | Self::Incomplete => "refused\n",
            Self::TooLong => "too long\n",
            Self::Unavailable(_) | Self::Unreadable(_) | Self::Failed => "try again later\n",
        }
    }
}
