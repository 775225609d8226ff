use std::io::{BufRead, Write};
use std::net::{TcpListener, TcpStream};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use waterfall::HeaderMap;
use waterfall::webhook::testing::Signer;

use super::support::{KEY, TestServer, assert_snapshot, program, run};
use super::webhook_sender::{Answer, ID, Listening, job, key_file, post, request};

const OTHER: &str = "00000000-0000-4000-8000-000000000001";

fn answered(status: u16, text: &str) -> Answer {
    Answer { status, text: format!("{text}\n") }
}

#[test]
fn each_delivery_is_a_line_with_the_unchanged_body() {
    let mut listening = Listening::start("each_delivery", &[]);
    let odd = format!(
        "{{\"status\":\"SUCCEEDED\",\r\n \"start_date\":\"2026-06-01T12:00:00Z\",\n\"new\":[1.0, 1e2, \
         123456789012345678901234567890],\"input\":{{\"task\":{{\"job_id\":\"{ID}\"}}}} }}"
    );
    assert_eq!(listening.deliver(&odd), answered(200, "received"));
    let mut line = String::new();
    listening.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
    assert!(line.ends_with(&format!("{}}}\n", odd.replace(['\r', '\n'], " "))), "{line}");
    let line: Value = serde_json::from_str(&line).unwrap();
    // The kind of the job can't be derived from it.
    let id = format!("unknown/{ID}");
    assert_eq!((&line["job_id"], &line["status"]), (&json!(id), &json!("SUCCEEDED")));
    assert_eq!((&line["signed"], &line["key_id"]), (&json!(true), &json!("test-key")));
    assert!(line["received_at"].as_str().unwrap().ends_with('Z'), "{line}");
    assert_eq!(line.as_object().unwrap().len(), 6);
}

#[cfg(unix)]
#[test]
fn without_json_it_is_a_card() {
    let signer = Signer::new("test-key");
    let keys = key_file("without_json", &signer);
    let listening = Listening::start_with(signer, &["--jwks", &keys, "--path", "/hook"]);
    listening.deliver(&job(ID));
    let failed = r#"{"status":"ABORTED","start_date":"2026-06-01T12:00:00Z","error":"\u001b[31mno",
        "input":{"task":{"linkedin_url":"jane-doe-abc123"}}}"#;
    assert_eq!(listening.deliver(failed).status, 200);
    let nobody = format!(
        r#"{{"status":"SUCCEEDED","start_date":"2026-06-01T12:00:00Z","output":{{"person":null}},
            "input":{{"task":{{"job_id":"{OTHER}","linkedin_url":null,"email":"jo@acme.com"}}}}}}"#
    );
    assert_eq!(listening.deliver(&nobody).status, 200);
    let delivered = |number: u32, output: Value| {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let input = json!({ "task": { "job_id": id } });
        let job = json!({ "status": "SUCCEEDED", "input": input, "output": output });
        assert_eq!(listening.deliver(&job.to_string()).status, 200);
    };
    let numbers = ["+33639980001"];
    let person = json!({ "first_name": "Jane", "last_name": "Doe", "phone_numbers": numbers });
    delivered(11, json!({ "person": person, "usage": { "phones_count": 1 } }));
    delivered(12, json!({ "person": null, "usage": { "phones_count": 0 } }));
    let size = "51-200";
    delivered(13, json!({ "company": { "name": "Acme", "domain": "acme.com", "size": size } }));
    delivered(14, json!({ "company": null }));
    let people = json!([{ "first_name": "Jane", "title": "CFO" }, { "first_name": "John" }]);
    delivered(15, json!({ "company": { "company_name": "Acme" }, "persons": people }));
    delivered(16, json!({ "person": null }));
    assert_eq!(listening.post(&HeaderMap::new(), "{}").status, 400);
    let (cards, notes) = listening.stop();
    assert_snapshot("listen_cards", &cards);
    assert_snapshot("listen_log", &notes);
}

