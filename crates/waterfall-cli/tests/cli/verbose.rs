use serde_json::json;
use waterfall_sandbox::{Endpoint, Fault};

use super::support::{TestServer, assert_snapshot, masked};

const ENRICH: [&str; 7] =
    ["enrich", "-v", "--no-state", "--policy", "fixed:0.1", "--linkedin", "jane-doe-abc123"];
const SLOW: &str = r#"{"sandbox":"seconds=1"}"#;

#[test]
fn decisions_are_logged() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::RetryAfter("1".into()));
    server.sandbox.fault_next(Endpoint::Find, Fault::status(503));
    let args = ["enrich", "--linkedin", "ann-1", "--verbose", "--policy", "exponential:0.5,4,9"];
    let run = server.run(&[&args[..], &["--no-state", "--custom-fields", SLOW]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let chances = run.stderr.split_whitespace();
    let chances: Vec<&str> = chances
        .collect::<Vec<_>>()
        .windows(2)
        .filter(|pair| pair[1] == "%")
        .map(|pair| pair[0])
        .collect();
    assert!(!chances.is_empty(), "{run:?}");
    let mut reported = masked(&run.stderr);
    for chance in chances {
        reported = reported.replace(&format!(" {chance} %"), " N %");
    }
    // Depends on the exact time at which a slot is requested.
    let waits = |line: &&str| line.contains("waiting for the key's rate limit");
    let reported: String = reported.split_inclusive('\n').filter(|line| !waits(line)).collect();
    assert_snapshot("verbose_enrich", &reported);
}

#[test]
fn get_logs_decisions_as_well() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({ "seconds": 1 })).to_string();
    let run = server.run(&["get", "--wait", "-v", "--no-state", "--policy", "fixed:0.4", &id]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("s  read 1: RUNNING, next in 0."), "{run:?}");
    assert!(run.stderr.contains(" (fixed:0.4, "), "{run:?}");
    assert!(run.stderr.ends_with(": SUCCEEDED, the wait has ended\n"), "{run:?}");

    server.sandbox.fault_next(Endpoint::Find, Fault::Reset { processed: false });
    let run = server.run(&["get", "-v", &id]);
    assert!(run.stderr.contains("s  attempt 1 failed (transport), retrying in "), "{run:?}");
    server.sandbox.fault_next(Endpoint::Find, Fault::Reset { processed: false });
    let run = server.run(&["get", "-v", &id, "--no-retry"]);
    assert!(
        run.stderr.contains(" not retrying: the maximum number of attempts is reached\n"),
        "{run:?}"
    );
}

#[test]
fn a_log_line_names_its_input() {
    let server = TestServer::new();
    let people = ["ann-1", "ann-1", "b@acme.com"];
    let run = server.run(&[&["enrich", "-v", "--policy", "fixed:0.1"], &people[..]].concat());
    for part in ["s  [1] first read in ", "s  [3] first read in ", "s  [3] read 1: SUCCEEDED"] {
        assert!(run.stderr.contains(part), "no `{part}` in {run:?}");
    }
    assert!(!run.stderr.contains("[2]"), "{run:?}");
}

#[test]
fn as_json_each_line_is_an_event() {
    let server = TestServer::new();
    let run = server.run(&[&ENRICH[..], &["--json"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1);
    let planned = run.events("read.planned");
    assert_eq!(planned[0]["poll.policy"], "fixed:0.1");
    assert!(planned[0]["pause_s"].is_f64() && planned[0]["at_s"].is_f64());
    assert_eq!(run.events("job.ended")[0]["job.outcome"], "SUCCEEDED");
    assert!(!run.stderr.contains("jane"), "{run:?}");
}

#[test]
fn without_it_nothing_is_logged() {
    let server = TestServer::new();
    let args: Vec<&str> = ENRICH.into_iter().filter(|arg| *arg != "-v").collect();
    let run = server.run(&[&args[..], &["--custom-fields", SLOW]].concat());
    assert!(!run.stderr.contains("next in") && run.stderr.contains(" RUNNING, "), "{run:?}");
}

#[test]
fn the_policy_determines_the_reads() {
    let server = TestServer::new();
    let rows = [
        ("fixed:0.3", "fixed:0.3", 0.0..0.331),
        ("vendor", "recommended", 1.0..2.201),
        ("exponential:0.2,2,1", "exponential:0.2,2,1", 0.0..0.221),
    ];
    for (policy, shown, first) in rows {
        let args = ["enrich", "--linkedin", "ann-1", "-v", "--json", "--policy", policy];
        let run = server.run(&args);
        let planned = &run.events("read.planned")[0];
        assert_eq!((run.code, &planned["poll.policy"]), (Some(0), &json!(shown)));
        assert!(first.contains(&planned["pause_s"].as_f64().unwrap()), "{planned}");
    }
}
