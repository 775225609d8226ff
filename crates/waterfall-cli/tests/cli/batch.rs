use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{TestServer, assert_snapshot, feed, masked, program, run};

/// Reads as early as possible.
const AT_ONCE: [&str; 3] = ["enrich", "--policy", "fixed:0.1"];
const NAME: &str = r#"{"full_name":"Ann Poe","domain":"acme.com","include_phones":true}"#;

fn enrich<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&AT_ONCE[..], args].concat()
}

#[test]
fn each_argument_has_a_line() {
    let server = TestServer::new();
    let args = ["jane-doe-abc123", "ann.poe@acme.com", NAME, "jane-doe-abc123", "a@nobody.example"];
    let run = server.run(&enrich(&args));
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut reported: Vec<&str> = run.stderr.lines().collect();
    let summary = reported.pop().unwrap();
    reported.sort_unstable();
    let all = [&run.lines()[..], &["", "stderr:"], &reported[..], &[summary]].concat();
    assert_snapshot("batch_people", &masked(&all.join("\n")));
    let sent: Vec<Value> = server.sandbox.launches().into_iter().map(|one| one.body).collect();
    assert_eq!(sent.len(), 4);
    assert!(sent.contains(&serde_json::from_str(NAME).unwrap()), "{sent:?}");
}

