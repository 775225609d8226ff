//! Writing, without a panic when nobody reads.

use std::io::{self, ErrorKind, Write};

/// Writes to stdout, and to its end. A reader that has gone away has had enough.
pub(crate) fn stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The same, but a reader that has gone away is an error: more was to come.
pub(crate) fn whole(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush())
}

/// Writes lines to stderr. If that fails, there is no other place to say so.
pub(crate) fn stderr(text: &str) {
    let mut text = text.trim_end().to_owned();
    text.push('\n');
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
