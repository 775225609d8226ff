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
    /// The program was interrupted during a batch, and this many jobs are left.
    Stopped {
        left: usize,
        /// Whether this process has launched them, or may have.
        launched: bool,
        not_launched: NotLaunched,
    },
    /// The key, the account or the connection is refused: one of many inputs has failed
    /// like this, and nothing more was launched.
    Refused {
        error: Error,
        not_launched: NotLaunched,
        /// Of all inputs together.
        exit: Exit,
    },
    /// Stdin broke off after this many launches.
    NotRead { error: io::Error, hint: Option<&'static str>, launched: usize, exit: Exit },
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
            Self::Refused { exit, .. } | Self::NotRead { exit, .. } => *exit,
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

/// At most this many runs of inputs are listed.
const LONGEST_LIST: usize = 8;

/// The queries of a batch that were not launched.
#[derive(Debug, Default)]
pub(crate) struct NotLaunched {
    pub(crate) queries: usize,
    /// How many were.
    pub(crate) launched: usize,
    /// Stdin may have others.
    pub(crate) more: bool,
    /// Inputs that follow each other: the numbers of the first and the last, and the
    /// index of the last.
    runs: Vec<(u64, u64, usize)>,
}

impl NotLaunched {
    /// Adds an input, in order.
    pub(crate) fn add(&mut self, index: usize, number: u64) {
        self.queries += 1;
        match self.runs.last_mut() {
            Some((_, last, at)) if *at + 1 == index => (*last, *at) = (number, index),
            _ => self.runs.push((number, number, index)),
        }
    }

    /// What is said of them, if there are any: `3 queries were not launched (7, 9-10)`.
    pub(crate) fn told(&self) -> Option<String> {
        if self.queries == 0 {
            return self.more.then(|| "what follows on stdin was not launched".to_owned());
        }
        let run = |(first, last, _): &(u64, u64, usize)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        let mut list: Vec<String> = self.runs.iter().take(LONGEST_LIST).map(run).collect();
        if self.runs.len() > LONGEST_LIST {
            list.push("…".to_owned());
        }
        let list = list.join(", ");
        let queries = match self.queries {
            1 => "1 query was".to_owned(),
            queries => format!("{queries} queries were"),
        };
        let more = if self.more { ", nor what follows on stdin" } else { "" };
        Some(format!("{queries} not launched ({list}){more}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_that_were_not_launched_are_listed_in_runs() {
        let rows: &[(&[u64], bool, Option<&str>)] = &[
            (&[], false, None),
            (&[], true, Some("what follows on stdin was not launched")),
            (&[7], false, Some("1 query was not launched (7)")),
            (&[7, 9, 10, 11], false, Some("4 queries were not launched (7, 9-11)")),
            (&[7, 8], true, Some("2 queries were not launched (7-8), nor what follows on stdin")),
            (
                &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19],
                false,
                Some("10 queries were not launched (1, 3, 5, 7, 9, 11, 13, 15, …)"),
            ),
        ];
        for (numbers, more, expected) in rows {
            let mut left = NotLaunched { more: *more, ..NotLaunched::default() };
            for number in *numbers {
                left.add(*number as usize, *number);
            }
            assert_eq!(left.told().as_deref(), *expected);
        }
    }

    /// Empty lines have numbers and no index.
    #[test]
    fn lines_that_are_skipped_break_no_run() {
        let mut left = NotLaunched::default();
        for (index, number) in [(4, 7), (5, 9), (6, 20)] {
            left.add(index, number);
        }
        assert_eq!(left.told().unwrap(), "3 queries were not launched (7-20)");
    }
}
