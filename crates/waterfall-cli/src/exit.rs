//! [`Exit`]: the exit codes of the program.

use std::process::ExitCode;

use waterfall::{AnySnapshot, Error, ErrorKind, JobState};

use crate::finding::Finding;
use crate::last_job::last_state;
use crate::verdict::Verdict;

/// The outcome of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Found,
    NothingFound,
    Usage,
    JobFailed,
    TimedOut,
    Api,
    Transport,
    StillRunning,
    NotWritten,
    Refused,
    SomeFailed,
    Incomplete,
    Journal,
    CheckFailed,
    Interrupted,
}

impl Exit {
    const ALL: [Self; 15] = [
        Self::Found,
        Self::NothingFound,
        Self::Usage,
        Self::JobFailed,
        Self::TimedOut,
        Self::Api,
        Self::Transport,
        Self::StillRunning,
        Self::NotWritten,
        Self::Refused,
        Self::SomeFailed,
        Self::Incomplete,
        Self::Journal,
        Self::CheckFailed,
        Self::Interrupted,
    ];

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Found => 0,
            Self::NothingFound => 1,
            Self::Usage => 2,
            Self::JobFailed => 3,
            Self::TimedOut => 4,
            Self::Api => 5,
            Self::Transport => 6,
            Self::StillRunning => 7,
            Self::NotWritten => 8,
            Self::Refused => 9,
            Self::SomeFailed => 10,
            Self::Incomplete => 11,
            Self::Journal => 12,
            Self::CheckFailed => 13,
            Self::Interrupted => 130,
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Found => "the command succeeded, and found something",
            Self::NothingFound => "the command succeeded, and found nothing",
            Self::Usage => "bad arguments, input or configuration; nothing was sent",
            Self::JobFailed => "the job ended as FAILED or ABORTED",
            Self::TimedOut => "the job ended as TIMED_OUT, or the wait reached its deadline",
            Self::Api => "the API responded with an error, or its response could not be decoded",
            Self::Transport => "no connection, no response, or an incomplete one",
            Self::StillRunning => "`get` without --wait: the job is not done yet",
            Self::NotWritten => "the result could not be written to stdout",
            Self::Refused => "`webhook verify`: the delivery is refused",
            Self::SomeFailed => "several inputs: some failed; each line has the reason",
            Self::Incomplete => {
                "`batch run`: rows are left: a limit is reached, or rows are in doubt"
            }
            Self::Journal => "`batch`: the journal could not be used",
            Self::CheckFailed => {
                "`doctor`: a check failed; `drift`: responses deviate from the description"
            }
            Self::Interrupted => {
                "stopped by ctrl-c, SIGTERM or SIGHUP; launched jobs continue to run"
            }
        }
    }

    /// Returns the exit code of a job's state. A failed job is an error, and does not occur here.
    pub(crate) fn of_snapshot(snapshot: &AnySnapshot) -> Self {
        if !snapshot.is_final() {
            return Self::StillRunning;
        }
        match Finding::of(snapshot) {
            Finding::Found => Self::Found,
            Finding::Nothing => Self::NothingFound,
            Finding::Hidden(_) => Self::Api,
        }
    }

    /// Returns the exit code of a command that succeeded.
    pub(crate) fn of_result(found: bool) -> Self {
        if found { Self::Found } else { Self::NothingFound }
    }

    /// Returns the exit code of `webhook verify`.
    pub(crate) fn of_verdict(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Genuine => Self::Found,
            Verdict::Refused => Self::Refused,
            Verdict::Unknown => Self::Transport,
            Verdict::Unreadable => Self::Api,
        }
    }

    pub(crate) fn of_error(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidQuery | ErrorKind::Config => Self::Usage,
            ErrorKind::Api
            | ErrorKind::RateLimited
            | ErrorKind::Redirect
            | ErrorKind::InvalidResponse => Self::Api,
            ErrorKind::Stopped => Self::Interrupted,
            ErrorKind::WaitTimeout => Self::TimedOut,
            ErrorKind::JobFailed => match last_state(error).or(error.final_state()) {
                Some(JobState::TimedOut) => Self::TimedOut,
                _ => Self::JobFailed,
            },
            _ => Self::Transport,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// Returns the table for `--help`.
pub(crate) fn table() -> String {
    let row = |exit: Exit| format!("  {:<5}{}\n", exit.code(), exit.meaning());
    Exit::ALL.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_same_table() {
        let readme = include_str!("../README.md");
        for exit in Exit::ALL {
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(readme.contains(&row), "the README lacks the row {row}");
        }
    }
}
