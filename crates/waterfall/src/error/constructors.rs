//! Creates errors without a request, and adds the details that calls know.

use std::any::Any;
use std::sync::Arc;

use job_polling::wait_state::StopReason;
use uuid::Uuid;
use waterfall_api::BoxError;

use super::Error;
use super::details::Details;
use super::envelope::Envelope;
use super::kind::ErrorKind;
use super::progress::{AttemptStats, LastState, WaitEnd};
use super::request::{OperationCall, RequestKind};
use super::text;
use crate::job_id::JobId;

impl Error {
    pub(crate) fn config(problem: impl Into<String>) -> Self {
        Details { problem: problem.into(), ..Details::new(ErrorKind::Config) }.into()
    }

    /// The value of an environment variable is unusable. The text begins with the variable's name.
    #[cfg(feature = "tls")]
    pub(crate) fn environment(variable: &'static str, problem: &str) -> Self {
        let problem = format!("{variable} {problem}");
        let variable = Some(variable);
        Details { problem, variable, ..Details::new(ErrorKind::Config) }.into()
    }

    pub(crate) fn config_because(problem: &str, source: impl Into<BoxError>) -> Self {
        let source: BoxError = source.into();
        let problem = format!("{problem}: {}", text::root_cause(&*source));
        Details { problem, source: Some(source.into()), ..Details::new(ErrorKind::Config) }.into()
    }

    /// An error of the kind [`InvalidQuery`](ErrorKind::InvalidQuery), for implementations of
    /// [`JobQuery`](crate::JobQuery). Each problem is a text that doesn't quote the query.
    pub fn invalid_query(problems: Vec<String>) -> Self {
        let problem = problems.join("; ");
        let envelope = Envelope { messages: problems, ..Envelope::default() };
        Details { problem, envelope, ..Details::new(ErrorKind::InvalidQuery) }.into()
    }

    /// The ID belongs to a job of a different kind.
    pub(crate) fn wrong_kind(job_id: JobId, expected: &str) -> Self {
        let kind = job_id.kind();
        let problem = format!(
            "the id belongs to a job of the kind `{kind}`, not `{expected}`; use Client::any_job, \
            or \
             Client::job_of with the right kind (an id without a kind belongs to a contact \
             enrichment)"
        );
        Self::invalid_job_id(job_id, problem)
    }

    /// The word of the ID names no known kind.
    pub(crate) fn unknown_kind(job_id: JobId) -> Self {
        let kind = job_id.kind();
        Self::invalid_job_id(job_id, format!("`{kind}` is not a known kind of jobs"))
    }

    fn invalid_job_id(job_id: JobId, problem: String) -> Self {
        let envelope = Envelope { messages: vec![problem.clone()], ..Envelope::default() };
        let job_id = Some(job_id);
        Details { problem, envelope, job_id, ..Details::new(ErrorKind::InvalidQuery) }.into()
    }

    pub(crate) fn wait_timeout(
        job_id: JobId,
        end: WaitEnd,
        last: Option<LastState>,
        last_failure: Option<Error>,
    ) -> Self {
        let retry_after = match end.stopped {
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

    pub(crate) fn job_failed(job_id: JobId, message: Option<&str>, last: LastState) -> Self {
        let messages = message.map(str::to_owned).into_iter().collect();
        Details {
            job_id: Some(job_id),
            envelope: Envelope { messages, ..Envelope::default() },
            last: Some(last),
            ..Details::new(ErrorKind::JobFailed)
        }
        .into()
    }

    /// The job of an immediate operation ended in a state other than `SUCCEEDED`.
    pub(crate) fn operation_failed(
        call: OperationCall,
        job_id: Option<JobId>,
        message: Option<&str>,
        last: LastState,
    ) -> Self {
        let messages = message.map(str::to_owned).into_iter().collect();
        Details {
            request: Some(RequestKind::Operation(call)),
            job_id,
            envelope: Envelope { messages, ..Envelope::default() },
            last: Some(last),
            may_have_launched: true,
            ..Details::new(ErrorKind::JobFailed)
        }
        .into()
    }

    /// Adds that an operation had been processed before this error, and its last response.
    pub(crate) fn after_operation(self, last: Option<LastState>) -> Self {
        self.with_last(last).with(|details| details.may_have_launched = true)
    }

    /// Replaces the last response if a new one is given.
    pub(crate) fn with_last(self, last: Option<LastState>) -> Self {
        self.with(|details| details.last = last.or(details.last.take()))
    }

    /// Adds the progress of the wait in which this error occurred.
    pub(crate) fn in_wait(self, end: WaitEnd, last: Option<LastState>) -> Self {
        self.with(|details| {
            details.wait = Some(end);
            details.last = details.last.take().or(last);
        })
    }

    /// Adds the query of a call that had launched its job before this error.
    pub(crate) fn after_launch(
        self,
        query: Arc<dyn Any + Send + Sync>,
        attempts: Option<u32>,
    ) -> Self {
        self.with(|details| {
            details.may_have_launched = true;
            details.launch_attempts = attempts;
            details.query = Some(query);
        })
    }

    /// Adds the query of a failed launch, and its attempts if they are known.
    pub(crate) fn of_launch(
        self,
        query: Arc<dyn Any + Send + Sync>,
        attempts: Option<AttemptStats>,
    ) -> Self {
        self.with(|details| {
            details.attempts = attempts;
            details.launch_attempts = attempts.map(|stats| stats.attempts);
            details.query = Some(query);
        })
    }

    /// Gives the ID of the job, if it is known, the kind of the call.
    pub(crate) fn with_job_id_of(self, of_kind: impl FnOnce(Uuid) -> JobId) -> Self {
        self.with(|details| details.job_id = details.job_id.map(|id| of_kind(id.uuid())))
    }

    /// Adds the attempts of the call.
    pub(crate) fn with_attempts(self, attempts: AttemptStats) -> Self {
        self.with(|details| details.attempts = Some(attempts))
    }

    fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}
