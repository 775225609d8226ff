//! A recording has the structure of the requests and responses, and no personal data.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use waterfall::recording::{Pseudonymizer, Recording};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{Client, ContactQuery, ErrorKind, Method, PhoneQuery};
use waterfall_sandbox::{JobTime, Replay, Sandbox};

use crate::captured::Captured;

const KEY: &str = "wf-secret-0123456789";

/// A directory that is removed at the end of a test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let name = format!("waterfall-recording-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// Returns the files, sorted by name, each with its contents.
    fn files(&self) -> Vec<(String, String)> {
        let mut files: Vec<_> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (file_name(&path), fs::read_to_string(&path).unwrap()))
            .collect();
        files.sort();
        files
    }

    /// Returns the entries of all files.
    fn entries(&self) -> Vec<Value> {
        let parse = |(_, text): (String, String)| serde_json::from_str::<Value>(&text).unwrap();
        self.files().into_iter().map(|file| parse(file)["log"]["entries"][0].clone()).collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn body_of(message: &Value) -> Value {
    let text = message["postData"]["text"].as_str().or(message["content"]["text"].as_str());
    serde_json::from_str(text.unwrap()).unwrap()
}

/// All texts of a value that are longer than three characters.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.chars().count() > 3 => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// Returns a value in which each text and number is replaced by its type.
fn structure(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(format!("text of {}", text.chars().count())),
        Value::Number(number) => json!(number.to_string().len()),
        Value::Array(items) => items.iter().map(structure).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), structure(value))).collect()
        }
        other => other.clone(),
    }
}

fn person() -> Value {
    json!({
        "id": 812_345_678,
        "first_name": "Ottoline",
        "last_name": "Featherstonehaugh",
        "full_name": "Ottoline Featherstonehaugh",
        "linkedin_id": "ottoline-featherstonehaugh-4711",
        "linkedin_url": "https://www.linkedin.com/in/ottoline-featherstonehaugh-4711/",
        "professional_email": "ottoline@quibblethorpe.com",
        "personal_email": "o.featherstonehaugh@mail.quibblethorpe.co.uk",
        "mobile_phone": "+33639980001",
        "phone_numbers": ["+33 6 39 98 00 01", "(415) 555-0100"],
        "title": "Purveyor of Marmalade",
        "company_domain": "quibblethorpe.com",
        "location": "Nether Wallop, Hampshire",
        "seniority": "Director",
        "email_verified_status": "safe",
        "lead_grade": "Platinum Plus",
        "pets": [{"name": "Mr Tiddles", "ottoline@quibblethorpe.com": "Marmaduke"}],
        "born": "1979-05-04",
        "score": 0.75,
        "active": true,
        "nothing": null,
    })
}

#[tokio::test(start_paused = true)]
async fn no_personal_text_is_in_a_file_and_the_structure_is_the_same() {
    let directory = Directory::new("privacy");
    let original = person();
    let mock = MockTransport::new()
        .reads([MockResponse::running(), MockResponse::succeeded(original.clone())]);
    let client = Client::builder().api_key(KEY).transport(mock.clone());
    let client = client.record(Recording::create(&directory.0).unwrap()).build().unwrap();
    let query = ContactQuery::email("ottoline@quibblethorpe.com")
        .or_full_name("Ottoline Featherstonehaugh", "quibblethorpe.com");
    let found = client.enrich(query).await.unwrap();
    assert_eq!(serde_json::to_value(found.person().unwrap()).unwrap(), original);

    let mut personal = Vec::new();
    let sent: Value = serde_json::from_slice(&mock.requests()[0].body).unwrap();
    texts(&sent, &mut personal);
    texts(&original, &mut personal);
    let stay = ["Director", "safe", "1979-05-04"];
    personal.retain(|text| !stay.contains(&text.as_str()));
    personal.extend(
        ["Tiddles", "Featherstonehaugh", "quibblethorpe", "Wallop", "639980001", "812345678"]
            .map(str::to_owned),
    );
    personal.extend([KEY.to_owned(), found.job_id().uuid().to_string()]);
    assert!(personal.len() > 20);
    for (name, file) in directory.files() {
        let file = file.to_lowercase();
        for text in &personal {
            assert!(!file.contains(&text.to_lowercase()), "{text} is in {name}: {file}");
        }
    }

    let entries = directory.entries();
    let operations: Vec<_> =
        entries.iter().map(|entry| entry["_operation"].as_str().unwrap()).collect();
    let find = "findContactEnrichment";
    assert_eq!(operations, ["launchContactEnrichment", find, find]);
    assert_eq!(structure(&body_of(&entries[0]["request"])), structure(&sent));
    let recorded = body_of(&entries[2]["response"])["output"]["person"].clone();
    let mut expected = structure(&original);
    // A member name that is an address is replaced as well.
    let address = recorded["pets"][0].as_object().unwrap().keys().find(|name| name.contains('@'));
    let pet = expected["pets"][0].as_object_mut().unwrap();
    let value = pet.remove("ottoline@quibblethorpe.com").unwrap();
    pet.insert(address.unwrap().clone(), value);
    assert_eq!(structure(&recorded), expected);
    for stays in ["seniority", "email_verified_status", "born", "score", "active", "nothing"] {
        assert_eq!(recorded[stays], original[stays]);
    }
    assert_eq!(
        recorded["company_domain"],
        recorded["professional_email"].as_str().unwrap().split('@').next_back().unwrap()
    );
    assert!(recorded["linkedin_url"].as_str().unwrap().starts_with("https://www.linkedin.com/in/"));
}

