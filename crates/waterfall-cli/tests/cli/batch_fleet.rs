//! `waterfall batch` on several machines, which share a PostgreSQL database.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use waterfall_sandbox::{JobTime, Sandbox};

use super::postgres_server::PostgresServer;
use super::support::{KEY, TestServer, run};

const ROWS: usize = 12;

/// The maximum wait of any step.
const PATIENCE: Duration = Duration::from_secs(120);

/// An API, a database, and a directory for each simulated machine.
struct Fleet {
    server: TestServer,
    database: PostgresServer,
    url: String,
}

impl Fleet {
    /// `None` if PostgreSQL is not installed.
    fn start(job: Duration) -> Option<Self> {
        let database = PostgresServer::start()?;
        let url = database.database("fleet");
        let builder = Sandbox::builder().rate_limit(10_000).job_time(JobTime::Fixed(job));
        Some(Self { server: TestServer::of(builder.build()), database, url })
    }

    fn machine(&self) -> TempDir {
        let machine = tempfile::tempdir().unwrap();
        let rows: String = (1..=ROWS).map(|index| format!("p{index}@zz.example\n")).collect();
        fs::write(machine.path().join("in.csv"), format!("Email\n{rows}")).unwrap();
        machine
    }

    fn command(&self, machine: &Path, command: &str, more: &[&str]) -> Command {
        let args = ["batch", command, "--journal", &self.url];
        let mut command = self.server.program(&[&args, more].concat());
        command.current_dir(machine);
        command
    }

    fn run(&self, machine: &Path, more: &[&str]) -> Child {
        let args = ["in.csv", "-o", "out.csv", "--policy", "fixed:0.2"];
        let mut command = self.command(machine, "run", &[&args, more].concat());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn status(&self, machine: &Path) -> Option<Value> {
        serde_json::from_str(&run(&mut self.command(machine, "status", &["--json"])).stdout).ok()
    }

    /// Waits until this many launches have their jobs, and none is in flight.
    fn wait_for_launches(&self, machine: &Path, launches: u64) {
        let began = Instant::now();
        let is_so =
            |status: &Value| status["launches"] == launches && status["states"]["launching"] == 0;
        while !self.status(machine).is_some_and(|status| is_so(&status)) {
            assert!(began.elapsed() < PATIENCE, "{:?}", self.status(machine));
            sleep(Duration::from_millis(50));
        }
    }

    /// Each person was launched once.
    fn check_launches(&self) {
        let mut people: Vec<String> =
            self.server.sandbox.launches().iter().map(|it| it.body["email"].to_string()).collect();
        people.sort_unstable();
        let mut everyone: Vec<String> =
            (1..=ROWS).map(|index| format!("\"p{index}@zz.example\"")).collect();
        everyone.sort_unstable();
        assert_eq!(people, everyone);
    }
}

fn statuses(output: &str) -> Vec<&str> {
    output.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect()
}

fn check_output(output: &str) {
    let statuses = statuses(output);
    assert_eq!(statuses.len(), ROWS, "{output}");
    assert!(statuses.iter().all(|it| ["found", "not_found"].contains(it)), "{output}");
}

fn end(child: Child) -> (Option<i32>, String) {
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

#[test]
fn another_machine_continues_where_one_was_killed() {
    let Some(fleet) = Fleet::start(Duration::from_secs(2)) else { return };
    let (one, other) = (fleet.machine(), fleet.machine());
    let mut child = fleet.run(one.path(), &["--max-launches", "4", "--lease", "3s"]);
    fleet.wait_for_launches(one.path(), 4);
    child.kill().unwrap();
    child.wait().unwrap();
    check_partly(&fs::read_to_string(one.path().join("out.csv")).unwrap());

    let (code, stderr) = end(fleet.run(other.path(), &["--lease", "3s"]));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stderr.contains(KEY) && !stderr.contains(&fleet.url), "{stderr}");
    check_output(&fs::read_to_string(other.path().join("out.csv")).unwrap());
    fleet.check_launches();

    let status = fleet.status(one.path()).unwrap();
    assert_eq!((&status["launches"], &status["states"]["done"]), (&12.into(), &12.into()));
    let export = run(&mut fleet.command(one.path(), "export", &["-o", "-"]));
    check_output(&export.stdout);
    assert_eq!(fleet.database.sql("fleet", "SELECT count(*) FROM waterfall_batch.result"), "12");
    let forgotten = run(&mut fleet.command(one.path(), "forget", &["--yes"]));
    assert_eq!(forgotten.code, Some(0), "{forgotten:?}");
    assert_eq!(fleet.database.sql("fleet", "SELECT count(*) FROM waterfall_batch.input"), "0");
}

fn check_partly(output: &str) {
    assert_eq!(statuses(output).len(), ROWS, "complete at any time: {output}");
}

#[test]
fn two_processes_share_one_batch() {
    let Some(fleet) = Fleet::start(Duration::from_millis(300)) else { return };
    let (one, other) = (fleet.machine(), fleet.machine());
    let (first, second) = (fleet.run(one.path(), &[]), fleet.run(other.path(), &[]));
    for (machine, child) in [(one, first), (other, second)] {
        let (code, stderr) = end(child);
        assert_eq!(code, Some(0), "{stderr}");
        check_output(&fs::read_to_string(machine.path().join("out.csv")).unwrap());
    }
    fleet.check_launches();
    let workers = fleet.database.sql("fleet", "SELECT count(*) FROM waterfall_batch.worker");
    assert_eq!(workers, "2");
}

#[test]
fn a_database_that_cannot_be_reached_sends_nothing() {
    let server = TestServer::with(Sandbox::builder());
    let machine = tempfile::tempdir().unwrap();
    fs::write(machine.path().join("in.csv"), "Email\na@zz.example\n").unwrap();
    let url = "postgres://me:secret-password@127.0.0.1:9/none?sslmode=disable";
    let args = ["batch", "run", "in.csv", "-o", "out.csv", "--journal", url];
    let reported = run(server.program(&args).current_dir(machine.path()));
    assert!(reported.stderr.contains("connect to PostgreSQL"), "{reported:?}");
    assert!(!reported.stderr.contains("secret-password"), "{reported:?}");
    assert_ne!(reported.code, Some(0));
    assert!(server.sandbox.requests().is_empty());
}
