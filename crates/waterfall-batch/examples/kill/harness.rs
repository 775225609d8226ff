//! Starts the server and the processes, and kills them.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use waterfall::ContactQuery;
use waterfall_batch::{Batch, InputRow};
use waterfall_sandbox::{Endpoint, Fault, FaultRule, JobTime, RateLimit, Sandbox};

use crate::check::{Report, check};
use crate::child::{LEASE, Settings};
use crate::postgres_server::PostgresServer;
use crate::{EngineName, Options};

/// The minimum number of open rows, so that a kill always hits work.
const OPEN: u64 = 60;
const ADDED: u64 = 100;

/// The time between kills, in milliseconds.
const PAUSE: std::ops::Range<u64> = 60..350;

const LONGEST: Duration = Duration::from_secs(120);

/// A worker process, and the thread that reads its output.
struct Process {
    child: Child,
    reader: thread::JoinHandle<()>,
}

impl Process {
    fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.reader.join();
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args([signal, &pid]).status();
    }
}

/// Runs all kills. Returns `None` if the engine is not installed.
pub(crate) fn run(options: &Options, child_arguments: &[&str]) -> Option<Report> {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let (_server, journal) = match options.engine {
        EngineName::Sqlite => (None, folder.path().join("journal").display().to_string()),
        EngineName::Postgres => {
            let server = PostgresServer::start()?;
            let url = server.database("kill");
            (Some(server), url)
        }
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let report = runtime.block_on(kills(options, journal, child_arguments));
    Some(report.expect("the harness can use the journal"))
}

async fn kills(
    options: &Options,
    journal: String,
    child_arguments: &[&str],
) -> Result<Report, Box<dyn std::error::Error>> {
    let late = |fault| FaultRule::new(fault, 0.4).on(Endpoint::Launch);
    let sandbox = Sandbox::builder()
        .job_time(JobTime::Fixed(Duration::from_millis(100)))
        .rate_limit(RateLimit::unlimited())
        .fault_rule(late(Fault::DelayResponse(Duration::from_millis(30))))
        .fault_rule(late(Fault::DelayRequest(Duration::from_millis(30))))
        .build();
    let server = sandbox.listen(0).await?;
    let settings = Settings { url: server.url(), journal, re_enqueue: options.re_enqueue };
    let batch = settings.open().await?;
    let acknowledged = Arc::new(Mutex::new(HashSet::new()));
    let start = || start(&settings, child_arguments, &acknowledged);
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut processes: Vec<Process> = Vec::new();
    let (began, mut killed, mut paused) = (Instant::now(), 0, 0);
    while killed + paused < options.kills {
        while processes.len() < options.workers {
            processes.push(start()?);
        }
        supply(&batch).await?;
        tokio::time::sleep(Duration::from_millis(random.u64(PAUSE))).await;
        let victim = processes.swap_remove(random.usize(..processes.len()));
        if random.f64() < options.pauses {
            paused += 1;
            victim.signal("-STOP");
            tokio::time::sleep(LEASE + Duration::from_millis(random.u64(100..1_000))).await;
            victim.signal("-CONT");
            processes.push(victim);
        } else {
            killed += 1;
            victim.kill();
        }
    }
    while processes.len() < options.workers {
        processes.push(start()?);
    }
    finish(&batch).await?;
    processes.into_iter().for_each(Process::kill);
    let acknowledged = acknowledged.lock().clone();
    let mut report = check(&batch, &sandbox, &acknowledged).await?;
    report.engine = format!("{:?}, {} workers", options.engine, options.workers);
    (report.kills, report.pauses) = (killed, paused);
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

fn start(
    settings: &Settings,
    arguments: &[&str],
    acknowledged: &Arc<Mutex<HashSet<u64>>>,
) -> std::io::Result<Process> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).envs(settings.to_env());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().expect("it is piped");
    let acknowledged = acknowledged.clone();
    let reader = thread::spawn(move || {
        let (mut stdout, mut line) = (BufReader::new(stdout), String::new());
        while stdout.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            // A line that the kill cut off has no line end.
            let row = line.strip_prefix("ended ").and_then(|row| row.strip_suffix('\n'));
            if let Some(row) = row.and_then(|row| row.parse().ok()) {
                acknowledged.lock().insert(row);
            }
            line.clear();
        }
    });
    Ok(Process { child, reader })
}

/// Adds rows if few are left.
async fn supply(batch: &Batch) -> Result<(), Box<dyn std::error::Error>> {
    let status = batch.status().await?;
    if status.open() < OPEN {
        let first = status.batch.rows;
        let rows = (first..first + ADDED).map(|number| {
            InputRow::launch(&ContactQuery::email(format!("person{number}@acme.com")))
        });
        batch.add(rows).await?;
    }
    Ok(())
}

/// Waits until no row can change any more.
async fn finish(batch: &Batch) -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    while batch.status().await?.open() > 0 && began.elapsed() < LONGEST {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
