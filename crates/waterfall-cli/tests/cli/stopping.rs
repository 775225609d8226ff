//! Tests a program that is stopped or killed, or can't write: the launched queries and the reported
//! outcomes.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{KEY, Run, TestServer, feed, program, run};

const ONE: [&str; 3] = ["enrich", "--linkedin", "jane-doe-abc123"];
const SOON: Duration = Duration::from_secs(6);

fn start(server: &TestServer, args: &[&str]) -> Child {
    let mut command = server.program(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Returns a batch, regardless of the number of lines of its stdin.
fn start_batch(server: &TestServer, args: &[&str], input: &str) -> Child {
    let mut command = server.program(&[&["enrich", "-"], args].concat());
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

fn until(what: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !what() {
        assert!(Instant::now() < deadline, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn launches_sent(server: &TestServer) -> usize {
    let arrivals = server.sandbox.requests();
    arrivals.iter().filter(|arrival| arrival.endpoint == Endpoint::Launch).count()
}

/// More launches than are sent at once are rejected for 8 s.
fn refusing() -> TestServer {
    let server = TestServer::new();
    for _ in 0..60 {
        server.sandbox.fault_next(Endpoint::Launch, Fault::RetryAfter("8".into()));
    }
    server
}

/// Stops a program that pauses before a retry, and returns how it ended.
fn stop_in_pause(server: &TestServer, args: &[&str], name: &str) -> (Run, Duration) {
    let child = start(server, args);
    until(|| launches_sent(server) > 0);
    // Waits for rejections to arrive.
    std::thread::sleep(Duration::from_millis(500));
    let (stopped, sent) = (Instant::now(), launches_sent(server));
    signal(&child, name);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(launches_sent(server), sent);
    (run, stopped.elapsed())
}

#[test]
fn a_launch_that_pauses_is_not_sent_again() {
    for name in ["INT", "TERM", "HUP"] {
        let server = refusing();
        let (run, took) = stop_in_pause(&server, &[&ONE[..], &["--json"]].concat(), name);
        let error = run.error();
        assert_eq!((run.code, &error["kind"]), (Some(130), &json!("interrupted")), "{run:?}");
        assert_eq!(
            (&error["may_have_launched"], &error["retryable"]),
            (&json!(false), &json!(true))
        );
        assert!(took < SOON, "{name}: {took:?}");
        assert_eq!(launches_sent(&server), 1);
    }
    let server = refusing();
    let (run, _) = stop_in_pause(&server, &ONE, "INT");
    assert_eq!(run.stderr, "error: interrupted; nothing was launched\n");
}

#[test]
fn a_batch_that_pauses_launches_nothing_more() {
    for name in ["INT", "TERM", "HUP"] {
        let server = refusing();
        let args = ["enrich", "a-a", "b-b", "c-c", "--json"];
        let (run, took) = stop_in_pause(&server, &args, name);
        assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{run:?}");
        assert!(took < SOON, "{name}: {took:?}");
        let left: Vec<Value> =
            run.events("not_launched").iter().map(|event| event["input"].clone()).collect();
        assert_eq!(left, ["a-a", "b-b", "c-c"], "{run:?}");
        assert!(run.events("stopping").is_empty() && run.events("left").is_empty(), "{run:?}");
        assert!(server.sandbox.launches().is_empty());
    }
    let server = refusing();
    let (run, _) = stop_in_pause(&server, &["enrich", "a-a", "b-b", "c-c"], "TERM");
    let last = "error: interrupted; 3 queries were not launched (1-3)\n";
    assert!(run.stderr.ends_with(last), "{run:?}");
}

/// Rows that wait for the launch of another row are not launched either.
#[test]
fn all_rows_for_a_person_who_was_not_launched_are_reported() {
    let server = refusing();
    let args = ["enrich", "a-a", "A-A", "b-b", "https://www.linkedin.com/in/a-a", "--json"];
    let (run, _) = stop_in_pause(&server, &args, "INT");
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{run:?}");
    let left: Vec<Value> =
        run.events("not_launched").iter().map(|event| event["index"].clone()).collect();
    assert_eq!(left, [0, 1, 2, 3], "{run:?}");
    let ended = &run.events("ended")[0];
    assert_eq!((&ended["inputs"], &ended["not_launched"]), (&json!(0), &json!(4)), "{ended}");
}

/// Launching the queries that were not launched pays for no person twice.
#[test]
fn later_rows_for_a_job_that_is_left_are_left_too() {
    let server = TestServer::new();
    let mut command = server.program(&["enrich", "-", "--json", "--policy", "fixed:0.1"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let never = r#"{"linkedin":"for-ever","custom_fields":{"sandbox":"state=RUNNING"}}"#;
    writeln!(stdin, "{never}").unwrap();
    until(|| server.sandbox.launches().len() == 1);
    for _ in 0..60 {
        server.sandbox.fault_next(Endpoint::Launch, Fault::RetryAfter("8".into()));
    }
    for number in 0..200 {
        writeln!(stdin, "person-{number}").unwrap();
    }
    writeln!(stdin, "For-Ever").unwrap();
    drop(stdin);
    until(|| launches_sent(&server) > 1);
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "INT");
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.code, server.sandbox.launches().len()), (Some(130), 1), "{run:?}");
    let id = server.sandbox.launches()[0].job_id;
    let left: Vec<_> = run
        .events("left")
        .iter()
        .map(|event| (event["index"].clone(), event["job_id"].clone()))
        .collect();
    assert_eq!(left, [(json!(0), json!(id)), (json!(201), json!(id))], "{run:?}");
    let ended = &run.events("ended")[0];
    assert_eq!((&ended["inputs"], &ended["not_launched"]), (&json!(2), &json!(200)), "{ended}");
}

#[test]
fn later_rows_for_a_person_who_was_launched_have_the_result() {
    let server = TestServer::with(Sandbox::builder().quota(1));
    let rows = |name: &str| (0..300).map(|number| format!("{name}-{number}\n")).collect::<String>();
    let input = rows("person") + &rows("Person");
    let args = ["enrich", "-", "--json", "--policy", "fixed:0.1"];
    let run = feed(&mut server.program(&args), input.as_bytes());
    assert_eq!((run.code, server.sandbox.launches().len()), (Some(10), 1), "{run:?}");
    let (objects, left) = (run.objects(), run.events("not_launched"));
    assert_eq!(objects.len() + left.len(), 600);
    // The first launch may be for a person whom the sandbox does not find.
    let found: Vec<&Value> = objects.iter().filter(|object| object["job"].is_object()).collect();
    assert_eq!(found.len(), 2, "{run:?}");
    let place = found[0]["index"].as_u64().unwrap();
    assert_eq!(
        (&found[1]["index"], &found[1]["duplicate_of"]),
        (&json!(place + 300), &json!(place))
    );
    assert_eq!(found[1]["job"], found[0]["job"]);
    assert_eq!(found[1]["outcome"], found[0]["outcome"]);
}

#[test]
fn lines_of_stdin_that_were_not_launched_are_counted() {
    let server = refusing();
    let mut command = server.program(&["enrich", "-"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for number in 0..200 {
        writeln!(stdin, "person-{number}").unwrap();
    }
    until(|| launches_sent(&server) > 0);
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "INT");
    // Stdin is still open.
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let run = Run::from(output);
    let reported =
        "error: interrupted; 200 queries were not launched (1-200), nor the rest of stdin\n";
    assert!(run.stderr.ends_with(reported), "{run:?}");
}

#[test]
fn a_stdin_without_end_keeps_no_program_from_ending() {
    let server = refusing();
    let mut command = server.program(&["enrich", "-"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writing = std::thread::spawn(move || {
        let mut numbers = 0..;
        while writeln!(stdin, "person-{}", numbers.next().unwrap_or(0)).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    until(|| launches_sent(&server) > 0);
    let stopped = Instant::now();
    signal(&child, "INT");
    let run = Run::from(child.wait_with_output().unwrap());
    assert!(stopped.elapsed() < SOON, "{:?}", stopped.elapsed());
    assert!(run.stderr.contains(", nor the rest of stdin"), "{run:?}");
    writing.join().unwrap();
}

/// Running jobs continue at the API; the program waits only for their IDs.
#[test]
fn launches_in_flight_are_waited_for_during_the_grace_period() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_secs(30)));
    let child = start_batch(&server, &["--json", "--grace", "300ms"], "a-a\n");
    until(|| launches_sent(&server) == 1);
    let stopped = Instant::now();
    signal(&child, "TERM");
    let run = Run::from(child.wait_with_output().unwrap());
    assert!(stopped.elapsed() < SOON, "{:?}", stopped.elapsed());
    assert_eq!(run.code, Some(130));
    assert_eq!(run.event_names(), ["launching", "stopping", "left", "ended"], "{run:?}");
    assert_eq!(run.events("left")[0]["job_id"], Value::Null);

    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_secs(2)));
    let child = start_batch(&server, &["--json"], "a-a\n");
    until(|| launches_sent(&server) == 1);
    signal(&child, "TERM");
    let run = Run::from(child.wait_with_output().unwrap());
    let id = server.sandbox.launches()[0].job_id;
    let names = ["launching", "stopping", "launched", "left", "ended"];
    assert_eq!(run.event_names(), names, "{run:?}");
    assert_eq!(run.events("left")[0]["job_id"], json!(id));

    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_secs(30)));
    let child = start(&server, &[&ONE[..], &["--grace", "300ms"]].concat());
    until(|| launches_sent(&server) == 1);
    signal(&child, "INT");
    let run = Run::from(child.wait_with_output().unwrap());
    assert!(run.stderr.contains("A job may be running"), "{run:?}");
}

/// Ignores SIGHUP, like `nohup`.
#[test]
fn a_hangup_that_is_ignored_stops_nothing() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_secs(1)));
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_waterfall")])
        .args(ONE)
        .env("WATERFALL_API_KEY", KEY)
        .env("WATERFALL_BASE_URL", server.url());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until(|| launches_sent(&server) == 1);
    signal(&child, "HUP");
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// After a `kill -9`, stderr lists the launches in doubt. The server here does not respond, so the
/// event was written before any response.
#[test]
fn launches_are_reported_before_they_are_sent() {
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", deaf.local_addr().unwrap());
    for args in [&["enrich", "a-a", "b-b", "--json"][..], &[&ONE[..], &["--json"]].concat()] {
        let mut command = program(args);
        command.env("WATERFALL_API_KEY", KEY).env("WATERFALL_BASE_URL", &url);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let count = if args.len() == 4 && args[1] == "a-a" { 2 } else { 1 };
        let mut seen: Vec<Value> = (0..count)
            .map(|_| serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap())
            .collect();
        signal(&child, "KILL");
        assert_eq!(child.wait().unwrap().code(), None);
        seen.sort_unstable_by_key(|event| event["index"].as_u64());
        for (index, event) in seen.iter().enumerate() {
            assert_eq!((&event["event"], &event["index"]), (&json!("launching"), &json!(index)));
        }
        let inputs: Vec<&Value> = seen.iter().map(|event| &event["input"]).collect();
        let expected = match count {
            2 => vec![json!("a-a"), json!("b-b")],
            _ => vec![Value::Null],
        };
        assert_eq!(inputs, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_launch_that_failed_is_not_in_doubt() {
    let server = TestServer::with(Sandbox::builder().quota(1));
    let run = server.run(&["enrich", "a-a", "b-b", "--json", "--policy", "fixed:0.1"]);
    let failed = run.events("failed");
    assert_eq!(failed.len(), 1, "{run:?}");
    assert_eq!(failed[0]["may_have_launched"], false);
    assert_eq!(run.events("launching").len(), 2);
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::status(500));
    let run = server.run(&[&ONE[..], &["--json"]].concat());
    assert_eq!(run.event_names(), ["launching", "failed"], "{run:?}");
    assert_eq!(run.events("failed")[0]["may_have_launched"], true);
}

/// Runs the program with its stdout closed.
fn without_stdout(server: &TestServer, args: &[&str]) -> Run {
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$0\" \"$@\" >&-", env!("CARGO_BIN_EXE_waterfall")])
        .args(args)
        .env("WATERFALL_API_KEY", KEY)
        .env("WATERFALL_BASE_URL", server.url());
    feed(&mut command, b"a-a\nb-b\n")
}

#[test]
fn a_closed_stdout_is_an_error_before_anything_is_sent() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({})).to_string();
    let before = server.sandbox.requests().len();
    let rows: &[&[&str]] = &[
        &ONE,
        &["enrich", "--linkedin", "a-a", "--json"],
        &["enrich", "a-a", "b-b"],
        &["enrich", "-", "--json"],
        &["get", &id],
        &["get", &id, "--wait", "--json"],
        &["get", "-", "--wait"],
        &["listen", "--port", "0"],
        &["sandbox", "--port", "0"],
        &["webhook", "verify", "-"],
        &["--help"],
        &["enrich", "--help"],
        &["--version"],
    ];
    for args in rows {
        let run = without_stdout(&server, args);
        assert_eq!(run.code, Some(8), "{args:?}: {run:?}");
        if args.contains(&"--json") {
            assert_eq!(run.error()["kind"], "not_written", "{run:?}");
        } else {
            let reported = "error: the result could not be written to stdout: it is closed\n";
            assert_eq!(run.stderr, reported, "{args:?}");
        }
    }
    assert_eq!(server.sandbox.requests().len(), before);
}