#[tokio::test(start_paused = true)]
async fn the_same_job_has_the_same_pseudonym_in_all_files() {
    let directory = Directory::new("jobs");
    let sandbox = Sandbox::new();
    let client = Client::builder().api_key(KEY).transport(sandbox.transport());
    let recording = Recording::create(&directory.0).unwrap();
    let client = client.record(recording.clone()).build().unwrap();
    client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    client.enrich(PhoneQuery::linkedin("jane-doe-abc123")).await.unwrap();

    let entries = directory.entries();
    assert_eq!(entries.len() as u64, recording.exchanges());
    let launched: Vec<Value> = entries
        .iter()
        .filter(|entry| entry["request"]["method"] == "POST")
        .map(|entry| body_of(&entry["response"])["job_id"].clone())
        .collect();
    assert_eq!(launched.len(), 2);
    for entry in entries.iter().filter(|entry| entry["request"]["method"] == "GET") {
        let asked = &entry["request"]["queryString"][0];
        assert_eq!(asked["name"], "job_id");
        assert!(launched.contains(&asked["value"]), "{asked}");
        let body = body_of(&entry["response"]);
        assert_eq!(body["input"]["task"]["job_id"], asked["value"]);
    }
    assert_ne!(launched[0], json!(sandbox.launches()[0].job_id));
}

#[tokio::test(start_paused = true)]
async fn the_key_is_nowhere_whatever_the_server_repeats() {
    let directory = Directory::new("key");
    let echo =
        json!({"status": KEY, "message": format!("bad key {KEY}."), KEY: [KEY], "code": KEY});
    let responses = [
        MockResponse::body(200, echo.to_string()),
        MockResponse::body(200, format!("<p>{KEY}</p>")),
    ];
    let responses = responses.map(|response| response.header("content-type", "text/html"));
    let mock = MockTransport::new().on(Method::GET, "/v1/echo", responses);
    let client = Client::builder().api_key(KEY).transport(mock);
    let client = client.record(Recording::create(&directory.0).unwrap()).build().unwrap();
    for _ in 0..2 {
        client.request(Method::GET, "/v1/echo").query("key", KEY).send().await.unwrap();
    }
    let files = directory.files();
    assert_eq!(files.len(), 2);
    for (name, file) in files {
        assert!(!file.contains(KEY) && !file.contains("x-api-key"), "{name}: {file}");
        assert!(file.contains("[key]"), "{name}: {file}");
    }
}

