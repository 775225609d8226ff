//! [`Receiver`]: from a request to the status to answer with, whatever the
//! framework.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::BoxFuture;

use super::delivery::Delivery;
use super::duplicates::{Duplicates, Ending, Entry, Identity, Ticket};
use super::error::Error;
use super::verified::Verified;
use super::verifier::Verifier;

/// How long the body of a delivery may be, unless told otherwise: 2 MiB.
pub const DEFAULT_MAX_DELIVERY: usize = 2 * 1024 * 1024;

/// How many handled deliveries are remembered, unless told otherwise: 10,000.
pub const DEFAULT_REMEMBERED: usize = 10_000;

type Handler = dyn Fn(Delivery) -> BoxFuture<'static, bool> + Send + Sync;
type Hook = dyn Fn(Verified) + Send + Sync;

/// Verifies deliveries, hands each over once, and says what to answer.
///
/// This is the part that needs no framework: give it the headers and the body of
/// each request, and answer with [`Outcome::status`] and [`Outcome::text`]. With the feature
/// `axum`, the module `axum` beside this has a ready router. The example `webhook_hyper` shows
/// it with plain hyper.
///
/// - A delivery is a success, and answered with a 2xx, only after your handler has
///   taken it. If the handler fails or panics, the answer is a 500, and the sender may try
///   again.
/// - The handler runs in a task of its own: a sender that hangs up does not stop
///   it. Only the end of the runtime does.
/// - A delivery of a job that was handled is answered with a 2xx and not handed over
///   again. Jobs are told apart by their ids; what has no id, is not signed, or is
///   not over, by its body. One that comes while the first is being handled waits for it, and
///   shares its outcome.
/// - Refusals are all the same to the sender. The log ([`tracing`]) has the reasons.
///
/// Handled deliveries are remembered in this process only: after a restart one may be
/// handed over again, so a handler should bear that.
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
///     // Store it. What is stored is safe; what is only in memory is not.
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
    duplicates: Option<Memories>,
}

/// Unsigned deliveries, which anybody can send, push no signed ones out.
#[derive(Clone)]
struct Memories {
    signed: Arc<Duplicates>,
    unsigned: Arc<Duplicates>,
}

impl Receiver {
    /// A receiver that hands each delivery to `handler`.
    ///
    /// An error of the handler is not looked at: log it in the handler. The
    /// [memory of tokens](Verifier::remember_tokens) of the verifier is not used: a sender that
    /// tries again may send the same token, and has to be understood.
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
            duplicates: Some(Memories::new(DEFAULT_REMEMBERED)),
        }
    }

    /// How many bytes a body may have; 2 MiB by default. A longer one is answered
    /// with 413.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How many handled deliveries are remembered to tell duplicates; 10,000 by
    /// default. The oldest is forgotten first. Each takes about 100 bytes; if unsigned
    /// deliveries are allowed, they have as many of their own.
    #[must_use]
    pub fn remember(mut self, deliveries: usize) -> Self {
        self.duplicates = Some(Memories::new(deliveries));
        self
    }

    /// Hands over every genuine delivery, duplicates included.
    #[must_use]
    pub fn with_duplicates(mut self) -> Self {
        self.duplicates = None;
        self
    }

    /// What to do with a genuine delivery whose body this crate can't decode, besides
    /// logging it and answering 500: the result is paid for, so store its bytes.
    /// The hook must not block for long.
    #[must_use]
    pub fn on_unreadable(mut self, hook: impl Fn(Verified) + Send + Sync + 'static) -> Self {
        self.on_unreadable = Arc::new(hook);
        self
    }

    /// The longest body that is taken, in bytes: stop reading a longer one, and answer
    /// with [`Outcome::TooLong`].
    pub fn longest_body(&self) -> usize {
        self.max_body
    }

    /// Takes one request, by the [clock](Verifier::clock) of the verifier.
    ///
    /// # Cancellation
    ///
    /// If the future is dropped before the handler was called, nothing has happened, and
    /// the sender has no answer. After that the handler goes on.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn receive(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Outcome {
        self.receive_at(headers, body, self.verifier.now()).await
    }

    /// As [`receive`](Self::receive), at a time of your choice.
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
        match self.verifier.unwrap_at(headers, body, now).await {
            Ok(delivery) => self.hand_over(delivery).await,
            Err(error) => self.turn_away(error),
        }
    }

    async fn hand_over(&self, delivery: Delivery) -> Outcome {
        let memory = match &self.duplicates {
            Some(memories) => memories.of(&delivery).clone(),
            None => Arc::new(Duplicates::new(0)),
        };
        let job_id = delivery.job_id();
        match memory.enter(Identity::of(&delivery)) {
            Entry::Done => Outcome::Duplicate,
            Entry::Running(ending) => outcome(ending, Outcome::Duplicate).await,
            Entry::First(ticket, ending) => {
                tokio::spawn(handle(self.handler.clone(), delivery, ticket));
                let outcome = outcome(ending, Outcome::Handled).await;
                if let Outcome::Failed = outcome {
                    tracing::warn!(?job_id, "the handler of a webhook delivery failed");
                }
                outcome
            }
        }
    }

    fn turn_away(&self, error: Error) -> Outcome {
        let outcome = Outcome::of(error);
        if let Outcome::Unreadable(verified) = &outcome {
            (self.on_unreadable)(verified.clone());
        }
        outcome
    }
}

