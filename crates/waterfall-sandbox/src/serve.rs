//! Serves a sandbox over HTTP: a router, and a server that can break connections.

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

/// The time for which a stopping server waits for responses in progress.
const GRACE: Duration = Duration::from_secs(2);

impl Sandbox {
    /// Returns an axum router that answers all requests, for use in another server.
    ///
    /// A router cannot reset connections: the faults `reset` and `refuse` truncate the response's
    /// body instead. [`serve`](Self::serve) has no such limitation.
    pub fn router(&self) -> Router {
        let sandbox = self.clone();
        Router::new().fallback(move |request: Request| respond(sandbox, request))
    }

    /// Serves HTTP/1.1 on `listener` until the future is dropped.
    ///
    /// # Errors
    ///
    /// The I/O error that stops the server.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        self.serve_until(listener, pending()).await
    }

    /// Serves HTTP/1.1 on `listener` until `stop` completes; responses in progress then
    /// have two more seconds.
    ///
    /// # Errors
    ///
    /// The I/O error that stops the server.
    pub async fn serve_until<F>(&self, listener: TcpListener, stop: F) -> io::Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        serve_until(self.router(), listener, stop).await
    }

    /// Serves on `127.0.0.1` in a task of the current tokio runtime. Port 0 chooses a free
    /// port.
    ///
    /// # Errors
    ///
    /// The I/O error if the port cannot be bound.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn listen(&self, port: u16) -> io::Result<Server> {
        Server::of_router(self.router(), port).await
    }
}

/// Serves a router until `stop` completes, and for the grace period after that.
async fn serve_until<F>(router: Router, listener: TcpListener, stop: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let service = router.into_make_service_with_connect_info::<ResetHandle>();
    let (stopping, stopped) = oneshot::channel::<()>();
    let signal = async move {
        stop.await;
        drop(stopping);
    };
    let serving = axum::serve(BreakableListener(listener), service);
    let grace_period = async move {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving.with_graceful_shutdown(signal).into_future() => served,
        () = grace_period => Ok(()),
    }
}

/// A sandbox that serves on a port. Dropping it stops the server without waiting.
#[derive(Debug)]
#[must_use = "a server stops when it is dropped"]
pub struct Server {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Serves a router on `127.0.0.1`.
    pub(crate) async fn of_router(router: Router, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let stopped = async move {
                let _: Result<(), _> = stopped.await;
            };
            serve_until(router, listener, stopped).await
        });
        Ok(Self { addr, stop, task })
    }

    /// Returns the address on which the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the base URL for clients, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops the server; responses in progress have two more seconds.
    ///
    /// # Errors
    ///
    /// The I/O error that stopped the server before.
    pub async fn shutdown(self) -> io::Result<()> {
        drop(self.stop);
        self.task.await.map_err(io::Error::other)?
    }
}

async fn respond(sandbox: Sandbox, request: Request) -> Response {
    #[cfg(feature = "docs")]
    if let Some(page) = docs_page(&sandbox, &request) {
        return page;
    }
    let (parts, body) = request.into_parts();
    let reset_handle =
        parts.extensions.get::<ConnectInfo<ResetHandle>>().map(|info| info.0.clone());
    let call = Call::new(parts.method, parts.uri.path(), parts.uri.query(), parts.headers)
        .with_body(to_bytes(body, MAX_BODY).await.ok());
    let outcome = sandbox.handle(call).await;
    into_response(outcome, reset_handle)
}

/// Serves the interactive page, which is not part of the API: it is neither recorded nor limited.
#[cfg(feature = "docs")]
fn docs_page(sandbox: &Sandbox, request: &Request) -> Option<Response> {
    let key = sandbox.inner.config.keys.shown();
    crate::docs::respond(request.method(), request.uri().path(), &key)
}

fn into_response(outcome: Outcome, reset_handle: Option<ResetHandle>) -> Response {
    let (body, promised) = match outcome.ending {
        Ending::Complete => (Body::from(outcome.body.clone()), None),
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
