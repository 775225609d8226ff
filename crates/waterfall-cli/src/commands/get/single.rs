//! `waterfall get` with one job: a single read, or a wait.

use std::sync::Arc;

use waterfall::{AnyJob, AnySnapshot, Error, JobId};

use crate::args::get::Get;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::session::Session;
use crate::status::Status;

pub(super) async fn run(id: JobId, args: &Get, session: &Session) -> Result<AnySnapshot, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let job = session.connect()?.any_job(id)?;
    let status = Arc::new(Status::new(session));
    tokio::select! {
        outcome = read(&job, args, &status) => Ok(outcome?),
        () = interrupts.next() => {
            Err(Failure::Interrupted { job_id: Some(job.id()), launched: false })
        }
    }
}

async fn read(job: &AnyJob, args: &Get, status: &Arc<Status>) -> Result<AnySnapshot, Error> {
    if !args.wait {
        return job.fetch().await.and_then(AnySnapshot::into_result);
    }
    status.waiting(job.id());
    let status_of_reads = status.clone();
    let mut wait = job.wait().on_read(move |item| status_of_reads.read_any(item));
    if let Some(deadline) = args.deadline {
        wait = wait.max_wait(deadline);
    }
    if let Some(policy) = &args.policy {
        wait = wait.policy(policy.clone());
    }
    wait.await
}
