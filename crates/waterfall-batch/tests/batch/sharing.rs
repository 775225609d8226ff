//! Several workers share one key for an hour, and one of them dies.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use waterfall::{Client, Clock, ContactQuery};
use waterfall_batch::{Batch, BatchEvent, BatchOptions, InputRow, RunEnd};
use waterfall_sandbox::{Fault, FaultRule, JobTime, Sandbox};

use crate::engines::{Engine, on_every_engine_in_virtual_time};

on_every_engine_in_virtual_time![
    an_hour_of_three_workers_on_one_key_is_never_over_the_limit,
    the_jobs_of_a_dead_worker_are_read_within_lease_heartbeat_and_read,
];

const SECOND: Duration = Duration::from_secs(1);
const LIMIT: u32 = 50;
const WINDOW: Duration = Duration::from_secs(60);
const LEASE: Duration = Duration::from_secs(60);
const HEARTBEAT: Duration = Duration::from_secs(10);

async fn open(engine: &Engine, sandbox: &Sandbox, name: &str) -> Batch {
    let client = Client::builder().api_key("test").transport(sandbox.transport());
    let client = client.clock(Clock::tokio()).build().unwrap();
    let options = BatchOptions::new(name)
        .rate_limit(LIMIT, WINDOW)
        .lease(LEASE)
        .heartbeat(HEARTBEAT)
        .clock(Clock::tokio());
    Batch::open_shared(client, engine.journal.clone(), options).await.unwrap()
}

fn people(count: usize) -> impl Iterator<Item = InputRow<waterfall::ContactEnrichment>> {
    (0..count)
        .map(|number| InputRow::launch(&ContactQuery::email(format!("person{number}@acme.com"))))
}

/// Returns the maximum number of requests that arrived in any window.
fn most_in_a_window(sandbox: &Sandbox) -> usize {
    let mut arrivals: Vec<Instant> = sandbox.requests().iter().map(|it| it.at).collect();
    arrivals.sort_unstable();
    let mut first = 0;
    let counts = arrivals.iter().enumerate().map(|(last, at)| {
        while arrivals[first] + WINDOW <= *at {
            first += 1;
        }
        last + 1 - first
    });
    counts.max().unwrap_or(0)
}

async fn an_hour_of_three_workers_on_one_key_is_never_over_the_limit(engine: Engine) {
    // Requests take up to 200 ms to arrive, and responses take as long to return.
    let late = |fault| FaultRule::new(fault, 0.3);
    let millis = Duration::from_millis;
    let sandbox = Sandbox::builder()
        .rate_limit(LIMIT)
        .fault_rule(late(Fault::DelayRequest(millis(200))))
        .fault_rule(late(Fault::DelayRequest(millis(70))))
        .fault_rule(late(Fault::DelayResponse(millis(200))))
        .build();
    let (began, mut runs) = (Instant::now(), tokio::task::JoinSet::new());
    open(&engine, &sandbox, "batch").await.add(people(1_500)).await.unwrap();
    for _ in 0..3 {
        let batch = open(&engine, &sandbox, "batch").await;
        runs.spawn(async move { batch.run().await.unwrap().finish().await });
    }
    while let Some(end) = runs.join_next().await {
        assert!(matches!(end, Ok(RunEnd::Complete)), "{end:?}");
    }
    let hours = began.elapsed().as_secs_f64() / 3_600.0;
    assert!(hours > 1.0, "{hours} h");
    let refused = sandbox.requests().iter().filter(|request| request.refused).count();
    assert_eq!(refused, 0);
    let most = most_in_a_window(&sandbox);
    assert!(most <= LIMIT as usize, "{most} requests in a window");
    let rows_per_minute = 1_500.0 / (hours * 60.0);
    eprintln!("{}: {most} requests at most, {rows_per_minute:.1} rows per minute", engine.name);
    assert!(rows_per_minute > 20.0, "{rows_per_minute} rows per minute");
    let mut launches: HashMap<String, usize> = HashMap::new();
    for launched in sandbox.launches() {
        *launches.entry(launched.body["email"].to_string()).or_default() += 1;
    }
    assert!(launches.len() == 1_500 && launches.values().all(|count| *count == 1));
}

/// Returns the time from the death of a worker until another worker has the result of its job.
async fn failover(engine: &Engine, round: u64) -> Duration {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(SECOND * 2)).build();
    let name = format!("batch {round}");
    let batch = open(engine, &sandbox, &name).await;
    batch.add(people(1)).await.unwrap();
    // Its process ends with this runtime thread. Here, its requests and heartbeats simply stop.
    let dying = crate::dying::Dying::default();
    let mut run =
        dying.open(engine, &sandbox, &name, (LEASE, HEARTBEAT)).await.run().await.unwrap();
    while !matches!(run.next().await, Some(BatchEvent::Launched { .. })) {}
    let mut other = batch.run().await.unwrap();
    tokio::time::sleep(Duration::from_millis(137 * round)).await;
    dying.die();
    let died = Instant::now();
    loop {
        match other.next().await.unwrap() {
            BatchEvent::Ended { .. } => break,
            BatchEvent::RunEnded(end) => panic!("{end:?}"),
            _ => {}
        }
    }
    died.elapsed()
}

async fn the_jobs_of_a_dead_worker_are_read_within_lease_heartbeat_and_read(engine: Engine) {
    let mut times = Vec::new();
    for round in 0..12 {
        times.push(failover(&engine, round).await);
    }
    times.sort_unstable();
    let p95 = times[times.len() * 95 / 100];
    eprintln!("{}: failover p50 {:?}, p95 {p95:?}", engine.name, times[times.len() / 2]);
    assert!(p95 <= LEASE + HEARTBEAT + SECOND, "{times:?}");
}
