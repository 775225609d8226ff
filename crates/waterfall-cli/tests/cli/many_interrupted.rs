#![cfg(unix)]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::support::TestServer;

/// A program that reads stdin, and what it says.
struct Running {
    child: Child,
    stdin: ChildStdin,
    stderr: Lines<BufReader<ChildStderr>>,
    _watched: Sender<()>,
}

/// A program that doesn't end is killed, so that its test does.
fn watch(child: &Child) -> Sender<()> {
    let (watched, ended) = channel();
    let kill = format!("kill -KILL {}", child.id());
    thread::spawn(move || {
        if ended.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("sh").args(["-c", &kill]).status();
        }
    });
    watched
}

impl Running {
    fn start(server: &TestServer, args: &[&str]) -> Self {
        let args = [&["enrich", "-", "--policy", "fixed:0.1"], args].concat();
        let mut command = server.program(&args);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let _watched = watch(&child);
        Self { child, stdin, stderr, _watched }
    }

    fn feed(&mut self, text: &str) {
        self.stdin.write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        self.stderr.next().unwrap().unwrap()
    }

    fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Exit code, stdout, and the rest of stderr, with stdin still open.
    fn end(mut self) -> (Option<i32>, String, Vec<String>) {
        let rest = self.stderr.map(Result::unwrap).collect();
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        (self.child.wait().unwrap().code(), stdout, rest)
    }
}

const NEVER: &str = r#"{"linkedin":"never","custom_fields":{"sandbox":"state=RUNNING"}}"#;
const SOON: &str = r#"{"linkedin":"soon","custom_fields":{"sandbox":"seconds=2"}}"#;

#[test]
fn the_first_interrupt_waits_for_what_is_launched() {
    let server = TestServer::new();
    let mut running = Running::start(&server, &[]);
    running.feed(&format!("{SOON}\n"));
    assert!(running.line().ends_with(" launched"));
    running.interrupt();
    let note = "launching nothing more, waiting for 1 job; ctrl-c again to leave them";
    assert_eq!(running.line(), note);
    let _ = running.stdin.write_all(b"jane-doe-abc123\n");
    let (code, stdout, rest) = running.end();
    assert_eq!(code, Some(130), "{stdout} {rest:?}");
    assert!(stdout.starts_with("1 {") && stdout.lines().count() == 1, "{stdout}");
    assert!(rest.contains(&"error: interrupted; nothing more was launched".to_owned()), "{rest:?}");
    assert_eq!(server.sandbox.launches().len(), 1);
}

#[test]
fn the_second_one_says_what_is_left() {
    let server = TestServer::new();
    let mut running = Running::start(&server, &[]);
    running.feed(&format!("jane-doe-abc123\n{NEVER}\n"));
    assert!(running.line().ends_with(" launched") && running.line().ends_with(" launched"));
    running.interrupt();
    assert!(running.line().starts_with("launching nothing more, waiting for "));
    running.interrupt();
    let (code, _, rest) = running.end();
    let launches = server.sandbox.launches();
    let id = launches.iter().find(|one| one.body["linkedin"] == "never").unwrap().job_id;
    assert_eq!(code, Some(130));
    assert!(rest.contains(&format!("2 {}…: job {id} goes on", &NEVER[..60])), "{rest:?}");
    assert!(rest.contains(&"         waterfall get ID... --wait".to_owned()), "{rest:?}");
}

#[test]
fn as_json() {
    let server = TestServer::new();
    let mut running = Running::start(&server, &["--json"]);
    running.feed(&format!("{NEVER}\n"));
    let launched: Value = serde_json::from_str(&running.line()).unwrap();
    running.interrupt();
    let stopping: Value = serde_json::from_str(&running.line()).unwrap();
    assert_eq!(stopping, json!({ "event": "stopping", "pending": 1 }));
    running.interrupt();
    let (code, stdout, rest) = running.end();
    let rest: Vec<Value> = rest.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, stdout.as_str(), rest.len()), (Some(130), "", 3));
    let left = json!({ "event": "left", "index": 0, "line": 1, "job_id": launched["job_id"] });
    assert_eq!((&rest[0], &rest[1]["event"]), (&left, &json!("ended")));
    assert_eq!(
        (&rest[2]["kind"], &rest[2]["may_have_launched"]),
        (&json!("interrupted"), &json!(true))
    );
}
