//! [`Task`]: what a batch does with its inputs.

/// What a batch does with its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Launches each query, and waits for its job.
    Launch,
    /// Waits for each job.
    Wait,
}
