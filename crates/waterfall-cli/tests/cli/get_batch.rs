use serde_json::{Value, json};

use super::support::{TestServer, feed};

const GET: [&str; 4] = ["get", "--wait", "--policy", "fixed:0.1"];
const NO_JOB: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

fn get<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&GET[..], args].concat()
}

#[test]
fn each_job_has_a_line() {
    let server = TestServer::new();
    let found = server.launch_with_outcome(json!({})).to_string();
    let nobody = server.launch_with_outcome(json!({ "person": null })).to_string();
    let run = server.run(&get(&[&found, &nobody, &found, NO_JOB]));
    assert_eq!(run.code, Some(10), "{run:?}");
    let lines = run.lines();
    assert!(lines[0].starts_with(&format!("1 {found}: Jane Doe, ")), "{run:?}");
    assert_eq!(lines[1], format!("2 {nobody}: no person found"));
    assert!(lines[2].starts_with(&format!("3 {found}: Jane Doe, ")), "{run:?}");
    assert!(lines[2].ends_with(" (the same as 1)"), "{run:?}");
    assert!(lines[3].starts_with(&format!("4 {NO_JOB}: error: ")), "{run:?}");
    assert_eq!(run.stderr, "4 jobs: found 1, not found 1, failed 1, duplicates 1; 3 reads\n");
    assert_eq!(server.sandbox.launches().len(), 2);
}

#[test]
fn the_output_of_enrich_is_accepted_as_input() {
    let server = TestServer::new();
    let people = ["enrich", "jane-doe-abc123", "john-roe-42", "--json", "--policy", "fixed:0.1"];
    let first = server.run(&people);
    let mut reported: Vec<&str> =
        first.stderr.lines().filter(|line| line.contains(r#""event":"launched""#)).collect();
    // Launches may complete in any order.
    reported.sort_unstable();
    let input = [reported.join("\n"), "no id".to_owned()].join("\n");
    let again = feed(&mut server.program(&get(&["-", "--json"])), input.as_bytes());
    assert_eq!(again.code, Some(10), "{again:?}");
    let objects = again.objects();
    assert_eq!(objects.len(), 3);
    for (before, after) in first.objects().iter().zip(&objects) {
        assert_eq!((&before["job_id"], &before["job"]), (&after["job_id"], &after["job"]));
        assert_eq!((&after["input"], &after["launch_attempts"]), (&after["job_id"], &Value::Null));
    }
    assert_eq!((&objects[2]["line"], &objects[2]["input"]), (&json!(3), &json!("no id")));
    assert_eq!(server.sandbox.launches().len(), 2);
}

#[test]
fn several_jobs_require_wait() {
    let server = TestServer::new();
    for (args, text) in [
        (&["get", NO_JOB, NO_JOB][..], "Add --wait"),
        (&["get", "-"], "Add --wait"),
        (&["get", NO_JOB, "-", "--wait"], "combined with other inputs"),
        (&["get", NO_JOB, "no-id", "--wait"], "not the id of a job"),
    ] {
        let run = server.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}
