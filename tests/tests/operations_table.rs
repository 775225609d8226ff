//! Every operation of the description is covered by the client, the facade, the sandbox, the
//! program and the examples. This test fails for a new operation until that is the case.
//! `docs/add-an-operation.md` has the steps.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use waterfall::webhook::testing::Signer;
use waterfall::webhook::{Jwks, Verifier};
use waterfall::{
    BoxFuture, Client, Clock, CompanyQuery, CompanySearch, CompanyTitlesQuery, ContactQuery,
    ContactSearch, JobChangeQuery, PhoneQuery, ProspectorQuery, Request, Response, Transport,
    TransportError,
};
use waterfall_sandbox::{DEMO_MASTER_KEY, Endpoint, RateLimit, Sandbox, SandboxTransport};

/// The method and path of a request.
type Line = (String, String);

/// Sends requests to the sandbox, and records them with the status of the response.
#[derive(Debug, Clone)]
struct Recorder {
    sandbox: SandboxTransport,
    seen: Arc<Mutex<BTreeMap<Line, BTreeSet<u16>>>>,
}

impl Transport for Recorder {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let line = (request.http.method().to_string(), request.http.url().path().to_owned());
        Box::pin(async move {
            let response = self.sandbox.execute(request).await?;
            let mut seen = self.seen.lock().unwrap();
            seen.entry(line).or_default().insert(response.status().as_u16());
            Ok(response)
        })
    }
}

/// Makes every call of the facade.
async fn call_everything(client: &Client, recorder: &Recorder) {
    client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    client.enrich(PhoneQuery::linkedin("jane-doe-abc123")).await.unwrap();
    client.enrich(CompanyQuery::domain("acme.com")).await.unwrap();
    client.enrich(ProspectorQuery::new("acme.com", "engineer")).await.unwrap();

    let found = client
        .search_contacts(ContactSearch::at_domain("acme.com").title_filter("Eng", "engineer"))
        .await
        .unwrap();
    client.search_contacts_result(found.job_id().unwrap()).await.unwrap();
    let search =
        CompanySearch::new().industries(["Software Development"]).countries(["United States"]);
    let found = client.search_companies(search).await.unwrap();
    client.search_companies_result(found.job_id().unwrap()).await.unwrap();
    let query =
        JobChangeQuery::new().company_domain("acme.com").professional_email("jane.doe@acme.com");
    let found = client.detect_job_change(query).await.unwrap();
    client.job_change_result(found.job_id().unwrap()).await.unwrap();
    let found = client.reveal_company("8.8.8.8").await.unwrap();
    client.reveal_company_result(found.job_id().unwrap()).await.unwrap();
    let found = client.company_titles(CompanyTitlesQuery::domain("acme.com")).await.unwrap();
    client.company_titles_result(found.job_id().unwrap()).await.unwrap();
    client.verify_email("jane.doe@acme.com").await.unwrap();

    client.account().await.unwrap();
    let created = client.api_keys().create("nightly import").await.unwrap();
    client.api_keys().modify(&created).active(false).await.unwrap();
    client.api_keys().list().await.unwrap();

    // The key of another signer is looked up, but not found.
    let jwks = Jwks::builder().transport(recorder.clone()).build().unwrap();
    let headers = Signer::new("stranger").headers("{}");
    Verifier::new(jwks).verify(&headers, "{}").await.unwrap_err();
}

/// The commands of the program that send each operation. The tests of the program write this file,
/// based on the requests that a sandbox receives for each command.
const COMMANDS: &str = "crates/waterfall-cli/tests/snapshots/commands_of_operations.snap";

const COLUMNS: [&str; 6] = ["description", "client", "facade", "sandbox", "program", "examples"];

/// The coverage of operations.
#[derive(Clone)]
struct Evidence {
    /// The description.
    root: Value,
    /// The functions of the generated client.
    client: BTreeSet<String>,
    /// The operations that the facade sends, and the statuses of the sandbox's responses.
    sent: BTreeMap<Line, BTreeSet<u16>>,
    /// The commands that send an operation, by its ID.
    commands: BTreeMap<String, String>,
}

/// An operation of the description.
struct Row<'a> {
    id: &'a str,
    line: Line,
    operation: &'a Value,
}

impl Evidence {
    async fn collect() -> Self {
        let sandbox = Sandbox::builder().rate_limit(RateLimit::unlimited()).build();
        let recorder = Recorder { sandbox: sandbox.transport(), seen: Arc::default() };
        let builder = Client::builder().api_key(DEMO_MASTER_KEY).clock(Clock::tokio());
        let client = builder.transport(recorder.clone()).build().unwrap();
        call_everything(&client, &recorder).await;
        let sent = recorder.seen.lock().unwrap().clone();
        let root = waterfall_tests::description().root;
        Self { root, client: client_functions(), sent, commands: commands() }
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let paths = self.root["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (path, method, operation))
        });
        let row = |(path, method, operation): (&String, &String, _)| {
            let operation: &Value = operation;
            let id = operation["operationId"].as_str()?;
            Some(Row { id, line: (method.to_uppercase(), path.clone()), operation })
        };
        operations.filter_map(row).collect()
    }

    /// Returns whether an operation is covered in each column.
    fn cells(&self, row: &Row<'_>) -> [bool; COLUMNS.len()] {
        let Row { id, line, operation } = row;
        let text = |name: &str| operation[name].as_str().is_some_and(|text| !text.is_empty());
        let statuses = self.sent.get(line);
        let is_documented = |status: &u16| !operation["responses"][status.to_string()].is_null();
        let is_served = statuses.is_some_and(|all| all.contains(&200))
            && statuses.is_some_and(|all| all.iter().all(is_documented))
            && Endpoint::of(&line.0, &line.1).operation_id() == Some(*id);
        let examples = examples(&self.root, operation);
        [
            text("summary") && text("description"),
            self.client.contains(&snake(id)),
            statuses.is_some(),
            is_served,
            self.commands.get(*id).is_some_and(|commands| !commands.is_empty()),
            !examples.is_empty() && examples.values().all(|count| *count > 0),
        ]
    }

    /// Returns the table, and its empty cells.
    fn table(&self) -> (String, BTreeSet<(String, &'static str)>) {
        let (mut table, mut holes) = (String::new(), BTreeSet::new());
        for row in self.rows() {
            write!(table, "{:<24}", row.id).unwrap();
            for (name, is_there) in COLUMNS.into_iter().zip(self.cells(&row)) {
                write!(table, " {:<11}", if is_there { name } else { "-" }).unwrap();
                if !is_there {
                    holes.insert((row.id.to_owned(), name));
                }
            }
            let commands = self.commands.get(row.id).map_or("", String::as_str);
            writeln!(table, " {commands}").unwrap();
        }
        (table, holes)
    }
}

