//! [`Error`]: everything that can go wrong, with all that is known of it.

mod convert;
mod display;
mod envelope;
mod kind;
mod status;

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::{BoxError, Response};

use self::envelope::Envelope;
use crate::kind::{JobKind, JobQuery, Query};
use crate::retry::AttemptStats;
use crate::snapshot::ends_job;
use crate::{ConnectFailure, ContactQuery, ErrorCategory, ErrorCode, JobId, JobState, Snapshot};
use job_polling::wait_state::StopReason;

pub(crate) use self::convert::{Call, RequestKind};
pub use self::kind::ErrorKind;

/// An error keeps this much of a body.
const LONGEST_BODY: usize = 64 * 1024;

/// What went wrong, what came back, and what to do about it.
///
/// Decide by [`kind`](Self::kind), and for an answer of the API by
/// [`code`](Self::code) or, if the code is new to you, by
/// [`category`](Self::category); never by the text. Two questions have methods of
/// their own: whether the same call is worth another try
/// ([`is_retryable`](Self::is_retryable)), and whether a job may be running that
/// you know nothing of ([`may_have_launched`](Self::may_have_launched)).
///
/// `Display` is one line that says what was tried, what came back, and what to
/// do next. Neither it nor `Debug` holds the API key, the query string of a URL,
/// a body, or a person's data; those that the error has are reached by
/// accessors. The `message` of the API is shown, cut at 300 characters.
///
/// An error is as big as a pointer, and cheap to clone.
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
///     Err(error) if error.may_have_launched() => println!("don't just repeat it: {error}"),
///     Err(error) => println!("{error}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Details>);

#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    task: Option<RequestKind>,
    host: Option<Arc<str>>,
    problem: String,
    answer: Option<Head>,
    envelope: Envelope,
    json_path: Option<String>,
    retry_after: Option<Duration>,
    job_id: Option<JobId>,
    transient: bool,
    connect_failure: Option<ConnectFailure>,
    variable: Option<&'static str>,
    /// There was no slot for it.
    not_sent: bool,
    may_have_launched: bool,
    tried: Option<AttemptStats>,
    launch_attempts: Option<u32>,
    query: Option<Arc<dyn Any + Send + Sync>>,
    wait: Option<WaitEnd>,
    last: Option<Last>,
    /// The final state of a job whose answer could not be decoded.
    ended_as: Option<JobState>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What is kept of an answer.
#[derive(Clone)]
struct Head {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// The last answer that told the state of a job.
#[derive(Clone)]
pub(crate) struct Last {
    pub(crate) state: JobState,
    pub(crate) elapsed: Option<Duration>,
    /// The snapshot.
    pub(crate) whole: Arc<dyn Any + Send + Sync>,
}

impl Last {
    pub(crate) fn is_final(&self) -> bool {
        ends_job(&self.state).unwrap_or(false)
    }
}

/// How far a wait came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WaitEnd {
    pub(crate) reads: u32,
    pub(crate) spent: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) gave_up: Option<StopReason>,
}

