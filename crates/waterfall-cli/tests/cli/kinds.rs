//! Jobs of other kinds than contact enrichment.

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault, Feature, Sandbox};

use super::support::{TestServer, assert_snapshot, feed, masked};

const PROSPECT: [&str; 6] =
    ["prospect", "example.com", "--title-filter", "VP Engineering OR Founder", "--limit", "3"];

/// The commands, and the endpoints that launch their jobs.
const COMMANDS: [(&[&str], Endpoint); 3] = [
    (&["phone", "jane-doe-abc123"], Endpoint::LaunchPhone),
    (&["company", "example.com"], Endpoint::LaunchCompany),
    (&PROSPECT, Endpoint::LaunchProspector),
];

#[test]
fn a_single_result_is_a_card() {
    for (name, args) in [
        ("card_phone", &["phone", "jane-doe-abc123"][..]),
        ("card_no_phone", &["phone", "nobody"]),
        ("card_company", &["company", "example.com"]),
        ("card_no_company", &["company", "nobody.example"]),
        ("card_prospect", &PROSPECT),
    ] {
        let run = TestServer::new().run(args);
        assert_eq!(run.code, Some(if name.contains("_no_") { 1 } else { 0 }), "{run:?}");
        assert!(run.stderr.contains("/") && run.stderr.contains(" launched\n"), "{run:?}");
        let text = masked(&run.stdout);
        let id = text.find("/ID").or(text.find("Job  ")).unwrap();
        assert_snapshot(name, &masked_id(&text[..id]));
    }
}

/// What is before the row of the job.
fn masked_id(text: &str) -> String {
    text.rsplit_once("  Job ").map_or(text, |(before, _)| before).to_owned()
}

#[test]
fn json_is_the_response_of_the_api() {
    for (args, endpoint) in COMMANDS {
        let server = TestServer::new();
        let run = server.run(&[args, &["--json", "--custom-fields", r#"{"row":7}"#]].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        let job: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(job["status"], "SUCCEEDED", "{job}");
        assert_eq!(job["input"]["task"]["custom_fields"], json!({ "row": 7 }));
        assert_eq!(run.event_names(), ["launching", "launched"]);
        assert_eq!(server.sandbox.requests_to(endpoint).len(), 1);

        let id = run.events("launched")[0]["job_id"].as_str().unwrap().to_owned();
        assert!(id.contains('/'), "{id}");
        for wait in [&[][..], &["--wait"]] {
            let again = server.run(&[&["get", &id, "--json"], wait].concat());
            assert_eq!(again.code, Some(0), "{again:?}");
            let again: Value = serde_json::from_str(&again.stdout).unwrap();
            assert_eq!(again["output"], job["output"]);
        }
        let card = server.run(&["get", &id]);
        assert!(card.stdout.contains(&format!("  Job         {id}, ")), "{card:?}");
    }
}

#[test]
fn failures_have_their_exit_codes() {
    for (args, endpoint) in COMMANDS {
        let server = TestServer::new();
        let failed =
            server.run(&[args, &["--custom-fields", r#"{"sandbox":"state=FAILED"}"#]].concat());
        assert_eq!((failed.code, failed.stdout.as_str()), (Some(3), ""), "{failed:?}");
        assert!(failed.stderr.contains("ended as FAILED"), "{failed:?}");
        let wish = ["--custom-fields", r#"{"sandbox":"state=RUNNING"}"#, "--deadline", "200ms"];
        let late = server.run(&[args, &wish].concat());
        assert_eq!(late.code, Some(4), "{late:?}");
        assert!(late.stderr.contains("\n         waterfall get "), "{late:?}");
        assert!(late.stderr.contains(" --wait\n"), "{late:?}");
        server.sandbox.fault_next(endpoint, Fault::Reset { processed: true });
        assert_eq!(server.run(args).code, Some(6));
    }
    let server = TestServer::with(Sandbox::builder().without(Feature::Phone));
    assert_eq!(server.run(&["phone", "jane-doe-abc123"]).code, Some(5));
}

#[test]
fn bad_arguments_send_nothing() {
    let server = TestServer::new();
    let rows: &[(&[&str], &str)] = &[
        (&["phone"], "required"),
        (&["phone", "Jane Doe"], "query 1 Jane Doe"),
        (&["phone", "jane-doe-abc123", "{}"], "1 of 2 queries"),
        (&["company", ""], "company"),
        (&["company", "{\"domain\":7}"], "not the object of a company"),
        (&["company", "-", "acme.com"], "can't be combined"),
        (&["prospect", "acme.com"], "required"),
        (&["prospect", "", "--title-filter", "CFO"], "domain"),
    ];
    for (args, problem) in rows {
        let run = server.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{args:?}: {run:?}");
        assert!(run.stderr.contains(problem), "{args:?}: {run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn a_malformed_title_filter_is_shown_with_its_position() {
    let server = TestServer::new();
    for args in [&["prospect", "acme.com"][..], &["search", "contacts", "--domain", "acme.com"]] {
        let run = server.run(&[args, &["--title-filter", "CFO OR (VP"]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("\n  CFO OR (VP\n         ^\n"), "{run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn many_inputs_have_a_line_each() {
    let server = TestServer::new();
    let input = b"example.com\n# no\nnobody.example\nhttps://www.example.com/\n{\"domain\":7}\n";
    let run = feed(&mut server.program(&["company", "-"]), input);
    assert_eq!(run.code, Some(10), "{run:?}");
    assert_snapshot("batch_companies", &run.lines().join("\n"));
    let end = "4 queries: found 1, not found 1, failed 1, duplicates 1; 2 jobs, 2 reads\n";
    assert!(run.stderr.ends_with(end), "{run:?}");
    assert_eq!(server.sandbox.requests_to(Endpoint::LaunchCompany).len(), 2);
}

#[test]
fn many_inputs_are_objects_with_json() {
    let server = TestServer::new();
    let run = server.run(&["phone", "--json", "jane-doe-abc123", "nobody", "JANE-doe-abc123"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let objects = run.objects();
    let outcome =
        |index: usize| (objects[index]["outcome"].clone(), objects[index]["duplicate_of"].clone());
    assert_eq!(outcome(0), (json!("found"), json!(null)));
    assert_eq!(outcome(1), (json!("nobody"), json!(null)));
    assert_eq!(outcome(2), (json!("found"), json!(0)));
    assert_eq!(objects[0]["job"]["status"], "SUCCEEDED");
    assert!(objects[0]["job_id"].as_str().unwrap().starts_with("phone/"), "{objects:?}");
    assert_eq!((run.events("launched").len(), run.events("ended").len()), (2, 1));
}

/// Nothing more is launched after the key was rejected.
#[test]
fn a_rejected_key_stops_launching() {
    let server = TestServer::with(Sandbox::builder().accept_key("another-key"));
    let run = server.run(&["company", "example.com", "acme.com", "--json"]);
    assert_eq!(run.code, Some(5), "{run:?}");
    let sent = server.sandbox.requests_to(Endpoint::LaunchCompany).len();
    assert!(sent < 3 && sent > 0, "{run:?}");
    assert_eq!(run.events("not_launched").len() + run.objects().len(), 2, "{run:?}");
}

#[test]
fn several_ids_of_other_kinds_are_rejected() {
    let server = TestServer::new();
    let id = "phone/7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
    let run = server.run(&["get", "--wait", id, id]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("one by one"), "{run:?}");
    assert!(server.sandbox.requests().is_empty());
}
