//! Tests `import` as a maintainer uses it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod repository;

use std::fs;

use openapi_document::load;
use repository::Repository;
use repository::repo::{self, BASELINE, CLIENT, DESCRIPTION, OVERLAY};

/// A vendor's change of a document: its name, and the texts to replace.
type Edit = (&'static str, &'static [(&'static str, &'static str)]);

const EDITS: &[Edit] = &[
    (
        "new endpoint",
        &[(
            "  /.well-known/jwks.json:\n",
            "  /v1/account:\n    get:\n      operationId: getOldAccount\n      summary: The account\n      \
             tags: [Webhooks]\n      responses:\n        \"200\":\n          description: The account.\n          \
             content:\n            application/json:\n              schema: {$ref: \"#/components/schemas/Usage\"}\n        \
             \"401\": {$ref: \"#/components/responses/Unauthorized\"}\n\n  /.well-known/jwks.json:\n",
        )],
    ),
    (
        "new field",
        &[(
            "        smtp_provider:\n          type:",
            "        nickname: {type: string, description: What friends say., example: Jo}\n        \
             smtp_provider:\n          type:",
        )],
    ),
    ("new enum value", &[("        - ABORTED\n", "        - ABORTED\n        - PAUSED\n")]),
    (
        "field becomes nullable",
        &[(
            "        total_usd:\n          type: number\n",
            "        total_usd:\n          type: [number, \"null\"]\n",
        )],
    ),
    (
        "renamed schema",
        &[("schemas/Usage\"", "schemas/JobUsage\""), ("    Usage:\n", "    JobUsage:\n")],
    ),
    (
        "removed field",
        &[(
            "        persons_count:\n          type: integer\n          description: >-\n            \
             How many persons were found.\n            \
             Source: Waterfall's documentation and third parties (reliable).\n          examples:\n            - 1\n",
            "",
        )],
    ),
    (
        "new required parameter",
        &[(
            "        - $ref: \"#/components/parameters/JobId\"\n",
            "        - {name: region, in: query, required: true, description: Where., schema: {type: string}}\n        \
             - $ref: \"#/components/parameters/JobId\"\n",
        )],
    ),
    (
        "changed date format",
        &[(
            "        stop_date:\n          type: string\n          format: date-time\n",
            "        stop_date:\n          type: integer\n          format: int64\n",
        )],
    ),
    (
        "new error",
        &[(
            "        \"404\":\n",
            "        \"409\": {$ref: \"#/components/responses/PaymentRequired\"}\n        \"404\":\n",
        )],
    ),
    (
        "nullable as in 3.0",
        &[(
            "        phones_count:\n          type: integer\n",
            "        phones_count:\n          type: integer\n          nullable: true\n",
        )],
    ),
];

/// Replaces the first occurrence of each text, and all occurrences of a reference.
fn edited(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in the description");
        if from.starts_with("schemas/") {
            text.replace(from, to)
        } else {
            text.replacen(from, to, 1)
        }
    })
}

/// Returns a repository with its description.
fn canonical(name: &str) -> (Repository, String) {
    let repository = Repository::new(name);
    let text = repository.read(DESCRIPTION);
    (repository, text)
}

fn import(repository: &Repository, arguments: &[&str], stdin: &str) -> (Option<i32>, String) {
    repository.say(&[&["import"], arguments].concat(), stdin)
}

#[test]
fn the_committed_description_is_canonical() {
    let repository = Repository::new("import-canonical");
    let before = repository.files();
    let (code, text) = import(&repository, &[DESCRIPTION], "");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(repository.files(), before);
}

#[test]
fn another_layout_is_no_other_document() {
    let (repository, text) = canonical("import-layout");
    let before = repository.files();
    let hand_made = text.replace("  title: Waterfall API\n", "# ours\n  title: 'Waterfall API'\n");
    fs::write(repository.path(DESCRIPTION), hand_made).unwrap();
    let (code, text) = import(&repository, &[DESCRIPTION], "");
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!("page", text);
    assert_eq!(repository.files(), before);
    let (code, text) = import(&repository, &[DESCRIPTION], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.ends_with("\nnothing changed; no file was written\n"), "{text}");
}

