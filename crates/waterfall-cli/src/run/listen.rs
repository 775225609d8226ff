//! `waterfall listen`: receives deliveries, and hands each over.

mod desk;
mod exec;
mod forward;
mod mail;
mod notes;
mod print;
mod under_way;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use self::desk::{Desk, Sink};
use self::exec::Exec;
use self::forward::Forward;
use self::notes::{Note, Notes};
use self::under_way::UnderWay;
use super::cannot_listen_to_signals;
use crate::args::Listen;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::keys::Keys;
use crate::output;

/// Requests that are not whole when the program is told to stop have this much
/// time, and so have the last answers.
const GRACE: Duration = Duration::from_secs(1);

pub(super) async fn run(args: &Listen, json: bool) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::listen().map_err(cannot_listen_to_signals)?;
    let (broken, breaks) = mpsc::channel(1);
    let desk = desk(args, json, broken)?;
    let listener = TcpListener::bind((args.bind, args.port)).await;
    let listener = listener.map_err(|error| taken(args, error))?;
    let addr = listener.local_addr().map_err(|error| taken(args, error))?;
    welcome(args, addr, json).map_err(not_written)?;
    if args.allow_unsigned {
        desk.notes.tell(&Note::of("unsigned", "unsigned deliveries are taken: anybody can send"));
    }
    serve(desk, listener, &mut interrupts, breaks).await
}

fn desk(args: &Listen, json: bool, broken: mpsc::Sender<io::Error>) -> Result<Desk, Failure> {
    let keys = Keys::of(&args.rules)?;
    let verifier = keys.verifier(&args.rules);
    let verifier = if args.allow_unsigned { verifier.allow_unsigned() } else { verifier };
    let sink = match (&args.forward, &args.exec) {
        (Some(url), _) => {
            Sink::Forward(Forward::to(url, args.timeout, args.rules.cacert.as_deref())?)
        }
        (None, Some(command)) => Sink::Exec(Exec::new(command.clone(), args.timeout)),
        (None, None) => Sink::Print { json },
    };
    Ok(Desk::new((verifier, keys), sink, Notes { json }, args.path.clone(), broken))
}

async fn serve(
    desk: Desk,
    listener: TcpListener,
    interrupts: &mut Interrupts,
    mut breaks: mpsc::Receiver<io::Error>,
) -> Result<Exit, Failure> {
    let (notes, under_way) = (desk.notes, desk.under_way.clone());
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        let _: Result<(), _> = stopped.await;
    };
    let serving = axum::serve(listener, desk.router()).with_graceful_shutdown(stopped);
    let serving = tokio::spawn(serving.into_future());
    let unwritten = tokio::select! {
        () = interrupts.next() => None,
        error = breaks.recv() => error,
    };
    drop(stop);
    if under_way.count() > 0 {
        notes.tell(&Note::of("stopping", "stopping; ctrl-c again to stop at once"));
    }
    let finished = async {
        tokio::select! {
            _ = serving => {}
            () = out_of_patience(&under_way) => {}
        }
        // A sender may have hung up, and its delivery is taken all the same.
        under_way.none().await;
    };
    tokio::select! {
        () = finished => {}
        () = interrupts.next() => {
            notes.tell(&Note::of("stopped", "stopped; what was under way was not finished"));
            return Ok(Exit::Interrupted);
        }
    }
    match unwritten.or_else(|| breaks.try_recv().ok()) {
        Some(error) => Err(not_written(error)),
        None => Ok(Exit::Found),
    }
}

/// A request that never becomes whole must not keep the program.
async fn out_of_patience(under_way: &UnderWay) {
    sleep(GRACE).await;
    under_way.none().await;
    sleep(GRACE).await;
}

fn welcome(args: &Listen, addr: SocketAddr, json: bool) -> io::Result<()> {
    let url = format!("http://{addr}{}", args.path.as_deref().unwrap_or("/"));
    let line = if json {
        format!("{}\n", json!({ "url": url }))
    } else {
        format!("Listening at {url} until ctrl-c.\n")
    };
    output::stdout(line.as_bytes())
}

fn not_written(error: io::Error) -> Failure {
    Failure::NotWritten { error, job_id: None }
}

fn taken(args: &Listen, error: io::Error) -> Failure {
    let what = format!("can't listen on port {} of {}", args.port, args.bind);
    let hint = "Take another port with --port, or a free one with --port 0.";
    let in_use = error.kind() == io::ErrorKind::AddrInUse;
    Failure::System { what, error, hint: in_use.then_some(hint) }
}
