//! The stream of queries that a batch takes from.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, timeout};
use waterfall::ContactQuery;

use super::inputs::{Input, Inputs, Prepared};
use super::ledger::{First, Outcome, Shared, Verdict, lock};
use crate::wish::Wish;

/// What comes up while queries are taken, and is none.
#[derive(Debug)]
pub(super) enum Aside {
    Duplicate(Input, First, Option<Arc<Outcome>>),
    Invalid(Input, String),
    /// There may be more inputs.
    NotRead(io::Error),
}

/// Stdin that has nothing more for so long may have more later.
const LONGEST_SILENCE: Duration = Duration::from_millis(250);

/// What is left is counted for at most this long: stdin may have no end.
const LONGEST_DRAIN: Duration = Duration::from_secs(2);

/// Inputs that are taken as long as they are launched, and counted afterwards.
#[derive(Clone)]
pub(super) struct Source {
    inputs: Arc<Mutex<Inputs>>,
    options: Wish,
}

impl Source {
    /// `options` are those that the inputs were opened with.
    pub(super) fn new(inputs: Inputs, options: Wish) -> Self {
        Self { inputs: Arc::new(Mutex::new(inputs)), options }
    }

    /// What an input asks for that came before.
    pub(super) fn prepare(&self, input: Input) -> Prepared {
        Prepared::new(input, &self.options)
    }

    /// Returns the next input, or nothing after an error or the end.
    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared>>> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).poll_next(cx)
    }

    /// Hands over what is left, and returns whether that is all.
    pub(super) async fn drain(&self, mut take: impl FnMut(Prepared)) -> bool {
        let end = Instant::now() + LONGEST_DRAIN;
        while Instant::now() < end {
            match timeout(LONGEST_SILENCE, poll_fn(|cx| self.poll_next(cx))).await {
                Ok(Some(Ok(prepared))) => take(prepared),
                Ok(None) => return true,
                Ok(Some(Err(_))) | Err(_) => break,
            }
        }
        false
    }
}

/// The inputs that are to be launched.
pub(super) struct Queries {
    source: Source,
    ledger: Shared,
    asides: UnboundedSender<Aside>,
}

impl Queries {
    pub(super) fn new(source: Source, ledger: Shared, asides: UnboundedSender<Aside>) -> Self {
        Self { source, ledger, asides }
    }

    /// The next input: one that waited for a job that was not launched, or a new one.
    fn poll_input(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared>>> {
        let mut ledger = lock(&self.ledger);
        if let Some(input) = ledger.again() {
            return Poll::Ready(Some(Ok(self.source.prepare(input))));
        }
        let may_come_again = ledger.may_come_again(cx.waker());
        drop(ledger);
        match ready!(self.source.poll_next(cx)) {
            None if may_come_again => Poll::Pending,
            next => Poll::Ready(next),
        }
    }
}

impl Stream for Queries {
    type Item = ContactQuery;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<ContactQuery>> {
        loop {
            let aside = match ready!(self.poll_input(cx)) {
                None => return Poll::Ready(None),
                // Nothing more is read after it.
                Some(Err(error)) => Aside::NotRead(error),
                Some(Ok(prepared)) => match lock(&self.ledger).take(prepared) {
                    Verdict::Take(query) => return Poll::Ready(Some(query)),
                    Verdict::Follows => continue,
                    Verdict::Duplicate(input, first, outcome) => {
                        Aside::Duplicate(input, first, outcome)
                    }
                    Verdict::Invalid(input, problem) => Aside::Invalid(input, problem),
                },
            };
            // Nobody listens any more only at the very end.
            let _ = self.asides.send(aside);
        }
    }
}
