//! `waterfall batch` with files as other programs export them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use waterfall_sandbox::{Endpoint, Fault, Sandbox};

use super::support::{KEY, Run, TestServer, program, run};

/// A directory with an input, where the program runs.
pub(super) struct Place(TempDir);

impl Place {
    pub(super) fn new(name: &str, input: impl AsRef<[u8]>) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path(name), input).unwrap();
        place
    }

    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).unwrap()).unwrap()
    }

    pub(super) fn run(&self, server: &TestServer, args: &[&str]) -> Run {
        let args = [&["batch"], args].concat();
        run(server.program(&args).current_dir(self.0.path()))
    }
}

pub(super) fn server() -> TestServer {
    TestServer::with(Sandbox::builder().rate_limit(10_000))
}

pub(super) fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let record = |record: Result<csv::StringRecord, csv::Error>| {
        record.unwrap().iter().map(str::to_owned).collect()
    };
    reader.records().map(record).collect()
}

/// Returns the values of a column, by its name.
pub(super) fn column(rows: &[Vec<String>], name: &str) -> Vec<String> {
    let at = rows[0].iter().position(|column| column == name).unwrap();
    rows[1..].iter().map(|row| row[at].clone()).collect()
}

const CONNECTIONS: &str = "Notes:\n\"Some of the addresses, are missing.\"\n\n\
First Name,Last Name,URL,Email Address,Company,Position\n\
Ada,Zzroe,https://www.linkedin.com/in/ada-zzroe-1,,\"Zz, Inc.\",\"Says \"\"hi\"\"\nand more\"\n\
Bo,Zzpoe,https://www.linkedin.com/in/BoZzpoe-2/,bo@zz.example,Zz,CEO\n\
Cy,Zznone,,,Zzflip,SDE\n\
,,,,,\n\
Bo,Zzpoe,,BO@zz.example,Zz,CEO\n";

#[test]
fn a_plan_sends_nothing_and_displays_what_would_be_launched() {
    let (server, place) = (server(), Place::new("Connections.csv", CONNECTIONS));
    let plan = place.run(&server, &["plan", "Connections.csv"]);
    assert_eq!((plan.code, plan.stderr.as_str()), (Some(10), ""), "{plan:?}");
    let expected = [
        "3 lines before the header are omitted",
        "linkedin    `URL` (#3): https://www.linkedin.com/in/a",
        "row 1 (line 5): {\"linkedin\":\"ada-zzroe-1\"",
        "row 3 (line 8): ",
        "row 4 (line 9): blank",
        "row 5 (line 10): duplicate of row 2",
        "5 rows: 2 to launch, 1 duplicate, 1 invalid, 1 blank;",
    ];
    for expected in expected {
        assert!(plan.stdout.contains(expected), "{expected}: {}", plan.stdout);
    }
    let plan = place.run(&server, &["plan", "Connections.csv", "--map", "email=", "--json"]);
    assert_eq!(plan.objects()[0]["request"], json!({ "linkedin": "ada-zzroe-1" }));
    assert_eq!(plan.events("plan")[0]["launches"], 2);
    assert!(server.sandbox.requests().is_empty());
    assert!(!place.path("Connections.csv.journal").exists());
}

