//! From a request to its answer, and to whom its delivery goes.

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
use waterfall::webhook::{Error, Outcome, Receiver, VerifiedDelivery, Verifier};

use super::exec::Exec;
use super::forward::Forward;
use super::mail::Mail;
use super::notes::{Note, Notes};
use super::print;
use super::under_way::UnderWay;
use crate::deviations;
use crate::keys::Keys;
use crate::run::hints::{self, Command, Refused};

/// So many deliveries are passed on at once; others wait.
const AT_ONCE: usize = 16;

/// A request that is not whole after this time is given up.
const LONGEST_READ: Duration = Duration::from_secs(30);

/// Where deliveries go.
#[derive(Debug)]
pub(super) enum Sink {
    Print { json: bool },
    Forward(Forward),
    Exec(Exec),
}

/// Takes requests.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    receiver: Receiver,
    /// What deliveries are verified by, for hints on those that are refused.
    rules: Arc<(Verifier, Keys)>,
    hands: Arc<Hands>,
    path: Option<Arc<str>>,
    pub(super) notes: Notes,
    pub(super) under_way: UnderWay,
}

/// Hands deliveries over.
#[derive(Debug)]
struct Hands {
    sink: Sink,
    notes: Notes,
    places: Semaphore,
    /// Told of what makes it useless to go on.
    broken: mpsc::Sender<io::Error>,
}

impl Desk {
    pub(super) fn new(
        rules: (Verifier, Keys),
        sink: Sink,
        notes: Notes,
        path: Option<String>,
        broken: mpsc::Sender<io::Error>,
    ) -> Self {
        let hands = Arc::new(Hands { sink, notes, places: Semaphore::new(AT_ONCE), broken });
        let under_way = UnderWay::new();
        let (handing, counting) = (hands.clone(), under_way.clone());
        let receiver = Receiver::new(rules.0.clone(), move |delivery| {
            let (hands, entered) = (handing.clone(), counting.enter());
            async move {
                let _entered = entered;
                hands.over(Mail::Decoded(delivery)).await
            }
        });
        let (rules, path) = (Arc::new(rules), path.map(Arc::from));
        Self { receiver, rules, hands, path, notes, under_way }
    }

    pub(super) fn router(self) -> Router {
        let limit = DefaultBodyLimit::max(self.receiver.longest_body());
        let take = move |request: Request| async move { self.take(request).await };
        Router::new().fallback(post(take).layer(limit))
    }

    async fn take(self, request: Request) -> Response {
        if self.path.as_deref().is_some_and(|path| path != request.uri().path()) {
            self.notes.tell(&Note::of("not_found", "a request for another path: answered 404"));
            return StatusCode::NOT_FOUND.into_response();
        }
        let _entered = self.under_way.enter();
        let outcome = self.answer(request).await;
        self.tell(&outcome);
        outcome.into_response()
    }

    async fn answer(&self, request: Request) -> Outcome {
        // Before it is read, which a sender may not get through with.
        if request.body().size_hint().lower() > self.receiver.longest_body() as u64 {
            return Outcome::TooLong;
        }
        let headers = request.headers().clone();
        match timeout(LONGEST_READ, Bytes::from_request(request, &())).await {
            Ok(Ok(body)) => self.receive(&headers, body).await,
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Outcome::TooLong
            }
            _ => Outcome::Incomplete,
        }
    }

    /// What can't be decoded is handed over as well: it comes once.
    async fn receive(&self, headers: &HeaderMap, body: Bytes) -> Outcome {
        let verified = match self.receiver.receive(headers, body.clone()).await {
            Outcome::Unreadable(verified) => verified,
            Outcome::Refused(violation) => {
                let error = Error::from(violation.clone());
                self.tell_refused("refused", &error, headers, &body).await;
                return Outcome::Refused(violation);
            }
            Outcome::Unavailable(unavailable) => {
                let error = Error::from(unavailable.clone());
                self.tell_refused("unavailable", &error, headers, &body).await;
                return Outcome::Unavailable(unavailable);
            }
            outcome => return outcome,
        };
        self.notes.tell(&unreadable(&verified));
        let (hands, entered) = (self.hands.clone(), self.under_way.enter());
        // In a task: a sender that hangs up must not stop it.
        let handing = tokio::spawn(async move {
            let _entered = entered;
            hands.over(Mail::Raw(verified)).await
        });
        match handing.await {
            Ok(Ok(())) => Outcome::Handled,
            _ => Outcome::Failed,
        }
    }

    /// Tells why a delivery is not taken, and what to do about it.
    async fn tell_refused(
        &self,
        note: &'static str,
        error: &Error,
        headers: &HeaderMap,
        body: &Bytes,
    ) {
        let (verifier, keys) = &*self.rules;
        let command = Command::Listen;
        let refusal = Refused { command, headers, body, now: Timestamp::now() };
        let hint = hints::on(error, &refusal, verifier, keys).await;
        self.notes.tell(&refused(note, error).with_hint(hint));
    }

    /// Tells what neither the handing over nor a refusal tells.
    fn tell(&self, outcome: &Outcome) {
        let note = match outcome {
            Outcome::Duplicate => {
                Note::of("duplicate", "a duplicate: answered 200, and not handed over again")
            }
            Outcome::TooLong => Note::of(
                "too_long",
                format!("a body of more than {} bytes: answered 413", self.receiver.longest_body()),
            ),
            Outcome::Incomplete => {
                Note::of("incomplete", "a request that broke off, or took too long: answered 400")
            }
            _ => return,
        };
        self.notes.tell(&note);
    }
}

fn refused(note: &'static str, error: &Error) -> Note {
    Note::of(note, error.to_string()).with_rule(error.code())
}

fn unreadable(verified: &VerifiedDelivery) -> Note {
    match verified.clone().parse() {
        Err(error) => refused("unreadable", &error),
        Ok(_) => Note::of("unreadable", "a genuine delivery could not be decoded"),
    }
}

impl Hands {
    /// Whether it was taken. What came of it is told.
    async fn over(&self, mail: Mail) -> Result<(), ()> {
        let Ok(_place) = self.places.acquire().await else { return Err(()) };
        match self.pass_on(&mail).await {
            Ok(taken) => {
                self.note_deviations(&mail);
                let Some(how) = taken else { return Ok(()) };
                let status = mail.status().unwrap_or("not understood");
                self.notes.tell(&Note::about(&mail, "handled", format!("{status}, {how}")));
                Ok(())
            }
            Err(why) => {
                let why = format!("{why}; its sender was answered 500, and may try again");
                self.notes.tell(&Note::about(&mail, "failed", why));
                Err(())
            }
        }
    }

    fn note_deviations(&self, mail: &Mail) {
        if let Mail::Decoded(delivery) = mail
            && let Some(note) = deviations::note(delivery.snapshot().deviations())
        {
            self.notes.tell(&Note::about(mail, "deviations", note));
        }
    }

    /// Where it went, if that can't be seen on stdout; or why it did not.
    async fn pass_on(&self, mail: &Mail) -> Result<Option<String>, String> {
        match &self.sink {
            Sink::Print { json } => match print::delivery(mail, *json).await {
                Ok(()) => Ok(None),
                Err(error) => {
                    let why = format!("it could not be written to stdout: {error}");
                    // If it is full, the first error is on its way already.
                    let _ = self.broken.try_send(error);
                    Err(why)
                }
            },
            Sink::Forward(forward) => forward.send(mail.verified()).await.map(Some),
            Sink::Exec(exec) => exec.run(mail).await.map(Some),
        }
    }
}
