//! Receives deliveries with axum: a ready-made [`router`], and extractors for your own.
//!
//! ```no_run
//! use waterfall::webhook::{Receiver, Verifier, axum::router};
//!
//! # async fn store(_: &waterfall::AnySnapshot) -> std::io::Result<()> { Ok(()) }
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
//! [`Delivery`] and [`VerifiedDelivery`] are extractors if the router's state contains a
//! [`Verifier`]. They only verify: duplicates are not detected, and axum drops the handler when the
//! sender disconnects. axum's `DefaultBodyLimit` limits the length of the body, 2 MB by default.
//! Rejections respond with the status of [`Outcome`]; extract `Result<Delivery, Outcome>` to handle
//! them yourself. `VerifiedDelivery` does not decode the body. The kind of a job comes from the end
//! of the request's path, if that is the word of a kind, and otherwise from the content.
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
use super::verified::VerifiedDelivery;
use super::verifier::Verifier;
use crate::job_id::JobId;

/// Returns a router that passes POST requests at this path, and at the paths of the kinds below it
/// (`PATH/phone` and so on; see [`ClientBuilder::webhook_url`](crate::ClientBuilder::webhook_url)),
/// to the [`Receiver`].
///
/// It can be merged into a router with any state.
///
/// # Panics
///
/// If axum rejects the path, for example without a slash at its start.
pub fn router<S: Clone + Send + Sync + 'static>(path: &str, receiver: Receiver) -> Router<S> {
    let route = |receiver: Receiver| {
        let limit = DefaultBodyLimit::max(receiver.longest_body());
        let receive = move |headers: HeaderMap, body: Result<Bytes, BytesRejection>| async move {
            match body {
                Ok(body) => receiver.receive(&headers, body).await.into_response(),
                Err(rejection) => read_failure(&rejection).into_response(),
            }
        };
        post(receive).layer(limit)
    };
    let base = path.trim_end_matches('/');
    let mut router = Router::new().route(path, route(receiver.clone()));
    for kind in JobId::KINDS {
        let path = format!("{base}/{kind}");
        router = router.route(&path, route(receiver.for_path(&path)));
    }
    router
}

fn read_failure(rejection: &BytesRejection) -> Outcome {
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

impl<S> FromRequest<S> for VerifiedDelivery
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Outcome;

    async fn from_request(request: Request, state: &S) -> Result<Self, Outcome> {
        let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| read_failure(&rejection))?;
        let verified = Verifier::from_ref(state).verify_bytes(&headers, body).await;
        verified.map(|verified| verified.at_path(&path)).map_err(Outcome::from_error)
    }
}

impl<S> FromRequest<S> for Delivery
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Outcome;

    async fn from_request(request: Request, state: &S) -> Result<Self, Outcome> {
        VerifiedDelivery::from_request(request, state).await?.parse().map_err(Outcome::from_error)
    }
}