#[test]
fn ten_edits_of_a_vendor_and_what_the_reviewer_sees() {
    let (repository, original) = canonical("import-edits");
    let before = repository.files();
    let mut seen = String::new();
    for (name, edits) in EDITS {
        let vendor = edited(&original, edits);
        let (code, text) = import(&repository, &["-", "--dry-run"], &vendor);
        assert_eq!(code, Some(0), "{name}\n{text}");
        // Behind the page.
        let report = text.split_once("\n\n").map_or(text.as_str(), |(_, report)| report);
        seen += &format!("## {name}\n{report}\n");
    }
    assert_eq!(repository.files(), before, "a dry run wrote something");
    insta::assert_snapshot!("ten_edits", seen);
}

#[test]
fn an_import_leaves_nothing_stale() {
    let (repository, original) = canonical("import-all");
    let vendor = EDITS.iter().fold(original, |text, (_, edits)| edited(&text, edits));
    fs::write(repository.path("vendor.yaml"), &vendor).unwrap();
    let (code, text) = import(&repository, &["vendor.yaml"], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(repository.read(CLIENT).contains("JobUsage"));
    let stored = repository.read(DESCRIPTION);
    let root = |text| load::load("api.yaml", text).unwrap().root;
    assert_eq!(root(&stored), root(&vendor));
    let check = repository.xtask(&["check"], "");
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));
}

#[test]
fn json_with_its_members_shuffled_changes_nothing() {
    let (repository, original) = canonical("import-json");
    let before = repository.files();
    let root = load::load("api.yaml", &original).unwrap().root;
    let (code, text) = import(&repository, &["-"], &serde_json::to_string(&sorted(&root)).unwrap());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("from <stdin>"), "{text}");
    assert!(text.ends_with("\nnothing changed; no file was written\n"), "{text}");
    assert_eq!(repository.files(), before);
}

fn sorted(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_by_key(|(name, _)| std::cmp::Reverse(*name));
            names.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        serde_json::Value::Array(items) => items.iter().map(sorted).collect(),
        value => value.clone(),
    }
}

#[test]
fn nothing_is_written_where_something_is_broken() {
    let (repository, original) = canonical("import-broken");
    let before = repository.files();
    let elsewhere = original.replace("#/components/schemas/Usage", "usage.yaml#/Usage");
    for (vendor, message) in [
        ("swagger: '2.0'\ninfo: {}\n", "Swagger 2.0"),
        ("a: [1\nb: 2", "not valid YAML"),
        ("", "empty"),
        (elsewhere.as_str(), "usage.yaml"),
    ] {
        let (code, text) = import(&repository, &["-"], vendor);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("error: ") && text.contains(message), "{text}");
        assert!(text.ends_with("nothing was written\n"), "{text}");
        assert_eq!(repository.files(), before, "{message}");
    }
}

#[test]
fn a_file_that_cannot_be_written_leaves_all_others_alone() {
    let (repository, original) = canonical("import-unwritable");
    let path = repository.path(BASELINE);
    fs::remove_file(&path).unwrap();
    fs::create_dir_all(path.join("in the way")).unwrap();
    let before = repository.files();
    let (code, text) = import(&repository, &["-"], &edited(&original, EDITS[2].1));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("error: can't write the files") && text.contains("plain.rs"), "{text}");
    assert_eq!(repository.files(), before);
}

/// Unusual features of vendor documents: no ids, an unresolved reference, a body that the
/// generators don't support, nullable as in 3.0, parts in other files.
const FOREIGN: &str = r##"{
  "openapi": "3.0.3",
  "info": {"title": "Pets", "version": "2024-05-01"},
  "paths": {
    "/pets/{id}": {"$ref": "paths/pet.yaml"},
    "/pets": {"post": {
      "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Gone"}}}},
      "responses": {"204": {"description": "Kept."}}
    }}
  },
  "components": {"schemas": {"Owner": {"type": "object", "properties": {
    "name": {"type": "string", "nullable": true}
  }}}}
}"##;

const PET: &str = "
get:
  parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  responses:
    '200':
      description: A pet.
      content: {application/json: {schema: {$ref: '../schemas.yaml#/Pet'}}}
";

