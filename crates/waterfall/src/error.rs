//! [`Error`]: everything that can go wrong.
//!
//! The module holds plain data. What belongs to a kind of jobs, such as the snapshot and the query
//! of an error, is stored as [`Any`]; the modules of those types have the typed accessors.

mod body_too_long;
mod connect_failure;
mod constructors;
mod details;
mod display;
mod envelope;
mod from_call;
mod kind;
mod partial_state;
mod progress;
mod request;
mod text;

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::types::{ErrorCategory, ErrorCode, JobState};

pub(crate) use self::body_too_long::BodyTooLong;
pub use self::connect_failure::ConnectFailure;
pub(crate) use self::connect_failure::{NotConnected, Proxy};
use self::details::Details;
pub use self::kind::ErrorKind;
pub(crate) use self::progress::{AttemptStats, LastState, WaitEnd};
pub(crate) use self::request::{Call, Effect, OperationCall, RequestKind};
use crate::job_id::JobId;

/// What went wrong, what came back, and what to do about it.
///
/// To handle an error, check its [`kind`](Self::kind), and for an error response of the API its
/// [`code`](Self::code) or, for unknown codes, its [`category`](Self::category); never its text.
/// [`is_retryable`](Self::is_retryable) returns whether the same call may be repeated, and
/// [`may_have_launched`](Self::may_have_launched) whether an unknown job may be running.
///
/// `Display` is one line: what was attempted, what came back, and what to do next. Neither it nor
/// `Debug` contains the API key, the query string of a URL, a body, or personal data; accessors
/// return the latter. The API's `message` is shown, up to 300 characters.
///
/// An error is as large as a pointer, and cheap to clone.
///
/// ```
/// use waterfall::{Client, ContactQuery, ErrorCategory, ErrorKind};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().quota(0).build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// match client.enrich(ContactQuery::email("jane.doe@acme.com")).await {
///     Ok(done) => println!("{:?}", done.person()),
///     Err(error) if error.category() == Some(&ErrorCategory::Quota) => println!("no credit left"),
///     Err(error) if error.kind() == ErrorKind::WaitTimeout => {
///         println!("later: {:?}", error.job_id());
///     }
///     Err(error) if error.may_have_launched() => println!("don't launch again: {error}"),
///     Err(error) => println!("{error}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Details>);

