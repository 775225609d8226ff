//! A web service that enriches contacts and receives their results by webhook:
//! `cargo run -p waterfall --features axum --example axum_service`.
//!
//! Here the sandbox delivers to the router in the same process. In production, the router is served
//! at `WEBHOOK_URL`, and `Verifier::from_env()` fetches the API's keys.

use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use tower::ServiceExt;
use waterfall::webhook::axum::router;
use waterfall::webhook::{Inbox, Jwks, Verifier};
use waterfall::{Client, Clock, ContactQuery};
use waterfall_sandbox::Sandbox;

const WEBHOOK_URL: &str = "https://hooks.example.com/waterfall";

/// Returns the service: `GET /people/{profile}`, and the webhook.
fn service(client: Client, inbox: &Inbox, verifier: Verifier) -> Router {
    Router::new()
        .route("/people/{profile}", get(person))
        .with_state(client)
        .merge(router("/waterfall", inbox.receiver(verifier)))
}

async fn person(
    State(client): State<Client>,
    Path(profile): Path<String>,
) -> Result<String, (StatusCode, String)> {
    let found = client.enrich(ContactQuery::linkedin(profile)).await;
    let found = found.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    let title = found.person().and_then(|person| person.title.as_deref());
    Ok(format!(
        "{}, delivered: {}, reads: {}\n",
        title.unwrap_or("nobody found"),
        found.was_delivered(),
        found.reads(),
    ))
}

// The paused clock skips waiting times. An application needs only `#[tokio::main]`.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::new();
    let keys = Jwks::builder().transport(sandbox.transport().without_key()).build()?;
    let inbox = Inbox::new();
    let client = Client::builder()
        .api_key("test")
        .transport(sandbox.transport())
        .webhook_url(WEBHOOK_URL)
        .inbox(inbox.clone())
        .build()?;
    let app = service(client, &inbox, Verifier::new(keys).clock(Clock::tokio()));

    let deliveries = app.clone();
    sandbox.deliver_to(WEBHOOK_URL, move |request| {
        let (head, body) = request.into_parts();
        let mut request = Request::from_parts(head, Body::from(body));
        *request.uri_mut() = "/waterfall".parse().expect("a path");
        let deliveries = deliveries.clone();
        async move { deliveries.oneshot(request).await.unwrap_or_else(|never| match never {}) }
    });

    let request = Request::get("/people/jane-doe-abc123").body(Body::empty())?;
    let response = app.oneshot(request).await?;
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1024).await?;
    print!("{status}: {}", String::from_utf8_lossy(&body));
    assert!(body.windows(15).any(|part| part == b"delivered: true"));
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().unwrap();
    }
}
