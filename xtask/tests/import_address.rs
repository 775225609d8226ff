//! Tests `import` of an address, from a server on loopback.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod repository;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use openapi_client_codegen::import::{self, Limits};
use repository::Repository;
use repository::repo::{DESCRIPTION, ORIGIN};

/// A server that answers every path with `answer`, which gets the path and the request's header.
struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(answer: impl Fn(&str, &str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let head = head.join("\n");
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                seen.lock().unwrap().push(head.clone());
                answer(&path, &head, &mut stream);
            }
        });
        Self { address, requests }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn last_request(&self) -> String {
        self.requests.lock().unwrap().last().unwrap().clone()
    }
}

fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    // A client that has enough data closes the connection.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// Returns a vendor's server: the document at `/api.yaml`, which has a version.
fn vendor(document: &str) -> Server {
    let document = document.to_owned();
    Server::new(move |path, head, stream| match path {
        "/api.yaml" if head.contains("If-None-Match: \"v1\"") => {
            respond(stream, "304 Not Modified", "ETag: \"v1\"\r\n", "");
        }
        "/api.yaml" => {
            let headers = "ETag: \"v1\"\r\nLast-Modified: Thu, 01 Oct 2026 10:00:00 GMT\r\n";
            respond(stream, "200 OK", headers, &document);
        }
        "/moved" => respond(stream, "302 Found", "Location: /api.yaml\r\n", ""),
        "/circle" => respond(stream, "302 Found", "Location: /circle\r\n", ""),
        "/elsewhere" => {
            respond(stream, "302 Found", "Location: http://vendor.example/api.yaml\r\n", "");
        }
        "/page" => respond(stream, "200 OK", "Content-Type: text/html\r\n", "openapi: 3.1.0"),
        "/untyped-page" => respond(stream, "200 OK", "", "\n<!doctype html><title>API</title>"),
        "/large" => {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n";
            let _ = stream.write_all(head.as_bytes());
        }
        _ => respond(stream, "404 Not Found", "", "no such file"),
    })
}

fn import(repository: &Repository, arguments: &[&str]) -> (Option<i32>, String) {
    repository.say(&[&["import"], arguments].concat(), "")
}

#[test]
fn an_address_is_imported_once_and_then_asked_for_changes() {
    let repository = Repository::new("import-address");
    let changed =
        repository.read(DESCRIPTION).replacen("- ABORTED\n", "- ABORTED\n        - PAUSED\n", 1);
    assert!(changed.contains("PAUSED"));
    let server = vendor(&changed);
    let address = server.at("/moved");

    let before = repository.files();
    let (code, text) = import(&repository, &[&address, "--dry-run"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(repository.files(), before, "a dry run wrote something");

    let (code, text) = import(&repository, &[&address]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("PAUSED"), "{text}");
    assert!(repository.read(DESCRIPTION).contains("- PAUSED\n"));
    let record: serde_json::Value = serde_json::from_str(&repository.read(ORIGIN)).unwrap();
    assert_eq!(record["etag"], "\"v1\"");
    assert_eq!(record["last_modified"], "Thu, 01 Oct 2026 10:00:00 GMT");
    let sum = record["sha256"].as_str().unwrap();
    let first = format!("downloaded {} bytes, SHA-256 {sum}\n", changed.len());
    assert!(text.starts_with(&first) && sum.len() == 64, "{text}");

    let after = repository.files();
    let (code, text) = import(&repository, &[&address]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(text, format!("{address} is not modified since its last import\n"));
    assert_eq!(repository.files(), after);

    // The record is about the stored description only.
    repository.edit(DESCRIPTION, "        - PAUSED\n", "");
    let (code, text) = import(&repository, &[&address]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!server.last_request().contains("If-None-Match"), "{}", server.last_request());
    assert_eq!(repository.files(), after);
}

#[test]
fn what_is_no_document_is_not_imported() {
    let repository = Repository::bare("import-no-document");
    let before = repository.files();
    let server = vendor("");
    for (path, message) in [
        ("/gone", "the server responded with status 404"),
        ("/page", "the response is a web page, not an OpenAPI document"),
        ("/untyped-page", "the response is a web page, not an OpenAPI document"),
        ("/circle", "the server redirected more than 3 times"),
        ("/elsewhere", "only https is requested, except on loopback"),
        ("/large", "the document is larger than 16777216 bytes"),
        ("/api.yaml", "empty"),
    ] {
        let (code, text) = import(&repository, &[&server.at(path)]);
        assert_eq!(code, Some(2), "{path}: {text}");
        assert!(text.contains("error: ") && text.contains(message), "{path}: {text}");
        assert!(text.ends_with("nothing was written\n"), "{path}: {text}");
        assert_eq!(repository.files(), before, "{path}");
    }
    let (code, text) = import(&repository, &["http://vendor.example/api.yaml"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("only https is requested, except on loopback"), "{text}");
}

#[test]
fn a_server_that_never_ends_is_left() {
    let server = Server::new(|path, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        let mut next = || stream.write_all(&[b'a'; 1024]);
        while next().is_ok() {
            if path == "/slow" {
                thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let download = |path, limits: &Limits| {
        import::download(&server.at(path), None, limits).unwrap_err().message
    };
    let limits = Limits { bytes: 100_000, ..Limits::default() };
    let message = download("/endless", &limits);
    assert!(message.ends_with("the document is larger than 100000 bytes"), "{message}");
    let limits = Limits { time: Duration::from_millis(200), ..Limits::default() };
    let message = download("/slow", &limits);
    assert!(message.ends_with("the download took more than 0.2 s"), "{message}");
}
