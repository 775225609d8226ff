//! A process that stops at a moment that the test chooses.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use waterfall::{BoxFuture, Client, Clock, Request, Response, Transport, TransportError};
use waterfall_batch::{Batch, BatchOptions, Journal, JournalError};
use waterfall_sandbox::{Sandbox, SandboxTransport};

use crate::engines::Engine;
use crate::hooked::{Hook, Hooked};

/// A process that does nothing more once it is dead.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dying(Arc<AtomicBool>);

impl Dying {
    pub(crate) fn die(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    async fn alive(&self) {
        if self.0.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
    }

    /// Opens a batch for this process.
    pub(crate) async fn open(
        &self,
        engine: &Engine,
        sandbox: &Sandbox,
        name: &str,
        (lease, heartbeat): (Duration, Duration),
    ) -> Batch {
        let requests = Requests { inner: sandbox.transport(), process: self.clone() };
        let client = Client::builder().api_key("test").transport(requests);
        let client = client.clock(Clock::tokio()).build().unwrap();
        let journal = Hooked::new(engine.journal.clone(), Arc::new(self.clone()));
        let options =
            BatchOptions::new(name).lease(lease).heartbeat(heartbeat).clock(Clock::tokio());
        Batch::open(client, journal, options).await.unwrap()
    }
}

impl Hook for Dying {
    fn before<'a>(
        &'a self,
        _: &'a dyn Journal,
        _: &'static str,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            self.alive().await;
            Ok(())
        })
    }
}

struct Requests {
    inner: SandboxTransport,
    process: Dying,
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Requests")
    }
}

impl Transport for Requests {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            self.process.alive().await;
            let response = self.inner.execute(request).await;
            self.process.alive().await;
            response
        })
    }
}
