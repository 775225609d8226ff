//! The HTTP server: verifies each delivery, dispatches it, and answers the sender.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use waterfall::JobId;
use waterfall::webhook::{Error, Outcome, Receiver, VerifiedDelivery, Verifier};

use crate::commands::listen::delivery::ReceivedDelivery;
use crate::commands::listen::exec::Exec;
use crate::commands::listen::forward::Forward;
use crate::commands::listen::log::{Log, LogEntry};
use crate::commands::listen::print;
use crate::deviations;
use crate::key_source::KeySource;
use crate::webhook_hints::{self, Command, Refused};

/// The maximum number of deliveries that are dispatched at once. Others wait.
const MAX_CONCURRENT: usize = 16;

/// The time limit for receiving a request.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The destination of deliveries.
#[derive(Debug)]
pub(super) enum Sink {
    Print { json: bool },
    Forward(Forward),
    Exec(Exec),
}

/// Receives requests.
#[derive(Debug, Clone)]
pub(super) struct WebhookServer {
    receiver: Receiver,
    /// For hints about refused deliveries.
    verification: Arc<(Verifier, KeySource)>,
    dispatcher: Arc<Dispatcher>,
    path: Option<Arc<str>>,
    pub(super) log: Log,
    /// The requests and deliveries in progress.
    pub(super) in_progress: TaskTracker,
}

/// Dispatches deliveries to their destination.
#[derive(Debug)]
struct Dispatcher {
    sink: Sink,
    log: Log,
    slots: Semaphore,
    /// Receives the error after which the server can't continue.
    fatal: mpsc::Sender<io::Error>,
}

impl WebhookServer {
    pub(super) fn new(
        verification: (Verifier, KeySource),
        sink: Sink,
        log: Log,
        path: Option<String>,
        fatal: mpsc::Sender<io::Error>,
    ) -> Self {
        let dispatcher =
            Arc::new(Dispatcher { sink, log, slots: Semaphore::new(MAX_CONCURRENT), fatal });
        let in_progress = TaskTracker::new();
        let (handler, counting) = (dispatcher.clone(), in_progress.clone());
        let receiver = Receiver::new(verification.0.clone(), move |delivery| {
            let (dispatcher, token) = (handler.clone(), counting.token());
            async move {
                let _token = token;
                dispatcher.dispatch(ReceivedDelivery::Decoded(delivery)).await
            }
        });
        let (verification, path) = (Arc::new(verification), path.map(Arc::from));
        Self { receiver, verification, dispatcher, path, log, in_progress }
    }

    pub(super) fn router(self) -> Router {
        let limit = DefaultBodyLimit::max(self.receiver.longest_body());
        let take = move |request: Request| async move { self.take(request).await };
        Router::new().fallback(post(take).layer(limit))
    }

    async fn take(self, request: Request) -> Response {
        if !self.accepts(request.uri().path()) {
            self.log
                .write(&LogEntry::of("not_found", "a request for a different path; responded 404"));
            return StatusCode::NOT_FOUND.into_response();
        }
        let _token = self.in_progress.token();
        let outcome = self.answer(request).await;
        self.log_outcome(&outcome);
        outcome.into_response()
    }

    /// Handles a request. If a path is set, accepts only that path and those of the kinds of jobs
    /// below it.
    fn accepts(&self, path: &str) -> bool {
        let Some(base) = self.path.as_deref() else { return true };
        let rest = path.strip_prefix(base.trim_end_matches('/'));
        let kind = rest.and_then(|rest| rest.strip_prefix('/'));
        path == base || kind.is_some_and(|kind| JobId::KINDS.contains(&kind))
    }

