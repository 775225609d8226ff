//! Contacts in the formats of real files: each person is launched once, and invalid input is
//! rejected before any request.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{Run, TestServer, assert_snapshot, feed, program};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/inputs");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    files
}

fn dry_run(input: &[u8], args: &[&str]) -> Run {
    feed(&mut program(&[&["enrich", "-", "--dry-run"], args].concat()), input)
}

fn enrich(server: &TestServer, input: &str) -> Run {
    feed(&mut server.program(&["enrich", "-", "--json", "--policy", "fixed:0.1"]), input.as_bytes())
}

/// The table of all inputs: launched once, or rejected with a reason.
#[test]
fn a_dry_run_shows_the_decision_on_each_input() {
    let mut table = String::new();
    for file in fixtures() {
        let run = dry_run(&fs::read(&file).unwrap(), &[]);
        let name = file.file_name().unwrap().to_str().unwrap();
        let code = run.code.unwrap();
        table += &format!("== {name} (exit code {code})\n{}{}\n", run.stdout, run.stderr);
    }
    assert_snapshot("inputs", &table);
}

/// A run makes the same decisions as a dry run.
#[test]
fn a_run_launches_what_the_dry_run_shows() {
    let server = TestServer::new();
    for file in fixtures() {
        let input = fs::read(&file).unwrap();
        let planned = dry_run(&input, &["--json"]);
        let planned: Vec<Value> = planned.objects();
        let of = |decision: &str| {
            planned.iter().filter(|line| line["decision"] == decision).collect::<Vec<_>>()
        };
        let before = server.sandbox.launches().len();
        let args = ["enrich", "-", "--json", "--policy", "fixed:0.1"];
        let run = feed(&mut server.program(&args), &input);
        let mut sent: Vec<Value> =
            server.sandbox.launches()[before..].iter().map(|launch| launch.body.clone()).collect();
        let mut expected: Vec<Value> =
            of("launch").iter().map(|line| line["request"].clone()).collect();
        // The order of members depends on how serde_json is built.
        let by_person = |request: &Value| {
            ["email", "linkedin", "full_name", "include_phones"]
                .map(|name| request[name].to_string())
        };
        sent.sort_unstable_by_key(by_person);
        expected.sort_unstable_by_key(by_person);
        assert_eq!(sent, expected, "{file:?}");
        // Each row has a line, including those that share the launch of another one.
        let results = run.objects();
        assert_eq!(results.len(), planned.len(), "{file:?}: {run:?}");
        for (result, planned) in results.iter().zip(&planned) {
            assert_eq!(result["input"], planned["input"]);
            assert_eq!(result["duplicate_of"], planned["duplicate_of"], "{result}");
            let is_rejected = planned["decision"] == "rejected";
            assert_eq!(result["error"]["kind"] == "invalid_query", is_rejected, "{result}");
        }
    }
}

