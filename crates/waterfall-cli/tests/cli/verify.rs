use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use waterfall::webhook::testing::Signer;

use super::support::{KEY, Run, TestServer, assert_snapshot, program, run};
use super::webhook_sender::{ID, directory, job, key_file};

/// 2026-06-01T12:00:00Z.
const NOW: i64 = 1_780_315_200;
const AT: &str = "2026-06-01T12:00:00Z";

/// Returns a directory with a key set, and the delivery to verify.
struct Case {
    signer: Signer,
    keys: String,
    file: String,
}

impl Case {
    fn new(test: &str) -> Self {
        let signer = Signer::new("test-key");
        let keys = key_file(test, &signer);
        let file = keys.replace("keys.json", "body.json");
        fs::write(&file, job(ID)).unwrap();
        Self { signer, keys, file }
    }

    fn token(&self, claims: Value) -> String {
        let claims: Map<String, Value> = claims.as_object().unwrap().clone();
        self.signer.sign(job(ID), claims).to_str().unwrap().to_owned()
    }

    fn raw(&self, header: Value, claims: &str) -> String {
        self.signer.sign_raw(header.to_string(), claims)
    }

    fn verify(&self, tokens: &[String], args: &[&str]) -> Run {
        let headers: Vec<String> =
            tokens.iter().map(|token| format!("X-Webhook-Signature: {token}")).collect();
        let mut all = vec!["webhook", "verify", &self.file, "--jwks", &self.keys, "--at", AT];
        all.extend(headers.iter().flat_map(|header| ["--header", header.as_str()]));
        run(program(&[&all, args].concat()).env("WATERFALL_API_KEY", KEY))
    }
}

#[test]
fn a_genuine_delivery() {
    let case = Case::new("verify_genuine");
    let token = case.token(json!({ "iat": NOW - 5, "exp": NOW + 300 }));
    let reported = case.verify(std::slice::from_ref(&token), &[]);
    assert_eq!((reported.code, reported.stderr.as_str()), (Some(0), ""), "{reported:?}");
    assert_snapshot("verify_genuine", &reported.stdout);

    let reported = case.verify(&[token], &["--json"]);
    let reported: Value = serde_json::from_str(&reported.stdout).unwrap();
    let checks = reported["checks"].as_array().unwrap();
    assert!(checks.len() == 9 && checks.iter().all(|check| check["result"] == "ok"), "{reported}");
    assert_eq!(
        (&reported["kind"], &reported["kind_source"]),
        (&json!("contact"), &json!("content"))
    );
    let facts = ["verdict", "rule", "job_id", "status", "key_id", "issued_at", "expires_at"];
    let facts = facts.map(|name| reported[name].as_str().unwrap_or("null"));
    let times = ["2026-06-01T11:59:55Z", "2026-06-01T12:05:00Z"];
    assert_eq!(facts, ["genuine", "null", ID, "SUCCEEDED", "test-key", times[0], times[1]]);
}

