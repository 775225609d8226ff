//! `waterfall job-change`: checks whether a person still works at a company.

use std::future::IntoFuture;

use waterfall::api::types::{JobChangeJob, JobChangeStatus};
use waterfall::{Completed, JobChangeQuery};

use crate::args::job_change::JobChange;
use crate::card;
use crate::commands::operation::{Operation, With};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) async fn run(args: &JobChange, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, "job-change")?;
    let client = operation.client.clone();
    if let Some(id) = args.job_id {
        return operation.run(client.job_change_result(id), card::of_job_change, is_known).await;
    }
    let query = JobChangeQuery::new()
        .with(args.domain.clone(), JobChangeQuery::company_domain)
        .with(args.company_linkedin.clone(), JobChangeQuery::company_linkedin)
        .with(args.linkedin.clone(), JobChangeQuery::linkedin)
        .with(args.professional_email.clone(), JobChangeQuery::professional_email)
        .with(args.personal_email.clone(), JobChangeQuery::personal_email)
        .with(args.full_name.clone(), JobChangeQuery::full_name)
        .with(args.operation.custom_fields.clone(), JobChangeQuery::custom_fields);
    let request = args.operation.apply(client.detect_job_change(query)).into_future();
    operation.run(request, card::of_job_change, is_known).await
}

fn is_known(done: &Completed<JobChangeJob>) -> bool {
    !matches!(done.job_change_status(), None | Some(JobChangeStatus::Unknown))
}
