//! Tests of batch inputs: queries with keys, and known jobs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use waterfall::{
    BatchInput, ContactEnrichment, ContactQuery, ErrorKind, IntoBatchInput, Job, JobId,
};

use crate::fake_api::{FakeApi, TAKES};

fn query(index: usize) -> ContactQuery {
    ContactQuery::email(format!("person{index}@acme.com"))
}

/// A type that is not `Clone`, comparable, `Sync`, `Unpin` or `Debug`.
struct Row {
    number: usize,
    _not_sync: std::cell::Cell<u8>,
    _not_unpin: std::marker::PhantomPinned,
}

fn row(number: usize) -> Row {
    let (_not_sync, _not_unpin) = (std::cell::Cell::new(0), std::marker::PhantomPinned);
    Row { number, _not_sync, _not_unpin }
}

#[tokio::test(start_paused = true)]
async fn each_key_is_returned_with_its_own_result() {
    let api = FakeApi::default();
    let mut batch = api.unlimited().enrich_each((0..300).map(|index| (row(index), query(index))));
    let mut seen = [false; 300];
    while let Some(done) = batch.next().await {
        let (index, number) = (done.index, done.key.number);
        assert_eq!(index, number);
        assert!(!std::mem::replace(&mut seen[number], true));
        let launched = api.see(|counts| counts.launched.clone());
        let email = format!("person{number}@acme.com");
        let id = launched.iter().find(|(launched, _)| *launched == email).unwrap().1;
        assert_eq!(done.job_id, Some(id));
        assert_eq!(done.result.unwrap().job_id(), id);
    }
    assert_eq!(seen, [true; 300]);
}

#[tokio::test(start_paused = true)]
async fn failures_are_returned_with_their_keys() {
    let api = FakeApi::default();
    let unknown: JobId = uuid::Uuid::from_u128(4_711).into();
    let inputs = [
        ("good", BatchInput::from(query(0))),
        ("invalid", ContactQuery::email("").into()),
        ("unknown", unknown.into()),
    ];
    let mut batch = api.unlimited().enrich_each(inputs);
    let mut results = BTreeMap::new();
    while let Some(done) = batch.next().await {
        results.insert(done.key, done.result.map_err(|error| (error.kind(), error.job_id())));
    }
    assert!(results["good"].is_ok());
    assert_eq!(results["invalid"].as_ref().unwrap_err(), &(ErrorKind::InvalidQuery, None));
    assert_eq!(results["unknown"].as_ref().unwrap_err(), &(ErrorKind::Api, Some(unknown)));
    assert_eq!((results.len(), api.ids().len()), (3, 1));
}

/// Known jobs are mixed with queries. None of them is launched, and each is read.
#[tokio::test(start_paused = true)]
async fn known_jobs_are_only_waited_for() {
    let api = FakeApi::default();
    let client = api.unlimited();
    let launched = client.launch(query(1_000)).await.unwrap();
    let stored: Vec<JobId> = (500..600).map(|id| uuid::Uuid::from_u128(id).into()).collect();
    api.hold(stored.clone());
    let known = stored.iter().map(|id| BatchInput::from(*id));
    let fresh = (0..100).map(|index| BatchInput::from(query(index)));
    let inputs: Vec<_> = known
        .zip(fresh)
        .flat_map(|(known, fresh)| [known, fresh])
        .chain([launched.clone().into()])
        .collect();
    let reported = Arc::new(Mutex::new(Vec::new()));
    let hook = reported.clone();
    let mut batch =
        client.enrich_each(inputs).on_launched(move |index, _| hook.lock().unwrap().push(index));
    let mut ended = 0;
    while let Some(done) = batch.next().await {
        ended += 1;
        let found = done.result.unwrap();
        assert_eq!(found.launch_attempts().is_some(), done.index % 2 == 1 || done.index == 200);
        if done.index == 200 {
            assert_eq!(done.job_id, Some(launched.id()));
        } else if done.index % 2 == 0 {
            assert_eq!(done.job_id, Some(stored[done.index / 2]));
        }
    }
    assert_eq!((ended, api.ids().len()), (201, 101));
    let reported = reported.lock().unwrap();
    assert!(reported.len() == 100 && reported.iter().all(|index| index % 2 == 1));
    assert!(api.see(|counts| stored.iter().all(|id| counts.reads[id] == 1)));
}

