//! What waits see of webhooks where the feature `webhook` is off: there is no inbox,
//! and nothing comes.

use std::task::{Context, Poll};

use crate::{JobId, Snapshot};

/// There is none.
#[derive(Debug, Clone)]
pub(crate) enum Inbox {}

impl Inbox {
    pub(crate) fn is(&self, _: &Self) -> bool {
        match *self {}
    }
}

pub(crate) struct Mail;

impl Mail {
    pub(crate) fn of(_: Option<&Inbox>) -> Self {
        Self
    }

    pub(crate) fn expect(&self, _: JobId, _: u32) {}

    pub(crate) fn poll(&self, _: &Context<'_>) -> Poll<(u32, Snapshot)> {
        Poll::Pending
    }

    pub(crate) fn leave(&self, _: JobId, _: u32, _: bool) {}
}