impl Error {
    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, if the head of an answer came; also if its body could
    /// not be read or was cut off.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The API's own code for what went wrong. Codes are added without notice.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.envelope.code.as_ref()
    }

    /// The category of the code: what the answer says, else the part of the
    /// code that names a known category.
    pub fn category(&self) -> Option<&ErrorCategory> {
        self.0.envelope.category.as_ref()
    }

    /// What the API says in words, for people: its message, then the details
    /// beside it. For [`JobFailed`](ErrorKind::JobFailed) what the job says, and
    /// for [`InvalidQuery`](ErrorKind::InvalidQuery) each problem found. The texts
    /// are whole, and may quote what was sent.
    pub fn messages(&self) -> &[String] {
        &self.0.envelope.messages
    }

    /// How long the API wants not to be asked, from the moment of its answer:
    /// `Retry-After` in seconds or as a date, at most one hour.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Where a body did not fit its description though it had to, for example
    /// `$.status`; `$` if it was no JSON at all. Other places are no error, but
    /// [deviations](Snapshot::deviations).
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// The body of the answer as it was received, its first 64 KiB. It may hold
    /// a person's data.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.answer.as_ref().map(|answer| &*answer.body)
    }

    /// The headers of the answer.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The job, if its id is known: it was asked about, or the answer of a
    /// launch that could not be understood names it.
    ///
    /// With it, go on by [`Client::job`](crate::Client::job) instead of launching
    /// again.
    pub fn job_id(&self) -> Option<JobId> {
        self.0.job_id
    }

    /// The last answer that told the state of the job. Always there for
    /// [`JobFailed`](ErrorKind::JobFailed); for an error that ended a wait, if
    /// any read came through before.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot_of()
    }

    /// The same for a job of any kind; `None` for one of another kind.
    pub fn snapshot_of<K: JobKind>(&self) -> Option<&Snapshot<K>> {
        self.0.last.as_ref()?.whole.downcast_ref()
    }

    /// The state in which the job ended, if it is known to have ended. Besides that
    /// of a final [`snapshot`](Self::snapshot) it is what an answer gives that could
    /// not be decoded or broke off.
    pub fn final_state(&self) -> Option<&JobState> {
        self.0.final_state()
    }

    /// How many reads were made, the failed one included, by the wait or by the
    /// [`fetch`](crate::Job::fetch). `None` for a launch that failed.
    pub fn reads(&self) -> Option<u32> {
        let wait = self.0.wait.map(|wait| wait.reads);
        wait.or_else(|| self.tried_to_read().map(|tried| tried.attempts))
    }

    /// How often the launch was sent; 0 if it never was. `None` if that is not
    /// known, and for a call that launches nothing.
    pub fn launch_attempts(&self) -> Option<u32> {
        self.0.launch_attempts
    }

    /// What was to be launched, for an error of [`launch`](crate::Client::launch)
    /// or [`enrich`](crate::Client::enrich). It holds a person's data, and is shown
    /// neither by `Display` nor by `Debug`.
    pub fn query(&self) -> Option<&ContactQuery> {
        self.query_of()
    }

    /// The same for a query of any kind; `None` if it is of another type.
    pub fn query_of<Q: JobQuery>(&self) -> Option<&Q> {
        self.0.query.as_ref()?.downcast_ref()
    }

    /// Why no connection was made, for an error of the kind
    /// [`Connect`](ErrorKind::Connect) that trying again won't mend.
    pub fn connect_failure(&self) -> Option<ConnectFailure> {
        self.0.connect_failure
    }

    /// The environment variable whose value is in the way: of a proxy, or of certificates.
    pub fn variable(&self) -> Option<&'static str> {
        self.0.variable
    }

    /// How long the wait had lasted; `None` outside a wait.
    pub fn waited(&self) -> Option<Duration> {
        self.0.wait.map(|wait| wait.spent)
    }

    /// Whether the same call is safe to make again, and may then succeed.
    ///
    /// True for what passes (no connection, time-outs, 408, 429, 5xx, answers that
    /// break off or are not JSON, a wait's deadline), unless
    /// [`may_have_launched`](Self::may_have_launched): a second launch is a second
    /// job. Respect [`retry_after`](Self::retry_after).
    pub fn is_retryable(&self) -> bool {
        self.0.transient && !self.0.may_have_launched
    }

    /// Whether the call may have started a job.
    ///
    /// False if it surely did not: nothing was sent, or the API refused the
    /// launch with a 400, 401, 402, 403, 404 or 429. True in every other doubt,
    /// and for an [`enrich`](crate::Client::enrich) that failed after its launch.
    /// Always false for reads and waits.
    ///
    /// The API has no idempotency key: a launch that is repeated starts, and
    /// may bill, a second job. If there is a [`job_id`](Self::job_id), go on with
    /// it. Otherwise look whether a webhook was delivered or the account's usage
    /// has grown, before you launch again.
    pub fn may_have_launched(&self) -> bool {
        self.0.may_have_launched
    }
}

impl Error {
    pub(crate) fn config(problem: impl Into<String>) -> Self {
        Details { problem: problem.into(), ..Details::new(ErrorKind::Config) }.into()
    }

    /// The variable is named before the problem.
    #[cfg(feature = "tls")]
    pub(crate) fn environment(variable: &'static str, problem: &str) -> Self {
        let problem = format!("{variable} {problem}");
        let variable = Some(variable);
        Details { problem, variable, ..Details::new(ErrorKind::Config) }.into()
    }

    pub(crate) fn config_because(problem: &str, source: impl Into<BoxError>) -> Self {
        let source: BoxError = source.into();
        let problem = format!("{problem}: {}", display::root_cause(&*source));
        Details { problem, source: Some(source.into()), ..Details::new(ErrorKind::Config) }.into()
    }

