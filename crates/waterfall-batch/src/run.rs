//! [`Run`]: a run of a batch, as a stream of events.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::event::{BatchEvent, RunEnd};

/// A run of a batch, from [`Batch::run`](crate::Batch::run): a stream of [`BatchEvent`]s. It makes
/// progress as long as its events are taken.
#[derive(Debug)]
#[must_use = "a run that is dropped stops"]
pub struct Run {
    events: mpsc::Receiver<BatchEvent>,
    stop: CancellationToken,
    _stop: DropGuard,
}

impl Run {
    pub(crate) fn new(events: mpsc::Receiver<BatchEvent>, stop: CancellationToken) -> Self {
        Self { events, stop: stop.clone(), _stop: stop.drop_guard() }
    }

    /// Returns the next event; `None` after [`BatchEvent::RunEnded`].
    ///
    /// # Cancellation
    ///
    /// No event is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<BatchEvent> {
        self.events.recv().await
    }

    /// Stops launching. Requests in flight complete, and their outcomes are stored. Launched jobs
    /// are left to the next run, or to other workers. The run then ends with [`RunEnd::Stopped`].
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Stops the run when the token is canceled, for example on SIGTERM: [`stop`](Self::stop).
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Takes all events. Returns why the run has ended.
    pub async fn finish(mut self) -> RunEnd {
        let mut end = RunEnd::Stopped;
        while let Some(event) = self.next().await {
            if let BatchEvent::RunEnded(why) = event {
                end = why;
            }
        }
        end
    }
}

impl Stream for Run {
    type Item = BatchEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<BatchEvent>> {
        self.events.poll_recv(cx)
    }
}
