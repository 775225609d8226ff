//! Tests of deliveries without a socket, on the paused clock.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::time::{Duration, UNIX_EPOCH};

use axum::http::Response;
use common::receiver::{HOOK, ReceivedDelivery, Receiver, job, keys, launch_with, verdict};
use common::{get, key_set, launch, plain, send};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use waterfall_sandbox::{Builder, DeliveryOutcome, Sandbox, Webhooks};

const SECOND: Duration = Duration::from_secs(1);

fn with(webhooks: Webhooks) -> Builder {
    plain().webhooks(webhooks)
}

fn outcomes(sandbox: &Sandbox) -> Vec<DeliveryOutcome> {
    sandbox.deliveries().into_iter().map(|attempt| attempt.outcome).collect()
}

#[tokio::test(start_paused = true)]
async fn a_job_is_delivered_when_it_is_over_as_the_finder_has_it() {
    let sandbox = plain().build();
    let (transport, receiver) = (sandbox.transport(), Receiver::of(&sandbox, &[]));
    let start = Instant::now();
    for state in ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PAUSED"] {
        let custom = r#"{"sandbox": {"state": "STATE", "seconds": 3}, "n": 1.000000000000000000001, "n":   1}"#;
        let mut request = common::post(&json!({}));
        let body = format!(
            r#"{{"linkedin": "jane-doe-abc123", "webhook_url": "{HOOK}?a=b", "custom_fields": {}}}"#,
            custom.replace("STATE", state)
        );
        *request.body_mut() = Some(body.into());
        let launched = send(&transport, request).await.unwrap();
        let launched: Value = serde_json::from_slice(launched.body()).unwrap();
        let id = launched["job_id"].as_str().unwrap();

        let before = start.elapsed();
        sleep(Duration::from_millis(2_999)).await;
        assert!(receiver.take().is_empty());
        sleep(SECOND).await;
        let delivery = receiver.one();
        assert_eq!((delivery.at - start).as_secs_f64(), (before + 3 * SECOND).as_secs_f64());
        let finder = send(&transport, get(id)).await.unwrap();
        assert_eq!(delivery.request.body(), finder.body(), "the same bytes");
        assert_eq!((delivery.job_id().as_str(), &delivery.json()["status"]), (id, &json!(state)));
        assert_eq!(delivery.request.method(), "POST");
        assert_eq!(delivery.request.uri().to_string(), format!("{HOOK}?a=b"));
        assert_eq!(delivery.request.headers()["content-type"], "application/json");
        assert_eq!(verdict(&sandbox, &delivery).await, "ok");
    }
}

#[tokio::test(start_paused = true)]
async fn jobs_without_a_url_or_without_an_end_are_not_delivered() {
    let sandbox = plain().build();
    let receiver = Receiver::of(&sandbox, &[]);
    launch_with(&sandbox, json!({ "state": "RUNNING" })).await;
    launch(&sandbox.transport(), json!({ "linkedin": "jane-doe-abc123" })).await;
    sleep(3_600 * SECOND).await;
    assert!(sandbox.deliveries().is_empty());
    job(&sandbox, 5.0).await;
    drop(sandbox);
    sleep(3_600 * SECOND).await;
    assert!(receiver.take().is_empty(), "deliveries end with the sandbox");
}