#[test]
fn a_delivery_that_is_not_genuine_is_refused_without_a_reason_to_the_sender() {
    let mut listening = Listening::start("not_genuine", &[]);
    let good = listening.signer.headers(job(ID));
    let stranger = Signer::new("another-key").headers(job(ID));
    let mut twice = good.clone();
    twice.append("x-webhook-signature", good["x-webhook-signature"].clone());
    let rows = [
        (&HeaderMap::new(), job(ID), "unsigned", "--allow-unsigned"),
        (&good, job(OTHER), "body_changed", "re-serialized"),
        (&good, job(ID) + "\n", "body_changed", "matches without the final line end"),
        (
            &good,
            STANDARD.encode(job(ID)),
            "body_changed",
            "matches after base64 decoding. It was changed",
        ),
        (&stranger, job(ID), "unknown_key", "The key set has `test-key`."),
        (&twice, job(ID), "several_signatures", "a proxy may have"),
    ];
    for (headers, body, rule, hint) in rows {
        assert_eq!(listening.post(headers, &body), answered(400, "refused"), "{rule}");
        let note = listening.note();
        assert_eq!((&note["note"], &note["rule"]), (&json!("refused"), &json!(rule)), "{note}");
        assert!(note["hint"].as_str().unwrap().contains(hint), "{note}");
        assert!(!note.to_string().contains("Jane") && !note.to_string().contains("eyJ"), "{note}");
        assert!(!note.to_string().contains("--at"), "{note}");
    }
    // Genuine deliveries are still accepted.
    assert_eq!(listening.post(&good, &job(ID)).status, 200);
    assert_eq!(listening.line()["job_id"], ID);
}

#[test]
fn a_duplicate_is_acknowledged_and_not_printed_again() {
    let mut listening = Listening::start("duplicate", &[]);
    for id in [ID, ID, OTHER] {
        assert_eq!(listening.deliver(&job(id)).status, 200);
    }
    assert_eq!(
        (listening.line()["job_id"].as_str(), listening.line()["job_id"].as_str()),
        (Some(ID), Some(OTHER))
    );
    assert_eq!(listening.note()["note"], "duplicate");
}

#[test]
fn unsigned_deliveries_are_accepted_with_the_option() {
    let mut listening = Listening::start("unsigned_taken", &["--allow-unsigned"]);
    assert_eq!(listening.note()["note"], "unsigned");
    assert_eq!(listening.post(&HeaderMap::new(), &job(ID)).status, 200);
    let line = listening.line();
    assert_eq!((&line["signed"], &line["key_id"]), (&json!(false), &Value::Null));
}

#[test]
fn clocks_may_differ_by_the_leeway() {
    for (leeway, status) in [("30", 400), ("500", 200)] {
        let mut listening = Listening::start("leeway", &["--leeway", leeway]);
        let expired = jiff::Timestamp::now().as_second() - 100;
        let claims = json!({ "exp": expired }).as_object().unwrap().clone();
        let token = listening.signer.sign(job(ID), claims);
        let headers = HeaderMap::from_iter([("x-webhook-signature".parse().unwrap(), token)]);
        assert_eq!(listening.post(&headers, &job(ID)).status, status, "{leeway}");
        if status == 400 {
            let note = listening.note();
            assert_eq!(note["rule"], "expired");
            assert!(note["hint"].as_str().unwrap().contains("--leeway"), "{note}");
        }
    }
}

#[test]
fn the_maximum_age_is_enforced() {
    let mut listening = Listening::start("maximum_age", &["--max-age", "48000h"]);
    let claims = |years: i64| {
        let issued = jiff::Timestamp::now().as_second() - years * 365 * 24 * 3600;
        let claims = json!({ "iat": issued }).as_object().unwrap().clone();
        HeaderMap::from_iter([(
            "x-webhook-signature".parse().unwrap(),
            Signer::new("test-key").sign(job(ID), claims),
        )])
    };
    assert_eq!(listening.post(&claims(6), &job(ID)).status, 400);
    assert_eq!(listening.note()["rule"], "too_old");
    assert_eq!(listening.post(&claims(5), &job(ID)).status, 200);
}

#[test]
fn a_delivery_that_can_not_be_decoded_is_passed_on() {
    let mut listening = Listening::start("not_decoded", &[]);
    let odd = r#"{"status":["SUCCEEDED"],"person":"Jane"}"#;
    assert_eq!(listening.deliver(odd), answered(200, "received"));
    let line = listening.line();
    assert_eq!((&line["job_id"], &line["body"]["person"]), (&Value::Null, &json!("Jane")));
    let note = listening.note();
    assert_eq!((&note["note"], &note["rule"]), (&json!("unreadable"), &json!("unreadable")));
    assert_eq!(listening.deliver("no JSON").status, 200);
    assert_eq!(listening.line()["body"], Value::Null);
}

