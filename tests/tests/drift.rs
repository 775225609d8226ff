//! An API changes without notice. Its responses correct the description, the client is generated
//! again, and it reads them without a deviation.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use openapi_client_codegen::{amend, import, project};
use openapi_review::observe::overlay::corrections;
use openapi_review::observe::report::Shown;
use openapi_review::observe::{Code, Description, Finding, Observations, Reader, compare};
use waterfall::{Client, ContactQuery, JobChangeQuery};
use waterfall_sandbox::{Fault, JobTime, Sandbox};
use waterfall_tests::{repo, top};

/// The number of jobs of each of two kinds.
const JOBS: usize = 100;
/// The number of responses of the changed API.
const DRIFTED: f64 = 0.5;
/// The only field whose values may be shown.
const STATUS: &str = "$.output.job_change_status";

/// Returns the responses of a drifting sandbox, as the program writes them.
async fn results() -> String {
    let sandbox = Sandbox::builder()
        .seed(7)
        .job_time(JobTime::Fixed(Duration::from_secs(1)))
        .fault_rate(Fault::Drift, DRIFTED)
        .build();
    let client = Client::builder().api_key("k").transport(sandbox.transport()).build().unwrap();
    let mut lines = String::new();
    let mut add = |job: String, body: &str| {
        let rest = r#""error":null,"duplicate_of":null"#;
        writeln!(lines, r#"{{"job_id":"{job}","job":{body},{rest}}}"#).unwrap();
    };
    let people = (0..JOBS).map(|number| format!("person-{number:03}"));
    let mut batch = client.enrich_each(people.map(ContactQuery::linkedin));
    while let Some(done) = batch.next().await {
        let done = done.result.unwrap();
        add(done.job_id().to_string(), done.raw_json());
    }
    for number in 0..JOBS {
        let query = JobChangeQuery::new()
            .company_domain("acme.com")
            .linkedin(format!("person-{number:03}"));
        let done = client.detect_job_change(query).await.unwrap();
        add(done.job_id().unwrap().to_string(), done.raw_json());
    }
    lines
}

/// Returns a repository with our description and an up-to-date outline.
fn repository(folder: &Path) {
    for path in [repo::DESCRIPTION, repo::OVERLAY] {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::copy(top().join(path), folder.join(path)).unwrap();
    }
    copy(&top().join(repo::OUTLINE), &folder.join(repo::OUTLINE));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = entry.map(|it| (it.path(), to.join(it.file_name()))).unwrap();
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// Returns the differences between the responses and the description of a repository.
fn drift(folder: &Path, results: &str) -> (Vec<Finding>, Observations) {
    let document = project::description(folder, &repo::config()).unwrap();
    let description = Description::new(&document.root).kind_ending(repo::formats::KIND_ENDING);
    let mut reader = Reader::new(&description, repo::formats::formats(None));
    reader.read_text("results.jsonl", results.as_bytes()).unwrap();
    let progress = reader.progress();
    assert_eq!((progress.responses, progress.unknown + progress.broken), (2 * JOBS as u64, 0));
    let seen = reader.into_observations();
    let mut findings = compare(&description, &seen);
    findings.retain(|finding| finding.code.is_drift());
    (findings, seen)
}

#[tokio::test(start_paused = true)]
async fn responses_correct_the_description_until_nothing_deviates() {
    let results = results().await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    repository(folder);
    let config = repo::config();

    let (findings, _) = drift(folder, &results);
    let found: Vec<(Code, &str)> =
        findings.iter().map(|finding| (finding.code, finding.path())).collect();
    assert_eq!(
        found,
        [
            (Code::UnknownField, "$.output.person.sandbox_followers"),
            (Code::TypeMismatch, "$.output.person.email_verified"),
            (Code::NullNotAllowed, "$.output.usage.companies_count"),
            (Code::UnknownValue, STATUS),
        ]
    );
    for finding in &findings {
        assert!(finding.seen() > 20 && finding.seen() < finding.of(), "{:?}", finding.places);
    }

    let shown = Shown { values: vec![STATUS.to_owned()], never_seen: false };
    let document = project::description(folder, &config).unwrap();
    let made = corrections(&document, &findings, &shown).unwrap();
    assert_eq!((made.actions.len(), made.left.len()), (4, 0));
    let amendment = amend::plan(folder, &made.actions, &config).unwrap();
    import::write(folder, &amendment.files).unwrap();
    for line in ["sandbox_followers", "email_verified", "companies_count", "sandbox_new"] {
        assert!(amendment.outline.contains(line), "{line} is not in\n{}", amendment.outline);
    }
    assert_eq!(drift(folder, &results).0.len(), 0, "a second run finds nothing");

    let plan = import::plan(folder, &amendment.corrected, &config).unwrap();
    let line = |text: &str| text.matches("- target:").count();
    let [before, after] = [top(), folder.to_owned()]
        .map(|top| line(&fs::read_to_string(top.join(repo::OVERLAY)).unwrap()));
    assert_eq!(after, before + 4);
    let unneeded =
        |text: &str| plan.actions.iter().any(|one| one.diagnostic.message.contains(text));
    assert!(unneeded("components.schemas.JobChangeStatus") || unneeded("already has"));

    without_deviations(&folder.join(&config.client), &results);
}

const MAIN: &str = r#"
#[rustfmt::skip]
#[allow(missing_docs, unreachable_patterns, unused, clippy::all)]
mod client;

use openapi_client_runtime::decode;

fn main() {
    let results = std::fs::read_to_string("results.jsonl").unwrap();
    let (mut contacts, mut changes) = (0, 0);
    for line in results.lines() {
        let (kind, body) = line.split_once('\t').unwrap();
        let deviations = if kind == "contact" {
            contacts += 1;
            decode::<client::types::ContactEnrichmentJob>(body.as_bytes()).unwrap().1
        } else {
            changes += 1;
            let (job, deviations) = decode::<client::types::JobChangeJob>(body.as_bytes()).unwrap();
            let status = job.output.as_ref().and_then(|output| output.job_change_status.as_ref());
            // `unknown` is one of the described statuses.
            let is_unknown = status.is_some_and(|status| format!("{status:?}").starts_with("UnknownValue"));
            assert!(!is_unknown, "{status:?}");
            deviations
        };
        assert!(deviations.is_empty(), "{deviations:?}");
    }
    println!("{contacts} {changes}");
}
"#;

/// Compiles the generated client in a separate crate, and decodes all responses with it.
fn without_deviations(client: &Path, results: &str) {
    let top = top().canonicalize().unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("drift");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    let runtime = top.join("crates/openapi-client-runtime");
    let manifest = format!(
        "[package]\nname = \"drift\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[features]\n\
         schemars = []\n\n[dependencies]\nopenapi-client-runtime = {{ path = {runtime:?} }}\n\n\
         [profile.dev]\ndebug = false\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(top.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::write(folder.join("src/main.rs"), MAIN).unwrap();
    fs::copy(client, folder.join("src/client.rs")).unwrap();
    let bodies: String = results
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let is_change = line["job_id"].as_str().unwrap().contains('/');
            format!("{}\t{}\n", if is_change { "change" } else { "contact" }, line["job"])
        })
        .collect();
    fs::write(folder.join("results.jsonl"), bodies).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["run", "--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", folder.with_extension("target"))
        .current_dir(&folder)
        .output()
        .unwrap();
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    assert_eq!(stdout.trim(), format!("{JOBS} {JOBS}"), "{stderr}");
}
