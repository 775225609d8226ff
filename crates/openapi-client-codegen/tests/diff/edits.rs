//! Single edits and their expected verdicts.

use std::thread;

use openapi_client_codegen::config::Runtime;
use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::report::Report;
use openapi_client_codegen::{compare, emit, pipeline};
use openapi_document::document::Document;
use openapi_review::diff;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;

use crate::{SHOP, compared, document, edited, verdict};

/// An edit, and the verdicts on both levels, for the edit and its reversal.
struct Edit {
    what: &'static str,
    anchor: &'static str,
    from: &'static str,
    to: &'static str,
    there: (&'static str, &'static str),
    back: (&'static str, &'static str),
}

/// One line per edit: its name, the verdict and step of the edit / of its reversal, the anchor, the
/// replaced text, and the new text. The verdicts are `b`reaking, `c`ompatible, `d`ocs only or
/// equal (`=`). A step that is not checked is `?`.
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
    "deprecated": "c" "minor" / "c" "patch", "  /pets:", "operationId: listPets" => "operationId: listPets\n      deprecated: true";
    "summary": "d" "none" / "d" "none", "  /pets:", "All pets" => "Every pet";
    "credentials, other": "b" "patch" / "b" "patch", "security:", "- key: []" => "- token: []";
    "credentials, one more way": "c" "patch" / "b" "patch", "security:", "- key: []" => "- key: []\n  - token: []";
    "credentials, both": "b" "patch" / "c" "patch", "security:", "- key: []" => "- key: []\n    token: []";
    "credentials where none were": "b" "patch" / "c" "patch", "  /keys:", "security: []" => "summary: x";
    "name of the key's header": "b" "patch" / "b" "patch", "securitySchemes", "name: X-Key" => "name: X-Api-Key";
    "server": "b" "patch" / "b" "patch", "servers", "https://shop.example" => "https://pets.example";
    "server, one more": "c" "patch" / "b" "patch", "servers", "  - url: https://shop.example\n" => "  - url: https://shop.example\n  - url: https://pets.example\n";
    "scopes": "b" "patch" / "c" "patch", "security:", "- key: []" => "- key: [read]";
    "credentials or none": "c" "patch" / "b" "patch", "security:", "- key: []" => "- key: []\n  - {}";
    "scheme, one more": "d" "minor" / "d" "major", "securitySchemes", "    token:" => "    login:\n      type: http\n      scheme: basic\n    token:";
    "description of a scheme": "d" "none" / "d" "none", "securitySchemes", "in: header" => "in: header\n      description: A key.";
    "server of an operation": "b" "minor" / "b" "major", "  /keys:", "operationId: getKeys" => "operationId: getKeys\n      servers:\n        - url: https://keys.example";
    "parameter's reserved characters": "b" "patch" / "b" "patch", "name: sort", "in: query" => "in: query\n          allowReserved: true";
    "parameter of a path, of its operations": "=" "none" / "=" "none", "  /pets/{id}:", "    parameters:\n      - name: id\n        in: path\n        required: true\n        schema:\n          type: string\n          format: uuid\n    get:\n      operationId: getPet" => "    parameters:\n      - name: id\n        in: path\n        required: true\n        schema:\n          type: string\n          format: uuid\n    get:\n      operationId: getPet\n      parameters:\n        - name: id\n          in: path\n          required: true\n          schema:\n            type: string\n            format: uuid";
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
    "parameter's style": "b" "patch" / "b" "patch", "name: sort", "in: query" => "in: query\n          explode: false";
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
    "sent items, at least one": "b" "patch" / "c" "patch", "    NewPet:", "maxItems: 5" => "maxItems: 5\n          minItems: 1";
    "sent items, at least none": "=" "none" / "=" "none", "    NewPet:", "maxItems: 5" => "maxItems: 5\n          minItems: 0";
    "sent items, any number": "c" "patch" / "b" "patch", "    NewPet:", "          maxItems: 5\n" => "";
    "sent items differ": "b" "patch" / "c" "patch", "    NewPet:", "maxItems: 5" => "maxItems: 5\n          uniqueItems: true";
    "sent items, whole numbers": "b" "major" / "c" "major", "        marks:", "type: number" => "type: integer";
    "sent format": "b" "major" / "c" "major", "        nick:", "type: [string, \"null\"]" => "type: [string, \"null\"]\n          format: uuid";
    "sent other fields, type": "b" "major" / "b" "major", "        notes:", "            type: string" => "            type: integer";
    "sent other fields, free": "c" "major" / "b" "major", "        notes:", "additionalProperties:\n            type: string" => "additionalProperties: true";
    "sent object closed": "b" "major" / "c" "minor", "    NewPet:", "type: object" => "type: object\n      additionalProperties: false";
    "sent alternative": "c" "minor" / "b" "major", "        home:\n          anyOf", "- $ref: \"#/components/schemas/Pond\"" => "- $ref: \"#/components/schemas/Pond\"\n            - type: string";
    "anyOf becomes oneOf": "b" "none" / "c" "none", "    NewPet:", "anyOf" => "oneOf";
    "sent field is read only": "b" "none" / "c" "none", "        code:", "type: string" => "type: string\n          readOnly: true";
    "body may be left out": "c" "major" / "b" "major", "requestBody:", "required: true" => "required: false";
    "media type of the body": "c" "?" / "b" "?", "requestBody:", "content:\n" => "content:\n          application/xml:\n            schema:\n              type: string\n";
    "sent text's length becomes values": "b" "major" / "c" "major", "    NewPet:", "          minLength: 1\n          maxLength: 50" => "          enum: [a, b]";
    "body becomes a form": "b" "patch" / "b" "patch", "  /pets:", "        content:\n          application/json:\n            schema:\n              $ref: \"#/components/schemas/NewPet\"" => "        content:\n          application/x-www-form-urlencoded:\n            schema:\n              $ref: \"#/components/schemas/NewPet\"";
    // Responses
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
    "answered items, at most": "c" "patch" / "b" "patch", "        tags:", "type: array" => "type: array\n          maxItems: 5";
    "answered items, at least": "c" "patch" / "b" "patch", "        tags:", "type: array" => "type: array\n          minItems: 1";
    "answered items differ": "c" "patch" / "b" "patch", "        tags:", "type: array" => "type: array\n          uniqueItems: true";
    "answered items may be null": "b" "major" / "c" "major", "        tags:", "items:\n            $ref: \"#/components/schemas/Tag\"" => "items:\n            anyOf:\n              - $ref: \"#/components/schemas/Tag\"\n              - type: \"null\"";
    "answered alternative": "b" "minor" / "c" "major", "        home:\n          oneOf", "- $ref: \"#/components/schemas/Pond\"" => "- $ref: \"#/components/schemas/Pond\"\n            - $ref: \"#/components/schemas/Tag\"";
    "answered alternatives, reordered": "=" "patch" / "=" "patch", "        home:\n          oneOf", "- $ref: \"#/components/schemas/Cage\"\n            - $ref: \"#/components/schemas/Pond\"" => "- $ref: \"#/components/schemas/Pond\"\n            - $ref: \"#/components/schemas/Cage\"";
    "answered field is write only": "b" "none" / "c" "none", "        weight:", "type: number" => "type: number\n          writeOnly: true";
    "field of a closed answer": "b" "minor" / "b" "major", "    Keys:", "properties:\n" => "properties:\n        more:\n          type: string\n";
    "closed answer is open": "b" "minor" / "c" "major", "    Keys:", "      additionalProperties: false\n" => "";
    "description of a schema": "d" "none" / "d" "none", "    State:", "How it is." => "What it is.";
    "example of a field": "d" "none" / "d" "none", "        weight:", "type: number" => "type: number\n          examples: [1.5]";
    "a reference within allOf": "=" "none" / "=" "none", "        parent:", "$ref: \"#/components/schemas/Pet\"" => "allOf: [{$ref: \"#/components/schemas/Pet\"}]";
    "answer, error": "c" "patch" / "b" "patch", "  /pets/{id}:", "\"404\":" => "\"403\":\n          $ref: \"#/components/responses/Failed\"\n        \"404\":";
    "answer, success": "b" "patch" / "b" "patch", "operationId: dropPet", "\"204\":" => "\"202\":\n          description: x\n        \"204\":";
    "header of an answer gone": "b" "major" / "c" "minor", "  /pets:", "          headers:\n            X-Total:\n              schema:\n                type: integer\n" => "";
    "header's type": "b" "major" / "c" "major", "X-Total", "type: integer" => "type: number";
    "field of an error": "b" "major" / "c" "major", "    Failure:", "      required: [message]\n" => "";
    "media type of an error": "b" "patch" / "b" "patch", "    Failed:", "application/json" => "application/problem+json";
    "media type of an error, one more": "b" "patch" / "b" "patch", "    Failed:", "      content:\n" => "      content:\n        application/problem+json:\n          schema:\n            $ref: \"#/components/schemas/Failure\"\n";
    "error as text beside": "b" "major" / "b" "major", "    Failed:", "      content:\n" => "      content:\n        text/plain:\n          schema:\n            type: string\n";
    "status of a success": "b" "patch" / "b" "patch", "operationId: getKeys", "\"200\":" => "\"201\":";
    "answer, all other errors": "c" "patch" / "b" "patch", "operationId: getPet", "\"404\":" => "default:\n          $ref: \"#/components/responses/Failed\"\n        \"404\":";
    "answer as a stream beside": "b" "minor" / "b" "major", "  /pets:", "          content:\n" => "          content:\n            text/event-stream:\n              schema:\n                $ref: \"#/components/schemas/Tag\"\n";
    "header of an answer": "c" "minor" / "b" "major", "X-Total:", "schema:\n                type: integer\n" => "schema:\n                type: integer\n            X-Page:\n              schema:\n                type: string\n";
    "header of an answer becomes required": "c" "none" / "b" "none", "X-Total:", "schema:" => "required: true\n              schema:";
    "answered values, reordered": "=" "none" / "=" "none", "    State:", "[free, sold]" => "[sold, free]";
    // Both ways
    "values of a number used both ways": "b" "minor" / "b" "major", "        rank:", "type: integer" => "type: integer\n          enum: [1, 2]";
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
fn single_edits_have_the_expected_verdicts() {
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

/// Edits that change names or the order of values within a client, which no caller needs.
const SILENT: [&str; 4] = [
    "variable of a path",
    "case of a header",
    "sent values, reordered",
    "answered values, reordered",
];

/// The code of a client without its documentation.
fn code(mut document: Document) -> String {
    pipeline::prepare(&mut document, &Selection::default(), &mut Report::default()).unwrap();
    let emitted = emit::emit(&document, &Runtime::here()).unwrap();
    without_docs(emitted.file.into_token_stream()).to_string()
}

fn without_docs(tokens: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.stream().to_string().starts_with("doc =") => {
                out.pop();
            }
            TokenTree::Group(group) => {
                let inner = without_docs(group.stream());
                out.push(TokenTree::Group(Group::new(group.delimiter(), inner)));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

/// Returns the wrong verdicts for the edit and its reversal.
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
            let is_reported = !whole.client.changes.is_empty() || SILENT.contains(&edit.what);
            if !is_reported && code(old) != code(new) {
                return Some(format!("{}: another client, but no change", edit.what));
            }
        }
        (found != (full(expected.0), expected.1))
            .then(|| format!("{} ({way}): {expected:?}, not {found:?}\n{page}", edit.what))
    });
    wrong.collect()
}

#[test]
fn a_document_has_no_changes_to_itself() {
    let report = compared(SHOP, SHOP);
    assert_eq!(verdict(&report), "same");
    assert!(report.client.changes.is_empty());
}
