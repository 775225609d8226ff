//! One-line error messages: what was attempted, what came back, what to do next.

use std::fmt;
use std::time::Duration;

use job_polling::wait_state::StopReason;
use waterfall_api::types::{ErrorCategory, ErrorCode, JobState};

use super::Error;
use super::body_too_long::BodyTooLong;
use super::details::Details;
use super::kind::ErrorKind;
use super::progress::WaitEnd;
use super::request::{Effect, RequestKind};
use super::text::one_line;

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
        match (self.kind, self.request, self.job_id) {
            (ErrorKind::InvalidQuery, _, Some(id)) => write!(f, "job {id} not read: "),
            (ErrorKind::InvalidQuery, ..) => f.write_str("query not sent: "),
            (ErrorKind::Config, ..) => f.write_str("configuration: "),
            (ErrorKind::WaitTimeout, _, Some(id)) => write!(f, "wait for job {id}: "),
            (ErrorKind::JobFailed, _, Some(id)) => write!(f, "job {id} "),
            (_, Some(RequestKind::Read(id)), _) => write!(f, "read of job {id}: "),
            (_, Some(RequestKind::Launch), _) => f.write_str("launch: "),
            (_, Some(RequestKind::Operation(call)), _) => write!(f, "{}: ", call.name),
            _ => Ok(()),
        }
    }

    fn write_result(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.as_deref().unwrap_or("the API");
        match self.kind {
            ErrorKind::InvalidQuery | ErrorKind::Config => f.write_str(&self.problem),
            ErrorKind::Connect => write!(f, "no connection to {host}: {}", self.problem),
            ErrorKind::RateLimited => {
                f.write_str("not sent: rate limited (429); requests with this key are paused")
            }
            ErrorKind::Stopped => f.write_str("not sent: launching was stopped"),
            ErrorKind::Timeout => {
                write!(f, "timed out before a complete response from {host}: {}", self.problem)?;
                self.write_progress(f)
            }
            ErrorKind::Transport => {
                write!(f, "connection to {host} failed mid-request: {}", self.problem)?;
                self.write_progress(f)
            }
            ErrorKind::Api => self.write_refusal(f),
            ErrorKind::Redirect => {
                let to = if self.problem.is_empty() { "" } else { " to " };
                write!(f, "{host} responded with {}{to}{}", self.status(), self.problem)
            }
            ErrorKind::InvalidResponse => {
                write!(f, "{host} responded with {}, but {}", self.status(), self.problem)
            }
            ErrorKind::WaitTimeout => {
                if let Some(state) = self.final_state() {
                    let state = one_line(state.as_str());
                    return write!(f, "the job ended as {state}, but its result was not read");
                }
                let state = self.last.as_ref().map_or("unknown", |last| last.state.as_str());
                write!(f, "not finished, last state {state}")
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

    /// Returns the part of a response that had arrived.
    fn write_progress(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.response {
            Some(head) if head.body.is_empty() => {
                write!(f, ", after the headers of {}", self.status())
            }
            Some(_) => write!(f, ", within the body of {}", self.status()),
            None => Ok(()),
        }
    }

    fn status(&self) -> String {
        let Some(head) = &self.response else { return "nothing".to_owned() };
        match head.status.canonical_reason() {
            Some(reason) => format!("{} {reason}", head.status.as_u16()),
            None => head.status.as_u16().to_string(),
        }
    }

    fn write_advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(request) = self.request.filter(|request| request.has_effect())
            && self.may_have_launched
            && self.kind != ErrorKind::JobFailed
        {
            return self.write_doubt(request, f);
        }
        match (self.kind, self.retry_after) {
            (ErrorKind::WaitTimeout, Some(pause)) if self.final_state().is_none() => {
                write!(f, "; the job continues: wait for it again after {}", seconds(pause))?;
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
                None => f.write_str("; the job continues: don't launch again"),
            },
        }
    }

    /// Returns the advice for a request that the server may have acted on.
    fn write_doubt(&self, request: RequestKind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == ErrorKind::Redirect {
            write!(f, "; {}", self.advice())?;
        }
        if let RequestKind::Operation(call) = request {
            return self.write_doubt_of(call.effect, f);
        }
        match self.job_id {
            Some(id) => {
                write!(f, "; the job is running: continue with job {id}, don't launch again")
            }
            None => f.write_str(
                "; the job may have been launched: check your webhook or usage before you launch \
                 again",
            ),
        }
    }

    fn write_doubt_of(&self, effect: Effect, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (effect, self.job_id) {
            (Effect::BilledJob, Some(id)) => {
                return write!(
                    f,
                    "; the request was processed: read the result of job {id}, don't send the \
                     request again"
                );
            }
            (Effect::BilledJob | Effect::BilledOnce, _) => {
                "; the request may have been processed and billed: check the account's usage before \
                 you send it again"
            }
            (Effect::NewKey, _) => {
                "; a key may have been created: list the keys before you create another one"
            }
            (Effect::Unknown, _) => {
                "; the request may have been processed: check its effect before you send it again"
            }
            (Effect::None, _) => "",
        })
    }

    fn advice(&self) -> &'static str {
        match self.kind {
            ErrorKind::JobFailed if matches!(self.request, Some(RequestKind::Operation(_))) => {
                "the error contains the response; a new request is a new job"
            }
            ErrorKind::InvalidQuery | ErrorKind::Config => "",
            ErrorKind::Stopped => "nothing was launched: launch it in the next process",
            ErrorKind::Connect => {
                self.connect_failure.map_or("nothing was sent, so try again", |it| it.advice())
            }
            ErrorKind::RateLimited | ErrorKind::Timeout | ErrorKind::Transport => "try again",
            ErrorKind::Redirect => "redirects are not followed: correct the base URL",
            ErrorKind::InvalidResponse if self.transient => "probably from a gateway: try again",
            ErrorKind::InvalidResponse if self.is_too_long() => {
                "the error contains the start of the body: raise `max_body`, or report it"
            }
            ErrorKind::InvalidResponse => {
                "the error contains the body: update this crate, or report it"
            }
            ErrorKind::WaitTimeout if self.final_state().is_some() => "read it again by its id",
            ErrorKind::WaitTimeout => "the job continues: wait for it again by its id",
            ErrorKind::JobFailed => "see its snapshot for the reason; a new launch is a new job",
            ErrorKind::Api => self.advice_on_refusal(),
        }
    }

    /// Returns whether the body was longer than its limit.
    fn is_too_long(&self) -> bool {
        let source = self.source.as_deref().and_then(|source| source.downcast_ref());
        source.is_some_and(BodyTooLong::is_cause_of)
    }

    fn advice_on_refusal(&self) -> &'static str {
        const ELSEWHERE: &str = "check the base URL, and any proxy or gateway in front of the API";
        let status = self.response.as_ref().map_or(0, |head| head.status.as_u16());
        let is_read = matches!(self.request, Some(RequestKind::Read(_)));
        if let Some(advice) = self.envelope.code.as_ref().and_then(|code| self.advice_on_code(code))
        {
            return advice;
        }
        match (status, &self.envelope.category) {
            (_, Some(ErrorCategory::Routing)) => ELSEWHERE,
            (401, _) => "set an API key",
            (402, _) => "the account has no credit left",
            (403, Some(ErrorCategory::Permission)) => {
                "the account lacks this feature: ask Waterfall for it"
            }
            (403, None) => "check the API key, and any proxy or gateway in front of the API",
            (403, _) => "check the API key",
            // This call has launched the job, so its ID is correct.
            (404, _) if is_read && self.may_have_launched => "wait for it again by its id",
            (404, _) if is_read => "check the job's id; jobs expire",
            (400, _) if is_read => "check the job's id",
            (400, _) => "correct the query",
            _ if self.transient => "try again",
            _ => ELSEWHERE,
        }
    }

    /// Returns the advice for codes of immediate operations.
    fn advice_on_code(&self, code: &ErrorCode) -> Option<&'static str> {
        let Some(RequestKind::Operation(call)) = self.request else { return None };
        Some(match code.as_str() {
            "AUTH_NEED_MASTER_API_KEY" | "PERMISSION_NEED_ADMIN_API_KEY" => {
                "use the master key of the account"
            }
            "NOT_FOUND_NO_MASTER_API_KEY_FOUND" => {
                "the account has no master key: ask Waterfall for one"
            }
            "NOT_FOUND_ACCOUNT_OR_KEY_NOT_FOUND" => "check the API key",
            "NOT_FOUND_API_KEY_NOT_FOUND" => "check the key that is to be modified",
            "NOT_FOUND_NOT_FOUND" if call.effect == Effect::BilledJob => {
                "Waterfall does not know the company; nothing is billed"
            }
            _ => return None,
        })
    }

    fn write_wait(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(end) = self.wait else { return self.write_attempts(f) };
        write!(f, " ({}", plural(end.reads, "read"))?;
        write!(f, " in {}", seconds(end.spent))?;
        match self.kind {
            ErrorKind::WaitTimeout => write_stop(f, end)?,
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

    /// A single attempt is not mentioned.
    fn write_attempts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attempts {
            Some(stats) if stats.attempts > 1 => {
                write!(f, " ({} attempts in {})", stats.attempts, seconds(stats.spent))
            }
            _ => Ok(()),
        }
    }
}

fn write_stop(f: &mut fmt::Formatter<'_>, end: WaitEnd) -> fmt::Result {
    write!(f, ", limit {}", seconds(end.max_wait))?;
    match end.stopped {
        Some(StopReason::RetryAfterBeyondDeadline(pause)) => {
            write!(f, ", Retry-After {}", seconds(pause))
        }
        _ => Ok(()),
    }
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
    fn durations_are_short() {
        let rows = [(300_000, "300 s"), (12_340, "12.3 s"), (40, "0 s"), (60, "0.1 s")];
        for (milliseconds, expected) in rows {
            assert_eq!(seconds(Duration::from_millis(milliseconds)), expected);
        }
    }
}
