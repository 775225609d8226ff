//! Runs a command and reports its outcome.

mod account;
mod batch;
mod company;
mod completions;
mod doctor;
mod drift;
mod enrich;
mod get;
mod job_change;
mod keys;
mod launch;
mod listen;
mod man;
mod operation;
mod phone;
mod prospect;
mod replay;
mod reveal;
mod sandbox;
mod search;
mod titles;
mod verify;
mod verify_email;

use std::future::Future;

use tokio::runtime::Builder;

use crate::args::webhook::Webhook;
use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::{embedded_sandbox, output};

pub(crate) fn run(args: Args) -> Exit {
    let (session, rejected) = Session::new(args.command.connection(), args.json);
    if let Some(failure) = rejected {
        return session.show_failure(&failure);
    }
    let is_each_noted = !matches!(args.command, Command::Batch(_));
    let command = async {
        // Checked before anything is launched and paid for.
        output::check_stdout().map_err(|error| Failure::NotWritten { error, job_id: None })?;
        let outcome = dispatch(args.command, &session).await;
        if let Some(sandbox) = &session.sandbox {
            embedded_sandbox::finish_deliveries(sandbox, &outcome, session.json).await;
        }
        outcome
    };
    let outcome = block_on(command);
    session.save();
    session.summarize(is_each_noted);
    match outcome {
        Ok(exit) => exit,
        Err(failure) => session.show_failure(&failure),
    }
}

async fn dispatch(command: Command, session: &Session) -> Result<Exit, Failure> {
    match command {
        Command::Enrich(args) => enrich::run(&args, session).await,
        Command::Batch(args) => batch::run(&args, session).await,
        Command::Get(args) => get::run(&args, session).await,
        Command::Phone(args) => phone::run(&args, session).await,
        Command::Company(args) => company::run(&args, session).await,
        Command::Prospect(args) => prospect::run(&args, session).await,
        Command::Search(args) => search::run(&args, session).await,
        Command::JobChange(args) => job_change::run(&args, session).await,
        Command::Reveal(args) => reveal::run(&args, session).await,
        Command::Titles(args) => titles::run(&args, session).await,
        Command::Verify(args) => verify_email::run(&args, session).await,
        Command::Account(args) => account::run(&args, session).await,
        Command::Keys(args) => keys::run(&args, session).await,
        Command::Doctor(_) => doctor::run(session).await,
        Command::Drift(args) => drift::run(args, session.json).await,
        Command::Sandbox(args) => match &args.replay {
            Some(directory) => replay::run(&args, directory, session.json).await,
            None => sandbox::run(&args, session.json).await,
        },
        Command::Listen(args) => listen::run(&args, session.json).await,
        Command::Webhook(Webhook::Verify(args)) => verify::run(&args, session.json).await,
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// Tasks that still run when the command is done are not awaited.
fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::system("the runtime could not be started", error))?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_background();
    outcome
}