/// There are more known jobs than are kept pending. The source is not read ahead.
#[tokio::test(start_paused = true)]
async fn known_jobs_are_taken_up_to_the_limit() {
    let api = FakeApi::default();
    let ids = (0..10_000).map(|id| JobId::from(uuid::Uuid::from_u128(1_000 + id)));
    api.hold(ids.clone());
    let taken = Arc::new(Mutex::new(0_usize));
    let counter = taken.clone();
    let counted = ids.inspect(move |_| *counter.lock().unwrap() += 1);
    let (mut batch, mut ended) = (api.unlimited().enrich_each(counted), 0);
    while let Some(done) = batch.next().await {
        assert!(done.result.is_ok());
        let ahead = *taken.lock().unwrap() - ended;
        assert!(ahead <= 4_096, "{ahead} pending");
        ended += 1;
    }
    assert_eq!(ended, 10_000);
}

#[tokio::test(start_paused = true)]
async fn the_hook_sees_the_key() {
    let api = FakeApi::default();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = seen.clone();
    let mut batch = api
        .unlimited()
        .enrich_each(["a", "b"].map(|key| (key.to_owned(), query(0))))
        .on_launched(|_, _| panic!("replaced by the other hook"))
        .on_launched_with_key(move |key, job| hook.lock().unwrap().push((key.clone(), job.id())));
    let mut done = Vec::new();
    while let Some(item) = batch.next().await {
        done.push((item.key, item.job_id.unwrap()));
    }
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    done.sort();
    assert_eq!((seen.len(), seen), (2, done));
}

#[tokio::test(start_paused = true)]
async fn jobs_with_keys_are_waited_for() {
    let api = FakeApi::default();
    let ids: Vec<JobId> = (1..=50).map(|id| uuid::Uuid::from_u128(id).into()).collect();
    api.hold(ids.clone());
    let client = api.unlimited();
    let pairs: Vec<(usize, Job)> =
        ids.iter().enumerate().map(|(row, id)| (row * 10, client.job(*id))).collect();
    let (mut batch, mut ended) = (client.wait_all(pairs), 0);
    while let Some(done) = batch.next().await {
        assert_eq!((done.key, done.job_id), (done.index * 10, Some(ids[done.index])));
        ended += 1;
    }
    assert_eq!(ended, 50);
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_input_returns_its_key() {
    let api = FakeApi::default();
    let client = api.builder().build().unwrap();
    let mut batch = client.enrich_each((0..200).map(|index| (row(index), query(index))));
    batch.next().await.unwrap();
    let withdrawn = batch.stop_launching().unwrap();
    assert_eq!(batch.take_withdrawn(withdrawn).unwrap().number, withdrawn);
    assert!(batch.take_withdrawn(withdrawn).is_none());
    let mut ended = 1;
    while let Some(done) = batch.next().await {
        assert_ne!(done.index, withdrawn);
        ended += 1;
    }
    assert_eq!((ended, api.ids().len()), (withdrawn, withdrawn));
}

/// A key is dropped exactly once, with its result or with the batch.
#[tokio::test(start_paused = true)]
async fn no_key_outlives_the_batch() {
    let api = FakeApi::default();
    let key = Arc::new(());
    let keys = key.clone();
    let inputs = (0..50).map(move |index| (keys.clone(), query(index)));
    let mut batch = api.unlimited().enrich_each(inputs);
    let start = Instant::now();
    let done = batch.next().await.unwrap();
    assert!(start.elapsed() >= TAKES);
    assert_eq!(Arc::strong_count(&key), 2 + 49, "the test's, the result's, and the pending ones");
    drop(batch);
    assert_eq!(Arc::strong_count(&key), 2);
    drop(done);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(Arc::strong_count(&key), 1);
}

/// A user-defined type can be an input.
#[tokio::test(start_paused = true)]
async fn user_defined_types_can_be_inputs() {
    struct Contact(usize);

    impl IntoBatchInput for Contact {
        type Kind = ContactEnrichment;
        type Key = usize;
        type Input = ContactQuery;

        fn into_parts(self) -> (usize, ContactQuery) {
            (self.0, query(self.0))
        }
    }

    let api = FakeApi::default();
    let done = api.unlimited().enrich_each([Contact(7)]).next().await.unwrap();
    assert_eq!((done.key, done.result.is_ok()), (7, true));
}

#[test]
fn a_batch_can_be_sent_and_moved() {
    fn check<T: Send + Unpin>(_: &T) {}
    fn is_send<T: Send>() {}

    let client =
        waterfall::Client::builder().api_key("test").transport(FakeApi::default()).build().unwrap();
    check(&client.enrich_each([(row(0), query(0))]));
    is_send::<waterfall::BatchItem<Row>>();
}
