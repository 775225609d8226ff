//! [`Facts`]: the values that jobs of all kinds have.

use std::any::Any;

use uuid::Uuid;
use waterfall_api::types::{
    CompanyEnrichmentJob, CompanyRevealJob, CompanySearchJob, CompanyTitlesJob,
    ContactEnrichmentJob, ContactSearchJob, JobChangeJob, JobState, PhoneEnrichmentJob,
    ProspectorJob, Usage,
};
use waterfall_api::{DecodeError, Timestamp};

/// The values that jobs of all kinds have.
pub(super) struct Facts {
    pub(super) state: JobState,
    pub(super) start_date: Option<Timestamp>,
    pub(super) stop_date: Option<Timestamp>,
    pub(super) error: Option<String>,
    pub(super) usage: Option<Usage>,
    /// The job's own ID.
    #[cfg_attr(not(feature = "webhook"), expect(dead_code, reason = "only deliveries use it"))]
    pub(super) job_id: Option<Uuid>,
    /// The URL to which the result is delivered, if the job contains the query. The inner value may
    /// be `None`.
    pub(super) delivery_url: Option<Option<String>>,
    /// Whether there is an output in addition to the usage.
    pub(super) has_output: bool,
}

impl Facts {
    /// Returns the facts of a job of any kind. If its type is not known, the body is decoded
    /// leniently; values of an unexpected type count as absent.
    pub(super) fn of<J: Any>(job: &J, body: &[u8]) -> Result<Self, DecodeError> {
        known(job).map_or_else(|| Self::of_body(body), Ok)
    }

    /// Returns the facts of a job whose kind is not known.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, DecodeError> {
        waterfall_api::decode::<ContactEnrichmentJob>(body).map(|(job, _)| (&job).into())
    }
}

macro_rules! facts {
    ($($job:ty, $output:ident => $has_output:expr, $task:ident => $delivery_url:expr;)*) => {
        fn known<J: Any>(job: &J) -> Option<Facts> {
            let job: &dyn Any = job;
            $(if let Some(job) = job.downcast_ref::<$job>() {
                return Some(job.into());
            })*
            None
        }

        $(impl From<&$job> for Facts {
            fn from(job: &$job) -> Self {
                let task = job.input.as_ref().and_then(|input| input.task.as_ref());
                Self {
                    state: job.status.clone(),
                    start_date: job.start_date.as_ref().cloned(),
                    stop_date: job.stop_date.as_ref().cloned(),
                    error: job.error.as_ref().cloned(),
                    usage: job.output.as_ref().and_then(|output| output.usage.as_ref().cloned()),
                    job_id: task.and_then(|task| task.job_id.as_ref().copied()),
                    delivery_url: task.map(|$task| $delivery_url),
                    has_output: job.output.as_ref().is_some_and(|$output| $has_output),
                }
            }
        })*
    };
}

facts! {
    ContactEnrichmentJob, output => output.person.is_some(), task => task.webhook_url.as_ref().cloned();
    PhoneEnrichmentJob, output => output.person.is_some(), task => task.webhook_url.as_ref().cloned();
    CompanyEnrichmentJob, output => output.company.is_some(), task => task.webhook_url.as_ref().cloned();
    ProspectorJob, output => output.persons.is_some(), task => task.webhook_url.as_ref().cloned();
    CompanyRevealJob, output => output.company.is_some(), task => task.webhook_url.as_ref().cloned();
    ContactSearchJob, output => output.persons.is_some(), _task => None;
    CompanySearchJob, output => output.companies.is_some(), _task => None;
    JobChangeJob, output => output.person.is_some(), _task => None;
    CompanyTitlesJob, output => output.titles.is_some(), _task => None;
}
