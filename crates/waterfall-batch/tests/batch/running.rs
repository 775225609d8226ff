//! Tests of complete runs against the mock server, in virtual time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;
use waterfall::webhook::Verifier;
use waterfall::webhook::testing::Signer;
use waterfall::{Client, Clock, ContactQuery};
use waterfall_batch::{
    Account, AccountReport, Batch, BatchEvent, BatchOptions, Delivered, DoubtCount, Halt, InputRow,
    Limits, Outcome, ROW_KEY, RowState, RunEnd, Usd,
};
use waterfall_sandbox::{Endpoint, Fault, FaultRule, JobTime, Sandbox};

use crate::engines::{Engine, on_every_engine_in_virtual_time};

on_every_engine_in_virtual_time![
    every_row_ends_and_is_launched_once,
    a_run_that_is_stopped_continues_and_reads_first,
    a_run_that_is_dropped_loses_nothing,
    several_workers_share_the_rows_and_the_budget,
    a_limit_ends_the_run_after_its_launches_have_results,
    a_stop_of_the_batch_ends_every_run,
    a_row_that_the_api_refuses_does_not_stop_the_others,
    a_refused_key_ends_the_run_before_it_costs_anything,
    a_lost_response_is_a_doubt_that_waits_for_consent,
    many_doubts_in_a_row_end_the_run,
    a_delivery_ends_a_row_without_a_read,
    a_job_that_is_no_longer_known_has_expired,
    what_passes_is_repeated,
    a_job_that_never_ends_is_left_to_the_next_run,
    signed_deliveries_are_stored_before_they_are_acknowledged,
    the_account_counts_how_many_doubts_were_launched,
    a_key_that_is_refused_while_reading_ends_the_run,
];

const SECOND: Duration = Duration::from_secs(1);

fn client(sandbox: &Sandbox) -> Client {
    let builder = Client::builder().api_key("test").transport(sandbox.transport());
    builder.clock(Clock::tokio()).build().unwrap()
}

fn options() -> BatchOptions {
    BatchOptions::new("batch").clock(Clock::tokio())
}

async fn open(engine: &Engine, sandbox: &Sandbox, options: BatchOptions) -> Batch {
    Batch::open_shared(client(sandbox), engine.journal.clone(), options).await.unwrap()
}

fn people(count: usize) -> impl Iterator<Item = InputRow<waterfall::ContactEnrichment>> {
    (0..count).map(|number| {
        let query = ContactQuery::email(format!("person{number}@acme.com"))
            .custom_field("crm", format!("id {number}"));
        InputRow::launch(&query).raw(format!("{number};line\r\n"))
    })
}

async fn with_people(engine: &Engine, sandbox: &Sandbox, count: usize) -> Batch {
    let batch = open(engine, sandbox, options()).await;
    batch.add(people(count)).await.unwrap();
    batch.seal().await.unwrap();
    batch
}

