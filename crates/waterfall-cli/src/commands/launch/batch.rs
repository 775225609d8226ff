//! Launches several queries of one kind and shows their results.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};

use crate::args::launch::Launch;
use crate::batch::inputs::Inputs;
use crate::batch::prepared::Parse;
use crate::batch::progress_state::{ProgressState, SharedState};
use crate::batch::query::LaunchQuery;
use crate::batch::query_stream::{QuerySource, QueryStream};
use crate::batch::reporter::Reporter;
use crate::batch::run::{BatchRun, with_options};
use crate::batch::stop::Stopping;
use crate::batch::task::Task;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::session::Session;
use crate::verbose::Positions;

pub(super) async fn run<Q: LaunchQuery>(
    inputs: Inputs<Q>,
    parse: Parse<Q>,
    args: &Launch,
    session: &Session,
) -> Result<Exit, Failure> {
    let interrupts = Interrupts::listen()?;
    let client = session.connect()?;
    let state: SharedState = Arc::new(Mutex::new(ProgressState::new(args.allow_duplicates)));
    if let Some(labels) = &session.verbose {
        labels.of(state.clone(), Positions::default());
    }
    let limiter = client.rate_limiter();
    let reporter = Reporter::new(session, Task::Launch, &state, inputs.total(), limiter);
    let (sender, side_events) = mpsc::unbounded_channel();
    let source = QuerySource::new(inputs, parse);
    let queries = QueryStream::new(source.clone(), state.clone(), sender);
    let (before_launch, at_launch) = (reporter.clone(), reporter.clone());
    let changed = Arc::new(Notify::new());
    let has_changed = changed.clone();
    let jobs = client
        .enrich_all(queries)
        .on_launching_of(move |position, _: &Q| before_launch.launching(position))
        .on_launched(move |position, job| {
            at_launch.launched(position, job.id());
            has_changed.notify_one();
        });
    let jobs = with_options(jobs, args.deadline, args.policy.as_ref());
    let stopping = Stopping::of(source, args.grace);
    BatchRun { jobs, side_events, interrupts, reporter, state, changed, stopping }.finish().await
}
