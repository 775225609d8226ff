//! The module `webhook` without the feature of that name: there is no inbox, and no delivery.

use std::task::{Context, Poll};

use crate::job::JobId;
use crate::snapshot::Snapshot;

/// No inbox exists.
#[derive(Debug, Clone)]
pub(crate) enum Inbox {}

impl Inbox {
    pub(crate) fn is(&self, _: &Self) -> bool {
        match *self {}
    }
}

pub(crate) struct Subscription;

impl Subscription {
    pub(crate) fn of(_: Option<&Inbox>) -> Self {
        Self
    }

    pub(crate) fn expect(&self, _: JobId, _: u32) {}

    pub(crate) fn poll(&self, _: &Context<'_>) -> Poll<(u32, Snapshot)> {
        Poll::Pending
    }

    pub(crate) fn leave(&self, _: JobId, _: u32, _: bool) {}
}
