//! [`QueryStream`]: the queries of a batch, in the order of their launches.

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

use crate::batch::input::Input;
use crate::batch::inputs::Inputs;
use crate::batch::prepared::Prepared;
use crate::batch::progress_state::{Admission, SharedState, lock};
use crate::batch::seen::{FirstInput, Outcome};
use crate::query_spec::QuerySpec;

/// An input that needs no launch, or the end of the inputs by an error.
#[derive(Debug)]
pub(crate) enum SideEvent {
    Duplicate(Input, FirstInput, Option<Arc<Outcome>>),
    Invalid(Input, String),
    /// There may be more inputs.
    NotRead(io::Error),
}

/// After this time without input, the rest of stdin counts as unknown.
const MAX_SILENCE: Duration = Duration::from_millis(250);

/// The time limit for counting the rest of stdin, which may be endless.
const MAX_DRAIN: Duration = Duration::from_secs(2);

/// The inputs of a batch: launched at first, and only counted after the last launch.
#[derive(Clone)]
pub(crate) struct QuerySource {
    inputs: Arc<Mutex<Inputs>>,
    options: QuerySpec,
}

impl QuerySource {
    /// `options` are those that the inputs were opened with.
    pub(crate) fn new(inputs: Inputs, options: QuerySpec) -> Self {
        Self { inputs: Arc::new(Mutex::new(inputs)), options }
    }

    /// Prepares an input again.
    pub(crate) fn prepare(&self, input: Input) -> Prepared {
        Prepared::new(input, &self.options)
    }

    /// Returns the next input, or nothing after an error or the end.
    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared>>> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).poll_next(cx)
    }

    /// Takes the remaining inputs, and returns whether the end was reached.
    pub(crate) async fn drain(&self, mut take: impl FnMut(Prepared)) -> bool {
        let end = Instant::now() + MAX_DRAIN;
        while Instant::now() < end {
            match timeout(MAX_SILENCE, poll_fn(|cx| self.poll_next(cx))).await {
                Ok(Some(Ok(prepared))) => take(prepared),
                Ok(None) => return true,
                Ok(Some(Err(_))) | Err(_) => break,
            }
        }
        false
    }
}

/// The queries to launch.
pub(crate) struct QueryStream {
    source: QuerySource,
    state: SharedState,
    side_events: UnboundedSender<SideEvent>,
}

impl QueryStream {
    pub(crate) fn new(
        source: QuerySource,
        state: SharedState,
        side_events: UnboundedSender<SideEvent>,
    ) -> Self {
        Self { source, state, side_events }
    }

    /// The next input: a requeued one, or a new one.
    fn poll_input(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared>>> {
        let mut state = lock(&self.state);
        if let Some(input) = state.pop_requeued() {
            return Poll::Ready(Some(Ok(self.source.prepare(input))));
        }
        let may_requeue = state.may_requeue(cx.waker());
        drop(state);
        match ready!(self.source.poll_next(cx)) {
            None if may_requeue => Poll::Pending,
            next => Poll::Ready(next),
        }
    }
}

impl Stream for QueryStream {
    type Item = ContactQuery;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<ContactQuery>> {
        loop {
            let event = match ready!(self.poll_input(cx)) {
                None => return Poll::Ready(None),
                // Reading ends with it.
                Some(Err(error)) => SideEvent::NotRead(error),
                Some(Ok(prepared)) => match lock(&self.state).admit(prepared) {
                    Admission::Accepted(query) => return Poll::Ready(Some(query)),
                    Admission::Follows => continue,
                    Admission::Duplicate(input, first, outcome) => {
                        SideEvent::Duplicate(input, first, outcome)
                    }
                    Admission::Invalid(input, problem) => SideEvent::Invalid(input, problem),
                },
            };
            // The receiver exists until the run ends.
            let _ = self.side_events.send(event);
        }
    }
}
