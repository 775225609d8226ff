//! The way in over HTTP: a router, and a server around it that can break
//! connections.

use std::future::{Future, pending};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderValue;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::reply::{Ending, Outcome};
use crate::routes::{Call, MAX_BODY};
use crate::sandbox::Sandbox;
use crate::wire::{BreakableListener, BrokenBody, ResetHandle};

/// How long a server that is to stop waits for its last answers.
const GRACE: Duration = Duration::from_secs(2);

impl Sandbox {
    /// A router that answers everything, for an HTTP server of one's own.
    ///
    /// Such a server can't reset connections: the faults `reset` and `refuse`
    /// cut the answer's body off there. [`serve`](Self::serve) has no such limit.
    pub fn router(&self) -> Router {
        let sandbox = self.clone();
        Router::new().fallback(move |request: Request| respond(sandbox, request))
    }

    /// Serves HTTP/1.1 on `listener` for as long as the future is polled.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        self.serve_until(listener, pending()).await
    }

    /// Serves HTTP/1.1 on `listener` until `stop` is done; answers that are on
    /// their way then have two more seconds.
    pub async fn serve_until<F>(&self, listener: TcpListener, stop: F) -> io::Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let service = self.router().into_make_service_with_connect_info::<ResetHandle>();
        let (stopping, stopped) = oneshot::channel::<()>();
        let signal = async move {
            stop.await;
            drop(stopping);
        };
        let serving = axum::serve(BreakableListener(listener), service);
        let out_of_patience = async move {
            let _ = stopped.await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = serving.with_graceful_shutdown(signal).into_future() => served,
            () = out_of_patience => Ok(()),
        }
    }

    /// Serves on `127.0.0.1` at `port`, or at a free one for 0, in a task of the
    /// present tokio runtime.
    pub async fn listen(&self, port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let sandbox = self.clone();
        let task = tokio::spawn(async move {
            let stopped = async move {
                let _: Result<(), _> = stopped.await;
            };
            sandbox.serve_until(listener, stopped).await
        });
        Ok(Server { addr, stop, task })
    }
}

/// A sandbox on a port. Dropping it stops it as well, without waiting.
#[derive(Debug)]
#[must_use = "a server stops when it is dropped"]
pub struct Server {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL for clients, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops it; answers that are on their way have two more seconds.
    pub async fn shutdown(self) -> io::Result<()> {
        drop(self.stop);
        self.task.await.map_err(io::Error::other)?
    }
}

async fn respond(sandbox: Sandbox, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let reset_handle =
        parts.extensions.get::<ConnectInfo<ResetHandle>>().map(|info| info.0.clone());
    let call = Call::new(parts.method, parts.uri.path(), parts.uri.query(), parts.headers)
        .with_body(to_bytes(body, MAX_BODY).await.ok());
    let outcome = sandbox.handle(call).await;
    into_response(outcome, reset_handle)
}

fn into_response(outcome: Outcome, reset_handle: Option<ResetHandle>) -> Response {
    let (body, promised) = match outcome.ending {
        Ending::Whole => (Body::from(outcome.body.clone()), None),
        Ending::Cut(after) => {
            let (part, promised) = outcome.cut_body(after);
            (BrokenBody::cut(part), Some(promised))
        }
        Ending::Stall => (BrokenBody::stall(), Some(outcome.body.len().max(1))),
        Ending::Drip(pause) => {
            (BrokenBody::drip(outcome.body.clone(), pause), Some(outcome.body.len()))
        }
        Ending::Pad(length) => {
            let spaces = length.saturating_sub(outcome.body.len());
            let promised = outcome.body.len() + spaces;
            (BrokenBody::padded(outcome.body.clone(), spaces), Some(promised))
        }
        Ending::Reset | Ending::Refuse => {
            if let Some(reset_handle) = reset_handle {
                reset_handle.reset();
            }
            (BrokenBody::cut(Default::default()), Some(1))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = outcome.status;
    *response.headers_mut() = outcome.headers;
    if let Some(promised) = promised {
        response.headers_mut().insert("content-length", HeaderValue::from(promised));
    }
    response
}
