//! [`Subscription`]: the view that a wait, or a batch of waits, has of an inbox.

use std::task::{Context, Poll};

use super::Inbox;
use super::registry::SubscriberId;
use crate::job_id::JobId;
use crate::snapshot::any::AnySnapshot;

/// The deliveries for one subscriber, if there is an inbox. When dropped, it returns deliveries
/// that were not consumed to the inbox.
pub(crate) struct Subscription {
    subscriber: Option<(Inbox, SubscriberId)>,
}

impl Subscription {
    pub(crate) fn of(inbox: Option<&Inbox>) -> Self {
        let subscriber = inbox.map(|inbox| (inbox.clone(), inbox.state().registry.open()));
        Self { subscriber }
    }

    /// Starts to wait for a job. `slot` identifies it in [`poll`](Self::poll).
    pub(crate) fn expect(&self, job: JobId, slot: u32) {
        if let Some((inbox, id)) = &self.subscriber {
            inbox.state().registry.expect(inbox.now(), *id, job, slot);
        }
    }

    /// Returns the delivery of one of the jobs, and ends the wait for it.
    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<(u32, AnySnapshot)> {
        let Some((inbox, id)) = &self.subscriber else { return Poll::Pending };
        let mut state = inbox.state();
        // Dropping a waker may run any code, so none is dropped under the lock.
        let _stale = match state.wakers.get(id) {
            Some(known) if known.will_wake(cx.waker()) => None,
            _ => state.wakers.insert(*id, cx.waker().clone()),
        };
        let delivered = state.registry.next(inbox.now(), *id);
        drop(state);
        delivered.map_or(Poll::Pending, Poll::Ready)
    }

    /// Stops waiting for a job. `finished` means that a read returned its result.
    pub(crate) fn leave(&self, job: JobId, slot: u32, finished: bool) {
        if let Some((inbox, id)) = &self.subscriber {
            inbox.state().registry.leave(inbox.now(), *id, job, slot, finished);
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some((inbox, id)) = self.subscriber.take() {
            let mut state = inbox.state();
            state.registry.close(inbox.now(), id);
            let _stale = state.wakers.remove(&id);
            drop(state);
        }
    }
}
