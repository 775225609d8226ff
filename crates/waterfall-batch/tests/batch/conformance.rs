//! What every journal has to do, by its methods alone.

use std::collections::HashSet;
use std::time::Duration;

use job_polling::limiter::{Limit, LimitPolicy, RequestOutcome};
use uuid::Uuid;
use waterfall::{Client, JobId};
use waterfall_batch::{
    AccountRecord, BatchId, Buried, Counter, Delivered, DeliveryRecord, Event, Fence, Halt,
    Heartbeat, IntentToken, Intention, JobKey, JobResult, JournalErrorKind, KeyHash, Limits,
    NewBatch, NewRow, NewWorker, Outcome, PermitAnswer, PermitId, PermitRequest, Record, Recorded,
    RowContent, RowState, Usd, Verdict, WorkerId,
};

use crate::engines::{Engine, on_every_engine};

const LONG: Duration = Duration::from_secs(3_600);
const SHORT: Duration = Duration::from_millis(1);

on_every_engine![
    a_batch_is_found_by_its_name,
    rows_are_added_once_and_duplicates_are_not_launched,
    an_interrupted_import_continues,
    a_row_is_launched_read_and_exported,
    the_first_pending_row_is_next_and_each_is_taken_once,
    a_launch_that_was_not_acted_on_is_repeated,
    a_refused_launch_ends_the_row,
    a_dead_worker_leaves_doubts_and_jobs_to_others,
    a_late_id_settles_a_doubt,
    a_late_refusal_is_noted_and_settles_nothing,
    a_delivery_comes_before_the_response_of_its_launch,
    a_delivery_is_found_by_its_job_and_reported_to_the_owner,
    a_doubt_is_launched_again_only_with_consent,
    an_expired_job_is_replaced_by_a_late_delivery,
    a_row_that_is_retried_ignores_its_earlier_attempts,
    limits_are_exact_for_several_workers,
    an_ended_lease_is_never_renewed,
    an_intent_is_looked_up_by_its_token,
    a_budget_is_shared_by_all_workers,
    the_account_is_stored_and_its_first_counter_stays,
    a_stopped_batch_launches_nothing,
    a_forgotten_batch_is_gone,
    pages_are_in_input_order_and_complete,
    unknown_batches_and_rows_are_conflicts,
];

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

/// Lets the lease of a worker end that has a short one.
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

async fn a_batch_is_found_by_its_name(engine: Engine) {
    let mut new = NewBatch::new("contacts", "contact_enrichment");
    (new.input, new.settings) = (Some("abc".to_owned()), "{}".to_owned());
    let first = engine.journal.open_batch(new.clone()).await.unwrap();
    new.settings = "other".to_owned();
    let again = engine.journal.open_batch(new).await.unwrap();
    assert_eq!(first, again);
    assert_eq!((again.input.as_deref(), &*again.settings), (Some("abc"), "{}"));
    engine.journal.open_batch(NewBatch::new("others", "phone_enrichment")).await.unwrap();
    let names = engine.journal.batches().await.unwrap();
    assert_eq!(names.iter().map(|batch| &*batch.name).collect::<Vec<_>>(), ["contacts", "others"]);
}

async fn rows_are_added_once_and_duplicates_are_not_launched(engine: Engine) {
    let batch = batch_of(&engine, 3).await;
    let skip = RowContent::Skip { why: Outcome::Invalid, detail: Some("no at sign".to_owned()) };
    let rows = vec![launch(1), NewRow::new("bad", skip), launch(7), launch(7)];
    let added = engine.journal.add_rows(batch, 3, rows).await.unwrap();
    assert_eq!((added.pending, added.duplicates, added.skipped), (1, 2, 1));
    let page = engine.journal.page(batch, 3, 10).await.unwrap();
    assert_eq!(page[0].duplicate_of, Some(1));
    assert_eq!(page[0].state.outcome, Some(Outcome::Duplicate));
    assert_eq!(page[0].raw, b"row 1");
    assert_eq!(page[1].state.outcome, Some(Outcome::Invalid));
    assert_eq!(page[1].detail.as_deref(), Some("no at sign"));
    assert_eq!((page[2].state.state, page[3].duplicate_of), (RowState::Pending, Some(5)));
    let status = engine.journal.status(batch).await.unwrap();
    assert_eq!((status.count(RowState::Pending), status.count(RowState::Skipped)), (4, 3));
    assert_eq!((status.batch.rows, status.open()), (7, 4));
}