/// Returns the number of launches of each address.
fn launches(sandbox: &Sandbox) -> HashMap<String, usize> {
    let mut launches = HashMap::new();
    for launched in sandbox.launches() {
        let body: Value = serde_json::to_value(&launched.body).unwrap();
        *launches.entry(body["email"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    launches
}

async fn rows(batch: &Batch) -> Vec<waterfall_batch::ExportRow> {
    let (mut export, mut rows) = (batch.export(), Vec::new());
    while let Some(row) = export.next().await.unwrap() {
        rows.push(row);
    }
    rows
}

async fn every_row_ends_and_is_launched_once(engine: Engine) {
    let sandbox = Sandbox::new();
    let batch = with_people(&engine, &sandbox, 30).await;
    let again = open(&engine, &sandbox, options()).await;
    assert_eq!(again.id(), batch.id());
    let (mut run, mut ended, mut launched) = (batch.run().await.unwrap(), HashSet::new(), 0);
    let mut last = None;
    while let Some(event) = run.next().await {
        match event {
            BatchEvent::Ended { row, outcome, job, .. } => {
                assert!(matches!(outcome, Outcome::Found | Outcome::NotFound));
                assert!(job.is_some() && ended.insert(row), "row {row} ended twice");
            }
            BatchEvent::Launched { .. } => launched += 1,
            BatchEvent::RunEnded(end) => last = Some(end),
            _ => {}
        }
    }
    assert!(matches!(last, Some(RunEnd::Complete)), "{last:?}");
    assert_eq!((ended.len(), launched), (30, 30));
    assert!(launches(&sandbox).values().all(|count| *count == 1));
    let status = batch.status().await.unwrap();
    assert_eq!((status.count(RowState::Done), status.open()), (30, 0));
    assert!(status.batch.spent > Usd::ZERO && status.batch.balance.is_some());
    let rows = rows(&batch).await;
    assert_eq!(rows.len(), 30);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row.raw, format!("{number};line\r\n").as_bytes());
        let body = String::from_utf8(row.body.clone().unwrap()).unwrap();
        assert!(!body.contains(ROW_KEY), "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let fields = &body["input"]["task"]["custom_fields"];
        assert_eq!(*fields, serde_json::json!({ "crm": format!("id {number}") }));
        assert_eq!((row.attempts, row.http_status), (1, Some(200)));
    }
    // A complete batch causes no further cost.
    let requests = sandbox.requests_total();
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(sandbox.requests_total(), requests);
}

/// Runs until a number of rows is launched.
async fn run_until_launched(batch: &Batch, count: usize) -> waterfall_batch::Run {
    let (mut run, mut launched) = (batch.run().await.unwrap(), 0);
    while launched < count {
        match run.next().await.unwrap() {
            BatchEvent::Launched { .. } => launched += 1,
            BatchEvent::RunEnded(end) => panic!("{end:?}"),
            _ => {}
        }
    }
    run
}

async fn a_run_that_is_stopped_continues_and_reads_first(engine: Engine) {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(SECOND * 30)).build();
    let batch = with_people(&engine, &sandbox, 20).await;
    let run = run_until_launched(&batch, 5).await;
    run.stop();
    assert!(matches!(run.finish().await, RunEnd::Stopped));
    let launched = batch.status().await.unwrap().count(RowState::Launched);
    assert!((5..15).contains(&launched), "{launched}");
    assert_eq!(sandbox.launches().len() as u64, launched);
    let before = sandbox.requests().len();
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    let requests = sandbox.requests();
    let (mut read, mut unread) = (HashSet::new(), launched);
    for request in &requests[before..] {
        if request.endpoint == Endpoint::Find && read.insert(request.job_id) {
            unread = unread.saturating_sub(1);
        }
        let is_launch = request.endpoint == Endpoint::Launch;
        assert!(!is_launch || unread == 0, "launched with {unread} jobs unread");
    }
    assert!(launches(&sandbox).values().all(|count| *count == 1));
    assert_eq!(launches(&sandbox).len(), 20);
}

async fn a_run_that_is_dropped_loses_nothing(engine: Engine) {
    let sandbox = Sandbox::new();
    let batch = with_people(&engine, &sandbox, 20).await;
    drop(run_until_launched(&batch, 5).await);
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(batch.doubts().await.unwrap(), []);
    assert!(launches(&sandbox).values().all(|count| *count == 1));
    assert_eq!(launches(&sandbox).len(), 20);
}

async fn several_workers_share_the_rows_and_the_budget(engine: Engine) {
    let sandbox = Sandbox::builder().rate_limit(40).build();
    let mut runs = tokio::task::JoinSet::new();
    let first = with_people(&engine, &sandbox, 60).await;
    for _ in 0..3 {
        let options = options().rate_limit(40, SECOND * 60);
        let batch = open(&engine, &sandbox, options).await;
        runs.spawn(async move { batch.run().await.unwrap().finish().await });
    }
    while let Some(end) = runs.join_next().await {
        assert!(matches!(end, Ok(RunEnd::Complete)), "{end:?}");
    }
    assert!(sandbox.requests().iter().all(|request| request.status.is_some_and(|it| it != 429)));
    assert!(launches(&sandbox).values().all(|count| *count == 1));
    assert_eq!(first.status().await.unwrap().count(RowState::Done), 60);
}

async fn a_limit_ends_the_run_after_its_launches_have_results(engine: Engine) {
    let sandbox = Sandbox::new();
    with_people(&engine, &sandbox, 20).await;
    let limited = options().limits(Limits::default().max_launches(7));
    let batch = open(&engine, &sandbox, limited).await;
    let end = batch.run().await.unwrap().finish().await;
    assert!(matches!(end, RunEnd::Halted(Halt::MaxLaunches)), "{end:?}");
    let status = batch.status().await.unwrap();
    assert_eq!((status.count(RowState::Done), status.count(RowState::Pending)), (7, 13));
    assert_eq!(sandbox.launches().len(), 7);
    let limited = options().limits(Limits::default().max_spend(status.batch.spent));
    let batch = open(&engine, &sandbox, limited).await;
    let end = batch.run().await.unwrap().finish().await;
    assert!(matches!(end, RunEnd::Halted(Halt::MaxSpend)), "{end:?}");
    assert_eq!(sandbox.launches().len(), 7);
}

async fn a_stop_of_the_batch_ends_every_run(engine: Engine) {
    let sandbox = Sandbox::new();
    let batch = with_people(&engine, &sandbox, 100).await;
    let run = run_until_launched(&batch, 3).await;
    batch.stop().await.unwrap();
    let end = run.finish().await;
    assert!(matches!(end, RunEnd::Stopped), "{end:?}");
    assert!(sandbox.launches().len() < 60);
    assert!(batch.status().await.unwrap().batch.is_stopped);
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(launches(&sandbox).len(), 100);
}

async fn a_row_that_the_api_refuses_does_not_stop_the_others(engine: Engine) {
    let sandbox = Sandbox::new();
    sandbox.fault_next(Endpoint::Launch, Fault::status(400));
    let batch = with_people(&engine, &sandbox, 5).await;
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    let rows = rows(&batch).await;
    assert_eq!((rows[0].outcome, rows[0].http_status), (Some(Outcome::Refused), Some(400)));
    assert!(rows[0].detail.is_some());
    assert_eq!(batch.retry_failed().await.unwrap(), 1);
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(launches(&sandbox).len(), 5);
}

async fn a_refused_key_ends_the_run_before_it_costs_anything(engine: Engine) {
    let sandbox = Sandbox::builder().accept_key("another").build();
    let batch = with_people(&engine, &sandbox, 5).await;
    let end = batch.run().await.unwrap().finish().await;
    let RunEnd::Refused(error) = end else { panic!("{end:?}") };
    assert!(matches!(error.status().map(|it| it.as_u16()), Some(401 | 403)), "{error}");
    assert_eq!(sandbox.requests_total(), 1);
    let status = batch.status().await.unwrap();
    assert_eq!((status.count(RowState::Pending), status.batch.launches), (5, 0));
}

async fn a_lost_response_is_a_doubt_that_waits_for_consent(engine: Engine) {
    let sandbox = Sandbox::new();
    sandbox.fault_next(Endpoint::Launch, Fault::Reset { processed: true });
    let batch = with_people(&engine, &sandbox, 5).await;
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    let doubts = batch.doubts().await.unwrap();
    assert_eq!((doubts.len(), doubts[0].fence.row), (1, 0));
    assert!(!doubts[0].is_harmless());
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(sandbox.launches().len(), 5, "nothing is launched twice without consent");
    assert_eq!(batch.consent(&doubts).await.unwrap(), 1);
    assert_eq!(batch.consent(&doubts).await.unwrap(), 0);
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(launches(&sandbox)["person0@acme.com"], 2);
    assert_eq!(batch.status().await.unwrap().count(RowState::Done), 5);
}

async fn many_doubts_in_a_row_end_the_run(engine: Engine) {
    let rule = FaultRule::new(Fault::status(503), 1.0);
    let sandbox = Sandbox::builder().fault_rule(rule).build();
    with_people(&engine, &sandbox, 50).await;
    let batch = open(&engine, &sandbox, options().max_doubts(3)).await;
    let end = batch.run().await.unwrap().finish().await;
    assert!(matches!(end, RunEnd::TooManyDoubts(_)), "{end:?}");
    assert_eq!(batch.doubts().await.unwrap().len(), 3);
}

async fn a_delivery_ends_a_row_without_a_read(engine: Engine) {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(SECOND * 20)).build();
    with_people(&engine, &sandbox, 3).await;
    let batch = open(&engine, &sandbox, options().expects_deliveries(true)).await;
    let mut run = run_until_launched(&batch, 3).await;
    for launched in sandbox.launches() {
        let fields = &serde_json::to_value(&launched.body).unwrap()["custom_fields"];
        let body = serde_json::json!({
            "status": "SUCCEEDED",
            "input": { "task": { "job_id": launched.job_id, "custom_fields": fields } },
            "output": { "person": { "title": "CFO" }, "usage": { "total_usd": 0.1 } },
        });
        let delivered = batch.deliver(body.to_string().as_bytes()).await.unwrap();
        assert!(matches!(delivered, Delivered::Recorded(..)), "{delivered:?}");
    }
    let (mut ended, mut last) = (0, None);
    while let Some(event) = run.next().await {
        match event {
            BatchEvent::Ended { outcome: Outcome::Found, cost, .. } => {
                assert_eq!(cost, Some(Usd::from_micros(100_000)));
                ended += 1;
            }
            BatchEvent::RunEnded(end) => last = Some(end),
            _ => {}
        }
    }
    assert!(matches!(last, Some(RunEnd::Complete)), "{last:?}");
    assert_eq!(ended, 3);
    assert!(sandbox.requests().iter().all(|request| request.endpoint == Endpoint::Launch));
    assert!(rows(&batch).await.iter().all(|row| !contains(row.body.as_ref(), ROW_KEY)));
    for body in ["", "{}", r#"{"status":"RUNNING"}"#, r#"{"status":"SUCCEEDED"}"#] {
        assert_eq!(batch.deliver(body.as_bytes()).await.unwrap(), Delivered::Unknown);
    }
}

