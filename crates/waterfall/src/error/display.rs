//! One line that helps at three in the morning: what was tried, what came back,
//! what to do next.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::{Details, Error, ErrorKind, RequestKind, WaitEnd};
use crate::network::BodyTooLong;
use crate::{ErrorCategory, JobState};
use job_polling::wait_state::StopReason;

/// The API's message is shown up to this many characters.
const LONGEST_MESSAGE: usize = 300;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = &*self.0;
        details.write_attempt(f)?;
        details.write_result(f)?;
        details.write_advice(f)?;
        details.write_wait(f)
    }
}

impl Details {
    fn write_attempt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.task, self.job_id) {
            (ErrorKind::InvalidQuery, ..) => f.write_str("query not sent: "),
            (ErrorKind::Config, ..) => f.write_str("configuration: "),
            (ErrorKind::WaitTimeout, _, Some(id)) => write!(f, "wait for job {id}: "),
            (ErrorKind::JobFailed, _, Some(id)) => write!(f, "job {id} "),
            (_, Some(RequestKind::Read(id)), _) => write!(f, "read of job {id}: "),
            (_, Some(RequestKind::Launch), _) => f.write_str("launch: "),
            _ => Ok(()),
        }
    }

    fn write_result(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.as_deref().unwrap_or("the API");
        match self.kind {
            ErrorKind::InvalidQuery | ErrorKind::Config => f.write_str(&self.problem),
            ErrorKind::Connect => write!(f, "no connection to {host}: {}", self.problem),
            ErrorKind::RateLimited => {
                f.write_str("not sent: a 429 keeps all requests with the key back")
            }
            ErrorKind::Stopped => f.write_str("not sent: launching was stopped"),
            ErrorKind::Timeout => {
                write!(f, "no whole answer from {host} in time: {}", self.problem)?;
                self.write_progress(f)
            }
            ErrorKind::Transport => {
                write!(f, "the exchange with {host} broke: {}", self.problem)?;
                self.write_progress(f)
            }
            ErrorKind::Api => self.write_refusal(f),
            ErrorKind::Redirect => {
                let to = if self.problem.is_empty() { "" } else { " to " };
                write!(f, "{host} answered {}{to}{}", self.status(), self.problem)
            }
            ErrorKind::InvalidResponse => {
                write!(f, "{host} answered {}, but {}", self.status(), self.problem)
            }
            ErrorKind::WaitTimeout => {
                if let Some(state) = self.final_state() {
                    let state = one_line(state.as_str());
                    return write!(f, "the job ended as {state}, but its result was not read");
                }
                let state = self.last.as_ref().map_or("unknown", |last| last.state.as_str());
                write!(f, "not over, last state {state}")
            }
            ErrorKind::JobFailed => {
                let state = self.last.as_ref().map_or("?", |last| last.state.as_str());
                write!(f, "ended as {state}")
            }
        }
    }

    fn write_refusal(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.status())?;
        if let Some(code) = &self.envelope.code {
            write!(f, " {}", one_line(code.as_str()))?;
        }
        match self.envelope.messages.first() {
            Some(message) if self.envelope.has_message => {
                write!(f, ", \"{}\"", one_line(message))
            }
            _ => Ok(()),
        }
    }

    /// How far an answer had come.
    fn write_progress(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Some(head) if head.body.is_empty() => {
                write!(f, ", after the head of {}", self.status())
            }
            Some(_) => write!(f, ", within the body of {}", self.status()),
            None => Ok(()),
        }
    }

    fn status(&self) -> String {
        let Some(head) = &self.answer else { return "nothing".to_owned() };
        match head.status.canonical_reason() {
            Some(reason) => format!("{} {reason}", head.status.as_u16()),
            None => head.status.as_u16().to_string(),
        }
    }

    fn write_advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.may_have_launched && self.task == Some(RequestKind::Launch) {
            return self.write_doubt(f);
        }
        match (self.kind, self.retry_after) {
            (ErrorKind::WaitTimeout, Some(pause)) if self.final_state().is_none() => {
                write!(f, "; the job goes on: wait for it again after {}", seconds(pause))?;
            }
            (_, Some(pause)) if self.transient && !pause.is_zero() => {
                write!(f, "; try again after {}", seconds(pause))?;
            }
            _ if self.advice().is_empty() => {}
            _ => write!(f, "; {}", self.advice())?,
        }
        match self.kind {
            _ if !self.may_have_launched => Ok(()),
            ErrorKind::JobFailed => Ok(()),
            ErrorKind::WaitTimeout => f.write_str(", don't launch again"),
            _ => match self.final_state() {
                Some(state) => {
                    write!(f, "; the job ended as {}: don't launch again", one_line(state.as_str()))
                }
                None => f.write_str("; the job goes on: don't launch again"),
            },
        }
    }

    /// A launch that may have been acted on.
    fn write_doubt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == ErrorKind::Redirect {
            write!(f, "; {}", self.advice())?;
        }
        match self.job_id {
            Some(id) => write!(f, "; the job runs: go on with job {id}, don't launch again"),
            None => f.write_str(
                "; the job may have been launched: look at your webhook or usage before you launch \
                 again",
            ),
        }
    }

    fn advice(&self) -> &'static str {
        match self.kind {
            ErrorKind::InvalidQuery | ErrorKind::Config => "",
            ErrorKind::Stopped => "nothing was launched: launch it in the next process",
            ErrorKind::Connect => {
                self.connect_failure.map_or("nothing was sent, so try again", |it| it.advice())
            }
            ErrorKind::RateLimited | ErrorKind::Timeout | ErrorKind::Transport => "try again",
            ErrorKind::Redirect => "redirects are not followed: correct the base URL",
            ErrorKind::InvalidResponse if self.transient => "probably a gateway's: try again",
            ErrorKind::InvalidResponse if self.is_cut() => {
                "the body's start is in the error: raise `max_body`, or report it"
            }
            ErrorKind::InvalidResponse => {
                "the body is in the error: update this crate, or report it"
            }
            ErrorKind::WaitTimeout if self.final_state().is_some() => "read it again by its id",
            ErrorKind::WaitTimeout => "the job goes on: wait for it again by its id",
            ErrorKind::JobFailed => "its snapshot says why; a new launch is a new job",
            ErrorKind::Api => self.advice_on_refusal(),
        }
    }

    /// Whether there was more of a body than its limit lets in.
    fn is_cut(&self) -> bool {
        let source = self.source.as_deref().and_then(|source| source.downcast_ref());
        source.is_some_and(BodyTooLong::is_cause_of)
    }

    fn advice_on_refusal(&self) -> &'static str {
        const ELSEWHERE: &str = "check the base URL and what stands between you and the API";
        let status = self.answer.as_ref().map_or(0, |head| head.status.as_u16());
        let is_read = matches!(self.task, Some(RequestKind::Read(_)));
        match (status, &self.envelope.category) {
            (_, Some(ErrorCategory::Routing)) => ELSEWHERE,
            (401, _) => "set an API key",
            (402, _) => "the account has no credit left",
            (403, Some(ErrorCategory::Permission)) => {
                "the account lacks this feature: ask Waterfall for it"
            }
            (403, None) => "check the API key and what stands between you and the API",
            (403, _) => "check the API key",
            // Of a job that this call has launched, the id is right.
            (404, _) if is_read && self.may_have_launched => "wait for it again by its id",
            (404, _) if is_read => "check the job's id; jobs expire",
            (400, _) if is_read => "check the job's id",
            (400, _) => "correct the query",
            _ if self.transient => "try again",
            _ => ELSEWHERE,
        }
    }

    fn write_wait(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(end) = self.wait else { return self.write_tries(f) };
        write!(f, " ({}", plural(end.reads, "read"))?;
        write!(f, " in {}", seconds(end.spent))?;
        match self.kind {
            ErrorKind::WaitTimeout => write_give_up(f, end)?,
            ErrorKind::JobFailed => {}
            _ => {
                let last = self.last.as_ref().map(|last| &last.state);
                let state = self.final_state().or(last);
                write!(f, ", last state {}", state.map_or("unknown", JobState::as_str))?;
            }
        }
        if let (ErrorKind::WaitTimeout, Some(last)) = (self.kind, self.last_failure()) {
            f.write_str("; the last read failed: ")?;
            last.write_result(f)?;
        }
        f.write_str(")")
    }

    /// That it was tried once goes without saying.
    fn write_tries(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tried {
            Some(tried) if tried.attempts > 1 => {
                write!(f, " ({} attempts in {})", tried.attempts, seconds(tried.spent))
            }
            _ => Ok(()),
        }
    }

    /// The state in which the job is known to have ended.
    pub(super) fn final_state(&self) -> Option<&JobState> {
        let last = self.last.as_ref().filter(|last| last.is_final()).map(|last| &last.state);
        last.or(self.ended_as.as_ref()).or_else(|| self.last_failure()?.ended_as.as_ref())
    }

    /// The error of a wait's last read.
    fn last_failure(&self) -> Option<&Self> {
        let error = self.source.as_ref()?.downcast_ref::<Error>()?;
        Some(&error.0)
    }
}

