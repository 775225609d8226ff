//! The requirements for every journal, tested through its methods alone.

mod attempts;
mod batches;
mod workers;

use std::time::Duration;

use uuid::Uuid;
use waterfall::JobId;
use waterfall_batch::{
    BatchId, Buried, Event, Fence, IntentToken, Intention, JobKey, JobResult, Limits, NewBatch,
    NewRow, NewWorker, Record, Recorded, RowContent, RowState, Usd, WorkerId,
};

use crate::engines::Engine;

const LONG: Duration = Duration::from_secs(3_600);
const SHORT: Duration = Duration::from_millis(1);

fn job(number: u128) -> JobKey {
    JobId::from(Uuid::from_u128(number)).into()
}

fn launch(number: u64) -> NewRow {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&number.to_be_bytes());
    let request = format!(r#"{{"email":"person{number}@acme.com"}}"#).into_bytes();
    NewRow::new(format!("row {number}"), RowContent::Launch { key, request })
}

async fn batch_of(engine: &Engine, rows: u64) -> BatchId {
    let batch = engine.journal.open_batch(NewBatch::new("batch", "contact_enrichment")).await;
    let id = batch.unwrap().id;
    let rows = (0..rows).map(launch).collect();
    engine.journal.add_rows(id, 0, rows).await.unwrap();
    id
}

async fn worker(engine: &Engine, lease: Duration) -> WorkerId {
    engine.journal.register(NewWorker::here(), lease).await.unwrap()
}

async fn begin(engine: &Engine, batch: BatchId, worker: WorkerId) -> Fence {
    let token = IntentToken::random();
    let intention = engine.journal.intend(batch, worker, token, Limits::default()).await.unwrap();
    match intention {
        Intention::Begun { fence, .. } => fence,
        other => panic!("{other:?} on {}", engine.name),
    }
}

async fn record(engine: &Engine, fence: Fence, event: Event) -> Recorded {
    engine.journal.record(Record::new(fence.batch, fence.row, event)).await.unwrap()
}

async fn launched(engine: &Engine, batch: BatchId, worker: WorkerId) -> Fence {
    let fence = begin(engine, batch, worker).await;
    let event = Event::Launched { attempt: fence.attempt, job: job(u128::from(fence.row) + 1) };
    assert_eq!(record(engine, fence, event).await.row.state, RowState::Launched);
    fence
}

/// Waits for the end of the lease of a worker with a short one.
async fn bury(engine: &Engine) -> Buried {
    tokio::time::sleep(Duration::from_millis(20)).await;
    engine.journal.bury_dead().await.unwrap()
}

fn result(cents: i64) -> JobResult {
    let mut result = JobResult::new(200, br#"{"status":"SUCCEEDED"}"#.to_vec());
    result.cost = Some(Usd::from_micros(cents * 10_000));
    result
}

async fn state(engine: &Engine, fence: Fence) -> RowState {
    engine.journal.page(fence.batch, fence.row, 1).await.unwrap()[0].state.state
}
