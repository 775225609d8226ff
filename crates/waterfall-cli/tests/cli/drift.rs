//! Compares stored responses with the API's description.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{KEY, Run, TestServer, assert_snapshot, feed, program, run};
#[cfg(unix)]
use super::webhook_sender::{self, ID, Listening};

fn person(number: usize) -> Value {
    json!({
        "first_name": "Ottoline",
        "last_name": "Featherstonehaugh",
        "linkedin_id": format!("ottoline-featherstonehaugh-{number}"),
        "professional_email": format!("ottoline{number}@quibblethorpe.com"),
        "mobile_phone": format!("+3363998{number:04}"),
        "title": "Purveyor of Marmalade",
        "seniority": null,
        "email_verified": "certainly",
        "lead_grade": if number.is_multiple_of(2) { "Platinum" } else { "Obsidian" },
        "pets": [{"name": "Mr Tiddles", "ottoline@quibblethorpe.com": "Marmaduke"}],
        "born": "1979-05-04",
    })
}

fn job(number: usize) -> Value {
    json!({"status": "SUCCEEDED", "start_date": "2026-11-27T12:00:00Z", "stop_date": "2026-11-27T12:00:04Z",
        "input": {"task": {"linkedin": format!("ottoline-featherstonehaugh-{number}")}},
        "output": {"person": person(number)}})
}

/// Lines as `enrich - --json` writes them.
fn results(count: usize) -> String {
    let line = |number: usize| {
        json!({"index": number, "input": "ottoline", "outcome": "found", "duplicate_of": null, "error": null,
            "job_id": format!("7d44db58-5de3-4e92-a2fb-8325d12c{number:04}"), "job": job(number)})
    };
    (0..count).map(|number| line(number).to_string() + "\n").collect()
}

/// Returns all texts of a value, and the names of members that look like data.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            if name.contains('@') {
                found.push(name.clone());
            }
            texts(value, found);
        }),
        _ => {}
    }
}

fn assert_nothing_of(input: &str, output: &str) {
    let mut personal = Vec::new();
    for line in input.lines() {
        texts(&serde_json::from_str(line).unwrap(), &mut personal);
    }
    // Words of the report itself.
    personal.retain(|text| !["SUCCEEDED", "found"].contains(&text.as_str()));
    assert!(personal.len() > 10);
    for text in personal {
        assert!(!output.contains(&text), "`{text}` is in {output}");
    }
}

fn drift(arguments: &[&str]) -> Run {
    run(&mut program(&[&["drift"], arguments].concat()))
}

