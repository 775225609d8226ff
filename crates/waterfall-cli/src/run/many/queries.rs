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
use super::ledger::{First, Shared, Verdict, lock};

/// What comes up while queries are taken, and is none.
#[derive(Debug)]
pub(super) enum Aside {
    Duplicate(Input, First),
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
pub(super) struct Source(Arc<Mutex<Inputs>>);

impl Source {
    pub(super) fn new(inputs: Inputs) -> Self {
        Self(Arc::new(Mutex::new(inputs)))
    }

    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next(cx)
    }

    /// Hands over what is left, and returns whether that is all.
    pub(super) async fn drain(&self, mut take: impl FnMut(Input)) -> bool {
        let end = Instant::now() + LONGEST_DRAIN;
        while Instant::now() < end {
            match timeout(LONGEST_SILENCE, poll_fn(|cx| self.poll_next(cx))).await {
                Ok(Some(Ok(prepared))) => take(prepared.input),
                Ok(None) => return true,
                Ok(Some(Err(_))) | Err(_) => break,
            }
        }
        false
    }
}

/// The inputs that are to be launched.
pub(super) struct Queries {
    inputs: Source,
    ledger: Shared,
    asides: UnboundedSender<Aside>,
}

impl Queries {
    pub(super) fn new(inputs: Source, ledger: Shared, asides: UnboundedSender<Aside>) -> Self {
        Self { inputs, ledger, asides }
    }
}

impl Stream for Queries {
    type Item = ContactQuery;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<ContactQuery>> {
        loop {
            let aside = match ready!(self.inputs.poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => {
                    // Nobody listens any more only at the very end.
                    let _ = self.asides.send(Aside::NotRead(error));
                    return Poll::Ready(None);
                }
                Some(Ok(prepared)) => match lock(&self.ledger).take(prepared) {
                    Verdict::Take(query) => return Poll::Ready(Some(query)),
                    Verdict::Duplicate(input, first) => Aside::Duplicate(input, first),
                    Verdict::Invalid(input, problem) => Aside::Invalid(input, problem),
                },
            };
            let _ = self.asides.send(aside);
        }
    }
}
