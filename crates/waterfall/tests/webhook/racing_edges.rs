//! Deliveries at awkward times, and for other waits.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;
use waterfall::webhook::{Delivery, Inbox, InboxOutcome};
use waterfall::{
    BoxFuture, Client, ErrorKind, JobId, Method, PollPolicy, Request, Response, StatusCode,
    Transport, TransportError,
};
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{signer, verifier};
use super::webhook_harness::*;

fn fixed(pause: f64) -> PollPolicy {
    PollPolicy::fixed(seconds(pause)).with_jitter(0.0)
}

async fn delivery(id: JobId) -> Delivery {
    let body = format!(
        r#"{{"status":"SUCCEEDED","start_date":"2026-05-28T20:26:35Z","input":{{"task":{{"job_id":"{id}"}}}}}}"#
    );
    verifier().verify(&signer().headers(&body), body).await.unwrap()
}

fn stored(number: u128) -> JobId {
    Uuid::from_u128(number).into()
}

/// The response of the launch is slower than the job, so its ID is not known yet.
#[tokio::test(start_paused = true)]
async fn a_delivery_before_the_response_of_its_launch() {
    for batch in [false, true] {
        let harness = WebhookHarness::new();
        harness.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(seconds(20.0)));
        let found = if batch {
            harness.client.enrich_each([query(4.0)]).next().await.unwrap().result.unwrap()
        } else {
            harness.client.enrich(query(4.0)).await.unwrap()
        };
        assert!(found.was_delivered());
        assert!(harness.start.elapsed() < seconds(20.1), "{:?}", harness.start.elapsed());
        assert!(harness.reads(found.job_id()).is_empty());
        assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (0, 0));
    }
}

/// The ID is unknown: the delivery is the only trace of the job, and it is buffered.
#[tokio::test(start_paused = true)]
async fn the_delivery_of_a_launch_in_doubt_is_kept() {
    let harness = WebhookHarness::new();
    harness.sandbox.fault_next(Endpoint::Launch, Fault::Reset { processed: true });
    let mut batch = harness.client.enrich_each([query(4.0)]);
    assert!(batch.next().await.unwrap().result.unwrap_err().may_have_launched());
    assert!(batch.next().await.is_none());
    sleep(seconds(10.0)).await;
    let id = harness.sandbox.launches()[0].job_id;
    assert_eq!(harness.inbox.kept(), 1);
    assert!(harness.client.job(id).wait().await.unwrap().was_delivered());
}

/// A server that, on each read, puts a delivery into the inbox at the same moment at which it
/// responds that the job is finished.
#[derive(Clone)]
struct Both {
    inbox: Inbox,
    deliveries: Arc<Mutex<Vec<Delivery>>>,
    puts: Arc<Mutex<Vec<InboxOutcome>>>,
    first: bool,
}

impl Transport for Both {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            sleep(seconds(0.1)).await;
            let deliveries = std::mem::take(&mut *self.deliveries.lock().unwrap());
            let put = || {
                let puts = deliveries.iter().map(|one| self.inbox.put(one));
                self.puts.lock().unwrap().extend(puts);
            };
            assert_eq!(request.http.method(), Method::GET);
            let start = "2025-02-05T12:00:00Z";
            let body = json!({ "status": "SUCCEEDED", "start_date": start, "input": {} });
            let answer = Response::new(StatusCode::OK, request.http.url().clone());
            if self.first {
                put();
            } else {
                // Other tasks run first, in the same instant.
                let (inbox, puts) = (self.inbox.clone(), self.puts.clone());
                tokio::spawn(async move {
                    puts.lock().unwrap().extend(deliveries.iter().map(|one| inbox.put(one)));
                });
            }
            Ok(answer.with_body(body.to_string()))
        })
    }
}

