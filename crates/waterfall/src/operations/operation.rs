//! [`Operation`]: calls an operation, and handles a job that is not finished.

use std::time::Duration;

use waterfall_api::operations::VERIFY_EMAIL;
use waterfall_api::types::{
    CompanyRevealJob, CompanySearchJob, CompanyTitlesJob, ContactSearchJob, EmailVerificationJob,
    JobChangeJob,
};
use waterfall_api::{BoxFuture, JobKind as _, Operation as Described, jobs};

use super::completed::Completed;
use super::finder;
use super::job::ImmediateJob;
use crate::client::Client;
use crate::error::{Effect, Error, OperationCall};
use crate::job_id::JobId;
use crate::telemetry::operations;

/// An operation, identified by the type of its job.
pub(crate) trait Operation: ImmediateJob {
    const CALL: OperationCall;
    /// The name of the operation in the API's description.
    const SENT: &'static Described;

    /// Waits for a job with the finder, if the operation has one.
    fn finish(client: Client, id: JobId, max_wait: Duration) -> Option<Finished<Self>>;

    /// Handles a response whose caller was dropped.
    fn unclaimed(client: &Client, completed: Completed<Self>);
}

pub(crate) type Finished<J> = BoxFuture<'static, Result<Completed<J>, Error>>;

macro_rules! with_finder {
    ($($job:ident, $kind:ident, $name:literal;)+) => { $(
        impl Operation for $job {
            const CALL: OperationCall = OperationCall::new($name, Effect::BilledJob);
            const SENT: &'static Described = jobs::$kind::LAUNCH;

            fn finish(client: Client, id: JobId, max_wait: Duration) -> Option<Finished<Self>> {
                Some(Box::pin(finder::wait::<jobs::$kind>(client, id, Some(max_wait))))
            }

            fn unclaimed(client: &Client, completed: Completed<Self>) {
                match completed.job_id() {
                    Some(id) => finder::orphan::<jobs::$kind>(client, id),
                    None => operations::lost(Self::CALL),
                }
            }
        }
    )+ };
}

with_finder! {
    ContactSearchJob, ContactSearch, "contact search";
    CompanySearchJob, CompanySearch, "company search";
    JobChangeJob, JobChange, "job change";
    CompanyRevealJob, CompanyReveal, "company reveal";
    CompanyTitlesJob, CompanyTitles, "company titles";
}

impl Operation for EmailVerificationJob {
    const CALL: OperationCall = OperationCall::new("email verification", Effect::BilledOnce);
    const SENT: &'static Described = &VERIFY_EMAIL;

    fn finish(_: Client, _: JobId, _: Duration) -> Option<Finished<Self>> {
        None
    }

    fn unclaimed(_: &Client, _: Completed<Self>) {
        operations::lost(Self::CALL);
    }
}

/// Converts a job that ended in a state other than `SUCCEEDED` to an error.
pub(super) fn into_result<J: Operation>(completed: Completed<J>) -> Result<Completed<J>, Error> {
    if completed.is_success() {
        return Ok(completed);
    }
    let (id, message) = (completed.job_id(), completed.error_message());
    Err(Error::operation_failed(J::CALL, id, message, completed.last_state()))
}
