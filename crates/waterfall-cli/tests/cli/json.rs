use std::net::TcpListener;

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{TestServer, program, run};

const ENRICH: [&str; 4] = ["enrich", "--linkedin", "jane-doe-abc123", "--json"];
const KEYS: [&str; 10] = [
    "kind",
    "status",
    "code",
    "category",
    "message",
    "retry_after_seconds",
    "json_path",
    "job_id",
    "retryable",
    "may_have_launched",
];

/// Returns the error object without its message, and checks its keys.
fn reported(run: &super::support::Run) -> Value {
    let mut error = run.error();
    let line = run.stderr.lines().last().unwrap();
    let mut place = 0;
    for key in KEYS {
        let found = line.find(&format!("\"{key}\":")).unwrap();
        assert!(found >= place, "the keys are not in order: {line}");
        place = found;
    }
    let object = error.as_object_mut().unwrap();
    assert_eq!(object.len(), KEYS.len(), "{object:?}");
    let message = object.remove("message").unwrap();
    assert!(message.as_str().is_some_and(|message| !message.is_empty()));
    error
}

fn expected(changes: Value) -> Value {
    let mut expected = json!({
        "kind": null, "status": null, "code": null, "category": null,
        "retry_after_seconds": null, "json_path": null, "job_id": null,
        "retryable": false, "may_have_launched": false,
    });
    for (name, value) in changes.as_object().unwrap() {
        expected[name] = value.clone();
    }
    expected
}

#[test]
fn stdout_has_the_bytes_of_the_api_and_stderr_what_is_new() {
    let server = TestServer::new();
    let odd = "{\"status\" : \"SUCCEEDED\",\r\n\t\"start_date\":\"2023-09-20T20:23:36.086988\",\
               \"new\":[1.0, 1e2, 123456789012345678901234567890], \"x\":\"\\u00e9 é\" }\n";
    let id = server.launch_with_outcome(json!({})).to_string();
    server.sandbox.fault_next(Endpoint::Find, Fault::Raw(odd.into()));
    let run = server.run(&["get", &id, "--json"]);
    assert_eq!((run.code, run.event_names()), (Some(1), vec!["drift".to_owned()]));
    assert_eq!(run.stdout, format!("{odd}\n"));
}

