//! The stream of queries that a batch takes from.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::mpsc::UnboundedSender;
use waterfall::ContactQuery;

use super::inputs::{Input, Inputs};
use super::ledger::{First, Shared, Verdict, lock};

/// What comes up while queries are taken, and is none.
#[derive(Debug)]
pub(super) enum Aside {
    Duplicate(Input, First),
    Invalid(Input, String),
    /// There may be more inputs.
    NotRead(io::Error),
}

/// The inputs that are to be launched.
pub(super) struct Queries {
    inputs: Inputs,
    ledger: Shared,
    asides: UnboundedSender<Aside>,
}

impl Queries {
    pub(super) fn new(inputs: Inputs, ledger: Shared, asides: UnboundedSender<Aside>) -> Self {
        Self { inputs, ledger, asides }
    }
}

impl Stream for Queries {
    type Item = ContactQuery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<ContactQuery>> {
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
