//! Decoding verified deliveries.

use std::time::Duration;

use serde_json::json;
use waterfall::webhook::Error;
use waterfall::{ContactEnrichment, HeaderMap, JobState};

use super::support::*;

fn token(body: &str) -> HeaderMap {
    headers(signer().sign(body, claims(json!({"iat": NOW}))))
}

#[tokio::test]
async fn a_delivery_has_a_snapshot_and_metadata() {
    let delivery = verifier().verify_at(&token(BODY), BODY, now()).await.unwrap();
    let snapshot = delivery.snapshot();
    assert_eq!(*snapshot.state(), JobState::Succeeded);
    let contact = delivery.snapshot_of::<ContactEnrichment>().unwrap();
    assert_eq!(contact.person().unwrap().first_name.as_deref(), Some("Jane"));
    assert_eq!(snapshot.elapsed(), Some(Duration::from_secs(4)));
    assert_eq!(snapshot.raw_json(), BODY);
    assert_eq!((snapshot.reads(), snapshot.status().as_u16()), (0, 200));
    assert_eq!(delivery.job_id(), Some("7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap()));
    assert_eq!(Some(snapshot.job_id()), delivery.job_id());
    assert!(delivery.is_signed());
    assert_eq!(delivery.verified().key_id(), Some("key-1"));
    assert!(!format!("{delivery:?}").contains("Doe"), "{delivery:?}");
}

#[tokio::test]
async fn a_delivery_may_lack_a_job_id() {
    for input in ["null", "{}", r#"{"task":{}}"#, r#"{"task":{"job_id":null}}"#] {
        let body =
            format!(r#"{{"status":"FAILED","start_date":"2026-05-28T20:26:35Z","input":{input}}}"#);
        let delivery = verifier().verify_at(&token(&body), body, now()).await.unwrap();
        assert_eq!(delivery.job_id(), None, "{input}");
        assert!(delivery.snapshot().job_id().uuid().is_nil());
    }
}

/// The age of an unfinished job is computed from the time of receipt.
#[tokio::test]
async fn the_age_is_computed_from_the_time_of_receipt() {
    let body = r#"{"status":"RUNNING","start_date":"2026-05-28T20:26:00Z","input":null}"#;
    let delivery = verifier().verify_at(&token(body), body, now()).await.unwrap();
    let start = delivery.snapshot().started_at().unwrap();
    assert_eq!(
        delivery.snapshot().elapsed(),
        Some(now().duration_since(start).try_into().unwrap())
    );
}

#[tokio::test]
async fn values_of_unexpected_types_are_deviations() {
    let body = r#"{"status":"SUCCEEDED","start_date":7,
        "input":{"task":{"job_id":"7d44db58-5de3-4e92-a2fb-8325d12c2e8b","email":["x"]}},
        "output":{"person":{"first_name":"Jane","email_verified":"true"}}}"#;
    let delivery = verifier().verify_at(&token(body), body, now()).await.unwrap();
    assert_eq!(delivery.job_id(), Some("7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap()));
    let snapshot = delivery.snapshot();
    assert!(
        snapshot.is_success()
            && delivery.snapshot_of::<ContactEnrichment>().unwrap().person().is_some()
    );
    let paths: Vec<&str> = snapshot.deviations().iter().map(|found| found.path()).collect();
    assert_eq!(paths, ["$.input.task.email", "$.output.person.email_verified", "$.start_date"]);
}

#[tokio::test]
async fn a_genuine_body_that_cannot_be_decoded_is_returned() {
    for body in ["", "not JSON Doe-Secret", r#"{"status":7,"x":"Doe-Secret"}"#, "[]"] {
        let error = verifier().verify_at(&token(body), body, now()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Doe"), "{error:?}");
        let Error::Unreadable(unreadable) = error else { panic!("{error}") };
        assert!(unreadable.json_path().starts_with('$'));
        assert!(unreadable.verified().is_signed());
        assert_eq!(unreadable.into_verified().into_body(), body);
    }
    let body = r#"{"status":7,"start_date":"2026-05-28T20:26:35Z"}"#;
    let text = verifier().verify_at(&token(body), body, now()).await.unwrap_err().to_string();
    assert!(text.contains("genuine") && text.contains("$.status"), "{text}");
}