#[test]
fn whatever_a_client_can_be_made_of_is_taken() {
    let repository = Repository::new("import-foreign");
    fs::write(repository.path(OVERLAY), "overlay: 1.0.0\nactions: []\n").unwrap();
    let vendor = repository.path("vendor");
    fs::create_dir_all(vendor.join("paths")).unwrap();
    fs::write(vendor.join("api.json"), FOREIGN).unwrap();
    fs::write(vendor.join("paths/pet.yaml"), PET).unwrap();
    fs::write(
        vendor.join("schemas.yaml"),
        "Pet: {type: object, properties: {age: {type: integer}}}",
    )
    .unwrap();
    let (code, text) = import(&repository, &["vendor/api.json"], "");
    assert_eq!(code, Some(0), "{text}");
    let (page, report) = text.split_once("\n\n").unwrap();
    insta::assert_snapshot!("foreign_page", page);
    let losses = "  vendor/api.json:7: lossy: reference-unresolved: `#/components/schemas/Gone` can't be resolved";
    assert!(report.starts_with("can't be represented") && report.contains(losses), "{report}");
    assert!(
        repository.read(&repo::config().losses()).contains("components/schemas/Gone"),
        "{report}"
    );
    let top = repository.top().to_str().unwrap();
    assert!(!repository.read(DESCRIPTION).contains(top), "a path of this machine is stored");
    let (code, text) = repository.say(&["check"], "");
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = import(&repository, &[DESCRIPTION], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.ends_with("\nnothing changed; no file was written\n"), "{text}");
}

#[test]
fn every_action_that_matches_nothing_is_told_and_nothing_is_written() {
    let (repository, original) = canonical("import-overlay");
    let before = repository.files();
    let vendor = original.replace("ErrorEnvelope", "ApiError").replace("Person", "Human");
    let (code, text) = import(&repository, &["-"], &vendor);
    assert_eq!(code, Some(1), "{text}");
    for target in ["ErrorEnvelope.properties.status` matches", "ErrorEnvelope.properties` matches"]
    {
        assert!(text.contains(target), "{text}");
    }
    // The report on changes is still printed.
    assert!(text.contains("`Person` is now called `Human`"), "{text}");
    let end = text.split_once("\nnothing was written").unwrap().1;
    insta::assert_snapshot!("blocked", format!("nothing was written{end}"));
    assert_eq!(repository.files(), before);
}

#[test]
fn an_action_that_the_vendor_has_made_himself_blocks_until_it_is_deleted() {
    let (repository, original) = canonical("import-appends");
    let action = |description: &str, update: &str| {
        format!(
            "\n  - target: $.components.schemas.Usage.properties.total_usd\n    \
             description: {description}\n    update: {update}\n"
        )
    };
    let text = repository.read(OVERLAY)
        + &action("It was seen null.", "{type: [\"null\"]}")
        + &action("It was seen negative.", "{minimum: -1}");
    // The document for which the actions were needed.
    let listed = edited(
        &original,
        &[(
            "        total_usd:\n          type: number\n",
            "        total_usd:\n          type: [number]\n",
        )],
    );
    fs::write(repository.path(OVERLAY), &text).unwrap();
    let (code, said) = import(&repository, &["-"], &listed);
    assert_eq!(code, Some(0), "{said}");
    let before = repository.files();
    let mended = listed.replace("type: [number]", "type: [number, \"null\"]");
    let (code, said) = import(&repository, &["-"], &mended);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`type` already has what this update appends"), "{said}");
    assert!(said.contains("can't be applied\n  openapi/overlay.yaml:"), "{said}");
    // The new description equals the corrected old one.
    assert!(said.contains("API: nothing changed"), "{said}");
    assert_eq!(repository.files(), before);
    let overlay = text.replacen(&action("It was seen null.", "{type: [\"null\"]}"), "", 1);
    fs::write(repository.path(OVERLAY), overlay).unwrap();
    let (code, said) = import(&repository, &["-"], &mended);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_action_that_is_not_needed_any_more_is_told() {
    let (repository, original) = canonical("import-mended");
    let mended = original.replace("          const: error\n", "").replacen(
        "        status:\n          type: string\n",
        "        status:\n          type: [string, \"null\"]\n",
        1,
    );
    assert_ne!(mended, original);
    let (code, text) = import(&repository, &["-"], &mended);
    assert_eq!(code, Some(0), "{text}");
    let end = "delete 2 actions of openapi/overlay.yaml that the document no longer needs\n";
    assert!(text.ends_with(end), "{text}");
    let reported = text.lines().filter(|line| line.starts_with("warning[overlay]"));
    insta::assert_snapshot!(reported.collect::<Vec<_>>().join("\n"), @r"
    warning[overlay]: the action on `$.components.schemas.ErrorEnvelope.properties.status` no longer changes anything except documentation
    warning[overlay]: the action on `$.components.schemas.ErrorEnvelope.properties` no longer changes anything except documentation
    ");
}
