//! Keys and deliveries over the real transport, with a local server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use waterfall::webhook::{Inbox, Jwks, Verifier, axum::router};
use waterfall::{Client, ContactQuery, PollPolicy};
use waterfall_sandbox::{JobTime, Sandbox};

use super::support::*;

/// Returns a server with keys, a redirect and an oversized set; counts the requests for the keys.
async fn serve() -> (String, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let keys = json!({"keys": [signer().jwk()]}).to_string();
    let long = json!({"keys": [signer().jwk()], "pad": "x".repeat(100_000)}).to_string();
    let app = Router::new()
        .route(
            "/.well-known/jwks.json",
            get(async move || {
                count.fetch_add(1, Ordering::SeqCst);
                keys
            }),
        )
        .route("/moved", get(async || Redirect::temporary("/.well-known/jwks.json")))
        .route("/long", get(async move || long));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, requests)
}

#[tokio::test]
async fn keys_are_fetched_over_http() {
    let (url, requests) = serve().await;
    let verifier = Verifier::new(Jwks::builder().base_url(url).build().unwrap());
    for _ in 0..3 {
        assert!(verifier.verify(&signer().headers(BODY), BODY).await.unwrap().is_signed());
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn redirects_and_oversized_sets_are_refused() {
    for (path, expected) in [("/moved", "the response was 307"), ("/long", "longer than the limit")]
    {
        let (url, requests) = serve().await;
        let jwks = Jwks::builder().url(format!("{url}{path}")).build().unwrap();
        let error = Verifier::new(jwks).verify(&signer().headers(BODY), BODY).await.unwrap_err();
        assert_eq!(error.code(), "keys_unavailable");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(requests.load(Ordering::SeqCst), 0);
    }
}

/// A client and a router share an inbox: nothing else ends this wait in time.
#[tokio::test]
async fn a_router_delivers_to_a_client() {
    let time = JobTime::Fixed(Duration::from_millis(50));
    let sandbox = Sandbox::builder().job_time(time).build();
    let server = sandbox.listen(0).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/waterfall", listener.local_addr().unwrap());

    let inbox = Inbox::new();
    let keys = Jwks::builder().base_url(server.url()).build().unwrap();
    let app: Router = router("/waterfall", inbox.receiver(Verifier::new(keys)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = Client::builder()
        .api_key("test")
        .base_url(server.url())
        .poll_policy(PollPolicy::fixed(Duration::from_secs(250)))
        .webhook_url(hook)
        .inbox(inbox)
        .build()
        .unwrap();
    let done = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    assert!(done.was_delivered() && done.reads() == 0);
    assert_eq!(done.person().unwrap().first_name.as_deref(), Some("Jane"));
}
