//! Batches that use deliveries.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use waterfall::webhook::Inbox;
use waterfall::{Batch, BatchItem, PollPolicy};
use waterfall_sandbox::{DeliveryFault, Endpoint, Fault};

use super::webhook_harness::*;

/// Returns all results, one for each input.
async fn all(mut batch: Batch) -> Vec<BatchItem> {
    let mut results = HashMap::new();
    while let Some(done) = batch.next().await {
        let again = results.insert(done.index, done);
        assert!(again.is_none(), "{again:?}");
    }
    let mut results: Vec<_> = results.into_values().collect();
    results.sort_unstable_by_key(|done| done.index);
    results
}

fn delivered(results: &[BatchItem]) -> Vec<bool> {
    results.iter().map(|done| done.result.as_ref().unwrap().was_delivered()).collect()
}

fn reads(harness: &WebhookHarness) -> usize {
    harness.sandbox.requests().iter().filter(|one| one.endpoint == Endpoint::Find).count()
}

#[tokio::test(start_paused = true)]
async fn each_job_ends_with_its_delivery_or_a_read() {
    let harness = WebhookHarness::new();
    (0..2).for_each(|_| harness.fault(DeliveryFault::Lose));
    let results = all(harness.client.enrich_each((0..20).map(|_| query(4.0)))).await;
    assert_eq!(results.len(), 20);
    let delivered = delivered(&results);
    assert_eq!(delivered.iter().filter(|delivered| **delivered).count(), 18);
    assert_eq!(reads(&harness), 2);
    for done in results {
        let found = done.result.unwrap();
        assert_eq!((Some(found.job_id()), found.launch_attempts()), (done.job_id, Some(1)));
        assert_eq!(found.reads(), u32::from(!found.was_delivered()));
    }
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn jobs_that_were_delivered_before_need_no_read() {
    let harness = WebhookHarness::new();
    let mut jobs = Vec::new();
    for _ in 0..5 {
        jobs.push(harness.client.launch(query(2.0)).await.unwrap());
    }
    sleep(seconds(60.0)).await;
    assert_eq!(harness.inbox.kept(), 5);
    // One of them twice, and one that was not delivered here.
    let ids = jobs.iter().map(|job| job.id()).chain([jobs[0].id()]);
    let elsewhere = WebhookHarness::builder(&harness.sandbox).build().unwrap();
    let other = elsewhere.launch(polled(1.0)).await.unwrap().id();
    let waits: Vec<_> = ids.chain([other]).map(|id| harness.client.job(id)).collect();
    let results = all(harness.client.wait_all(waits)).await;
    assert_eq!(delivered(&results), [true, true, true, true, true, true, false]);
    assert!(harness.reads(jobs[0].id()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_read_in_progress_yields_no_second_result() {
    let policy = PollPolicy::fixed(seconds(3.0)).with_jitter(0.0);
    let harness = WebhookHarness::with(Inbox::new(), |builder| builder.poll_policy(policy));
    harness.sandbox.fault_next(Endpoint::Find, Fault::DelayResponse(seconds(20.0)));
    let results = all(harness.client.enrich_each([query(4.0)])).await;
    assert_eq!(delivered(&results), [true]);
    assert!(harness.start.elapsed() < seconds(4.1), "nor does it delay the end");

    harness.sandbox.fault_next(Endpoint::Find, Fault::DelayResponse(seconds(20.0)));
    let results = all(harness.client.enrich_each([query(4.0), query(31.0)])).await;
    assert_eq!(delivered(&results), [true, true]);
}

/// Deliveries that were not consumed are available to waits by ID.
#[tokio::test(start_paused = true)]
async fn a_dropped_batch_returns_unconsumed_deliveries() {
    let harness = WebhookHarness::new();
    let ids = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let reported = ids.clone();
    let mut batch = harness
        .client
        .enrich_each((0..10).map(|_| query(4.0)))
        .on_launched(move |_, job| reported.lock().unwrap().push(job.id()));
    let first = batch.next().await.unwrap();
    sleep(seconds(30.0)).await;
    drop(batch);
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (9, 0));
    let ids = ids.lock().unwrap().clone();
    let rest = ids.into_iter().filter(|id| Some(*id) != first.job_id);
    let results = all(harness.client.wait_all(rest.map(|id| harness.client.job(id)))).await;
    assert_eq!(delivered(&results), [true; 9]);
    assert_eq!(reads(&harness), 0);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_after_a_read_is_dropped() {
    let harness = WebhookHarness::new();
    harness.fault(DeliveryFault::Delay(seconds(200.0)));
    let mut batch = harness.client.enrich_each([query(4.0)]);
    assert!(!batch.next().await.unwrap().result.unwrap().was_delivered());
    assert_eq!(harness.inbox.awaited(), 0);
    sleep(seconds(210.0)).await;
    assert_eq!((harness.statuses().await, harness.inbox.kept()), (vec![200], 0));
    assert!(batch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn dropping_next_loses_nothing() {
    let harness = WebhookHarness::new();
    harness.fault(DeliveryFault::Lose);
    let mut batch = harness.client.enrich_each((0..60).map(|index| query(2.0 + f64::from(index))));
    let mut seen = [0; 60];
    loop {
        match timeout(Duration::from_millis(70), batch.next()).await {
            Ok(Some(done)) => seen[done.index] += 1,
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!(seen, [1; 60]);
    assert_eq!(harness.sandbox.launches().len(), 60);
}

/// Queries with and without a webhook in one batch.
#[tokio::test(start_paused = true)]
async fn only_jobs_with_a_webhook_wait_for_deliveries() {
    let harness = WebhookHarness::new();
    let queries = (0..20).map(|index| if index % 2 == 0 { query(4.0) } else { polled(4.0) });
    let results = all(harness.client.enrich_each(queries)).await;
    let delivered = delivered(&results);
    assert!(delivered.chunks(2).all(|pair| pair == [true, false]), "{delivered:?}");
    assert!(reads(&harness) >= 10);
}