#[test]
fn results_are_next_to_the_rows_and_the_same_command_sends_nothing_more() {
    let (server, place) = (server(), Place::new("Connections.csv", CONNECTIONS));
    let command = ["run", "Connections.csv", "-o", "out.csv"];
    let reported = place.run(&server, &command);
    assert_eq!(reported.code, Some(10), "{reported:?}");
    assert!(reported.stderr.contains("not launched: row 3 (line 8)"), "{reported:?}");
    assert!(!reported.stderr.contains(KEY));
    let output = place.read("out.csv");
    assert!(output.contains("\nAda,Zzroe,https://www.linkedin.com/in/ada-zzroe-1,,\"Zz, Inc.\",\"Says \"\"hi\"\"\nand more\",found,,"), "{output}");
    let rows = rows(&output);
    assert_eq!(rows.len(), 6);
    assert_eq!(column(&rows, "status"), ["found", "found", "invalid", "blank", "duplicate"]);
    assert_eq!(column(&rows, "error")[4], "duplicate of row 2");
    let (jobs, emails) = (column(&rows, "job_id"), column(&rows, "professional_email"));
    assert_eq!((&jobs[1], &emails[1]), (&jobs[4], &emails[4]), "a duplicate has the result");
    assert!(!emails[0].is_empty() && emails[2].is_empty(), "{emails:?}");
    assert_eq!(server.sandbox.launches_total(), 2);

    let (requests, before) = (server.sandbox.requests_total(), output);
    let again = place.run(&server, &command);
    assert_eq!((again.code, place.read("out.csv")), (Some(10), before));
    assert_eq!(server.sandbox.requests_total(), requests);

    fs::write(place.path("Connections.csv"), CONNECTIONS.replace("Ada", "Eve")).unwrap();
    let changed = place.run(&server, &command);
    assert_eq!(changed.code, Some(2));
    assert!(changed.stderr.contains("row 1 (line 5) differs"), "{changed:?}");
    fs::write(place.path("Connections.csv"), format!("{CONNECTIONS}Di,Z,,di@zz.example,,\n"))
        .unwrap();
    assert!(place.run(&server, &command).stderr.contains("--accept-changed-input"));
    let more = place.run(&server, &[&command[..], &["--accept-changed-input"]].concat());
    assert_eq!((more.code, server.sandbox.launches_total()), (Some(10), 3), "{more:?}");
}

/// The journal has personal data.
#[cfg(unix)]
#[test]
fn the_journal_is_for_its_owner_alone_and_can_be_deleted() {
    use std::os::unix::fs::PermissionsExt;

    let (server, place) = (server(), Place::new("a.csv", "email\na@zz.example\n"));
    assert_eq!(place.run(&server, &["run", "a.csv", "-o", "out.csv"]).code, Some(0));
    let journal = place.path("out.csv.journal");
    assert_eq!(fs::metadata(&journal).unwrap().permissions().mode() & 0o777, 0o600);
    let asked = place.run(&server, &["forget"]);
    assert_eq!((asked.code, journal.exists()), (Some(2), true), "{asked:?}");
    let forgotten = place.run(&server, &["forget", "out.csv", "--yes"]);
    assert_eq!((forgotten.code, journal.exists()), (Some(0), false), "{forgotten:?}");
    assert_eq!(place.run(&server, &["status", "out.csv"]).code, Some(2));
    assert!(place.read("out.csv").contains("found"));
}

type Decode<'a> = &'a dyn Fn(&[u8]) -> String;

#[test]
fn every_encoding_and_delimiter_gives_the_same_rows() {
    let text =
        "Name;Work Email;Città\r\nZoë Zz;zoe@zz.example;Forlì\r\nÁda;ada@zz.example;\"a;b\"\r\n";
    let utf_16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let inputs: [(Vec<u8>, Decode<'_>); 4] = [
        (text.as_bytes().to_vec(), &|it| String::from_utf8(it.to_vec()).unwrap()),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), &|it| {
            String::from_utf8(it[3..].to_vec()).unwrap()
        }),
        (utf_16, &|it| encoding_rs::UTF_16LE.decode(it).0.into_owned()),
        (latin, &|it| encoding_rs::WINDOWS_1252.decode(it).0.into_owned()),
    ];
    for (input, decode) in inputs {
        let (server, place) = (server(), Place::new("in.txt", &input));
        let reported = place.run(&server, &["run", "in.txt", "-o", "out.csv", "--fields", "title"]);
        assert_eq!(reported.code, Some(0), "{reported:?}");
        let output = decode(&fs::read(place.path("out.csv")).unwrap());
        let lines: Vec<&str> = output.split("\r\n").collect();
        assert_eq!(lines[0], "Name;Work Email;Città;status;error;job_id;cost_usd;title");
        assert!(lines[1].starts_with("Zoë Zz;zoe@zz.example;Forlì;found;;"), "{output}");
        assert!(lines[2].starts_with("Áda;ada@zz.example;\"a;b\";found;;"), "{output}");
    }
}

