//! The information that a system provides about a process.

/// The information about a process ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// No process has the ID.
    Absent,
    /// A process has the ID.
    Present {
        /// When it started.
        started: u64,
        /// Whether it has ended and only waits for its parent.
        has_exited: bool,
    },
    /// The system does not provide the information.
    Unclear,
}
