//! Jobs of kinds other than contact enrichment.

use std::time::Duration;

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault, Feature, JobTime, Sandbox};

use super::support::{TestServer, assert_rejected, assert_snapshot, feed, masked, run};
use super::webhook_sender::directory;

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

/// Returns the text before the row of the job.
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
        (&["company", "{\"domain\":7}"], "not a JSON object that describes a company"),
        (&["company", "-", "acme.com"], "can't be combined"),
        (&["prospect"], "required"),
        (&["prospect", "acme.com"], "--title-filter is missing"),
        (&["prospect", "{\"domain\":\"acme.com\"}"], "title_filter is missing"),
        (&["company", "Acme Corp"], "or with --name"),
        (&["prospect", "", "--title-filter", "CFO"], "domain"),
    ];
    assert_rejected(&server, rows);
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

/// Jobs of all kinds are waited for together, each with the finder of its kind.
#[test]
fn ids_of_several_kinds_are_waited_for() {
    let server = TestServer::new();
    let mut ids = Vec::new();
    for args in [&["enrich", "jane-doe-abc123"][..], COMMANDS[0].0, COMMANDS[1].0, COMMANDS[2].0] {
        let run = server.run(&[args, &["--json", "--policy", "fixed:0.1"]].concat());
        ids.push(run.events("launched")[0]["job_id"].as_str().unwrap().to_owned());
    }
    ids.push(ids[1].clone());
    let of_contact = ids[0].clone();
    ids.push(format!("company/{of_contact}"));
    let wait = ["get", "--wait", "--policy", "fixed:0.1"];
    let words: Vec<&str> = ids.iter().map(String::as_str).collect();
    let run = server.run(&[&wait[..], &words].concat());
    assert_eq!(run.code, Some(10), "{run:?}");
    let lines = run.lines();
    let ends =
        ["Jane Doe, ", "Jane Doe, +", "Example Corp, ", "3 people", "Jane Doe, +", "error: "];
    for ((line, id), (number, end)) in lines.iter().zip(&ids).zip((1..).zip(ends)) {
        assert!(line.starts_with(&format!("{number} {id}: {end}")), "{run:?}");
    }
    assert!(lines[4].ends_with(" (the same as 2)"), "{run:?}");
    assert_eq!(run.stderr, "6 jobs: found 4, not found 0, failed 1, duplicates 1; 5 reads\n");

    let run = feed(
        &mut server.program(&[&wait[..], &["--json", "-"]].concat()),
        ids.join("\n").as_bytes(),
    );
    for (object, id) in run.objects().iter().zip(&ids) {
        assert_eq!((&object["input"], &object["job_id"]), (&json!(id), &json!(id)));
    }
}

/// Results of immediate operations can be read as jobs.
#[test]
fn get_accepts_ids_of_all_kinds() {
    let server = TestServer::new();
    let found = server.run(&["search", "contacts", "--domain", "example.com", "--json"]);
    let job: Value = serde_json::from_str(found.lines()[0]).unwrap();
    let id = format!("contact-search/{}", job["input"]["task"]["job_id"].as_str().unwrap());
    let card = server.run(&["get", &id]);
    assert_eq!(card.code, Some(0), "{card:?}");
    assert!(
        card.stdout.contains(&format!("  waterfall search contacts --job-id {id}")),
        "{card:?}"
    );
    let again = server.run(&["search", "contacts", "--job-id", &id]);
    assert_eq!(again.code, Some(0), "{again:?}");
    let json: Value = serde_json::from_str(&server.run(&["get", &id, "--json"]).stdout).unwrap();
    assert_eq!(json["output"]["persons"], job["output"]["persons"]);
    let many = server.run(&["get", "--wait", &id, &id]);
    assert!(many.lines()[0].ends_with(": found; --json prints the result"), "{many:?}");
}

