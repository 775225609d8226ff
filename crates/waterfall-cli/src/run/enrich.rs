//! `waterfall enrich`: launch, wait, and lose no id on the way.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::watch;
use waterfall::{Client, ContactQuery, Error, JobId, Snapshot};

use super::cannot_listen_to_signals;
use super::many::inputs;
use crate::args::Enrich;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::session::Session;
use crate::status::Status;
use crate::wish::Wish;

type Outcome = Result<Snapshot, Failure>;

pub(super) async fn run(args: &Enrich, session: &Session) -> Outcome {
    let query = match &args.queries[..] {
        [word] => inputs::one(word, Wish::of(args))?,
        _ => Wish::of(args).query()?,
    };
    let mut interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let client = session.connect()?;
    let status = Arc::new(Status::new(session));
    let (launched, job_id) = watch::channel(None);
    let enriching = enrich(&client, query, args, &status, launched);
    let mut enriching = pin!(enriching);
    tokio::select! {
        outcome = &mut enriching => Ok(outcome?),
        () = interrupts.next() => {
            interrupted(enriching, job_id, &mut interrupts, &status).await
        }
    }
}

fn enrich(
    client: &Client,
    query: ContactQuery,
    args: &Enrich,
    status: &Arc<Status>,
    launched: watch::Sender<Option<JobId>>,
) -> impl Future<Output = Result<Snapshot, Error>> + use<> {
    let (at_launch, at_read) = (status.clone(), status.clone());
    status.launching();
    let mut enrich = client
        .enrich(query)
        .on_launched(move |job| {
            at_launch.launched(job.id());
            launched.send_replace(Some(job.id()));
        })
        .on_read(move |item| at_read.read(item));
    if let Some(deadline) = args.deadline {
        enrich = enrich.max_wait(deadline);
    }
    if let Some(policy) = &args.policy {
        enrich = enrich.policy(policy.clone());
    }
    enrich.into_future()
}

/// A launch that is on its way is carried through first: its job runs, and may
/// be billed, whether its id is known or not.
async fn interrupted(
    enriching: impl Future<Output = Result<Snapshot, Error>>,
    mut job_id: watch::Receiver<Option<JobId>>,
    interrupts: &mut Interrupts,
    status: &Status,
) -> Outcome {
    if job_id.borrow().is_none() {
        status.note("stopping once the job's id is known; ctrl-c again to stop at once");
        tokio::select! {
            outcome = enriching => return Ok(outcome?),
            _ = job_id.wait_for(Option::is_some) => {}
            () = interrupts.next() => {}
        }
    }
    let job_id = *job_id.borrow();
    Err(Failure::Interrupted { job_id, launched: true })
}