fn written(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn findings_have_paths_and_counts_and_no_personal_data() {
    let temporary = tempfile::tempdir().unwrap();
    let input = results(40);
    let file = written(temporary.path(), "results.jsonl", &input);
    let out = temporary.path().join("findings.json");
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    let people = drift(&[file, "--output", out]);
    assert_eq!(people.code, Some(13), "{people:?}");
    let programs = drift(&[file, "--json"]);
    assert_eq!(programs.code, Some(13), "{programs:?}");
    let findings = fs::read_to_string(out).unwrap();
    // The tests of `cargo xtask observe` read this file.
    assert_snapshot("drift_observations", &findings);
    for output in [&people.stdout, &people.stderr, &programs.stdout, &programs.stderr, &findings] {
        assert_nothing_of(&input, output);
    }
    let expected = [
        "findContactEnrichment 200: 40 responses",
        "unknown-field: $.output.person.lead_grade",
        "unknown-field: $.output.person.pets",
        "type-mismatch: $.output.person.email_verified",
        "seen as string in 40 of 40 values",
    ];
    for expected in expected {
        assert!(people.stdout.contains(expected), "{expected}: {people:?}");
    }
    let report: Value = serde_json::from_str(&programs.stdout).unwrap();
    assert_eq!(report["responses"][0]["count"], 40);
    assert!(
        report["findings"].as_array().unwrap().iter().any(|one| one["code"] == "type-mismatch")
    );

    // The written file is an input like the responses, and is added to them.
    let again = drift(&[out, file]);
    assert_eq!(again.code, Some(13), "{again:?}");
    assert!(again.stdout.contains("findContactEnrichment 200: 80 responses"), "{again:?}");
}

#[cfg(unix)]
#[test]
fn deliveries_are_responses_of_the_finder() {
    let temporary = tempfile::tempdir().unwrap();
    let listening = Listening::start("drift_of_deliveries", &[]);
    let mut surprising = job(1);
    surprising["input"]["task"]["job_id"] = json!(ID);
    assert_eq!(listening.deliver(&surprising.to_string()).status, 200);
    assert_eq!(listening.deliver(&webhook_sender::job(&ID.replace('7', "8"))).status, 200);
    let (deliveries, _) = listening.stop();
    let file = written(temporary.path(), "deliveries.jsonl", &deliveries);
    let run = drift(&[file.to_str().unwrap()]);
    assert_eq!(run.code, Some(13), "{run:?}");
    let expected = [
        "findContactEnrichment 200: 2 responses",
        "unknown-field: $.output.person.lead_grade",
        "seen as string in 1 of 1 values",
    ];
    for expected in expected {
        assert!(run.stdout.contains(expected), "{expected}: {run:?}");
    }
}

#[test]
fn values_are_shown_only_on_request() {
    let input = results(40);
    let shown = ["drift", "-", "--show-values", "$.output.person.lead_grade"];
    let shown = feed(&mut program(&shown), input.as_bytes());
    assert!(
        shown.stdout.contains("Platinum (20)") && shown.stdout.contains("Obsidian (20)"),
        "{shown:?}"
    );
    assert!(!shown.stdout.contains("Ottoline") && !shown.stdout.contains("certainly"), "{shown:?}");
}

#[test]
fn responses_of_the_sandbox_match_whatever_they_come_from() {
    let temporary = tempfile::tempdir().unwrap();
    let server = TestServer::new();
    let session = temporary.path().join("session");
    let people = b"jane-doe-abc123\njohn-roe-42\nnobody\n";
    let record = ["enrich", "-", "--json", "--record", session.to_str().unwrap()];
    let results = feed(&mut server.program(&record), people);
    let results = written(temporary.path(), "results.jsonl", &results.stdout);
    let single = server.run(&["enrich", "--json", "--linkedin", "jane-doe-abc123"]);
    let single = written(temporary.path(), "body.json", &single.stdout);

    let table = written(temporary.path(), "people.csv", "linkedin\njane-doe-abc123\nkim-poe-7\n");
    let enriched = temporary.path().join("enriched.csv");
    let batch = ["batch", "run", table.to_str().unwrap(), "-o", enriched.to_str().unwrap()];
    assert_eq!(server.run(&batch).code, Some(0));
    let journal = temporary.path().join("enriched.csv.journal");
    let rows: [(&Path, &[&str], &str); 4] = [
        (&results, &[], "findContactEnrichment 200: 3 responses"),
        (
            &single,
            &["--operation", "findContactEnrichment"],
            "findContactEnrichment 200: 1 response",
        ),
        (&session, &[], "launchContactEnrichment 200: 3 responses"),
        (&journal, &[], "findContactEnrichment 200: 2 responses"),
    ];
    for (source, options, expected) in rows {
        let run = drift(&[&[source.to_str().unwrap()], options].concat());
        assert!(run.stdout.contains(expected), "{run:?}");
        assert!(run.stdout.contains("the responses match the description"), "{run:?}");
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}

#[test]
fn a_drifting_response_is_noticed_and_explained() {
    let temporary = tempfile::tempdir().unwrap();
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Find, Fault::Raw(job(1).to_string().into()));
    let enrich = server.run(&["enrich", "--json", "--linkedin", "jane-doe-abc123"]);
    assert_eq!(enrich.events("drift").len(), 1, "{enrich:?}");
    let body = written(temporary.path(), "body.json", &enrich.stdout);
    let run = drift(&[body.to_str().unwrap(), "--operation", "findContactEnrichment"]);
    assert_eq!(run.code, Some(13), "{run:?}");
    assert!(run.stdout.contains("unknown-field: $.output.person.pets"), "{run:?}");
}

#[test]
fn unreadable_input_is_an_error() {
    let temporary = tempfile::tempdir().unwrap();
    let empty = temporary.path().to_str().unwrap();
    let rows: [(&[&str], &str); 4] = [
        (&["/does/not/exist.jsonl"], "can't read /does/not/exist.jsonl"),
        (&[empty], "is not a recording"),
        (&[], "<FILE>"),
        (&["-", "--operation", "noSuchOperation"], "noSuchOperation"),
    ];
    for (arguments, expected) in rows {
        let command = [&["drift"], arguments].concat();
        let run = feed(program(&command).env("WATERFALL_API_KEY", KEY), b"{}\n");
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(expected), "{run:?}");
    }
}
