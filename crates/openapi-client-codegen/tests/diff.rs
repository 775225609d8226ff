//! `diff`: one edit each, and what it has to be called.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use std::thread;

use openapi_client_codegen::compare;
use openapi_document::document::Document;
use openapi_document::load::load;
use openapi_review::diff::{self, Report, Verdict};

const SHOP: &str = include_str!("diff/shop.yaml");

fn document(text: &str) -> Document {
    load("shop.yaml", text).unwrap()
}

/// The shop's description with `from` replaced by `to`, the first time it
/// comes after `anchor`.
fn edited(text: &str, anchor: &str, from: &str, to: &str) -> String {
    let start = text.find(anchor).unwrap_or_else(|| panic!("no {anchor:?}"));
    let (before, after) = text.split_at(start);
    assert!(after.contains(from), "no {from:?} after {anchor:?}");
    format!("{before}{}", after.replacen(from, to, 1))
}

fn compared(old: &str, new: &str) -> Report {
    compare::compare("old", &document(old), &document(new))
}

fn verdict(report: &Report) -> &'static str {
    report.api_verdict().map_or("same", Verdict::as_str)
}

/// An edit, and the verdict at both levels: there, and back.
struct Edit {
    what: &'static str,
    anchor: &'static str,
    from: &'static str,
    to: &'static str,
    there: (&'static str, &'static str),
    back: (&'static str, &'static str),
}

/// One line an edit: what it is, verdict and step on the way there / back,
/// then the anchor and what is replaced by what. `b`reaking, `c`ompatible,
/// `d`ocs only or the same (`=`); a step that is not looked at is `?`.
macro_rules! edits {
    ($($what:literal: $there:literal $step:literal / $back:literal $step_back:literal,
        $anchor:literal, $from:literal => $to:literal;)*) => {
        [$(Edit {
            what: $what, anchor: $anchor, from: $from, to: $to,
            there: ($there, $step), back: ($back, $step_back),
        }),*]
    };
}

const B: &str = "breaking";
const C: &str = "compatible";
const D: &str = "docs only";

fn full(short: &str) -> &'static str {
    match short {
        "b" => B,
        "c" => C,
        "d" => D,
        "=" => "same",
        other => panic!("{other}"),
    }
}

