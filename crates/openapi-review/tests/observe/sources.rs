//! Reads responses from files and journals.

use std::fmt::Write;
use std::io::{self, Read};

use openapi_review::observe::sources::{Envelope, Formats, ReadError};
use openapi_review::observe::{Description, Observations, Reader};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::postgres_server::PostgresServer;
use crate::support::{ID, document};

fn description() -> Description {
    Description::new(&document(&json!({"type": "object"}), &json!({}))).kind_ending("adoption")
}

fn formats() -> Formats {
    let (body, job, status) = ("/job", "/job_id", "/error/status");
    let repeated = "/duplicate_of";
    Formats {
        envelopes: vec![Envelope { body, job, status, marker: repeated, repeated: Some(repeated) }],
        plain_kind: "pet".to_owned(),
        journal: ["SELECT kind, status, body FROM result"; 2],
        ..Formats::default()
    }
}

/// Responses, lines without a response, and unknown and broken lines; and the responses by status.
type Counts = ([u64; 4], Vec<(u16, u64)>);

fn read(text: &[u8], formats: Formats) -> (Result<(), ReadError>, Counts) {
    let description = description();
    let mut reader = Reader::new(&description, formats);
    let outcome = reader.read_text("input", text);
    let done = reader.progress();
    let counts = [done.responses, done.without_response, done.unknown, done.broken];
    let seen = reader.into_observations();
    let by_status = seen.counts().map(|(_, status, count)| (status, count)).collect();
    (outcome, (counts, by_status))
}

fn count(text: &str, formats: Formats) -> Counts {
    let (outcome, counts) = read(text.as_bytes(), formats);
    outcome.unwrap();
    counts
}

#[test]
fn lines_of_programs_are_opened() {
    let line = |job: Value, id: &str, status: Value, repeated: Value| json!({"job": job, "job_id": id, "error": {"status": status}, "duplicate_of": repeated});
    let id = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
    let lines = [
        line(json!({"a": 1}), id, json!(null), json!(null)),
        line(json!({"a": 2}), &format!("pet/{id}"), json!(404), json!(null)),
        line(json!({"a": 1}), id, json!(null), json!(0)),
        line(json!(null), id, json!(null), json!(null)),
        line(json!({"a": 1}), &format!("other/{id}"), json!(null), json!(null)),
    ];
    let mut text: String = lines.iter().map(|line| format!("{line}\n\n")).collect();
    text += "{\"broken\n";
    assert_eq!(count(&text, formats()), ([2, 2, 1, 1], vec![(200, 1), (404, 1)]));
}