/// A file that takes the descriptor of a closed stdout may be intended.
#[test]
fn the_null_device_is_not_a_closed_stdout() {
    let server = TestServer::new();
    let null = std::fs::File::options().read(true).write(true).open("/dev/null").unwrap();
    let run = run(server.program(&ONE).stdout(null));
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn a_balance_that_is_used_up_midway_is_reported_as_it_happened() {
    let server = TestServer::with(Sandbox::builder().quota(6));
    let people: Vec<String> = (0..300).map(|number| format!("person-{number}")).collect();
    let input = people.join("\n");
    let batch = ["enrich", "-", "--policy", "fixed:0.1"];
    let run = feed(&mut server.program(&batch), input.as_bytes());
    assert_eq!(run.code, Some(10), "{run:?}");
    assert_eq!(run.stderr.matches("6 jobs were launched before").count(), 1, "{run:?}");
    assert!(run.stderr.contains("Top up the balance") && run.stderr.contains("billed, again"));
    for wrong in ["Nothing was launched", "run this again"] {
        assert!(!run.stderr.contains(wrong), "{run:?}");
    }
    let failed = run.stdout.matches(": error: ").count();
    assert_eq!(run.stdout.lines().count(), 6 + failed);
    let left = 300 - 6 - failed;
    let reported = format!("{left} queries were not launched ({}-300)", 300 - left + 1);
    assert!(run.stderr.contains(&reported), "no `{reported}` in {}", run.stderr);
}

#[test]
fn a_rejected_key_reports_the_queries_that_were_not_launched() {
    let server = TestServer::with(Sandbox::builder().accept_key("another"));
    let people: Vec<String> = (0..279).map(|number| format!("person-{number}")).collect();
    let input = people.join("\n");
    let run = feed(&mut server.program(&["enrich", "-", "--json"]), input.as_bytes());
    assert_eq!(run.code, Some(5), "{run:?}");
    let (failed, left) = (run.objects().len(), run.events("not_launched"));
    assert_eq!(failed + left.len(), 279);
    assert_eq!(run.events("ended")[0]["not_launched"], left.len());
    let last = left.last().unwrap();
    assert_eq!((&last["input"], &last["line"]), (&json!("person-278"), &json!(279)));
    let error: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    let reported = format!("{} queries were not launched", left.len());
    assert!(error["message"].as_str().unwrap().contains(&reported), "{error}");

    let run = feed(&mut server.program(&["enrich", "-"]), input.as_bytes());
    assert!(run.stderr.contains("Nothing was launched."), "{run:?}");
    assert!(run.stderr.contains("queries were not launched"), "{run:?}");
}

#[test]
fn a_batch_reports_launches_to_people_with_verbose_only() {
    let args = ["enrich", "jane-doe-abc123", "john-roe-42", "--policy", "fixed:0.1"];
    let quiet = TestServer::new().run(&args);
    assert_eq!(quiet.stderr.lines().count(), 1, "{quiet:?}");
    let verbose = TestServer::new().run(&[&args[..], &["-v"]].concat());
    for end in [": launching", " launched"] {
        let count = verbose.stderr.lines().filter(|line| line.ends_with(end)).count();
        assert_eq!(count, 2, "{verbose:?}");
    }
}

#[test]
fn a_second_signal_leaves_at_once() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::DelayResponse(Duration::from_secs(30)));
    let mut child = start_batch(&server, &[], "a-a\n");
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    until(|| launches_sent(&server) == 1);
    signal(&child, "INT");
    let mut reported = String::new();
    stderr.read_line(&mut reported).unwrap();
    let expected =
        "stopping; waiting for the id of 1 launch in flight; ctrl-c again to stop at once\n";
    assert_eq!(reported, expected);
    let stopped = Instant::now();
    signal(&child, "TERM");
    stderr.read_to_string(&mut reported).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(stopped.elapsed() < SOON);
    assert!(reported.contains("1 a-a: a job may have been launched\n"), "{reported}");
}