/// Returns the functions of the generated client.
fn client_functions() -> BTreeSet<String> {
    let code = waterfall_tests::top().join(waterfall_tests::repo::CLIENT);
    let code = fs::read_to_string(code).unwrap();
    let functions = code.lines().filter_map(|line| {
        let line = line.trim_start().strip_prefix("pub ")?;
        let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
        Some(name.split(['(', '<']).next()?.to_owned())
    });
    functions.collect()
}

/// Returns the commands by operation, from lines such as `launchContactEnrichment: enrich`.
fn commands() -> BTreeMap<String, String> {
    let text = fs::read_to_string(waterfall_tests::top().join(COMMANDS)).unwrap();
    let lines = text.rsplit("---\n").next().unwrap().lines();
    let pair = |line: &str| {
        let (id, commands) = line.split_once(": ").unwrap();
        (id.to_owned(), commands.to_owned())
    };
    lines.map(pair).collect()
}

/// Converts `launchPhoneEnrichment` to `launch_phone_enrichment`.
fn snake(id: &str) -> String {
    let mut name = String::new();
    for letter in id.chars() {
        if letter.is_uppercase() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// Returns the number of named examples of the request and each response of an operation.
fn examples(root: &Value, operation: &Value) -> BTreeMap<String, usize> {
    let parts = operation.get("requestBody").map(|body| ("request".to_owned(), body));
    let responses = operation["responses"].as_object().unwrap();
    let responses = responses.iter().map(|(status, response)| (status.clone(), response));
    let count = |part: &Value| {
        let target = part["$ref"].as_str();
        let part = target.map_or(part, |target| root.pointer(&target[1..]).unwrap());
        let media = part["content"].as_object().into_iter().flatten();
        media.map(|(_, media)| media["examples"].as_object().map_or(0, |named| named.len())).sum()
    };
    parts.into_iter().chain(responses).map(|(name, part)| (name, count(part))).collect()
}

#[tokio::test(start_paused = true)]
async fn every_operation_is_everywhere() {
    let evidence = Evidence::collect().await;
    let (table, holes) = evidence.table();
    println!("{table}");
    assert!(holes.is_empty(), "{holes:?}\n{table}");
    let rows = evidence.rows().len();
    assert_eq!(rows, evidence.sent.len(), "the facade sends what the description doesn't have");
    assert_eq!(rows, evidence.commands.len(), "a command sends what the description doesn't have");
    let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// A cell is empty if the operation is not covered.
#[tokio::test(start_paused = true)]
async fn a_missing_cell_is_detected() {
    let whole = Evidence::collect().await;
    let mut missing = 0;
    for Row { id, line, operation } in whole.rows() {
        let holes = |change: &dyn Fn(&mut Evidence, &mut Value)| {
            let (mut evidence, mut operation) = (whole.clone(), operation.clone());
            change(&mut evidence, &mut operation);
            evidence.root["paths"][&line.1][line.0.to_lowercase()] = operation;
            evidence.table().1
        };
        let of = |columns: &[&'static str]| -> BTreeSet<(String, &'static str)> {
            columns.iter().map(|column| (id.to_owned(), *column)).collect()
        };
        for text in ["summary", "description"] {
            let found = holes(&|_, operation| operation[text] = "".into());
            assert_eq!(found, of(&["description"]));
        }
        let found = holes(&|evidence, _| assert!(evidence.client.remove(&snake(id))));
        assert_eq!(found, of(&["client"]));
        let found = holes(&|evidence, _| drop(evidence.sent.remove(&line).unwrap()));
        assert_eq!(found, of(&["facade", "sandbox"]));
        let found = holes(&|evidence, _| {
            evidence.sent.get_mut(&line).unwrap().insert(418);
        });
        assert_eq!(found, of(&["sandbox"]));
        let found = holes(&|evidence, _| drop(evidence.commands.remove(id).unwrap()));
        assert_eq!(found, of(&["program"]));
        for part in examples(&whole.root, operation).into_keys() {
            let found = holes(&|_, operation| match part.as_str() {
                "request" => operation["requestBody"]["content"] = Value::Null,
                status => operation["responses"][status] = serde_json::json!({}),
            });
            assert_eq!(found, of(&["examples"]), "{part}");
        }
        missing += COLUMNS.len();
    }
    assert_eq!(missing, 24 * COLUMNS.len());
}
