//! What can go wrong with a command.

use std::io;

use waterfall::{Error, ErrorKind, JobId};

use crate::exit::Exit;
use crate::verdict::Verdict;

/// Why a command has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no API key.
    NoKey,
    /// What was given can't be used.
    Config { what: String, hint: &'static str },
    /// What the client says.
    Client(Error),
    /// A delivery that is not known to be genuine, or is not understood.
    Delivery { verdict: Verdict, what: String, hint: String },
    /// The program was told to stop.
    Interrupted {
        /// The job that goes on, if its id is known.
        job_id: Option<JobId>,
        /// Whether this process has launched it, or may have.
        launched: bool,
    },
    /// Some of the queries are none; nothing was sent.
    Queries { problems: Vec<String>, of: usize },
    /// The program was told to stop while many jobs ran, and so many are left.
    Stopped {
        left: usize,
        /// Whether this process has launched them, or may have.
        launched: bool,
    },
    /// There is a result, and stdout takes it not.
    NotWritten { error: io::Error, job_id: Option<JobId> },
    /// The machine does not play along.
    System { what: String, error: io::Error, hint: Option<&'static str> },
}

impl Failure {
    pub(crate) fn system(what: &str, error: io::Error) -> Self {
        Self::System { what: what.to_owned(), error, hint: None }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoKey | Self::Config { .. } | Self::System { .. } | Self::Queries { .. } => {
                Exit::Usage
            }
            Self::Client(error) => Exit::of_error(error),
            Self::Delivery { verdict, .. } => Exit::of_verdict(*verdict),
            Self::Interrupted { .. } | Self::Stopped { .. } => Exit::Interrupted,
            Self::NotWritten { .. } => Exit::NotWritten,
        }
    }

    /// What came, where that is more than an error: of a job that failed, or an
    /// answer that is JSON of an unexpected kind. Both may have been paid for.
    pub(crate) fn answer(&self) -> Option<&[u8]> {
        let Self::Client(error) = self else { return None };
        match error.kind() {
            ErrorKind::JobFailed => error.snapshot().map(|job| &**job.raw()),
            ErrorKind::InvalidResponse => error.body().filter(|body| is_json(body)),
            _ => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

pub(crate) fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}
