//! `waterfall batch`: limits, stops, doubts and retries.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use waterfall_sandbox::{Endpoint, Fault, JobTime, Sandbox};

use super::support::{Run, TestServer, run};

/// The maximum wait of any step.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, and a directory with a file of people.
struct Operator {
    server: TestServer,
    place: TempDir,
}

impl Operator {
    fn with(server: TestServer, people: usize) -> Self {
        let place = tempfile::tempdir().unwrap();
        let rows: String = (1..=people).map(|index| format!("p{index}@zz.example\n")).collect();
        fs::write(place.path().join("in.csv"), format!("Email\n{rows}")).unwrap();
        Self { server, place }
    }

    fn new(people: usize) -> Self {
        Self::with(TestServer::with(Sandbox::builder().rate_limit(10_000)), people)
    }

    fn batch(&self, args: &[&str]) -> Run {
        let args = [&["batch"], args].concat();
        run(self.server.program(&args).current_dir(self.place.path()))
    }

    fn run(&self, more: &[&str]) -> Run {
        self.batch(&[&["run", "in.csv", "-o", "out.csv"], more].concat())
    }

    fn status(&self) -> Value {
        let status = self.batch(&["status", "out.csv", "--json"]);
        serde_json::from_str(&status.stdout).unwrap_or_default()
    }

    fn launches(&self) -> u64 {
        self.server.sandbox.launches_total()
    }
}

#[test]
fn the_limits_of_costs_and_of_the_balance_stop_a_run() {
    let server = Sandbox::builder().rate_limit(10_000).balance_usd(5.0);
    let operator = Operator::with(TestServer::with(server), 8);
    assert_eq!(operator.run(&["--max-launches", "3"]).code, Some(11));
    let spent = operator.status()["spent_usd"].as_f64().unwrap();
    assert!(spent > 0.0, "{}", operator.status());

    let reported = operator.run(&["--max-spend", &spent.to_string()]);
    assert_eq!((reported.code, operator.launches()), (Some(11), 3), "{reported:?}");
    assert!(reported.stderr.contains("the limit of spending is reached"), "{reported:?}");
    let more = (spent + 0.01).to_string();
    let reported = operator.run(&["--max-spend", &more, "--max-launches", "5"]);
    assert_eq!((reported.code, operator.launches()), (Some(11), 5), "{reported:?}");

    let balance = operator.status()["balance_usd"].as_f64().unwrap();
    let reported = operator.run(&["--stop-below-balance", &(balance + 0.01).to_string()]);
    assert_eq!((reported.code, operator.launches()), (Some(11), 5), "{reported:?}");
    assert!(reported.stderr.contains("the balance is below its limit"), "{reported:?}");
    let reported = operator.run(&["--stop-below-balance", "0.01"]);
    assert_eq!((reported.code, operator.launches()), (Some(0), 8), "{reported:?}");
}

#[test]
fn a_stop_ends_the_processes_of_a_batch_without_their_jobs() {
    let server = Sandbox::builder().rate_limit(10_000);
    let server = server.job_time(JobTime::Fixed(Duration::from_secs(3_600)));
    let operator = Operator::with(TestServer::of(server.build()), 4);
    let args = ["batch", "run", "in.csv", "-o", "out.csv"];
    let mut command = operator.server.program(&args);
    let command = command.current_dir(operator.place.path());
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while operator.status()["states"]["launched"] != 4 {
        assert!(began.elapsed() < PATIENCE, "{}", operator.status());
        sleep(Duration::from_millis(50));
    }
    let reported = operator.batch(&["stop", "out.csv"]);
    assert_eq!(reported.code, Some(0), "{reported:?}");
    let ended = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("stopped: the same command continues"), "{stderr}");
    let status = operator.status();
    assert_eq!((&status["is_stopped"], &status["states"]["launched"]), (&json!(true), &json!(4)));
}

#[test]
fn the_account_counts_the_launches_of_doubts() {
    let operator = Operator::new(3);
    operator.server.sandbox.fault_next(Endpoint::Launch, Fault::Reset { processed: false });
    assert_eq!(operator.run(&[]).code, Some(11));
    let doubts = operator.batch(&["doubts", "out.csv", "--account"]);
    assert!(doubts.stderr.contains("none of the rows in doubt was launched"), "{doubts:?}");
    let json = operator.batch(&["doubts", "out.csv", "--account", "--json"]);
    assert_eq!(json.events("account")[0]["launched_at_most"], 0);

    // Nothing can be paid for twice, so no confirmation is requested.
    operator.server.sandbox.fault_next(Endpoint::Launch, Fault::Reset { processed: true });
    let reported = operator.batch(&["doubts", "out.csv", "--account", "--relaunch", "all"]);
    assert_eq!(reported.code, Some(0), "{reported:?}");
    let reported = operator.run(&[]);
    assert_eq!(reported.code, Some(11), "{reported:?}");
    assert!(reported.stderr.contains("at most 1 of the rows in doubt"), "{reported:?}");
    let asked = operator.batch(&["doubts", "out.csv", "--account", "--relaunch", "all"]);
    assert_eq!(asked.code, Some(2), "{asked:?}");
    assert!(asked.stderr.contains("may be paid for twice"), "{asked:?}");
    let given_up = operator.batch(&["doubts", "out.csv", "--give-up", "all", "--yes"]);
    assert_eq!(given_up.code, Some(0), "{given_up:?}");
    assert_eq!(operator.status()["outcomes"]["given_up"], 1);
}

#[test]
fn rows_are_launched_again_by_outcome_and_age() {
    let operator = Operator::new(2);
    assert_eq!(operator.run(&[]).code, Some(0));
    let reported = operator.batch(&["retry", "out.csv"]);
    assert_eq!(reported.code, Some(2), "{reported:?}");
    for choice in [&["--older-than", "30d"][..], &["--failed", "--not-found"]] {
        let reported = operator.batch(&[&["retry", "out.csv"], choice].concat());
        assert!(reported.stderr.contains("launches 0 rows again"), "{reported:?}");
    }
    let reported = operator.batch(&["retry", "out.csv", "--older-than", "0s"]);
    assert!(reported.stderr.contains("launches 2 rows again"), "{reported:?}");
    let status = operator.status();
    assert_eq!(status["states"]["pending"], 2);
    assert_eq!(operator.run(&[]).code, Some(0));
    assert_eq!(operator.launches(), 4);
}

#[test]
fn a_plan_has_the_maximum_cost() {
    let operator = Operator::new(4);
    let plan = operator.batch(&["plan", "in.csv", "--price", "0.25"]);
    assert!(plan.stdout.ends_with("At most 4 results, $1.00; `run --max-spend` sets a limit\n"));
    let plan = operator.batch(&["plan", "in.csv", "--price", "0.25", "--json"]);
    assert_eq!(plan.events("plan")[0]["max_cost_usd"], 1.0);
    assert!(operator.batch(&["plan", "in.csv"]).stdout.contains("--price"));
}
