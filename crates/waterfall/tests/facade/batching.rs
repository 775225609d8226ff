//! Tests of batches: each input gets its own result, within the rate limit.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use waterfall::{Batch, Client, ContactQuery, ErrorKind, JobId};
use waterfall_sandbox::{Endpoint, Fault, JobTime, Sandbox};

use crate::script::KEY;

fn client(sandbox: &Sandbox) -> Client {
    let transport = sandbox.transport().without_key();
    Client::builder().api_key(KEY).transport(transport).build().unwrap()
}

fn sandbox() -> Sandbox {
    let time = JobTime::Fixed(Duration::from_secs(4));
    Sandbox::builder().accept_key(KEY).job_time(time).build()
}

fn query(index: usize) -> ContactQuery {
    ContactQuery::email(format!("person{index}@acme.com"))
}

fn refused(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|arrival| arrival.refused).count()
}

#[test]
fn a_pending_job_takes_little_memory() {
    const { assert!(Batch::BYTES_PER_JOB <= 512) };
}

#[tokio::test(start_paused = true)]
async fn two_hundred_queries_on_one_key() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let ids = Arc::new(Mutex::new(vec![None::<JobId>; 200]));
    let reported = ids.clone();
    let mut batch = client
        .enrich_each((0..200).map(query))
        .on_launched(move |index, job| reported.lock().unwrap()[index] = Some(job.id()));
    let mut seen = vec![0; 200];
    while let Some(done) = batch.next().await {
        seen[done.index] += 1;
        assert_eq!(done.job_id, ids.lock().unwrap()[done.index]);
        let found = done.result.unwrap();
        assert_eq!(Some(found.job_id()), done.job_id);
    }
    assert_eq!(seen, [1; 200]);
    assert_eq!((sandbox.launches().len(), refused(&sandbox)), (200, 0));
}

