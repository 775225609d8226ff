//! Launches one job and waits for its result.

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use waterfall::{AnySnapshot, Client, Error, ErrorKind, JobId};

use crate::args::launch::Launch;
use crate::batch::query::LaunchQuery;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::known_kind::KnownKind;
use crate::session::Session;
use crate::status::Status;

/// Launches a job, and waits for its result.
pub(super) async fn run<Q: LaunchQuery>(
    query: Q,
    args: &Launch,
    session: &Session,
) -> Result<AnySnapshot, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let client = session.connect()?;
    let status = Arc::new(Status::new(session));
    let (launched, job_id) = watch::channel(None);
    let enriching = enrich(&client, query, args, &status, launched);
    let mut enriching = pin!(enriching);
    let outcome = tokio::select! {
        outcome = &mut enriching => outcome.map_err(Failure::Client),
        () = interrupts.next() => {
            client.stop_launching();
            interrupted(enriching, job_id.clone(), &mut interrupts, args.grace, &status).await
        }
    };
    if let (Err(Failure::Client(error)), None) = (&outcome, *job_id.borrow()) {
        status.launch_failed(error.may_have_launched());
    }
    outcome
}

fn enrich<Q: LaunchQuery>(
    client: &Client,
    query: Q,
    args: &Launch,
    status: &Arc<Status>,
    launched: watch::Sender<Option<JobId>>,
) -> impl Future<Output = Result<AnySnapshot, Error>> + use<Q> {
    let (before_launch, at_launch, at_read) = (status.clone(), status.clone(), status.clone());
    status.waiting_to_launch();
    let mut enrich = client
        .enrich(query)
        .on_launching_of(move |_: &Q| before_launch.launching())
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
    let found = enrich.into_future();
    async { found.await.map(KnownKind::into_any) }
}

/// Waits for the ID of a launch in flight: its job runs and may be billed, even if its ID is not
/// known. A launch that was not sent yet ends at once.
async fn interrupted<T>(
    mut enriching: Pin<&mut impl Future<Output = Result<T, Error>>>,
    mut job_id: watch::Receiver<Option<JobId>>,
    interrupts: &mut Interrupts,
    grace: Duration,
    status: &Status,
) -> Result<T, Failure> {
    let give_up = Instant::now() + grace;
    let note_at = Instant::now() + NOTE_DELAY;
    let mut is_noted = false;
    while job_id.borrow().is_none() {
        tokio::select! {
            outcome = &mut enriching => return match outcome {
                Err(error) if error.kind() == ErrorKind::Stopped => {
                    Err(Failure::Interrupted { job_id: None, launched: false })
                }
                outcome => Ok(outcome?),
            },
            _ = job_id.changed() => {}
            () = interrupts.next() => break,
            () = sleep_until(note_at), if !is_noted => {
                is_noted = true;
                status.note("stopping once the job's id is known; ctrl-c again to stop at once");
            }
            () = sleep_until(give_up) => break,
        }
    }
    let job_id = *job_id.borrow();
    Err(Failure::Interrupted { job_id, launched: true })
}

/// How long a launch may be in flight after an interrupt before a note is printed.
const NOTE_DELAY: Duration = Duration::from_millis(50);
