//! `waterfall batch`: durable batches of the rows of a file.

mod account;
mod confirm;
mod doubts;
mod export;
mod forget;
mod import;
mod input;
mod kind;
mod output_fields;
mod place;
mod plan;
mod problems;
mod reporter;
mod retry;
mod run;
mod settings;
mod status;

use waterfall_batch::BatchKind;

use self::place::Existing;
use crate::args::batch::Batch;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

/// Evaluates an expression with an existing batch of any kind.
macro_rules! existing {
    ($which:expr, |$batch:ident| $body:expr) => {{
        let found = place::find($which).await?;
        kind::with_query!(found.kind, Q => {
            let $batch = found.open::<<Q as waterfall::JobQuery>::Kind>(None).await?;
            $body
        })
    }};
}
pub(super) async fn run(args: &Batch, session: &Session) -> Result<Exit, Failure> {
    match args {
        Batch::Plan(args) => plan::run(args, session.json),
        Batch::Run(args) => run::run(args, session).await,
        Batch::Status(which) => existing!(which, |batch| status::run(batch, session.json).await),
        Batch::Export(args) => existing!(&args.which, |batch| export::run(args, batch).await),
        Batch::Retry(args) => {
            existing!(&args.which, |batch| retry::run(&args.chosen, &batch).await)
        }
        Batch::Doubts(args) => doubts::run(args, session).await,
        Batch::Stop(which) => existing!(which, |batch| stop(batch).await),
        Batch::Forget(args) => existing!(&args.which, |batch| forget::run(args, batch).await),
    }
}

async fn stop<K: BatchKind>(opened: Existing<K>) -> Result<Exit, Failure> {
    opened.batch.stop().await?;
    let status = opened.batch.status().await?;
    let is_run = status.workers.iter().any(|worker| status::is_active(worker, &status));
    output::stderr(match is_run {
        true => "the processes that run the batch stop within seconds; `batch run` continues",
        false => "no process runs the batch; `batch run` continues",
    });
    Ok(Exit::Found)
}
