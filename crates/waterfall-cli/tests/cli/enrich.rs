use serde_json::json;
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{TestServer, masked, program, run};

#[test]
fn it_launches_waits_and_prints_the_person() {
    let server = TestServer::new();
    let run = server.run(&["enrich", "--linkedin", "jane-doe-abc123"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("Jane Doe\nHead of Sales at Acme Corp\n\n"), "{run:?}");
    assert!(run.stdout.contains("took 0.0 s, 1 read\n"), "{run:?}");

    let id = server.sandbox.launches()[0].job_id;
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines[0], format!("job {id} launched"));
    assert!(lines[1].starts_with(&format!("job {id} SUCCEEDED, ")), "{run:?}");
    assert!(lines[1].ends_with(" s, 1 read") && lines.len() == 2, "{run:?}");
}

fn enrich<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["enrich", "--policy", "fixed:0.1"], args].concat()
}

/// Returns a card or, with --json, the API's response.
#[test]
fn a_single_word_is_the_same_as_its_option() {
    let rows: &[(&[&str], &[&str])] = &[
        (&["jane-doe-abc123"], &["--linkedin", "jane-doe-abc123"]),
        (&[" jane.doe@acme.com "], &["--email", "jane.doe@acme.com"]),
        (
            &[r#"{"full_name":"Jane Doe","domain":"acme.com"}"#],
            &["--full-name", "Jane Doe", "--domain", "acme.com"],
        ),
        (&["nobody"], &["--linkedin", "nobody"]),
        (
            &["jane-doe-abc123", "--include-phones"],
            &["--linkedin", "jane-doe-abc123", "--include-phones"],
        ),
    ];
    let server = TestServer::new();

    for (word, option) in rows {
        let [one, other] = [word, option].map(|args| server.run(&enrich(args)));
        assert_eq!(one.code, other.code, "{one:?}, {other:?}");
        assert_eq!(masked(&one.stdout), masked(&other.stdout));
        assert!(one.stdout.contains("\n  Job ") && one.stderr.contains(" launched\n"), "{one:?}");

        let bodies = server.sandbox.launches();
        let [.., one, other] = &bodies[..] else { panic!("{bodies:?}") };
        assert_eq!(one.body, other.body);

        let json = server.run(&[&enrich(word)[..], &["--json"]].concat());
        let object: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!((&object["status"], &object["index"]), (&json!("SUCCEEDED"), &json!(null)));
    }
}

#[test]
fn a_single_word_that_is_not_a_contact_is_rejected() {
    let server = TestServer::new();
    for text in ["Jane Doe", "{", "{}", "", "  "] {
        let run = server.run(&["enrich", text]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{text:?}: {run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn every_option_arrives() {
    let rows: &[(&[&str], _)] = &[
        (&["--linkedin", "jane"], json!({ "linkedin": "jane" })),
        (&["--email", "jane.doe@acme.com"], json!({ "email": "jane.doe@acme.com" })),
        (
            &["--full-name", "Jane Doe", "--domain", "acme.com", "--include-phones"],
            json!({ "full_name": "Jane Doe", "domain": "acme.com", "include_phones": true }),
        ),
        (
            &["--first-name", "Jane", "--last-name", "Doe", "--domain", "acme.com"],
            json!({ "first_name": "Jane", "last_name": "Doe", "domain": "acme.com" }),
        ),
        (
            &[
                "--webhook-url",
                "https://example.com/hook",
                "--custom-fields",
                r#"{"crm_id":7}"#,
                "--linkedin",
                "jane",
            ],
            json!({
                "linkedin": "jane",
                "webhook_url": "https://example.com/hook",
                "custom_fields": { "crm_id": 7 },
            }),
        ),
    ];
    let server = TestServer::new();
    for (args, body) in rows {
        let run = server.run(&[&["enrich", "--deadline", "1ms"], *args].concat());
        assert!(matches!(run.code, Some(0 | 1 | 4)), "{run:?}");
        assert_eq!(server.sandbox.launches().last().unwrap().body, *body);
    }
}

#[test]
fn a_transient_read_failure_is_reported_and_retried() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Find, Fault::status(503));
    let run = server.run(&["enrich", "--linkedin", "jane-doe-abc123"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains(" read failed (503), "), "{run:?}");
    assert!(run.stdout.contains(" 2 reads\n"), "{run:?}");
}

#[test]
fn the_deadline_prints_how_to_continue() {
    let server = TestServer::new();
    let wish = r#"{"sandbox":"state=RUNNING"}"#;
    let url = server.url();
    let args = ["--base-url", &url, "--deadline", "300ms", "--custom-fields", wish];
    let mut command =
        server.program(&[&["enrich", "--linkedin", "jane-doe-abc123"], &args[..]].concat());
    let run = run(command.env("WATERFALL_BASE_URL", "https://not.asked.example"));
    let id = server.sandbox.launches()[0].job_id;
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run:?}");
    assert!(run.stderr.contains(&format!("error: job {id} is not done after ")), "{run:?}");
    let command = format!("\n         waterfall get {id} --wait --base-url {url}\n");
    assert!(run.stderr.contains(&command), "{run:?}");
}

#[test]
fn the_embedded_sandbox_needs_nothing() {
    let mut command = program(&["enrich", "--sandbox", "--linkedin", "jane-doe-abc123"]);
    // The embedded sandbox uses neither this URL nor a key.
    command.env("WATERFALL_BASE_URL", "https://not.asked.example");
    let run = run(&mut command);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.starts_with("note: this is the embedded sandbox"), "{run:?}");
    assert!(run.stdout.starts_with("Jane Doe\nHead of Sales at Acme Corp\n"), "{run:?}");
}
