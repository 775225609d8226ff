//! [`ImmediateJob`]: the jobs of immediate operations.

use serde::de::DeserializeOwned;
use uuid::Uuid;
use waterfall_api::jobs;
use waterfall_api::types::{
    CompanyRevealJob, CompanyRevealOutput, CompanyRevealRequest, CompanySearchJob,
    CompanySearchOutput, CompanySearchRequest, CompanyTitlesJob, CompanyTitlesOutput,
    CompanyTitlesRequest, ContactSearchJob, ContactSearchOutput, ContactSearchRequest,
    EmailVerificationJob, EmailVerificationOutput, EmailVerificationRequest, ErrorEnvelope,
    JobChangeJob, JobChangeOutput, JobChangeRequest, JobState, Usage,
};
use waterfall_api::{BoxFuture, Decoded, OperationError, Timestamp};

use crate::job_id::JobId;

/// The job of an immediate operation, such as
/// [`api::types::ContactSearchJob`](waterfall_api::types::ContactSearchJob). The trait is sealed.
pub trait ImmediateJob: JobParts {
    /// The type of the job's output.
    type Output: Send + Sync + 'static;

    /// Returns the output of the job, if it succeeded.
    fn output(&self) -> Option<&Self::Output>;
}

/// The sealed part of [`ImmediateJob`].
pub trait JobParts: Clone + DeserializeOwned + PartialEq + Send + Sync + Unpin + 'static {
    #[doc(hidden)]
    type Request: Send + Sync + 'static;

    #[doc(hidden)]
    fn parts(&self) -> Parts<'_>;

    /// Returns the ID of a job of this operation.
    #[doc(hidden)]
    fn job_id(uuid: Uuid) -> JobId;

    /// Sends the request once.
    #[doc(hidden)]
    fn send<'a>(client: &'a waterfall_api::Client, request: &'a Self::Request) -> Sent<'a, Self>;
}

type Sent<'a, J> = BoxFuture<'a, Result<Decoded<J>, OperationError<ErrorEnvelope>>>;

/// The members that all jobs have, for every operation.
#[doc(hidden)]
#[derive(Debug)]
pub struct Parts<'a> {
    pub(crate) state: &'a JobState,
    pub(crate) start_date: Option<&'a Timestamp>,
    pub(crate) stop_date: Option<&'a Timestamp>,
    pub(crate) error: Option<&'a str>,
    pub(crate) job_id: Option<JobId>,
    pub(crate) usage: Option<&'a Usage>,
}

/// An email verification is not a job kind, because it has no finder.
fn verification_id(uuid: Uuid) -> JobId {
    JobId::of_word(uuid, "email-verification").unwrap_or(JobId::from(uuid))
}

macro_rules! immediate_jobs {
    ($($job:ident, $output:ident, $request:ident, $send:ident, $id:expr;)+) => { $(
        impl ImmediateJob for $job {
            type Output = $output;

            fn output(&self) -> Option<&$output> {
                self.output.as_ref()
            }
        }

        impl JobParts for $job {
            type Request = $request;

            fn parts(&self) -> Parts<'_> {
                let task = self.input.as_ref().and_then(|input| input.task.as_ref());
                Parts {
                    state: &self.status,
                    start_date: self.start_date.as_ref(),
                    stop_date: self.stop_date.as_ref(),
                    error: self.error.as_deref(),
                    job_id: task.and_then(|task| *task.job_id).map(Self::job_id),
                    usage: self.output.as_ref().and_then(|output| output.usage.as_ref()),
                }
            }

            fn job_id(uuid: Uuid) -> JobId {
                $id(uuid)
            }

            fn send<'a>(client: &'a waterfall_api::Client, request: &'a $request) -> Sent<'a, Self> {
                Box::pin(client.$send(request))
            }
        }
    )+ };
}

immediate_jobs! {
    ContactSearchJob, ContactSearchOutput, ContactSearchRequest, search_contacts, JobId::of::<jobs::ContactSearch>;
    CompanySearchJob, CompanySearchOutput, CompanySearchRequest, search_companies, JobId::of::<jobs::CompanySearch>;
    JobChangeJob, JobChangeOutput, JobChangeRequest, detect_job_change, JobId::of::<jobs::JobChange>;
    CompanyRevealJob, CompanyRevealOutput, CompanyRevealRequest, reveal_company, JobId::of::<jobs::CompanyReveal>;
    CompanyTitlesJob, CompanyTitlesOutput, CompanyTitlesRequest, list_company_titles, JobId::of::<jobs::CompanyTitles>;
    EmailVerificationJob, EmailVerificationOutput, EmailVerificationRequest, verify_email, verification_id;
}
