//! Records a session and replays it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use waterfall_sandbox::{Endpoint, Fault};

use super::sandbox::Served;
use super::support::{KEY, TestServer, program, run};

/// Texts that identify the people of the sandbox.
const PERSONAL: [&str; 5] = ["jane", "doe", "acme", "lyon", KEY];

/// Returns the contents of a recording's files.
fn files(directory: &Path) -> Vec<String> {
    let mut files: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn assert_nothing_personal(text: &str) {
    let words = text.to_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    for personal in PERSONAL {
        let found = words
            .iter()
            .find(|word| word.split('-').any(|part| part == personal) || **word == personal);
        assert_eq!(found, None, "{personal} is in {text}");
    }
}

#[test]
fn a_session_is_recorded_and_replayed() {
    let temporary = tempfile::tempdir().unwrap();
    let (session, key) = (temporary.path().join("session"), temporary.path().join("session.key"));
    let (session, key) = (session.to_str().unwrap(), key.to_str().unwrap());
    let server = TestServer::new();
    let query = ["--linkedin", "jane-doe-abc123", "--json"];
    let record = ["enrich", "--record", session, "--record-key", key];
    let original = server.run(&[&record[..], &query].concat());
    assert_eq!(original.code, Some(0), "{original:?}");
    let recorded = original.events("recorded");
    assert_eq!(
        recorded,
        [json!({"event": "recorded", "directory": session, "requests": 2, "not_recorded": 0})]
    );
    let files = files(Path::new(session));
    assert_eq!(files.len(), 2);
    files.iter().for_each(|file| assert_nothing_personal(file));

    // The same command has the same result, with pseudonyms.
    let replayed = Served::start(&["--replay", session, "--replay-key", key]);
    let again = replayed.enrich(&query);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_nothing_personal(&again.stdout);
    let (original, again): (Value, Value) = (
        serde_json::from_str(&original.stdout).unwrap(),
        serde_json::from_str(&again.stdout).unwrap(),
    );
    let person = |job: &Value| job["output"]["person"].clone();
    assert_eq!(again["start_date"], original["start_date"]);
    assert_eq!(person(&again)["seniority"], person(&original)["seniority"]);
    assert_ne!(person(&again)["first_name"], person(&original)["first_name"]);
    let names = |job: &Value| person(job).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&again), names(&original));

    // Without the key, the replay accepts the pseudonyms.
    let plain = Served::start(&["--replay", session]);
    let unknown = plain.enrich(&query);
    assert!(unknown.stderr.contains("NOT_FOUND_NOT_RECORDED"), "{unknown:?}");
    let slug = person(&again)["linkedin_id"].as_str().unwrap().to_owned();
    let known = plain.enrich(&["--linkedin", &slug]);
    assert_eq!(known.code, Some(0), "{known:?}");
    let first_name = person(&again)["first_name"].as_str().unwrap().to_owned();
    assert!(known.stdout.starts_with(&first_name), "{known:?}");
}

#[test]
fn the_environment_can_name_the_directory() {
    let temporary = tempfile::tempdir().unwrap();
    let session = temporary.path().join("session");
    let server = TestServer::new();
    let account = || {
        let mut command = server.program(&["account"]);
        run(command.env("WATERFALL_RECORD", &session))
    };
    let first = account();
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(first.stderr, format!("recorded: 1 request in {}\n", session.display()));
    // Without a key, the pseudonyms of a second session would differ.
    let second = account();
    assert_eq!(second.code, Some(2), "{second:?}");
    assert!(
        second.stderr.contains("can't be recorded to") && second.stderr.contains("--record-key"),
        "{second:?}"
    );
    assert_eq!(files(&session).len(), 1);
}

#[test]
fn options_that_do_not_fit_are_rejected() {
    let temporary = tempfile::tempdir().unwrap();
    let directory = temporary.path().to_str().unwrap();
    let missing = temporary.path().join("missing.key");
    let rows: [(&[&str], &str); 4] = [
        (&["account", "--record-key", "x.key"], "--record-key has no effect without --record"),
        (&["sandbox", "--replay", directory], "contains no recorded response"),
        (&["sandbox", "--replay", directory, "--quota", "1"], "cannot be used with"),
        (&["sandbox", "--replay-key", "x.key"], "--replay <DIR>"),
    ];
    for (args, expected) in rows {
        let run = run(program(args).env("WATERFALL_API_KEY", KEY));
        assert_ne!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.contains(expected), "{run:?}");
    }
    fs::write(
        temporary.path().join("1.har"),
        r#"{"log":{"entries":[{"request":{"method":"GET",
        "url":"https://a.example/b"},"response":{"status":200}}]}}"#,
    )
    .unwrap();
    let args = [
        "sandbox",
        "--port",
        "0",
        "--replay",
        directory,
        "--replay-key",
        missing.to_str().unwrap(),
    ];
    let run = run(&mut program(&args));
    assert!(run.stderr.contains("there is no file") && !missing.exists(), "{run:?}");
}

#[test]
fn the_summary_names_what_the_description_does_not_have() {
    let server = TestServer::new();
    let odd = json!({"status": "SUCCEEDED", "output": {"person": {"first_name": "Jane", "mood": "Secret",
        "pets": ["Secret"], "jane@acme.com": 1}}, "priority": 7});
    let with_fault = |args: &[&str]| {
        server.sandbox.fault_next(Endpoint::Find, Fault::Raw(odd.to_string().into()));
        server.run(&[&["enrich", "--linkedin", "jane-doe-abc123"], args].concat())
    };
    let people = with_fault(&[]);
    assert_eq!(people.code, Some(0), "{people:?}");
    assert!(
        people.stderr.ends_with(
            "note: 4 fields of the responses are not in the API's description: $.output.person.*, \
             $.output.person.mood, $.output.person.pets, 1 more; `waterfall drift` has details\n"
        ),
        "{people:?}"
    );
    let programs = with_fault(&["--json"]);
    assert_eq!(programs.stdout.trim_end(), odd.to_string());
    let [drift] = &programs.events("drift")[..] else { panic!("{programs:?}") };
    let deviations = drift["deviations"].as_array().unwrap();
    assert_eq!(deviations.len(), 4);
    let expected = json!({"operation": "findContactEnrichment", "path": "$.output.person.mood",
        "deviation": "new_field", "expected": "no such field", "found": "a string", "responses": 1, "observed": 1});
    assert!(deviations.contains(&expected), "{drift}");
    assert!(!programs.stderr.contains("Secret") && !people.stderr.contains("Secret"));
}
