//! What is going on, on stderr, while it goes on.

use std::env;
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use waterfall::{Error, ErrorKind, JobId, Snapshot};

use crate::event::Event;
use crate::session::Session;
use crate::{output, text};

/// Tells of a launch and a wait: one live line on a terminal, plain lines
/// elsewhere, events with `--json`.
#[derive(Debug)]
pub(crate) struct Status {
    how: How,
    since: Instant,
}

#[derive(Debug)]
enum How {
    /// Events of the launch.
    Json,
    /// Plain, but that others tell of the reads.
    Verbose,
    Plain,
    Live(ProgressBar),
}

impl Status {
    pub(crate) fn new(session: &Session) -> Self {
        let how = match session {
            Session { json: true, .. } => How::Json,
            Session { verbose: Some(_), .. } => How::Verbose,
            _ if is_live() => How::Live(live_line()),
            _ => How::Plain,
        };
        Self { how, since: Instant::now() }
    }

    /// The launch is on its way. On a terminal this is seen if it takes time.
    pub(crate) fn waiting_to_launch(&self) {
        if let How::Live(line) = &self.how {
            line.set_prefix("waiting to launch");
        }
    }

    /// The launch is about to be sent: from now on there may be a job.
    pub(crate) fn launching(&self) {
        match &self.how {
            How::Json => {
                let event = Event::Launching { index: 0, line: None, input: None };
                output::stderr(&event.line());
            }
            How::Live(line) => line.set_prefix("launching"),
            How::Verbose => output::stderr("launching"),
            How::Plain => {}
        }
    }

    /// The launch failed. The report has the rest.
    pub(crate) fn launch_failed(&self, may_have_launched: bool) {
        if let How::Json = &self.how {
            let event = Event::Failed { index: 0, line: None, may_have_launched };
            output::stderr(&event.line());
        }
    }

    /// The job has an id.
    pub(crate) fn launched(&self, job_id: JobId) {
        match &self.how {
            How::Json => {
                output::stderr(&Event::Launched { index: 0, line: None, job_id }.line());
            }
            How::Plain | How::Verbose => output::stderr(&format!("job {job_id} launched")),
            How::Live(line) => {
                line.set_prefix(format!("job {job_id} launched"));
                line.tick();
            }
        }
    }

    /// A job that was launched before is waited for.
    pub(crate) fn waiting(&self, job_id: JobId) {
        match &self.how {
            How::Json => {}
            How::Plain | How::Verbose => output::stderr(&format!("waiting for job {job_id}")),
            How::Live(line) => line.set_prefix(format!("job {job_id}")),
        }
    }

    /// A read has come back. One that ends the wait is told by the report.
    pub(crate) fn read(&self, item: &Result<Snapshot, Error>) {
        let (job_id, what, reads) = match item {
            Ok(snapshot) => {
                let state = text::cut(&text::clean(snapshot.state().as_str()), 20);
                (snapshot.job_id(), state, snapshot.reads())
            }
            Err(error) if error.kind() == ErrorKind::WaitTimeout || !error.is_retryable() => return,
            Err(error) => match error.job_id() {
                Some(job_id) => (job_id, failure(error), error.reads().unwrap_or(1)),
                None => return,
            },
        };
        let reads = text::count(reads as usize, "read");
        match &self.how {
            How::Json | How::Verbose => {}
            How::Plain => {
                let time = text::time(self.since.elapsed());
                output::stderr(&format!("job {job_id} {what}, {time}, {reads}"));
            }
            How::Live(line) => {
                line.set_prefix(format!("job {job_id} {what}"));
                line.set_message(format!(", {reads}"));
            }
        }
    }

    /// Something to be known meanwhile.
    pub(crate) fn note(&self, text: &str) {
        match &self.how {
            How::Json => {}
            How::Plain | How::Verbose => output::stderr(text),
            How::Live(line) => line.suspend(|| output::stderr(text)),
        }
    }

    /// Makes room for what comes at the end.
    pub(crate) fn clear(&self) {
        if let How::Live(line) = &self.how {
            line.finish_and_clear();
        }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Whether a line on stderr can be written again and again. The terminal of a build
/// server keeps every version of it.
pub(crate) fn is_live() -> bool {
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    stderr().is_terminal() && !dumb && !is_ci
}

fn live_line() -> ProgressBar {
    let clock = |state: &ProgressState, out: &mut dyn Write| {
        let _ = out.write_str(&text::time(state.elapsed()));
    };
    let line = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}, {clock}{msg}") {
        line.set_style(style.with_key("clock", clock));
    }
    line.enable_steady_tick(Duration::from_millis(100));
    line
}

/// A read that failed, in a few words.
fn failure(error: &Error) -> String {
    match error.status() {
        Some(status) if error.kind() == ErrorKind::Api => {
            format!("read failed ({})", status.as_u16())
        }
        _ => format!("read failed ({})", error.kind()),
    }
}