#[test]
fn json_in_and_json_out() {
    let lines =
        "{\"email\":\"a@zz.example\",\"custom_fields\":{\"crm\":\"7\"}}\n{\"email\":\"nobody\"}\n";
    let (server, place) = (server(), Place::new("in.jsonl", lines));
    let reported = place.run(&server, &["run", "in.jsonl", "-o", "out.jsonl", "--json"]);
    assert_eq!(reported.code, Some(10), "{reported:?}");
    let end: Value = serde_json::from_str(&reported.stdout).unwrap();
    assert_eq!((&end["end"], &end["outcomes"]["found"]), (&json!("complete"), &json!(1)));
    let output = place.read("out.jsonl");
    let objects: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects[0]["input"]["custom_fields"]["crm"], "7");
    assert_eq!(objects[0]["response"]["input"]["task"]["custom_fields"], json!({ "crm": "7" }));
    assert_eq!(
        (&objects[0]["status"], &objects[1]["status"]),
        (&json!("found"), &json!("invalid"))
    );
    let csv = place.run(&server, &["export", "out.jsonl", "-o", "-", "--fields", "title"]);
    assert!(csv.stdout.starts_with("email,custom_fields,status,"), "{csv:?}");
}

#[test]
fn limits_stop_a_run_and_the_next_one_continues() {
    let (server, place) = (server(), Place::new("in.csv", people(6)));
    let command = ["run", "in.csv", "-o", "out.csv"];
    let reported = place.run(&server, &[&command[..], &["--max-launches", "2"]].concat());
    assert_eq!((reported.code, server.sandbox.launches_total()), (Some(11), 2), "{reported:?}");
    let status = place.run(&server, &["status", "out.csv", "--json"]);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!((&status["states"]["pending"], &status["launches"]), (&json!(4), &json!(2)));
    let reported = place.run(&server, &[&command[..], &["--max-spend", "0"]].concat());
    assert_eq!((reported.code, server.sandbox.launches_total()), (Some(11), 2), "{reported:?}");
    let reported = place.run(&server, &command);
    assert_eq!((reported.code, server.sandbox.launches_total()), (Some(0), 6), "{reported:?}");
    assert_eq!(column(&rows(&place.read("out.csv")), "status"), ["found"; 6]);
}

#[test]
fn doubts_are_explained_and_settled_by_consent_only() {
    let (server, place) = (server(), Place::new("in.csv", people(3)));
    server.sandbox.fault_next(Endpoint::Launch, "reset".parse::<Fault>().unwrap());
    let command = ["run", "in.csv", "-o", "out.csv"];
    let reported = place.run(&server, &command);
    assert_eq!(reported.code, Some(11), "{reported:?}");
    assert_eq!(place.run(&server, &command).code, Some(11), "a doubt stays");
    let doubts = place.run(&server, &["doubts", "out.csv"]);
    assert_eq!(doubts.code, Some(11));
    assert!(doubts.stdout.contains("attempt 1, at "), "{doubts:?}");
    assert!(doubts.stdout.contains("p") && doubts.stderr.contains("may be paid for twice"));
    let json = place.run(&server, &["doubts", "out.csv", "--json"]);
    let row = serde_json::from_str::<Value>(&json.stdout).unwrap()["row"].to_string();
    let asked = place.run(&server, &["doubts", "out.csv", "--relaunch", &row]);
    assert_eq!(asked.code, Some(2), "{asked:?}");
    assert_eq!(place.run(&server, &["doubts", "out.csv", "--give-up", "99"]).code, Some(2));
    let settled = place.run(&server, &["doubts", "out.csv", "--relaunch", &row, "--yes"]);
    assert_eq!(settled.code, Some(0), "{settled:?}");
    assert_eq!(place.run(&server, &command).code, Some(0));
    assert_eq!(column(&rows(&place.read("out.csv")), "status"), ["found"; 3]);
}