#[tokio::test(start_paused = true)]
async fn the_record_has_the_request_and_debug_hides_it() {
    let sandbox = plain().build();
    let receiver = Receiver::of(&sandbox, &[]);
    let id = job(&sandbox, 2.0).await;
    sleep(5 * SECOND).await;
    let (delivery, attempts) = (receiver.one(), sandbox.deliveries());
    let [attempt] = &attempts[..] else { panic!("{attempts:?}") };
    assert_eq!((attempt.job_id.to_string(), attempt.url.as_str()), (id, HOOK));
    assert_eq!((attempt.at, attempt.attempt, attempt.copy), (delivery.at, 1, 0));
    assert_eq!(
        (&attempt.body, attempt.signature.as_deref()),
        (delivery.request.body(), delivery.token())
    );
    assert_eq!(attempt.outcome, DeliveryOutcome::Answered(200));
    let shown = format!("{attempt:?} {sandbox:?}");
    for hidden in ["Jane", "/waterfall", attempt.signature.as_deref().unwrap()] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_have_the_claims_that_are_set() {
    let epoch = UNIX_EPOCH + Duration::from_millis(1_738_770_395_771);
    let rows = [
        (Webhooks::default(), Some(1_738_770_397), Some(1_738_770_697)),
        (Webhooks::default().with_lifetime(9 * SECOND), Some(1_738_770_397), Some(1_738_770_406)),
        (Webhooks::default().without_issue_time(), None, Some(1_738_770_697)),
        (Webhooks::default().without_issue_time().with_lifetime(None), None, None),
    ];
    for (webhooks, iat, exp) in rows {
        let sandbox = with(webhooks).epoch(epoch).build();
        let receiver = Receiver::of(&sandbox, &[]);
        job(&sandbox, 2.0).await;
        sleep(5 * SECOND).await;
        let (header, claims) = receiver.one().claims();
        let kid = &keys(&sandbox).await["keys"][0]["kid"];
        assert_eq!(header, json!({ "alg": "EdDSA", "typ": "JWT", "kid": kid }));
        assert_eq!((claims["iat"].as_u64(), claims["exp"].as_u64()), (iat, exp));
        let expected = 1 + usize::from(iat.is_some()) + usize::from(exp.is_some());
        assert_eq!(claims.as_object().unwrap().len(), expected);
        assert_eq!(claims["body_hash"].as_str().unwrap().len(), 43);
    }
}

/// Returns the delay of each attempt after the end of the job.
async fn attempts(webhooks: Webhooks, statuses: &[u16]) -> (Sandbox, Vec<f64>) {
    let sandbox = with(webhooks).build();
    let receiver = Receiver::of(&sandbox, statuses);
    let start = Instant::now();
    job(&sandbox, 1.0).await;
    sleep(3_600 * SECOND).await;
    let receiver = receiver.take();
    let mut tokens = Vec::new();
    for delivery in &receiver {
        assert_eq!(delivery.request.body(), receiver[0].request.body());
        assert!(!tokens.contains(&delivery.token()), "each attempt has a new signature");
        tokens.push(delivery.token());
    }
    let times = receiver.iter().map(|delivery| (delivery.at - start).as_secs_f64() - 1.0).collect();
    (sandbox, times)
}

#[tokio::test(start_paused = true)]
async fn failed_deliveries_are_retried_and_refused_ones_are_not() {
    let usual = Webhooks::default;
    let (sandbox, times) = attempts(usual(), &[503, 500, 204]).await;
    assert_eq!(times, [0.0, 1.0, 3.0]);
    let expected = [503, 500, 204].map(DeliveryOutcome::Answered);
    assert_eq!(outcomes(&sandbox), expected);
    assert_eq!(sandbox.deliveries().iter().map(|a| a.attempt).collect::<Vec<_>>(), [1, 2, 3]);

    assert_eq!(attempts(usual(), &[599; 9]).await.1, [0.0, 1.0, 3.0, 7.0], "four in all");
    for status in [200, 202, 301, 307, 400, 404, 410, 429] {
        assert_eq!(attempts(usual(), &[status]).await.1, [0.0], "{status}");
    }
    let (sandbox, times) = attempts(usual(), &[0, 0]).await;
    assert_eq!(times, [0.0, 11.0, 23.0], "ten seconds, and the pause");
    assert_eq!(outcomes(&sandbox)[..2], [DeliveryOutcome::TimedOut, DeliveryOutcome::TimedOut]);

    let own = usual().with_attempts(3).with_backoff(5 * SECOND).with_timeout(SECOND);
    assert_eq!(attempts(own, &[0, 503, 503, 503]).await.1, [0.0, 6.0, 16.0]);
    assert_eq!(attempts(usual().with_attempts(0), &[503]).await.1, [0.0], "once in any case");
}

#[tokio::test(start_paused = true)]
async fn a_slow_receiver_delays_no_other_delivery() {
    let sandbox = plain().build();
    let receiver = Receiver::of(&sandbox, &[0]);
    let start = Instant::now();
    let first = job(&sandbox, 1.0).await;
    let second = job(&sandbox, 1.5).await;
    sleep(2 * SECOND).await;
    let receiver = receiver.take();
    let seen: Vec<_> =
        receiver.iter().map(|delivery| (delivery.job_id(), delivery.at - start)).collect();
    assert_eq!(seen, [(first, SECOND), (second, SECOND * 3 / 2)]);
}

#[tokio::test(start_paused = true)]
async fn deliveries_of_one_moment_come_in_the_order_of_their_launches() {
    let orders = async || {
        let sandbox = plain().build();
        let receiver = Receiver::of(&sandbox, &[]);
        let mut launched = Vec::new();
        for _ in 0..50 {
            launched.push(job(&sandbox, 3.0).await);
        }
        sleep(5 * SECOND).await;
        let came: Vec<String> = receiver.take().iter().map(ReceivedDelivery::job_id).collect();
        assert_eq!(came, launched);
        came
    };
    assert_eq!(orders().await, orders().await);
}

#[tokio::test(start_paused = true)]
async fn the_longest_prefix_and_the_latest_receiver_apply() {
    let sandbox = plain().build();
    for (prefix, status) in [("https://", 410), (HOOK, 411), (HOOK, 200), ("https://h", 412)] {
        sandbox.deliver_to(prefix, move |_| async move {
            Response::builder().status(status).body("").unwrap()
        });
    }
    for url in [HOOK, "https://elsewhere.example/"] {
        launch(&sandbox.transport(), json!({ "linkedin": "x", "webhook_url": url })).await;
        sleep(3_600 * SECOND).await;
    }
    assert_eq!(outcomes(&sandbox), [200, 410].map(DeliveryOutcome::Answered));
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_to_other_machines() {
    let sandbox = plain().build();
    for url in [
        "http://hooks.example.com/",
        "https://hooks.example.com/",
        "http://192.0.2.1/",
        "http://0.0.0.0:1/",
        "http://[2001:db8::1]:1/",
        "http://localhost.example/",
        "http://127.0.0.1@192.0.2.1/",
        "http://127.0.0.1.example/",
    ] {
        launch(&sandbox.transport(), json!({ "linkedin": "x", "webhook_url": url })).await;
        sleep(3_600 * SECOND).await;
        let attempts = sandbox.deliveries();
        let DeliveryOutcome::NotSent(why) = &attempts.last().unwrap().outcome else {
            panic!("{attempts:?}");
        };
        assert!(why.contains("loopback"), "{why}");
    }
    assert_eq!(sandbox.deliveries().len(), 8, "and none of them is tried again");
    let secure = json!({ "linkedin": "x", "webhook_url": "https://127.0.0.1:1/" });
    launch(&sandbox.transport(), secure).await;
    sleep(3_600 * SECOND).await;
    assert!(matches!(outcomes(&sandbox).pop(), Some(DeliveryOutcome::NotSent(why)) if
        why.contains("plain http")));
}

#[tokio::test(start_paused = true)]
async fn the_key_set_is_as_the_api_has_it() {
    let answer = key_set(&plain().build()).await;
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    assert_eq!(answer.headers()["content-type"], "application/json");
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let [key] = &body["keys"].as_array().unwrap()[..] else { panic!("{body}") };
    let (kid, x) = (&key["kid"], key["x"].as_str().unwrap());
    let expected = json!({
        "kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "sig", "alg": "EdDSA", "x": x,
    });
    assert_eq!((key, x.len()), (&expected, 43));

    for (max_age, header) in [(Some(9 * SECOND), Some("public, max-age=9")), (None, None)] {
        let answer = key_set(&with(Webhooks::default().with_jwks_max_age(max_age)).build()).await;
        let reported = answer.headers().get("cache-control").map(|value| value.to_str().unwrap());
        assert_eq!(reported, header);
    }
    let of_seed = async |seed: u64| keys(&plain().seed(seed).build()).await;
    assert_eq!(of_seed(3).await, of_seed(3).await);
    assert_ne!(of_seed(3).await["keys"][0]["x"], of_seed(4).await["keys"][0]["x"]);
    assert_ne!(of_seed(3).await["keys"][0]["kid"], of_seed(4).await["keys"][0]["kid"]);
}

async fn kids(sandbox: &Sandbox) -> Vec<String> {
    let keys = keys(sandbox).await;
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    keys["keys"].as_array().unwrap().iter().map(kid).collect()
}

#[tokio::test(start_paused = true)]
async fn old_and_new_keys_overlap_for_the_time_of_a_cache() {
    for (max_age, overlap) in [(Some(300), 300), (Some(60), 60), (None, 300)] {
        let max_age = max_age.map(Duration::from_secs);
        let sandbox = with(Webhooks::default().with_jwks_max_age(max_age)).build();
        let receiver = Receiver::of(&sandbox, &[]);
        job(&sandbox, 0.0).await;
        sleep(SECOND).await;
        let before = receiver.one();
        let old = kids(&sandbox).await;
        let new = sandbox.rotate_keys();
        assert_eq!(kids(&sandbox).await, [new.clone(), old[0].clone()]);
        job(&sandbox, 0.0).await;
        sleep(Duration::from_secs(overlap) - Duration::from_millis(1)).await;
        let after = receiver.one();
        assert_eq!(after.claims().0["kid"], new.as_str());
        assert_eq!(before.claims().0["kid"], old[0].as_str());
        assert_eq!(verdict(&sandbox, &after).await, "ok");
        assert_ne!(verdict(&sandbox, &before).await, "kid", "still served");
        sleep(Duration::from_millis(1)).await;
        assert_eq!(verdict(&sandbox, &before).await, "kid");
        assert_eq!(kids(&sandbox).await, [new]);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_can_rotate_by_themselves_and_by_request() {
    let sandbox = with(Webhooks::default().rotating_every(100 * SECOND)).rate_limit(0).build();
    let mut seen = vec![kids(&sandbox).await.remove(0)];
    for (served, with_first) in [(2, true), (3, true), (4, true), (4, false)] {
        sleep(100 * SECOND).await;
        let kids = kids(&sandbox).await;
        assert_eq!((kids.len(), kids.contains(&seen[0])), (served, with_first));
        assert!(!seen.contains(&kids[0]));
        seen.push(kids[0].clone());
    }

    let request = common::bare(reqwest::Method::POST, "/sandbox/rotate-keys");
    let answer = send(&sandbox.transport().without_key(), request).await.unwrap();
    let reported: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(
        (answer.status().as_u16(), &reported["kid"]),
        (200, &json!(kids(&sandbox).await[0]))
    );
    assert!(!seen.contains(&kids(&sandbox).await[0]));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_to_a_receiver_that_panics_is_retried() {
    let sandbox = plain().build();
    sandbox.deliver_to(HOOK, |_| async { panic!("on purpose") as Response<()> });
    job(&sandbox, 1.0).await;
    sandbox.delivered().await;
    let expected = DeliveryOutcome::NoAnswer("the receiver panicked".to_owned());
    assert_eq!(outcomes(&sandbox), vec![expected; 4]);
}

#[tokio::test(start_paused = true)]
async fn deliveries_can_be_waited_for() {
    let sandbox = plain().build();
    sandbox.delivered().await;
    let start = Instant::now();
    let receiver = Receiver::of(&sandbox, &[200, 503]);
    job(&sandbox, 5.0).await;
    job(&sandbox, 10.0).await;
    launch_with(&sandbox, json!({ "state": "RUNNING" })).await;
    launch_with(&sandbox, json!({ "webhook": "lose", "seconds": 3 })).await;
    sandbox.delivered().await;
    // The last is the second attempt, one second after the first.
    assert_eq!((start.elapsed(), receiver.take().len()), (11 * SECOND, 3));
    let pending = |outcome: &DeliveryOutcome| *outcome == DeliveryOutcome::Pending;
    assert!(!outcomes(&sandbox).iter().any(pending));

    launch_with(&sandbox, json!({ "webhook": "reorder", "seconds": 0 })).await;
    sandbox.delivered().await;
    assert_eq!((start.elapsed(), receiver.take().len()), (41 * SECOND, 1));
}

#[tokio::test(start_paused = true)]
async fn the_attempts_can_be_read_without_what_was_sent() {
    let sandbox = plain().rate_limit(1).build();
    let receiver = Receiver::of(&sandbox, &[503]);
    let id = launch_with(&sandbox, json!({ "webhook": "unsign", "seconds": 2 })).await;
    sandbox.delivered().await;
    let bytes = receiver.take()[0].request.body().len();
    let request = common::bare(reqwest::Method::GET, "/sandbox/deliveries");
    let answer = send(&sandbox.transport().without_key(), request).await.unwrap();
    assert!(!String::from_utf8_lossy(answer.body()).contains("Doe"));
    let mut reported: Value = serde_json::from_slice(answer.body()).unwrap();
    for attempt in reported["deliveries"].as_array_mut().unwrap() {
        assert!(attempt["at"].take().as_str().unwrap().ends_with('Z'));
    }
    let expected = |attempt: u32, status: u16| {
        json!({
            "job_id": id, "at": null, "to": "https://hooks.example.com", "attempt": attempt,
            "copy": 0, "faults": ["unsign"], "bytes": bytes, "signed": false,
            "outcome": "answered", "status": status, "reason": null,
        })
    };
    assert_eq!(reported, json!({ "deliveries": [expected(1, 503), expected(2, 200)] }));
}
