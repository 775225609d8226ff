//! [`QueryStream`]: the queries of a batch, in the order of their launches.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use parking_lot::Mutex;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, timeout};

use crate::batch::input::Input;
use crate::batch::inputs::Inputs;
use crate::batch::prepared::{Parse, Prepared};
use crate::batch::progress_state::{Admission, SharedState};
use crate::batch::query::LaunchQuery;
use crate::batch::seen::{FirstInput, Outcome};

/// An input that needs no launch, or the end of the inputs by an error.
#[derive(Debug)]
pub(crate) enum SideEvent {
    Duplicate(Input, FirstInput, Option<Arc<Outcome>>),
    Invalid(Input, String),
    /// Whether there may be more inputs.
    NotRead(io::Error),
}

/// The time without input after which the rest of stdin counts as unknown.
const MAX_SILENCE: Duration = Duration::from_millis(250);

/// The time limit for counting the rest of stdin, which may be endless.
const MAX_DRAIN: Duration = Duration::from_secs(2);

/// The inputs of a batch. They are launched at first, and only counted after the last launch.
pub(crate) struct QuerySource<Q> {
    inputs: Arc<Mutex<Inputs<Q>>>,
    parse: Parse<Q>,
}

impl<Q> Clone for QuerySource<Q> {
    fn clone(&self) -> Self {
        Self { inputs: self.inputs.clone(), parse: self.parse.clone() }
    }
}

impl<Q: LaunchQuery> QuerySource<Q> {
    /// `parse` is the parser with which the inputs were opened.
    pub(crate) fn new(inputs: Inputs<Q>, parse: Parse<Q>) -> Self {
        Self { inputs: Arc::new(Mutex::new(inputs)), parse }
    }

    /// Prepares an input again.
    fn prepare(&self, input: Input) -> Prepared<Q> {
        Prepared::new(input, &self.parse)
    }

    /// Returns the next input, or nothing after an error or the end.
    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared<Q>>>> {
        self.inputs.lock().poll_next(cx)
    }
}

/// The inputs that remain after the last launch, for queries of any kind.
pub(crate) trait Rest {
    /// Prepares an input again.
    fn prepare(&self, input: Input) -> Prepared<()>;

    /// Returns the next input, or nothing after an error or the end.
    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared<()>>>>;
}

impl<Q: LaunchQuery> Rest for QuerySource<Q> {
    fn prepare(&self, input: Input) -> Prepared<()> {
        self.prepare(input).without_query()
    }

    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared<()>>>> {
        self.poll_next(cx).map(|next| next.map(|next| next.map(Prepared::without_query)))
    }
}

/// Takes the remaining inputs. Returns whether the end was reached.
pub(crate) async fn drain(rest: &dyn Rest, mut take: impl FnMut(Prepared<()>)) -> bool {
    let end = Instant::now() + MAX_DRAIN;
    while Instant::now() < end {
        match timeout(MAX_SILENCE, poll_fn(|cx| rest.poll_next(cx))).await {
            Ok(Some(Ok(prepared))) => take(prepared),
            Ok(None) => return true,
            Ok(Some(Err(_))) | Err(_) => break,
        }
    }
    false
}

/// The queries to launch.
pub(crate) struct QueryStream<Q> {
    source: QuerySource<Q>,
    state: SharedState,
    side_events: UnboundedSender<SideEvent>,
}

impl<Q: LaunchQuery> QueryStream<Q> {
    pub(crate) fn new(
        source: QuerySource<Q>,
        state: SharedState,
        side_events: UnboundedSender<SideEvent>,
    ) -> Self {
        Self { source, state, side_events }
    }

    /// Returns the next input: a requeued or a new one.
    fn poll_input(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared<Q>>>> {
        let mut state = self.state.lock();
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

impl<Q: LaunchQuery> Stream for QueryStream<Q> {
    type Item = Q;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Q>> {
        loop {
            let event = match ready!(self.poll_input(cx)) {
                None => return Poll::Ready(None),
                // Reading ends with this error.
                Some(Err(error)) => SideEvent::NotRead(error),
                Some(Ok(prepared)) => match self.state.lock().admit(prepared) {
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
