//! Results with values of unexpected types are displayed like any other.

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{KEY, Run, TestServer, assert_snapshot};
use super::webhook_sender::{ID, Listening};

/// Plausible responses, each with one deviation, and the path that is reported.
fn odd() -> [(Value, Option<&'static str>); 10] {
    let usage = json!({"total_usd": 0.004, "persons_usd": 0.004, "phones_usd": 0,
        "companies_usd": 0, "persons_count": 1, "companies_count": 0,
        "balance_remaining_usd": 717.486});
    let experience = json!({"title": "CTO", "start_year": "2014", "is_current": true});
    [
        (json!({"person": {"domain_age_days": ["4380"]}}), Some("person.domain_age_days")),
        (json!({"person": {}, "usage": usage}), None),
        (
            json!({"person": {"experiences": [experience]}}),
            Some("person.experiences[0].start_year"),
        ),
        (json!({"person": {"email_verified": "true"}}), Some("person.email_verified")),
        (json!({"person": {"mobile_phone": {"number": "+1"}}}), Some("person.mobile_phone")),
        (json!({"person": {}, "usage": {"total_usd": "0.10"}}), Some("usage.total_usd")),
        (json!({"person": {}, "usage": {"persons_count": 1.0, "total_usd": 0.1}}), None),
        (json!({"person": {}}), None),
        (json!({"person": {"company_website": "https://acme.com"}}), None),
        (json!({"person": {"id": "123456789"}}), Some("person.id")),
    ]
}

fn body(output: &Value) -> String {
    let task = json!({"task": {"job_id": ID}});
    json!({"status": "SUCCEEDED", "start_date": "2026-11-27T12:00:00Z",
        "stop_date": "2026-11-27T12:00:04Z", "input": task, "output": output})
    .to_string()
}

/// Returns a job whose next read returns this.
fn prepared(server: &TestServer, body: &str) -> String {
    let id = server.launch_with_outcome(json!({})).to_string();
    server.sandbox.fault_next(Endpoint::Find, Fault::Raw(body.to_owned().into()));
    id
}

#[test]
fn the_card_is_printed_and_one_line_lists_the_deviations() {
    let server = TestServer::new();
    for (output, path) in odd() {
        let run = server.run(&["get", &prepared(&server, &body(&output))]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains("took 4.0 s"), "{run:?}");
        match path {
            Some(path) => {
                let start = format!("note: 1 field has an unexpected type: $.output.{path} (");
                assert!(run.stderr.starts_with(&start), "{run:?}");
                assert!(run.stderr.ends_with("); its value is in --json\n"), "{run:?}");
                assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
            }
            None => assert_eq!(run.stderr, ""),
        }
    }
}

#[test]
fn with_json_the_bytes_are_on_stdout_and_an_event_on_stderr() {
    let server = TestServer::new();
    for (output, path) in odd() {
        let body = body(&output);
        let id = prepared(&server, &body);
        let run = server.run(&["get", &id, "--json"]);
        assert_eq!((run.code, run.stdout.trim_end()), (Some(0), body.as_str()));
        let Some(path) = path else {
            assert_eq!(run.stderr, "");
            continue;
        };
        let event = run.error();
        assert_eq!((&event["event"], &event["job_id"]), (&json!("deviations"), &json!(id)));
        let [deviation] = &event["deviations"].as_array().unwrap()[..] else { panic!("{event}") };
        assert_eq!(deviation["path"], format!("$.output.{path}"));
        assert!(deviation["expected"].is_string() && deviation["found"].is_string(), "{event}");
    }
}

#[test]
fn long_lists_of_deviations_are_truncated() {
    let server = TestServer::new();
    let person = json!({"title": 1, "country": 2, "about": 3, "location": 4, "seniority": 5});
    let run = server.run(&["get", &prepared(&server, &body(&json!({ "person": person })))]);
    assert_eq!(run.code, Some(0));
    assert_snapshot("deviations_of_many_fields", &run.stderr);
}

#[test]
fn a_person_of_an_unexpected_type_does_not_count_as_not_found() {
    let server = TestServer::new();
    for output in [json!([]), json!({"person": [{"first_name": "Jane"}]})] {
        let body = body(&output);
        let run = server.run(&["get", &prepared(&server, &body)]);
        assert_eq!(run.code, Some(5), "{run:?}");
        assert!(
            !run.stdout.contains("No person found") && run.stderr.contains("note: 1 field"),
            "{run:?}"
        );
    }
}

fn get_many(json: bool) -> (TestServer, Run) {
    let server = TestServer::new();
    let odd = body(&json!({"person": {"first_name": "Jane", "email_verified": "true"}}));
    let first = prepared(&server, &odd);
    let second = prepared(&server, &odd);
    let mut args = vec!["get", "--wait", "--policy", "fixed:0.1", &first, &second];
    args.extend(json.then_some("--json"));
    let run = server.run(&args);
    (server, run)
}

#[test]
fn in_a_batch_each_result_has_its_line() {
    let (_twin, run) = get_many(false);
    assert_eq!((run.code, run.lines().len()), (Some(0), 2), "{run:?}");
    assert!(run.lines().iter().all(|line| line.contains("Jane")), "{run:?}");
    let notes: Vec<&str> =
        run.stderr.lines().filter(|line| line.contains("note: 1 field")).collect();
    assert_eq!(notes.len(), 2, "{run:?}");

    let (_twin, run) = get_many(true);
    assert_eq!(run.code, Some(0), "{run:?}");
    for object in run.objects() {
        assert_eq!(object["outcome"], "found");
        assert_eq!(object["job"]["output"]["person"]["email_verified"], "true");
    }
    let events = run.events("deviations");
    assert_eq!(events.len(), 2, "{run:?}");
    assert_eq!(events[0]["deviations"][0]["path"], "$.output.person.email_verified");
}

#[test]
fn a_delivery_keeps_its_job_and_status() {
    let mut listening = Listening::start("odd_deliveries", &[]);
    for (number, (output, path)) in odd().into_iter().enumerate() {
        let id = format!("{}{number}", &ID[..ID.len() - 1]);
        let body = body(&output).replace(ID, &id);
        assert_eq!(listening.deliver(&body).status, 200);
        let line = listening.line();
        assert_eq!((&line["job_id"], &line["status"]), (&json!(id), &json!("SUCCEEDED")));
        assert_eq!(line["body"], serde_json::from_str::<Value>(&body).unwrap());
        if let Some(path) = path {
            let note = listening.note();
            assert_eq!((&note["note"], &note["job_id"]), (&json!("deviations"), &json!(id)));
            assert!(note["message"].as_str().unwrap().contains(path), "{note}");
        }
    }
}

#[test]
fn a_job_that_is_done_is_not_reported_as_running() {
    let server = TestServer::new();
    let odd = r#"{"status":"SUCCEEDED","output":{"person":{"about":1e999}}}"#;
    server.sandbox.fault_next(Endpoint::Find, Fault::Raw(odd.into()));
    let run = server.run(&["enrich", "--linkedin", "jane-doe-abc123"]);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stderr.contains("Read it again with:"), "{run:?}");
    assert!(!run.stderr.contains("continues to run") && !run.stderr.contains(KEY), "{run:?}");
}
