//! Webhooks on a paused clock, over hours of virtual time.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use jiff::Timestamp;
use tokio::time::sleep;
use tower::ServiceExt;
use waterfall::webhook::axum::router;
use waterfall::webhook::testing::Signer;
use waterfall::webhook::{Delivery, Inbox, Jwks, Verifier};
use waterfall::{Client, Clock, ContactQuery, HeaderMap};
use waterfall_sandbox::{DeliveryOutcome, Sandbox};

use super::endpoint::Endpoint;
use super::support::BODY;

const MINUTE: Duration = Duration::from_secs(60);
const HOOK: &str = "https://hooks.example.com/hook";

fn signer(clock: &Clock) -> Signer {
    Signer::new("key-1").clock(clock.clone())
}

async fn rule(verifier: &Verifier, headers: &HeaderMap) -> &'static str {
    let outcome = verifier.verify(headers, BODY).await;
    outcome.map_or_else(|error| error.code(), |_| "ok")
}

#[tokio::test(start_paused = true)]
async fn a_token_ages_with_tokios_clock() {
    let clock = Clock::tokio();
    let verifier = Verifier::new(signer(&clock).key_set()).clock(clock.clone());
    let headers = signer(&clock).headers(BODY);
    assert_eq!(rule(&verifier, &headers).await, "ok");
    sleep(60 * MINUTE).await;
    assert_eq!(rule(&verifier, &headers).await, "ok");
    sleep(MINUTE + Duration::from_secs(2)).await;
    assert_eq!(rule(&verifier, &headers).await, "too_old");
    // A token that is signed now is valid now, although the system clock has not advanced.
    let headers = signer(&clock).headers(BODY);
    assert_eq!(rule(&verifier, &headers).await, "ok");
    let by_system = Verifier::new(signer(&clock).key_set());
    assert_eq!(rule(&by_system, &headers).await, "issued_in_future");
}

#[tokio::test(start_paused = true)]
async fn a_remembered_token_is_refused_until_it_is_too_old() {
    let clock = Clock::tokio_from(Timestamp::from_second(1_780_000_000).unwrap());
    let verifier = Verifier::new(signer(&clock).key_set()).clock(clock.clone());
    let verifier = verifier.remember_tokens(10).max_age(5 * MINUTE);
    let headers = signer(&clock).headers(BODY);
    assert_eq!(rule(&verifier, &headers).await, "ok");
    sleep(6 * MINUTE).await;
    assert_eq!(rule(&verifier, &headers).await, "replayed");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(rule(&verifier, &headers).await, "too_old");
}

/// The age of the keys and the age of the token use the same clock.
#[tokio::test(start_paused = true)]
async fn keys_are_refreshed_by_the_same_clock() {
    let clock = Clock::tokio();
    let endpoint = Endpoint::with(&["key-1"]);
    let verifier = endpoint.verifier().clock(clock.clone());
    for minutes in [0, 4, 2] {
        sleep(minutes * MINUTE).await;
        assert_eq!(rule(&verifier, &signer(&clock).headers(BODY)).await, "ok");
    }
    let fetched: Vec<_> = endpoint.fetches().iter().map(|fetch| fetch.at.as_secs() / 60).collect();
    assert_eq!(fetched, [0, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_custom_clock_is_used() {
    let now = Timestamp::from_second(1_780_000_000).unwrap();
    let clock = Clock::from_fn(move || now);
    let verifier = Verifier::new(signer(&clock).key_set()).clock(clock.clone());
    let delivery = verifier.verify(&signer(&clock).headers(BODY), BODY).await.unwrap();
    assert_eq!(delivery.verified().received_at(), now);
    assert_eq!(delivery.verified().issued_at(), Some(now));
    assert_eq!(format!("{clock:?}"), "Clock::from_fn");
}

/// The extractors do not use a receiver.
#[tokio::test(start_paused = true)]
async fn extractors_use_the_clock_of_the_verifier() {
    async fn take(_: Delivery) -> StatusCode {
        StatusCode::CREATED
    }

    let clock = Clock::tokio();
    let verifier = Verifier::new(signer(&clock).key_set()).clock(clock.clone());
    let app: Router = Router::new().route("/hook", post(take)).with_state(verifier);
    sleep(120 * MINUTE).await;
    let (fresh, mut statuses) = (signer(&clock).headers(BODY), Vec::new());
    for age in [Duration::ZERO, 120 * MINUTE] {
        sleep(age).await;
        let mut request = Request::post("/hook").body(Body::from(BODY)).unwrap();
        request.headers_mut().extend(fresh.clone());
        statuses.push(app.clone().oneshot(request).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [201, 400]);
}

/// Sandbox, router, inbox and client together, long after the start of the runtime.
#[tokio::test(start_paused = true)]
async fn a_wait_is_ended_by_a_delivery_a_day_later() {
    let sandbox = Sandbox::builder().build();
    let inbox = Inbox::new();
    let keys = Jwks::builder().transport(sandbox.transport().without_key()).build().unwrap();
    let verifier = Verifier::new(keys).clock(Clock::tokio());
    let app: Router = router("/hook", inbox.receiver(verifier));
    sandbox.deliver_to(HOOK, move |request| {
        let answer = app.clone().oneshot(request.map(Body::from));
        async { answer.await.unwrap_or_else(|never| match never {}) }
    });
    let client = Client::builder().api_key("test").transport(sandbox.transport());
    let client = client.inbox(inbox).webhook_url(HOOK).build().unwrap();
    sleep(24 * 60 * MINUTE).await;
    let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let outcomes: Vec<_> = sandbox.deliveries().into_iter().map(|sent| sent.outcome).collect();
    assert_eq!(outcomes, [DeliveryOutcome::Answered(200)]);
    assert!(found.was_delivered());
    assert_eq!(found.reads(), 0);
}

/// Without a `Date` in the response, the age of a running job uses the client's clock.
#[tokio::test(start_paused = true)]
async fn a_client_uses_the_same_clock() {
    let start: Timestamp = "2025-02-05T12:00:00Z".parse().unwrap();
    let transport = Undated;
    let client = Client::builder().api_key("test").transport(transport);
    let client = client.clock(Clock::tokio_from(start)).build().unwrap();
    sleep(Duration::from_secs(90)).await;
    let seen = client.job(uuid::Uuid::from_u128(1)).fetch().await.unwrap();
    assert_eq!(seen.elapsed(), Some(Duration::from_secs(90)));
}

/// A running job that was started at 12:00:00.
#[derive(Debug)]
struct Undated;

impl waterfall::Transport for Undated {
    fn execute(
        &self,
        request: waterfall::Request,
    ) -> waterfall::BoxFuture<'_, Result<waterfall::Response, waterfall::TransportError>> {
        let body = r#"{"status":"RUNNING","start_date":"2025-02-05T12:00:00Z","input":{}}"#;
        let answer =
            waterfall::Response::new(waterfall::StatusCode::OK, request.http.url().clone());
        Box::pin(std::future::ready(Ok(answer.with_body(body))))
    }
}