#[tokio::test(start_paused = true)]
async fn failures_of_the_network_are_recorded() {
    let directory = Directory::new("failures");
    let mock = MockTransport::new()
        .launches([MockResponse::not_sent()])
        .reads([MockResponse::connection_reset(), MockResponse::found_nobody()]);
    let client = Client::builder().api_key(KEY).transport(mock);
    let client = client.record(Recording::create(&directory.0).unwrap()).build().unwrap();
    client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    let entries = directory.entries();
    let outcomes: Vec<_> = entries
        .iter()
        .map(|entry| {
            (entry["response"]["status"].as_u64().unwrap(), entry["response"]["_error"].as_str())
        })
        .collect();
    assert_eq!(
        outcomes,
        [(0, Some("not_sent")), (200, None), (0, Some("maybe_sent")), (200, None)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_result_that_can_not_be_recorded_is_returned() {
    let (captured, _guard) = Captured::listen();
    let directory = Directory::new("unwritable");
    let recording = Recording::create(&directory.0).unwrap();
    fs::remove_dir_all(&directory.0).unwrap();
    let client = MockTransport::new().client_builder().record(recording.clone()).build().unwrap();
    client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    assert_eq!((recording.exchanges(), recording.failures()), (0, 2));
    assert_eq!(captured.events_named("waterfall.recording.failed").len(), 2);
}

#[test]
fn a_recording_is_continued_only_with_its_key() {
    let directory = Directory::new("continued");
    let key_file = directory.0.join("pseudonyms.key");
    Recording::create(&directory.0).unwrap();
    let one = Pseudonymizer::with_key_file(&key_file).unwrap();
    let other = Pseudonymizer::with_key_file(&key_file).unwrap();
    assert_eq!(one.text("Jane Doe"), other.text("Jane Doe"));
    assert_ne!(one.text("Jane Doe"), Pseudonymizer::new().text("Jane Doe"));
    assert!(!format!("{one:?}").contains(fs::read_to_string(&key_file).unwrap().trim()));

    fs::write(directory.0.join("000041-findContactEnrichment.har"), "{}").unwrap();
    let error = Recording::create(&directory.0).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    Recording::with_pseudonyms(&directory.0, other).unwrap();

    fs::write(&key_file, "no key").unwrap();
    assert!(Pseudonymizer::with_key_file(&key_file).is_err());
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn only_the_user_can_read_a_recording() {
    use std::os::unix::fs::PermissionsExt;

    let directory = Directory::new("modes");
    let recording = Recording::create(&directory.0).unwrap();
    Pseudonymizer::with_key_file(directory.0.join("key")).unwrap();
    let client = MockTransport::new().client_builder().record(recording).build().unwrap();
    client.launch(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory.0), 0o700);
    let files = directory.files();
    assert_eq!(files.len(), 2);
    for (name, _) in files {
        assert_eq!(mode(&directory.0.join(name)), 0o600);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recording_is_replayed_with_the_original_requests_and_its_key() {
    let directory = Directory::new("replay");
    let key_file = directory.0.with_extension("key");
    let pseudonyms = Pseudonymizer::with_key_file(&key_file).unwrap();
    fs::remove_file(&key_file).unwrap();
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(Duration::from_secs(20))).build();
    let recording = Recording::with_pseudonyms(&directory.0, pseudonyms.clone()).unwrap();
    let client = Client::builder().api_key(KEY).transport(sandbox.transport());
    let client = client.record(recording).build().unwrap();
    let query = || ContactQuery::linkedin("jane-doe-abc123");
    let original = client.enrich(query()).await.unwrap();
    let verified = client.verify_email("jane.doe@acme.com").await.unwrap();

    let convert = pseudonyms.clone();
    let replay =
        Replay::load(&directory.0).unwrap().with_pseudonyms(move |text| convert.body(text));
    let client = Client::builder().api_key(KEY).transport(replay.transport()).build().unwrap();
    let replayed = client.enrich(query()).await.unwrap();
    assert_eq!(replayed.raw_json(), pseudonyms.body(original.raw_json()));
    assert_eq!(replayed.reads(), original.reads());
    assert_eq!(replayed.elapsed(), original.elapsed());
    let again = client.verify_email("jane.doe@acme.com").await.unwrap();
    assert_eq!(again.email_status(), verified.email_status());
    assert_eq!(replay.not_recorded(), 0);

    // One launch was recorded, but a second one is sent.
    let error = client.enrich(query()).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 404));
    assert_eq!(replay.not_recorded(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_recorded_is_reported_without_its_values() {
    let directory = Directory::new("missing");
    let sandbox = Sandbox::new();
    let client = Client::builder().api_key(KEY).transport(sandbox.transport());
    let client = client.record(Recording::create(&directory.0).unwrap()).build().unwrap();
    client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();

    let replay = Replay::load(&directory.0).unwrap();
    let client = Client::builder().api_key(KEY).transport(replay.transport()).build().unwrap();
    let rows = [
        ("/v1/enrichment/contact", json!({"linkedin": "jane-doe-abc123"}), "`linkedin` differs"),
        (
            "/v1/enrichment/phone",
            json!({"linkedin": "jane-doe-abc123"}),
            "no POST /v1/enrichment/phone",
        ),
    ];
    for (path, body, expected) in rows {
        let error = client.request(Method::POST, path).json(&body).send().await.unwrap_err();
        let message = error.body().map(|body| String::from_utf8_lossy(body).into_owned()).unwrap();
        assert!(
            message.contains("NOT_FOUND_NOT_RECORDED") && message.contains(expected),
            "{message}"
        );
        assert!(!message.contains("jane"), "{message}");
    }

    // The unchanged requests of the recording are answered.
    let requests = replay.requests();
    let launch = requests[0].strip_prefix("POST /v1/enrichment/contact ").unwrap();
    let launch: Value = serde_json::from_str(launch).unwrap();
    let query = ContactQuery::linkedin(launch["linkedin"].as_str().unwrap());
    assert!(client.enrich(query).await.unwrap().person().is_some());
}

#[test]
fn other_files_are_rejected_as_recordings() {
    let directory = Directory::new("rejected");
    assert!(Replay::load(&directory.0).unwrap_err().to_string().contains("could not be read"));
    fs::create_dir_all(&directory.0).unwrap();
    let error = Replay::load(&directory.0).unwrap_err().to_string();
    assert!(error.contains("contains no recorded response"), "{error}");
    fs::write(directory.0.join("a.har"), "{\"log\":7}").unwrap();
    let error = Replay::load(&directory.0).unwrap_err().to_string();
    assert!(error.contains("a.har is not a recorded exchange"), "{error}");
}