/// The kind of a delivery comes from its path, its known job, or its content.
#[test]
fn the_kind_of_the_job_is_determined() {
    let case = Case::new("verify_kind");
    let unclear = json!({ "status": "SUCCEEDED", "input": { "task": { "job_id": ID } } });
    let phone = json!({
        "status": "SUCCEEDED",
        "input": { "task": { "job_id": ID } },
        "output": { "person": { "first_name": "Jane" }, "usage": { "phones_count": 0 } },
    });
    let id = format!("phone/{ID}");
    let other = format!("phone/{}", ID.replace("7d44", "0000"));
    let rows: [(&Value, &[&str], Value, Value, &str); 9] = [
        (&unclear, &[], json!(null), json!(null), "Kind unknown: neither"),
        (
            &unclear,
            &["--path", "/w/phone?x=1"],
            json!("phone"),
            json!("path"),
            "Kind phone, from the path",
        ),
        (
            &unclear,
            &["--kind", "phone"],
            json!("phone"),
            json!("option"),
            "Kind phone, from --kind",
        ),
        (
            &unclear,
            &["--job-id", &id],
            json!("phone"),
            json!("job_id"),
            "Kind phone, from --job-id",
        ),
        (&unclear, &["--job-id", &other], json!(null), json!(null), "Kind unknown: "),
        (
            &unclear,
            &["--header", "POST /w/company HTTP/1.1\nHost: a.example"],
            json!("company"),
            json!("path"),
            "Kind company, from the path",
        ),
        (&phone, &[], json!("phone"), json!("content"), "Kind phone, from the content"),
        (&phone, &["--path", "/hooks"], json!("phone"), json!("content"), "Kind phone, from the"),
        (
            &phone,
            &["--kind", "company"],
            json!("phone"),
            json!("content"),
            "Kind phone, from the content, which is not that of a company job",
        ),
    ];
    for (body, args, kind, source, line) in rows {
        fs::write(&case.file, body.to_string()).unwrap();
        let token = case.signer.sign(body.to_string(), Map::new()).to_str().unwrap().to_owned();
        let text = case.verify(std::slice::from_ref(&token), args);
        assert_eq!(text.code, Some(0), "{args:?}: {text:?}");
        assert!(text.stdout.contains(line), "{args:?}: {text:?}");
        assert_eq!(text.stderr.contains("a job other than"), args.contains(&other.as_str()));
        let run = case.verify(&[token], &[args, &["--json"]].concat());
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((&report["kind"], &report["kind_source"]), (&kind, &source), "{args:?}");
        let expected = format!("{}/{ID}", kind.as_str().unwrap_or("unknown"));
        assert_eq!(report["job_id"], expected, "{args:?}");
    }
    let wrong = case.verify(&[], &["--kind", "telephone"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

/// Returns the known violations: the rule, and a token.
fn broken(case: &Case) -> Vec<(&'static str, Vec<String>)> {
    let good = case.token(json!({}));
    let part = |n: usize| good.split('.').nth(n).unwrap().to_owned();
    let (header, claims, signature) = (part(0), part(1), part(2));
    let named = |more: Value| {
        let mut header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "test-key" });
        header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        case.raw(header, "{}")
    };
    let stranger = Signer::new("other-key").sign(job(ID), Map::new());
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{header}.{claims}.{first}{}", &signature[1..]);
    let one = |token: String| vec![token];
    vec![
        ("unsigned", vec![]),
        ("several_signatures", vec![good.clone(), good.clone()]),
        ("token_too_long", one("a".repeat(8193))),
        ("not_three_segments", one(format!("{header}.{claims}"))),
        ("not_base64url", one(format!("{good}="))),
        ("header_unreadable", one(format!("e30x.{claims}.{signature}"))),
        ("wrong_algorithm", one(named(json!({ "alg": "HS256" })))),
        ("wrong_type", one(named(json!({ "typ": "jwt" })))),
        ("critical_extension", one(named(json!({ "crit": ["b64"] })))),
        ("key_in_token", one(named(json!({ "jwk": {} })))),
        ("no_key_id", one(named(json!({ "kid": "" })))),
        ("unknown_key", one(stranger.to_str().unwrap().to_owned())),
        ("bad_signature", one(forged)),
        (
            "claims_unreadable",
            one(case.raw(json!({ "alg": "EdDSA", "typ": "JWT", "kid": "test-key" }), "[]")),
        ),
        ("no_body_hash", one(named(json!({})))),
        ("not_a_time", one(case.token(json!({ "exp": "soon" })))),
        ("expired", one(case.token(json!({ "exp": NOW - 61 })))),
        ("not_yet_valid", one(case.token(json!({ "nbf": NOW + 61 })))),
        ("issued_in_future", one(case.token(json!({ "iat": NOW + 61 })))),
        ("too_old", one(case.token(json!({ "iat": NOW - 3661 })))),
        ("body_changed", one(case.token(json!({ "body_hash": "A".repeat(43) })))),
    ]
}

#[test]
fn each_violated_rule_is_reported_with_a_hint() {
    let case = Case::new("verify_broken");
    let mut messages = String::new();
    for (rule, tokens) in broken(&case) {
        let reported = case.verify(&tokens, &["--json"]);
        let (found, error) =
            (serde_json::from_str::<Value>(&reported.stdout).unwrap(), reported.error());
        assert_eq!((&found["rule"], reported.code), (&json!(rule), Some(9)), "{reported:?}");
        assert_eq!((&error["kind"], &found["verdict"]), (&json!("refused"), &json!("refused")));

        let reported = case.verify(&tokens, &[]);
        let broken = reported.stdout.lines().position(|line| line.starts_with("BROKEN ")).unwrap();
        for (at, line) in reported.stdout.lines().enumerate() {
            let expected =
                ["ok ", "BROKEN ", "- "][usize::from(at >= broken) + usize::from(at > broken)];
            assert!(line.starts_with(expected), "{rule}: {reported:?}");
        }
        messages.push_str(&format!(
            "{}\n{}\n",
            reported.stdout.lines().nth(broken).unwrap(),
            reported.stderr
        ));
        for token in tokens.iter().filter(|token| token.len() > 100) {
            let secret = token.split('.').next_back().unwrap();
            assert!(
                !reported.stderr.contains(secret) && !reported.stdout.contains(secret),
                "{reported:?}"
            );
        }
        assert!(
            !reported.stderr.contains("Jane") && !reported.stdout.contains("Jane"),
            "{reported:?}"
        );
    }
    assert_snapshot("verify_messages", &messages);
}

#[test]
fn usual_changes_of_the_body_are_recognized() {
    let case = Case::new("verify_repair");
    let sign = |body: &str| case.signer.sign(body, Map::new()).to_str().unwrap().to_owned();
    let rows = [
        ("{}", "{}\n", "without the final line end"),
        ("{}", "{}\r\n", "without the final line end"),
        ("{}\n", "{}", "with a final line end"),
        ("{\n}\n", "{\r\n}\r\n", "instead of CRLF"),
        ("{}", "\u{feff}{}", "byte order mark"),
        ("{}", "{ }", "re-serialized"),
    ];
    for (signed, found, hint) in rows {
        fs::write(&case.file, found).unwrap();
        let reported = case.verify(&[sign(signed)], &[]);
        assert_eq!(reported.code, Some(9), "{reported:?}");
        assert!(reported.stderr.contains(hint), "{found:?}: {reported:?}");
    }
}

/// Compressed as by `gzip`; two parts become two members.
fn gzip(parts: &[&[u8]]) -> Vec<u8> {
    let part = |part: &&[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(part).unwrap();
        encoder.finish().unwrap()
    };
    parts.iter().flat_map(part).collect()
}

#[test]
fn encodings_of_the_whole_body_are_recognized() {
    let case = Case::new("verify_wrapped");
    let body = job(ID);
    let lines = STANDARD.encode(&body).as_bytes().chunks(76).collect::<Vec<_>>().join(&b'\n');
    let unpadded = STANDARD.encode(&body).trim_end_matches('=').as_bytes().to_vec();
    let url_safe = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes).into_bytes();
    let odd = format!("{body}{}", "?~>".repeat(9));
    let (half, rest) = body.as_bytes().split_at(20);
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        (&body, gzip(&[body.as_bytes()]), "matches after gzip decompression."),
        (&body, gzip(&[half, rest]), "matches after gzip decompression."),
        (&body, STANDARD.encode(&body).into_bytes(), "matches after base64 decoding."),
        (&body, lines, "matches after base64 decoding."),
        (&body, unpadded, "matches after base64 decoding."),
        (&odd, url_safe(odd.as_bytes()), "matches after base64 decoding."),
        (
            &body,
            STANDARD.encode(gzip(&[body.as_bytes()])).into_bytes(),
            "matches after base64 decoding and after gzip decompression.",
        ),
        (
            &body,
            gzip(&[body.as_bytes(), b"\n"]),
            "matches after gzip decompression and without the final line end.",
        ),
        (&body, gzip(&[b"{}"]), "re-serialized"),
        (&body, gzip(&[body.as_bytes()])[..40].to_vec(), "re-serialized"),
        (&body, STANDARD.encode("{}").into_bytes(), "re-serialized"),
    ];
    for (signed, found, hint) in rows {
        fs::write(&case.file, &found).unwrap();
        let token = case.signer.sign(signed, Map::new()).to_str().unwrap().to_owned();
        let reported = case.verify(&[token], &[]);
        assert_eq!(reported.code, Some(9), "{reported:?}");
        assert!(reported.stderr.contains(hint), "no `{hint}` in {reported:?}");
    }
}

