//! Runs a command, and shows what came of it.

mod embedded;
mod enrich;
mod get;
mod listen;
pub(crate) mod many;
mod sandbox;
mod verify;

use std::future::Future;
use std::io;

use tokio::runtime::Builder;
use waterfall::RetryPolicy;

use crate::args::{Args, Command, Webhook, Which};
use crate::connection::Place;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::{output, verbose};

pub(crate) fn run(args: Args) -> Exit {
    let connection = args.command.connection();
    let no_retry = connection.is_some_and(|connection| connection.no_retry);
    let retry = if no_retry { RetryPolicy::none() } else { RetryPolicy::default() };
    let verbose = connection.is_some_and(|connection| connection.verbose);
    let verbose = verbose.then(|| verbose::start(args.json));
    let place = Place::of(connection);
    let session = Session { json: args.json, twin: place.twin(), place, retry, verbose };
    let command = async {
        // Before anything is launched, and paid for.
        output::check_stdout().map_err(|error| Failure::NotWritten { error, job_id: None })?;
        let outcome = dispatch(args.command, &session).await;
        if let Some(twin) = &session.twin {
            embedded::let_deliver(twin, &outcome, session.json).await;
        }
        outcome
    };
    match block_on(command) {
        Ok(exit) => exit,
        Err(failure) => session.show_failure(&failure),
    }
}

async fn dispatch(command: Command, session: &Session) -> Result<Exit, Failure> {
    if session.place == Place::Embedded && !session.json {
        output::stderr("note: this is the embedded sandbox: no key, no network, invented people");
    }
    let snapshot = match command {
        Command::Enrich(args) if args.queries.is_empty() => enrich::run(&args, session).await?,
        Command::Enrich(args) => return many::run(&args, session).await,
        Command::Get(args) => match args.job_ids[..] {
            [Which::Job(id)] => get::run(id, &args, session).await?,
            _ => return many::wait(&args, session).await,
        },
        Command::Sandbox(args) => return sandbox::run(&args, session.json).await,
        Command::Listen(args) => return listen::run(&args, session.json).await,
        Command::Webhook(Webhook::Verify(args)) => return verify::run(&args, session.json).await,
    };
    session.show(&snapshot)
}

/// Nothing that still runs when the command is done is waited for.
fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::system("no runtime can be started", error))?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_background();
    outcome
}

fn cannot_listen_to_signals(error: io::Error) -> Failure {
    Failure::system("signals can't be listened to", error)
}
