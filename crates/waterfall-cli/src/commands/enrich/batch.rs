//! `waterfall enrich` with several queries.

use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, mpsc};

use crate::args::enrich::Enrich;
use crate::batch::inputs::Inputs;
use crate::batch::progress_state::{ProgressState, SharedState};
use crate::batch::query_stream::{QuerySource, QueryStream};
use crate::batch::reporter::Reporter;
use crate::batch::run::{BatchRun, with_options};
use crate::batch::stop::Stopping;
use crate::batch::task::Task;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::query_spec::QuerySpec;
use crate::session::Session;

pub(super) async fn run(args: &Enrich, session: &Session) -> Result<Exit, Failure> {
    let options = QuerySpec::of(args);
    let inputs = Inputs::open(&args.queries, &options)?.checked()?;
    let interrupts = Interrupts::listen()?;
    let client = session.connect()?;
    let state: SharedState = Arc::new(Mutex::new(ProgressState::new(args.allow_duplicates)));
    let limiter = client.rate_limiter();
    let reporter = Reporter::new(session, Task::Launch, &state, inputs.total(), limiter);
    let (sender, side_events) = mpsc::unbounded_channel();
    let source = QuerySource::new(inputs, options);
    let queries = QueryStream::new(source.clone(), state.clone(), sender);
    let (before_launch, at_launch) = (reporter.clone(), reporter.clone());
    let changed = Arc::new(Notify::new());
    let has_changed = changed.clone();
    let batch = client
        .enrich_all(queries)
        .on_launching(move |position, _| before_launch.launching(position))
        .on_launched(move |position, job| {
            at_launch.launched(position, job.id());
            has_changed.notify_one();
        });
    let batch = with_options(batch, args.deadline, args.policy.as_ref());
    let stopping = Stopping::of(source, args.grace);
    BatchRun { batch, side_events, interrupts, reporter, state, changed, stopping }.finish().await
}
