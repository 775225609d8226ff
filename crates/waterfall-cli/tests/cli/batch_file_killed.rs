//! Kills and interrupts `waterfall batch run`.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use waterfall_sandbox::{JobTime, Sandbox};

use super::support::{TestServer, run};

const ROWS: usize = 9;

/// The maximum wait of any step.
const PATIENCE: Duration = Duration::from_secs(120);

fn server(job: Duration) -> TestServer {
    let builder = Sandbox::builder().rate_limit(10_000).job_time(JobTime::Fixed(job));
    TestServer::of(builder.build())
}

fn people() -> String {
    let rows: String = (1..=ROWS).map(|index| format!("p{index}@zz.example\n")).collect();
    format!("Email\n{rows}")
}

fn command(server: &TestServer, place: &Path, more: &[&str]) -> Command {
    // The test must not wait for a lease of an hour.
    let lease = if cfg!(target_os = "linux") { "1h" } else { "5s" };
    let args = ["batch", "run", "in.csv", "-o", "out.csv", "--lease", lease];
    let mut command = server.program(&[&args, more].concat());
    command.current_dir(place);
    command
}

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn status(server: &TestServer, place: &Path) -> Option<Value> {
    let mut status = server.program(&["batch", "status", "out.csv", "--json"]);
    serde_json::from_str(&run(status.current_dir(place)).stdout).ok()
}

/// Waits until this many launches have their jobs, and none is in flight.
fn wait_for_launches(server: &TestServer, place: &Path, launches: u64) {
    let begin = Instant::now();
    let is_so =
        |status: &Value| status["launches"] == launches && status["states"]["launching"] == 0;
    while !status(server, place).is_some_and(|it| is_so(&it)) {
        assert!(begin.elapsed() < PATIENCE, "{:?}", status(server, place));
        sleep(Duration::from_millis(50));
    }
}

fn statuses(output: &str) -> Vec<&str> {
    output.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect()
}

/// Returns the people who were launched, in alphabetical order.
fn launched(server: &TestServer) -> Vec<String> {
    let mut people: Vec<String> =
        server.sandbox.launches().iter().map(|it| it.body["email"].to_string()).collect();
    people.sort_unstable();
    people
}

#[test]
fn killed_twice_and_each_person_is_launched_once() {
    let (server, place) = (server(Duration::from_secs(2)), tempfile::tempdir().unwrap());
    let place = place.path();
    fs::write(place.join("in.csv"), people()).unwrap();
    for limit in [3_u64, 6] {
        let mut child = start(command(&server, place, &["--max-launches", &limit.to_string()]));
        wait_for_launches(&server, place, limit);
        child.kill().unwrap();
        child.wait().unwrap();
        let output = fs::read_to_string(place.join("out.csv")).unwrap();
        assert_eq!(statuses(&output).len(), ROWS, "complete at any time: {output}");
    }
    let reported = run(&mut command(&server, place, &[]));
    assert_eq!(reported.code, Some(0), "{reported:?}");
    let output = fs::read_to_string(place.join("out.csv")).unwrap();
    let ended = statuses(&output);
    assert_eq!(ended.len(), ROWS, "{output}");
    assert!(ended.iter().all(|it| ["found", "not_found"].contains(it)), "{output}");
    let everyone: Vec<String> = (1..=ROWS).map(|it| format!("\"p{it}@zz.example\"")).collect();
    assert_eq!(launched(&server), everyone);
}

#[test]
fn companies_are_launched_once_whatever_ends_the_runs() {
    let (server, place) = (server(Duration::from_secs(2)), tempfile::tempdir().unwrap());
    let place = place.path();
    let rows: String =
        (1..=ROWS).map(|index| format!("https://www.c{index}.example/x\n")).collect();
    fs::write(place.join("in.csv"), format!("Website\n{rows}")).unwrap();
    for (limit, kind) in [("3", &["--kind", "company"][..]), ("6", &[])] {
        let more = [kind, &["--max-launches", limit]].concat();
        let mut child = start(command(&server, place, &more));
        wait_for_launches(&server, place, limit.parse().unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(status(&server, place).unwrap()["kind"], "company");
    let told = run(&mut command(&server, place, &[]));
    assert_eq!(told.code, Some(0), "{told:?}");
    let output = fs::read_to_string(place.join("out.csv")).unwrap();
    let ended = statuses(&output);
    assert_eq!(ended.len(), ROWS, "{output}");
    assert!(ended.iter().all(|it| ["found", "not_found"].contains(it)), "{output}");
    let launches = server.sandbox.launches();
    let mut domains: Vec<&str> =
        launches.iter().map(|it| it.body["domain"].as_str().unwrap()).collect();
    domains.sort_unstable();
    let every: Vec<String> = (1..=ROWS).map(|it| format!("c{it}.example")).collect();
    assert_eq!(domains, every);
    // The output can be written again without the input and without --kind.
    fs::remove_file(place.join("in.csv")).unwrap();
    let args = ["batch", "export", "out.csv", "-o", "again.csv", "--fields", "domain"];
    let told = run(server.program(&args).current_dir(place));
    assert_eq!(told.code, Some(0), "{told:?}");
    let again = fs::read_to_string(place.join("again.csv")).unwrap();
    assert!(again.starts_with("Website,status,error,job_id,cost_usd,domain\n"), "{again}");
    assert!(again.contains(",company/"), "{again}");
}

#[test]
fn an_interrupt_stops_and_the_same_command_continues() {
    let (server, place) = (server(Duration::from_secs(1)), tempfile::tempdir().unwrap());
    let place = place.path();
    fs::write(place.join("in.csv"), people()).unwrap();
    let child = start(command(&server, place, &["--max-launches", "4"]));
    wait_for_launches(&server, place, 4);
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    // If all jobs finished earlier, the run reached its limit instead.
    assert!(matches!(ended.status.code(), Some(130 | 11)), "{stderr}");
    assert!(stderr.contains("the same command continues"), "{stderr}");
    let begin = Instant::now();
    let reported = run(&mut command(&server, place, &[]));
    assert_eq!(reported.code, Some(0), "{reported:?}");
    assert_eq!(launched(&server).len(), ROWS, "after {:?}", begin.elapsed());
}
