//! `waterfall listen`, with a sender that posts deliveries to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waterfall::HeaderMap;
use waterfall::webhook::testing::Signer;

use super::support::program;

pub(crate) const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

/// Returns a job that found a person.
pub(crate) fn job(id: &str) -> String {
    json!({
        "status": "SUCCEEDED",
        "start_date": "2026-06-01T12:00:00Z",
        "stop_date": "2026-06-01T12:00:04Z",
        "input": { "task": { "job_id": id } },
        "output": { "person": { "first_name": "Jane", "last_name": "Doe" } },
    })
    .to_string()
}

/// Returns a directory for one test.
pub(crate) fn directory(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Returns a file with a signer's key set.
pub(crate) fn key_file(test: &str, signer: &Signer) -> String {
    let path = directory(test).join("keys.json");
    std::fs::write(&path, json!({ "keys": [signer.jwk()] }).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// `waterfall listen`, which ends with the test.
pub(crate) struct Listening {
    pub(crate) child: Child,
    pub(crate) signer: Signer,
    pub(crate) addr: SocketAddr,
    pub(crate) stdout: Option<BufReader<ChildStdout>>,
    pub(crate) stderr: BufReader<ChildStderr>,
}

impl Listening {
    pub(crate) fn start(test: &str, args: &[&str]) -> Self {
        let signer = Signer::new("test-key");
        let keys = key_file(test, &signer);
        Self::start_with(signer, &[&["--json", "--jwks", &keys], args].concat())
    }

    pub(crate) fn start_with(signer: Signer, args: &[&str]) -> Self {
        let args = [&["listen", "--port", "0"], args].concat();
        let mut command = program(&args);
        command.env("PATH", "/usr/bin:/bin").env("WATERFALL_API_KEY", super::support::KEY);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.split("http://").nth(1).unwrap_or_else(|| panic!("{line}"));
        let addr = url.split('/').next().unwrap().parse().unwrap();
        Self { child, signer, addr, stdout: Some(stdout), stderr }
    }

    /// Posts a body with a valid signature.
    pub(crate) fn deliver(&self, body: &str) -> Answer {
        self.post(&self.signer.headers(body), body)
    }

    pub(crate) fn post(&self, headers: &HeaderMap, body: &str) -> Answer {
        post(self.addr, headers, body)
    }

    /// Returns the next line of data.
    pub(crate) fn line(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// Returns the next note.
    pub(crate) fn note(&mut self) -> Value {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for the end. Returns the exit code and the rest of stdout and stderr.
    pub(crate) fn end(mut self) -> (Option<i32>, String, String) {
        let (mut data, mut notes, mut code) = (String::new(), String::new(), None);
        until(|| {
            code = self.child.try_wait().unwrap();
            code.is_some()
        });
        if let Some(mut stdout) = self.stdout.take() {
            stdout.read_to_string(&mut data).unwrap();
        }
        self.stderr.read_to_string(&mut notes).unwrap();
        (code.unwrap().code(), data, notes)
    }

    /// Stops the program. Returns the rest of stdout and stderr.
    #[cfg(unix)]
    pub(crate) fn stop(self) -> (String, String) {
        self.interrupt();
        let (code, data, notes) = self.end();
        assert_eq!(code, Some(0), "{notes}");
        (data, notes)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The response to a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

pub(crate) fn post(addr: SocketAddr, headers: &HeaderMap, body: &str) -> Answer {
    request(addr, &message(headers, body))
}

pub(crate) fn try_post(addr: SocketAddr, headers: &HeaderMap, body: &str) -> Option<Answer> {
    try_request(addr, &message(headers, body))
}

pub(crate) fn message(headers: &HeaderMap, body: &str) -> String {
    let mut head = "POST /hook HTTP/1.1\r\nhost: a\r\nconnection: close\r\n".to_owned();
    head.push_str("cookie: sesame\r\ncontent-type: application/json; charset=utf-8\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

/// Sends these bytes, and reads to the end.
pub(crate) fn request(addr: SocketAddr, request: &str) -> Answer {
    try_request(addr, request).expect("there was no answer")
}

fn try_request(addr: SocketAddr, request: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(addr).ok()?;
    // A refused request may be answered before it is read.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let text = answer.split_once("\r\n\r\n").map_or("", |(_, text)| text);
    Some(Answer { status, text: text.to_owned() })
}

/// Accepts one request, responds to it, and returns it.
pub(crate) fn take(listener: &TcpListener, answer: &str) -> String {
    let mut accepted = None;
    listener.set_nonblocking(true).unwrap();
    until(|| {
        accepted = listener.accept().ok();
        accepted.is_some()
    });
    let (mut stream, _) = accepted.unwrap();
    stream.set_nonblocking(false).unwrap();
    let mut seen = String::new();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while !seen.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut seen).unwrap(), 0, "{seen}");
    }
    let lower = seen.to_lowercase();
    let length = lower.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    stream.write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n").as_bytes()).unwrap();
    seen + &String::from_utf8(body).unwrap()
}

pub(crate) fn until(mut what: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !what() {
        assert!(Instant::now() < deadline, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}