    async fn answer(&self, request: Request) -> Outcome {
        // Checked before the body is read.
        if request.body().size_hint().lower() > self.receiver.longest_body() as u64 {
            return Outcome::TooLong;
        }
        let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
        match timeout(READ_TIMEOUT, Bytes::from_request(request, &())).await {
            Ok(Ok(body)) => self.receive(&path, &headers, body).await,
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Outcome::TooLong
            }
            _ => Outcome::Incomplete,
        }
    }

    /// A delivery that can't be decoded is dispatched as well: it is not sent again.
    async fn receive(&self, path: &str, headers: &HeaderMap, body: Bytes) -> Outcome {
        let receiver = self.receiver.for_path(path);
        let verified = match receiver.receive(headers, body.clone()).await {
            Outcome::Unreadable(verified) => verified,
            Outcome::Refused(violation) => {
                let error = Error::from(violation.clone());
                self.log_refused("refused", &error, headers, &body).await;
                return Outcome::Refused(violation);
            }
            Outcome::Unavailable(unavailable) => {
                let error = Error::from(unavailable.clone());
                self.log_refused("unavailable", &error, headers, &body).await;
                return Outcome::Unavailable(unavailable);
            }
            outcome => return outcome,
        };
        self.log.write(&unreadable(&verified));
        let (dispatcher, token) = (self.dispatcher.clone(), self.in_progress.token());
        // Runs in its own task: a sender that disconnects must not cancel it.
        let task = tokio::spawn(async move {
            let _token = token;
            dispatcher.dispatch(ReceivedDelivery::Raw(verified)).await
        });
        match task.await {
            Ok(Ok(())) => Outcome::Handled,
            _ => Outcome::Failed,
        }
    }

    /// Logs why a delivery is not accepted, with a hint.
    async fn log_refused(
        &self,
        note: &'static str,
        error: &Error,
        headers: &HeaderMap,
        body: &Bytes,
    ) {
        let (verifier, keys) = &*self.verification;
        let command = Command::Listen;
        let refusal = Refused { command, headers, body, now: Timestamp::now() };
        let hint = webhook_hints::hint(error, &refusal, verifier, keys).await;
        self.log.write(&refused(note, error).with_hint(hint));
    }

    /// Logs outcomes that are not logged elsewhere.
    fn log_outcome(&self, outcome: &Outcome) {
        let note = match outcome {
            Outcome::Duplicate => {
                LogEntry::of("duplicate", "a duplicate, not handled again; responded 200")
            }
            Outcome::TooLong => LogEntry::of(
                "too_long",
                format!(
                    "a body of more than {} bytes; responded 413",
                    self.receiver.longest_body()
                ),
            ),
            Outcome::Incomplete => {
                LogEntry::of("incomplete", "an incomplete request, or a timeout; responded 400")
            }
            _ => return,
        };
        self.log.write(&note);
    }
}

fn refused(note: &'static str, error: &Error) -> LogEntry {
    LogEntry::of(note, error.to_string()).with_rule(error.code())
}

fn unreadable(verified: &VerifiedDelivery) -> LogEntry {
    match verified.clone().parse() {
        Err(error) => refused("unreadable", &error),
        Ok(_) => LogEntry::of("unreadable", "a genuine delivery could not be decoded"),
    }
}

impl Dispatcher {
    /// Dispatches a delivery and logs the outcome.
    async fn dispatch(&self, delivery: ReceivedDelivery) -> Result<(), ()> {
        let Ok(_slot) = self.slots.acquire().await else { return Err(()) };
        match self.pass_on(&delivery).await {
            Ok(taken) => {
                self.note_deviations(&delivery);
                let Some(how) = taken else { return Ok(()) };
                let status = delivery.status().unwrap_or("not decoded");
                self.log.write(&LogEntry::about(&delivery, "handled", format!("{status}, {how}")));
                Ok(())
            }
            Err(reason) => {
                let message = format!("{reason}; responded 500, so that the sender may retry");
                self.log.write(&LogEntry::about(&delivery, "failed", message));
                Err(())
            }
        }
    }

    fn note_deviations(&self, delivery: &ReceivedDelivery) {
        if let ReceivedDelivery::Decoded(decoded) = delivery
            && let Some(note) = deviations::note(decoded.snapshot().deviations(), "the body")
        {
            self.log.write(&LogEntry::about(delivery, "deviations", note));
        }
    }

    /// Returns the outcome for the log; `None` if the delivery is printed on stdout.
    async fn pass_on(&self, delivery: &ReceivedDelivery) -> Result<Option<String>, String> {
        match &self.sink {
            Sink::Print { json } => match print::delivery(delivery, *json).await {
                Ok(()) => Ok(None),
                Err(error) => {
                    let reason = format!("it could not be written to stdout: {error}");
                    // If the channel is full, the first error was already sent.
                    let _ = self.fatal.try_send(error);
                    Err(reason)
                }
            },
            Sink::Forward(forward) => forward.send(delivery.verified()).await.map(Some),
            Sink::Exec(exec) => exec.run(delivery).await.map(Some),
        }
    }
}
