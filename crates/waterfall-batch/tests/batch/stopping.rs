//! Tests of stopping a batch: what ends and what remains.

use std::time::Duration;

use tokio::time::Instant;
use waterfall::{Client, Clock, ContactQuery};
use waterfall_batch::{Batch, BatchEvent, BatchOptions, InputRow, RowState, RunEnd};
use waterfall_sandbox::{JobTime, Sandbox};

use crate::engines::{Engine, on_every_engine_in_virtual_time};

on_every_engine_in_virtual_time![a_stop_does_not_wait_for_jobs];

const HOUR: Duration = Duration::from_secs(3_600);

/// Within seconds, as the documentation states.
const SOON: Duration = Duration::from_secs(10);

async fn a_stop_does_not_wait_for_jobs(engine: Engine) {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(HOUR)).build();
    let client = Client::builder().api_key("test").transport(sandbox.transport());
    let client = client.clock(Clock::tokio()).build().unwrap();
    let options = BatchOptions::new("batch").clock(Clock::tokio());
    let batch = Batch::open_shared(client, engine.journal.clone(), options).await.unwrap();
    let people = (0..3).map(|number| format!("person{number}@acme.com"));
    batch.add(people.map(|email| InputRow::launch(&ContactQuery::email(email)))).await.unwrap();
    let mut run = batch.run().await.unwrap();
    let mut launched = 0;
    while launched < 3 {
        match run.next().await.unwrap() {
            BatchEvent::Launched { .. } => launched += 1,
            BatchEvent::RunEnded(end) => panic!("{end}"),
            _ => {}
        }
    }
    let stopped = Instant::now();
    batch.stop().await.unwrap();
    let end = run.finish().await;
    assert!(matches!(end, RunEnd::Stopped), "{end:?}");
    assert!(stopped.elapsed() <= SOON, "{:?}", stopped.elapsed());
    assert_eq!(batch.status().await.unwrap().count(RowState::Launched), 3);
}