impl std::fmt::Debug for Both {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Both")
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_and_a_read_in_the_same_instant_are_one_result() {
    for first in [true, false] {
        for batch in [true, false] {
            let (inbox, id) = (Inbox::new(), stored(1));
            let transport = Both {
                inbox: inbox.clone(),
                deliveries: Arc::new(Mutex::new(vec![delivery(id).await])),
                puts: Arc::default(),
                first,
            };
            let puts = transport.puts.clone();
            let builder = Client::builder().api_key("test").transport(transport);
            let client = builder.inbox(inbox.clone()).build().unwrap();
            if batch {
                let mut jobs = client.wait_all([client.job(id)]);
                assert!(jobs.next().await.unwrap().result.unwrap().is_success());
                assert!(jobs.next().await.is_none());
            } else {
                let mut watch = client.job(id).watch();
                assert!(watch.next().await.unwrap().unwrap().is_success());
                assert!(watch.next().await.is_none());
            }
            sleep(seconds(1.0)).await;
            assert!(matches!(
                puts.lock().unwrap()[..],
                [InboxOutcome::Awaited | InboxOutcome::Duplicate]
            ));
            assert_eq!((inbox.kept(), inbox.awaited()), (0, 0), "{first} {batch}");
            assert_eq!(inbox.put(&delivery(id).await), InboxOutcome::Duplicate);
        }
    }
}

/// The wait has ended, but not the job: the next wait gets its delivery.
#[tokio::test(start_paused = true)]
async fn a_batch_that_gave_up_leaves_the_delivery_for_later() {
    let harness = WebhookHarness::with(Inbox::new(), |builder| builder.poll_policy(fixed(3.0)));
    let batch = harness.client.enrich_each((0..3).map(|_| query(20.0)));
    let mut batch = batch.max_wait(seconds(5.0));
    let mut ids = Vec::new();
    while let Some(done) = batch.next().await {
        assert_eq!(done.result.unwrap_err().kind(), ErrorKind::WaitTimeout);
        ids.extend(done.job_id);
    }
    assert_eq!(harness.inbox.awaited(), 0);
    sleep(seconds(30.0)).await;
    assert_eq!((ids.len(), harness.inbox.kept()), (3, 3));
    let reads = harness.sandbox.requests().len();
    let mut jobs = harness.client.wait_all(ids.iter().map(|id| harness.client.job(*id)));
    while let Some(done) = jobs.next().await {
        assert!(done.result.unwrap().was_delivered());
    }
    assert_eq!((harness.inbox.kept(), harness.sandbox.requests().len()), (0, reads));
}

/// Two batches with one inbox: each gets only its own deliveries.
#[tokio::test(start_paused = true)]
async fn deliveries_go_to_the_batch_that_waits_for_them() {
    let harness = WebhookHarness::new();
    let run = |range: std::ops::Range<usize>| {
        let marks = range.clone();
        let queries = marks.map(|mark| query(4.0).custom_field("mark", json!(mark)));
        let mut batch = harness.client.enrich_each(queries.collect::<Vec<_>>());
        tokio::spawn(async move {
            let mut ended = 0;
            while let Some(done) = batch.next().await {
                let found = done.result.unwrap();
                assert!(found.was_delivered());
                assert_eq!(Some(found.job_id()), done.job_id);
                let raw: serde_json::Value = serde_json::from_slice(found.raw()).unwrap();
                let text = raw.to_string();
                let mark = format!(r#""mark":{}"#, range.start + done.index);
                assert!(text.contains(&mark), "{mark} in {text}");
                ended += 1;
            }
            ended
        })
    };
    let (one, other) = (run(1_000..1_020), run(2_000..2_020));
    assert_eq!((one.await.unwrap(), other.await.unwrap()), (20, 20));
    assert_eq!((harness.inbox.kept(), harness.inbox.awaited()), (0, 0));
}

/// The webhook of the launch and the waiting client decide: no delivery can arrive here.
#[tokio::test(start_paused = true)]
async fn jobs_of_a_different_inbox_are_polled() {
    let mut first_reads = Vec::new();
    for inbox in [None, Some(Inbox::new())] {
        for query in [polled(20.0), query(20.0)] {
            let harness = WebhookHarness::new();
            let policy = PollPolicy::adaptive().with_jitter(0.0);
            let mut builder = WebhookHarness::builder(&harness.sandbox).poll_policy(policy);
            if let Some(inbox) = &inbox {
                builder = builder.inbox(inbox.clone());
            }
            let job = harness.client.launch(query).await.unwrap();
            let mut jobs = builder.build().unwrap().wait_all([job.clone()]);
            let found = jobs.next().await.unwrap().result.unwrap();
            assert!(!found.was_delivered());
            first_reads.push(harness.reads(job.id())[0]);
        }
    }
    assert_eq!(first_reads, [first_reads[0]; 4]);
}

/// A handle from a client without an inbox uses the inbox of the client that waits.
#[tokio::test(start_paused = true)]
async fn a_handle_uses_the_inbox_of_the_waiting_client() {
    let harness = WebhookHarness::new();
    let plain = WebhookHarness::builder(&harness.sandbox).build().unwrap();
    let id = plain.launch(query(20.0)).await.unwrap().id();
    let mut jobs = harness.client.wait_all([plain.job(id)]);
    let found = jobs.next().await.unwrap().result.unwrap();
    assert!(found.was_delivered(), "{} reads", found.reads());
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_early_deliveries_are_bounded() {
    const KEPT: u128 = 10_000;
    let harness = WebhookHarness::new();
    let sample = delivery(stored(1)).await;
    assert_eq!(harness.inbox.put(&sample), InboxOutcome::Kept);
    assert_eq!(harness.inbox.put(&sample), InboxOutcome::Duplicate);
    for number in 2..=KEPT + 100 {
        assert_eq!(harness.inbox.put(&delivery(stored(number)).await), InboxOutcome::Kept);
    }
    assert_eq!(harness.inbox.kept() as u128, KEPT);
    // The oldest were evicted.
    let ids = (101..=KEPT + 100).map(|number| harness.client.job(stored(number)));
    let mut jobs = harness.client.wait_all(ids);
    let start = Instant::now();
    let mut ended = 0;
    while let Some(done) = jobs.next().await {
        assert!(done.result.unwrap().was_delivered());
        ended += 1;
    }
    assert_eq!((ended, harness.inbox.kept() as u128), (KEPT, 0));
    assert_eq!(start.elapsed(), seconds(0.0));
    let wait = harness.client.job(stored(100)).wait();
    let gone = timeout(seconds(10.0), wait.into_future()).await.unwrap();
    assert_eq!(gone.unwrap_err().status().map(|status| status.as_u16()), Some(404));
    assert!(harness.sandbox.launches().is_empty());
}
