//! The stream of queries that a batch takes from.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc::UnboundedSender;
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

/// The inputs that are to be launched.
pub(super) struct Queries {
    inputs: Option<Inputs>,
    options: Wish,
    ledger: Shared,
    asides: UnboundedSender<Aside>,
}

impl Queries {
    /// `options` are those that the inputs were opened with.
    pub(super) fn new(
        inputs: Inputs,
        options: Wish,
        ledger: Shared,
        asides: UnboundedSender<Aside>,
    ) -> Self {
        Self { inputs: Some(inputs), options, ledger, asides }
    }

    /// The next input: one that waited for a job that was not launched, or a new one.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared>>> {
        let mut ledger = lock(&self.ledger);
        if let Some(input) = ledger.again() {
            return Poll::Ready(Some(Ok(Prepared::new(input, &self.options))));
        }
        let may_come_again = ledger.may_come_again(cx.waker());
        drop(ledger);
        let next = self.inputs.as_mut().map(|inputs| inputs.poll_next(cx));
        match next {
            Some(Poll::Ready(Some(Ok(prepared)))) => Poll::Ready(Some(Ok(prepared))),
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(Some(Err(error)))) => {
                self.inputs = None;
                Poll::Ready(Some(Err(error)))
            }
            Some(Poll::Ready(None)) | None => {
                self.inputs = None;
                if may_come_again { Poll::Pending } else { Poll::Ready(None) }
            }
        }
    }
}

impl Stream for Queries {
    type Item = ContactQuery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<ContactQuery>> {
        loop {
            let aside = match std::task::ready!(self.poll_input(cx)) {
                None => return Poll::Ready(None),
                // Nothing more is read, but what was read is launched.
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
