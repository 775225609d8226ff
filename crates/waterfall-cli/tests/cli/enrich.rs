use serde_json::json;
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{Twin, program, run};

#[test]
fn it_launches_waits_and_prints_the_person() {
    let twin = Twin::new();
    let run = twin.run(&["enrich", "--linkedin", "jane-doe-abc123"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("Jane Doe\nHead of Sales at Acme Corp\n\n"), "{run:?}");
    assert!(run.stdout.contains("took 0.0 s, 1 read\n"), "{run:?}");

    let id = twin.sandbox.launches()[0].job_id;
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines[0], format!("job {id} launched"));
    assert!(lines[1].starts_with(&format!("job {id} SUCCEEDED, ")), "{run:?}");
    assert!(lines[1].ends_with(" s, 1 read") && lines.len() == 2, "{run:?}");
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
    let twin = Twin::new();
    for (args, body) in rows {
        let run = twin.run(&[&["enrich", "--deadline", "1ms"], *args].concat());
        assert!(matches!(run.code, Some(0 | 1 | 4)), "{run:?}");
        assert_eq!(twin.sandbox.launches().last().unwrap().body, *body);
    }
}

#[test]
fn a_read_that_fails_in_passing_is_told_and_survived() {
    let twin = Twin::new();
    twin.sandbox.fault_next(Endpoint::Find, Fault::status(503));
    let run = twin.run(&["enrich", "--linkedin", "jane-doe-abc123"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains(" read failed (503), "), "{run:?}");
    assert!(run.stdout.contains(" 2 reads\n"), "{run:?}");
}

#[test]
fn the_deadline_says_how_to_go_on() {
    let twin = Twin::new();
    let wish = r#"{"sandbox":{"state":"RUNNING"}}"#;
    let url = twin.url();
    let args = ["--base-url", &url, "--deadline", "300ms", "--custom-fields", wish];
    let mut command =
        twin.program(&[&["enrich", "--linkedin", "jane-doe-abc123"], &args[..]].concat());
    let run = run(command.env("WATERFALL_BASE_URL", "https://not.asked.example"));
    let id = twin.sandbox.launches()[0].job_id;
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run:?}");
    assert!(run.stderr.contains(&format!("error: job {id} is not over after ")), "{run:?}");
    let command = format!("\n         waterfall get {id} --wait --base-url {url}\n");
    assert!(run.stderr.contains(&command), "{run:?}");
}

#[test]
fn the_embedded_sandbox_needs_nothing() {
    let mut command = program(&["enrich", "--sandbox", "--linkedin", "jane-doe-abc123"]);
    // Neither is for it.
    command.env("WATERFALL_BASE_URL", "https://not.asked.example");
    let run = run(&mut command);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.starts_with("note: this is the embedded sandbox"), "{run:?}");
    assert!(run.stdout.starts_with("Jane Doe\nHead of Sales at Acme Corp\n"), "{run:?}");
}
