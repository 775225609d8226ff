//! Runs a command, and shows what came of it.

mod dry_run;
mod embedded;
mod enrich;
mod get;
mod hints;
mod listen;
pub(crate) mod many;
mod sandbox;
mod verify;

use std::cell::OnceCell;
use std::future::Future;
use std::io;

use tokio::runtime::Builder;

use crate::access::Access;
use crate::args::{Args, Command, Webhook, Which};
use crate::connection::Place;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::{output, verbose};

pub(crate) fn run(args: Args) -> Exit {
    let connection = args.command.connection();
    let access = Access::of(connection);
    let verbose = connection.is_some_and(|connection| connection.verbose);
    let verbose = verbose.then(|| verbose::start(args.json));
    let place = Place::of(connection);
    let (access, refused) = match access {
        Ok(access) => (access, None),
        Err(failure) => (Access::default(), Some(failure)),
    };
    let (twin, learning) = (place.twin(), OnceCell::new());
    let session = Session { json: args.json, twin, place, access, learning, verbose };
    if let Some(failure) = refused {
        return session.show_failure(&failure);
    }
    let command = async {
        // Before anything is launched, and paid for.
        output::check_stdout().map_err(|error| Failure::NotWritten { error, job_id: None })?;
        let outcome = dispatch(args.command, &session).await;
        if let Some(twin) = &session.twin {
            embedded::let_deliver(twin, &outcome, session.json).await;
        }
        outcome
    };
    let outcome = block_on(command);
    session.save();
    match outcome {
        Ok(exit) => exit,
        Err(failure) => session.show_failure(&failure),
    }
}

async fn dispatch(command: Command, session: &Session) -> Result<Exit, Failure> {
    let sends = !matches!(&command, Command::Enrich(args) if args.dry_run);
    if sends && session.place == Place::Embedded && !session.json {
        output::stderr("note: this is the embedded sandbox: no key, no network, invented people");
    }
    let snapshot = match command {
        Command::Enrich(args) if args.dry_run => return dry_run::run(&args, session.json).await,
        Command::Enrich(args) if !args.is_batch() => enrich::run(&args, session).await?,
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
