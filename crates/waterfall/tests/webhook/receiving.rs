//! `Receiver`: handles each delivery once, with the right status.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use waterfall::HeaderMap;
use waterfall::webhook::{Outcome, Receiver, VerifiedDelivery, Verifier};

use super::endpoint::{Behavior, Endpoint};
use super::support::*;

const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

/// The behavior of the handler for a delivery.
#[derive(Debug, Clone, Copy)]
enum Does {
    Takes,
    Fails,
    Panics,
}

#[derive(Clone)]
struct Handler {
    does: Arc<Mutex<Does>>,
    begun: Arc<AtomicUsize>,
    taken: Arc<AtomicUsize>,
}

impl Handler {
    fn new(does: Does) -> Self {
        let does = Arc::new(Mutex::new(does));
        Self { does, begun: Arc::default(), taken: Arc::default() }
    }

    fn now(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// Handling a delivery takes a second.
    fn receiver(&self, verifier: Verifier) -> Receiver {
        let handler = self.clone();
        Receiver::new(verifier, move |_| {
            let handler = handler.clone();
            handler.begun.fetch_add(1, Ordering::SeqCst);
            async move {
                sleep(Duration::from_secs(1)).await;
                let does = *handler.does.lock().unwrap();
                match does {
                    Does::Takes => {
                        handler.taken.fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    }
                    Does::Fails => Err("no disk"),
                    Does::Panics => panic!("the handler is broken"),
                }
            }
        })
    }

    fn counts(&self) -> (usize, usize) {
        (self.begun.load(Ordering::SeqCst), self.taken.load(Ordering::SeqCst))
    }
}

/// Returns a delivery of this job; `other` varies the body.
fn body(job_id: &str, other: u32) -> String {
    format!(
        r#"{{"status":"SUCCEEDED","start_date":"2026-05-28T20:26:35Z","input":{{"task":{{"job_id":"{job_id}"}}}},"other":{other}}}"#
    )
}

async fn post(receiver: &Receiver, body: &str) -> u16 {
    let headers = signer().headers(body);
    receiver.receive(&headers, body.to_owned()).await.status().as_u16()
}

#[tokio::test(start_paused = true)]
async fn a_delivery_is_handled_once() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier());
    assert_eq!(post(&receiver, &body(ID, 1)).await, 200);
    assert_eq!(handler.counts(), (1, 1));
    let headers = signer().headers(body(ID, 2));
    let again = receiver.clone().receive(&headers, body(ID, 2)).await;
    assert!(matches!(again, Outcome::Duplicate), "{again:?}");
    assert_eq!(again.status(), 200);
    assert_eq!(handler.counts(), (1, 1));
    let other = ID.replace('7', "8");
    assert_eq!(post(&receiver, &body(&other, 1)).await, 200);
    assert_eq!(handler.counts(), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn without_a_job_id_the_body_identifies_a_delivery() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier());
    let nameless = r#"{"status":"FAILED","start_date":"2026-05-28T20:26:35Z","input":null}"#;
    for (body, count) in [(nameless, 1), (nameless, 1), (&nameless.replace("35Z", "36Z"), 2)] {
        assert_eq!(post(&receiver, body).await, 200);
        assert_eq!(handler.counts(), (count, count));
    }
}

