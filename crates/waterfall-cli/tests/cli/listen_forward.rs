use std::net::TcpListener;
use std::thread;

use serde_json::json;

use super::webhook_sender::{Answer, ID, Listening, job, take};

/// Sends a delivery to a program that forwards to this listener, which responds with `answer`.
fn forward(test: &str, path: &str, answer: &'static str) -> (Answer, String, Listening) {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{path}", target.local_addr().unwrap());
    let listening = Listening::start(test, &["--forward", &url]);
    let taking = thread::spawn(move || {
        let seen = take(&target, answer);
        (seen, target)
    });
    let answer = listening.deliver(&odd());
    let (seen, target) = taking.join().unwrap();
    assert!(target.accept().is_err(), "a second request");
    (answer, seen, listening)
}

fn odd() -> String {
    format!("{}\r\n", job(ID))
}

#[test]
fn only_the_exact_bytes_and_the_signature_are_forwarded() {
    let (answer, seen, mut listening) = forward("exact_bytes", "/in?key=sesame", "201 Created");
    assert_eq!(answer.status, 200);
    assert!(seen.starts_with("POST /in?key=sesame HTTP/1.1\r\n"), "{seen}");
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, odd());
    let mut headers: Vec<(&str, &str)> =
        head.lines().skip(1).map(|line| line.split_once(": ").unwrap()).collect();
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let expected =
        ["accept", "content-length", "content-type", "host", "user-agent", "x-webhook-signature"];
    assert_eq!(names, expected);
    assert_eq!(headers[2].1, "application/json; charset=utf-8");
    assert_eq!(headers[5].1.matches('.').count(), 2);
    let note = listening.note();
    assert_eq!((&note["note"], &note["job_id"]), (&json!("handled"), &json!(ID)));
    assert!(!note.to_string().contains("sesame"), "{note}");
}

#[test]
fn a_delivery_that_is_not_accepted_is_retried() {
    for (test, answer, text) in [
        ("forward_503", "503 Service Unavailable", "responded 503"),
        ("forward_404", "404 Not Found", "responded 404"),
        ("forward_307", "307 Temporary Redirect\r\nlocation: /elsewhere", "responded 307"),
    ] {
        let (answer, _, mut listening) = forward(test, "/sesame", answer);
        assert_eq!((answer.status, answer.text.as_str()), (500, "try again later\n"));
        let note = listening.note();
        assert_eq!((&note["note"], &note["job_id"]), (&json!("failed"), &json!(ID)));
        let note = note["message"].as_str().unwrap();
        assert!(note.contains(text) && !note.contains("sesame"), "{note}");
    }
}

#[test]
fn a_failed_delivery_is_forwarded_when_it_is_retried() {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", target.local_addr().unwrap());
    let mut listening = Listening::start("forward_again", &["--forward", &url]);
    let taking = thread::spawn(move || ["500 No", "200 OK"].map(|answer| take(&target, answer)));
    let answers = [(); 3].map(|()| listening.deliver(&odd()).status);
    assert_eq!(answers, [500, 200, 200]);
    assert!(taking.join().unwrap().iter().all(|seen| seen.ends_with(&odd())));
    let notes = [(); 3].map(|()| listening.note()["note"].as_str().unwrap().to_owned());
    assert_eq!(notes, ["failed", "handled", "duplicate"]);
}

#[test]
fn an_unreachable_and_a_silent_target() {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sesame", target.local_addr().unwrap());
    let args = ["--forward", &url, "--timeout", "200ms"];
    let mut listening = Listening::start("nobody_there", &args);
    assert_eq!(listening.deliver(&odd()).status, 500);
    let note = listening.note();
    assert!(note["message"].as_str().unwrap().contains("no response from 127.0.0.1"), "{note}");
    drop(target);
    assert_eq!(listening.deliver(&odd()).status, 500);
    let note = listening.note().to_string();
    assert!(note.contains("refused") && !note.contains("sesame"), "{note}");
}