#[test]
fn a_dry_run_needs_no_key_and_sends_nothing() {
    let server = TestServer::new();
    let rows: &[(&[&str], i32, &str)] = &[
        (&["jane-doe-abc123", "Jane-Doe-ABC123"], 0, "duplicate of 1"),
        (&["jane-doe-abc123", "contacts.csv"], 10, "rejected: contacts.csv is the name of a file"),
        (&["Email"], 2, "rejected: linkedin `Email` is the name of a column"),
        (
            &["--linkedin", "jane", "--include-phones"],
            0,
            r#"launch {"linkedin":"jane","include_phones":true}"#,
        ),
        (&["--email", "jane"], 2, "rejected: email `jane` is not an e-mail address"),
        (&["jane-1", "jane-1", "--allow-duplicates"], 0, "     2  jane-1  "),
    ];
    for (args, code, text) in rows {
        let mut command = program(&[&["enrich", "--dry-run"], *args].concat());
        let run = super::support::run(command.env("WATERFALL_BASE_URL", server.url()));
        assert_eq!(run.code, Some(*code), "{run:?}");
        assert!(run.stdout.contains(text), "no `{text}` in {run:?}");
        assert!(run.stderr.ends_with("; nothing was sent\n"), "{run:?}");
    }
    let run = dry_run(b"jane-1\nnull\njane-1\n", &["--json"]);
    let counts = json!({
        "event": "dry_run", "inputs": 3, "launches": 1, "duplicates": 1, "rejected": 1,
    });
    assert_eq!(run.events("dry_run"), [counts]);
    for line in run.objects() {
        assert_eq!(line.as_object().unwrap().len(), 8, "{line}");
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn rows_for_the_same_person_get_its_result() {
    let server = TestServer::new();
    let rows = [
        r#"{"email":"jane.doe@acme.com","custom_fields":{"crm":"001"}}"#,
        r#"{"email":"JANE.DOE@acme.com","custom_fields":{"crm":"002"}}"#,
        r#"{"Email":"<jane.doe@acme.com>","id":3}"#,
    ];
    let run = enrich(&server, &rows.join("\n"));
    assert_eq!((run.code, server.sandbox.launches().len()), (Some(0), 1), "{run:?}");
    let objects = run.objects();
    for (index, (object, row)) in objects.iter().zip(rows).enumerate() {
        assert_eq!(object["index"], index);
        assert_eq!(object["input"], serde_json::from_str::<Value>(row).unwrap());
        assert_eq!(
            (&object["outcome"], &object["job_id"]),
            (&json!("found"), &objects[0]["job_id"])
        );
        assert_eq!(object["job"], objects[0]["job"]);
        let first = if index == 0 { Value::Null } else { json!(0) };
        assert_eq!(object["duplicate_of"], first);
    }
    assert_eq!(objects[1]["reads"], 0);
    let ended = &run.events("ended")[0];
    assert_eq!((&ended["found"], &ended["duplicates"]), (&json!(1), &json!(2)));
}

/// The second row is not reported as a duplicate of a rejected row, or of one whose launch was
/// rejected.
#[test]
fn a_row_that_was_not_launched_lets_the_next_one_run() {
    let server = TestServer::new();
    let rejected = r#"{"email":"jane.doe@acme.com","custom_fields":{"tags":[1]}}"#;
    let run = enrich(&server, &format!("{rejected}\njane.doe@acme.com\n"));
    let objects = run.objects();
    assert_eq!(
        (&objects[0]["outcome"], &objects[1]["outcome"]),
        (&json!("failed"), &json!("found"))
    );
    assert_eq!(objects[1]["duplicate_of"], Value::Null);

    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::status(400));
    let run = enrich(&server, "jane.doe@acme.com\nJane.Doe@acme.com\njane.doe@ACME.com\n");
    assert_eq!((run.code, server.sandbox.launches().len()), (Some(10), 1), "{run:?}");
    let objects = run.objects();
    assert_eq!(
        (&objects[0]["outcome"], &objects[1]["outcome"]),
        (&json!("failed"), &json!("found"))
    );
    assert_eq!((&objects[2]["outcome"], &objects[2]["duplicate_of"]), (&json!("found"), &json!(1)));
    let ended = &run.events("ended")[0];
    assert_eq!((&ended["inputs"], &ended["duplicates"]), (&json!(3), &json!(1)), "{ended}");
}

/// The job of a launch in doubt may be running, so nothing is launched again.
#[test]
fn a_launch_in_doubt_is_not_repeated_for_another_row() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::status(500));
    let run = enrich(&server, "jane.doe@acme.com\nJane.Doe@acme.com\n");
    assert_eq!(server.sandbox.requests().len(), 1, "{run:?}");
    for object in run.objects() {
        assert_eq!(object["error"]["may_have_launched"], true, "{object}");
    }
}

#[test]
fn a_row_without_phones_is_served_by_one_with() {
    let with = r#"{"email":"jane.doe@acme.com","include_phones":true}"#;
    for (input, launches) in [
        (format!("{with}\njane.doe@acme.com\n"), 1),
        (format!("jane.doe@acme.com\n{with}\n{with}\njane.doe@acme.com\n"), 2),
    ] {
        let server = TestServer::new();
        let run = enrich(&server, &input);
        assert_eq!((run.code, server.sandbox.launches().len()), (Some(0), launches), "{run:?}");
        assert!(run.objects().iter().all(|object| object["outcome"] == "found"), "{run:?}");
    }
}

#[test]
fn other_formats_send_nothing_and_have_a_hint() {
    let server = TestServer::new();
    let rows: [(&[u8], &str, &str); 5] = [
        (b"Email,First Name\na@acme.com,A\n", "stdin is CSV", "csv.DictReader"),
        (b"\xff\xfea\0@\0", "stdin is UTF-16", "iconv"),
        (b"\x1f\x8b\x08\0", "stdin is compressed (gzip)", "gzip -dc"),
        (b"PK\x03\x04", "a spreadsheet", "Export"),
        (b"[{\"email\":\"a@acme.com\"}", "not a complete JSON array", "array"),
    ];
    for (input, what, hint) in rows {
        let run = feed(&mut server.program(&["enrich", "-"]), input);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(what) && run.stderr.contains(hint), "{run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}

/// Earlier launches are reported, and the exit code is not that of a success.
#[test]
fn a_list_that_ends_early_is_an_error_with_its_results() {
    let server = TestServer::new();
    let mut command = server.program(&["enrich", "-", "--json", "--policy", "fixed:0.1"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"jane-doe-abc123\njohn-roe-42\n").unwrap();
    // The header stops all launches that were not sent yet.
    while server.sandbox.launches().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    stdin.write_all(b"Email,First Name\n").unwrap();
    drop(stdin);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(10), "{run:?}");
    let launched = server.sandbox.launches().len();
    assert!(launched > 0 && run.objects().len() == launched, "{run:?}");
    assert_eq!(run.objects().len() + run.events("not_launched").len(), 2, "{run:?}");
    let error: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["kind"], "config", "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("stdin is CSV") && message.contains(" launched before"), "{error}");
}
