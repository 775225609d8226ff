//! [`Failure`]: why a command has no result. The table in `report::description` defines the report
//! of each.

mod not_launched;

use std::io;

use waterfall::{Error, ErrorKind, JobId};
use waterfall_batch::{BatchError, JournalError};

pub(crate) use self::not_launched::NotLaunched;
use crate::exit::Exit;
use crate::last_job::last_response;
use crate::verdict::Verdict;

/// Why a command has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no API key.
    NoKey,
    /// An option, a variable or the input can't be used.
    Config { what: String, hint: &'static str },
    /// An error of the client.
    Client(Error),
    /// An error of an immediate operation, or of a query before its launch.
    Operation {
        error: Error,
        /// The command with its subcommand.
        command: &'static str,
        /// The response that belongs to the error, which may have been paid for.
        response: Option<Vec<u8>>,
    },
    /// The journal of a batch can't be used.
    Journal(String),
    /// The rows of a file or of stdin, or the state of a batch, do not allow the requested action.
    Batch { what: String, hint: String },
    /// A delivery that is not known to be genuine, or could not be decoded.
    Delivery { verdict: Verdict, what: String, hint: String },
    /// The program was interrupted.
    Interrupted {
        /// The job that continues to run, if its id is known.
        job_id: Option<JobId>,
        /// Whether this process has launched it, or may have.
        launched: bool,
    },
    /// Some arguments are not valid queries; nothing was sent.
    Queries { problems: Vec<String>, of: usize, command: &'static str },
    /// The program was interrupted during a batch, and this many jobs remain.
    Stopped {
        left: usize,
        /// Whether this process has launched them, or may have.
        launched: bool,
        not_launched: NotLaunched,
    },
    /// The key or the account was rejected, or the connection failed. Nothing was launched after
    /// the first input with this error.
    Refused {
        error: Error,
        not_launched: NotLaunched,
        /// The exit code of the batch.
        exit: Exit,
    },
    /// Reading stdin failed after this many launches.
    NotRead { error: io::Error, hint: Option<String>, launched: usize, exit: Exit },
    /// The result could not be written to stdout.
    NotWritten { error: io::Error, job_id: Option<JobId> },
    /// An operation of the operating system failed.
    System { what: String, error: io::Error, hint: Option<&'static str> },
}

impl Failure {
    pub(crate) fn system(what: &str, error: io::Error) -> Self {
        Self::System { what: what.to_owned(), error, hint: None }
    }

    /// Returns the response that belongs to a failure: that of a job that failed, or JSON that
    /// could not be decoded. Both may have been paid for.
    pub(crate) fn response(&self) -> Option<&[u8]> {
        let error = match self {
            Self::Client(error) => error,
            Self::Operation { response, .. } => return response.as_deref(),
            _ => return None,
        };
        match error.kind() {
            ErrorKind::JobFailed => last_response(error),
            ErrorKind::InvalidResponse => error.body().filter(|body| is_json(body)),
            _ => None,
        }
    }
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Client(error) => Self::Client(error),
            other => Self::Journal(other.to_string()),
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::Journal(error.to_string())
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
