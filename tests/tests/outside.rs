//! A client of any document compiles in a crate of any workspace, with the runtime crate as its
//! only dependency, or without any crate of this project.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread::JoinHandle;

use openapi_client_codegen::config::{Config, Runtime};
use openapi_client_codegen::embed;
use openapi_client_codegen::generate::generate;
use openapi_client_codegen::operations::Selection;
use waterfall_tests::{outside, repo, top};

/// A document with many quirks, including bodies of several kinds.
const DOCUMENT: &str = "whole/client.yaml";

const CODE: &str = "
#![deny(warnings)]
#[rustfmt::skip]
#[allow(missing_docs, unreachable_patterns, clippy::all)]
mod client;
pub use client::{Client, operations, types};
";

/// Calls two operations of a client that contains its runtime.
const MAIN: &str = r##"
#![deny(warnings)]
#[rustfmt::skip]
#[allow(missing_docs, unreachable_patterns, dead_code, clippy::all)]
mod client;

use std::sync::Arc;
use client::runtime::HttpTransport;
use client::{Client, security, types};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let base = std::env::args().nth(1).unwrap();
    let transport = HttpTransport::default().with_credential(&security::KEY, "secret");
    let client = Client::new(&base, reqwest::Client::new(), Arc::new(transport));
    let shape: types::Shape = serde_json::from_str(r#"{"kind": "circle", "size": 2.5, "new": 1}"#).unwrap();
    let drawn = client.draw("a/b", Some(&["x".to_owned(), "y".to_owned()].to_vec()), &shape).await.unwrap();
    println!("{} {:?} {}", drawn.id, drawn.color, drawn.extra["more"]);
    let error = client.draw("gone", None, &shape).await.unwrap_err();
    println!("{error}");
}
"##;

/// The document of that client: a union, an open enum, styles and errors.
const DRAWING: &str = "
openapi: 3.1.0
info: {title: Drawing, version: '1'}
security: [{key: []}]
paths:
  /shapes/{name}:
    post:
      operationId: draw
      parameters:
      - {name: name, in: path, required: true, schema: {type: string}}
      - {name: tag, in: query, explode: false, schema: {type: array, items: {type: string}}}
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Shape'}}}}
      responses:
        '201': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Drawn'}}}}
        '404': {description: d, content: {application/json: {schema: {type: object, properties: {code: {type: integer}}}}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: x-key}}
  schemas:
    Circle: {type: object, required: [kind], properties: {kind: {const: circle}, size: {type: number}}}
    Square: {type: object, required: [kind], properties: {kind: {const: square}, side: {type: [number, 'null']}}}
    Shape: {oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]}
    Drawn: {type: object, required: [id], properties: {id: {type: string, format: uuid}, at: {type: string, format: date-time}, color: {type: string, enum: [red, blue]}}}
";

fn folder(name: &str) -> PathBuf {
    outside::folder(env!("CARGO_TARGET_TMPDIR"), name)
}

#[test]
fn a_client_compiles_outside_with_one_dependency() {
    let (top, folder) = (top().canonicalize().unwrap(), folder("outside"));
    let document = top.join(repo::FIXTURES).join(DOCUMENT);
    let config = Config { runtime: Runtime::at(repo::RUNTIME), ..repo::config() };
    let made = generate(&document, None, &Selection::default(), &config).unwrap();
    let runtime = top.join("crates/openapi-client-runtime");
    let manifest =
        outside::manifest("outside", &format!("openapi-client-runtime = {{ path = {runtime:?} }}"));
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), CODE).unwrap();
    fs::write(folder.join("src/client.rs"), made.code).unwrap();
    let output = cargo(&folder, &["check", "--offline", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_runtime_compiles_with_each_of_its_features_and_with_none() {
    let (top, folder) = (top().canonicalize().unwrap(), folder("features"));
    let runtime = top.join("crates/openapi-client-runtime");
    fs::write(folder.join("src/lib.rs"), "").unwrap();
    for features in ["", "\"http-transport\"", "\"multipart\"", "\"streams\""] {
        let manifest = outside::manifest(
            "features",
            &format!(
                "openapi-client-runtime = {{ path = {runtime:?}, default-features = false, \
                 features = [{features}] }}"
            ),
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        let output = cargo(&folder, &["check", "--offline", "--quiet"]);
        assert!(output.status.success(), "{features}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    outside::cargo(folder, arguments).output().unwrap()
}

/// Answers two requests. Returns the heads and bodies that it read.
fn serve(listener: TcpListener) -> JoinHandle<Vec<String>> {
    const CREATED: &str =
        r#"{"id": "7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "color": "green", "more": [1]}"#;
    const GONE: &str = r#"{"code": 7}"#;
    std::thread::spawn(move || {
        let answers = [("201 Created", CREATED), ("404 Not Found", GONE)];
        let serve_one = |(status, body): (&str, &str)| {
            let (mut socket, _) = listener.accept().unwrap();
            let mut request = String::new();
            while !request.contains("\r\n\r\n") || !request.ends_with('}') {
                let mut chunk = [0; 1024];
                let read = socket.read(&mut chunk).unwrap();
                request.push_str(std::str::from_utf8(&chunk[..read]).unwrap());
            }
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}"
            );
            write!(socket, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
            request
        };
        answers.map(serve_one).to_vec()
    })
}

#[test]
fn a_client_with_an_embedded_runtime_needs_no_crate_of_this_project() {
    let folder = folder("embedded");
    fs::write(folder.join("api.yaml"), DRAWING).unwrap();
    let config = Config { runtime: Runtime::embedded(), ..repo::config() };
    let made = generate(&folder.join("api.yaml"), None, &Selection::default(), &config).unwrap();
    for line in embed::dependencies().lines() {
        assert!(made.code.contains(&format!("//     {line}\n")), "{line}");
    }
    // Examples name the runtime crate, so they are left out; the text after them stays.
    assert!(made.code.contains("The default is an absent field."));
    assert!(!made.code.contains("use openapi_client_runtime"));
    let manifest = outside::manifest(
        "embedded",
        &format!(
            "{}tokio = {{ version = \"1\", features = [\"macros\", \"rt\", \"time\", \"sync\"] }}",
            embed::dependencies()
        ),
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), MAIN).unwrap();
    fs::write(folder.join("src/client.rs"), made.code).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    // Built before anything waits for its requests.
    let output = cargo(&folder, &["build", "--offline", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let served = serve(listener);
    let output = cargo(&folder, &["run", "--offline", "--quiet", "--", &base]);
    let (out, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{errors}");
    let requests = served.join().unwrap();
    assert!(requests[0].starts_with("POST /shapes/a%2Fb?tag=x,y HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[0].contains("x-key: secret\r\n"), "{requests:?}");
    let body = requests[0].split("\r\n\r\n").nth(1).unwrap();
    let sent: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(sent, serde_json::json!({"kind": "circle", "size": 2.5, "new": 1}));
    let lines: Vec<&str> = out.lines().collect();
    let [drawn, error] = lines[..] else { panic!("{out}") };
    assert!(drawn.starts_with("7d44db58-5de3-4e92-a2fb-8325d12c2e8b"), "{drawn}");
    assert!(drawn.contains("green") && drawn.ends_with("[1]"), "{drawn}");
    assert!(error.contains("404"), "{error}");
}
