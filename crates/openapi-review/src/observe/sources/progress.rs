//! [`Progress`]: the amount of data that was read.

use std::fmt;

/// The amount of data that was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes of all files so far.
    pub bytes: u64,
    /// The responses so far.
    pub responses: u64,
    /// The number of lines and entries that have no response, or that repeat one.
    pub without_response: u64,
    /// The number of lines and entries whose operation is not known.
    pub unknown: u64,
    /// The number of lines that are not JSON.
    pub broken: u64,
}

impl Progress {
    /// Describes the omitted input, with one line and advice for each reason; empty if nothing was
    /// omitted.
    #[must_use]
    pub fn summary(&self) -> String {
        let line = |count: u64, what: &str| match count {
            0 => String::new(),
            count => format!("omitted: {count} {what}\n"),
        };
        line(self.without_response, "without a response of their own")
            + &line(
                self.unknown,
                "of an unknown operation; `--operation ID` names that of plain bodies",
            )
            + &line(self.broken, "that are not JSON")
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MB, {} responses", self.bytes >> 20, self.responses)
    }
}
