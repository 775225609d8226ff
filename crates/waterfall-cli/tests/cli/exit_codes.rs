use std::net::TcpListener;

use serde_json::json;
use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{Run, TestServer, program, run};

const ENRICH: [&str; 3] = ["enrich", "--linkedin", "jane-doe-abc123"];
const NO_JOB: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

fn get(wish: serde_json::Value) -> Run {
    let server = TestServer::new();
    let id = server.launch_with_outcome(wish).to_string();
    server.run(&["get", &id])
}

/// Asserts that the program ended with `code`, and that its messages contain all of these texts.
#[track_caller]
fn assert_reported(run: &Run, code: i32, texts: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{run:?}");
    assert!(run.stderr.contains("error: "), "{run:?}");
    for text in texts {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
}

#[test]
fn how_a_job_ends() {
    assert_eq!(get(json!({})).code, Some(0));
    assert_eq!(get(json!({ "person": null })).code, Some(1));
    assert_eq!(get(json!({ "state": "RUNNING" })).code, Some(7));
    let failed = get(json!({ "state": "FAILED" }));
    assert_reported(&failed, 3, &["ended as FAILED\n", "- Provider error\n", "hint:  "]);
    assert_reported(&get(json!({ "state": "ABORTED" })), 3, &["ended as ABORTED\n"]);
    assert_reported(&get(json!({ "state": "TIMED_OUT" })), 4, &["ended as TIMED_OUT\n"]);
}

#[test]
fn a_wait_ends_as_its_job_does() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({ "state": "FAILED" })).to_string();
    assert_reported(&server.run(&["get", "--wait", &id]), 3, &["ended as FAILED"]);
    let id = server.launch_with_outcome(json!({ "state": "RUNNING" })).to_string();
    let run = server.run(&["get", "--wait", "--deadline", "200ms", &id]);
    let command = format!("waterfall get {id} --wait\n");
    assert_reported(&run, 4, &["last state is RUNNING", &command]);
}

#[test]
fn requests_that_the_api_rejects() {
    let server = TestServer::with(Sandbox::builder().quota(0));
    let run = server.run(&ENRICH);
    assert_reported(&run, 5, &["402", "QUOTA_", "Nothing was launched. Top up the balance"]);

    let server = TestServer::with(Sandbox::builder().accept_key("another"));
    assert_reported(&server.run(&ENRICH), 5, &["403", "AUTH_BAD_API_KEY", "WATERFALL_API_KEY"]);

    let server = TestServer::with(Sandbox::builder().deny_phones_to(super::support::KEY));
    let run = server.run(&[&ENRICH[..], &["--include-phones"]].concat());
    assert_reported(&run, 5, &["403", "without --include-phones"]);

    let server = TestServer::with(Sandbox::builder().rate_limit(0));
    assert_reported(&server.run(&ENRICH), 5, &["429", "try again after ", "rate limit"]);

    let server = TestServer::new();
    assert_reported(&server.run(&["get", NO_JOB]), 5, &["404", "account that launched it"]);
    let role = server.run(&["enrich", "--email", "info@acme.com"]);
    assert_reported(&role, 5, &["400", "VALIDATION_BAD_EMAIL_ROLE"]);
    assert!(server.sandbox.launches().is_empty());
}

#[test]
fn a_404_for_a_job_that_was_just_launched_does_not_blame_its_id() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Find, Fault::status(404));
    let run = server.run(&[&ENRICH[..], &["--policy", "fixed:0.1"]].concat());
    assert_reported(&run, 5, &["404", "don't launch again", "The job continues to run"]);
    for wrong in ["jobs expire", "account that launched it"] {
        assert!(!run.stderr.contains(wrong), "{run:?}");
    }
}

#[test]
fn the_embedded_sandbox_explains_why_a_job_is_unknown() {
    let run = run(&mut program(&["get", "--sandbox", NO_JOB]));
    assert_reported(&run, 5, &["404", "its own embedded sandbox", "`waterfall sandbox`"]);
}

#[test]
fn a_launch_in_doubt_warns_of_a_second_job() {
    for fault in ["status=500", "reset+acted", "html", "cut=5"] {
        let server = TestServer::new();
        server.sandbox.fault_next(Endpoint::Launch, fault.parse::<Fault>().unwrap());
        let run = server.run(&ENRICH);
        let code = if matches!(fault, "status=500" | "html") { 5 } else { 6 };
        assert_reported(&run, code, &["second job"]);
        assert_eq!(server.sandbox.requests().len(), 1, "{fault}");
    }
}

