//! [`PollPolicyError`]: the error for a text that is not a polling policy.

use std::error::Error;
use std::fmt;

/// Returned if a text is not a [`PollPolicy`](super::PollPolicy).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollPolicyError(pub(super) &'static str);

impl fmt::Display for PollPolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for PollPolicyError {}