/// A few kilobytes that expand to a gigabyte are not decompressed completely.
#[test]
fn a_gzip_bomb_is_not_decompressed() {
    let case = Case::new("verify_bomb");
    let megabyte = vec![0; 1 << 20];
    let part = gzip(&[&megabyte]);
    fs::write(&case.file, part.repeat(1024)).unwrap();
    let reported = case.verify(&[case.token(json!({}))], &[]);
    assert!(reported.code == Some(9) && reported.stderr.contains("re-serialized"), "{reported:?}");
}

#[test]
fn clocks_may_differ_by_the_leeway() {
    let case = Case::new("verify_leeway");
    let token = case.token(json!({ "exp": NOW - 90 }));
    for (leeway, code) in [("89", 9), ("120", 0), ("2m", 0)] {
        let reported = case.verify(std::slice::from_ref(&token), &["--leeway", leeway]);
        assert_eq!(reported.code, Some(code), "{leeway}: {reported:?}");
    }
}

#[test]
fn a_genuine_delivery_that_is_not_a_job() {
    let case = Case::new("verify_unreadable");
    fs::write(&case.file, r#"{"status":7}"#).unwrap();
    let token = case.signer.sign(r#"{"status":7}"#, Map::new()).to_str().unwrap().to_owned();
    let reported = case.verify(&[token], &[]);
    assert_eq!(reported.code, Some(5), "{reported:?}");
    assert!(reported.stdout.contains("BROKEN   the body is a job\n"), "{reported:?}");
    assert!(
        reported.stderr.contains("[unreadable]") && reported.stderr.contains("keep the body"),
        "{reported:?}"
    );
}

#[test]
fn without_keys_the_verdict_is_unknown() {
    let case = Case::new("verify_no_keys");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/");
    let reported = Case { keys: url, ..case };
    let reported = reported.verify(&[reported.token(json!({}))], &[]);
    assert_eq!(reported.code, Some(6), "{reported:?}");
    assert!(
        reported.stdout.contains("\nunknown  the key set has a key with that kid\n-  "),
        "{reported:?}"
    );
    assert!(reported.stderr.contains("[keys_unavailable]"), "{reported:?}");
}

/// A saved delivery of the sandbox, verified with the sandbox's keys.
#[test]
fn a_delivery_of_the_sandbox_by_stdin() {
    let server = TestServer::new();
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", target.local_addr().unwrap());
    server.launch(waterfall::ContactQuery::linkedin("jane-doe-abc123").webhook_url(url));
    let seen = super::webhook_sender::take(&target, "200 OK");
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    let mut command = server.program(&["webhook", "verify", "-", "--header", head]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let reported = Run::from(child.wait_with_output().unwrap());
    assert_eq!(reported.code, Some(0), "{reported:?}");
    assert!(reported.stdout.contains("\nGenuine: job "), "{reported:?}");
}

#[test]
fn invalid_arguments_are_reported() {
    let place = directory("verify_wrongly").join("none").to_str().unwrap().to_owned();
    let rows: &[(&[&str], &str)] = &[
        (&[&place], "could not be read"),
        (&["-", "--header", "eyJ.sesame"], "has no colon"),
        (&["-", "--header", "X-Webhook-Signature: a\u{1}sesame"], "a header can't have"),
        (&["-", "--at", "noon"], "seconds since 1970"),
        (&[], "<FILE>"),
    ];
    for (args, text) in rows {
        let reported = run(&mut program(&[&["webhook", "verify"], *args].concat()));
        assert_eq!((reported.code, reported.stdout.as_str()), (Some(2), ""), "{reported:?}");
        assert!(
            reported.stderr.contains(text) && !reported.stderr.contains("sesame"),
            "{reported:?}"
        );
    }
}

/// Reported as by `enrich`; the values stay in the body.
#[test]
fn values_of_unexpected_types_are_listed() {
    let case = Case::new("verify_deviations");
    let body = job(ID).replace(r#""first_name":"Jane""#, r#""first_name":["Jane"]"#);
    assert!(body.contains(r#"["Jane"]"#), "{body}");
    fs::write(&case.file, &body).unwrap();
    let token = case.signer.sign(&body, Map::new()).to_str().unwrap().to_owned();
    let run = case.verify(std::slice::from_ref(&token), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let start = "note: 1 field has an unexpected type: $.output.person.first_name (expected ";
    assert!(run.stderr.starts_with(start), "{run:?}");
    assert!(run.stderr.ends_with("; its value is in the body\n"), "{run:?}");

    let run = case.verify(&[token], &["--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let event = &run.events("deviations")[0];
    assert_eq!(event["job_id"], ID);
    assert_eq!(event["deviations"][0]["path"], "$.output.person.first_name");
    assert!(!run.stderr.contains("Jane"), "{run:?}");
}