async fn an_interrupted_import_continues(engine: Engine) {
    let batch = batch_of(&engine, 2).await;
    // The response to the first call was lost, so it is repeated with more.
    let added = engine.journal.add_rows(batch, 0, (0..5).map(launch).collect()).await.unwrap();
    assert_eq!((added.pending, added.duplicates), (3, 0));
    let error = engine.journal.add_rows(batch, 9, vec![launch(9)]).await.unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Conflict);
    engine.journal.seal(batch, true).await.unwrap();
    let status = engine.journal.status(batch).await.unwrap();
    assert_eq!((status.batch.rows, status.batch.is_sealed), (5, true));
}

async fn a_row_is_launched_read_and_exported(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    let fence = launched(&engine, batch, me).await;
    assert_eq!((fence.row, fence.attempt), (0, 1));
    let event = Event::Finished { attempt: 1, outcome: Outcome::Found };
    let mut finished = Record::new(batch, 0, event);
    let mut response = result(10);
    response.balance = Some(Usd::from_micros(99_500_000));
    response.detail = Some("as it was".to_owned());
    finished.result = Some(response.clone());
    let recorded = engine.journal.record(finished.clone()).await.unwrap();
    assert_eq!(recorded.row.outcome, Some(Outcome::Found));
    // Storing it again changes nothing, and does not count the price twice.
    let again = engine.journal.record(finished).await.unwrap();
    assert_eq!((again.verdict, again.row), (Verdict::Noted, recorded.row));
    let row = engine.journal.page(batch, 0, 1).await.unwrap().remove(0);
    let stored = row.result.unwrap();
    assert_eq!((stored.http_status, &stored.body), (200, &response.body));
    assert_eq!((stored.cost, stored.detail), (response.cost, response.detail));
    assert_eq!(row.state.job, Some(job(1)));
    assert!(row.ended_at.is_some());
    let status = engine.journal.status(batch).await.unwrap();
    assert_eq!((status.outcome(Outcome::Found), status.open()), (1, 0));
    assert_eq!((status.batch.launches, status.batch.confirmed), (1, 1));
    assert_eq!(status.batch.spent, Usd::from_micros(100_000));
    assert_eq!(status.batch.balance, response.balance);
}

