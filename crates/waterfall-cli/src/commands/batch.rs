//! `waterfall batch`: durable batches of the rows of a file.

mod account;
mod confirm;
mod doubts;
mod export;
mod forget;
mod input;
mod place;
mod plan;
mod reporter;
mod run;
mod settings;
mod status;

use crate::args::batch::{Batch, Retry, Which};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;
use crate::terminal_text::count;

pub(super) async fn run(args: &Batch, session: &Session) -> Result<Exit, Failure> {
    match args {
        Batch::Plan(args) => plan::run(args, session.json),
        Batch::Run(args) => run::run(args, session).await,
        Batch::Status(which) => status::run(which, session.json).await,
        Batch::Export(args) => export::run(args).await,
        Batch::Retry(args) => retry(args).await,
        Batch::Doubts(args) => doubts::run(args, session.json).await,
        Batch::Stop(which) => stop(which).await,
        Batch::Forget(args) => forget::run(args).await,
    }
}

async fn retry(Retry { which, failed: _ }: &Retry) -> Result<Exit, Failure> {
    let opened = place::existing(which).await?;
    let rows = opened.batch.retry_failed().await?;
    let rows = count(rows as usize, "row");
    output::stderr(&format!("the next run launches {rows} again; each launch may be billed"));
    Ok(Exit::Found)
}

async fn stop(which: &Which) -> Result<Exit, Failure> {
    let opened = place::existing(which).await?;
    opened.batch.stop().await?;
    output::stderr("the processes that run the batch stop within seconds; `batch run` continues");
    Ok(Exit::Found)
}
