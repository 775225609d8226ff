//! A process ends before or after each commit and each request. The tests check the state of its
//! row. The table is the same for every journal, for a process that is restarted, and for others
//! that take over.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use waterfall::{
    BoxFuture, Client, Clock, ContactQuery, Method, Request, Response, Transport, TransportError,
};
use waterfall_batch::{Batch, BatchOptions, InputRow, Journal, JournalError, RunEnd};
use waterfall_sandbox::{JobTime, Sandbox, SandboxTransport};

use crate::engines::Engine;
use crate::hooked::{Hook, Hooked};
use crate::postgres_server::PostgresServer;

const POINTS: [&str; 6] =
    ["take_permit", "intend", "send launch", "record launched", "send read", "record finished"];

/// The points at which the process ends.
#[derive(Debug, Clone, Copy)]
struct Point {
    name: &'static str,
    after: bool,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", if self.after { "after" } else { "before" }, self.name)
    }
}

/// A process that does nothing more after it has reached a point.
struct Process {
    point: Point,
    is_dead: AtomicBool,
    died: Notify,
}

impl Process {
    async fn at(&self, name: &str, after: bool) {
        if !self.is_dead.load(Ordering::SeqCst) {
            if name != self.point.name || after != self.point.after {
                return;
            }
            self.is_dead.store(true, Ordering::SeqCst);
            self.died.notify_one();
        }
        pending::<()>().await;
    }
}

impl Hook for Process {
    fn before<'a>(
        &'a self,
        _: &'a dyn Journal,
        name: &'static str,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            self.at(name, false).await;
            Ok(())
        })
    }

    fn after<'a>(
        &'a self,
        _: &'a dyn Journal,
        name: &'static str,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            self.at(name, true).await;
            Ok(())
        })
    }
}

/// The requests of a process.
struct Requests {
    inner: SandboxTransport,
    process: Arc<Process>,
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Requests")
    }
}

impl Transport for Requests {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let is_launch = *request.http.method() == Method::POST;
            let name = if is_launch { "send launch" } else { "send read" };
            self.process.at(name, false).await;
            let response = self.inner.execute(request).await;
            self.process.at(name, true).await;
            response
        })
    }
}

/// The length of leases, and their clock.
#[derive(Clone)]
struct Timing {
    lease: Duration,
    heartbeat: Duration,
    timeout: Duration,
    clock: Clock,
}

impl Timing {
    fn in_virtual_time() -> Self {
        let seconds = Duration::from_secs;
        let (lease, heartbeat, timeout) = (seconds(60), seconds(10), seconds(30));
        Self { lease, heartbeat, timeout, clock: Clock::tokio() }
    }

    fn in_real_time() -> Self {
        let millis = Duration::from_millis;
        let (lease, heartbeat, timeout) = (millis(4_000), millis(300), millis(2_000));
        Self { lease, heartbeat, timeout, clock: Clock::system() }
    }

    async fn open(
        &self,
        name: &str,
        transport: impl Transport,
        journal: Arc<dyn Journal>,
    ) -> Batch {
        let client = Client::builder().api_key(name).transport(transport);
        let client = client.timeout(self.timeout).clock(self.clock.clone()).build().unwrap();
        let options = BatchOptions::new(name)
            .lease(self.lease)
            .heartbeat(self.heartbeat)
            .clock(self.clock.clone())
            .rate_limit(10_000, Duration::from_secs(60));
        Batch::open_shared(client, journal, options).await.unwrap()
    }
}

fn person(number: usize) -> InputRow<waterfall::ContactEnrichment> {
    InputRow::launch(&ContactQuery::email(format!("person{number}@acme.com")))
}

/// Returns the state of the first row, and the number of its launches.
async fn first_row(batch: &Batch, sandbox: &Sandbox) -> String {
    let row = batch.export().next().await.unwrap().unwrap();
    let launched = |it: &waterfall_sandbox::Launched| it.body["email"] == "person0@acme.com";
    let launches = sandbox.launches().iter().filter(|it| launched(it)).count();
    format!("{} ({launches})", row.state)
}