#[test]
fn other_requests_are_rejected() {
    let mut listening = Listening::start("other_requests", &["--path", "/in"]);
    assert_eq!(listening.deliver(&job(ID)).status, 404);
    assert_eq!(listening.note()["note"], "not_found");
    let get = request(listening.addr, "GET /in HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert_eq!(get.status, 405);
    let long =
        "POST /in HTTP/1.1\r\nhost: a\r\ncontent-length: 2097153\r\nconnection: close\r\n\r\n";
    assert_eq!(request(listening.addr, long).status, 413);
    assert_eq!(listening.note()["note"], "too_long");
}

#[test]
fn without_keys_the_sender_may_retry() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/sesame.json");
    let mut listening = Listening::start_with(Signer::new("k"), &["--json", "--jwks", &url]);
    assert_eq!(listening.deliver(&job(ID)), answered(503, "try again later"));
    let note = listening.note();
    assert_eq!((&note["note"], &note["rule"]), (&json!("unavailable"), &json!("keys_unavailable")));
    assert!(!note.to_string().contains("sesame"), "{note}");
}

#[test]
fn the_keys_are_those_of_the_api_by_default() {
    let server = TestServer::new();
    let mut command = server.program(&["listen", "--port", "0", "--json"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let url = line()["url"].as_str().unwrap().to_owned();
    let query = waterfall::ContactQuery::linkedin("jane-doe-abc123").webhook_url(url);
    let id = server.launch(query);
    let line = line();
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!((&line["job_id"], &line["signed"]), (&json!(id), &json!(true)));
    assert_eq!(line["body"]["output"]["person"]["last_name"], "Doe");
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_ends_it_and_fails_the_delivery() {
    let mut listening = Listening::start("nobody_reads", &[]);
    drop(listening.stdout.take());
    assert_eq!(listening.deliver(&job(ID)), answered(500, "try again later"));
    let (code, _, notes) = listening.end();
    assert_eq!(code, Some(8), "{notes}");
    assert!(notes.contains(r#""kind":"not_written""#), "{notes}");
}

#[cfg(unix)]
#[test]
fn a_request_that_never_ends_does_not_keep_it() {
    let listening = Listening::start("never_ends", &[]);
    let mut stream = TcpStream::connect(listening.addr).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nhost: a\r\n").unwrap();
    // It was accepted if a later request has been answered.
    assert_eq!(post(listening.addr, &HeaderMap::new(), "").status, 400);
    listening.stop();
}

#[test]
fn bad_arguments_are_found_before_it_listens() {
    let file = key_file("bad_arguments", &Signer::new("k"));
    let missing = format!("{file}.not");
    std::fs::write(&missing, "{}").unwrap();
    let rows: &[(&[&str], &str)] = &[
        (&["--forward", "http://192.0.2.1/"], "plain http"),
        (&["--forward", "ftp://a.b/"], "neither http nor https"),
        (&["--forward", "nowhere"], "relative URL"),
        (&["--forward", "https://user:sesame@a.b/"], "a password"),
        (&["--forward", "https://a.b/", "--exec", "true"], "cannot be used with"),
        (&["--exec", "echo 'a"], "quote"),
        (&["--exec", ""], "pass a program"),
        (&["--path", "hook"], "begins with a slash"),
        (&["--timeout", "0"], "more than zero"),
        (&["--bind", "here"], "--bind"),
        (&["--jwks", "/no/such/file"], "could not be read from /no/such/file"),
        (&["--jwks", &missing], "not a JSON Web Key Set"),
        (&["--jwks", "http://192.0.2.1/keys"], "plain http"),
        (&["--jwks", "https://user:sesame@a.b/keys"], "a password"),
    ];
    for (args, text) in rows {
        for json in [&[][..], &["--json"]] {
            let mut command = program(&[&["listen", "--port", "0"], *args, json].concat());
            let reported = run(command.env("WATERFALL_API_KEY", KEY));
            assert_eq!(
                (reported.code, reported.stdout.as_str()),
                (Some(2), ""),
                "{args:?}: {reported:?}"
            );
            assert!(reported.stderr.contains(text), "no `{text}` for {args:?} in {reported:?}");
            assert!(!reported.stderr.contains("sesame"), "{reported:?}");
        }
    }
}

#[test]
fn a_port_in_use_is_reported() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let reported = run(&mut program(&["listen", "--port", &port]));
    assert_eq!((reported.code, reported.stdout.as_str()), (Some(2), ""));
    assert!(
        reported.stderr.contains(&port) && reported.stderr.contains("--port 0"),
        "{reported:?}"
    );
}
