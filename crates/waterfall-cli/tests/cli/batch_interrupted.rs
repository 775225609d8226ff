#![cfg(unix)]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::TestServer;

/// A program that reads stdin, and its output.
struct Running {
    child: Child,
    stdin: ChildStdin,
    stderr: Lines<BufReader<ChildStderr>>,
    _watched: Sender<()>,
}

/// Kills a program that doesn't end, so that its test ends.
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

/// Running jobs continue at the API, so their IDs must be reported.
#[test]
fn running_jobs_are_left_at_once() {
    let server = TestServer::new();
    let mut running = Running::start(&server, &["-v"]);
    running.feed(&format!("{NEVER}\n"));
    while !running.line().ends_with(" launched") {}
    let stopped = Instant::now();
    running.interrupt();
    let (code, stdout, rest) = running.end();
    assert!(stopped.elapsed() < Duration::from_secs(6), "{:?}", stopped.elapsed());
    let id = server.sandbox.launches()[0].job_id;
    assert_eq!((code, stdout.as_str()), (Some(130), ""));
    let rest: Vec<&String> = rest.iter().filter(|line| !line.starts_with('+')).collect();
    assert_eq!(*rest[0], format!("1 {}…: job {id} continues to run", &NEVER[..60]));
    assert!(rest[2].starts_with("error: interrupted; 1 job left"), "{rest:?}");
    assert!(rest.contains(&&"         waterfall get ID... --wait".to_owned()), "{rest:?}");
}

#[test]
fn as_json() {
    let server = TestServer::new();
    let mut running = Running::start(&server, &["--json"]);
    running.feed(&format!("{NEVER}\n"));
    let launching: Value = serde_json::from_str(&running.line()).unwrap();
    let input: Value = serde_json::from_str(NEVER).unwrap();
    let expected = json!({ "event": "launching", "index": 0, "line": 1, "input": input });
    assert_eq!(launching, expected);
    let launched: Value = serde_json::from_str(&running.line()).unwrap();
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
