//! Writes to stdout and stderr without panicking.

use std::io::{self, ErrorKind, Write};

/// Writes to stdout. A closed pipe is not an error.
pub(crate) fn stdout(bytes: &[u8]) -> io::Result<()> {
    match stdout_or_broken_pipe(bytes) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Like [`stdout`], but a closed pipe is an error, so that a batch stops.
pub(crate) fn stdout_or_broken_pipe(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush())
}

/// [`stdout`] as a writer. Use it with a buffer.
#[derive(Debug)]
pub(crate) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        stdout(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes lines to stderr. A failure is ignored, because there is nowhere else to report it.
pub(crate) fn stderr(text: &str) {
    let mut text = text.trim_end().to_owned();
    text.push('\n');
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Returns an error if the program was started with its stdout closed (`>&-`). Output would be lost
/// without a report.
pub(crate) fn check_stdout() -> io::Result<()> {
    #[cfg(unix)]
    if closed::STDOUT.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(io::Error::other("it is closed"));
    }
    Ok(())
}

/// The standard library opens `/dev/null` in place of a closed stdout before `main`, so this check
/// runs earlier. Afterwards, a closed stdout is indistinguishable from one that was redirected to
/// `/dev/null`.
#[cfg(unix)]
mod closed {
    use std::sync::atomic::{AtomicBool, Ordering};

    pub(super) static STDOUT: AtomicBool = AtomicBool::new(false);

    ctor::declarative::ctor! {
        #[ctor(unsafe)]
        fn check_descriptor() {
            let flags = rustix::io::fcntl_getfd(rustix::stdio::stdout());
            STDOUT.store(flags == Err(rustix::io::Errno::BADF), Ordering::Relaxed);
        }
    }
}
