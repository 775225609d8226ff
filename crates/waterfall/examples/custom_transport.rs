//! Counts requests in a user-defined transport: `cargo run -p waterfall --example
//! custom_transport`.
//!
//! A transport is the only access to the network. This one wraps the sandbox. Others could add
//! headers, record requests, or use a different HTTP client. A transport sends each request once
//! and decides nothing: retries and the rate limit are in the client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use waterfall::{
    BoxFuture, Client, ContactQuery, Error, Request, Response, Transport, TransportError,
};
use waterfall_sandbox::Sandbox;

#[derive(Debug)]
struct Counting<T> {
    inner: T,
    requests: Arc<AtomicUsize>,
}

impl<T: Transport> Transport for Counting<T> {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.requests.fetch_add(1, Relaxed);
        println!("{} {}", request.operation.method, request.operation.path);
        self.inner.execute(request)
    }
}

// The paused clock skips waiting times. An application needs only `#[tokio::main]`.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let sandbox = Sandbox::new();
    let requests = Arc::new(AtomicUsize::new(0));
    let transport = Counting { inner: sandbox.transport(), requests: requests.clone() };
    let client = Client::builder().api_key("test").transport(transport).build()?;

    let found = client.enrich(ContactQuery::email("jane.doe@acme.com")).await?;
    let sent = requests.load(Relaxed);
    println!("{sent} requests, {} of them reads", found.reads());
    assert_eq!(sent, 1 + found.reads() as usize);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().unwrap();
    }
}