#[test]
fn a_read_that_the_balance_does_not_cover_launched_something() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({})).to_string();
    let command = format!("waterfall get {id} --wait\n");
    let policy = ["--policy", "fixed:0.1"];
    for args in [vec!["get", &id], [&ENRICH[..], &policy].concat(), vec!["get", "--wait", &id]] {
        server.sandbox.fault_next(Endpoint::Find, Fault::status(402));
        let run = server.run(&args);
        let command = if args[0] == "get" { command.as_str() } else { "--wait\n" };
        assert_reported(&run, 5, &["402", "keeps the job and its result", command]);
        assert!(!run.stderr.contains("Nothing was launched"), "{run:?}");
    }
}

#[test]
fn an_error_has_no_repetition() {
    let server = TestServer::new();
    let body = r#"{"status":"error","code":"VALIDATION_BAD_REQUEST","category":"VALIDATION",
        "message":"the  city of\nthe person","error":["the city of the person","the other","the other"]}"#;
    let faults = [Fault::status(400), Fault::Raw(body.into())];
    server.sandbox.faults_next(Endpoint::Launch, faults);
    let run = server.run(&ENRICH);
    for text in ["the city of the person", "the other"] {
        assert_eq!(run.stderr.matches(text).count(), 1, "{run:?}");
    }

    let id = server.launch_with_outcome(json!({})).to_string();
    for _ in 0..20 {
        server.sandbox.fault_next(Endpoint::Find, Fault::status(503));
    }
    let wait = ["get", "--wait", "--deadline", "300ms", "--policy", "fixed:0.1"];
    let run = server.run(&[&wait[..], &[&id]].concat());
    assert_eq!(run.code, Some(4), "{run:?}");
    let reported = run.stderr.split_once("error: ").unwrap().1.split_once("hint:").unwrap().0;
    for text in [id.as_str(), "last state", " reads"] {
        assert_eq!(reported.matches(text).count(), 1, "`{text}` in {reported}");
    }
}

#[test]
fn a_job_id_in_an_undecodable_launch_response_is_reported() {
    let server = TestServer::new();
    let body = format!(r#"{{"data":{{"job_id":"{NO_JOB}"}}}}"#);
    server.sandbox.fault_next(Endpoint::Launch, Fault::Raw(body.into()));
    let command = format!("waterfall get {NO_JOB} --wait\n");
    assert_reported(&server.run(&ENRICH), 5, &["could not be decoded at $.job_id", &command]);
}

#[test]
fn a_response_that_can_not_be_decoded() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({})).to_string();
    server.sandbox.fault_next(Endpoint::Find, Fault::Raw(r#"{"status":7}"#.into()));
    assert_reported(
        &server.run(&["get", &id]),
        5,
        &["could not be decoded at $.status", "--json prints"],
    );
    server.sandbox.fault_next(Endpoint::Find, Fault::Html);
    let run = server.run(&["get", &id, "--no-retry"]);
    assert_reported(&run, 5, &["not the API's JSON", "Try again"]);
}

#[test]
fn a_failed_read_is_retried() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({})).to_string();
    server.sandbox.fault_next(Endpoint::Find, Fault::Reset { processed: false });
    assert_eq!(server.run(&["get", &id]).code, Some(0));
}

#[test]
fn no_response() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Find, Fault::Reset { processed: false });
    assert_reported(&server.run(&["get", NO_JOB, "--no-retry"]), 6, &["try again"]);

    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let run = server.run(&[&ENRICH[..], &["--no-retry", "--base-url", &url]].concat());
    assert_reported(&run, 6, &["no connection to 127.0.0.1", "nothing was sent", "--base-url"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_can_not_be_written_has_its_own_code() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({})).to_string();
    for json in [&[][..], &["--json"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = server.program(&[&["get", &id], json].concat());
        let run = run(command.stdout(full));
        assert_eq!(run.code, Some(8), "{run:?}");
        assert!(run.stderr.contains("could not be written") && run.stderr.contains(&id), "{run:?}");
        // The job has ended.
        assert!(!run.stderr.contains("continues to run"), "{run:?}");
    }
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({})).to_string();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = run(server.program(&["get", &id]).stdout(writer));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}
