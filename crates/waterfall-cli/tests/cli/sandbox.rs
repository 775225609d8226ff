use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::support::{Run, program, run};

/// `waterfall sandbox`, which ends with the test.
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
}

impl Served {
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_with(waterfall_sandbox::DEMO_KEY, args)
    }

    fn start_with(key: &str, args: &[&str]) -> Self {
        let args = [&["sandbox", "--port", "0", "--json"], args].concat();
        let mut child = program(&args).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let welcome: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(welcome["api_key"], key);
        Self { child, url: welcome["base_url"].as_str().unwrap().to_owned() }
    }

    pub(crate) fn enrich(&self, args: &[&str]) -> Run {
        let mut command = program(&[&["enrich", "--base-url", &self.url], args].concat());
        run(command.env("WATERFALL_API_KEY", waterfall_sandbox::DEMO_KEY))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_the_mock_api() {
    let served = Served::start(&["--job-time", "0"]);
    let run = served.enrich(&["--linkedin", "jane-doe-abc123"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("Jane Doe\n"), "{run:?}");
}

#[test]
fn its_options_take_effect() {
    let limited = Served::start(&["--rate-limit", "0"]);
    assert!(limited.enrich(&["--linkedin", "ann-1"]).stderr.contains("429"));

    let args = ["--fault", "launch:status=418", "--fault", "status=503"];
    let faulty = Served::start(&args);
    assert!(faulty.enrich(&["--linkedin", "ann-1"]).stderr.contains("418"));

    let closed = Served::start_with("mine", &["--accept-key", "mine", "--job-time", "0"]);
    assert!(closed.enrich(&["--linkedin", "a-a"]).stderr.contains("AUTH_BAD_API_KEY"));
    let poor = Served::start(&["--quota", "0"]);
    assert!(poor.enrich(&["--linkedin", "a-a"]).stderr.contains("QUOTA_ACCOUNT_OVER_QUOTA"));

    let spent = Served::start(&["--balance", "0"]);
    assert!(spent.enrich(&["--linkedin", "a-a"]).stderr.contains("QUOTA_ACCOUNT_OVER_QUOTA"));
    let plain = Served::start(&["--disable", "phone"]);
    let phones = plain.enrich(&["--linkedin", "a-a", "--include-phones"]);
    assert!(phones.stderr.contains("PERMISSION_INCLUDE_PHONES"), "{phones:?}");
    let master = "7c1a2b3c-0000-4000-8000-00000000000a";
    let owned = Served::start_with(master, &["--master-key", master]);
    assert!(owned.enrich(&["--linkedin", "a-a"]).stderr.contains("AUTH_BAD_API_KEY"));

    let job_id = |seed: &str| {
        let seeded = Served::start(&["--seed", seed, "--job-time", "1h"]);
        let run = seeded.enrich(&["--linkedin", "ann-1", "--deadline", "1ms", "--json"]);
        run.error()["job_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(job_id("1"), job_id("1"));
    assert_ne!(job_id("1"), job_id("2"));
}

/// Returns the head of a delivery, in lower case.
fn delivery(served: &Served, host: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{host}:{}/hook", listener.local_addr().unwrap().port());
    let run = served.enrich(&["--linkedin", "jane-doe-abc123", "--webhook-url", &url]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let (mut stream, _) = listener.accept().unwrap();
    let lines = BufReader::new(&stream).lines().map(Result::unwrap);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    head.join("\n").to_lowercase()
}

#[test]
fn it_delivers_according_to_its_options() {
    let served = Served::start(&["--job-time", "0", "--rotate-keys", "1ms"]);
    let (first, second) = (delivery(&served, "127.0.0.1"), delivery(&served, "localhost"));
    assert!(first.starts_with("post /hook http/1.1"), "{first}");
    let header = |head: &str| {
        let line = head.lines().find(|line| line.starts_with("x-webhook-signature: ")).unwrap();
        line.split('.').next().unwrap().to_owned()
    };
    assert_ne!(header(&first), header(&second), "another key");

    let args = ["--job-time", "0", "--webhook-fault", "unsign", "--deliver-anywhere"];
    // A name that is not a loopback address, but resolves to this machine.
    let unsigned = delivery(&Served::start(&args), "0.0.0.0");
    assert!(!unsigned.contains("x-webhook-signature"), "{unsigned}");
}

/// The sandbox ends with the command, but its delivery is made first.
#[test]
fn the_embedded_one_delivers_before_it_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let taking = std::thread::spawn(move || {
        // The second attempt arrives after the result was printed.
        ["503 Not Yet", "200 OK"].map(|answer| super::webhook_sender::take(&listener, answer))
    });
    let args = ["enrich", "--sandbox", "--json", "--linkedin", "jane-doe-abc123"];
    let reported = run(&mut program(&[&args[..], &["--webhook-url", &url]].concat()));
    assert_eq!(reported.code, Some(0), "{reported:?}");
    assert_eq!(reported.event_names(), ["launching", "launched"], "{reported:?}");
    let [_, delivered] = taking.join().unwrap();
    assert_eq!(delivered.split_once("\r\n\r\n").unwrap().1, reported.stdout.trim_end());

    let url = ["--webhook-url", "https://hooks.example.com/"];
    let reported = run(&mut program(
        &[&["enrich", "--sandbox", "--email", "nobody@acme.com"], &url[..]].concat(),
    ));
    assert_eq!(reported.code, Some(1), "{reported:?}");
    assert!(reported.stderr.contains("note: the result was not delivered: "), "{reported:?}");
}

#[test]
fn a_port_in_use_is_reported() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let reported = run(&mut program(&["sandbox", "--port", &port]));
    assert_eq!((reported.code, reported.stdout.as_str()), (Some(2), ""));
    assert!(
        reported.stderr.contains(&port) && reported.stderr.contains("--port 0"),
        "{reported:?}"
    );
}

/// The welcome message contains a command line that works unchanged if the program is on the path.
/// Ctrl-c ends the program successfully.
#[cfg(unix)]
#[test]
fn its_announcement_can_be_pasted() {
    let args = ["sandbox", "--port", "0", "--job-time", "0"];
    let mut child = program(&args).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let welcome: Vec<String> = lines.by_ref().take(5).collect();
    assert!(welcome[0].starts_with("The sandbox is at http://127.0.0.1:"), "{welcome:?}");

    let program = std::path::Path::new(env!("CARGO_BIN_EXE_waterfall")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.display());
    let mut shell = std::process::Command::new("sh");
    let pasted = run(shell.args(["-c", &welcome[3..5].join("\n")]).env_clear().env("PATH", path));
    assert_eq!(pasted.code, Some(0), "{pasted:?}");

    let kill = format!("kill -INT {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// The output for people and that for programs show each request and launch.
#[cfg(unix)]
#[test]
fn it_logs_requests_and_lists_launches() {
    for json in [false, true] {
        let mut args = vec!["sandbox", "--port", "0", "--job-time", "0", "-v", "--max-jobs", "1"];
        args.extend(json.then_some("--json"));
        let (out, err) = (Stdio::piped(), Stdio::piped());
        let mut child = program(&args).stdout(out).stderr(err).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let welcome: Vec<String> = out.by_ref().take(if json { 1 } else { 5 }).collect();
        let start = welcome[0].find("http://").unwrap();
        let url: String = welcome[0][start..].chars().take_while(|c| !" \"".contains(*c)).collect();
        let served = Served { child, url };
        for name in ["jane-doe-abc123", "john-roe-42"] {
            assert_eq!(served.enrich(&["--linkedin", name]).code, Some(0));
        }
        let kill = format!("kill -INT {}", served.child.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let summary: Vec<String> = out.collect();
        let mut served = served;
        let mut log = String::new();
        served.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert_eq!(served.child.wait().unwrap().code(), Some(0), "{log}");
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines.len(), 4, "{log}");
        if json {
            let request: Value = serde_json::from_str(lines[0]).unwrap();
            assert_eq!(request["event"], "request");
            assert_eq!((&request["method"], &request["status"]), (&"POST".into(), &200.into()));
            let summary: Value = serde_json::from_str(&summary[0]).unwrap();
            assert_eq!((&summary["requests"], &summary["launched"]), (&4.into(), &2.into()));
            assert_eq!(summary["launches"][1]["body"]["linkedin"], "john-roe-42");
            assert_eq!(summary["launches"][0]["job_id"], request["job_id"]);
        } else {
            assert!(lines[0].contains("POST /v1/enrichment/contact 200 "), "{log}");
            assert!(lines[1].contains("GET /v1/enrichment/contact 200 "), "{log}");
            assert_eq!(summary[1], "Requests: 4. Jobs launched: 2.");
            assert!(summary[2].ends_with(r#"SUCCEEDED  {"linkedin":"jane-doe-abc123"}"#));
        }
    }
}