async fn run_to_its_end(batches: Vec<Batch>) {
    let mut runs = tokio::task::JoinSet::new();
    for batch in batches {
        runs.spawn(async move { batch.run().await.unwrap().finish().await });
    }
    while let Some(end) = runs.join_next().await {
        assert!(matches!(end, Ok(RunEnd::Complete)), "{end:?}");
    }
}

/// Returns the states of the row of a process that ended at a point: immediately, after others have
/// done what they can, and after the operator's consent.
async fn crash(journal: Arc<dyn Journal>, timing: Timing, point: Point, others: usize) -> String {
    let sandbox = Sandbox::builder()
        .job_time(JobTime::Fixed(Duration::from_millis(200)))
        .rate_limit(10_000)
        .build();
    let name = format!("{point} {others}").replace(' ', "_");
    let (is_dead, died) = (AtomicBool::new(false), Notify::new());
    let process = Arc::new(Process { point, is_dead, died });
    let hooked = Arc::new(Hooked::new(journal.clone(), process.clone()));
    let requests = Requests { inner: sandbox.transport(), process: process.clone() };
    let dying = timing.open(&name, requests, hooked).await;
    dying.add([person(0)]).await.unwrap();
    let run = dying.run().await.unwrap();
    process.died.notified().await;
    let batch = timing.open(&name, sandbox.transport(), journal.clone()).await;
    let at_once = first_row(&batch, &sandbox).await;
    batch.add((1..4).map(person)).await.unwrap();
    let mut others_of_it = Vec::new();
    for _ in 0..others {
        others_of_it.push(timing.open(&name, sandbox.transport(), journal.clone()).await);
    }
    run_to_its_end(others_of_it).await;
    let finally = first_row(&batch, &sandbox).await;
    let doubts = batch.doubts().await.unwrap();
    batch.consent(&doubts).await.unwrap();
    let again = timing.open(&name, sandbox.transport(), journal).await;
    run_to_its_end(vec![again]).await;
    let consented = first_row(&batch, &sandbox).await;
    drop(run);
    format!("{point:<24} {at_once:<14} {finally:<14} {consented}", point = point.to_string())
}

async fn table(journal: Arc<dyn Journal>, timing: Timing, others: usize) -> String {
    let mut scenarios = tokio::task::JoinSet::new();
    let points =
        POINTS.into_iter().flat_map(|name| [false, true].map(|after| Point { name, after }));
    for (index, point) in points.enumerate() {
        let (journal, timing) = (journal.clone(), timing.clone());
        scenarios.spawn(async move { (index, crash(journal, timing, point, others).await) });
    }
    let mut rows = scenarios.join_all().await;
    rows.sort_unstable();
    let head = "the process ends         at once        finally        with consent\n";
    rows.into_iter().fold(head.to_owned(), |table, (_, row)| table + row.trim_end() + "\n")
}

macro_rules! in_virtual_time {
    ($($name:ident: $engine:expr, $others:expr;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let engine: Engine = $engine.await;
            let table = table(engine.journal.clone(), Timing::in_virtual_time(), $others).await;
            insta::assert_snapshot!("crash_points", table);
        }
    )*};
}

in_virtual_time! {
    memory_and_one_worker: std::future::ready(Engine::virtual_memory()), 1;
    memory_and_three_workers: std::future::ready(Engine::virtual_memory()), 2;
    sqlite_and_one_worker: Engine::virtual_sqlite(), 1;
    sqlite_and_three_workers: Engine::virtual_sqlite(), 2;
}

#[tokio::test]
async fn postgres_and_one_or_three_workers() {
    let Some(server) = PostgresServer::start() else { return };
    for others in [1, 2] {
        let engine = Engine::postgres(&server, &format!("others{others}")).await;
        let table = table(engine.journal.clone(), Timing::in_real_time(), others).await;
        insta::assert_snapshot!("crash_points", table);
    }
}
