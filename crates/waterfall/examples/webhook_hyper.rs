//! Receives webhooks with plain hyper, without another framework.
//!
//! ```sh
//! cargo run -p waterfall --features webhook --example webhook_hyper
//! ```

use std::convert::Infallible;
use std::error::Error;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use waterfall::webhook::{Outcome, Receiver, Verifier};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = Receiver::new(Verifier::from_env()?, |delivery| async move {
        println!("{:?}: {}", delivery.job_id(), delivery.snapshot().state());
        Ok::<(), Infallible>(())
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("POST deliveries to http://{}/", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let receiver = receiver.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| respond(&receiver, request));
            if let Err(error) =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
            {
                eprintln!("connection failed: {error}");
            }
        });
    }
}

async fn respond(
    receiver: &Receiver,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, text) = match *request.method() {
        Method::POST => {
            let outcome = receive(receiver, request).await;
            (outcome.status(), outcome.text())
        }
        _ => (StatusCode::METHOD_NOT_ALLOWED, "POST only\n"),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    Ok(response)
}

async fn receive(receiver: &Receiver, request: Request<Incoming>) -> Outcome {
    let (head, body) = request.into_parts();
    match Limited::new(body, receiver.longest_body()).collect().await {
        Ok(body) => receiver.receive(&head.headers, body.to_bytes()).await,
        Err(error) if error.is::<LengthLimitError>() => Outcome::TooLong,
        Err(_) => Outcome::Incomplete,
    }
}
