//! [`Refused`]: a refused delivery for which a hint is created.

use jiff::Timestamp;
use waterfall::{Bytes, HeaderMap};

/// A refused delivery, and the command that reports it.
pub(crate) struct Refused<'a> {
    pub(crate) command: Command,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
    pub(crate) now: Timestamp,
}

/// The command, because the options differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Verify,
    Listen,
}
