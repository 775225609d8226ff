//! The operations of the API that each command sends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use waterfall_sandbox::{DEMO_MASTER_KEY, RateLimit, Sandbox};

use super::support::{Run, TestServer, assert_snapshot, run};

/// The commands, without arguments that come from earlier ones.
const COMMANDS: [(&str, &[&str]); 16] = [
    ("enrich", &["jane-doe-abc123"]),
    ("phone", &["jane-doe-abc123"]),
    ("company", &["acme.com"]),
    ("prospect", &["acme.com", "--title-filter", "CFO OR Sales"]),
    ("search contacts", &["--domain", "acme.com"]),
    ("search companies", &["--industry", "Software Development"]),
    ("job-change", &["--domain", "acme.com", "--linkedin", "jane-doe-abc123"]),
    ("reveal", &["8.8.8.8"]),
    ("titles", &["acme.com"]),
    ("verify", &["jane.doe@acme.com"]),
    ("account", &[]),
    ("keys create", &["nightly import"]),
    ("keys list", &[]),
    ("keys modify", &["nightly import", "--disable"]),
    ("doctor", &[]),
    ("webhook verify", &["-", "--header", "X-Webhook-Signature: e30.e30.e30"]),
];

/// The job kinds of immediate operations.
const IMMEDIATE: [(&str, &str); 5] = [
    ("search contacts", "contact-search"),
    ("search companies", "company-search"),
    ("job-change", "job-change"),
    ("reveal", "company-reveal"),
    ("titles", "company-titles"),
];

struct Session {
    server: TestServer,
    /// The commands, by the operation that they send.
    sent: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Session {
    fn run(&mut self, command: &str, args: &[&str]) -> Run {
        let before = self.server.sandbox.requests().len();
        let words: Vec<&str> = command.split(' ').chain(args.iter().copied()).collect();
        let mut program = self.server.program(&words);
        let run = run(program.env("WATERFALL_API_KEY", DEMO_MASTER_KEY.to_string()));
        for request in &self.server.sandbox.requests()[before..] {
            if let Some(id) = request.endpoint.operation_id() {
                self.sent.entry(id).or_default().insert(command.to_owned());
            }
        }
        run
    }
}

/// The table of all operations in `tests/tests/operations_table.rs` reads the snapshot.
#[test]
fn every_operation_has_its_commands() {
    let server = TestServer::with(Sandbox::builder().rate_limit(RateLimit::unlimited()));
    let mut session = Session { server, sent: BTreeMap::new() };
    let mut ids = Vec::new();
    for (command, args) in COMMANDS {
        let is_refused = command == "webhook verify";
        let json: &[&str] = if is_refused { &[] } else { &["--json"] };
        let done = session.run(command, &[args, json].concat());
        assert!(is_refused || done.code == Some(0), "{command}: {done:?}");
        if let Some((_, kind)) = IMMEDIATE.iter().find(|(name, _)| *name == command) {
            let job: Value = serde_json::from_str(done.stdout.lines().next().unwrap()).unwrap();
            let id = format!("{kind}/{}", job["input"]["task"]["job_id"].as_str().unwrap());
            let again = session.run(command, &["--job-id", &id]);
            assert_eq!(again.code, Some(0), "{command}: {again:?}");
            ids.push(id);
        } else if let Some(event) = done.stderr.lines().find(|line| line.contains("launched")) {
            let event: Value = serde_json::from_str(event).unwrap();
            ids.push(event["job_id"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(ids.len(), 9);
    for id in &ids {
        let found = session.run("get", &[id]);
        assert_eq!(found.code, Some(0), "{id}: {found:?}");
    }
    let line = |(id, commands): (&&str, &BTreeSet<String>)| {
        format!("{id}: {}", commands.iter().cloned().collect::<Vec<_>>().join(", "))
    };
    let lines: Vec<String> = session.sent.iter().map(line).collect();
    assert_snapshot("commands_of_operations", &lines.join("\n"));
}