fn contains(body: Option<&Vec<u8>>, text: &str) -> bool {
    body.is_some_and(|body| String::from_utf8_lossy(body).contains(text))
}

async fn a_job_that_is_no_longer_known_has_expired(engine: Engine) {
    let sandbox =
        Sandbox::builder().job_time(JobTime::Fixed(SECOND * 60)).job_expiry(SECOND * 300).build();
    let batch = with_people(&engine, &sandbox, 3).await;
    let run = run_until_launched(&batch, 3).await;
    run.stop();
    assert!(matches!(run.finish().await, RunEnd::Stopped));
    tokio::time::sleep(SECOND * 1_000).await;
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    for row in rows(&batch).await {
        assert_eq!((row.outcome, row.http_status), (Some(Outcome::Expired), Some(404)));
    }
    assert_eq!(sandbox.launches().len(), 3);
}

async fn what_passes_is_repeated(engine: Engine) {
    let sandbox = Sandbox::new();
    sandbox.fault_next(Endpoint::Launch, Fault::status(429));
    sandbox.fault_next(Endpoint::Find, Fault::status(503));
    sandbox.fault_next(Endpoint::Find, Fault::status(429));
    sandbox.fault_next(Endpoint::Find, Fault::Reset { processed: true });
    let batch = with_people(&engine, &sandbox, 5).await;
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    let rows = rows(&batch).await;
    assert!(rows.iter().all(|row| row.state == RowState::Done && row.http_status == Some(200)));
    assert_eq!(rows[0].attempts, 2);
    assert_eq!(batch.status().await.unwrap().batch.launches, 5);
    assert!(launches(&sandbox).values().all(|count| *count == 1));
}