#[test]
fn an_id_of_a_kind_that_cannot_be_read_sends_nothing() {
    let server = TestServer::new();
    let id = "e-mail/7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
    for args in [&["get", id][..], &["get", "--wait", id, id]] {
        let run = server.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("the kind `e-mail` can't be read"), "{run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}

/// All kinds behave like `enrich`.
#[test]
fn dry_runs_send_nothing() {
    let server = TestServer::new();
    let rows: &[(&[&str], &[u8], &str)] = &[
        (&["phone", "-"], b"jane-doe-abc123\nJANE-doe-abc123\n", "2 queries: 1 to launch, 1 dup"),
        (&["company", "-"], b"[\"acme.com\", {\"domain\": 7}]", "2 queries: 1 to launch, 0 dup"),
        (&["company", "--name", "Acme"], b"", "1 query: 1 to launch, 0 duplicates"),
        (&PROSPECT, b"", "1 query: 1 to launch, 0 duplicates, 0 rejected; nothing was sent"),
    ];
    for (args, input, end) in rows {
        let run = feed(&mut server.program(&[*args, &["--dry-run"]].concat()), input);
        assert!(run.stderr.starts_with(end), "{args:?}: {run:?}");
        assert!(run.stdout.starts_with("   ROW  INPUT") && run.stdout.contains("  launch {"));
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn duplicates_are_launched_on_request() {
    let server = TestServer::new();
    let run = server.run(&["company", "acme.com", "ACME.com", "--allow-duplicates"]);
    assert_eq!((run.code, run.lines().len()), (Some(0), 2), "{run:?}");
    assert_eq!(server.sandbox.requests_to(Endpoint::LaunchCompany).len(), 2);
}

/// Formats other than lines are recognized, and the hints contain the command.
#[test]
fn a_table_on_stdin_is_recognized() {
    let server = TestServer::new();
    for command in ["phone", "company", "prospect"] {
        let run = feed(&mut server.program(&[command, "-"]), b"Company,Domain\nAcme,acme.com\n");
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("stdin is CSV: line 1 has the names"), "{run:?}");
        assert!(run.stderr.contains(&format!("contacts.csv | waterfall {command} -\n")), "{run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn people_at_several_companies_are_found() {
    let server = TestServer::new();
    let input = br#"example.com
{"domain": "acme.com", "title_filter": "Founder", "limit": 1}
example.com
"#;
    let args = ["prospect", "-", "--json", "--title-filter", "VP Engineering", "--limit", "2"];
    let run = feed(&mut server.program(&args), input);
    assert_eq!((run.code, run.events("launched").len()), (Some(0), 2), "{run:?}");
    let objects = run.objects();
    let task = |index: usize| objects[index]["job"]["input"]["task"].clone();
    assert_eq!(
        (&task(0)["title_filter"], &task(0)["limit"]),
        (&json!("VP Engineering"), &json!(2))
    );
    assert_eq!((&task(1)["title_filter"], &task(1)["limit"]), (&json!("Founder"), &json!(1)));
    assert_eq!(objects[2]["duplicate_of"], 0);

    let one = ["prospect", "a.com", "b.com", "--title-filter", "CFO", "--company-name", "A"];
    let run = server.run(&one);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    assert!(run.stderr.contains("to a single company"), "{run:?}");
}

/// Durations are learned per kind.
#[test]
fn durations_are_stored_for_each_kind() {
    let place = directory("state_kinds");
    let builder = Sandbox::builder().job_time(JobTime::Fixed(Duration::from_millis(300)));
    let server = TestServer::of(builder.build());
    for (args, _) in COMMANDS {
        run(server
            .program(&[args, &["--policy", "fixed:0.1"]].concat())
            .env("XDG_STATE_HOME", &place));
    }
    let file = place.join("waterfall/job-times/127.0.0.1.json");
    let saved: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let learned = |(kind, history): (&String, &Value)| {
        (kind.clone(), history["jobs"].as_array().unwrap().len())
    };
    let learned: Vec<(String, usize)> = saved.as_object().unwrap().iter().map(learned).collect();
    let expected = ["company_enrichment", "phone_enrichment", "prospector"];
    assert_eq!(learned, expected.map(|kind| (kind.to_owned(), 1)));
}