#[test]
fn only_the_final_response_is_printed() {
    let server = TestServer::new();
    let run = server.run(&[&ENRICH[..], &["--custom-fields", r#"{"row":7}"#]].concat());
    assert_eq!((run.code, run.event_names().join(" ").as_str()), (Some(0), "launching launched"));
    let launching = json!({ "event": "launching", "index": 0, "line": null, "input": null });
    assert_eq!(run.events("launching"), [launching]);
    let id = server.sandbox.launches()[0].job_id;
    assert_eq!(run.events("launched")[0]["job_id"], json!(id));
    assert_eq!(run.stdout.matches('\n').count(), 1);
    let job: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(job["status"], "SUCCEEDED");
    assert_eq!(job["output"]["person"]["last_name"], "Doe");
    assert_eq!(job["input"]["task"]["custom_fields"], json!({ "row": 7 }));
}

#[test]
fn a_running_job_is_a_result_and_not_an_error() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({ "state": "RUNNING" })).to_string();
    let run = server.run(&["get", &id, "--json"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(7), ""));
    assert!(run.stdout.contains(r#""status":"RUNNING""#), "{run:?}");
}

#[test]
fn a_failed_job_is_on_stdout_and_its_error_on_stderr() {
    for (state, code) in [("FAILED", 3), ("ABORTED", 3), ("TIMED_OUT", 4)] {
        let server = TestServer::new();
        let id = server.launch_with_outcome(json!({ "state": state })).to_string();
        let run = server.run(&["get", &id, "--json"]);
        assert_eq!(run.code, Some(code));
        let job: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(job["status"], state);
        assert_eq!(reported(&run), expected(json!({ "kind": "job_failed", "job_id": id })));
    }
}

#[test]
fn a_job_that_fails_while_it_is_waited_for() {
    let server = TestServer::new();
    let wish = r#"{"sandbox":"state=FAILED"}"#;
    let run = server.run(&[&ENRICH[..], &["--custom-fields", wish]].concat());
    let id = server.sandbox.launches()[0].job_id;
    let error = expected(json!({ "kind": "job_failed", "job_id": id, "may_have_launched": true }));
    assert_eq!((run.code, reported(&run)), (Some(3), error));
    assert!(run.stdout.contains(r#""error":"Provider error""#), "{run:?}");
}

#[test]
fn a_wait_that_ends_too_early() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({ "state": "RUNNING" })).to_string();
    let run = server.run(&["get", "--json", "--wait", "--deadline", "200ms", &id]);
    let error = expected(json!({ "kind": "wait_timeout", "job_id": id, "retryable": true }));
    assert_eq!((run.code, run.stdout.as_str(), reported(&run)), (Some(4), "", error));
}

#[test]
fn requests_that_the_api_rejects() {
    let server = TestServer::with(Sandbox::builder().quota(0));
    let error = expected(json!({
        "kind": "api", "status": 402, "code": "QUOTA_ACCOUNT_OVER_QUOTA", "category": "QUOTA",
    }));
    assert_eq!(reported(&server.run(&ENRICH)), error);

    server.sandbox.fault_next(Endpoint::Launch, Fault::RetryAfter("7".into()));
    let error = expected(json!({
        "kind": "api", "status": 429, "code": "RATE_LIMIT_RATE_LIMIT_EXCEEDED",
        "category": "RATE_LIMIT", "retry_after_seconds": 7, "retryable": true,
    }));
    assert_eq!(reported(&server.run(&[&ENRICH[..], &["--no-retry"]].concat())), error);

    server.sandbox.fault_next(Endpoint::Launch, Fault::status(500));
    let error = reported(&server.run(&ENRICH));
    assert_eq!((&error["may_have_launched"], &error["retryable"]), (&json!(true), &json!(false)));
}

#[test]
fn a_response_that_can_not_be_decoded_is_not_lost() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({})).to_string();
    let odd = r#"{"status":["SUCCEEDED"],"output":{"person":{"first_name":"Jane"}}}"#;
    server.sandbox.fault_next(Endpoint::Find, Fault::Raw(odd.into()));
    let run = server.run(&["get", &id, "--json"]);
    let error = expected(json!({
        "kind": "invalid_response", "status": 200, "json_path": "$.status", "job_id": id,
    }));
    assert_eq!((run.code, reported(&run)), (Some(5), error));
    assert_eq!(run.stdout, format!("{odd}\n"));

    server.sandbox.fault_next(Endpoint::Find, Fault::Html);
    let run = server.run(&["get", &id, "--json", "--no-retry"]);
    assert_eq!((run.stdout.as_str(), &reported(&run)["json_path"]), ("", &json!("$")));
}

#[test]
fn no_connection() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = program(&[&ENRICH[..], &["--no-retry"]].concat());
    let run = run(command
        .env("WATERFALL_API_KEY", "k")
        .env("WATERFALL_BASE_URL", format!("http://{free}")));
    let error = expected(json!({ "kind": "connect", "retryable": true }));
    assert_eq!((run.code, reported(&run)), (Some(6), error));
}

#[test]
fn bad_usage_and_configuration() {
    let run_of = |args: &[&str]| run(&mut program(args));
    let usage = run_of(&["enrich", "--json"]);
    assert_eq!((usage.code, reported(&usage)), (Some(2), expected(json!({ "kind": "usage" }))));
    let config = run_of(&ENRICH);
    assert_eq!((config.code, reported(&config)), (Some(2), expected(json!({ "kind": "config" }))));
    let query = run_of(&["enrich", "--json", "--linkedin", ""]);
    assert_eq!(
        (query.code, reported(&query)),
        (Some(2), expected(json!({ "kind": "invalid_query" })))
    );
}
