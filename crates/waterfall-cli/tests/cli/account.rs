use serde_json::Value;
use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{TestServer, assert_snapshot, program, run};

#[test]
fn the_report_has_balance_and_counters() {
    let server = TestServer::with(Sandbox::builder().balance_usd(99.5));
    assert_eq!(server.run(&["verify", "jane.doe@acme.com"]).code, Some(0));
    let report = server.run(&["account"]);
    assert_eq!((report.code, report.stderr.as_str()), (Some(0), ""), "{report:?}");
    let lines: Vec<&str> = report.stdout.lines().collect();
    assert!(lines[0].starts_with("Account, 20"), "{report:?}");
    assert_snapshot("card_account", &lines[1..].join("\n"));
}

#[test]
fn json_is_the_response_of_the_api() {
    let server = TestServer::new();
    let report = server.run(&["account", "--json", "--month", "2026-05"]);
    assert_eq!((report.code, report.stderr.as_str()), (Some(0), ""), "{report:?}");
    let object: Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(object["key_usage"]["start_date"], "2026-05-01", "{object}");
    assert!(object["balance_remaining_usd"].is_number(), "{object}");
}

#[test]
fn failures_have_their_exit_codes() {
    let server = TestServer::new();
    let month = server.run(&["account", "--month", "May"]);
    assert_eq!(month.code, Some(2), "{month:?}");
    assert!(month.stderr.contains("month") && month.stderr.contains("account --help"), "{month:?}");
    assert!(server.sandbox.requests().is_empty());

    server.sandbox.fault_next(Endpoint::GetAccount, Fault::status(500));
    let failed = server.run(&["account", "--no-retry", "--json"]);
    assert_eq!((failed.code, failed.stdout.as_str()), (Some(5), ""), "{failed:?}");
    let error = failed.error();
    assert_eq!((&error["kind"], &error["status"]), (&"api".into(), &500.into()));

    let keyless = run(&mut program(&["account"]));
    assert_eq!(keyless.code, Some(2), "{keyless:?}");
    assert!(keyless.stderr.contains("there is no API key"), "{keyless:?}");
}
