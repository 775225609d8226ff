//! The router and the extractors, called as `tower` services.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use axum::routing::post;
use tower::ServiceExt;
use waterfall::HeaderMap;
use waterfall::webhook::axum::router;
use waterfall::webhook::{Delivery, Outcome, Receiver, VerifiedDelivery};

use super::support::*;

/// Returns the status and the text of the response.
async fn send(app: &Router, headers: HeaderMap, body: impl Into<Body>) -> (u16, String) {
    let mut request = Request::post("/hook").body(body.into()).unwrap();
    request.headers_mut().extend(headers);
    let answer = app.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let text = to_bytes(answer.into_body(), 1000).await.unwrap();
    (status, String::from_utf8(text.to_vec()).unwrap())
}

fn recording(taken: &Arc<Mutex<Vec<Delivery>>>) -> Receiver {
    let taken = taken.clone();
    Receiver::new(verifier(), move |delivery| {
        taken.lock().unwrap().push(delivery);
        async { Ok::<(), ()>(()) }
    })
}

#[tokio::test]
async fn the_router_accepts_deliveries() {
    let taken = Arc::default();
    let app = Router::new().merge(router("/hook", recording(&taken)));
    for _ in 0..2 {
        assert_eq!(send(&app, signer().headers(BODY), BODY).await, (200, "received\n".to_owned()));
    }
    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].snapshot().raw_json(), BODY);
}

#[tokio::test]
async fn the_router_rejects_other_requests() {
    let taken = Arc::default();
    let app: Router = router("/hook", recording(&taken).max_body(BODY.len()));
    let refused = (400, "refused\n".to_owned());
    assert_eq!(send(&app, HeaderMap::new(), BODY).await, refused);
    assert_eq!(send(&app, signer().headers("x"), BODY).await, refused);
    assert_eq!(send(&app, headers("a.b.c"), BODY).await, refused);
    let long = format!("{BODY} ");
    assert_eq!(send(&app, signer().headers(&long), long).await, (413, "too long\n".to_owned()));
    let broken = broken_body();
    assert_eq!(send(&app, signer().headers(BODY), broken).await, refused);
    let get = Request::builder().method(Method::GET).uri("/hook").body(Body::empty()).unwrap();
    let answer = app.oneshot(get).await.unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(taken.lock().unwrap().is_empty());
}

/// Returns a connection that fails in the middle of the body.
fn broken_body() -> Body {
    use http_body_util::StreamBody;
    use hyper::body::{Bytes, Frame};

    struct Pieces(u8);

    impl futures_core::Stream for Pieces {
        type Item = Result<Frame<Bytes>, std::io::Error>;

        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            self.0 += 1;
            std::task::Poll::Ready(Some(match self.0 {
                1 => Ok(Frame::data(Bytes::from_static(&BODY.as_bytes()[..20]))),
                _ => Err(std::io::ErrorKind::ConnectionReset.into()),
            }))
        }
    }

    Body::new(StreamBody::new(Pieces(0)))
}

/// A stricter limit of an outer axum layer does not lower that of the receiver.
#[tokio::test]
async fn the_limit_of_the_receiver_applies() {
    let taken = Arc::default();
    let app: Router = router("/hook", recording(&taken).max_body(4 << 20));
    let app = app.layer(axum::extract::DefaultBodyLimit::max(10));
    let long = format!("{}{BODY}", " ".repeat(3 << 20));
    assert_eq!(send(&app, signer().headers(&long), long).await.0, 200);
}

#[tokio::test]
async fn extractors_verify_deliveries() {
    let app: Router = Router::new()
        .route(
            "/hook",
            post(|delivery: Delivery| async move { delivery.job_id().unwrap().to_string() }),
        )
        .with_state(verifier());
    let (status, text) = send(&app, signer().headers(BODY), BODY).await;
    assert_eq!((status, text.as_str()), (200, "7d44db58-5de3-4e92-a2fb-8325d12c2e8b"));
    assert_eq!(send(&app, HeaderMap::new(), BODY).await, (400, "refused\n".to_owned()));
    assert_eq!(
        send(&app, signer().headers("odd"), "odd").await,
        (500, "try again later\n".to_owned())
    );
    let long = " ".repeat(3 << 20);
    assert_eq!(send(&app, signer().headers(&long), long).await.0, 413);

    let raw: Router = Router::new()
        .route("/hook", post(|odd: VerifiedDelivery| async move { odd.into_body() }))
        .with_state(verifier());
    assert_eq!(send(&raw, signer().headers("odd"), "odd").await, (200, "odd".to_owned()));

    let curious: Router = Router::new()
        .route(
            "/hook",
            post(|result: Result<Delivery, Outcome>| async move {
                match result {
                    Err(Outcome::Refused(error)) => error.code(),
                    _ => "?",
                }
            }),
        )
        .with_state(verifier());
    assert_eq!(send(&curious, HeaderMap::new(), BODY).await, (200, "unsigned".to_owned()));
}
