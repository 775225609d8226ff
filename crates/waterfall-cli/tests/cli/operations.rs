//! Commands of immediate operations.

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault, Feature, Sandbox};

use super::support::{TestServer, assert_rejected, assert_snapshot, masked};

const JOB_CHANGE: [&str; 5] =
    ["job-change", "--domain", "acme.com", "--linkedin", "jane-doe-abc123"];

/// The commands, the endpoint of each, and the exit code of its result.
const COMMANDS: [(&[&str], Endpoint, i32); 6] = [
    (&["verify", "jane.doe@acme.com"], Endpoint::VerifyEmail, 0),
    (&["reveal", "192.0.2.7"], Endpoint::RevealCompany, 0),
    (&["titles", "example.com"], Endpoint::ListCompanyTitles, 0),
    (&["search", "contacts", "--domain", "example.com"], Endpoint::SearchContacts, 0),
    (&["search", "companies", "--country", "France"], Endpoint::SearchCompanies, 0),
    (&JOB_CHANGE, Endpoint::DetectJobChange, 0),
];

#[test]
fn results_are_cards_or_lists() {
    let server = TestServer::new();
    for (name, args) in [
        ("card_verify", &["verify", "jane.doe@acme.com"][..]),
        ("card_reveal", &["reveal", "192.0.2.7"]),
        ("card_reveal_isp", &["reveal", "198.51.100.1"]),
        ("list_titles", &["titles", "example.com", "--all"]),
        ("list_contacts", &["search", "contacts", "--domain", "example.com", "--limit", "3"]),
        ("list_companies", &["search", "companies", "--country", "France"]),
        ("card_job_change", &JOB_CHANGE),
        (
            "card_job_change_left",
            &["job-change", "--domain", "example.com", "--linkedin", "kim-poe-7"],
        ),
    ] {
        let run = server.run(args);
        assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
        let text =
            format!("{}---- stderr, exit code {}\n{}", run.stdout, run.code.unwrap(), run.stderr);
        assert_snapshot(name, &masked(&text));
    }
}

#[test]
fn json_is_the_response_of_the_api() {
    for (args, endpoint, code) in COMMANDS {
        let server = TestServer::new();
        let custom = ["--json", "--custom-fields", r#"{"row":7}"#];
        let run = server.run(&[args, &custom].concat());
        assert_eq!((run.code, run.stderr.as_str()), (Some(code), ""), "{run:?}");
        let job: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(job["status"], "SUCCEEDED", "{job}");
        assert_eq!(job["input"]["task"]["custom_fields"], json!({ "row": 7 }), "{job}");
        assert_eq!(server.sandbox.requests_to(endpoint).len(), 1, "{args:?}");
    }
}

#[test]
fn what_is_not_found_has_the_exit_code_1() {
    let server = TestServer::new();
    for args in [
        &["verify", "nobody@nobody.example"][..],
        &["reveal", "198.51.100.1"],
        &["search", "companies", "--country", "Atlantis"],
    ] {
        let run = server.run(args);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(!run.stderr.contains("error"), "{run:?}");
    }
}

#[test]
fn bad_arguments_send_nothing() {
    let server = TestServer::new();
    let rows: &[(&[&str], &str)] = &[
        (&["verify", "jane"], "is not an e-mail address"),
        (&["reveal", "2001:db8::7"], "IPv6"),
        (&["reveal"], "required"),
        (&["titles"], "required"),
        (&["titles", ""], "no company is named"),
        (&["search", "contacts"], "nothing to search by"),
        (&["search", "companies"], "nothing to search by"),
        (
            &["search", "contacts", "--domain", "a.example", "--company-name", "Acme"],
            "cannot be used",
        ),
        (&["job-change", "--full-name", "Jane Doe"], "not enough to identify the person"),
    ];
    assert_rejected(&server, rows);
}

#[test]
fn errors_of_the_api_have_hints() {
    let empty = TestServer::with(Sandbox::builder().quota(0));
    for (args, _, _) in COMMANDS {
        let run = empty.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(5), ""), "{run:?}");
        assert!(run.stderr.contains("402") && run.stderr.contains("Top up the balance"), "{run:?}");
    }
    let disabled = TestServer::with(Sandbox::builder().without(Feature::CompanyReveal));
    let run = disabled.run(&["reveal", "192.0.2.7"]);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stderr.contains("Ask Waterfall to enable it"), "{run:?}");
}

/// The request may have been processed and billed, and its job ID is unknown.
#[test]
fn a_lost_response_is_in_doubt() {
    for (args, endpoint, _) in COMMANDS {
        let server = TestServer::new();
        server.sandbox.fault_next(endpoint, Fault::Reset { processed: true });
        let run = server.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""), "{run:?}");
        assert!(run.stderr.contains("may have been billed"), "{run:?}");
        assert!(run.stderr.contains("\n         waterfall account\n"), "{run:?}");
        assert_eq!(server.sandbox.requests_to(endpoint).len(), 1, "{args:?}");
    }
}

/// The response finds the job running, and its finder has the result.
#[test]
fn a_result_can_be_read_again() {
    let server = TestServer::new();
    for (args, _, _) in COMMANDS.into_iter().filter(|(args, ..)| args[0] != "verify") {
        let first = server.run(&[args, &["--json"]].concat());
        let job: Value = serde_json::from_str(&first.stdout).unwrap();
        let id = job["input"]["task"]["job_id"].as_str().unwrap();
        let words = if args[0] == "search" { 2 } else { 1 };
        let again = server.run(&[&args[..words], &["--json", "--job-id", id]].concat());
        assert_eq!(again.code, Some(0), "{again:?}");
        let again: Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!(again["output"], job["output"]);
    }
}

#[test]
fn a_failed_job_is_not_lost() {
    let server = TestServer::new();
    let wish = r#"{"sandbox":"state=FAILED"}"#;
    let run = server.run(&["reveal", "192.0.2.7", "--json", "--custom-fields", wish]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let job: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(job["status"], "FAILED");
    assert_eq!(run.error()["kind"], "job_failed");
}

#[test]
fn pages_are_requested_up_to_the_limit() {
    let server = TestServer::new();
    let all =
        ["search", "contacts", "--domain", "example.com", "--all", "--page-size", "2", "--json"];
    let run = server.run(&all);
    assert_eq!(run.code, Some(0), "{run:?}");
    let pages = run.stdout.lines().count();
    assert!(pages > 1, "{run:?}");
    assert_eq!(server.sandbox.requests_to(Endpoint::SearchContacts).len(), pages);

    let two = server.run(&["titles", "example.com", "--page", "2"]);
    assert_eq!((two.code, two.stdout.lines().count()), (Some(0), 2), "{two:?}");
}
