//! `waterfall get`: one read of a job, or as many as it takes.

use std::sync::Arc;

use waterfall::{Error, Job, JobId, Snapshot};

use super::cannot_listen_to_signals;
use crate::args::Get;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::session::Session;
use crate::status::Status;

pub(super) async fn run(id: JobId, args: &Get, session: &Session) -> Result<Snapshot, Failure> {
    let mut interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let job = session.connect()?.job(id);
    let status = Arc::new(Status::new(session));
    tokio::select! {
        outcome = read(&job, args, &status) => Ok(outcome?),
        () = interrupts.next() => {
            Err(Failure::Interrupted { job_id: Some(job.id()), launched: false })
        }
    }
}

async fn read(job: &Job, args: &Get, status: &Arc<Status>) -> Result<Snapshot, Error> {
    if !args.wait {
        return job.fetch().await.and_then(Snapshot::into_result);
    }
    status.waiting(job.id());
    let telling = status.clone();
    let mut wait = job.wait().on_read(move |item| telling.read(item));
    if let Some(deadline) = args.deadline {
        wait = wait.max_wait(deadline);
    }
    if let Some(policy) = &args.policy {
        wait = wait.policy(policy.clone());
    }
    wait.await
}
