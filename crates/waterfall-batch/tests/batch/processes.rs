//! Tests of three processes with one key. The window of the limit is short, so that a simulated
//! hour takes a minute.

use std::collections::HashMap;
use std::env;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use waterfall::{Client, ContactQuery, PollPolicy};
use waterfall_batch::{
    Batch, BatchOptions, InputRow, Journal, PostgresJournal, RunEnd, SqliteJournal,
};
use waterfall_sandbox::{Fault, FaultRule, JobTime, RateLimit, Sandbox};

use crate::postgres_server::PostgresServer;

const URL: &str = "WATERFALL_PROCESSES_URL";
const JOURNAL: &str = "WATERFALL_PROCESSES_JOURNAL";

const LIMIT: u32 = 50;
const WINDOW: Duration = Duration::from_secs(1);
const PROCESSES: usize = 3;

/// Approximately a launch and two reads.
const REQUESTS_PER_ROW: usize = 3;

async fn open(url: &str, journal: &str) -> Batch {
    let journal: Arc<dyn Journal> = match journal.starts_with("postgres:") {
        true => Arc::new(PostgresJournal::open(journal).await.unwrap()),
        false => Arc::new(SqliteJournal::open(journal).await.unwrap()),
    };
    let client = Client::builder().api_key("test").base_url(url).build().unwrap();
    let policy: PollPolicy = "fixed:1".parse().unwrap();
    let options = BatchOptions::new("batch").rate_limit(LIMIT, WINDOW).poll_policy(policy);
    Batch::open_shared(client, journal, options).await.unwrap()
}

/// Not a test: the others run this function in separate processes.
#[tokio::test]
async fn child_process() {
    let (Ok(url), Ok(journal)) = (env::var(URL), env::var(JOURNAL)) else { return };
    let end = open(&url, &journal).await.run().await.unwrap().finish().await;
    assert!(matches!(end, RunEnd::Complete), "{end}");
}

fn start(url: &str, journal: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "processes::child_process", "--nocapture"]);
    command.env(URL, url).env(JOURNAL, journal);
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
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

async fn share(journal: &str, windows: usize) {
    let late = |fault| FaultRule::new(fault, 0.3);
    let millis = Duration::from_millis;
    let sandbox = Sandbox::builder()
        .job_time(JobTime::Fixed(millis(500)))
        // The server refuses requests beyond the limit, and the test counts them as well.
        .rate_limit(RateLimit::per_minute(LIMIT).with_interval(WINDOW))
        .fault_rule(late(Fault::DelayRequest(millis(100))))
        .fault_rule(late(Fault::DelayResponse(millis(100))))
        .build();
    let server = sandbox.listen(0).await.unwrap();
    let rows = windows * LIMIT as usize / REQUESTS_PER_ROW;
    let people = (0..rows)
        .map(|number| InputRow::launch(&ContactQuery::email(format!("person{number}@acme.com"))));
    open(&server.url(), journal).await.add(people).await.unwrap();
    let began = Instant::now();
    let processes: Vec<Child> = (0..PROCESSES).map(|_| start(&server.url(), journal)).collect();
    for process in processes {
        let ended = tokio::task::spawn_blocking(move || process.wait_with_output());
        assert!(ended.await.unwrap().unwrap().status.success());
    }
    let requests = sandbox.requests();
    let refused = requests.iter().filter(|request| request.refused).count();
    let most = most_in_a_window(&sandbox);
    let passed = began.elapsed().as_secs_f64() / WINDOW.as_secs_f64();
    eprintln!("{} requests in {passed:.1} windows, at most {most} in one", requests.len());
    assert_eq!((refused, most.max(LIMIT as usize)), (0, LIMIT as usize));
    let mut launches: HashMap<String, usize> = HashMap::new();
    for launched in sandbox.launches() {
        *launches.entry(launched.body["email"].to_string()).or_default() += 1;
    }
    assert!(launches.len() == rows && launches.values().all(|count| *count == 1));
}

async fn share_on_every_engine(windows: usize) {
    let folder = tempfile::tempdir().unwrap();
    share(&folder.path().join("batch.journal").display().to_string(), windows).await;
    let Some(server) = PostgresServer::start() else { return };
    share(&server.database("processes"), windows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_on_one_key_stay_within_its_limit() {
    share_on_every_engine(4).await;
}

/// `cargo nextest run -p waterfall-batch --run-ignored only -E 'test(for_an_hour)'`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes two minutes; a short version runs always"]
async fn three_processes_on_one_key_stay_within_its_limit_for_an_hour() {
    share_on_every_engine(60).await;
}