async fn a_job_that_never_ends_is_left_to_the_next_run(engine: Engine) {
    let sandbox = Sandbox::new();
    let options = || options().max_wait(SECOND * 120);
    let batch = open(&engine, &sandbox, options()).await;
    let endless = ContactQuery::email("jane.doe@acme.com").custom_field("sandbox", "state=RUNNING");
    batch.add([InputRow::launch(&endless)]).await.unwrap();
    for _ in 0..2 {
        let end = batch.run().await.unwrap().finish().await;
        assert!(matches!(end, RunEnd::StillRunning), "{end:?}");
        let status = batch.status().await.unwrap();
        assert_eq!(status.count(RowState::Launched), 1);
    }
    assert_eq!(sandbox.launches().len(), 1);
}

async fn signed_deliveries_are_stored_before_they_are_acknowledged(engine: Engine) {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(SECOND * 20)).build();
    with_people(&engine, &sandbox, 1).await;
    let batch = open(&engine, &sandbox, options().expects_deliveries(true)).await;
    let run = run_until_launched(&batch, 1).await;
    let signer = Signer::new("test-key").clock(Clock::tokio());
    let receiver = batch.receiver(Verifier::new(signer.key_set()).clock(Clock::tokio()));
    let launched = sandbox.launches().remove(0);
    let body = serde_json::json!({
        "status": "SUCCEEDED",
        "start_date": "2026-03-02T09:00:00Z",
        "input": { "task": { "job_id": launched.job_id } },
        "output": { "person": { "title": "CFO" } },
    })
    .to_string();
    let forged = receiver.receive(&waterfall::HeaderMap::new(), body.clone()).await;
    assert!(!forged.status().is_success());
    assert_eq!(batch.status().await.unwrap().count(RowState::Done), 0);
    for _ in 0..2 {
        let outcome = receiver.receive(&signer.headers(&body), body.clone()).await;
        assert!(outcome.status().is_success(), "{outcome:?}");
    }
    assert!(matches!(run.finish().await, RunEnd::Complete));
    assert_eq!(rows(&batch).await[0].outcome, Some(Outcome::Found));
}

