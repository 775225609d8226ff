//! `waterfall get` with several jobs.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use waterfall::{Client, Job, JobId};

use crate::args::get::Get;
use crate::batch::prepared::Prepared;
use crate::batch::progress_state::{Admission, ProgressState, SharedState, lock};
use crate::batch::query_stream::SideEvent;
use crate::batch::reporter::Reporter;
use crate::batch::run::{BatchRun, with_options};
use crate::batch::stop::Stopping;
use crate::batch::task::Task;
use crate::commands::get::jobs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::session::Session;

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
    let batch = client.wait_all(admit_all(inputs, &client, &state, &sender));
    let batch = with_options(batch, args.deadline, args.policy.as_ref());
    let (changed, stopping) = (Arc::default(), Stopping::default());
    BatchRun { batch, side_events, interrupts, reporter, state, changed, stopping }.finish().await
}

/// The jobs to wait for; all other inputs become side events.
fn admit_all(
    inputs: Vec<Prepared<JobId>>,
    client: &Client,
    state: &SharedState,
    side_events: &mpsc::UnboundedSender<SideEvent>,
) -> Vec<Job> {
    let mut jobs = Vec::new();
    for prepared in inputs {
        let event = match lock(state).admit_job(prepared) {
            Admission::Accepted(id) => {
                jobs.push(client.job(id));
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
    jobs
}