#[test]
fn each_line_of_stdin_has_an_object() {
    let server = TestServer::new();
    let lines = [
        "# people",
        "jane-doe-abc123",
        "",
        "Jane Doe",
        r#"{ "email": "b@nobody.example", "custom_fields": {"z": 1, "a": 2} }"#,
        r#"{"linkedin":"jane-doe-abc123","custom_fields":{"sandbox":"state=FAILED"}}"#,
        "jane-doe-abc123",
        r#"{"mial":"a@b.example"}"#,
    ];
    let input = [lines.join("\n").as_bytes(), b"\n\xff\n"].concat();
    let run = feed(&mut server.program(&enrich(&["-", "--json"])), &input);
    assert_eq!(run.code, Some(10), "{run:?}");

    let objects = run.objects();
    let mut reported = String::new();
    for object in &objects {
        let (error, job) = (&object["error"], &object["job"]);
        let job = if job.is_null() { "-" } else { job["status"].as_str().unwrap() };
        let (index, line, outcome) = (&object["index"], &object["line"], &object["outcome"]);
        let (of, kind) = (&object["duplicate_of"], &error["kind"]);
        reported +=
            &format!("{index} line {line} {outcome} job {job} error {kind} duplicate_of {of}\n");
    }
    assert_snapshot("batch_objects", &reported);
    assert_eq!(objects[0]["input"], "jane-doe-abc123");
    // The input is unchanged.
    assert!(run.stdout.contains(&format!(r#""input":{},"outcome":"nobody""#, lines[4])), "{run:?}");
    assert_eq!(objects[0]["job"]["output"]["person"]["last_name"], "Doe");
    for object in &objects {
        assert_eq!(object.as_object().unwrap().len(), 10, "{object}");
    }

    let launched = run.events("launched");
    assert_eq!(launched.len(), 2);
    for event in &launched {
        let index = event["index"].as_u64().unwrap() as usize;
        assert_eq!(event["job_id"], objects[index]["job_id"]);
        assert_eq!(event["line"], objects[index]["line"]);
    }
    let ended = json!({
        "event": "ended", "inputs": 7, "found": 1, "nobody": 1, "failed": 3,
        "duplicates": 2, "launched": 2, "reads": 2, "not_launched": 0,
    });
    assert_eq!(run.events("ended"), [ended]);
}

#[test]
fn results_are_written_while_stdin_is_open() {
    let server = TestServer::new();
    let mut command = server.program(&enrich(&["-"]));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut results = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    for (number, person) in ["jane-doe-abc123", "john-roe-42"].iter().enumerate() {
        writeln!(stdin, "{person}").unwrap();
        let line = results.next().unwrap();
        assert!(line.starts_with(&format!("{} {person}: J", number + 1)), "{line}");
    }
    drop(stdin);
    assert_eq!((results.next(), child.wait().unwrap().code()), (None, Some(0)));
}

#[test]
fn options_apply_to_each_query_and_its_own_members_take_precedence() {
    let server = TestServer::new();
    let own = r#"{"linkedin":"bob-1","include_phones":false,"custom_fields":{"own":1}}"#;
    let all = ["--include-phones", "--custom-fields", r#"{"run":7}"#];
    server.run(&enrich(&[&["ann-1", own], &all[..]].concat()));
    let mut sent: Vec<Value> = server.sandbox.launches().into_iter().map(|one| one.body).collect();
    sent.sort_unstable_by_key(|body| body["linkedin"].to_string());
    let expected = [
        json!({ "linkedin": "ann-1", "include_phones": true, "custom_fields": { "run": 7 } }),
        json!({ "linkedin": "bob-1", "include_phones": false, "custom_fields": { "own": 1 } }),
    ];
    assert_eq!(sent, expected);
}

#[test]
fn the_same_query_is_launched_again_only_with_allow_duplicates() {
    let server = TestServer::new();
    let spaced = r#"{ "linkedin" : "ann-1" }"#;
    let run = server.run(&enrich(&["ann-1", spaced, "a@acme.com", "ann-1"]));
    assert_eq!(server.sandbox.launches().len(), 2);
    assert_eq!(run.stdout.matches(" (the same as 1)\n").count(), 2, "{run:?}");
    let run = server.run(&enrich(&["ann-1", "ann-1", "--allow-duplicates"]));
    assert_eq!((run.code, run.lines().len(), server.sandbox.launches().len()), (Some(0), 2, 4));
}

#[test]
fn a_bad_argument_is_found_before_anything_is_sent() {
    let server = TestServer::new();
    let long = "x".repeat(501);
    let rows: &[(&[&str], &str)] = &[
        (&["ann-1", "Jane Doe"], "query 2 Jane Doe: linkedin `Jane Doe` is more than one word"),
        (&["ann-1", "bob-1", r#"{"domain":"acme.com"}"#], "full_name is empty"),
        (&[r#"{"mial":"a@b.example"}"#, "ann-1"], "no member identifies a person (members: mial)"),
        (&["ann-1", &long], "linkedin has 501 characters"),
        (&["ann-1", "a@"], "no valid domain"),
        (&["ann-1", ""], "query 2: the contact has no value"),
        (&["ann-1", "contacts.csv"], "waterfall enrich - < contacts.csv"),
        (&["ann-1", "Cargo.toml"], "Cargo.toml is the name of a file"),
        (&["ann-1", r#"["bob-1"]"#], "pass it on stdin"),
    ];
    for (args, text) in rows {
        let run = server.run(&enrich(args));
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("can't be launched; nothing was sent"), "{run:?}");
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
        let error = server.run(&enrich(&[*args, &["--json"]].concat())).error();
        assert_eq!(error["kind"], "invalid_query");
        assert!(error["message"].as_str().unwrap().contains(text), "{error}");
    }
    assert!(server.sandbox.requests().is_empty());
}

#[test]
fn the_exit_code_depends_on_how_many_failed() {
    let failed = r#"{"linkedin":"cat-1","custom_fields":{"sandbox":"state=FAILED"}}"#;
    let aborted = r#"{"linkedin":"dan-1","custom_fields":{"sandbox":"state=ABORTED"}}"#;
    let timed_out = r#"{"linkedin":"eve-1","custom_fields":{"sandbox":"state=TIMED_OUT"}}"#;
    let rows: &[(&[&str], i32)] = &[
        (&["jane-doe-abc123", "a@nobody.example"], 0),
        (&["a@nobody.example", "b@nobody.example"], 1),
        (&[failed, aborted], 3),
        (&[failed, timed_out], 10),
        (&["jane-doe-abc123", failed], 10),
    ];
    for (args, code) in rows {
        let run = TestServer::new().run(&enrich(args));
        assert_eq!(run.code, Some(*code), "{run:?}");
        assert_eq!(run.lines().len(), args.len());
    }
    let one = feed(&mut TestServer::new().program(&enrich(&["-"])), failed.as_bytes());
    assert_eq!((one.code, one.lines().len()), (Some(3), 1), "{one:?}");
    let none = feed(&mut TestServer::new().program(&enrich(&["-"])), b"# nobody\n");
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""), "{none:?}");
    let bad = feed(&mut TestServer::new().program(&enrich(&["-"])), b"Jane Doe\n");
    assert_eq!(bad.code, Some(2), "{bad:?}");
}

#[test]
fn a_launch_in_doubt_is_one_failure_and_not_repeated() {
    let server = TestServer::new();
    server.sandbox.fault_next(Endpoint::Launch, Fault::status(500));
    let run = server.run(&enrich(&["ann-1", "bob-1", "eve-1", "--json"]));
    assert_eq!(run.code, Some(10), "{run:?}");
    let launches = server.sandbox.requests().into_iter();
    let launches = launches.filter(|arrival| arrival.endpoint == Endpoint::Launch);
    assert_eq!((launches.count(), server.sandbox.launches().len()), (3, 2));
    let objects = run.objects();
    let doubtful: Vec<&Value> =
        objects.iter().filter(|object| object["outcome"] == "failed").collect();
    assert_eq!(doubtful.len(), 1);
    assert_eq!(doubtful[0]["error"]["may_have_launched"], true);
    assert_eq!(
        (&doubtful[0]["launch_attempts"], &doubtful[0]["job_id"]),
        (&json!(1), &json!(null))
    );
}

#[test]
fn a_launch_is_not_retried_with_no_retry() {
    for (args, code) in [(&["ann-1", "bob-1"][..], 0), (&["ann-1", "bob-1", "--no-retry"], 10)] {
        let server = TestServer::new();
        server.sandbox.fault_next(Endpoint::Launch, Fault::RetryAfter("1".into()));
        assert_eq!(server.run(&enrich(args)).code, Some(code), "{args:?}");
    }
}

#[test]
fn a_rejected_key_ends_the_batch() {
    let server = TestServer::with(Sandbox::builder().accept_key("another"));
    let people: Vec<String> = (0..300).map(|number| format!("person-{number}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let run = server.run(&enrich(&people));
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stderr.contains("WATERFALL_API_KEY"), "{run:?}");
    let sent = server.sandbox.requests().len();
    assert!(sent < 100 && run.lines().len() == sent, "{sent} sent");
}

#[test]
fn each_job_has_the_deadline() {
    let server = TestServer::new();
    let forever = ["--custom-fields", r#"{"sandbox":"state=RUNNING"}"#];
    for deadline in ["--deadline", "--max-wait"] {
        let args = [&["ann-1", "bob-1", deadline, "300ms"], &forever[..]].concat();
        let run = server.run(&enrich(&args));
        assert_eq!(run.code, Some(4), "{run:?}");
        assert_eq!(run.stdout.matches(" is not done after ").count(), 2, "{run:?}");
    }
}

#[test]
fn the_embedded_sandbox_runs_batches_as_well() {
    let run = run(&mut program(&["enrich", "--sandbox", "jane-doe-abc123", "john-roe-42"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.lines()[0].starts_with("1 jane-doe-abc123: Jane Doe, Head of Sales"), "{run:?}");
    assert!(run.lines()[1].starts_with("2 john-roe-42: John Roe, VP Engineering"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_stops_launching() {
    let people: Vec<String> = (0..300).map(|number| format!("person-{number}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let (reader, gone) = std::io::pipe().unwrap();
    drop(reader);
    for stdout in [Stdio::from(full), Stdio::from(gone)] {
        let server = TestServer::new();
        let run = run(server.program(&enrich(&people)).stdout(stdout));
        assert_eq!(run.code, Some(8), "{run:?}");
        let launched = server.sandbox.launches();
        assert!(launched.len() < 100, "{}", launched.len());
        assert!(run.stderr.contains(" was not written\n"), "{run:?}");
        // All paid jobs are reported.
        for launch in launched {
            assert!(run.stderr.contains(&format!("job {} ", launch.job_id)), "{run:?}");
        }
    }
}
