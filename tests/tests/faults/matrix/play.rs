//! Plays rows without a socket, on a paused clock.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::{sleep, timeout};
use waterfall::Client;
use waterfall_sandbox::Fault;

use super::outcome::{Observed, Played, check_passing};
use super::stage::{Lasting, Stage, faults, query, sandbox};
use super::table::{Call, Row};

const JOB_TIME: Duration = Duration::from_secs(5);

pub(super) fn all(rows: Vec<Row>) -> Vec<(Row, Observed)> {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let mut played = Vec::new();
    for row in rows {
        let observed = runtime.block_on(play(&row));
        played.push((row, observed));
    }
    played
}

fn stage() -> Stage {
    let sandbox = sandbox(JOB_TIME);
    let transport = sandbox.transport().without_key();
    Stage::new(sandbox, Client::builder().transport(transport), 5)
}

async fn play_once(row: &Row, faults: &[Fault], lasting: Lasting) -> Played {
    let stage = stage();
    let job = stage.prepare(row.call).await;
    stage.befall(row.call, faults, lasting);
    let launched = stage.sandbox.launches().len();
    let played = stage.play(row.call, job).await;
    played.check(row);
    // All background work has ended by then.
    sleep(Duration::from_secs(600)).await;
    let jobs = stage.sandbox.launches().len() - launched;
    assert_eq!(jobs, played.jobs, "{} {:?}, later", row.fault, row.call);
    played
}

async fn play(row: &Row) -> Observed {
    let faults = faults(&row.fault);
    let always = play_once(row, &faults, Lasting::Always).await;
    let once = play_once(row, &faults, Lasting::Once).await;
    check_passing(row, &always, &once);
    let (mut launches, mut jobs) = (0, 0);
    if row.call == Call::Launch {
        let abandoned = abandoned(row, &faults, &always).await;
        (launches, jobs) = (3, always.jobs + once.jobs + abandoned);
    }
    Observed { columns: always.columns(row, true), text: always.text(), launches, jobs }
}

/// Drops a launch in flight. Returns the number of jobs that it started. Each one with a known ID
/// is an orphan.
async fn abandoned(row: &Row, faults: &[Fault], always: &Played) -> usize {
    let stage = stage();
    let slow = [&[Fault::DelayResponse(Duration::from_secs(1))], faults].concat();
    stage.befall(row.call, &slow, Lasting::Once);
    let launch = stage.client.launch(query());
    let ended = timeout(Duration::from_millis(500), launch).await;
    assert!(ended.is_err(), "{} was not in flight", row.fault);
    sleep(Duration::from_secs(600)).await;
    let (jobs, sent) = (stage.sandbox.launches().len(), stage.sandbox.requests().len());
    assert!(jobs <= 1 && sent <= 1, "{}, dropped: {jobs} jobs of {sent} requests", row.fault);
    let is_known = match &always.ended {
        Ok(_) => true,
        Err(error) => error.job_id().is_some(),
    };
    let orphans = stage.orphans.load(Ordering::Relaxed);
    assert_eq!(orphans, usize::from(is_known), "{}, dropped: {jobs} jobs", row.fault);
    jobs
}
