//! The events of recordings.

use std::io;

/// An exchange could not be recorded.
pub(crate) fn failed(operation: &str, error: &io::Error) {
    event!(
        warn,
        "waterfall.recording.failed",
        "a request could not be recorded; its response is not affected",
        operation.id = operation,
        error = %error,
    );
}