#[test]
fn exchanges_name_their_operation_or_their_request() {
    let lines = [
        json!({"operation": ID, "status": 200, "body": {}}),
        json!({"method": "GET", "url": "https://api.example.com/v1/pets/7?x=1", "status": 503, "body": {}}),
        json!({"request": {"method": "GET", "path": "/pets/7"}, "response": {"status": 200, "body": {}}}),
        json!({"method": "PUT", "path": "/pets/7", "status": 200, "body": {}}),
        json!({"operation": "other", "status": 200, "body": {}}),
        json!({"something": "else"}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let expected = ([3, 0, 3, 0], vec![(200, 2), (503, 1)]);
    assert_eq!(count(&text, formats()), expected);
    assert_eq!(count(&format!("{:#}", json!(lines)), formats()), expected);
    assert_eq!(count(&json!(lines).to_string(), formats()), expected);
}

#[test]
fn archives_are_read_entry_by_entry() {
    let entry = |text: &str, encoding: &str, status: u16| {
        json!({
            "request": {"method": "GET", "url": "https://api.example.com/pets/7"},
            "response": {"status": status, "content": {"text": text, "encoding": encoding}},
        })
    };
    let other = json!({"request": {"method": "GET", "url": "https://example.com/"},
                       "response": {"status": 200, "content": {"text": "<html>"}}});
    let archive = json!({"log": {"version": "1.2", "pages": [{"id": 1}], "entries": [
        entry("{\"a\": 1}", "", 200), entry("eyJhIjogMX0=", "base64", 200), entry("<html>", "", 502),
        entry("{}", "", 0), other,
    ]}});
    let expected = ([3, 0, 2, 0], vec![(200, 2), (502, 1)]);
    assert_eq!(count(&archive.to_string(), formats()), expected);
    assert_eq!(count(&format!("{archive:#}"), formats()), expected);
}

#[test]
fn plain_bodies_need_an_operation() {
    let named = || Formats { operation: Some(ID.to_owned()), ..formats() };
    let body = json!({"a": [1, 2]});
    assert_eq!(count(&format!("{body:#}"), named()), ([1, 0, 0, 0], vec![(200, 1)]));
    assert_eq!(count(&format!("{body}\n{body}"), named()), ([2, 0, 0, 0], vec![(200, 2)]));
    assert_eq!(count(&format!("{body:#}"), formats()), ([0, 0, 1, 0], vec![]));
    let unknown = Formats { operation: Some("other".to_owned()), ..formats() };
    let (outcome, ..) = read(body.to_string().as_bytes(), unknown);
    assert!(outcome.unwrap_err().to_string().contains("no operation `other`"));
    let (outcome, ..) = read(b"{\n\"a\": 1\n", named());
    assert_eq!(outcome.unwrap_err().to_string(), "can't read input: it is not JSON from line 3 on");
}

#[test]
fn a_file_of_observations_is_read_with_other_files() {
    let description = description();
    let mut seen = Observations::default();
    seen.add(&description, ID, 200, &json!({"a": 1})).unwrap();
    let mut reader = Reader::new(&description, formats());
    reader.read_text("file", seen.to_json(&|_| false).as_bytes()).unwrap();
    let line = json!({"operation": ID, "status": 200, "body": {"a": 1}});
    reader.read_text("lines", line.to_string().as_bytes()).unwrap();
    assert_eq!(reader.progress().responses, 2);
    assert_eq!(reader.into_observations().samples(), 2);
}

#[test]
fn a_journal_in_sqlite_is_read_without_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("batch.journal");
    let file = Connection::open(&path).unwrap();
    file.execute_batch("CREATE TABLE result (kind TEXT, status INTEGER, body BLOB)").unwrap();
    for (kind, status, body) in [
        ("pet", 200, &b"{}"[..]),
        ("pet_adoption", 404, b"{}"),
        ("pet", 502, b"<html>"),
        ("x", 200, b"{}"),
    ] {
        file.execute("INSERT INTO result VALUES (?, ?, ?)", (kind, status, body)).unwrap();
    }
    drop(file);
    let before = std::fs::read(&path).unwrap();
    let description = description();
    let mut reader = Reader::new(&description, formats());
    reader.read(path.to_str().unwrap()).unwrap();
    let done = reader.progress();
    assert_eq!((done.responses, done.unknown), (2, 2));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let missing = folder.path().join("missing");
    let error = reader.read(missing.to_str().unwrap()).unwrap_err().to_string();
    assert!(error.starts_with("can't read ") && error.contains("missing"), "{error}");
}

#[test]
fn a_journal_in_postgresql_is_read() {
    let Some(server) = PostgresServer::start() else { return };
    let url = server.database("observed");
    let table = "CREATE TABLE result (kind text, status integer, body bytea);
        INSERT INTO result SELECT 'pet', 200, '{\"a\": 1}'::bytea FROM generate_series(1, 3000);
        INSERT INTO result VALUES ('pet', 502, '<html>'::bytea), ('x', 200, '{}'::bytea)";
    server.sql("observed", table);
    let description = description();
    let mut reader = Reader::new(&description, formats());
    reader.read(&url).unwrap();
    let done = reader.progress();
    assert_eq!((done.responses, done.unknown), (3001, 1));
    let missing = reader.read(&server.url("missing")).unwrap_err().to_string();
    assert!(missing.contains("missing") && !missing.contains("postgres://"), "{missing}");
    let error = reader.read("postgres://me:secret@[/x").unwrap_err().to_string();
    assert!(error.contains("not of the form") && !error.contains("secret"), "{error}");
}

/// A long input, of which at most one line is in memory.
struct Lines {
    left: usize,
    line: Vec<u8>,
    at: usize,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            if self.left == 0 {
                return Ok(0);
            }
            (self.left, self.at) = (self.left - 1, 0);
        }
        let count = buffer.len().min(self.line.len() - self.at);
        buffer[..count].copy_from_slice(&self.line[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn progress_is_reported_along_the_way() {
    let description = description();
    let mut reports = String::new();
    let mut reader = Reader::new(&description, formats())
        .on_progress(|progress| write!(reports, "{} ", progress.responses).unwrap());
    let line = format!("{}\n", json!({"operation": ID, "status": 200, "body": {"a": "x"}}));
    let lines = Lines { left: 2500, at: line.len(), line: line.into_bytes() };
    let bytes = (lines.left * lines.line.len()) as u64;
    reader.read_text("lines", lines).unwrap();
    assert_eq!(reader.progress().bytes, bytes);
    drop(reader);
    assert_eq!(reports, "1000 2000 ");
}
