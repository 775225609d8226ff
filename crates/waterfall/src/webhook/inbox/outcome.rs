//! [`InboxOutcome`]: what happened to a delivery.

/// What happened to a delivery that was put into an [`Inbox`](crate::webhook::Inbox).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InboxOutcome {
    /// A wait for the job gets it.
    Awaited,
    /// There is no wait for the job. The delivery is buffered.
    Kept,
    /// There is no wait for the job, and the limits leave no room. The delivery is dropped.
    NotKept,
    /// The job's result is already here, or was already returned. The delivery is dropped.
    Duplicate,
    /// The job is not finished. The delivery is dropped.
    NotFinished,
    /// The delivery has no job ID. It is dropped.
    NoJobId,
    /// The delivery is not signed. It is refused.
    Unsigned,
}
