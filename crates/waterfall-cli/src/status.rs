//! [`Status`]: the progress of one launch or wait, on stderr.

use std::env;
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use waterfall::{AnySnapshot, Error, ErrorKind, JobId, JobKind, JobState, Snapshot};

use crate::event::Event;
use crate::session::Session;
use crate::{output, terminal_text};

/// Reports the progress of a launch and a wait: one live line on a terminal, plain lines
/// elsewhere, and events with `--json`.
#[derive(Debug)]
pub(crate) struct Status {
    mode: Mode,
    since: Instant,
}

#[derive(Debug)]
enum Mode {
    /// Events of the launch.
    Json,
    /// Prints plain text, except that `--verbose` logs the reads.
    Verbose,
    Plain,
    Live(ProgressBar),
}

impl Status {
    pub(crate) fn new(session: &Session) -> Self {
        let mode = match session {
            Session { json: true, .. } => Mode::Json,
            Session { verbose: Some(_), .. } => Mode::Verbose,
            _ if is_live() => Mode::Live(live_line()),
            _ => Mode::Plain,
        };
        Self { mode, since: Instant::now() }
    }

    /// Reports that the launch waits for the rate limit.
    pub(crate) fn waiting_to_launch(&self) {
        if let Mode::Live(line) = &self.mode {
            line.set_prefix("waiting to launch");
        }
    }

    /// Reports that the launch is about to be sent: from now on, a job may exist.
    pub(crate) fn launching(&self) {
        match &self.mode {
            Mode::Json => {
                let event = Event::Launching { index: 0, line: None, input: None };
                output::stderr(&event.line());
            }
            Mode::Live(line) => line.set_prefix("launching"),
            Mode::Verbose => output::stderr("launching"),
            Mode::Plain => {}
        }
    }

    /// Reports that the launch failed. The failure itself is reported at the end.
    pub(crate) fn launch_failed(&self, may_have_launched: bool) {
        if let Mode::Json = &self.mode {
            let event = Event::Failed { index: 0, line: None, may_have_launched };
            output::stderr(&event.line());
        }
    }

    /// Reports that the job has an ID.
    pub(crate) fn launched(&self, job_id: JobId) {
        match &self.mode {
            Mode::Json => {
                output::stderr(&Event::Launched { index: 0, line: None, job_id }.line());
            }
            Mode::Plain | Mode::Verbose => output::stderr(&format!("job {job_id} launched")),
            Mode::Live(line) => {
                line.set_prefix(format!("job {job_id} launched"));
                line.tick();
            }
        }
    }

    /// Reports the wait for a job that was launched earlier.
    pub(crate) fn waiting(&self, job_id: JobId) {
        match &self.mode {
            Mode::Json => {}
            Mode::Plain | Mode::Verbose => output::stderr(&format!("waiting for job {job_id}")),
            Mode::Live(line) => line.set_prefix(format!("job {job_id}")),
        }
    }

    /// Reports a completed read. The outcome of the last read is reported at the end.
    pub(crate) fn read<K: JobKind>(&self, item: &Result<Snapshot<K>, Error>) {
        let item = item.as_ref();
        self.has_read(item.map(|job| (job.job_id(), job.state(), job.reads())));
    }

    /// Like [`read`](Self::read), for a job of any kind.
    pub(crate) fn read_any(&self, item: &Result<AnySnapshot, Error>) {
        let item = item.as_ref();
        self.has_read(item.map(|job| (job.job_id(), job.state(), job.reads())));
    }

    fn has_read(&self, item: Result<(JobId, &JobState, u32), &Error>) {
        let (job_id, what, reads) = match item {
            Ok((job_id, state, reads)) => {
                (job_id, terminal_text::cut(&terminal_text::clean(state.as_str()), 20), reads)
            }
            Err(error) if error.kind() == ErrorKind::WaitTimeout || !error.is_retryable() => return,
            Err(error) => match error.job_id() {
                Some(job_id) => (job_id, failure(error), error.reads().unwrap_or(1)),
                None => return,
            },
        };
        let reads = terminal_text::count(reads as usize, "read");
        match &self.mode {
            Mode::Json | Mode::Verbose => {}
            Mode::Plain => {
                let time = terminal_text::time(self.since.elapsed());
                output::stderr(&format!("job {job_id} {what}, {time}, {reads}"));
            }
            Mode::Live(line) => {
                line.set_prefix(format!("job {job_id} {what}"));
                line.set_message(format!(", {reads}"));
            }
        }
    }

    /// Prints a note above the live line.
    pub(crate) fn note(&self, text: &str) {
        match &self.mode {
            Mode::Json => {}
            Mode::Plain | Mode::Verbose => output::stderr(text),
            Mode::Live(line) => line.suspend(|| output::stderr(text)),
        }
    }

    /// Removes the live line before the result.
    pub(crate) fn clear(&self) {
        if let Mode::Live(line) = &self.mode {
            line.finish_and_clear();
        }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Returns whether a line on stderr can be updated in place. The log of a CI job would keep every
/// version of the line.
pub(crate) fn is_live() -> bool {
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    stderr().is_terminal() && !dumb && !is_ci
}

fn live_line() -> ProgressBar {
    let clock = |state: &ProgressState, out: &mut dyn Write| {
        let _ = out.write_str(&terminal_text::time(state.elapsed()));
    };
    let line = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}, {clock}{msg}") {
        line.set_style(style.with_key("clock", clock));
    }
    line.enable_steady_tick(Duration::from_millis(100));
    line
}

/// Returns a short description of a failed read.
fn failure(error: &Error) -> String {
    match error.status() {
        Some(status) if error.kind() == ErrorKind::Api => {
            format!("read failed ({})", status.as_u16())
        }
        _ => format!("read failed ({})", error.kind()),
    }
}