#[test]
fn failed_rows_are_launched_again_when_asked() {
    let input = "{\"email\":\"a@zz.example\",\"custom_fields\":{\"sandbox\":\"state=FAILED\"}}\n";
    let (server, place) = (server(), Place::new("in.jsonl", input));
    let command = ["run", "in.jsonl", "-o", "out.csv"];
    assert_eq!(place.run(&server, &command).code, Some(10));
    assert_eq!(place.run(&server, &command).code, Some(10));
    assert_eq!(server.sandbox.launches_total(), 1, "not without being asked");
    let retried = place.run(&server, &["retry", "--failed", "out.csv"]);
    assert!(retried.stderr.contains("1 row again"), "{retried:?}");
    assert_eq!(place.run(&server, &command).code, Some(10));
    assert_eq!(server.sandbox.launches_total(), 2);
}

#[test]
fn a_rejected_key_and_bad_input_cost_nothing() {
    let server = TestServer::with(Sandbox::builder().accept_key("another"));
    let place = Place::new("in.csv", people(2));
    let reported = place.run(&server, &["run", "in.csv", "-o", "out.csv"]);
    assert_eq!(reported.code, Some(5), "{reported:?}");
    assert_eq!(server.sandbox.launches_total(), 0);
    assert_eq!(column(&rows(&place.read("out.csv")), "status"), ["pending"; 2]);
    let rows: [(&[&str], &str); 6] = [
        (&["plan", "in.csv", "--map", "email=Nothing"], "there is no column `Nothing`"),
        (&["plan", "missing.csv"], "missing.csv could not be read"),
        (&["run", "in.csv", "-o", "./in.csv"], "the output is the input"),
        (&["run", "in.csv", "-o", "b.csv", "--share", "50%"], "--share"),
        (&["run", "in.csv", "-o", "b.csv", "--fields", "nose"], "the fields are"),
        (&["status", "other.csv"], "there is no journal other.csv.journal"),
    ];
    for (args, expected) in rows {
        let reported = place.run(&server, args);
        assert_eq!(reported.code, Some(2), "{reported:?}");
        assert!(reported.stderr.contains(expected), "{reported:?}");
    }
}

#[test]
fn results_of_the_sandbox_are_not_mixed_with_others() {
    let (server, place) = (server(), Place::new("in.csv", people(1)));
    let args = ["batch", "run", "in.csv", "-o", "out.csv", "--sandbox"];
    let reported = run(program(&args).current_dir(place.0.path()));
    assert_eq!(reported.code, Some(0), "{reported:?}");
    let reported = place.run(&server, &args[1..5]);
    assert_eq!(reported.code, Some(2), "{reported:?}");
    assert!(reported.stderr.contains("the batch is for the embedded sandbox"), "{reported:?}");
}

/// Rows with addresses of people.
fn people(number: usize) -> String {
    let row = |index: usize| format!("Person {index},p{index}@zz.example\n");
    format!("Name,Email\n{}", (1..=number).map(row).collect::<String>())
}

#[test]
fn the_output_directory_must_exist() {
    let (server, place) = (server(), Place::new("in.csv", people(1)));
    let reported = place.run(&server, &["run", "in.csv", "-o", "missing/out.csv"]);
    assert_ne!(reported.code, Some(0), "{reported:?}");
    assert!(!Path::new("missing").exists());
    assert_eq!(server.sandbox.launches_total(), 0);
}
