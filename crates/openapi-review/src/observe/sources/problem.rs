//! [`ReadError`]: why an input can't be read.

use std::fmt;
use std::io;

use crate::observe::observations::ObserveError;

/// The reason why an input can't be read. It names the input, but shows none of its contents.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReadError {
    /// The file or the host of the database.
    pub source: String,
    /// The problem.
    pub problem: ReadProblem,
}

/// The problem with an input.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadProblem {
    /// The input can't be read.
    Io(io::Error),
    /// The input is not JSON. Contains the line, if there is one.
    NotJson(usize),
    /// A file of observations can't be read, or an operation is unknown.
    Observations(ObserveError),
    /// A journal can't be read.
    Journal(String),
    /// This program was built without the feature `journals`.
    NoJournals,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "can't read {}: ", self.source)?;
        match &self.problem {
            ReadProblem::Io(error) => error.fmt(f),
            ReadProblem::NotJson(line) => write!(f, "it is not JSON from line {line} on"),
            ReadProblem::Observations(error) => error.fmt(f),
            ReadProblem::Journal(problem) => f.write_str(problem),
            ReadProblem::NoJournals => {
                f.write_str("this program was built without the feature `journals`")
            }
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadProblem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ObserveError> for ReadProblem {
    fn from(error: ObserveError) -> Self {
        Self::Observations(error)
    }
}