/// In a task, so that it is carried through. A panic drops the ticket.
async fn handle(handler: Arc<Handler>, delivery: Delivery, ticket: Ticket) {
    ticket.end(handler(delivery).await);
}

async fn outcome(mut ending: Ending, success: Outcome) -> Outcome {
    match ending.wait_for(Option::is_some).await.map(|ending| *ending) {
        Ok(Some(true)) => success,
        _ => Outcome::Failed,
    }
}

impl Memories {
    fn new(capacity: usize) -> Self {
        let memory = || Arc::new(Duplicates::new(capacity));
        Self { signed: memory(), unsigned: memory() }
    }

    fn of(&self, delivery: &Delivery) -> &Arc<Duplicates> {
        if delivery.is_signed() { &self.signed } else { &self.unsigned }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("verifier", &self.verifier)
            .field("max_body", &self.max_body)
            .field("hands_over_duplicates", &self.duplicates.is_none())
            .finish_non_exhaustive()
    }
}

/// What became of a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The handler has taken the delivery.
    Handled,
    /// The handler had taken it before, or took it from another request that came at
    /// the same time.
    Duplicate,
    /// The delivery is not genuine. For your log alone.
    Refused(Error),
    /// The body is longer than the limit.
    TooLong,
    /// The body broke off.
    Incomplete,
    /// The keys can't be had now; nothing is known about the delivery.
    Unavailable(Error),
    /// The delivery is genuine, and its body could not be decoded.
    Unreadable(Verified),
    /// The handler failed or panicked.
    Failed,
}

impl Outcome {
    /// Logs an error, and says what it means for the request.
    pub(super) fn of(error: Error) -> Self {
        match error {
            Error::Unreadable(unreadable) => {
                let path = unreadable.json_path();
                tracing::error!(path, "a genuine webhook delivery could not be decoded");
                Self::Unreadable(unreadable.into_verified())
            }
            error if error.is_transient() => {
                tracing::warn!("{error}");
                Self::Unavailable(error)
            }
            error => {
                tracing::info!(rule = error.rule(), "{error}");
                Self::Refused(error)
            }
        }
    }

    /// The status to answer with: 200, 400 for a refusal or a body that broke off, 413
    /// for one that is too long, 503 if there are no keys, else 500.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Handled | Self::Duplicate => StatusCode::OK,
            Self::Refused(_) | Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreadable(_) | Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The text to answer with. It tells nothing but what the status tells: a sender
    /// must not learn which rule it broke.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Handled | Self::Duplicate => "received\n",
            Self::Refused(_) | Self::Incomplete => "refused\n",
            Self::TooLong => "too long\n",
            Self::Unavailable(_) | Self::Unreadable(_) | Self::Failed => "try again later\n",
        }
    }
}
