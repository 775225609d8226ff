//! Several queries of `waterfall enrich`, or jobs of `waterfall get`: a line for each, as
//! they come.

pub(crate) mod inputs;
mod jobs;
pub(crate) mod ledger;
pub(super) mod line;
mod news;
mod queries;
pub(super) mod rows;
pub(super) mod seen;
mod stop;
mod work;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use waterfall::{Batch, Client, Job, JobId, PollPolicy};

use self::inputs::{Inputs, Prepared, Task, Total};
use self::ledger::{Ledger, Shared, Verdict, lock};
use self::news::News;
use self::queries::{Aside, Queries, Source};
use self::stop::Stopping;
use self::work::Run;
use super::cannot_listen_to_signals;
use crate::args::{Enrich, Get};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::progress::Progress;
use crate::session::Session;
use crate::wish::Wish;

pub(super) async fn run(args: &Enrich, session: &Session) -> Result<Exit, Failure> {
    let options = Wish::of(args);
    let inputs = Inputs::open(&args.queries, &options)?.checked()?;
    let interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let client = session.connect()?;
    let ledger: Shared = Arc::new(Mutex::new(Ledger::new(args.allow_duplicates)));
    let news = news(session, Task::Launch, &ledger, inputs.total(), &client);
    let (asides, aside) = mpsc::unbounded_channel();
    let source = Source::new(inputs, options);
    let queries = Queries::new(source.clone(), ledger.clone(), asides);
    let (before_launch, at_launch) = (news.clone(), news.clone());
    let changed = Arc::new(Notify::new());
    let has_changed = changed.clone();
    let batch = client
        .enrich_all(queries)
        .on_launching(move |place, _| before_launch.launching(place))
        .on_launched(move |place, job| {
            at_launch.launched(place, job.id());
            has_changed.notify_one();
        });
    let batch = with_options(batch, args.deadline, args.policy.as_ref());
    let stopping = Stopping::of(source, args.grace);
    Run { batch, aside, interrupts, news, ledger, changed, stopping }.finish().await
}

/// `waterfall get` with several jobs.
pub(super) async fn wait(args: &Get, session: &Session) -> Result<Exit, Failure> {
    if !args.wait {
        return Err(Failure::Config {
            what: "several jobs can only be waited for".to_owned(),
            hint: "Add --wait.",
        });
    }
    let inputs = jobs::open(&args.job_ids)?;
    let interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let client = session.connect()?;
    let ledger: Shared = Arc::new(Mutex::new(Ledger::new(false)));
    let total = Arc::new(inputs.len().into());
    let news = news(session, Task::Wait, &ledger, total, &client);
    let (asides, aside) = mpsc::unbounded_channel();
    let batch = client.wait_all(to_wait_for(inputs, &client, &ledger, &asides));
    let batch = with_options(batch, args.deadline, args.policy.as_ref());
    let (changed, stopping) = (Arc::default(), Stopping::default());
    Run { batch, aside, interrupts, news, ledger, changed, stopping }.finish().await
}

/// What is told while it goes on, in which way.
fn news(session: &Session, task: Task, ledger: &Shared, total: Total, client: &Client) -> News {
    if let Some(labels) = &session.verbose {
        labels.of(ledger.clone());
    }
    let progress = Progress::start(session, ledger, total, client.rate_limiter());
    let verbose = session.verbose.is_some();
    News { task, json: session.json, verbose, progress, ledger: ledger.clone() }
}

fn to_wait_for(
    inputs: Vec<Prepared<JobId>>,
    client: &Client,
    ledger: &Shared,
    asides: &mpsc::UnboundedSender<Aside>,
) -> Vec<Job> {
    let mut jobs = Vec::new();
    for prepared in inputs {
        let aside = match lock(ledger).take_job(prepared) {
            Verdict::Take(id) => {
                jobs.push(client.job(id));
                continue;
            }
            Verdict::Follows => continue,
            Verdict::Duplicate(input, first, outcome) => Aside::Duplicate(input, first, outcome),
            Verdict::Invalid(input, problem) => Aside::Invalid(input, problem),
        };
        // Who receives them begins later.
        let _ = asides.send(aside);
    }
    jobs
}

fn with_options(
    mut batch: Batch,
    deadline: Option<Duration>,
    policy: Option<&PollPolicy>,
) -> Batch {
    if let Some(deadline) = deadline {
        batch = batch.max_wait(deadline);
    }
    if let Some(policy) = policy {
        batch = batch.policy(policy.clone());
    }
    batch
}
