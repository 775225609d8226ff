//! Tests of a batch of jobs other than contact enrichments.

use std::time::Duration;

use waterfall::{Client, Clock, PhoneEnrichment, PhoneQuery};
use waterfall_batch::{
    Batch, BatchError, BatchEvent, BatchOptions, InputRow, Outcome, RowState, RunEnd,
};
use waterfall_sandbox::{JobTime, Sandbox};

use crate::engines::{Engine, on_every_engine_in_virtual_time};

on_every_engine_in_virtual_time![a_batch_of_phones_is_resumed_and_exported, a_batch_has_one_kind,];

const ROWS: usize = 6;

async fn open(engine: &Engine, sandbox: &Sandbox) -> Batch<PhoneEnrichment> {
    let client = Client::builder().api_key("test").transport(sandbox.transport());
    let client = client.clock(Clock::tokio()).build().unwrap();
    let options = BatchOptions::new("phones").clock(Clock::tokio());
    Batch::open_shared(client, engine.journal.clone(), options).await.unwrap()
}

fn people() -> impl Iterator<Item = InputRow<PhoneEnrichment>> {
    (0..ROWS).map(|number| {
        // The last row is a duplicate of the first.
        let number = number % (ROWS - 1);
        InputRow::launch(&PhoneQuery::linkedin(format!("jane-zzdoe-{number}")))
    })
}

async fn a_batch_of_phones_is_resumed_and_exported(engine: Engine) {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(Duration::from_secs(30))).build();
    let batch = open(&engine, &sandbox).await;
    let added = batch.add(people()).await.unwrap();
    assert_eq!((added.pending, added.duplicates), (5, 1));
    batch.seal().await.unwrap();
    let mut run = batch.run().await.unwrap();
    let mut launched = 0;
    while launched < 3 {
        match run.next().await.unwrap() {
            BatchEvent::Launched { job, .. } => {
                assert!(job.is_of::<PhoneEnrichment>(), "{job}");
                launched += 1;
            }
            BatchEvent::RunEnded(end) => panic!("{end}"),
            _ => {}
        }
    }
    run.stop();
    assert!(matches!(run.finish().await, RunEnd::Stopped));

    // The second run reads the jobs of the first run, which it knows only from the journal.
    let mut run = open(&engine, &sandbox).await.run().await.unwrap();
    while let Some(event) = run.next().await {
        match event {
            BatchEvent::Ended { job, .. } => assert!(job.unwrap().is_of::<PhoneEnrichment>()),
            BatchEvent::RunEnded(end) => assert!(matches!(end, RunEnd::Complete), "{end}"),
            _ => {}
        }
    }
    assert_eq!(sandbox.launches_total(), 5);
    let mut export = batch.export();
    for number in 0..ROWS {
        let row = export.next().await.unwrap().unwrap();
        if number == ROWS - 1 {
            assert_eq!((row.state, row.duplicate_of), (RowState::Skipped, Some(0)));
            continue;
        }
        assert!(matches!(row.outcome, Some(Outcome::Found | Outcome::NotFound)), "{row:?}");
        let job = row.job.unwrap();
        assert!(job.to_string().starts_with("phone/"), "{job}");
        assert_eq!(batch.row(row.row).await.unwrap().unwrap().job, Some(job));
        assert!(row.body.is_some());
    }
    assert_eq!(batch.row(ROWS as u64).await.unwrap(), None);
}

async fn a_batch_has_one_kind(engine: Engine) {
    let sandbox = Sandbox::new();
    open(&engine, &sandbox).await;
    let client = Client::builder().api_key("test").transport(sandbox.transport());
    let client = client.clock(Clock::tokio()).build().unwrap();
    let options = BatchOptions::new("phones").clock(Clock::tokio());
    let other = <Batch>::open_shared(client, engine.journal.clone(), options).await;
    assert!(matches!(other, Err(BatchError::OtherKind { stored }) if stored == "phone_enrichment"));
}