/// Counts launches like the account.
#[derive(Debug)]
struct Counting(Sandbox);

impl Account for Counting {
    fn read(&self) -> waterfall::BoxFuture<'_, Result<AccountReport, waterfall::BoxError>> {
        let mut report = AccountReport::default();
        report.launches = Some(100 + self.0.launches_total());
        report.period = Some("2026-03-01".to_owned());
        report.balance = Some(Usd::from_micros(7_000_000));
        Box::pin(async { Ok(report) })
    }
}

async fn the_account_counts_how_many_doubts_were_launched(engine: Engine) {
    let sandbox = Sandbox::new();
    with_people(&engine, &sandbox, 6).await;
    let batch = open(&engine, &sandbox, options().account(Counting(sandbox.clone()))).await;
    // The doubt of the first run was not launched; that of the second run was.
    sandbox.fault_next(Endpoint::Launch, Fault::Reset { processed: false });
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(batch.doubts().await.unwrap().len(), 1);
    assert_eq!(batch.count_doubts().await.unwrap(), DoubtCount::NoneLaunched);
    sandbox.fault_next(Endpoint::Launch, Fault::Reset { processed: true });
    batch.consent(&batch.doubts().await.unwrap()).await.unwrap();
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(batch.doubts().await.unwrap().len(), 1);
    assert_eq!(batch.count_doubts().await.unwrap(), DoubtCount::Launched(1));
    let limits = Limits::default().stop_below_balance(Usd::from_micros(8_000_000));
    let options = options().account(Counting(sandbox.clone())).limits(limits);
    let batch = open(&engine, &sandbox, options).await;
    batch.consent(&batch.doubts().await.unwrap()).await.unwrap();
    let end = batch.run().await.unwrap().finish().await;
    assert!(matches!(end, RunEnd::Halted(Halt::LowBalance)), "{end:?}");
}

async fn a_key_that_is_refused_while_reading_ends_the_run(engine: Engine) {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(SECOND * 30)).build();
    let batch = with_people(&engine, &sandbox, 10).await;
    let run = run_until_launched(&batch, 10).await;
    run.stop();
    assert!(matches!(run.finish().await, RunEnd::Stopped));
    sandbox.fault_next(Endpoint::Find, Fault::status(401));
    let before = sandbox.requests_total();
    let end = batch.run().await.unwrap().finish().await;
    assert!(matches!(end, RunEnd::Refused(_)), "{end:?}");
    assert!(sandbox.requests_total() - before < 8);
    assert!(matches!(batch.run().await.unwrap().finish().await, RunEnd::Complete));
    assert_eq!(sandbox.launches().len(), 10);
}
