//! [`Task`]: the task that a batch performs for its inputs.

/// The task that a batch performs for its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Launches each query, and waits for its job.
    Launch,
    /// Waits for each job.
    Wait,
}
