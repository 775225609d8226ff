//! Tests of attempts to launch rows and their outcomes.

use std::collections::HashSet;

use waterfall_batch::{
    BatchId, Delivered, DeliveryRecord, Event, Fence, IntentToken, Intention, JobKey, JobResult,
    Limits, Outcome, Record, RowState, Usd, Verdict,
};

use super::{LONG, SHORT, batch_of, begin, bury, job, launched, record, result, state, worker};
use crate::engines::{Engine, on_every_engine};

on_every_engine![
    a_row_is_launched_read_and_exported,
    the_first_pending_row_is_next_and_each_is_taken_once,
    a_launch_that_was_not_acted_on_is_repeated,
    a_refused_launch_ends_the_row,
    a_late_id_settles_a_doubt,
    a_late_refusal_is_noted_and_settles_nothing,
    a_delivery_comes_before_the_response_of_its_launch,
    a_delivery_is_found_by_its_job_and_reported_to_the_owner,
    a_doubt_is_launched_again_only_with_consent,
    an_expired_job_is_replaced_by_a_late_delivery,
    a_row_that_is_retried_ignores_its_earlier_attempts,
    an_intent_is_looked_up_by_its_token,
];

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
    // Storing the result again changes nothing, and does not count the price twice.
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
    assert_eq!((status.recent_results, status.recent_since), (1, row.ended_at));
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
    // An ID of the first attempt belongs to it, regardless of its origin.
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

async fn a_late_id_settles_a_doubt(engine: Engine) {
    let batch = batch_of(&engine, 1).await;
    let (dead, other) = (worker(&engine, SHORT).await, worker(&engine, LONG).await);
    // The lease of the worker has ended, so a worker with a longer lease replaces it until it dies.
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
    assert_eq!(spent, Usd::from_micros(100_000), "it is paid for once");
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
