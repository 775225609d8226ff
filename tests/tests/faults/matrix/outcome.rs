//! The observed outcome of a call, and the invariants that hold for every fault.

use std::time::Duration;

use waterfall::{Error, Job, Snapshot};

use super::stage::{KEY, query};
use super::table::{Call, Columns, Row};

/// The outcome of a row.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) columns: Columns,
    /// The error message.
    pub(crate) text: String,
    /// The number of launch calls in all plays of the row.
    pub(crate) launches: usize,
    /// The number of jobs that the server started for them.
    pub(crate) jobs: usize,
}

pub(crate) enum Ended {
    Launched(Job),
    Read(Snapshot),
}

/// One call and its outcome.
pub(crate) struct Played {
    pub(crate) ended: Result<Ended, Error>,
    pub(crate) took: Duration,
    pub(crate) sent: usize,
    pub(crate) jobs: usize,
}

impl Played {
    /// Returns the columns, with the time if it is measured.
    pub(crate) fn columns(&self, row: &Row, is_timed: bool) -> Columns {
        let (ends, safe) = match &self.ended {
            Ok(_) => ("ok".to_owned(), "-"),
            Err(error) => (error.kind().to_string(), safety(error)),
        };
        let seconds = (self.took.as_secs_f64() * 10.0).round() / 10.0;
        Columns {
            ends,
            safe: safe.to_owned(),
            sent: self.sent.to_string(),
            jobs: if row.call.launches() { self.jobs.to_string() } else { "-".to_owned() },
            seconds: if is_timed { seconds.to_string() } else { "-".to_owned() },
            carries: self.carries(row.call),
        }
    }

    pub(crate) fn text(&self) -> String {
        self.ended.as_ref().err().map(Error::to_string).unwrap_or_default()
    }

    /// Returns the number of attempts of a failed call, or of its read if that is higher.
    fn tries(&self) -> Option<u32> {
        let error = self.ended.as_ref().err()?;
        error.reads().or(error.launch_attempts())
    }

    fn carries(&self, call: Call) -> String {
        let parts = match &self.ended {
            Ok(Ended::Launched(_)) => Vec::new(),
            Ok(Ended::Read(snapshot)) => of_snapshot(snapshot),
            Err(error) => of_error(error, call),
        };
        if parts.is_empty() { "-".to_owned() } else { parts.join(" ") }
    }

    /// Checks the invariants of every call.
    pub(crate) fn check(&self, row: &Row) {
        let name = format!("{} {:?}", row.fault, row.call);
        if let Err(error) = &self.ended {
            check_text(&name, error);
        }
        match row.call {
            Call::Launch | Call::Stop => self.check_launch(&name),
            Call::Enrich => self.check_enrich(&name),
            Call::Fetch | Call::Wait => assert_eq!(self.jobs, 0, "{name}"),
        }
    }

    /// With any outcome after a launch, it starts exactly one job, whose ID is reported.
    fn check_enrich(&self, name: &str) {
        assert_eq!(self.jobs, 1, "{name}");
        if let Err(error) = &self.ended {
            assert!(error.may_have_launched() && error.job_id().is_some(), "{name}: {error}");
            assert_eq!(
                (error.query(), error.launch_attempts()),
                (Some(&query()), Some(1)),
                "{name}"
            );
        }
    }

    /// No launch starts two jobs, and its report on whether a job may exist is correct.
    fn check_launch(&self, name: &str) {
        assert!(self.jobs <= 1, "{name}: {} jobs", self.jobs);
        let (attempts, says) = match &self.ended {
            Ok(Ended::Launched(job)) => (job.launch_attempts(), self.jobs == 1),
            Ok(Ended::Read(_)) => unreachable!("a launch reads nothing"),
            Err(error) => {
                assert_eq!(error.query(), Some(&query()), "{name}");
                (error.launch_attempts(), error.may_have_launched() || self.jobs == 0)
            }
        };
        assert!(says, "{name}: {} jobs", self.jobs);
        // An abandoned request may not have arrived, but every attempt is reported.
        assert!(attempts >= Some(self.sent as u32), "{name}: {attempts:?} of {}", self.sent);
    }
}

/// A transient fault is overcome exactly where a call is retried.
pub(crate) fn check_passing(row: &Row, always: &Played, once: &Played) {
    let name = format!("{} {:?}, once", row.fault, row.call);
    let kind = |played: &Played| played.ended.as_ref().err().map(Error::kind);
    if always.tries() > Some(1) {
        assert_eq!(kind(once), None, "{name}: {}", once.text());
    } else {
        assert_eq!((kind(once), once.sent), (kind(always), always.sent), "{name}: {}", once.text());
    }
}

fn safety(error: &Error) -> &'static str {
    match (error.is_retryable(), error.may_have_launched()) {
        (true, true) => "both", // which no rule has
        (true, false) => "again",
        (false, true) => "doubt",
        (false, false) => "no",
    }
}

fn of_snapshot(snapshot: &Snapshot) -> Vec<String> {
    let mut parts = vec![snapshot.state().to_string()];
    parts.extend(snapshot.person().map(|_| "person".to_owned()));
    parts.extend(snapshot.elapsed().map(|time| format!("{}s", time.as_secs())));
    parts
}

fn of_error(error: &Error, call: Call) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(error.status().map(|status| status.as_u16().to_string()));
    parts.extend(error.code().map(|_| "code".to_owned()));
    parts.extend(error.retry_after().map(|pause| format!("after={}", pause.as_secs_f64())));
    parts.extend(error.json_path().map(|path| format!("at={path}")));
    parts.extend(error.body().filter(|body| !body.is_empty()).map(|_| "body".to_owned()));
    parts.extend(error.job_id().filter(|_| call.launches()).map(|_| "job".to_owned()));
    parts.extend(error.snapshot().map(|last| format!("last={}", last.state())));
    parts
}

/// The message is a single short line without secrets.
fn check_text(name: &str, error: &Error) {
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        texts.extend([source.to_string(), format!("{source:?}")]);
        cause = source.source();
    }
    for text in &texts {
        for secret in [KEY, "jane", "Jane", "Doe"] {
            assert!(!text.contains(secret), "{name}: {text}");
        }
    }
    assert!(!texts[0].contains(char::is_control) && texts[0].len() < 1_000, "{name}: {}", texts[0]);
}