#[rustfmt::skip]
fn table() -> Vec<Edit> {
    Vec::from(edits! {
    // Operations
    "operation": "c" "minor" / "b" "major", "  /keys:", "  /keys:\n" => "  /more:\n    get:\n      operationId: more\n      responses:\n        \"204\":\n          description: x\n  /keys:\n";
    "operation id": "c" "major" / "c" "major", "  /pets:", "operationId: listPets" => "operationId: allPets";
    "path": "b" "patch" / "b" "patch", "paths:", "  /keys:" => "  /key-set:";
    "variable of a path": "d" "none" / "d" "none", "  /pets/{id}:", "  /pets/{id}:\n    parameters:\n      - name: id" => "  /pets/{pet}:\n    parameters:\n      - name: pet";
    "method": "b" "patch" / "b" "patch", "  /keys:", "get:" => "put:";
    "deprecated": "c" "none" / "c" "none", "  /pets:", "operationId: listPets" => "operationId: listPets\n      deprecated: true";
    "summary": "d" "none" / "d" "none", "  /pets:", "All pets" => "Every pet";
    "credentials, other": "b" "patch" / "b" "patch", "security:", "- key: []" => "- token: []";
    "credentials, one more way": "c" "patch" / "b" "patch", "security:", "- key: []" => "- key: []\n  - token: []";
    "credentials, both": "b" "patch" / "c" "patch", "security:", "- key: []" => "- key: []\n    token: []";
    "credentials where none were": "b" "patch" / "c" "patch", "  /keys:", "security: []" => "summary: x";
    "name of the key's header": "b" "none" / "b" "none", "securitySchemes", "name: X-Key" => "name: X-Api-Key";
    "server": "b" "none" / "b" "none", "servers", "https://shop.example" => "https://pets.example";
    "server, one more": "c" "none" / "b" "none", "servers", "  - url: https://shop.example\n" => "  - url: https://shop.example\n  - url: https://pets.example\n";
    "version": "d" "none" / "d" "none", "info", "version: 1.0.0" => "version: 1.1.0";
    // Parameters
    "parameter, optional": "c" "major" / "b" "major", "  /pets:", "      parameters:\n" => "      parameters:\n        - name: page\n          in: query\n          schema:\n            type: integer\n";
    "parameter, required": "b" "major" / "b" "major", "  /pets:", "      parameters:\n" => "      parameters:\n        - name: page\n          in: query\n          required: true\n          schema:\n            type: integer\n";
    "parameter becomes required": "b" "major" / "c" "major", "  /pets:", "in: query" => "in: query\n          required: true";
    "parameter moves": "b" "major" / "b" "major", "name: sort", "in: query" => "in: header";
    "parameter's type": "c" "major" / "b" "major", "name: limit", "type: integer" => "type: string";
    "parameter's maximum falls": "b" "none" / "c" "none", "name: limit", "maximum: 100" => "maximum: 50";
    "parameter's minimum rises": "b" "none" / "c" "none", "name: limit", "minimum: 1" => "minimum: 2";
    "parameter's bound, other spelling": "=" "none" / "=" "none", "name: limit", "minimum: 1" => "exclusiveMinimum: 0";
    "parameter's default": "b" "none" / "b" "none", "name: limit", "default: 20" => "default: 10";
    "parameter's value": "c" "minor" / "b" "major", "name: sort", "[name, age]" => "[name, age, size]";
    "parameter's style": "b" "none" / "b" "none", "name: sort", "in: query" => "in: query\n          explode: false";
    "parameter's usual style": "=" "none" / "=" "none", "name: sort", "in: query" => "in: query\n          style: form\n          explode: true";
    "case of a header": "d" "none" / "d" "none", "name: X-Trace", "X-Trace" => "x-trace";
    "parameter deprecated": "c" "none" / "c" "none", "name: sort", "in: query" => "in: query\n          deprecated: true";
    // Requests
    "sent field, optional": "c" "minor" / "b" "major", "    NewPet:", "        nick:" => "        more:\n          type: string\n        nick:";
    "sent field, required": "b" "major" / "b" "major", "    NewPet:", "[name]\n      properties:\n" => "[name, more]\n      properties:\n        more:\n          type: string\n";
    "sent field becomes required": "b" "major" / "c" "major", "    NewPet:", "[name]" => "[name, code]";
    "sent required field may be null": "c" "major" / "b" "major", "    NewPet:", "type: string" => "type: [string, \"null\"]";
    "sent field may be null": "c" "minor" / "b" "minor", "        kind:", "type: string\n          enum: [cat, dog]" => "type: [string, \"null\"]\n          enum: [cat, dog, null]";
    "sent null, other spelling": "=" "none" / "=" "none", "        nick:", "type: [string, \"null\"]" => "anyOf: [{type: string}, {type: \"null\"}]";
    "sent null, 3.0's spelling": "=" "none" / "=" "none", "        nick:", "type: [string, \"null\"]" => "type: string\n          nullable: true";
    "sent value": "c" "minor" / "b" "major", "    NewPet:", "[cat, dog]" => "[cat, dog, bird]";
    "sent values, reordered": "=" "none" / "=" "none", "    NewPet:", "[cat, dog]" => "[dog, cat]";
    "sent values, free": "c" "major" / "b" "major", "    NewPet:", "          enum: [cat, dog]\n" => "";
    "sent text's length": "b" "patch" / "c" "patch", "    NewPet:", "maxLength: 50" => "maxLength: 40";
    "sent text's least length": "b" "patch" / "c" "patch", "    NewPet:", "minLength: 1" => "minLength: 2";
    "sent pattern": "b" "none" / "b" "none", "    NewPet:", "^[a-z]+$" => "^[a-z0-9]+$";
    "sent pattern gone": "c" "none" / "b" "none", "    NewPet:", "          pattern: \"^[a-z]+$\"\n" => "";
    "sent default": "b" "none" / "b" "none", "    NewPet:", "default: 1" => "default: 2";
    "sent items, fewer": "b" "patch" / "c" "patch", "    NewPet:", "maxItems: 5" => "maxItems: 4";
    "sent items differ": "b" "patch" / "c" "patch", "    NewPet:", "maxItems: 5" => "maxItems: 5\n          uniqueItems: true";
    "sent items, whole numbers": "b" "major" / "c" "major", "        marks:", "type: number" => "type: integer";
    "sent format": "b" "major" / "c" "major", "        nick:", "type: [string, \"null\"]" => "type: [string, \"null\"]\n          format: uuid";
    "sent other fields, type": "b" "major" / "b" "major", "        notes:", "            type: string" => "            type: integer";
    "sent other fields, free": "c" "major" / "b" "major", "        notes:", "additionalProperties:\n            type: string" => "additionalProperties: true";
    "sent object closed": "b" "major" / "c" "minor", "    NewPet:", "type: object" => "type: object\n      additionalProperties: false";
    "sent alternative": "c" "major" / "b" "major", "        home:\n          anyOf", "- $ref: \"#/components/schemas/Pond\"" => "- $ref: \"#/components/schemas/Pond\"\n            - type: string";
    "anyOf becomes oneOf": "b" "none" / "c" "none", "    NewPet:", "anyOf" => "oneOf";
    "sent field is read only": "b" "none" / "c" "none", "        code:", "type: string" => "type: string\n          readOnly: true";
    "body may be left out": "c" "major" / "b" "major", "requestBody:", "required: true" => "required: false";
    "media type of the body": "c" "?" / "b" "?", "requestBody:", "content:\n" => "content:\n          application/xml:\n            schema:\n              type: string\n";
    "sent text's length becomes values": "b" "major" / "b" "major", "    NewPet:", "          minLength: 1\n          maxLength: 50" => "          enum: [a, b]";
    "body becomes a form": "b" "patch" / "b" "patch", "  /pets:", "        content:\n          application/json:\n            schema:\n              $ref: \"#/components/schemas/NewPet\"" => "        content:\n          application/x-www-form-urlencoded:\n            schema:\n              $ref: \"#/components/schemas/NewPet\"";
    // Answers
    "answered field": "c" "minor" / "b" "major", "    Pet:", "        weight:" => "        more:\n          type: string\n        weight:";
    "answered field, required": "c" "minor" / "b" "major", "    Pet:", "[id, name, state]\n      properties:\n" => "[id, name, state, more]\n      properties:\n        more:\n          type: string\n";
    "answered field no longer required": "b" "major" / "c" "major", "    Pet:", "[id, name, state]" => "[id, name]";
    "answered field may be null": "b" "minor" / "c" "minor", "        weight:", "type: number" => "type: [number, \"null\"]";
    "answered required field may be null": "b" "major" / "c" "major", "    Pet:", "        name:\n          type: string" => "        name:\n          type: [string, \"null\"]";
    "answered value": "b" "minor" / "c" "major", "    State:", "[free, sold]" => "[free, sold, lost]";
    "answered type, other": "b" "major" / "b" "major", "        weight:", "type: number" => "type: string";
    "answered type, wider": "b" "major" / "c" "major", "        age:", "type: integer\n          format: int32" => "type: number";
    "answered type, two": "b" "major" / "c" "major", "        weight:", "type: number" => "type: [number, string]";
    "answered format, other": "b" "major" / "b" "major", "        born:", "format: date-time" => "format: date";
    "answered format, wider": "b" "none" / "c" "none", "        age:", "format: int32" => "format: int64";
    "answered format gone": "b" "major" / "c" "major", "    Pet:", "          format: uuid\n" => "";
    "answered length": "b" "patch" / "c" "patch", "    Pet:", "maxLength: 50" => "maxLength: 60";
    "answered items may be null": "b" "major" / "c" "major", "        tags:", "items:\n            $ref: \"#/components/schemas/Tag\"" => "items:\n            anyOf:\n              - $ref: \"#/components/schemas/Tag\"\n              - type: \"null\"";
    "answered alternative": "b" "major" / "c" "major", "        home:\n          oneOf", "- $ref: \"#/components/schemas/Pond\"" => "- $ref: \"#/components/schemas/Pond\"\n            - $ref: \"#/components/schemas/Tag\"";
    "answered alternatives, reordered": "=" "patch" / "=" "patch", "        home:\n          oneOf", "- $ref: \"#/components/schemas/Cage\"\n            - $ref: \"#/components/schemas/Pond\"" => "- $ref: \"#/components/schemas/Pond\"\n            - $ref: \"#/components/schemas/Cage\"";
    "answered field is write only": "b" "none" / "c" "none", "        weight:", "type: number" => "type: number\n          writeOnly: true";
    "field of a closed answer": "b" "minor" / "b" "major", "    Keys:", "properties:\n" => "properties:\n        more:\n          type: string\n";
    "closed answer is open": "b" "minor" / "c" "major", "    Keys:", "      additionalProperties: false\n" => "";
    "description of a schema": "d" "none" / "d" "none", "    State:", "How it is." => "What it is.";
    "example of a field": "d" "none" / "d" "none", "        weight:", "type: number" => "type: number\n          examples: [1.5]";
    "a reference within allOf": "=" "none" / "=" "none", "        parent:", "$ref: \"#/components/schemas/Pet\"" => "allOf: [{$ref: \"#/components/schemas/Pet\"}]";
    "answer, error": "c" "patch" / "b" "patch", "  /pets/{id}:", "\"404\":" => "\"403\":\n          $ref: \"#/components/responses/Failed\"\n        \"404\":";
    "answer, success": "b" "patch" / "b" "patch", "operationId: dropPet", "\"204\":" => "\"202\":\n          description: x\n        \"204\":";
    "header of an answer gone": "b" "none" / "c" "none", "  /pets:", "          headers:\n            X-Total:\n              schema:\n                type: integer\n" => "";
    "header's type": "b" "none" / "c" "none", "X-Total", "type: integer" => "type: number";
    "field of an error": "b" "major" / "c" "major", "    Failure:", "      required: [message]\n" => "";
    // Both ways
    "field of a schema used both ways": "c" "minor" / "b" "major", "    Tag:", "properties:\n" => "properties:\n        more:\n          type: string\n";
    "null in a schema used both ways": "b" "minor" / "b" "minor", "    Tag:", "type: string" => "type: [string, \"null\"]";
    // Webhooks
    "webhook's field": "c" "minor" / "b" "major", "    Moved:", "        place:" => "        more:\n          type: string\n        place:";
    "webhook's field, required": "c" "minor" / "b" "major", "    Moved:", "[pet]\n      properties:\n" => "[pet, more]\n      properties:\n        more:\n          type: string\n";
    "webhook's field may be null": "b" "minor" / "c" "minor", "        place:", "type: string" => "type: [string, \"null\"]";
    "webhook's answer": "c" "none" / "b" "none", "  moved:", "\"200\":" => "\"201\":\n          description: x\n        \"200\":";
    "webhook": "c" "none" / "b" "none", "webhooks:", "  moved:" => "  sold:\n    post:\n      responses:\n        \"200\":\n          description: x\n  moved:";
    // Unused
    "unused schema": "d" "major" / "d" "major", "    Unused:", "type: string" => "type: integer";
    })
}