fn write_give_up(f: &mut fmt::Formatter<'_>, end: WaitEnd) -> fmt::Result {
    write!(f, ", limit {}", seconds(end.max_wait))?;
    match end.gave_up {
        Some(StopReason::RetryAfterBeyondDeadline(pause)) => {
            write!(f, ", told not to ask for another {}", seconds(pause))
        }
        _ => Ok(()),
    }
}

/// The innermost cause, on one line: the ones around it only say that there
/// is one.
pub(super) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    one_line(&cause.to_string())
}

/// Cut, and without anything that a terminal or a log would act on.
pub(super) fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(LONGEST_MESSAGE)
        .collect();
    if text.chars().nth(LONGEST_MESSAGE).is_some() {
        line.push('…');
    }
    line.trim().to_owned()
}

fn seconds(duration: Duration) -> String {
    let seconds = (duration.as_secs_f64() * 10.0).round() / 10.0;
    format!("{seconds} s")
}

fn plural(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_of_at_most_300_characters() {
        assert_eq!(one_line(" a\nb\t\u{1b}[31mc\r\n"), "a b  [31mc");
        assert_eq!(one_line(&"ü".repeat(300)), "ü".repeat(300));
        assert_eq!(one_line(&"ü".repeat(301)), format!("{}…", "ü".repeat(300)));
    }

    #[test]
    fn durations_are_short() {
        let rows = [(300_000, "300 s"), (12_340, "12.3 s"), (40, "0 s"), (60, "0.1 s")];
        for (milliseconds, expected) in rows {
            assert_eq!(seconds(Duration::from_millis(milliseconds)), expected);
        }
    }
}
