//! `waterfall get` with several jobs, possibly of different kinds.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc;
use waterfall::{Client, JobId};

use crate::args::get::Get;
use crate::batch::jobs::KnownJobs;
use crate::batch::prepared::Prepared;
use crate::batch::progress_state::{Admission, ProgressState, SharedState};
use crate::batch::query_stream::SideEvent;
use crate::batch::reporter::Reporter;
use crate::batch::run::{BatchRun, with_options};
use crate::batch::stop::Stopping;
use crate::batch::task::Task;
use crate::commands::get::jobs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::known_kind::{KnownKind, for_each_kind};
use crate::session::Session;
use crate::verbose::Positions;

pub(super) async fn run(args: &Get, session: &Session) -> Result<Exit, Failure> {
    if !args.wait {
        return Err(Failure::Config {
            what: "several jobs can only be waited for".to_owned(),
            hint: "Add --wait.",
        });
    }
    let inputs = jobs::open(&args.job_ids)?;
    let interrupts = Interrupts::listen()?;
    let client = session.connect()?;
    let state: SharedState = Arc::new(Mutex::new(ProgressState::new(false)));
    let total = Arc::new(inputs.len().into());
    let reporter = Reporter::new(session, Task::Wait, &state, total, client.rate_limiter());
    let (sender, side_events) = mpsc::unbounded_channel();
    let ids = admit_all(inputs, &state, &sender);
    let (mut jobs, mut positions) = (KnownJobs::default(), Positions::new());
    for_each_kind!(Kind => add::<Kind>(&client, &ids, args, &mut jobs, &mut positions));
    if let Some(labels) = &session.verbose {
        labels.of(state.clone(), positions);
    }
    let (changed, stopping) = (Arc::default(), Stopping::default());
    BatchRun { jobs, side_events, interrupts, reporter, state, changed, stopping }.finish().await
}

/// Adds the jobs of a kind.
fn add<K: KnownKind>(
    client: &Client,
    ids: &[JobId],
    args: &Get,
    jobs: &mut KnownJobs,
    positions: &mut Positions,
) {
    let of_kind = ids.iter().enumerate().filter(|(_, id)| id.is_of::<K>());
    let (at, of_kind): (Vec<usize>, Vec<_>) =
        of_kind.map(|(position, id)| (position, client.job_of::<K>(*id))).unzip();
    if !at.is_empty() {
        let batch = with_options(client.wait_all(of_kind), args.deadline, args.policy.as_ref());
        jobs.add(batch, at.clone());
        positions.insert(K::NAME, at);
    }
}

/// Returns the jobs to wait for. All other inputs become side events.
fn admit_all(
    inputs: Vec<Prepared<JobId>>,
    state: &SharedState,
    side_events: &mpsc::UnboundedSender<SideEvent>,
) -> Vec<JobId> {
    let mut ids = Vec::new();
    for prepared in inputs {
        let event = match state.lock().admit_job(prepared) {
            Admission::Accepted(id) => {
                ids.push(id);
                continue;
            }
            Admission::Follows => continue,
            Admission::Duplicate(input, first, outcome) => {
                SideEvent::Duplicate(input, first, outcome)
            }
            Admission::Invalid(input, problem) => SideEvent::Invalid(input, problem),
        };
        // The receiver exists until the run ends.
        let _ = side_events.send(event);
    }
    ids
}
