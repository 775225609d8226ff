//! Every operation of the description is everywhere: in the client, the facade, the sandbox,
//! the program, and among the examples. A new operation fails this test until it is, too.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
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

    // The key of another signer: it is looked up, and not found.
    let jwks = Jwks::builder().transport(recorder.clone()).build().unwrap();
    let headers = Signer::new("stranger").headers("{}");
    Verifier::new(jwks).verify(&headers, "{}").await.unwrap_err();
}

/// The commands that send each operation. Finders of operations that answer at once are sent
/// when the answer is still `RUNNING`.
const PROGRAM: &[(&str, &[&str])] = &[
    ("/v1/enrichment/contact", &["enrich", "get"]),
    ("/v1/enrichment/phone", &["phone", "get"]),
    ("/v1/enrichment/company", &["company", "get"]),
    ("/v1/prospector", &["prospect", "get"]),
    ("/v1/search/contact", &["search contacts"]),
    ("/v1/search/company", &["search companies"]),
    ("/v1/job/change", &["job-change"]),
    ("/v1/company-reveal", &["reveal"]),
    ("/v1/company-titles", &["titles"]),
    ("/v1/verify/email", &["verify"]),
    ("/v2/account", &["account"]),
    ("/v1/api-keys", &["keys list", "keys create", "keys modify"]),
    ("/.well-known/jwks.json", &["listen"]),
];

/// The subcommands of the program, as its argument parser declares them.
fn commands() -> BTreeSet<String> {
    let args = waterfall_tests::top().join("crates/waterfall-cli/src");
    let mut all = BTreeSet::new();
    for (file, name, prefix) in [
        ("args.rs", "Command", ""),
        ("args/search.rs", "Search", "search "),
        ("args/keys.rs", "Keys", "keys "),
    ] {
        let code = syn::parse_file(&fs::read_to_string(args.join(file)).unwrap()).unwrap();
        let declared = code.items.iter().find_map(|item| match item {
            syn::Item::Enum(item) if item.ident == name => Some(item),
            _ => None,
        });
        for variant in &declared.unwrap().variants {
            let mut command = prefix.to_owned();
            for (at, letter) in variant.ident.to_string().char_indices() {
                if at > 0 && letter.is_uppercase() {
                    command.push('-');
                }
                command.extend(letter.to_lowercase());
            }
            all.insert(command);
        }
    }
    all
}

/// The functions of the generated client, by the operation that they send.
fn client_calls() -> String {
    fs::read_to_string(waterfall_tests::top().join(waterfall_tests::repo::CLIENT)).unwrap()
}

/// `launchPhoneEnrichment` as `launch_phone_enrichment`.
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

/// How many named examples an operation has in its request and its responses.
fn examples(root: &Value, operation: &Value) -> usize {
    match operation {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str);
            // Responses are shared; schemas have no named examples.
            let shared = target.filter(|target| target.starts_with("#/components/responses/"));
            let shared = shared.and_then(|target| root.pointer(&target[1..]));
            let own = members.get("examples").and_then(Value::as_object).map_or(0, Map::len);
            let inner = members.iter().filter(|(name, _)| *name != "schema" && *name != "examples");
            own + shared.map_or(0, |shared| examples(root, shared))
                + inner.map(|(_, value)| examples(root, value)).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(|item| examples(root, item)).sum(),
        _ => 0,
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_is_everywhere() {
    let sandbox = Sandbox::builder().rate_limit(RateLimit::unlimited()).build();
    let recorder = Recorder { sandbox: sandbox.transport(), seen: Arc::default() };
    let builder = Client::builder().api_key(DEMO_MASTER_KEY).clock(Clock::tokio());
    let client = builder.transport(recorder.clone()).build().unwrap();
    call_everything(&client, &recorder).await;
    let sent = recorder.seen.lock().unwrap().clone();

    let root = waterfall_tests::description().root;
    let (commands, calls) = (commands(), client_calls());
    let mut table = String::new();
    let mut holes = BTreeSet::new();
    let mut count = 0;
    for (path, item) in root["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            count += 1;
            let method = method.to_uppercase();
            let described = operation["description"].as_str().is_some_and(|text| !text.is_empty());
            let call = snake(id);
            let is_call = calls.contains(&format!("pub fn {call}"))
                || calls.contains(&format!("pub async fn {call}"));
            let statuses = sent.get(&(method.clone(), path.clone()));
            let is_documented =
                |status: &u16| !operation["responses"][status.to_string()].is_null();
            let answers = statuses.is_some_and(|all| all.contains(&200))
                && statuses.is_some_and(|all| all.iter().all(is_documented))
                && Endpoint::of(&method, path).operation_id() == Some(id);
            let row = PROGRAM.iter().find(|(of, _)| of == path).map_or(&[][..], |row| row.1);
            let program: Vec<&str> = match (row, method.as_str()) {
                ([list, ..], "GET") if list.ends_with(" list") => vec![list],
                ([_, create, _], "POST") => vec![create],
                ([.., modify], "PUT") => vec![modify],
                ([launch, "get"], "POST") => vec![launch],
                ([_, "get"], "GET") => vec!["get"],
                (row, _) => row.to_vec(),
            };
            let has_command =
                !program.is_empty() && program.iter().all(|name| commands.contains(*name));
            let named = examples(&root, operation);
            let columns = [
                ("description", described),
                ("client", is_call),
                ("facade", statuses.is_some()),
                ("sandbox", answers),
                ("program", has_command),
                ("examples", named > 0),
            ];
            write!(table, "{id:<24}").unwrap();
            for (name, there) in columns {
                let mark = if there { name } else { "-" };
                write!(table, " {mark:<11}").unwrap();
                if !there {
                    holes.insert((id.to_owned(), name));
                }
            }
            writeln!(table, " {}", program.join(", ")).unwrap();
        }
    }
    println!("{table}");
    assert!(holes.is_empty(), "{holes:?}\n{table}");
    assert_eq!(count, sent.len(), "the facade sends what the description doesn't have");
    let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
