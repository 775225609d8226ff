use std::net::TcpListener;

use serde_json::Value;
use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{Run, TestServer, program, run};

/// Returns the outcomes of the checks, by name; each failed one has a remedy.
fn checks(run: &Run) -> Vec<(String, String)> {
    let object: Value = serde_json::from_str(&run.stdout).unwrap();
    let checks = object["checks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let outcome = |check: &Value| {
        assert_eq!(check["status"] == "failed", check["remedy"].is_string(), "{check}");
        (text(&check["name"]), text(&check["status"]))
    };
    let checks: Vec<_> = checks.iter().map(outcome).collect();
    let ok = checks.iter().all(|(_, status)| status == "ok");
    assert_eq!((object["ok"].as_bool(), run.code), (Some(ok), Some(if ok { 0 } else { 13 })));
    checks
}

/// Returns the names of failed checks.
fn failed(run: &Run) -> Vec<String> {
    let failed = checks(run).into_iter().filter(|(_, status)| status == "failed");
    failed.map(|(name, _)| name).collect()
}

#[test]
fn all_checks_pass() {
    let server = TestServer::with(Sandbox::builder().balance_usd(99.5));
    let run = server.run(&["doctor"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 8, "{run:?}");
    assert!(run.stdout.lines().all(|line| line.starts_with("ok       ")), "{run:?}");
    assert!(run.stdout.contains("balance        $99.50 left\n"), "{run:?}");
    let json = server.run(&["doctor", "--json"]);
    assert_eq!((failed(&json).len(), json.code), (0, Some(0)), "{json:?}");
    assert!(server.sandbox.launches().is_empty());
}

#[test]
fn a_key_is_missing_or_malformed() {
    let run_with = |key: Option<&str>| {
        let mut command = program(&["doctor", "--json"]);
        command.env("WATERFALL_BASE_URL", "http://127.0.0.1:1");
        run(command.envs(key.map(|key| ("WATERFALL_API_KEY", key))))
    };
    assert_eq!(failed(&run_with(None)), ["api_key"]);
    let quoted = run_with(Some("\"sesame-0123456789\""));
    assert_eq!(failed(&quoted)[0], "api_key", "{quoted:?}");
    assert!(!quoted.stdout.contains("sesame"), "{quoted:?}");
}

#[test]
fn there_is_no_connection() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = program(&["doctor", "--json", "--no-retry"]);
    let run = run(command
        .env("WATERFALL_API_KEY", "sesame")
        .env("WATERFALL_BASE_URL", format!("http://{free}")));
    assert_eq!(failed(&run), ["connection"]);
    let skipped = checks(&run).into_iter().filter(|(_, status)| status == "skipped");
    assert_eq!(skipped.count(), 5);
}

#[test]
fn a_proxy_can_not_be_used() {
    let mut command = program(&["doctor", "--json", "--no-retry"]);
    let run = run(command
        .env("WATERFALL_API_KEY", "sesame")
        .env("WATERFALL_BASE_URL", "https://api.example")
        .env("HTTPS_PROXY", "socks5://127.0.0.1:1080"));
    assert_eq!(failed(&run), ["configuration"], "{run:?}");
    assert!(run.stdout.contains("HTTPS_PROXY"), "{run:?}");
}

#[test]
fn the_key_is_rejected() {
    let server = TestServer::with(Sandbox::builder().accept_key("another-key"));
    let run = server.run(&["doctor", "--json"]);
    let failed = failed(&run);
    assert_eq!(failed[0], "access", "{run:?}");
    assert!(run.stdout.contains("WATERFALL_API_KEY"), "{run:?}");
}

#[test]
fn the_clocks_differ() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::GetAccount, Fault::ClockJump(-600));
    let run = server.run(&["doctor", "--json"]);
    assert_eq!(failed(&run), ["clock"], "{run:?}");
    assert!(run.stdout.contains("ahead of the API's clock"), "{run:?}");
}

#[test]
fn the_balance_is_empty() {
    let server = TestServer::with(Sandbox::builder().balance_usd(0.0));
    let run = server.run(&["doctor"]);
    assert_eq!(run.code, Some(13), "{run:?}");
    assert!(run.stdout.contains("failed   balance        $0.00 left\n"), "{run:?}");
    assert!(run.stdout.contains("Top up the balance"), "{run:?}");
}

#[test]
fn the_limit_is_exceeded_or_webhook_keys_are_missing() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::GetAccount, Fault::RetryAfter("7".into()));
    let run = server.run(&["doctor", "--json", "--no-retry"]);
    assert!(failed(&run).contains(&"rate_limit".to_owned()), "{run:?}");

    server.sandbox.fault_next(Endpoint::Keys, Fault::Raw(r#"{"keys":[]}"#.into()));
    let run = server.run(&["doctor", "--json", "--no-retry"]);
    assert_eq!(failed(&run), ["webhook_keys"], "{run:?}");
}
