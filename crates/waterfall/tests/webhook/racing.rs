//! A wait ends with a delivery or with a read, whichever comes first.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use waterfall::webhook::{Inbox, InboxOutcome, Receiver};
use waterfall::{ContactQuery, ErrorKind, JobId, PollPolicy};
use waterfall_sandbox::{DeliveryFault, Endpoint, Fault};

use super::support::{signer, verifier};
use super::webhook_harness::*;

fn fixed(pause: f64) -> PollPolicy {
    PollPolicy::fixed(seconds(pause)).with_jitter(0.0)
}

/// Puts a delivery of a job into an inbox, signed by a trusted signer.
async fn put(inbox: &Inbox, id: JobId, state: &str) -> InboxOutcome {
    let body = format!(
        r#"{{"status":"{state}","start_date":"2026-05-28T20:26:35Z","input":{{"task":{{"job_id":"{id}"}}}}}}"#
    );
    let delivery = verifier().verify(&signer().headers(&body), body).await.unwrap();
    inbox.put(&delivery)
}

#[tokio::test(start_paused = true)]
async fn a_delivery_ends_the_wait_at_once_and_without_a_read() {
    let harness = WebhookHarness::new();
    let done = harness.client.enrich(query(4.0)).await.unwrap();
    assert!(done.was_delivered() && done.is_success() && done.person().is_some());
    assert_eq!((done.reads(), done.launch_attempts()), (0, Some(1)));
    let lag = harness.start.elapsed() - seconds(4.0);
    assert!(lag < seconds(0.1), "{lag:?}");
    sleep(seconds(200.0)).await;
    assert!(harness.reads(done.job_id()).is_empty(), "the planned read is canceled");
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (0, 0));
    assert_eq!(harness.client.duration_history::<waterfall::ContactEnrichment>().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_delivered_and_read_counts_once() {
    let harness = WebhookHarness::new();
    let done = harness.client.enrich(query(4.0)).await.unwrap();
    assert!(done.was_delivered());
    let counted = |spent: waterfall::Spent| spent.jobs() + spent.jobs_without_usage();
    assert_eq!(counted(harness.client.spent()), 1);
    harness.client.job(done.job_id()).fetch().await.unwrap();
    assert_eq!(counted(harness.client.spent()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_delivery_costs_time_but_not_the_result() {
    let harness = WebhookHarness::new();
    for _ in 0..30 {
        harness.client.enrich(query(4.0)).await.unwrap();
    }
    harness.fault(DeliveryFault::Lose);
    let start = harness.start.elapsed();
    let done = harness.client.enrich(query(4.0)).await.unwrap();
    assert!(!done.was_delivered() && done.person().is_some());
    assert_eq!(done.reads(), 1);
    let took = (harness.start.elapsed() - start).as_secs_f64();
    assert!((4.5..20.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_after_a_read_is_dropped() {
    let harness = WebhookHarness::new();
    harness.fault(DeliveryFault::Delay(seconds(100.0)));
    let done = harness.client.enrich(query(4.0)).await.unwrap();
    assert!(!done.was_delivered());
    sleep(seconds(120.0)).await;
    assert_eq!(harness.statuses().await, [200]);
    assert_eq!(harness.inbox.kept(), 0);
    let again = harness.client.job(done.job_id()).wait().await.unwrap();
    assert!(!again.was_delivered());
}

#[tokio::test(start_paused = true)]
async fn a_delivery_cancels_a_read_in_progress() {
    let harness = WebhookHarness::with(Inbox::new(), |builder| builder.poll_policy(fixed(3.0)));
    harness.sandbox.fault_next(Endpoint::Find, Fault::DelayResponse(seconds(20.0)));
    let job = harness.client.launch(query(4.0)).await.unwrap();
    let mut watch = job.watch();
    let item = watch.next().await.unwrap().unwrap();
    assert!(item.was_delivered());
    assert!(harness.start.elapsed() < seconds(4.1));
    assert!(watch.next().await.is_none());
    sleep(seconds(60.0)).await;
    assert!(watch.next().await.is_none(), "the response of the read is discarded");
    assert_eq!(harness.reads(job.id()).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn earlier_reads_are_counted() {
    let harness = WebhookHarness::with(Inbox::new(), |builder| builder.poll_policy(fixed(3.0)));
    let mut states = Vec::new();
    let job = harness.client.launch(query(7.0)).await.unwrap();
    let mut watch = job.watch();
    while let Some(item) = watch.next().await {
        let item = item.unwrap();
        states.push((item.state().to_string(), item.was_delivered(), item.reads()));
    }
    let running = |reads| ("RUNNING".to_owned(), false, reads);
    assert_eq!(states, [running(1), running(2), ("SUCCEEDED".to_owned(), true, 2)]);
}

#[tokio::test(start_paused = true)]
async fn an_early_delivery_is_claimed_by_a_later_wait() {
    let harness = WebhookHarness::new();
    for by_id in [false, true] {
        let job = harness.client.launch(query(2.0)).await.unwrap();
        sleep(seconds(60.0)).await;
        assert_eq!(harness.inbox.kept(), 1);
        let before = harness.start.elapsed();
        let job = if by_id { harness.client.job(job.id()) } else { job };
        let done = job.wait().await.unwrap();
        assert!(done.was_delivered());
        assert_eq!((harness.start.elapsed(), harness.inbox.kept()), (before, 0));
        assert!(harness.reads(job.id()).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_buffer_is_bounded() {
    let harness = WebhookHarness::with(Inbox::new().keep(2), |builder| builder);
    let mut jobs = Vec::new();
    for takes in [1.0, 2.0, 3.0] {
        jobs.push(harness.client.launch(query(takes)).await.unwrap());
    }
    sleep(seconds(10.0)).await;
    assert_eq!(harness.inbox.kept(), 2);
    let mut delivered = Vec::new();
    for job in jobs {
        delivered.push(job.wait().await.unwrap().was_delivered());
    }
    assert_eq!(delivered, [false, true, true], "the oldest was evicted, and is read");

    let harness = WebhookHarness::with(Inbox::new().keep_for(seconds(30.0)), |builder| builder);
    harness.client.launch(query(1.0)).await.unwrap();
    sleep(seconds(30.0)).await;
    assert_eq!(harness.inbox.kept(), 1);
    sleep(seconds(2.0)).await;
    assert_eq!(harness.inbox.kept(), 0);

    let harness = WebhookHarness::with(Inbox::new().keep_bytes(10), |builder| builder);
    harness.client.launch(query(1.0)).await.unwrap();
    sleep(seconds(5.0)).await;
    assert_eq!((harness.inbox.kept(), harness.statuses().await), (0, vec![200]));
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_dropped() {
    let harness = WebhookHarness::new();
    harness.fault(DeliveryFault::Duplicate(3));
    let job = harness.client.launch(query(2.0)).await.unwrap();
    let mut watch = job.watch();
    assert!(watch.next().await.unwrap().unwrap().was_delivered());
    assert!(watch.next().await.is_none());
    assert_eq!(harness.statuses().await, [200; 4]);
    assert_eq!(put(&harness.inbox, job.id(), "SUCCEEDED").await, InboxOutcome::Duplicate);
    assert_eq!(harness.inbox.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_the_result_of_the_job_itself_ends_the_wait() {
    let harness = WebhookHarness::new();
    let (job, other) = (
        harness.client.launch(query(4.0)).await.unwrap(),
        "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap(),
    );
    let mut watch = job.watch();
    assert!(timeout(seconds(1.0), watch.next()).await.is_err());
    assert_eq!(put(&harness.inbox, other, "SUCCEEDED").await, InboxOutcome::Kept);
    assert_eq!(put(&harness.inbox, job.id(), "RUNNING").await, InboxOutcome::NotFinished);
    assert_eq!(put(&harness.inbox, job.id(), "SOME_NEW_STATE").await, InboxOutcome::NotFinished);
    let nameless = r#"{"status":"FAILED","start_date":"2026-05-28T20:26:35Z","input":null}"#;
    let nameless = verifier().verify(&signer().headers(nameless), nameless).await.unwrap();
    assert_eq!(harness.inbox.put(&nameless), InboxOutcome::NoJobId);
    assert!(timeout(seconds(1.0), watch.next()).await.is_err(), "the wait continues");
    assert_eq!(put(&harness.inbox, job.id(), "FAILED").await, InboxOutcome::Awaited);
    assert_eq!(watch.next().await.unwrap().unwrap().state().as_str(), "FAILED");
}

#[tokio::test(start_paused = true)]
async fn a_failed_job_is_an_error_by_delivery_and_by_read() {
    let harness = WebhookHarness::new();
    let failing = ContactQuery::email("jane.doe@acme.com")
        .custom_field("sandbox", "state=FAILED seconds=1")
        .webhook_url(HOOK);
    let error = harness.client.enrich(failing).await.unwrap_err();
    assert_eq!((error.kind(), error.reads()), (ErrorKind::JobFailed, Some(0)));
    assert!(error.snapshot().unwrap().was_delivered());
}

#[tokio::test(start_paused = true)]
async fn forged_deliveries_are_refused_and_the_wait_continues() {
    use DeliveryFault::{TamperBody, TamperSignature, UnknownKey, Unsign, WrongHash};

    let harness = WebhookHarness::new();
    for fault in [TamperBody, TamperSignature, Unsign, UnknownKey, WrongHash] {
        harness.fault(fault.clone());
        let done = harness.client.enrich(query(4.0)).await.unwrap();
        assert!(!done.was_delivered(), "{fault:?}");
    }
    assert_eq!(harness.statuses().await, [400; 5]);
    assert_eq!(harness.inbox.kept(), 0);
}

/// The inbox refuses them even if the verifier allows them.
#[tokio::test(start_paused = true)]
async fn an_unsigned_delivery_does_not_end_a_wait() {
    let allow = |verifier: waterfall::webhook::Verifier| verifier.allow_unsigned();
    let harness = WebhookHarness::verifying(Inbox::new(), |builder| builder, allow);
    harness.fault(DeliveryFault::Unsign);
    let done = harness.client.enrich(query(4.0)).await.unwrap();
    assert!(!done.was_delivered());
    assert_eq!(harness.statuses().await, [500], "the retry may be signed");
    assert_eq!(harness.inbox.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_leaves_its_delivery_to_the_next() {
    let harness = WebhookHarness::new();
    let job = harness.client.launch(query(4.0)).await.unwrap();
    let mut watch = job.watch();
    assert!(timeout(seconds(1.0), watch.next()).await.is_err());
    sleep(seconds(10.0)).await;
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (0, 1));
    drop(watch);
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (1, 0));
    let done = job.wait().await.unwrap();
    assert!(done.was_delivered());
    assert!(harness.reads(job.id()).is_empty());
}

/// The future is dropped at each of its await points, and a new one continues.
#[tokio::test(start_paused = true)]
async fn dropping_futures_loses_nothing() {
    for (fault, delivered) in [(None, true), (Some(DeliveryFault::Lose), false)] {
        let harness = WebhookHarness::with(Inbox::new(), |builder| builder.poll_policy(fixed(4.5)));
        fault.into_iter().for_each(|fault| harness.fault(fault));
        harness.sandbox.fault_next(Endpoint::Find, Fault::DelayResponse(seconds(2.0)));
        let job = harness.client.launch(query(6.0)).await.unwrap();
        let (mut watch, mut items, mut dropped) = (job.watch(), Vec::new(), 0);
        loop {
            match timeout(seconds(0.3), watch.next()).await {
                Ok(Some(item)) => items.push(item.unwrap().was_delivered()),
                Ok(None) => break,
                Err(_) => dropped += 1,
            }
        }
        assert!(dropped >= 15, "{dropped}");
        assert_eq!(items.last(), Some(&delivered));
    }
}

/// Polls like `select!` in a loop.
#[tokio::test(start_paused = true)]
async fn a_new_wait_each_time_loses_nothing() {
    let harness = WebhookHarness::new();
    let job = harness.client.launch(query(6.1)).await.unwrap();
    let done = loop {
        if let Ok(done) = timeout(seconds(0.3), job.wait()).await {
            break done.unwrap();
        }
    };
    assert!(done.was_delivered());
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_moves_to_another_task_is_still_woken() {
    let harness = WebhookHarness::new();
    let mut watch = harness.client.launch(query(4.0)).await.unwrap().watch();
    assert!(timeout(seconds(1.0), watch.next()).await.is_err());
    let moved = tokio::spawn(async move { watch.next().await });
    let item = timeout(seconds(5.0), moved).await.unwrap().unwrap();
    assert!(item.unwrap().unwrap().was_delivered());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_gave_up_leaves_the_delivery_for_later() {
    let harness = WebhookHarness::new();
    let job = harness.client.launch(query(20.0)).await.unwrap();
    let error = job.wait().max_wait(seconds(5.0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!(harness.start.elapsed(), seconds(5.0), "the deadline is kept, with a last read");
    // The first read has time to finish, and there is a last one at the deadline.
    assert_eq!(error.reads(), Some(2));
    sleep(seconds(20.0)).await;
    assert_eq!(harness.inbox.kept(), 1);
    assert!(job.wait().await.unwrap().was_delivered());
}

#[tokio::test(start_paused = true)]
async fn two_waits_for_one_job_both_get_the_result() {
    let harness = WebhookHarness::new();
    let job = harness.client.launch(query(4.0)).await.unwrap();
    let (one, other) = tokio::join!(job.wait(), job.wait());
    assert!(one.unwrap().was_delivered() && other.unwrap().was_delivered());
    assert!(harness.reads(job.id()).is_empty());
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (0, 0));
}

/// A launch without a URL, or with one that differs from the client's, is not delivered here.
#[tokio::test(start_paused = true)]
async fn jobs_that_are_delivered_elsewhere_are_polled() {
    let policy = || PollPolicy::adaptive().with_jitter(0.0);
    let alone = WebhookHarness::new();
    let plain = WebhookHarness::builder(&alone.sandbox).poll_policy(policy()).build().unwrap();
    let done = plain.enrich(polled(4.0)).await.unwrap();
    let first = alone.reads(done.job_id())[0];

    let harness = WebhookHarness::with(Inbox::new(), |builder| builder.poll_policy(policy()));
    let done = harness.client.enrich(polled(4.0)).await.unwrap();
    assert_eq!(harness.reads(done.job_id())[0], first);

    let ours = |builder: waterfall::ClientBuilder| builder.webhook_url(HOOK);
    let harness = WebhookHarness::with(Inbox::new(), |builder| ours(builder.poll_policy(policy())));
    let elsewhere = polled(4.0).webhook_url("https://elsewhere.example.com/");
    let done = harness.client.enrich(elsewhere).await.unwrap();
    assert_eq!(harness.reads(done.job_id())[0], first);

    let harness = WebhookHarness::with(Inbox::new(), |builder| ours(builder.poll_policy(policy())));
    let with_number = polled(40.0).webhook_url(format!("{HOOK}?row=7"));
    let done = harness.client.enrich(with_number).await.unwrap();
    assert!(harness.reads(done.job_id()).first().is_none_or(|read| *read > first + 5.0));
}

#[tokio::test(start_paused = true)]
async fn a_client_can_set_the_url_for_all_launches() {
    let harness = WebhookHarness::with(Inbox::new(), |builder| builder.webhook_url(HOOK));
    assert!(harness.client.enrich(polled(4.0)).await.unwrap().was_delivered());
    assert_eq!(harness.sandbox.launches()[0].body["webhook_url"], HOOK);
    let error = WebhookHarness::builder(&harness.sandbox).webhook_url("hooks").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

/// It may have been delivered elsewhere long ago.
#[tokio::test(start_paused = true)]
async fn a_job_by_id_is_read_at_once() {
    let harness = WebhookHarness::new();
    let elsewhere = WebhookHarness::builder(&harness.sandbox).build().unwrap();
    let id = elsewhere.launch(query(30.0)).await.unwrap().id();
    sleep(seconds(5.0)).await;
    let done = harness.client.job(id).wait().await.unwrap();
    assert!(done.was_delivered());
    let reads = harness.reads(id);
    assert_eq!(reads[0], 5.0);
    assert_eq!(done.reads() as usize, reads.len());
}

/// The API's response reports whether the job is delivered.
#[tokio::test(start_paused = true)]
async fn a_job_by_id_without_a_webhook_is_polled() {
    let mut reads = Vec::new();
    for query in [query(20.0), polled(20.0)] {
        let harness = WebhookHarness::new();
        let plain = WebhookHarness::builder(&harness.sandbox).build().unwrap();
        let id = plain.launch(query).await.unwrap().id();
        let done = harness.client.job(id).wait().await.unwrap();
        reads.push((done.was_delivered(), done.reads()));
        let id = plain.launch(polled(20.0)).await.unwrap().id();
        let mut batch = harness.client.wait_all([harness.client.job(id)]);
        reads.push((false, batch.next().await.unwrap().result.unwrap().reads()));
    }
    let [(delivered, delivery_expected), (_, batch), (_, alone), _] = reads[..] else {
        panic!("{reads:?}")
    };
    assert!(delivered && delivery_expected < alone && delivery_expected < batch, "{reads:?}");
}

/// With an unreachable endpoint, waiting costs about as much as without a webhook.
#[tokio::test(start_paused = true)]
async fn without_deliveries_waits_return_to_plain_polling() {
    let cost = |spent: Duration, reads: usize| spent.as_secs_f64() + 2.0 * reads as f64;
    let mut random = fastrand::Rng::with_seed(5);
    let times: Vec<f64> = (0..150).map(|_| 2.0 + 6.0 * random.f64()).collect();
    let (harness, mut costs) = (WebhookHarness::new(), [0.0, 0.0]);
    let plain = WebhookHarness::builder(&harness.sandbox).build().unwrap();
    for (client, cost_of) in [&plain, &harness.client].into_iter().zip(&mut costs) {
        let (start, asked) = (harness.start.elapsed(), harness.sandbox.requests().len());
        for &time in &times {
            harness.fault(DeliveryFault::Lose);
            client.enrich(query(time)).await.unwrap();
        }
        *cost_of = cost(harness.start.elapsed() - start, harness.sandbox.requests().len() - asked);
    }
    assert!(costs[1] < costs[0] * 1.1, "{costs:?}");
    // When deliveries resume, waits rely on them again.
    for _ in 0..100 {
        harness.client.enrich(query(4.0)).await.unwrap();
    }
    let asked = harness.sandbox.requests().len();
    for _ in 0..100 {
        harness.client.enrich(query(4.0)).await.unwrap();
    }
    let reads = harness.sandbox.requests().len() - asked - 100;
    assert!(reads <= 5, "{reads}");
}

/// A custom handler that stores a delivery before it puts it into the inbox.
#[tokio::test(start_paused = true)]
async fn a_custom_handler_can_use_an_inbox() {
    let inbox = Inbox::new();
    let to = inbox.clone();
    let receiver = Receiver::new(verifier(), move |delivery| {
        let inbox = to.clone();
        async move {
            assert_eq!(inbox.put(&delivery), InboxOutcome::Kept);
            Ok::<(), ()>(())
        }
    });
    let headers = signer().headers(super::support::BODY);
    assert_eq!(receiver.receive(&headers, super::support::BODY).await.status(), 200);
    assert_eq!(inbox.kept(), 1);
    assert_eq!(format!("{inbox:?}"), "Inbox { kept: 1, awaited: 0, .. }");
}
