//! Deliveries by axum: a ready [`router`], and extractors for a router of your own.
//!
//! ```no_run
//! use waterfall::webhook::{Receiver, Verifier, axum::router};
//!
//! # async fn store(_: &waterfall::Snapshot) -> std::io::Result<()> { Ok(()) }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::new(Verifier::from_env()?, |delivery| async move {
//!     store(delivery.snapshot()).await
//! });
//! let app = axum::Router::new().merge(router("/webhooks/waterfall", receiver));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, app).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Extractors
//!
//! [`Delivery`] and [`Verified`] are extractors too, with a [`Verifier`] in the router's state. They
//! verify, and that is all: duplicates are handed over, and axum drops a handler whose
//! sender hangs up. The length of the body is limited by axum's `DefaultBodyLimit`,
//! 2 MB unless you set it. What is refused is answered as [`Outcome`] says; take
//! `Result<Delivery, Outcome>` to see it. `Verified` does not decode the body.
//!
//! ```
//! use axum::{Router, routing::post};
//! use waterfall::webhook::{Delivery, Verifier};
//!
//! async fn receive(delivery: Delivery) {
//!     println!("{:?}: {}", delivery.job_id(), delivery.snapshot().state());
//! }
//!
//! # fn main() -> Result<(), waterfall::Error> {
//! let app: Router =
//!     Router::new().route("/webhook", post(receive)).with_state(Verifier::from_env()?);
//! # Ok(())
//! # }
//! ```

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::delivery::Delivery;
use super::receiver::{Outcome, Receiver};
use super::verified::Verified;
use super::verifier::Verifier;

/// A router that takes deliveries by POST at this path, as [`Receiver`] says.
///
/// It is a `tower` service like any router, and can be merged into another whatever the
/// state of that.
///
/// # Panics
///
/// If axum can't take the path, for example without a slash at its start.
pub fn router<S: Clone + Send + Sync + 'static>(path: &str, receiver: Receiver) -> Router<S> {
    let limit = DefaultBodyLimit::max(receiver.longest_body());
    let take = move |headers: HeaderMap, body: Result<Bytes, BytesRejection>| async move {
        match body {
            Ok(body) => receiver.receive(&headers, body).await.into_response(),
            Err(rejection) => not_read(&rejection).into_response(),
        }
    };
    Router::new().route(path, post(take).layer(limit))
}

fn not_read(rejection: &BytesRejection) -> Outcome {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Outcome::TooLong,
        _ => Outcome::Incomplete,
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        (self.status(), self.text()).into_response()
    }
}

impl<S> FromRequest<S> for Verified
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Outcome;

    async fn from_request(request: Request, state: &S) -> Result<Self, Outcome> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| not_read(&rejection))?;
        Verifier::from_ref(state).verify(&headers, body).await.map_err(Outcome::of)
    }
}

impl<S> FromRequest<S> for Delivery
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Outcome;

    async fn from_request(request: Request, state: &S) -> Result<Self, Outcome> {
        Verified::from_request(request, state).await?.parse().map_err(Outcome::of)
    }
}
