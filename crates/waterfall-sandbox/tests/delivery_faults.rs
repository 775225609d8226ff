//! Tests of the faults of deliveries, and of ways to request them.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::time::Duration;

use common::receiver::{HOOK, ReceivedDelivery, Receiver, job, launch_with, verdict};
use common::{ask, plain, post};
use serde_json::json;
use tokio::time::{Instant, sleep};
use waterfall_sandbox::{
    Builder, DeliveryAttempt, DeliveryFault, DeliveryOutcome, DeliveryRule, Sandbox, Webhooks,
};

const HOUR: Duration = Duration::from_secs(3_600);

fn faulty(fault: &str) -> serde_json::Value {
    json!({ "seconds": 1, "webhook": fault })
}

#[tokio::test(start_paused = true)]
async fn each_way_of_forging_breaks_its_own_rule() {
    for webhooks in [Webhooks::default(), Webhooks::default().with_lifetime(None)] {
        let sandbox = plain().webhooks(webhooks).build();
        let receiver = Receiver::of(&sandbox, &[]);
        for (fault, broken) in [
            ("tamper-body", "hash"),
            ("tamper-signature", "signature"),
            ("unsign", "unsigned"),
            ("wrong-kid", "kid"),
            ("unknown-key", "signature"),
            ("expired", "expired"),
            ("wrong-hash", "hash"),
            ("tamper-body;unknown-key; wrong-hash", "signature"),
            ("delay=0", "ok"),
        ] {
            launch_with(&sandbox, faulty(fault)).await;
            sleep(Duration::from_secs(2)).await;
            assert_eq!(verdict(&sandbox, &receiver.one()).await, broken, "{fault}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tampering_changes_one_bit_and_retries_keep_the_fault() {
    let sandbox = plain().build();
    let receiver = Receiver::of(&sandbox, &[503, 503]);
    launch_with(&sandbox, faulty("tamper-body")).await;
    sleep(HOUR).await;
    let tampered = receiver.take();
    assert_eq!(tampered.len(), 3);
    for delivery in &tampered {
        assert_eq!(verdict(&sandbox, delivery).await, "expired", "an hour later");
        assert_eq!(delivery.request.body(), tampered[0].request.body());
    }
    let id = sandbox.deliveries()[0].job_id.to_string();
    let right = common::send(&sandbox.transport(), common::get(&id)).await.unwrap();
    let pairs = right.body().iter().zip(tampered[0].request.body());
    assert_eq!(pairs.map(|(a, b)| (a ^ b).count_ones()).sum::<u32>(), 1);
    assert_eq!(right.body().len(), tampered[0].request.body().len());
}

#[tokio::test(start_paused = true)]
async fn a_lost_delivery_never_comes_and_is_recorded() {
    let sandbox = plain().build();
    let receiver = Receiver::of(&sandbox, &[]);
    let start = Instant::now();
    launch_with(&sandbox, faulty("lose")).await;
    sleep(HOUR).await;
    assert!(receiver.take().is_empty());
    let attempts = sandbox.deliveries();
    let [lost] = &attempts[..] else { panic!("{attempts:?}") };
    assert_eq!(lost.outcome, DeliveryOutcome::Lost);
    assert_eq!((lost.at - start, &lost.faults[..]), (START, &[DeliveryFault::Lose][..]));
}

/// The time at which the jobs of these tests end.
const START: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn delayed_deliveries_are_late_and_copies_are_identical() {
    let sandbox = plain().build();
    let receiver = Receiver::of(&sandbox, &[]);
    let start = Instant::now();
    launch_with(&sandbox, faulty("delay=2.5;duplicate=2")).await;
    sleep(HOUR).await;
    let receiver = receiver.take();
    assert_eq!(receiver.len(), 3);
    for delivery in &receiver {
        assert_eq!((delivery.at - start).as_secs_f64(), 3.5);
        assert_eq!(delivery.request.body(), receiver[0].request.body());
        assert_eq!(delivery.token(), receiver[0].token());
    }
    let copies: Vec<u32> = sandbox.deliveries().iter().map(|attempt| attempt.copy).collect();
    assert_eq!(copies, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn copies_are_retried_separately() {
    let sandbox = plain().build();
    Receiver::of(&sandbox, &[200, 503]);
    launch_with(&sandbox, faulty("duplicate")).await;
    sleep(HOUR).await;
    let seen: Vec<(u32, u32)> =
        sandbox.deliveries().iter().map(|attempt| (attempt.copy, attempt.attempt)).collect();
    assert_eq!(seen, [(0, 1), (1, 1), (1, 2)]);
}

/// Returns the order and the times of the deliveries for these job times and faults.
async fn order(jobs: &[(f64, &str)]) -> Vec<(usize, f64)> {
    let sandbox = plain().build();
    let receiver = Receiver::of(&sandbox, &[]);
    let (start, mut ids) = (Instant::now(), Vec::new());
    for (seconds, fault) in jobs {
        ids.push(match *fault {
            "" => job(&sandbox, *seconds).await,
            fault => launch_with(&sandbox, json!({ "seconds": seconds, "webhook": fault })).await,
        });
    }
    sleep(HOUR).await;
    let index = |id: &String| ids.iter().position(|other| other == id).unwrap();
    let came = |delivery: ReceivedDelivery| {
        (index(&delivery.job_id()), (delivery.at - start).as_secs_f64())
    };
    receiver.take().into_iter().map(came).collect()
}

#[tokio::test(start_paused = true)]
async fn a_reordered_delivery_follows_a_later_one() {
    let swapped = order(&[(1.0, "reorder"), (2.0, ""), (3.0, "")]).await;
    assert_eq!(swapped, [(1, 2.0), (0, 2.0), (2, 3.0)]);
    let at_once = order(&[(1.0, "reorder"), (1.0, ""), (1.0, "")]).await;
    assert_eq!(at_once.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2, 0]);
    let all = order(&[(1.0, "reorder"), (2.0, "reorder"), (3.0, "reorder"), (4.0, "reorder")]);
    assert_eq!(all.await, [(1, 2.0), (0, 2.0), (3, 4.0), (2, 4.0)], "pairs swap");
    assert_eq!(order(&[(1.0, "reorder")]).await, [(0, 31.0)], "for 30 s at most");
    let lost = order(&[(1.0, "reorder"), (2.0, "lose"), (50.0, "")]).await;
    assert_eq!(lost, [(0, 31.0), (2, 50.0)], "a lost delivery overtakes no other");
    let late = order(&[(1.0, "delay=4;reorder"), (2.0, ""), (6.0, "")]).await;
    assert_eq!(late, [(1, 2.0), (2, 6.0), (0, 6.0)]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_in_progress_does_not_count_as_later() {
    let sandbox = plain().build();
    // The first hangs until its timeout, which is after the second is due.
    let receiver = Receiver::of(&sandbox, &[0, 200, 200]);
    let start = Instant::now();
    job(&sandbox, 1.0).await;
    launch_with(&sandbox, json!({ "seconds": 5, "webhook": "reorder" })).await;
    sleep(HOUR).await;
    let times: Vec<f64> = receiver.take().iter().map(|m| (m.at - start).as_secs_f64()).collect();
    assert_eq!(times, [1.0, 12.0, 12.0], "it waited for the second attempt, begun at 12 s");
}

/// Returns the jobs of a hundred deliveries in `order`, as recorded.
async fn luck(builder: Builder, order: impl Iterator<Item = usize>) -> Vec<DeliveryAttempt> {
    let sandbox = builder.build();
    Receiver::of(&sandbox, &[]);
    for n in order {
        let email = format!("person.{n}@example.com");
        let directive = json!({ "sandbox": { "seconds": 1 } });
        let body = json!({ "email": email, "webhook_url": HOOK, "custom_fields": directive });
        common::launch(&sandbox.transport(), body).await;
    }
    sleep(HOUR).await;
    let mut attempts = sandbox.deliveries();
    attempts.sort_by_key(|attempt| (attempt.job_id, attempt.copy));
    attempts
}

#[tokio::test(start_paused = true)]
async fn random_faults_depend_on_the_seed_and_the_job_only() {
    let builder = |seed| {
        let rule: DeliveryRule = "lose@0.2".parse().unwrap();
        let duplicate = DeliveryFault::Duplicate(1);
        plain().seed(seed).delivery_fault_rule(rule).delivery_fault_rate(duplicate, 0.5)
    };
    let faults = |attempts: Vec<DeliveryAttempt>| {
        attempts.into_iter().map(|a| (a.job_id, a.faults)).collect::<Vec<_>>()
    };
    let forward = faults(luck(builder(7), 0..100).await);
    assert_eq!(forward, faults(luck(builder(7), (0..100).rev()).await));
    assert_ne!(forward, faults(luck(builder(8), 0..100).await));
    let lost = forward.iter().filter(|(_, faults)| *faults == [DeliveryFault::Lose]).count();
    assert!((10..=30).contains(&lost), "{lost}");
    let copied = forward.iter().filter(|(_, f)| *f == [DeliveryFault::Duplicate(1)]).count() / 2;
    assert!((25..=55).contains(&copied), "half of the other four fifths: {copied}");
}

#[tokio::test(start_paused = true)]
async fn faults_of_the_launch_precede_the_queue() {
    let sandbox: Sandbox = plain().delivery_fault_rate(DeliveryFault::Unsign, 1.0).build();
    Receiver::of(&sandbox, &[]);
    sandbox.fault_next_delivery(DeliveryFault::Expired);
    sandbox.fault_next_delivery(DeliveryFault::WrongHash);
    common::launch(&sandbox.transport(), json!({ "linkedin": "no-webhook" })).await;
    launch_with(&sandbox, faulty("wrong-kid")).await;
    for _ in 0..3 {
        launch_with(&sandbox, json!({ "seconds": 1 })).await;
    }
    sandbox.fault_next_delivery(DeliveryFault::Lose);
    sandbox.clear_faults();
    launch_with(&sandbox, json!({ "seconds": 1 })).await;
    sleep(HOUR).await;
    let faults: Vec<_> = sandbox.deliveries().into_iter().flat_map(|a| a.faults).collect();
    use DeliveryFault::{Expired, Unsign, WrongHash, WrongKid};
    assert_eq!(faults, [WrongKid, Expired, WrongHash, Unsign, Unsign]);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_directive_is_an_error() {
    let transport = plain().build().transport();
    for (launch_with, text) in
        [(json!("explode"), "`explode` is not a fault"), (json!(1), "(text)")]
    {
        let custom = json!({ "sandbox": { "webhook": launch_with } });
        let (status, body) =
            ask(&transport, post(&json!({ "email": "a@b.example", "custom_fields": custom })))
                .await;
        assert_eq!((status, body["code"].as_str()), (400, Some("VALIDATION_BAD_REQUEST")));
        let reported = body["error"][0].as_str().unwrap();
        assert!(
            reported.starts_with("custom_fields.sandbox.webhook: ") && reported.contains(text),
            "{reported}"
        );
    }
}

#[test]
fn delivery_faults_are_read_as_they_are_written() {
    use DeliveryFault::*;
    for (text, fault) in [
        ("lose", Lose),
        ("delay=2.5", Delay(Duration::from_millis(2_500))),
        ("duplicate", Duplicate(1)),
        ("duplicate=3", Duplicate(3)),
        ("reorder", Reorder),
        ("tamper-body", TamperBody),
        ("tamper-signature", TamperSignature),
        ("unsign", Unsign),
        ("wrong-kid", WrongKid),
        ("unknown-key", UnknownKey),
        ("expired", Expired),
        ("wrong-hash", WrongHash),
    ] {
        assert_eq!(text.parse(), Ok(fault.clone()), "{text}");
        assert_eq!(fault.to_string(), text);
        let rule = DeliveryRule::new(fault.clone(), 0.25);
        assert_eq!(rule.to_string().parse(), Ok(rule), "{text}");
        assert_eq!(text.parse(), Ok(DeliveryRule::new(fault, 1.0)), "{text}");
    }
    for text in ["", "lost", "lose=1", "delay", "delay=-1", "duplicate=0", "duplicate=101", "cut=1"]
    {
        let error = text.parse::<DeliveryFault>().unwrap_err().to_string();
        assert!(error.contains("tamper-body"), "{error}");
    }
    for text in ["lose@", "lose@1.1", "find:lose", "lose@NaN"] {
        assert!(text.parse::<DeliveryRule>().is_err(), "{text}");
    }
}
