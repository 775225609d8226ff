//! Replaces the module `webhook` if the feature of that name is disabled: there are no inboxes and
//! no deliveries.

use std::task::{Context, Poll};

use crate::job_id::JobId;
use crate::snapshot::any::AnySnapshot;

/// Has no values.
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

    pub(crate) fn poll(&self, _: &Context<'_>) -> Poll<(u32, AnySnapshot)> {
        Poll::Pending
    }

    pub(crate) fn leave(&self, _: JobId, _: u32, _: bool) {}
}
