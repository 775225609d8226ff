//! Tests of workers, their leases, and shared data.

use std::time::Duration;

use job_polling::limiter::{Limit, LimitPolicy, RequestOutcome};
use waterfall::Client;
use waterfall_batch::{
    AccountRecord, Event, Halt, Heartbeat, IntentToken, Intention, KeyHash, Limits, NewWorker,
    Outcome, PermitAnswer, PermitId, PermitRequest, ProcessIdentity, Record, RowState, Usd,
    WorkerId,
};

use super::{LONG, SHORT, batch_of, begin, bury, job, launched, record, result, state, worker};
use crate::engines::{Engine, on_every_engine};

on_every_engine![
    a_dead_worker_leaves_doubts_and_jobs_to_others,
    a_worker_has_the_identity_of_its_process,
    limits_are_exact_for_several_workers,
    an_ended_lease_is_never_renewed,
    a_budget_is_shared_by_all_workers,
];

async fn a_dead_worker_leaves_doubts_and_jobs_to_others(engine: Engine) {
    let batch = batch_of(&engine, 4).await;
    let (dying, other) = (worker(&engine, LONG).await, worker(&engine, LONG).await);
    let first = launched(&engine, batch, dying).await;
    let second = launched(&engine, batch, dying).await;
    let third = begin(&engine, batch, dying).await;
    let fourth = begin(&engine, batch, other).await;
    assert_eq!(bury(&engine).await.workers, 0);
    let buried = engine.journal.leave(dying).await.unwrap();
    assert_eq!((buried.workers, buried.doubts, buried.released), (1, 1, 2));
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

async fn a_worker_has_the_identity_of_its_process(engine: Engine) {
    let mut named = NewWorker::here();
    named.process = Some(ProcessIdentity::new("boot pid:[1]", 4_711));
    let mut unnamed = NewWorker::here();
    unnamed.process = None;
    let named = engine.journal.register(named, LONG).await.unwrap();
    let unnamed = engine.journal.register(unnamed, LONG).await.unwrap();
    let workers = engine.journal.workers().await.unwrap();
    let process = |id| workers.iter().find(|worker| worker.id == id).unwrap().process.clone();
    assert_eq!(process(named), Some(ProcessIdentity::new("boot pid:[1]", 4_711)));
    assert_eq!(process(unnamed), None);
    engine.journal.leave(named).await.unwrap();
    let left = engine.journal.workers().await.unwrap();
    assert_eq!(left.iter().map(|worker| worker.id).collect::<Vec<_>>(), [unnamed]);
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
    // A launch that the API did not act on does not count.
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