/// An unfinished job is delivered again with its result.
#[tokio::test(start_paused = true)]
async fn the_result_is_not_a_duplicate_of_an_unfinished_state() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier());
    for (state, count) in
        [("RUNNING", 1), ("RUNNING", 1), ("NEW_STATE", 2), ("SUCCEEDED", 3), ("SUCCEEDED", 3)]
    {
        assert_eq!(post(&receiver, &body(ID, 1).replace("SUCCEEDED", state)).await, 200);
        assert_eq!(handler.counts(), (count, count), "{state}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_delivery_is_handled_again() {
    for does in [Does::Fails, Does::Panics] {
        let handler = Handler::new(does);
        let receiver = handler.receiver(verifier());
        assert_eq!(post(&receiver, BODY).await, 500, "{does:?}");
        assert_eq!(post(&receiver, BODY).await, 500, "{does:?}");
        assert_eq!(handler.counts(), (2, 0));
        handler.now(Does::Takes);
        assert_eq!(post(&receiver, BODY).await, 200, "{does:?}");
        assert_eq!(handler.counts(), (3, 1));
    }
}

/// The sender repeats the same token, and the verifier alone would refuse it.
#[tokio::test(start_paused = true)]
async fn a_repeated_token_is_accepted() {
    let handler = Handler::new(Does::Fails);
    let receiver = handler.receiver(verifier().remember_tokens(100));
    let headers = signer().headers(BODY);
    for (does, status) in [(Does::Fails, 500), (Does::Takes, 200), (Does::Takes, 200)] {
        handler.now(does);
        assert_eq!(receiver.receive(&headers, BODY).await.status(), status, "{does:?}");
    }
    assert_eq!(handler.counts(), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_concurrent_duplicate_shares_the_outcome() {
    for (does, status) in [(Does::Takes, 200), (Does::Fails, 500), (Does::Panics, 500)] {
        let handler = Handler::new(does);
        let receiver = handler.receiver(verifier());
        let start = tokio::time::Instant::now();
        let (body_1, body_2) = (body(ID, 1), body(ID, 2));
        let (first, second, third) = tokio::join!(
            post(&receiver, &body_1),
            post(&receiver, &body_2),
            post(&receiver, &body_1)
        );
        assert_eq!([first, second, third], [status; 3], "{does:?}");
        assert_eq!(handler.counts().0, 1);
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_sender_does_not_stop_the_handler() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier());
    assert!(timeout(Duration::from_millis(500), post(&receiver, BODY)).await.is_err());
    assert_eq!(handler.counts(), (1, 0));
    assert_eq!(post(&receiver, BODY).await, 200, "it waits for the first");
    assert_eq!(handler.counts(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn duplicates_can_be_passed_to_the_handler() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier()).with_duplicates();
    let (first, second) = tokio::join!(post(&receiver, BODY), post(&receiver, BODY));
    assert_eq!((first, second), (200, 200));
    assert_eq!(post(&receiver, BODY).await, 200);
    assert_eq!(handler.counts(), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn the_record_is_bounded() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier()).remember(2);
    let ids = ["1", "2", "3"].map(|digit| ID.replace('7', digit));
    for (id, count) in [(0, 1), (1, 2), (2, 3), (1, 3), (2, 3), (0, 4)] {
        assert_eq!(post(&receiver, &body(&ids[id], 1)).await, 200);
        assert_eq!(handler.counts().0, count);
    }
    let none = handler.receiver(verifier()).remember(0);
    assert_eq!(post(&none, BODY).await, 200);
    assert_eq!(post(&none, BODY).await, 200);
    assert_eq!(handler.counts().0, 6);
}

/// Anyone who can guess a job's ID must not make the genuine delivery a duplicate.
#[tokio::test(start_paused = true)]
async fn an_unsigned_delivery_does_not_suppress_a_signed_one() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier().allow_unsigned()).remember(1);
    let none = HeaderMap::new();
    for (number, count) in [(1, 1), (1, 1), (2, 2)] {
        assert_eq!(receiver.receive(&none, body(ID, number)).await.status(), 200);
        assert_eq!(handler.counts().0, count, "unsigned ones are identified by their bodies");
    }
    assert_eq!(post(&receiver, &body(ID, 1)).await, 200);
    assert_eq!(handler.counts().0, 3);
    assert_eq!(receiver.receive(&none, body(ID, 3)).await.status(), 200);
    assert_eq!(post(&receiver, &body(ID, 1)).await, 200);
    assert_eq!(handler.counts().0, 4, "the unsigned one evicted no signed one");
}

#[tokio::test(start_paused = true)]
async fn all_refusals_look_the_same() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier());
    let expired = signer().sign(BODY, claims(serde_json::json!({"exp": 1})));
    let refused =
        [HeaderMap::new(), headers("x"), headers("a.b.c"), headers(expired), signer().headers("x")];
    for headers in refused {
        let outcome = receiver.receive(&headers, BODY).await;
        assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        assert_eq!((outcome.status().as_u16(), outcome.text()), (400, "refused\n"));
    }
    assert_eq!(handler.counts().0, 0);
}

#[tokio::test(start_paused = true)]
async fn without_keys_the_sender_may_retry() {
    let endpoint = Endpoint::with(&["key-1"]);
    endpoint.set(Behavior::Down);
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(endpoint.verifier());
    assert_eq!(post(&receiver, BODY).await, 503);
    endpoint.has(&["key-1"]);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(post(&receiver, BODY).await, 200);
}

#[tokio::test(start_paused = true)]
async fn bodies_are_limited() {
    let handler = Handler::new(Does::Takes);
    let receiver = handler.receiver(verifier()).max_body(BODY.len());
    assert_eq!(receiver.longest_body(), BODY.len());
    assert_eq!(post(&receiver, BODY).await, 200);
    assert_eq!(post(&receiver, &format!("{BODY} ")).await, 413);
    assert_eq!(handler.receiver(verifier()).longest_body(), 2 * 1024 * 1024);
}

#[tokio::test(start_paused = true)]
async fn a_genuine_body_that_cannot_be_decoded_is_not_lost() {
    let handler = Handler::new(Does::Takes);
    let kept: Arc<Mutex<Vec<VerifiedDelivery>>> = Arc::default();
    let shelf = kept.clone();
    let receiver =
        handler.receiver(verifier()).on_unreadable(move |odd| shelf.lock().unwrap().push(odd));
    let headers = signer().headers("odd");
    let outcome = receiver.receive(&headers, "odd").await;
    assert_eq!(outcome.status(), 500);
    assert!(matches!(&outcome, Outcome::Unreadable(odd) if odd.body() == "odd"), "{outcome:?}");
    assert_eq!(kept.lock().unwrap()[0].body(), "odd");
    assert_eq!(handler.counts().0, 0);
}