impl Error {
    /// Returns the category of the failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status, if the headers of a response arrived, even if its body is
    /// incomplete or could not be decoded.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.response.as_ref().map(|head| head.status)
    }

    /// Returns the API's code for the error. Codes are added without notice.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.envelope.code.as_ref()
    }

    /// Returns the category of the code: the one in the response, otherwise the known category that
    /// is a prefix of the code.
    pub fn category(&self) -> Option<&ErrorCategory> {
        self.0.envelope.category.as_ref()
    }

    /// Returns the API's texts for people: its message, then the details. For
    /// [`JobFailed`](ErrorKind::JobFailed), the message of the job; for
    /// [`InvalidQuery`](ErrorKind::InvalidQuery), each problem. The texts are complete, and may
    /// quote what was sent.
    pub fn messages(&self) -> &[String] {
        &self.0.envelope.messages
    }

    /// Returns the pause that the API asks for, from the time of its response: a `Retry-After` in
    /// seconds or as a date, at most one hour.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the location in a body that doesn't match the API's description, for example
    /// `$.status`; `$` if the body is not JSON. Mismatches that don't prevent a job from being
    /// decoded are not errors but [deviations](crate::Snapshot::deviations).
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Returns the body of the response as it was received, up to its first 64 KiB. It may contain
    /// personal data.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.response.as_ref().map(|head| &*head.body)
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.response.as_ref().map(|head| &head.headers)
    }

    /// Returns the job, if its ID is known: the job that was read, or the one in the response to a
    /// launch that could not be decoded.
    ///
    /// To continue, pass the ID to [`Client::job`](crate::Client::job) instead of launching again.
    pub fn job_id(&self) -> Option<JobId> {
        self.0.job_id
    }

    /// Returns the state in which the job ended, if it is known to have ended: the state of a final
    /// [`snapshot`](Self::snapshot), or the one in a response that is incomplete or could not be
    /// decoded.
    pub fn final_state(&self) -> Option<&JobState> {
        self.0.final_state()
    }

    /// Returns the number of reads by the wait or by the [`fetch`](crate::Job::fetch), including
    /// the failed one. `None` for a launch that failed.
    pub fn reads(&self) -> Option<u32> {
        let wait = self.0.wait.map(|wait| wait.reads);
        wait.or_else(|| self.read_attempts().map(|stats| stats.attempts))
    }

    /// Returns how many times the launch was sent; 0 if it never was. `None` if the number is not
    /// known, and for a call that launches nothing.
    pub fn launch_attempts(&self) -> Option<u32> {
        self.0.launch_attempts
    }

    /// Returns why no connection was made, for an error of the kind [`Connect`](ErrorKind::Connect)
    /// that a retry can't resolve.
    pub fn connect_failure(&self) -> Option<ConnectFailure> {
        self.0.connect_failure
    }

    /// Returns the environment variable that caused the error: one for proxies or certificates.
    pub fn variable(&self) -> Option<&'static str> {
        self.0.variable
    }

    /// Returns the duration of the wait until the error; `None` outside a wait.
    pub fn waited(&self) -> Option<Duration> {
        self.0.wait.map(|wait| wait.spent)
    }

    /// Returns whether it is safe to repeat the call, and a repeated call may succeed.
    ///
    /// This is true for transient failures (no connection, timeouts, 408, 429, 5xx, responses that
    /// are incomplete or not JSON, the deadline of a wait), unless
    /// [`may_have_launched`](Self::may_have_launched): a second launch starts a second job. Respect
    /// [`retry_after`](Self::retry_after).
    pub fn is_retryable(&self) -> bool {
        self.0.transient && !self.0.may_have_launched
    }

    /// Returns whether the call may have started a job or, for an immediate operation, may have
    /// been processed and billed.
    ///
    /// This is false if the call certainly did not: nothing was sent, or the API rejected the
    /// launch with a 400, 401, 402, 403, 404 or 429. It is true in every other case of doubt, and
    /// for an [`enrich`](crate::Client::enrich) that failed after its launch. It is always false
    /// for reads and waits.
    ///
    /// The API has no idempotency key: a repeated launch starts, and may bill, a second job. If
    /// there is a [`job_id`](Self::job_id), continue with that job. Otherwise check whether a
    /// webhook was delivered or the account's usage has grown before you launch again.
    pub fn may_have_launched(&self) -> bool {
        self.0.may_have_launched
    }
}

/// Internal methods for other modules of this crate.
impl Error {
    /// Returns whether the next read of the job may succeed.
    pub(crate) fn is_transient(&self) -> bool {
        self.0.transient
    }

    /// Returns the last response with the state of the job.
    pub(crate) fn last(&self) -> Option<&LastState> {
        self.0.last.as_ref()
    }

    /// Returns the query of a failed launch, of any type.
    pub(crate) fn any_query(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.0.query.as_deref()
    }

    /// Returns whether there was no permit for the request, so that nothing was sent.
    pub(crate) fn had_no_permit(&self) -> bool {
        self.0.not_sent
    }

    fn read_attempts(&self) -> Option<AttemptStats> {
        self.0.attempts.filter(|_| matches!(self.0.request, Some(RequestKind::Read(_))))
    }
}

impl Details {
    /// Returns the state in which the job is known to have ended.
    fn final_state(&self) -> Option<&JobState> {
        let last = self.last.as_ref().filter(|last| last.is_final()).map(|last| &last.state);
        last.or(self.ended_as.as_ref()).or_else(|| self.last_failure()?.ended_as.as_ref())
    }

    /// Returns the error of a wait's last read.
    fn last_failure(&self) -> Option<&Self> {
        let error = self.source.as_ref()?.downcast_ref::<Error>()?;
        Some(&error.0)
    }
}

impl From<Details> for Error {
    fn from(details: Details) -> Self {
        Self(Arc::new(details))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.kind()).field("message", &format_args!("{self}"));
        if let Some(status) = self.status() {
            debug.field("status", &status.as_u16());
        }
        if let Some(body) = self.body() {
            debug.field("body_bytes", &body.len());
        }
        debug
            .field("retryable", &self.is_retryable())
            .field("may_have_launched", &self.may_have_launched())
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    /// Returns the error of the transport; for a [`WaitTimeout`](ErrorKind::WaitTimeout) the
    /// [`Error`] of the last read, if that failed; and for [`Stopped`](ErrorKind::Stopped) the
    /// error of the last attempt.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}
