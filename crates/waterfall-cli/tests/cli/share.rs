//! The rate limit of a key, and shares of it.

use waterfall_sandbox::{RateLimit, Sandbox};

use super::support::{Run, TestServer, run};

const QUERY: [&str; 7] =
    ["enrich", "--policy", "fixed:0.1", "--linkedin", "jane-doe-abc123", "-v", "--json"];

/// Returns the limit that a run learned: requests per window.
fn limits(run: &Run) -> Vec<u64> {
    let events = run.events("rate_limiter.limit");
    events.iter().map(|event| event["requests"].as_u64().unwrap()).collect()
}

/// A configured limit is not reported; any other limit is an event.
#[test]
fn the_lower_of_the_requested_and_the_reported_limit_applies() {
    let rows: &[(&[&str], Option<&str>, &[u64])] = &[
        (&[], None, &[]),
        (&["--rate-limit", "120"], None, &[50]),
        (&["--rate-limit", "30"], None, &[]),
        (&["--share", "50%"], None, &[]),
        (&["--share", "0.5", "--rate-limit", "120"], None, &[25]),
        (&["--share", "50%", "--rate-limit", "30"], None, &[]),
        (&[], Some("120"), &[50]),
        (&["--rate-limit", "30"], Some("120"), &[]),
        (&[], Some(""), &[]),
    ];
    let limit = RateLimit::per_minute(50).with_headers_on_all();
    let server = TestServer::with(Sandbox::builder().rate_limit(limit));
    for (args, variable, expected) in rows {
        let mut command = server.program(&[&QUERY[..], args].concat());
        let run = run(command.envs(variable.map(|value| ("WATERFALL_RATE_LIMIT", value))));
        assert_eq!((run.code, limits(&run)), (Some(0), expected.to_vec()), "{args:?}: {run:?}");
    }
}

/// Half of a limit of two requests per window is one, so the read waits.
#[test]
fn a_share_is_not_exceeded() {
    let server = TestServer::with(Sandbox::builder().rate_limit(2));
    let args = ["enrich", "--linkedin", "a-a", "--deadline", "1s", "--rate-limit", "2"];
    let run = server.run(&[&args[..], &["--share", "50%"]].concat());
    assert_eq!((run.code, server.sandbox.requests().len()), (Some(4), 1), "{run:?}");
    assert!(run.stderr.contains("nothing was sent"), "{run:?}");
}

#[test]
fn an_invalid_limit_is_rejected() {
    let server = TestServer::new();
    for value in ["0", "fast", "1e9"] {
        let mut command = server.program(&QUERY);
        let run = run(command.env("WATERFALL_RATE_LIMIT", value));
        let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
        assert_eq!((run.code, &error["kind"]), (Some(2), &"config".into()), "{run:?}");
        assert!(run.stderr.contains("WATERFALL_RATE_LIMIT"), "{run:?}");
    }
    assert!(server.sandbox.requests().is_empty());
}
