use serde_json::Value;
use waterfall_sandbox::{DEMO_MASTER_KEY, Endpoint, Fault};

use super::support::{Run, TestServer, run};

/// Returns the program with the master key of the sandbox.
fn keys(server: &TestServer, args: &[&str]) -> Run {
    let mut command = server.program(&[&["keys"], args].concat());
    run(command.env("WATERFALL_API_KEY", DEMO_MASTER_KEY.to_string()))
}

#[test]
fn keys_are_created_listed_and_modified() {
    let server = TestServer::new();
    let created = keys(&server, &["create", "nightly import", "--per-minute", "10"]);
    assert_eq!((created.code, created.stderr.as_str()), (Some(0), ""), "{created:?}");
    let (key, rest) = created.stdout.split_once("  ").unwrap();
    assert_eq!((key.len(), rest), (36, "active      10/min  nightly import\n"), "{created:?}");

    let list = keys(&server, &["list"]);
    let end = &key[32..];
    assert_eq!(list.code, Some(0), "{list:?}");
    assert!(!list.stdout.contains(key), "{list:?}");
    assert!(!list.stdout.contains(&DEMO_MASTER_KEY.to_string()), "{list:?}");
    assert!(
        list.stdout.contains(&format!("…{end}  active      10/min  nightly import\n")),
        "{list:?}"
    );
    let shown = keys(&server, &["list", "--show"]);
    assert!(shown.stdout.contains(key), "{shown:?}");

    let off = keys(&server, &["modify", end, "--disable", "--notes", "weekly import"]);
    assert_eq!(off.code, Some(0), "{off:?}");
    assert!(off.stdout.contains(&format!("…{end}  off ")), "{off:?}");
    assert!(off.stdout.contains("weekly import") && !off.stdout.contains(key), "{off:?}");
    let on = keys(&server, &["modify", "weekly import", "--enable", "--json"]);
    let object: Value = serde_json::from_str(&on.stdout).unwrap();
    assert_eq!((&object["active"], &object["notes"]), (&true.into(), &"weekly import".into()));
    assert_eq!(object["api_key"], format!("…{end}"));
}

#[test]
fn json_has_masked_keys_too() {
    let server = TestServer::new();
    let list = keys(&server, &["list", "--json"]);
    let object: Value = serde_json::from_str(&list.stdout).unwrap();
    let key = &object["api_keys"][0];
    assert_eq!((&key["api_key"], &key["master"]), (&"…0001".into(), &true.into()), "{object}");
    let shown = keys(&server, &["list", "--json", "--show"]);
    assert!(shown.stdout.contains(&DEMO_MASTER_KEY.to_string()), "{shown:?}");
}

#[test]
fn a_key_that_is_not_known_is_not_modified() {
    let server = TestServer::new();
    for (key, problem) in [("7777", "no key has this end"), ("1", "no key has this end")] {
        let run = keys(&server, &["modify", key, "--disable"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(problem) && run.stderr.contains("keys list"), "{run:?}");
    }
    let master = keys(&server, &["modify", "0001", "--disable"]);
    assert_eq!(master.code, Some(2), "{master:?}");
    assert!(master.stderr.contains("is the master key"), "{master:?}");
    assert!(server.sandbox.requests_to(Endpoint::ModifyApiKey).is_empty());
    assert_eq!(keys(&server, &["modify", "0001"]).code, Some(2));
}

#[test]
fn only_the_master_key_manages_keys() {
    let server = TestServer::new();
    let run = server.run(&["keys", "list"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(5), ""), "{run:?}");
    assert!(run.stderr.contains("Only the master key"), "{run:?}");
}

#[test]
fn a_key_that_may_exist_is_not_created_again() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::CreateApiKey, Fault::Reset { processed: true });
    let run = keys(&server, &["create", "nightly import"]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.contains("A key may have been created"), "{run:?}");
    assert!(run.stderr.contains("\n         waterfall keys list\n"), "{run:?}");
    assert_eq!(server.sandbox.requests_to(Endpoint::CreateApiKey).len(), 1);
}
