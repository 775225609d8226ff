//! A wait ends with a delivery or with a read, whichever comes first.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use waterfall::webhook::{Inbox, InboxOutcome, Receiver};
use waterfall::{ContactQuery, ErrorKind, JobId, PollPolicy};
use waterfall_sandbox::{DeliveryFault, Endpoint, Fault};

use super::house::*;
use super::support::{signer, verifier};

fn fixed(pause: f64) -> PollPolicy {
    PollPolicy::fixed(seconds(pause)).with_jitter(0.0)
}

/// Puts a delivery of a job into an inbox, signed by somebody whom its receiver
/// trusts.
async fn put(inbox: &Inbox, id: JobId, state: &str) -> InboxOutcome {
    let body = format!(
        r#"{{"status":"{state}","start_date":"2026-05-28T20:26:35Z","input":{{"task":{{"job_id":"{id}"}}}}}}"#
    );
    let delivery = verifier().unwrap(&signer().headers(&body), body).await.unwrap();
    inbox.put(&delivery)
}

#[tokio::test(start_paused = true)]
async fn a_delivery_ends_the_wait_at_once_and_without_a_read() {
    let house = House::new();
    let done = house.client.enrich(query(4.0)).await.unwrap();
    assert!(done.was_delivered() && done.is_success() && done.person().is_some());
    assert_eq!((done.reads(), done.launch_attempts()), (0, Some(1)));
    let lag = house.start.elapsed() - seconds(4.0);
    assert!(lag < seconds(0.1), "{lag:?}");
    sleep(seconds(200.0)).await;
    assert!(house.reads(done.job_id()).is_empty(), "the read that was planned is called off");
    assert_eq!((house.inbox.kept(), house.inbox.awaited()), (0, 0));
    assert_eq!(house.client.duration_history::<waterfall::ContactEnrichment>().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_delivery_costs_time_and_not_the_result() {
    let house = House::new();
    for _ in 0..30 {
        house.client.enrich(query(4.0)).await.unwrap();
    }
    house.fault(DeliveryFault::Lose);
    let start = house.start.elapsed();
    let done = house.client.enrich(query(4.0)).await.unwrap();
    assert!(!done.was_delivered() && done.person().is_some());
    assert_eq!(done.reads(), 1);
    let took = (house.start.elapsed() - start).as_secs_f64();
    assert!((4.5..20.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_read_is_dropped() {
    let house = House::new();
    house.fault(DeliveryFault::Delay(seconds(100.0)));
    let done = house.client.enrich(query(4.0)).await.unwrap();
    assert!(!done.was_delivered());
    sleep(seconds(120.0)).await;
    assert_eq!(house.answers().await, [200]);
    assert_eq!(house.inbox.kept(), 0);
    let again = house.client.job(done.job_id()).wait().await.unwrap();
    assert!(!again.was_delivered());
}

#[tokio::test(start_paused = true)]
async fn a_read_under_way_is_called_off_by_a_delivery() {
    let house = House::with(Inbox::new(), |builder| builder.poll_policy(fixed(3.0)));
    house.sandbox.fault_next(Endpoint::Find, Fault::Delay(seconds(20.0)));
    let job = house.client.launch(query(4.0)).await.unwrap();
    let mut watch = job.watch();
    let item = watch.next().await.unwrap().unwrap();
    assert!(item.was_delivered());
    assert!(house.start.elapsed() < seconds(4.1));
    assert!(watch.next().await.is_none());
    sleep(seconds(60.0)).await;
    assert!(watch.next().await.is_none(), "the answer of the read is nobody's");
    assert_eq!(house.reads(job.id()).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn reads_that_were_made_before_are_told() {
    let house = House::with(Inbox::new(), |builder| builder.poll_policy(fixed(3.0)));
    let mut states = Vec::new();
    let job = house.client.launch(query(7.0)).await.unwrap();
    let mut watch = job.watch();
    while let Some(item) = watch.next().await {
        let item = item.unwrap();
        states.push((item.state().to_string(), item.was_delivered(), item.reads()));
    }
    let running = |reads| ("RUNNING".to_owned(), false, reads);
    assert_eq!(states, [running(1), running(2), ("SUCCEEDED".to_owned(), true, 2)]);
}

#[tokio::test(start_paused = true)]
async fn what_comes_before_anybody_waits_is_claimed_later() {
    let house = House::new();
    for by_id in [false, true] {
        let job = house.client.launch(query(2.0)).await.unwrap();
        sleep(seconds(60.0)).await;
        assert_eq!(house.inbox.kept(), 1);
        let before = house.start.elapsed();
        let job = if by_id { house.client.job(job.id()) } else { job };
        let done = job.wait().await.unwrap();
        assert!(done.was_delivered());
        assert_eq!((house.start.elapsed(), house.inbox.kept()), (before, 0));
        assert!(house.reads(job.id()).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_bounded() {
    let house = House::with(Inbox::new().keep(2), |builder| builder);
    let mut jobs = Vec::new();
    for takes in [1.0, 2.0, 3.0] {
        jobs.push(house.client.launch(query(takes)).await.unwrap());
    }
    sleep(seconds(10.0)).await;
    assert_eq!(house.inbox.kept(), 2);
    let mut delivered = Vec::new();
    for job in jobs {
        delivered.push(job.wait().await.unwrap().was_delivered());
    }
    assert_eq!(delivered, [false, true, true], "the oldest has gone, and is read");

    let house = House::with(Inbox::new().keep_for(seconds(30.0)), |builder| builder);
    house.client.launch(query(1.0)).await.unwrap();
    sleep(seconds(30.0)).await;
    assert_eq!(house.inbox.kept(), 1);
    sleep(seconds(2.0)).await;
    assert_eq!(house.inbox.kept(), 0);

    let house = House::with(Inbox::new().keep_bytes(10), |builder| builder);
    house.client.launch(query(1.0)).await.unwrap();
    sleep(seconds(5.0)).await;
    assert_eq!((house.inbox.kept(), house.answers().await), (0, vec![200]));
}

#[tokio::test(start_paused = true)]
async fn copies_are_dropped() {
    let house = House::new();
    house.fault(DeliveryFault::Duplicate(3));
    let job = house.client.launch(query(2.0)).await.unwrap();
    let mut watch = job.watch();
    assert!(watch.next().await.unwrap().unwrap().was_delivered());
    assert!(watch.next().await.is_none());
    assert_eq!(house.answers().await, [200; 4]);
    assert_eq!(put(&house.inbox, job.id(), "SUCCEEDED").await, InboxOutcome::Duplicate);
    assert_eq!(house.inbox.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_the_end_of_the_job_itself_counts() {
    let house = House::new();
    let (job, other) = (
        house.client.launch(query(4.0)).await.unwrap(),
        "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap(),
    );
    let mut watch = job.watch();
    assert!(timeout(seconds(1.0), watch.next()).await.is_err());
    assert_eq!(put(&house.inbox, other, "SUCCEEDED").await, InboxOutcome::Kept);
    assert_eq!(put(&house.inbox, job.id(), "RUNNING").await, InboxOutcome::NotOver);
    assert_eq!(put(&house.inbox, job.id(), "SOME_NEW_STATE").await, InboxOutcome::NotOver);
    let nameless = r#"{"status":"FAILED","start_date":"2026-05-28T20:26:35Z","input":null}"#;
    let nameless = verifier().unwrap(&signer().headers(nameless), nameless).await.unwrap();
    assert_eq!(house.inbox.put(&nameless), InboxOutcome::Nameless);
    assert!(timeout(seconds(1.0), watch.next()).await.is_err(), "the wait goes on");
    assert_eq!(put(&house.inbox, job.id(), "FAILED").await, InboxOutcome::Awaited);
    assert_eq!(watch.next().await.unwrap().unwrap().state().as_str(), "FAILED");
}

#[tokio::test(start_paused = true)]
async fn a_failed_job_is_an_error_whoever_says_so() {
    let house = House::new();
    let failing = ContactQuery::email("jane.doe@acme.com")
        .custom_field("sandbox", "state=FAILED seconds=1")
        .webhook_url(HOOK);
    let error = house.client.enrich(failing).await.unwrap_err();
    assert_eq!((error.kind(), error.reads()), (ErrorKind::JobFailed, Some(0)));
    assert!(error.snapshot().unwrap().was_delivered());
}

#[tokio::test(start_paused = true)]
async fn forged_deliveries_are_refused_and_the_wait_goes_on() {
    use DeliveryFault::{TamperBody, TamperSignature, UnknownKey, Unsign, WrongHash};

    let house = House::new();
    for fault in [TamperBody, TamperSignature, Unsign, UnknownKey, WrongHash] {
        house.fault(fault.clone());
        let done = house.client.enrich(query(4.0)).await.unwrap();
        assert!(!done.was_delivered(), "{fault:?}");
    }
    assert_eq!(house.answers().await, [400; 5]);
    assert_eq!(house.inbox.kept(), 0);
}

/// Where the verifier lets them pass, the inbox does not.
#[tokio::test(start_paused = true)]
async fn an_unsigned_delivery_ends_no_wait() {
    let allow = |verifier: waterfall::webhook::Verifier| verifier.allow_unsigned();
    let house = House::verifying(Inbox::new(), |builder| builder, allow);
    house.fault(DeliveryFault::Unsign);
    let done = house.client.enrich(query(4.0)).await.unwrap();
    assert!(!done.was_delivered());
    assert_eq!(house.answers().await, [500], "it may be signed the next time");
    assert_eq!(house.inbox.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_leaves_its_delivery_for_the_next() {
    let house = House::new();
    let job = house.client.launch(query(4.0)).await.unwrap();
    let mut watch = job.watch();
    assert!(timeout(seconds(1.0), watch.next()).await.is_err());
    sleep(seconds(10.0)).await;
    assert_eq!((house.inbox.kept(), house.inbox.awaited()), (0, 1));
    drop(watch);
    assert_eq!((house.inbox.kept(), house.inbox.awaited()), (1, 0));
    let done = job.wait().await.unwrap();
    assert!(done.was_delivered());
    assert!(house.reads(job.id()).is_empty());
}

/// The future is dropped at whatever it waits for, and goes on.
#[tokio::test(start_paused = true)]
async fn dropping_futures_loses_nothing() {
    for (fault, delivered) in [(None, true), (Some(DeliveryFault::Lose), false)] {
        let house = House::with(Inbox::new(), |builder| builder.poll_policy(fixed(4.5)));
        fault.into_iter().for_each(|fault| house.fault(fault));
        house.sandbox.fault_next(Endpoint::Find, Fault::Delay(seconds(2.0)));
        let job = house.client.launch(query(6.0)).await.unwrap();
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

/// As by `select!` in a loop.
#[tokio::test(start_paused = true)]
async fn a_new_wait_each_time_loses_nothing() {
    let house = House::new();
    let job = house.client.launch(query(6.1)).await.unwrap();
    let done = loop {
        if let Ok(done) = timeout(seconds(0.3), job.wait()).await {
            break done.unwrap();
        }
    };
    assert!(done.was_delivered());
    assert_eq!((house.inbox.kept(), house.inbox.awaited()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_moves_to_another_task_is_still_woken() {
    let house = House::new();
    let mut watch = house.client.launch(query(4.0)).await.unwrap().watch();
    assert!(timeout(seconds(1.0), watch.next()).await.is_err());
    let moved = tokio::spawn(async move { watch.next().await });
    let item = timeout(seconds(5.0), moved).await.unwrap().unwrap();
    assert!(item.unwrap().unwrap().was_delivered());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_gave_up_leaves_the_delivery_for_later() {
    let house = House::new();
    let job = house.client.launch(query(20.0)).await.unwrap();
    let error = job.wait().max_wait(seconds(5.0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!(house.start.elapsed(), seconds(5.0), "the deadline is kept, with a last read");
    // The first read has time to end, and there is a last one at the deadline.
    assert_eq!(error.reads(), Some(2));
    sleep(seconds(20.0)).await;
    assert_eq!(house.inbox.kept(), 1);
    assert!(job.wait().await.unwrap().was_delivered());
}

#[tokio::test(start_paused = true)]
async fn two_who_wait_for_one_job_get_it_both() {
    let house = House::new();
    let job = house.client.launch(query(4.0)).await.unwrap();
    let (one, other) = tokio::join!(job.wait(), job.wait());
    assert!(one.unwrap().was_delivered() && other.unwrap().was_delivered());
    assert!(house.reads(job.id()).is_empty());
    assert_eq!((house.inbox.kept(), house.inbox.awaited()), (0, 0));
}

/// A launch without a URL, or with another one than the client's, is not delivered here.
#[tokio::test(start_paused = true)]
async fn what_is_not_delivered_here_is_read_as_without_an_inbox() {
    let policy = || PollPolicy::adaptive().with_jitter(0.0);
    let alone = House::new();
    let plain = House::builder(&alone.sandbox).poll_policy(policy()).build().unwrap();
    let done = plain.enrich(polled(4.0)).await.unwrap();
    let first = alone.reads(done.job_id())[0];

    let house = House::with(Inbox::new(), |builder| builder.poll_policy(policy()));
    let done = house.client.enrich(polled(4.0)).await.unwrap();
    assert_eq!(house.reads(done.job_id())[0], first);

    let ours = |builder: waterfall::ClientBuilder| builder.webhook_url(HOOK);
    let house = House::with(Inbox::new(), |builder| ours(builder.poll_policy(policy())));
    let elsewhere = polled(4.0).webhook_url("https://elsewhere.example.com/");
    let done = house.client.enrich(elsewhere).await.unwrap();
    assert_eq!(house.reads(done.job_id())[0], first);

    let house = House::with(Inbox::new(), |builder| ours(builder.poll_policy(policy())));
    let with_number = polled(40.0).webhook_url(format!("{HOOK}?row=7"));
    let done = house.client.enrich(with_number).await.unwrap();
    assert!(house.reads(done.job_id()).first().is_none_or(|read| *read > first + 5.0));
}

#[tokio::test(start_paused = true)]
async fn a_client_can_name_the_url_for_all_launches() {
    let house = House::with(Inbox::new(), |builder| builder.webhook_url(HOOK));
    assert!(house.client.enrich(polled(4.0)).await.unwrap().was_delivered());
    assert_eq!(house.sandbox.launches()[0].body["webhook_url"], HOOK);
    let error = House::builder(&house.sandbox).webhook_url("hooks").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

/// It may have been delivered to somebody else long ago.
#[tokio::test(start_paused = true)]
async fn a_job_that_is_picked_up_is_read_at_once() {
    let house = House::new();
    let elsewhere = House::builder(&house.sandbox).build().unwrap();
    let id = elsewhere.launch(query(30.0)).await.unwrap().id();
    sleep(seconds(5.0)).await;
    let done = house.client.job(id).wait().await.unwrap();
    assert!(done.was_delivered());
    let reads = house.reads(id);
    assert_eq!(reads[0], 5.0);
    assert_eq!(done.reads() as usize, reads.len());
}

/// What the API says of it tells whether it is delivered.
#[tokio::test(start_paused = true)]
async fn a_job_that_is_picked_up_and_not_delivered_is_polled() {
    let mut reads = Vec::new();
    for query in [query(20.0), polled(20.0)] {
        let house = House::new();
        let plain = House::builder(&house.sandbox).build().unwrap();
        let id = plain.launch(query).await.unwrap().id();
        let done = house.client.job(id).wait().await.unwrap();
        reads.push((done.was_delivered(), done.reads()));
        let id = plain.launch(polled(20.0)).await.unwrap().id();
        let mut batch = house.client.wait_all([house.client.job(id)]);
        reads.push((false, batch.next().await.unwrap().result.unwrap().reads()));
    }
    let [(delivered, delivery_expected), (_, batch), (_, alone), _] = reads[..] else {
        panic!("{reads:?}")
    };
    assert!(delivered && delivery_expected < alone && delivery_expected < batch, "{reads:?}");
}

/// With the endpoint down, waiting costs about what it costs without one.
#[tokio::test(start_paused = true)]
async fn where_nothing_is_delivered_it_is_plain_polling() {
    let cost = |spent: Duration, reads: usize| spent.as_secs_f64() + 2.0 * reads as f64;
    let mut random = fastrand::Rng::with_seed(5);
    let times: Vec<f64> = (0..150).map(|_| 2.0 + 6.0 * random.f64()).collect();
    let (house, mut costs) = (House::new(), [0.0, 0.0]);
    let plain = House::builder(&house.sandbox).build().unwrap();
    for (client, cost_of) in [&plain, &house.client].into_iter().zip(&mut costs) {
        let (start, asked) = (house.start.elapsed(), house.sandbox.arrivals().len());
        for &time in &times {
            house.fault(DeliveryFault::Lose);
            client.enrich(query(time)).await.unwrap();
        }
        *cost_of = cost(house.start.elapsed() - start, house.sandbox.arrivals().len() - asked);
    }
    assert!(costs[1] < costs[0] * 1.1, "{costs:?}");
    // Once they come again, they are relied on again.
    for _ in 0..100 {
        house.client.enrich(query(4.0)).await.unwrap();
    }
    let asked = house.sandbox.arrivals().len();
    for _ in 0..100 {
        house.client.enrich(query(4.0)).await.unwrap();
    }
    let reads = house.sandbox.arrivals().len() - asked - 100;
    assert!(reads <= 5, "{reads}");
}

/// A handler of one's own, that stores before it puts.
#[tokio::test(start_paused = true)]
async fn a_handler_can_feed_an_inbox_too() {
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