async fn the_first_pending_row_is_next_and_each_is_taken_once(engine: Engine) {
    let batch = batch_of(&engine, 40).await;
    let workers = [worker(&engine, LONG).await, worker(&engine, LONG).await];
    assert_eq!(begin(&engine, batch, workers[0]).await.row, 0);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..39 {
        let (journal, worker) = (engine.journal.clone(), workers[number % 2]);
        tasks.spawn(async move {
            journal.intend(batch, worker, IntentToken::random(), Limits::default()).await
        });
    }
    let mut rows = HashSet::from([0]);
    while let Some(done) = tasks.join_next().await {
        let Intention::Begun { fence, request } = done.unwrap().unwrap() else { panic!() };
        assert!(rows.insert(fence.row), "row {} was taken twice", fence.row);
        let text = String::from_utf8(request).unwrap();
        assert_eq!(text, format!(r#"{{"email":"person{}@acme.com"}}"#, fence.row));
    }
    let token = IntentToken::random();
    let last = engine.journal.intend(batch, workers[0], token, Limits::default()).await.unwrap();
    assert!(matches!(last, Intention::NothingPending));
}

async fn a_launch_that_was_not_acted_on_is_repeated(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    let fence = begin(&engine, batch, me).await;
    record(&engine, fence, Event::NotLaunched { attempt: 1 }).await;
    let again = record(&engine, fence, Event::NotLaunched { attempt: 1 }).await;
    assert_eq!(again.verdict, Verdict::Noted);
    assert_eq!(engine.journal.status(batch).await.unwrap().batch.launches, 0);
    let next = begin(&engine, batch, me).await;
    assert_eq!((next.row, next.attempt), (0, 2));
    // An id of the first attempt, however that came about, belongs to it.
    let late = record(&engine, fence, Event::Launched { attempt: 1, job: job(7) }).await;
    assert_eq!((late.verdict, late.row.state), (Verdict::Noted, RowState::Launching));
}

async fn a_refused_launch_ends_the_row(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    let fence = begin(&engine, batch, me).await;
    let mut refused = Record::new(batch, fence.row, Event::Refused { attempt: 1 });
    let mut response = JobResult::new(400, b"{}".to_vec());
    response.detail = Some("email: not allowed".to_owned());
    refused.result = Some(response);
    engine.journal.record(refused).await.unwrap();
    let row = engine.journal.page(batch, 0, 1).await.unwrap().remove(0);
    assert_eq!(row.state.outcome, Some(Outcome::Refused));
    assert_eq!(row.result.unwrap().detail.as_deref(), Some("email: not allowed"));
    assert_eq!(engine.journal.status(batch).await.unwrap().batch.launches, 0);
}

async fn a_dead_worker_leaves_doubts_and_jobs_to_others(engine: Engine) {
    let batch = batch_of(&engine, 4).await;
    let (dying, other) = (worker(&engine, LONG).await, worker(&engine, LONG).await);
    let first = launched(&engine, batch, dying).await;
    let second = launched(&engine, batch, dying).await;
    let third = begin(&engine, batch, dying).await;
    let fourth = begin(&engine, batch, other).await;
    assert_eq!(bury(&engine).await.workers, 0);
    engine.journal.leave(dying).await.unwrap();
    for (fence, expected) in [
        (first, RowState::Launched),
        (second, RowState::Launched),
        (third, RowState::InDoubt),
        (fourth, RowState::Launching),
    ] {
        assert_eq!(state(&engine, fence).await, expected, "row {}", fence.row);
    }
    assert_eq!(engine.journal.claim(batch, dying, 10).await.unwrap(), []);
    let claimed = engine.journal.claim(batch, other, 1).await.unwrap();
    assert_eq!((claimed[0].fence, claimed[0].job), (first, job(1)));
    let claimed = engine.journal.claim(batch, other, 10).await.unwrap();
    assert_eq!(claimed.iter().map(|row| row.fence).collect::<Vec<_>>(), [second]);
    assert_eq!(engine.journal.claim(batch, other, 10).await.unwrap(), []);
    let doubts = engine.journal.doubts(batch, 0, 10).await.unwrap();
    assert_eq!(doubts.len(), 1);
    assert_eq!(doubts[0].fence, third);
    let buried = doubts[0].worker.as_ref().unwrap();
    assert_eq!((buried.id, buried.pid, buried.is_buried), (dying, std::process::id(), true));
    assert_eq!(engine.journal.doubts(batch, third.row + 1, 10).await.unwrap(), []);
    let status = engine.journal.status(batch).await.unwrap();
    assert!(status.oldest_doubt.is_some() && status.oldest_launched.is_some());
    assert_eq!(status.workers.len(), 2);
}

async fn a_late_id_settles_a_doubt(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let (dead, other) = (worker(&engine, SHORT).await, worker(&engine, LONG).await);
    // Its lease has ended, so a worker of a longer one stands for it until it dies.
    let fence = begin(&engine, batch, other).await;
    engine.journal.leave(other).await.unwrap();
    assert_eq!(state(&engine, fence).await, RowState::InDoubt);
    let event = Event::Launched { attempt: 1, job: job(1) };
    assert_eq!(record(&engine, fence, event).await.row.state, RowState::Launched);
    assert_eq!(record(&engine, fence, event).await.verdict, Verdict::Noted);
    let third = worker(&engine, LONG).await;
    assert_eq!(engine.journal.claim(batch, third, 10).await.unwrap().len(), 1);
    assert_eq!(bury(&engine).await.workers, 1, "{dead}");
}

async fn a_late_refusal_is_noted_and_settles_nothing(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    let fence = begin(&engine, batch, me).await;
    engine.journal.leave(me).await.unwrap();
    let late = record(&engine, fence, Event::NotLaunched { attempt: 1 }).await;
    assert_eq!((late.verdict, late.row.state), (Verdict::Noted, RowState::InDoubt));
    let doubts = engine.journal.doubts(batch, 0, 10).await.unwrap();
    assert!(doubts[0].end.is_some_and(|end| end.is_harmless()), "{doubts:?}");
    assert_eq!(engine.journal.status(batch).await.unwrap().batch.launches, 0);
}

fn delivery(fence: Option<Fence>, job: Option<JobKey>) -> DeliveryRecord {
    let mut delivery = DeliveryRecord::new(Outcome::Found, result(10));
    (delivery.fence, delivery.job) = (fence, job);
    delivery
}

async fn a_delivery_comes_before_the_response_of_its_launch(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    let fence = begin(&engine, batch, me).await;
    let delivered = engine.journal.deliver(delivery(Some(fence), Some(job(1)))).await.unwrap();
    let Delivered::Recorded(to, recorded) = delivered else { panic!() };
    assert_eq!((to, recorded.row.state), (fence, RowState::Done));
    let late = record(&engine, fence, Event::Launched { attempt: 1, job: job(1) }).await;
    assert_eq!((late.verdict, late.row.outcome), (Verdict::Noted, Some(Outcome::Found)));
    let again = engine.journal.deliver(delivery(Some(fence), Some(job(1)))).await.unwrap();
    assert!(matches!(again, Delivered::Recorded(_, it) if it.verdict == Verdict::Noted));
    let spent = engine.journal.status(batch).await.unwrap().batch.spent;
    assert_eq!(spent, Usd::from_micros(100_000), "it is paid once");
    let elsewhere = Fence::new(BatchId::random(), 0, 1);
    let unknown = engine.journal.deliver(delivery(Some(elsewhere), None)).await.unwrap();
    assert_eq!(unknown, Delivered::Unknown);
}

async fn a_delivery_is_found_by_its_job_and_reported_to_the_owner(engine: Engine) {
    let batch = batch_of(&engine, 2).await;
    let me = worker(&engine, LONG).await;
    let fence = launched(&engine, batch, me).await;
    assert_eq!(engine.journal.ended_elsewhere(batch, me).await.unwrap(), []);
    let delivered = engine.journal.deliver(delivery(None, Some(job(1)))).await.unwrap();
    assert!(matches!(delivered, Delivered::Recorded(to, _) if to == fence));
    let ended = engine.journal.ended_elsewhere(batch, me).await.unwrap();
    assert_eq!((ended.len(), ended[0].row, ended[0].cost), (1, 0, Some(Usd::from_micros(100_000))));
    assert_eq!(ended[0].state.outcome, Some(Outcome::Found));
    assert_eq!(engine.journal.ended_elsewhere(batch, me).await.unwrap(), []);
    for unknown in [delivery(None, Some(job(99))), delivery(None, None)] {
        assert_eq!(engine.journal.deliver(unknown).await.unwrap(), Delivered::Unknown);
    }
}

async fn a_doubt_is_launched_again_only_with_consent(engine: Engine) {
    let batch = batch_of(&engine, 2).await;
    let me = worker(&engine, LONG).await;
    let fences = [begin(&engine, batch, me).await, begin(&engine, batch, me).await];
    for fence in fences {
        let mut doubt = Record::new(batch, fence.row, Event::Doubt { attempt: 1 });
        doubt.detail = Some("timed out".to_owned());
        engine.journal.record(doubt).await.unwrap();
    }
    let token = IntentToken::random();
    let next = engine.journal.intend(batch, me, token, Limits::default()).await.unwrap();
    assert!(matches!(next, Intention::NothingPending), "{next:?}");
    let doubts = engine.journal.doubts(batch, 0, 10).await.unwrap();
    assert_eq!(doubts[0].detail.as_deref(), Some("timed out"));
    let stale = record(&engine, fences[0], Event::Consent { attempt: 2 }).await;
    assert_eq!(stale.verdict, Verdict::Rejected);
    record(&engine, fences[0], Event::Consent { attempt: 1 }).await;
    record(&engine, fences[1], Event::GiveUp { attempt: 1 }).await;
    let again = begin(&engine, batch, me).await;
    assert_eq!((again.row, again.attempt), (0, 2));
    assert_eq!(state(&engine, fences[1]).await, RowState::Done);
    let status = engine.journal.status(batch).await.unwrap();
    assert_eq!(status.batch.launches, 3, "doubts count as launches");
    assert_eq!(status.batch.confirmed, 0);
}

async fn an_expired_job_is_replaced_by_a_late_delivery(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    let fence = launched(&engine, batch, me).await;
    let event = Event::Finished { attempt: 1, outcome: Outcome::Expired };
    let mut expired = Record::new(batch, 0, event);
    expired.result = Some(JobResult::new(404, b"{}".to_vec()));
    engine.journal.record(expired).await.unwrap();
    let late = engine.journal.deliver(delivery(Some(fence), Some(job(1)))).await.unwrap();
    assert!(matches!(late, Delivered::Recorded(_, it) if it.row.outcome == Some(Outcome::Found)));
    let row = engine.journal.page(batch, 0, 1).await.unwrap().remove(0);
    assert_eq!(row.result.unwrap().http_status, 200);
    let spent = engine.journal.status(batch).await.unwrap().batch.spent;
    assert_eq!(spent, Usd::from_micros(100_000));
}

async fn a_row_that_is_retried_ignores_its_earlier_attempts(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    let fence = launched(&engine, batch, me).await;
    let event = Event::Finished { attempt: 1, outcome: Outcome::Failed };
    record(&engine, fence, event).await;
    record(&engine, fence, Event::Retry { attempt: 1 }).await;
    let late = engine.journal.deliver(delivery(Some(fence), Some(job(1)))).await.unwrap();
    assert!(matches!(late, Delivered::Recorded(_, it) if it.row.state == RowState::Pending));
    assert_eq!(begin(&engine, batch, me).await.attempt, 2);
}

async fn limits_are_exact_for_several_workers(engine: Engine) {
    let batch = batch_of(&engine, 30).await;
    let workers = [worker(&engine, LONG).await, worker(&engine, LONG).await];
    let limits = Limits::default().max_launches(7);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (journal, worker) = (engine.journal.clone(), workers[number % 2]);
        tasks.spawn(
            async move { journal.intend(batch, worker, IntentToken::random(), limits).await },
        );
    }
    let (mut begun, mut halted) = (Vec::new(), 0);
    while let Some(done) = tasks.join_next().await {
        match done.unwrap().unwrap() {
            Intention::Begun { fence, .. } => begun.push(fence),
            Intention::Halted(Halt::MaxLaunches) => halted += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((begun.len(), halted), (7, 13));
    // One that was not acted on does not count.
    record(&engine, begun[0], Event::NotLaunched { attempt: 1 }).await;
    let intend = |limits| engine.journal.intend(batch, workers[0], IntentToken::random(), limits);
    assert!(matches!(intend(limits).await.unwrap(), Intention::Begun { .. }));
    let event = Event::Finished { attempt: 1, outcome: Outcome::Found };
    record(&engine, begun[1], Event::Launched { attempt: 1, job: job(1) }).await;
    let mut finished = Record::new(batch, begun[1].row, event);
    finished.result = Some(result(100));
    engine.journal.record(finished).await.unwrap();
    let spend = Limits::default().max_spend(Usd::from_micros(1_000_000));
    assert!(matches!(intend(spend).await.unwrap(), Intention::Halted(Halt::MaxSpend)));
    let mut account = AccountRecord::default();
    account.balance = Some(Usd::from_micros(4_000_000));
    engine.journal.set_account(batch, account).await.unwrap();
    let least = Limits::default().stop_below_balance(Usd::from_micros(5_000_000));
    assert!(matches!(intend(least).await.unwrap(), Intention::Halted(Halt::LowBalance)));
}

async fn an_ended_lease_is_never_renewed(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let (brief, other) = (worker(&engine, SHORT).await, worker(&engine, LONG).await);
    let renewed = engine.journal.heartbeat(other, LONG).await.unwrap();
    assert!(matches!(renewed, Heartbeat::Renewed { workers } if workers >= 1));
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(engine.journal.heartbeat(brief, LONG).await.unwrap(), Heartbeat::Ended);
    let token = IntentToken::random();
    let late = engine.journal.intend(batch, brief, token, Limits::default()).await.unwrap();
    assert!(matches!(late, Intention::LeaseEnded));
    assert_eq!(engine.journal.bury_dead().await.unwrap().workers, 1);
    assert_eq!(engine.journal.bury_dead().await.unwrap().workers, 0);
    engine.journal.leave(other).await.unwrap();
    assert_eq!(engine.journal.heartbeat(other, LONG).await.unwrap(), Heartbeat::Ended);
    let unknown = WorkerId::random();
    assert_eq!(engine.journal.heartbeat(unknown, LONG).await.unwrap(), Heartbeat::Ended);
}

async fn an_intent_is_looked_up_by_its_token(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let (me, token) = (worker(&engine, LONG).await, IntentToken::random());
    assert_eq!(engine.journal.intent(token).await.unwrap(), None);
    engine.journal.intend(batch, me, token, Limits::default()).await.unwrap();
    let found = engine.journal.intent(token).await.unwrap();
    assert_eq!(found, Some(Fence::new(batch, 0, 1)));
    engine.journal.leave(me).await.unwrap();
    assert_eq!(engine.journal.intent(token).await.unwrap(), found, "it is in doubt");
}

fn granted(answer: PermitAnswer) -> Option<PermitId> {
    match answer {
        PermitAnswer::Granted(permit, _) => Some(permit),
        _ => None,
    }
}

async fn a_budget_is_shared_by_all_workers(engine: Engine) {
    let (one, other) = (client("wf_0123"), client("wf_0124"));
    let (key, other) = (KeyHash::of(&one), KeyHash::of(&other));
    let request = |key, me, requests| {
        let mut request = PermitRequest::new(key, me, LONG);
        request.policy = LimitPolicy::AtMost(Limit::new(requests, LONG));
        request
    };
    let mut permits = Vec::new();
    for _ in 0..2 {
        let me = worker(&engine, LONG).await;
        permits.push(granted(engine.journal.take_permit(request(key, me, 40)).await.unwrap()));
        let answer = engine.journal.take_permit(request(other, me, 40)).await.unwrap();
        assert!(granted(answer).is_some());
    }
    let [Some(first), Some(second)] = permits[..] else { panic!("{permits:?}") };
    assert_ne!(first, second);
    let me = worker(&engine, LONG).await;
    let full = engine.journal.take_permit(request(key, me, 2)).await.unwrap();
    assert!(granted(full).is_none(), "{full:?}");
    engine.journal.end_permit(key, first, RequestOutcome::NotSent).await.unwrap();
    let answer = engine.journal.take_permit(request(key, me, 40)).await.unwrap();
    assert!(granted(answer).is_some());
}

fn client(key: &str) -> Client {
    Client::new(key).unwrap()
}

async fn the_account_is_stored_and_its_first_counter_stays(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    for counted in [10, 20] {
        let mut account = AccountRecord::default();
        account.balance = Some(Usd::from_micros(counted));
        account.counter = Some(Counter::new("2026-03", counted as u64, 3));
        engine.journal.set_account(batch, account).await.unwrap();
    }
    engine.journal.set_account(batch, AccountRecord::default()).await.unwrap();
    let stored = engine.journal.status(batch).await.unwrap().batch;
    assert_eq!(stored.balance, Some(Usd::from_micros(20)));
    assert_eq!(stored.counter, Some(Counter::new("2026-03", 10, 3)));
}

async fn a_stopped_batch_launches_nothing(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let me = worker(&engine, LONG).await;
    engine.journal.set_stopped(batch, true).await.unwrap();
    let intend = || engine.journal.intend(batch, me, IntentToken::random(), Limits::default());
    assert!(matches!(intend().await.unwrap(), Intention::Halted(Halt::Stopped)));
    assert!(engine.journal.status(batch).await.unwrap().batch.is_stopped);
    engine.journal.set_stopped(batch, false).await.unwrap();
    assert!(matches!(intend().await.unwrap(), Intention::Begun { .. }));
}

async fn a_forgotten_batch_is_gone(engine: Engine) {
    let batch = batch_of(&engine, 3).await;
    let other = engine.journal.open_batch(NewBatch::new("other", "kind")).await.unwrap().id;
    engine.journal.add_rows(other, 0, vec![launch(1)]).await.unwrap();
    let me = worker(&engine, LONG).await;
    launched(&engine, batch, me).await;
    engine.journal.forget(batch).await.unwrap();
    let error = engine.journal.status(batch).await.unwrap_err();
    assert_eq!(error.kind(), JournalErrorKind::Conflict);
    assert_eq!(engine.journal.page(other, 0, 10).await.unwrap().len(), 1);
    let replacement = batch_of(&engine, 1).await;
    assert_ne!(replacement, batch);
}

async fn pages_are_in_input_order_and_complete(engine: Engine) {
    let batch = batch_of(&engine, 25).await;
    let me = worker(&engine, LONG).await;
    launched(&engine, batch, me).await;
    let mut rows = Vec::new();
    loop {
        let page = engine.journal.page(batch, rows.len() as u64, 10).await.unwrap();
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), (0..25).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.raw == format!("row {}", row.row).as_bytes()));
    assert_eq!(rows[0].state.owner, Some(me));
}

async fn unknown_batches_and_rows_are_conflicts(engine: Engine) {
    let (unknown, me) = (BatchId::random(), worker(&engine, LONG).await);
    let journal = &engine.journal;
    let kinds = [
        journal.status(unknown).await.unwrap_err().kind(),
        journal.page(unknown, 0, 1).await.unwrap_err().kind(),
        journal.seal(unknown, true).await.unwrap_err().kind(),
        journal.set_stopped(unknown, true).await.unwrap_err().kind(),
        journal.forget(unknown).await.unwrap_err().kind(),
        journal.add_rows(unknown, 0, Vec::new()).await.unwrap_err().kind(),
        journal.claim(unknown, me, 1).await.unwrap_err().kind(),
        journal
            .intend(unknown, me, IntentToken::random(), Limits::default())
            .await
            .unwrap_err()
            .kind(),
    ];
    assert_eq!(kinds, [JournalErrorKind::Conflict; 8]);
    let batch = batch_of(&engine, 1).await;
    let record = Record::new(batch, 5, Event::Retry { attempt: 1 });
    assert_eq!(journal.record(record).await.unwrap_err().kind(), JournalErrorKind::Conflict);
}
