//! Keys over the real transport, from a server on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use waterfall::webhook::{Jwks, Verifier};

use super::support::*;

/// A server with keys, and others that mislead; counts who came to the keys.
async fn serve() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
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
    (url, asked)
}

#[tokio::test]
async fn keys_come_over_http() {
    let (url, asked) = serve().await;
    let verifier = Verifier::new(Jwks::builder().base_url(url).build().unwrap());
    for _ in 0..3 {
        assert!(verifier.unwrap(&signer().headers(BODY), BODY).await.unwrap().is_signed());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_long_set_not_read() {
    for (path, expected) in [("/moved", "the answer was 307"), ("/long", "longer than the limit")] {
        let (url, asked) = serve().await;
        let jwks = Jwks::builder().url(format!("{url}{path}")).build().unwrap();
        let error = Verifier::new(jwks).unwrap(&signer().headers(BODY), BODY).await.unwrap_err();
        assert_eq!(error.rule(), "keys_unavailable");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(asked.load(Ordering::SeqCst), 0);
    }
}
