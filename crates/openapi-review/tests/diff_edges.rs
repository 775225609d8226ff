//! `diff`: edits that are easily misjudged or overlooked.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use openapi_document::load::load;
use openapi_review::diff::{self, Change, Verdict};

const BASE: &str = r##"openapi: 3.1.0
info: {title: Edges, version: "1"}
servers:
  - url: https://{zone}.example
    variables: {zone: {default: eu, enum: [eu, us]}}
security: [{token: [read]}]
paths:
  /jobs:
    summary: Jobs
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Sent"}
      responses:
        "200":
          description: Done
          headers:
            x-cost: {schema: {type: integer}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Job"}
        "404":
          description: No such job
        default:
          description: An error
          content:
            application/json:
              schema: {type: object}
      callbacks:
        done:
          "{$request.body#/url}":
            post:
              responses: {"200": {description: Taken}}
components:
  schemas:
    Sent:
      type: object
      required: [note]
      properties:
        url: {type: string}
        id: {type: string, readOnly: true}
        note: {type: string}
    Job:
      anyOf: [{$ref: "#/components/schemas/Wide"}, {type: "null"}]
    Wide:
      allOf: [{$ref: "#/components/schemas/Part"}, {type: object, properties: {b: {type: string}}}]
    Part:
      type: object
      properties:
        a: {type: string, enum: [x, y]}
        shape:
          oneOf: [{allOf: [{$ref: "#/components/schemas/Round"}, {minProperties: 1}]}, {type: string}]
          discriminator: {propertyName: kind, mapping: {round: "#/components/schemas/Round"}}
        gone: true
    Round:
      type: object
      properties: {kind: {type: string}}
  securitySchemes:
    token:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: https://token.example, scopes: {read: Reading, write: Writing}}
"##;

fn changes(from: &str, to: &str) -> Vec<Change> {
    assert!(BASE.contains(from), "no {from:?}");
    let new = BASE.replacen(from, to, 1);
    diff::api(&load("old.yaml", BASE).unwrap(), &load("new.yaml", &new).unwrap())
}

/// Returns the worst verdict, and its message.
fn worst(from: &str, to: &str) -> (&'static str, String) {
    let changes = changes(from, to);
    let verdict = changes.first().map_or("same", |change| change.verdict.as_str());
    (verdict, changes.first().map(|change| change.message.clone()).unwrap_or_default())
}

#[test]
fn headers_whose_names_begin_like_extensions_are_compared() {
    let (verdict, message) = worst("x-cost: {schema: {type: integer}}", "x-price: {}");
    assert_eq!(
        (verdict, &*message),
        ("breaking", "response 200 no longer has the header `x-cost`")
    );
}

#[test]
fn a_separate_error_response_breaks_no_caller() {
    let (verdict, message) =
        worst("        default:\n", "        \"409\": {description: Busy}\n        default:\n");
    assert_eq!((verdict, &*message), ("compatible", "response 409 is described on its own now"));
}

#[test]
fn an_error_that_becomes_one_of_all_others_is_missed() {
    let (verdict, message) = worst("        \"404\":\n          description: No such job\n", "");
    assert_eq!(
        (verdict, &*message),
        ("breaking", "response 404 is no longer described on its own")
    );
}

#[test]
fn a_mapping_to_a_part_of_an_alternative_counts() {
    let value = r##"mapping: {round: "#/components/schemas/Round"}"##;
    let (verdict, message) = worst(value, &value.replace("round", "circle"));
    assert_eq!(verdict, "breaking");
    assert_eq!(
        message,
        "`Part.shape`: the value `circle` of the discriminator leads to a schema now"
    );
}

#[test]
fn the_only_part_of_an_alternative_is_the_alternative() {
    let value = r##"mapping: {round: "#/components/schemas/Round"}"##;
    let base = BASE.replace(", {minProperties: 1}]", "], description: Round.");
    let text = |mapping: &str| base.replace(value, mapping);
    let read = |name, text: &str| load(name, text).unwrap();
    let new = read("new.yaml", &text(&value.replace("round", "circle")));
    let changes = diff::api(&read("old.yaml", &base), &new);
    let messages: Vec<&str> = changes.iter().map(|change| change.message.as_str()).collect();
    assert_eq!(
        messages,
        ["`Part.shape`: the discriminator value of `Round` is `circle`, was `round`"]
    );
    let plain = base.replace(
        r##"{allOf: [{$ref: "#/components/schemas/Round"}], description: Round.}"##,
        r##"{$ref: "#/components/schemas/Round"}"##,
    );
    let verdicts = |old: &str, new: &str| -> Vec<Verdict> {
        let changes = diff::api(&read("old.yaml", old), &read("new.yaml", new));
        changes.iter().map(|change| change.verdict).collect()
    };
    assert_eq!(verdicts(&base, &plain), [Verdict::DocsOnly]);
    assert_eq!(verdicts(&plain, &base), [Verdict::DocsOnly]);
}

#[test]
fn a_callback_that_takes_its_address_from_elsewhere_is_another() {
    assert_eq!(worst("{$request.body#/url}", "{$request.body#/hook}").0, "breaking");
}

#[test]
fn a_field_that_can_have_no_value_is_gone() {
    assert_eq!(worst("gone: true", "gone: false"), ("breaking", "`Part.gone` is gone".to_owned()));
}

#[test]
fn marks_and_fields_of_the_other_direction_are_reported() {
    let (verdict, message) = worst("b: {type: string}", "b: {type: string, readOnly: true}");
    assert_eq!((verdict, &*message), ("compatible", "`Wide.b` is readOnly now"));
    let (verdict, message) = worst("        id: {type: string, readOnly: true}\n", "");
    assert_eq!((verdict, &*message), ("docs only", "`Sent.id` is gone"));
    let (verdict, message) = worst("url: {type: string}", "url: {type: string, readOnly: true}");
    assert_eq!((verdict, &*message), ("breaking", "`Sent.url` is gone"));
}

#[test]
fn a_schema_read_as_part_of_another_is_not_unused() {
    assert_eq!(worst("enum: [x, y]", "enum: [y, x]").0, "same");
    assert_eq!(
        worst("type: object\n      properties:\n        a:", "properties:\n        a:").1,
        ""
    );
}

#[test]
fn servers_are_judged_by_their_variables() {
    assert_eq!(worst("enum: [eu, us]", "enum: [eu, us, ap]").0, "compatible");
    assert_eq!(worst("enum: [eu, us]", "enum: [eu]").0, "breaking");
    assert_eq!(worst("default: eu", "default: us").0, "breaking");
    assert_eq!(worst("default: eu", "description: Where, default: eu").0, "docs only");
}

#[test]
fn schemes_are_judged_by_what_they_ask_for() {
    let flow = "        clientCredentials:";
    let more =
        "        deviceAuthorization: {tokenUrl: https://token.example, scopes: {read: R}}\n";
    assert_eq!(worst(flow, &format!("{more}{flow}")).0, "compatible");
    let (verdict, message) = worst(", write: Writing", "");
    assert_eq!(
        (verdict, &*message),
        ("breaking", "security scheme `token` no longer has the scope `write`")
    );
    assert_eq!(worst("write: Writing", "write: Writing, all: All").0, "compatible");
    assert_eq!(worst("read: Reading", "read: To read").0, "docs only");
}

#[test]
fn texts_of_paths_are_read_by_people() {
    let all = changes("summary: Jobs", "summary: All jobs");
    assert_eq!(all.iter().map(|change| change.verdict).collect::<Vec<_>>(), [Verdict::DocsOnly]);
}

#[test]
fn a_field_that_is_gone_but_for_required_is_gone() {
    let (verdict, message) = worst("        note: {type: string}\n", "");
    assert_eq!((verdict, &*message), ("breaking", "`Sent.note` is gone"));
}
