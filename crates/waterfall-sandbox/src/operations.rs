//! The table of the operations that start a job.

mod company;
mod company_choice;
mod company_reveal;
mod company_search;
mod company_titles;
mod contact;
mod contact_search;
mod email_verification;
mod job_change;
mod person;
mod phone;
mod prospector;
mod titles;

use crate::endpoint::{Endpoint, JobType};
use crate::operation::JobOperation;

/// How a request uses an operation.
#[derive(Clone, Copy)]
pub(crate) enum JobRequest {
    Launch(&'static JobOperation),
    Find(&'static JobOperation),
}

const ALL: [&JobOperation; 10] = [
    &contact::OPERATION,
    &phone::OPERATION,
    &company::OPERATION,
    &prospector::OPERATION,
    &contact_search::OPERATION,
    &company_search::OPERATION,
    &job_change::OPERATION,
    &company_reveal::OPERATION,
    &company_titles::OPERATION,
    &email_verification::OPERATION,
];

/// Returns the operation that handles this kind of job.
pub(crate) fn operation(kind: JobType) -> &'static JobOperation {
    ALL.into_iter().find(|operation| operation.kind == kind).unwrap_or(&contact::OPERATION)
}

/// Returns all operations that start a job.
pub(crate) fn all() -> impl Iterator<Item = &'static JobOperation> {
    ALL.into_iter()
}

/// Returns how a request uses a job; `None` if it does not use one.
pub(crate) fn request(endpoint: Endpoint) -> Option<JobRequest> {
    let launch = ALL.into_iter().find(|operation| operation.launch == endpoint);
    let find = || ALL.into_iter().find(|operation| operation.find == Some(endpoint));
    launch.map(JobRequest::Launch).or_else(|| find().map(JobRequest::Find))
}