#[test]
fn one_edit_each() {
    let table = table();
    assert!(table.len() >= 60);
    let wrong: Vec<String> = thread::scope(|scope| {
        let parts: Vec<_> = table
            .chunks(table.len().div_ceil(4))
            .map(|part| scope.spawn(|| part.iter().flat_map(misjudged).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 2 * table.len(), wrong.join("\n"));
}

/// The edit there and back: what is not judged as the table says.
fn misjudged(edit: &Edit) -> Vec<String> {
    let new = edited(SHOP, edit.anchor, edit.from, edit.to);
    let ways = [("there", edit.there, SHOP, &*new), ("back", edit.back, &*new, SHOP)];
    let wrong = ways.into_iter().filter_map(|(way, expected, old, new)| {
        let report = compared(old, new);
        let step = report.client.step("1.0.0").as_str();
        let found = (verdict(&report), if expected.1 == "?" { "?" } else { step });
        let page = diff::text(&report, "1.0.0");
        if way == "there" {
            let (old, new) = (document(old), document(new));
            let whole = compare::compare_whole("old", &old, &new);
            assert_eq!(report.client.changes, whole.client.changes, "{}", edit.what);
        }
        (found != (full(expected.0), expected.1))
            .then(|| format!("{} ({way}): {expected:?}, not {found:?}\n{page}", edit.what))
    });
    wrong.collect()
}

#[test]
fn a_document_is_itself() {
    let report = compared(SHOP, SHOP);
    assert_eq!(verdict(&report), "same");
    assert!(report.client.changes.is_empty());
}

/// A minimal document around these component schemas; `Sent` is sent and
/// `Answer` comes back.
fn around(version: &str, schemas: &str) -> String {
    let json = |name: &str| {
        format!("{{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}")
    };
    format!(
        "{{openapi: {version}, info: {{title: T, version: '1'}}, paths: {{/a: {{post: \
         {{operationId: a, requestBody: {{required: true, content: {}}}, responses: {{'200': \
         {{description: x, content: {}}}}}}}}}}}, components: {{schemas: {schemas}}}}}",
        json("Sent"),
        json("Answer")
    )
}

/// Compares two pairs of what is sent and answered, without the clients.
fn judged(old: (&str, &str), new: (&str, &str)) -> (String, Report) {
    let text = |(version, schemas): (&str, &str)| around(version, schemas);
    let report = compared(&text(old), &text(new));
    let lines: Vec<String> = report
        .api
        .iter()
        .filter(|change| change.message != "the document is OpenAPI 3.1.0, was 3.0.3")
        .map(|change| format!("{}: {}", change.verdict, change.message))
        .collect();
    (lines.join("\n"), report)
}

#[test]
fn spelling_is_nothing() {
    let same = [
        ("{type: string, nullable: true}", "{type: [string, 'null']}"),
        ("{type: string, nullable: true}", "{oneOf: [{type: string}, {type: 'null'}]}"),
        ("{type: integer, minimum: 0, exclusiveMinimum: true}", "{type: integer, minimum: 1}"),
        (
            "{type: number, maximum: 5, exclusiveMaximum: true}",
            "{type: number, exclusiveMaximum: 5}",
        ),
        ("{type: string, enum: [a]}", "{const: a}"),
        ("{type: string, enum: [a, b]}", "{oneOf: [{const: a}, {const: b}]}"),
        ("{type: string, format: byte}", "{type: string, contentEncoding: base64}"),
        ("{type: object, minProperties: 0}", "{type: object, additionalProperties: true}"),
        ("{anyOf: [{type: string}, {type: integer}]}", "{type: [integer, string]}"),
        (
            "{nullable: true, allOf: [{$ref: '#/components/schemas/Part'}]}",
            "{anyOf: [{$ref: '#/components/schemas/Part'}, {type: 'null'}]}",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/Part'}, {type: object, required: [b], \
             properties: {b: {type: string}}}]}",
            "{type: object, required: [b], properties: {b: {type: string}, a: {type: string}}}",
        ),
    ];
    for (before, after) in same {
        let schemas = |inner: &str| {
            format!(
                "{{Sent: {inner}, Answer: {{type: object, properties: {{x: {inner}}}}}, \
                 Part: {{type: object, properties: {{a: {{type: string}}}}}}}}"
            )
        };
        let (found, _) = judged(("3.0.3", &schemas(before)), ("3.1.0", &schemas(after)));
        assert!(!found.contains("breaking") && !found.contains("compatible"), "{before}: {found}");
    }
}

#[test]
fn schemas_that_contain_themselves_come_to_an_end() {
    let schemas = |extra: &str| {
        format!(
            "{{Sent: {{type: object, properties: {{next: {{$ref: '#/components/schemas/Answer'}}}}}}, \
             Answer: {{allOf: [{{$ref: '#/components/schemas/Base'}}, {{type: object, properties: {{\
             list: {{type: array, items: {{$ref: '#/components/schemas/Sent'}}}}, {extra}\
             up: {{anyOf: [{{$ref: '#/components/schemas/Answer'}}, {{$ref: '#/components/schemas/Sent'}}]}}}}}}]}}, \
             Base: {{oneOf: [{{$ref: '#/components/schemas/Answer'}}, {{$ref: '#/components/schemas/Base'}}]}}}}"
        )
    };
    let (old, new) = (schemas(""), schemas("more: {type: string},"));
    let documents = (document(&around("3.1.0", &old)), document(&around("3.1.0", &new)));
    let changes = diff::api(&documents.0, &documents.1);
    assert!(changes.iter().any(|change| change.message.contains("more` is new")), "{changes:?}");
    let loops = "{Sent: {$ref: '#/components/schemas/Answer'}, Answer: {$ref: '#/components/schemas/Sent'}}";
    let document = document(&around("3.1.0", loops));
    assert!(diff::api(&document, &document).is_empty());
}

#[test]
fn what_extends_a_tagged_schema_may_stand_for_it() {
    let pet = "Sent: {type: object}, Answer: {type: object, required: [kind], properties: \
               {kind: {type: string}}, discriminator: {propertyName: kind}}";
    let dog = |ty: &str| {
        format!(
            "{{{pet}, Dog: {{allOf: [{{$ref: '#/components/schemas/Answer'}}, {{type: object, \
             properties: {{bark: {{type: {ty}}}}}}}]}}}}"
        )
    };
    let (text, whole, none) = (dog("string"), dog("integer"), format!("{{{pet}}}"));
    for (old, new) in [(&text, &whole), (&text, &none), (&none, &text)] {
        let (found, report) = judged(("3.1.0", old), ("3.1.0", new));
        assert_eq!(verdict(&report), "breaking", "{found}");
    }
}

#[test]
fn an_answer_that_becomes_one_of_several_keeps_its_fields() {
    let one = "{type: object, properties: {a: {type: string}}}";
    let several = "{oneOf: [{type: object, properties: {a: {type: string}}}, {type: string}]}";
    let sent = |schema: &str| format!("{{Sent: {schema}, Answer: {{type: object}}}}");
    let answered = |schema: &str| format!("{{Sent: {{type: object}}, Answer: {schema}}}");
    let found = |old: String, new: String| judged(("3.1.0", &old), ("3.1.0", &new)).0;
    assert_eq!(found(sent(one), sent(several)), "compatible: `Sent` may also be `Sent|2`");
    assert_eq!(found(sent(several), sent(one)), "breaking: `Sent` may no longer be `Sent|2`");
    assert_eq!(
        found(answered(one), answered(several)),
        "breaking: `Answer` may also be `Answer|2`"
    );
}

#[test]
fn a_renamed_schema_is_another_type_and_the_same_api() {
    let new = SHOP.replace("schemas/Tag", "schemas/Label").replace("    Tag:", "    Label:");
    let report = compared(SHOP, &new);
    let messages: Vec<&str> = report.api.iter().map(|change| change.message.as_str()).collect();
    assert_eq!(messages, ["schema `Tag` is now called `Label`"]);
    assert_eq!(verdict(&report), "docs only");
    let messages: Vec<&str> =
        report.client.changes.iter().map(|change| change.message.as_str()).collect();
    assert_eq!(messages, ["`Tag` is now called `Label`"]);
}

#[test]
fn a_shared_schema_is_named_once_with_all_its_operations() {
    let new = edited(SHOP, "    Pet:", "        weight:\n          type: number\n", "");
    let report = compared(SHOP, &new);
    assert_eq!(report.api.len(), 1);
    let operations: Vec<&str> = report.api[0].operations.iter().map(String::as_str).collect();
    assert_eq!(operations, ["GET /pets", "GET /pets/{id}", "POST /pets"]);
    let place = report.api[0].place.as_ref().unwrap();
    let line = SHOP.lines().position(|line| line == "        weight:").unwrap() + 1;
    assert_eq!((report.api[0].side, place.line), (diff::Side::Old, line));
}

#[test]
fn before_1_0_a_break_is_a_minor_step() {
    let new = edited(SHOP, "    Pet:", "        weight:\n          type: number\n", "");
    let report = compared(SHOP, &new);
    let steps = ["1.2.0", "0.1.0"].map(|version| report.client.step(version).as_str());
    assert_eq!(steps, ["major", "minor"]);
}

#[test]
fn schemas_that_refer_to_each_other_in_circles_are_compared_once() {
    let mut text = String::from("openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n");
    for n in 0..300 {
        text.push_str(&format!(
            "  /p{n}:\n    get:\n      operationId: get{n}\n      responses:\n        '200':\n          \
             description: x\n          content:\n            application/json:\n              schema:\n                \
             $ref: '#/components/schemas/S{n}'\n"
        ));
    }
    text.push_str("components:\n  schemas:\n");
    for n in 0..300 {
        let (next, other) = ((n + 1) % 300, (n * 7 + 3) % 300);
        text.push_str(&format!("    S{n}:\n      type: object\n      properties:\n"));
        for field in 0..20 {
            text.push_str(&format!("        f{field}: {{type: string, maxLength: {field}}}\n"));
        }
        text.push_str(&format!(
            "        next: {{$ref: '#/components/schemas/S{next}'}}\n        \
             other: {{anyOf: [{{$ref: '#/components/schemas/S{other}'}}, {{type: 'null'}}]}}\n"
        ));
    }
    let new = edited(&text, "    S150:", "maxLength: 7", "maxLength: 8");
    let (old, new) = (document(&text), document(&new));
    let changes = diff::api(&old, &new);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].operations.len(), 300);
}

/// What a vendor does between two versions.
fn ten_edits() -> String {
    let mut text = SHOP.to_owned();
    for (anchor, from, to) in [
        (
            "  /keys:",
            "  /keys:\n",
            "  /shops:\n    get:\n      operationId: listShops\n      responses:\n        \"204\":\n          description: x\n  /keys:\n",
        ),
        ("    Pet:", "        weight:", "        color:\n          type: string\n        weight:"),
        ("    State:", "[free, sold]", "[free, sold, lost]"),
        ("        weight:", "type: number", "type: [number, \"null\"]"),
        ("    Pet:", "        age:\n          type: integer\n          format: int32\n", ""),
        ("name: sort", "in: query", "in: query\n          required: true"),
        ("        born:", "format: date-time", "format: date"),
        (
            "  /pets/{id}:",
            "\"404\":",
            "\"403\":\n          $ref: \"#/components/responses/Failed\"\n        \"404\":",
        ),
        ("        nick:", "type: [string, \"null\"]", "type: string\n          nullable: true"),
    ] {
        text = edited(&text, anchor, from, to);
    }
    text.replace("schemas/Cage", "schemas/Box").replace("    Cage:", "    Box:")
}

#[test]
fn ten_edits_as_a_reviewer_reads_them() {
    let report = compared(SHOP, &ten_edits());
    insta::assert_snapshot!("ten_edits_text", diff::text(&report, "0.1.0"));
    insta::assert_snapshot!("ten_edits_markdown", diff::markdown(&report, "0.1.0"));
    insta::assert_json_snapshot!("ten_edits_json", diff::json(&report, "0.1.0"));
}

const JOBS: &str = r##"
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    post:
      operationId: launchJob
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}}
      responses:
        "200":
          description: Launched.
          content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}
          links:
            find: {operationId: findJob, parameters: {id: $response.body#/id}}
    get:
      operationId: findJob
      parameters: [{name: id, in: query, required: true, schema: {type: string}}]
      responses: {"200": {description: The job., content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}}}
components:
  schemas:
    Job: {type: object, properties: {id: {type: string}, other: {type: string}}}
"##;

#[test]
fn a_job_kind_comes_and_goes_with_its_link() {
    let changes = |old: &str, new: &str| -> Vec<String> {
        let changes = compared(old, new).client.changes.into_iter();
        changes
            .map(|change| format!("{} {} {}", change.step, change.item, change.message))
            .collect()
    };
    let without = edited(JOBS, "links", "operationId: findJob", "operationId: launchJob");
    assert_eq!(changes(JOBS, &without), ["major jobs the job kind `Job` is gone"]);
    assert_eq!(changes(&without, JOBS), ["minor jobs the job kind `Job` is new"]);
    let number = edited(JOBS, "parameters: [", "type: string", "type: integer");
    let number = edited(&number, "Job: {", "type: string", "type: integer");
    let was = "was `launch_job, then find_job by String`";
    let expected =
        format!("major jobs the job kind `Job` is `launch_job, then find_job by i64`, {was}");
    assert!(changes(JOBS, &number).contains(&expected), "{:#?}", changes(JOBS, &number));
    // The same operations under other names are the same kind.
    let renamed = JOBS.replace("launchJob", "startJob");
    let renamed = changes(JOBS, &renamed);
    assert!(!renamed.iter().any(|change| change.contains("job kind")), "{renamed:#?}");
    assert_eq!(changes(JOBS, JOBS), [""; 0]);
}

#[test]
fn a_limited_string_that_becomes_an_enum_is_one_change() {
    let new = edited(
        SHOP,
        "    NewPet:",
        "          minLength: 1\n          maxLength: 50",
        "          enum: [a, b]",
    );
    for (old, new) in [(SHOP, new.as_str()), (&new, SHOP)] {
        let changes = compared(old, new).client.changes;
        let changes: Vec<_> = changes.iter().map(|change| change.message.as_str()).collect();
        assert!(
            changes.len() == 1 && changes[0].contains("string of limited length"),
            "{changes:?}"
        );
    }
}
