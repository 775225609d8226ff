#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{Run, TestServer};

const NEVER: &str = r#"{"sandbox":"state=RUNNING"}"#;
const ENRICH: [&str; 5] = ["enrich", "--linkedin", "jane-doe-abc123", "--custom-fields", NEVER];

fn start(server: &TestServer, args: &[&str]) -> Child {
    let mut command = server.program(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

fn end(child: Child) -> Run {
    child.wait_with_output().unwrap().into()
}

fn until(what: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !what() {
        assert!(Instant::now() < deadline, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_interrupted_wait_prints_how_to_continue() {
    let server = TestServer::new();
    let mut child = start(&server, &ENRICH);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    stderr.read_line(&mut first).unwrap();
    let id = server.sandbox.launches()[0].job_id;
    assert_eq!(first, format!("job {id} launched\n"));

    signal(&child, "INT");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let run = end(child);
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""));
    assert!(rest.contains(&format!("error: interrupted at job {id}\n")), "{rest}");
    assert!(rest.contains(&format!("\n         waterfall get {id} --wait\n")), "{rest}");
}

#[test]
fn a_launch_in_flight_is_waited_for() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_millis(2500)));
    let child = start(&server, &ENRICH);
    until(|| !server.sandbox.launches().is_empty());
    signal(&child, "INT");
    let run = end(child);
    let id = server.sandbox.launches()[0].job_id;
    assert_eq!(run.code, Some(130), "{run:?}");
    assert!(run.stderr.starts_with("stopping once the job's id is known"), "{run:?}");
    assert!(run.stderr.contains(&format!("waterfall get {id} --wait\n")), "{run:?}");
}

#[test]
fn a_second_interrupt_stops_at_once_and_reports_the_doubt() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_secs(20)));
    let mut child = start(&server, &ENRICH);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    until(|| !server.sandbox.launches().is_empty());
    signal(&child, "INT");
    let mut reported = String::new();
    stderr.read_line(&mut reported).unwrap();
    let interrupted = Instant::now();
    signal(&child, "INT");
    stderr.read_to_string(&mut reported).unwrap();
    assert_eq!(end(child).code, Some(130));
    assert!(interrupted.elapsed() < Duration::from_secs(10));
    assert!(
        reported.contains("A job may be running") && reported.contains("second job"),
        "{reported}"
    );
}

#[test]
fn as_json() {
    let server = TestServer::new();
    let child = start(&server, &[&ENRICH[..], &["--json"]].concat());
    until(|| !server.sandbox.launches().is_empty());
    let id = server.sandbox.launches()[0].job_id;
    until(|| server.sandbox.requests().iter().any(|arrival| arrival.endpoint == Endpoint::Find));
    signal(&child, "TERM");
    let run = end(child);
    let error = run.error();
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""));
    assert_eq!((&error["kind"], &error["job_id"]), (&json!("interrupted"), &json!(id)));
    assert_eq!(error["may_have_launched"], true);
}

#[test]
fn a_wait_for_a_job_of_another_process() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({ "state": "RUNNING" })).to_string();
    let child = start(&server, &["get", "--wait", "--json", &id]);
    until(|| server.sandbox.requests().len() > 1);
    signal(&child, "INT");
    let run = end(child);
    let error = run.error();
    assert_eq!((run.code, &error["job_id"]), (Some(130), &json!(id)));
    assert_eq!((&error["may_have_launched"], &error["retryable"]), (&json!(false), &json!(true)));
}

#[test]
fn a_wait_for_several_jobs_of_others() {
    let server = TestServer::new();
    let ids =
        [(), ()].map(|()| server.launch_with_outcome(json!({ "state": "RUNNING" })).to_string());
    let child = start(&server, &["get", "--wait", "--json", &ids[0], &ids[1]]);
    until(|| server.sandbox.requests().len() > 3);
    signal(&child, "INT");
    let run = end(child);
    let left: Vec<_> = run.events("left").iter().map(|event| event["job_id"].clone()).collect();
    assert_eq!((run.code, left), (Some(130), ids.map(|id| json!(id)).to_vec()));
    assert!(run.events("stopping").is_empty(), "{run:?}");
    let error: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((&error["may_have_launched"], &error["retryable"]), (&json!(false), &json!(true)));
}
