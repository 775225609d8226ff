//! What a system shows of a process.

/// What is seen of a process number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// No process has it.
    Absent,
    /// A process has it.
    Present {
        /// When it started.
        started: u64,
        /// Whether it has ended, and only waits for its parent to notice.
        has_exited: bool,
    },
    /// The system does not show it.
    Unclear,
}