    /// A query breaks rules of the API: the problems, each in words that don't quote it.
    pub fn invalid_query(problems: Vec<String>) -> Self {
        let problem = problems.join("; ");
        let envelope = Envelope { messages: problems, ..Envelope::default() };
        Details { problem, envelope, ..Details::new(ErrorKind::InvalidQuery) }.into()
    }

    pub(crate) fn wait_timeout(
        job_id: JobId,
        end: WaitEnd,
        last: Option<Last>,
        last_failure: Option<Error>,
    ) -> Self {
        let retry_after = match end.gave_up {
            Some(StopReason::RetryAfterBeyondDeadline(pause)) => Some(pause),
            _ => None,
        };
        Details {
            job_id: Some(job_id),
            transient: true,
            retry_after,
            wait: Some(end),
            last,
            source: last_failure.map(|error| Arc::new(error) as _),
            ..Details::new(ErrorKind::WaitTimeout)
        }
        .into()
    }

    pub(crate) fn job_failed(job_id: JobId, message: Option<&str>, last: Last) -> Self {
        let messages = message.map(str::to_owned).into_iter().collect();
        Details {
            job_id: Some(job_id),
            envelope: Envelope { messages, ..Envelope::default() },
            last: Some(last),
            ..Details::new(ErrorKind::JobFailed)
        }
        .into()
    }

    /// Adds how far the wait had come that this error is part of.
    pub(crate) fn in_wait(self, end: WaitEnd, last: Option<Last>) -> Self {
        self.with(|details| {
            details.wait = Some(end);
            details.last = details.last.take().or(last);
        })
    }

    /// Marks an error of a call that had launched its job before.
    pub(crate) fn after_launch<K: JobKind>(self, query: Query<K>, attempts: Option<u32>) -> Self {
        self.with(|details| {
            details.may_have_launched = true;
            details.launch_attempts = attempts;
            details.query = Some(query);
        })
    }

    /// Adds what was to be launched, and how often it was tried, if that is known.
    pub(crate) fn of_launch<K: JobKind>(
        self,
        query: Query<K>,
        tried: Option<AttemptStats>,
    ) -> Self {
        self.with(|details| {
            details.tried = tried;
            details.launch_attempts = tried.map(|tried| tried.attempts);
            details.query = Some(query);
        })
    }

    /// Adds how much was tried.
    pub(crate) fn tried(self, tried: AttemptStats) -> Self {
        self.with(|details| details.tried = Some(tried))
    }

    fn tried_to_read(&self) -> Option<AttemptStats> {
        self.0.tried.filter(|_| matches!(self.0.task, Some(RequestKind::Read(_))))
    }

    /// Whether a read that failed like this is worth another one.
    pub(crate) fn is_survivable(&self) -> bool {
        self.0.transient
    }

    /// What is known of the job's last answer.
    pub(crate) fn last(&self) -> Option<&Last> {
        self.0.last.as_ref()
    }

    /// Whether there was no slot for it, so that nothing was tried.
    pub(crate) fn got_no_slot(&self) -> bool {
        self.0.not_sent
    }

    fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl Details {
    fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            task: None,
            host: None,
            problem: String::new(),
            answer: None,
            envelope: Envelope::default(),
            json_path: None,
            retry_after: None,
            job_id: None,
            transient: false,
            connect_failure: None,
            variable: None,
            not_sent: false,
            may_have_launched: false,
            tried: None,
            launch_attempts: None,
            query: None,
            wait: None,
            last: None,
            ended_as: None,
            source: None,
        }
    }
}

impl From<Details> for Error {
    fn from(details: Details) -> Self {
        Self(Arc::new(details))
    }
}

impl Head {
    fn of(answer: &Response) -> Self {
        let body = start_of(answer.body());
        Self { status: answer.status(), headers: answer.headers().clone(), body }
    }
}

/// As much of a body as an error keeps. A slice would keep the whole alive.
fn start_of(body: &Bytes) -> Bytes {
    match body.get(..LONGEST_BODY) {
        Some(start) => Bytes::copy_from_slice(start),
        None => body.clone(),
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
    /// The error of the transport; for a
    /// [`WaitTimeout`](ErrorKind::WaitTimeout) the [`Error`] of the last read, if
    /// that failed, and for [`Stopped`](ErrorKind::Stopped) that of the last attempt.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}