#[tokio::test(start_paused = true)]
async fn an_invalid_query_is_its_own_error() {
    let sandbox = sandbox();
    let queries = [query(0), ContactQuery::email(""), query(2)];
    let mut batch = client(&sandbox).enrich_each(queries);
    let mut kinds = [None; 3];
    while let Some(done) = batch.next().await {
        kinds[done.index] = Some(done.result.map_err(|error| error.kind()).is_ok());
    }
    assert_eq!(kinds, [Some(true), Some(false), Some(true)]);
    assert_eq!(sandbox.launches().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_launch_in_doubt_is_not_repeated() {
    let sandbox = Sandbox::builder().accept_key(KEY).fault_rate(Fault::CutBody(5), 0.5).build();
    let mut batch = client(&sandbox).enrich_each((0..20).map(query));
    let (mut ended, mut doubtful) = (0, 0);
    while let Some(done) = batch.next().await {
        ended += 1;
        doubtful += usize::from(done.job_id.is_none());
        if let Err(error) = done.result {
            assert!(error.may_have_launched(), "{error}");
        }
    }
    let launches = sandbox.requests().into_iter().filter(|one| one.endpoint == Endpoint::Launch);
    assert_eq!((ended, launches.count()), (20, 20));
    assert!(doubtful > 0);
}

#[tokio::test(start_paused = true)]
async fn jobs_of_a_dropped_batch_are_known() {
    let sandbox = sandbox();
    let ids = Arc::new(Mutex::new(Vec::new()));
    let (reported, orphaned) = (ids.clone(), ids.clone());
    let transport = sandbox.transport().without_key();
    let client = Client::builder()
        .api_key(KEY)
        .transport(transport)
        .on_orphan(move |job| orphaned.lock().unwrap().push(job.id()))
        .build()
        .unwrap();
    let mut batch = client
        .enrich_each((0..100).map(query))
        .on_launched(move |_, job| reported.lock().unwrap().push(job.id()));
    batch.next().await.unwrap().result.unwrap();
    drop(batch);
    tokio::time::sleep(Duration::from_secs(30)).await;
    let ids = ids.lock().unwrap().clone();
    assert_eq!(ids.len(), sandbox.launches().len());
    let mut jobs = client.wait_all(ids.iter().map(|id| client.job(*id)));
    let mut ended = 0;
    while let Some(done) = jobs.next().await {
        assert_eq!(done.job_id, Some(ids[done.index]));
        assert!(done.result.unwrap().is_success());
        ended += 1;
    }
    assert_eq!(ended, ids.len());
}

#[tokio::test(start_paused = true)]
async fn each_job_has_a_deadline() {
    let time = JobTime::Fixed(Duration::from_secs(4_000));
    let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
    let batch = client(&sandbox).enrich_each((0..3).map(query));
    let mut batch = batch.max_wait(Duration::from_secs(20));
    while let Some(done) = batch.next().await {
        let error = done.result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WaitTimeout);
        assert_eq!(error.job_id(), done.job_id);
    }
    assert_eq!(sandbox.launches().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_launched_after_a_stop() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let mut unpolled = client.enrich_each((0..9).map(query));
    assert_eq!(unpolled.stop_launching(), None);
    assert!(unpolled.next().await.is_none());
    assert!(sandbox.requests().is_empty());

    let mut batch = client.enrich_each((0..200).map(query));
    let mut ended = 0;
    let (mut launched, mut withdrawn) = (None, None);
    while let Some(done) = batch.next().await {
        assert!(done.result.is_ok() && Some(done.index) != withdrawn);
        ended += 1;
        if ended == 3 {
            launched = Some(sandbox.launches().len());
            withdrawn = batch.stop_launching();
            assert_eq!(batch.stop_launching(), None);
        }
    }
    // Only the launches that were in flight at this moment.
    let (launched, all) = (launched.unwrap(), sandbox.launches().len());
    assert!(launched < 60 && all - launched <= 1, "{launched}, then {all}");
    assert_eq!((ended, withdrawn), (all, Some(all)));
    assert_eq!(client.rate_limiter().waiting(), 0);
}

/// A task for each query has nearly the same throughput as a batch.
#[tokio::test(start_paused = true)]
async fn five_hundred_waits_at_once_share_the_budget_as_well() {
    let time = JobTime::Uniform { min: Duration::from_secs(2), max: Duration::from_secs(20) };
    let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
    let client = client(&sandbox);
    let start = tokio::time::Instant::now();
    let waits: Vec<_> = (0..500)
        .map(|index| {
            let client = client.clone();
            tokio::spawn(async move { client.enrich(query(index)).await })
        })
        .collect();
    let mut reads = 0;
    for wait in waits {
        reads += wait.await.unwrap().unwrap().reads();
    }
    assert_eq!(refused(&sandbox), 0);
    let (jobs, minutes) = (f64::from(500), start.elapsed().as_secs_f64() / 60.0);
    println!("{} reads a job, {} jobs a minute", f64::from(reads) / jobs, jobs / minutes);
    assert!(f64::from(reads) / jobs < 1.2, "{reads} reads");
}

#[tokio::test(start_paused = true)]
async fn a_wait_without_a_permit_reports_it() {
    let sandbox = sandbox();
    let rate_limiter = waterfall::RateLimiter::at_most(1, Duration::from_secs(600));
    let builder = Client::builder().api_key(KEY).transport(sandbox.transport().without_key());
    let client = builder.rate_limiter(rate_limiter).build().unwrap();
    let job = client.launch(query(0)).await.unwrap();
    let error = job.wait().max_wait(Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert!(error.to_string().contains("while the rate limit delayed the read"), "{error}");
    assert_eq!((sandbox.requests().len(), error.reads()), (1, Some(0)));
}

/// Jobs of 3 s, and a client without a history of durations.
#[tokio::test(start_paused = true)]
async fn results_arrive_from_the_first_window() {
    let time = JobTime::Fixed(Duration::from_secs(3));
    let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
    let start = tokio::time::Instant::now();
    let mut batch = client(&sandbox).enrich_each((0..100).map(query));
    let mut at = Vec::new();
    while let Some(done) = batch.next().await {
        done.result.unwrap();
        at.push(start.elapsed().as_secs_f64());
    }
    let mean = at.iter().sum::<f64>() / at.len() as f64;
    println!("first {} s, mean {mean} s, last {} s", at[0], at[99]);
    assert_eq!((at.len(), refused(&sandbox)), (100, 0));
    assert!(at[0] <= 5.0, "{at:?}");
    // 25 launches and 25 reads in each window: results after 3 s, 63 s, 123 s and 183 s.
    assert!(mean <= 1.05 * 93.0, "{mean}");
    assert!(at[99] < 190.0, "{at:?}");
}

/// Jobs that never end reach their deadlines, although no first read finds an end.
#[tokio::test(start_paused = true)]
async fn many_jobs_that_never_end_have_their_deadlines() {
    let time = JobTime::Fixed(Duration::from_secs(40_000));
    let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
    let start = tokio::time::Instant::now();
    let mut batch = client(&sandbox).enrich_each((0..20).map(query));
    batch = batch.max_wait(Duration::from_secs(30));
    let mut ended = 0;
    while let Some(done) = batch.next().await {
        assert_eq!(done.result.unwrap_err().kind(), ErrorKind::WaitTimeout);
        ended += 1;
    }
    assert_eq!(ended, 20);
    assert!(start.elapsed() < Duration::from_secs(100), "{:?}", start.elapsed());
}

/// With interactive requests in addition to a batch, slots are spaced, so that no request waits for
/// a whole window.
#[tokio::test(start_paused = true)]
async fn interactive_requests_are_not_delayed_by_a_batch() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    client.enrich(query(1_000)).await.unwrap();
    let mut batch = client.enrich_each((0..400).map(query));
    let batch = tokio::spawn(async move { while batch.next().await.is_some() {} });
    let mut longest = Duration::ZERO;
    // The budget of the first window is used up.
    tokio::time::sleep(Duration::from_secs(120)).await;
    for index in 0..20 {
        tokio::time::sleep(Duration::from_secs(23)).await;
        let start = tokio::time::Instant::now();
        client.launch(query(2_000 + index)).await.unwrap();
        longest = longest.max(start.elapsed());
    }
    // Evenly spaced slots of a window leave a gap of some seconds at its end.
    assert!(longest < Duration::from_secs(10), "{longest:?}");
    assert_eq!(refused(&sandbox), 0);
    batch.await.unwrap();
}
