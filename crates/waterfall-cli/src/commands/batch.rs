//! `waterfall batch`: durable batches of the rows of a file.

mod account;
mod confirm;
mod doubts;
mod export;
mod forget;
mod import;
mod input;
mod place;
mod plan;
mod problems;
mod reporter;
mod retry;
mod run;
mod settings;
mod status;

use crate::args::batch::{Batch, Which};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

pub(super) async fn run(args: &Batch, session: &Session) -> Result<Exit, Failure> {
    match args {
        Batch::Plan(args) => plan::run(args, session.json),
        Batch::Run(args) => run::run(args, session).await,
        Batch::Status(which) => status::run(which, session.json).await,
        Batch::Export(args) => export::run(args).await,
        Batch::Retry(args) => retry::run(args).await,
        Batch::Doubts(args) => doubts::run(args, session).await,
        Batch::Stop(which) => stop(which).await,
        Batch::Forget(args) => forget::run(args).await,
    }
}

async fn stop(which: &Which) -> Result<Exit, Failure> {
    let opened = place::existing(which).await?;
    opened.batch.stop().await?;
    let status = opened.batch.status().await?;
    let is_run = status.workers.iter().any(|worker| status::is_active(worker, &status));
    output::stderr(match is_run {
        true => "the processes that run the batch stop within seconds; `batch run` continues",
        false => "no process runs the batch; `batch run` continues",
    });
    Ok(Exit::Found)
}
