//! [`Mail`]: an inbox as a wait, or a batch of them, sees it.

use std::task::{Context, Poll};

use super::Inbox;
use super::store::Reader;
use crate::{JobId, Snapshot};

/// What is delivered to one reader, if there is an inbox. Dropped, it gives back
/// what it was not asked for.
pub(crate) struct Mail {
    desk: Option<(Inbox, Reader)>,
}

impl Mail {
    pub(crate) fn of(inbox: Option<&Inbox>) -> Self {
        let desk = inbox.map(|inbox| (inbox.clone(), inbox.state().store.open()));
        Self { desk }
    }

    /// Waits for a job, which is called by this number from now on.
    pub(crate) fn expect(&self, job: JobId, place: u32) {
        if let Some((inbox, reader)) = &self.desk {
            inbox.state().store.expect(inbox.now(), *reader, job, place);
        }
    }

    /// Hands over what came for one of the jobs. That ends the wait for it.
    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<(u32, Snapshot)> {
        let Some((inbox, reader)) = &self.desk else { return Poll::Pending };
        let mut state = inbox.state();
        // What dropping a waker runs is not known, so none is dropped under the lock.
        let _stale = match state.wakers.get(reader) {
            Some(known) if known.will_wake(cx.waker()) => None,
            _ => state.wakers.insert(*reader, cx.waker().clone()),
        };
        let letter = state.store.next(inbox.now(), *reader);
        drop(state);
        letter.map_or(Poll::Pending, Poll::Ready)
    }

    /// Waits for a job no longer. `has_end` says that a read has brought its end.
    pub(crate) fn leave(&self, job: JobId, place: u32, has_end: bool) {
        if let Some((inbox, reader)) = &self.desk {
            inbox.state().store.leave(inbox.now(), *reader, job, place, has_end);
        }
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        if let Some((inbox, reader)) = self.desk.take() {
            let mut state = inbox.state();
            state.store.close(inbox.now(), reader);
            let _stale = state.wakers.remove(&reader);
            drop(state);
        }
    }
}
