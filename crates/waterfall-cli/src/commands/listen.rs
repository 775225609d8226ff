//! `waterfall listen`: receives deliveries, verifies them, and dispatches each.

mod delivery;
mod exec;
mod forward;
mod log;
mod print;
mod server;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use self::exec::Exec;
use self::forward::Forward;
use self::log::{Log, LogEntry};
use self::server::{Sink, WebhookServer};
use crate::args::listen::Listen;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::key_source::KeySource;
use crate::output;

/// The time after a ctrl-c for incomplete requests and the last responses.
const GRACE: Duration = Duration::from_secs(1);

pub(crate) async fn run(args: &Listen, json: bool) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let (fatal, errors) = mpsc::channel(1);
    let server = server(args, json, fatal)?;
    let listener = TcpListener::bind((args.bind, args.port)).await;
    let listener = listener.map_err(|error| bind_failure(args, error))?;
    let addr = listener.local_addr().map_err(|error| bind_failure(args, error))?;
    announce(args, addr, json).map_err(not_written)?;
    if args.allow_unsigned {
        server.log.write(&LogEntry::of(
            "unsigned",
            "unsigned deliveries are accepted; anyone can send them",
        ));
    }
    serve(server, listener, &mut interrupts, errors).await
}

fn server(
    args: &Listen,
    json: bool,
    fatal: mpsc::Sender<io::Error>,
) -> Result<WebhookServer, Failure> {
    let keys = KeySource::new(&args.verification)?;
    let verifier = keys.verifier(&args.verification);
    let verifier = if args.allow_unsigned { verifier.allow_unsigned() } else { verifier };
    let sink = match (&args.forward, &args.exec) {
        (Some(url), _) => {
            Sink::Forward(Forward::to(url, args.timeout, args.verification.cacert.as_deref())?)
        }
        (None, Some(command)) => Sink::Exec(Exec::new(command.clone(), args.timeout)),
        (None, None) => Sink::Print { json },
    };
    Ok(WebhookServer::new((verifier, keys), sink, Log { json }, args.path.clone(), fatal))
}

async fn serve(
    server: WebhookServer,
    listener: TcpListener,
    interrupts: &mut Interrupts,
    mut errors: mpsc::Receiver<io::Error>,
) -> Result<Exit, Failure> {
    let (log, in_progress) = (server.log, server.in_progress.clone());
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        let _: Result<(), _> = stopped.await;
    };
    let serving = axum::serve(listener, server.router()).with_graceful_shutdown(stopped);
    let serving = tokio::spawn(serving.into_future());
    let fatal_error = tokio::select! {
        () = interrupts.next() => None,
        error = errors.recv() => error,
    };
    drop(stop);
    in_progress.close();
    if !in_progress.is_empty() {
        log.write(&LogEntry::of("stopping", "stopping; ctrl-c again to stop at once"));
    }
    let finished = async {
        tokio::select! {
            _ = serving => {}
            () = grace_period(&in_progress) => {}
        }
        // A delivery continues after its sender has disconnected.
        in_progress.wait().await;
    };
    tokio::select! {
        () = finished => {}
        () = interrupts.next() => {
            log.write(&LogEntry::of("stopped", "stopped; deliveries in progress were not finished"));
            return Ok(Exit::Interrupted);
        }
    }
    match fatal_error.or_else(|| errors.try_recv().ok()) {
        Some(error) => Err(not_written(error)),
        None => Ok(Exit::Found),
    }
}

/// Limits the shutdown: an incomplete request must not keep the program from ending.
async fn grace_period(in_progress: &TaskTracker) {
    sleep(GRACE).await;
    in_progress.wait().await;
    sleep(GRACE).await;
}

fn announce(args: &Listen, addr: SocketAddr, json: bool) -> io::Result<()> {
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

fn bind_failure(args: &Listen, error: io::Error) -> Failure {
    let what = format!("listening on port {} of {} failed", args.port, args.bind);
    let hint = "Choose a different port with --port, or a free one with --port 0.";
    let in_use = error.kind() == io::ErrorKind::AddrInUse;
    Failure::System { what, error, hint: in_use.then_some(hint) }
}
