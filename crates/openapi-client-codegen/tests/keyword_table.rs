//! Compares the keyword table with reports and clients: exactly the keywords with a code have a
//! line in the report, and exactly the represented keywords change the client.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use openapi_client_codegen::codes::{Code, Loss};
use openapi_client_codegen::config::Runtime;
use openapi_client_codegen::emit;
use openapi_client_codegen::keyword_table::{self, Cell, Verdict};
use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::pipeline;
use openapi_client_codegen::report::Report;
use openapi_document::document::Document;
use openapi_document::load;
use quote::ToTokens;
use serde_json::{Value, json};
use syn::visit_mut::VisitMut;

/// A document that contains all objects and is represented without loss.
const BASE: &str = include_str!("keyword_table/base.yaml");

/// Returns the pointers of the objects for a location. All of them behave the same.
fn places(location: &str) -> &'static [&'static str] {
    match location {
        "OpenAPI Object" => &[""],
        "Info Object" => &["/info"],
        "Contact Object" => &["/info/contact"],
        "License Object" => &["/info/license"],
        "Server Object" => &["/servers/0"],
        "Server Variable Object" => &["/servers/0/variables/v"],
        "Components Object" => &["/components"],
        "Path Item Object" => &["/paths/~1optional"],
        "Operation Object" => &["/paths/~1a~1{id}/post"],
        "External Documentation Object" => &["/externalDocs"],
        "Parameter Object in a path" => &["/paths/~1a~1{id}/post/parameters/0"],
        "Parameter Object in a query" => &["/paths/~1a~1{id}/post/parameters/1"],
        "Parameter Object in a header" => &["/paths/~1a~1{id}/post/parameters/2"],
        "Parameter Object in a cookie" => &["/paths/~1a~1{id}/post/parameters/3"],
        "Reference Object" => &["/paths/~1a~1{id}/post/parameters/4"],
        "Request Body Object" => &["/paths/~1optional/post/requestBody"],
        "Media Type Object of JSON" => &[
            "/paths/~1a~1{id}/post/requestBody/content/application~1json",
            "/paths/~1a~1{id}/post/responses/200/content/application~1json",
        ],
        "Media Type Object of a multipart body" => {
            &["/paths/~1parts/post/requestBody/content/multipart~1form-data"]
        }
        "Media Type Object of a stream" => {
            &["/paths/~1stream/get/responses/200/content/text~1event-stream"]
        }
        "Encoding Object in a form" => &[
            "/paths/~1form/post/requestBody/content/application~1x-www-form-urlencoded/encoding/list",
        ],
        "Encoding Object of a part" => {
            &["/paths/~1parts/post/requestBody/content/multipart~1form-data/encoding/p"]
        }
        "Responses Object" => &["/paths/~1a~1{id}/post/responses"],
        "Response Object" => &["/paths/~1a~1{id}/post/responses/200"],
        "Header Object" => &["/paths/~1a~1{id}/post/responses/200/headers/x-r"],
        "Link Object" => &["/paths/~1a~1{id}/post/responses/200/links/other"],
        "Example Object" => {
            &["/paths/~1a~1{id}/post/responses/200/content/application~1json/examples/one"]
        }
        "Tag Object" => &["/tags/0"],
        "Discriminator Object" => &["/components/schemas/Pet/discriminator"],
        "Discriminator Object of a base without subschemas" => {
            &["/components/schemas/Alone/discriminator"]
        }
        "XML Object" => &["/components/schemas/Marked/xml"],
        "Security Scheme Object" => &["/components/securitySchemes/key"],
        "Security Scheme Object of HTTP" => &["/components/securitySchemes/login"],
        "OAuth Flows Object" => &["/components/securitySchemes/oauth/flows"],
        "OAuth Flow Object" => &["/components/securitySchemes/oauth/flows/clientCredentials"],
        "Security Requirement Object" => &["/security/0"],
        "Schema Object in a body" => &[
            "/paths/~1a~1{id}/post/requestBody/content/application~1json/schema/properties/p",
            "/components/schemas/A/properties/p",
            "/paths/~1a~1{id}/post/responses/default/content/application~1json/schema/properties/p",
            "/paths/~1form/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties/p",
        ],
        "Schema Object of a parameter" => &["/paths/~1a~1{id}/post/parameters/1/schema"],
        "Schema Object of a header" => &["/paths/~1a~1{id}/post/responses/200/headers/x-r/schema"],
        other => panic!("no place for {other}"),
    }
}

/// Builds the document with the members of a cell at a place, with or without the keyword.
fn document(cell: &Cell, version: &str, place: &str, has_keyword: bool) -> Document {
    static ROOT: LazyLock<Value> = LazyLock::new(|| load::load("base.yaml", BASE).unwrap().root);
    let mut root = ROOT.clone();
    root["openapi"] = version.into();
    let sample = load::load("sample.yaml", cell.sample).unwrap().root;
    let object = root.pointer_mut(place).unwrap().as_object_mut().unwrap();
    object.extend(sample.as_object().unwrap().clone());
    if !has_keyword {
        object.shift_remove(cell.keyword()).unwrap_or_else(|| panic!("{cell:?}"));
    }
    Document::new(root, HashMap::new())
}

/// Selects the path that contains a place, or all paths if no path contains it.
fn selection(place: &str) -> Selection {
    let path = place.strip_prefix("/paths/").and_then(|rest| rest.split('/').next());
    Selection(path.map(|path| path.replace("~1", "/")).into_iter().collect())
}

/// A line of the report: code, pointer and text.
type Line = (&'static Code, String, String);

/// Returns the lines of the report and whether `--strict` fails. Returns no lines if the document
/// can't be prepared.
fn reported(source: &Document, selection: &Selection) -> (Vec<Line>, bool) {
    let (mut document, mut report) = (source.clone(), Report::default());
    if pipeline::prepare(&mut document, selection, &mut report).is_err() {
        return (Vec::new(), false);
    }
    let rewrites = report.rewrites.iter().cloned();
    let rewrites = rewrites.map(|line| (line.code, line.pointer, line.text));
    let dropped = report.dropped.iter().cloned();
    let dropped = dropped.map(|line| (line.code, line.pointer, line.reason));
    (rewrites.chain(dropped).collect(), report.strictly(source).is_err())
}

#[test]
fn the_base_document_is_represented_without_loss() {
    let base = load::load("base.yaml", BASE).unwrap();
    let (lines, fails) = reported(&base, &Selection::default());
    assert!(!fails && lines.is_empty(), "{lines:?}");
}

#[test]
fn report_lines_match_the_table() {
    let mut wrong = Vec::new();
    for cell in keyword_table::cells() {
        let Cell { location, label, .. } = cell;
        let (versions, places) = (cell.since.versions(), places(location));
        let elsewhere = places[1..].iter().map(|place| (place, versions[0]));
        let everywhere = versions.iter().map(|version| (&places[0], *version)).chain(elsewhere);
        for (place, version) in everywhere {
            let selection = selection(place);
            let (lines, fails) = reported(&document(&cell, version, place, true), &selection);
            let (before, _) = reported(&document(&cell, version, place, false), &selection);
            let new = lines.iter().filter(|line| !before.contains(line));
            let found: BTreeSet<&str> = new.map(|(code, ..)| code.id).collect();
            let expected: BTreeSet<&str> =
                cell.verdict.code().map(|code| code.id).into_iter().collect();
            let is_lossy = lines.iter().any(|(code, ..)| code.loss == Loss::Lossy);
            if found != expected || fails != is_lossy {
                let found = format!("{found:?}, not {expected:?}");
                wrong.push(format!("{location}: {label} ({version}, {place}): {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn verdicts_and_codes_agree_on_losses() {
    for cell in keyword_table::cells() {
        let loss = cell.verdict.code().map(|code| code.loss);
        let expected = match cell.verdict {
            Verdict::Noted(_) => Some(Loss::Lossless),
            Verdict::Partly(_) | Verdict::Ignored(_) => Some(Loss::Lossy),
            Verdict::Represented | Verdict::Irrelevant(_) => None,
        };
        assert_eq!(loss, expected, "{cell:?}");
    }
}

/// Returns the client's code without documentation, and the lines of the report; `None` if no
/// client is generated.
fn generated(source: &Document, selection: &Selection) -> Option<(String, Vec<Line>)> {
    let (lines, _) = reported(source, selection);
    let (mut document, mut report) = (source.clone(), Report::default());
    pipeline::prepare(&mut document, selection, &mut report).ok()?;
    let mut emitted = emit::emit(&document, &Runtime::here()).unwrap();
    Undocumented.visit_file_mut(&mut emitted.file);
    Some((emitted.file.to_token_stream().to_string(), lines))
}

/// Removes documentation.
struct Undocumented;

impl VisitMut for Undocumented {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }
}

#[test]
fn only_represented_keywords_change_the_client() {
    let mut wrong = Vec::new();
    for cell in keyword_table::cells() {
        let version = cell.since.versions()[0];
        let differs = |place: &&str| {
            let selection = selection(place);
            let without = generated(&document(&cell, version, place, false), &selection);
            without != generated(&document(&cell, version, place, true), &selection)
        };
        let places = places(cell.location);
        let is_right = match cell.verdict {
            Verdict::Represented => places.iter().any(&differs),
            Verdict::Irrelevant(_) => cell.keyword() == "openapi" || !differs(&places[0]),
            _ => true,
        };
        if !is_right {
            wrong.push(format!("{}: {} is {:?}", cell.location, cell.label, cell.verdict));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn fields_of_several_patterns_accept_all_of_their_types() {
    let client = |schema: Value| {
        let place = "/components/schemas/A/properties/p";
        let mut root = load::load("base.yaml", BASE).unwrap().root;
        root["openapi"] = "3.1.0".into();
        *root.pointer_mut(place).unwrap() = schema;
        generated(&Document::new(root, HashMap::new()), &selection(place)).unwrap().0
    };
    let patterns =
        |patterns: Value| client(json!({ "type": "object", "patternProperties": patterns }));
    let free = client(json!({ "type": "object" }));
    let numbers = patterns(json!({ "^n_": { "type": "integer" } }));
    let both = patterns(json!({ "^n_": { "type": "integer" }, "^t_": { "type": "string" } }));
    assert_ne!(numbers, free);
    assert_ne!(both, free);
    assert_ne!(both, numbers);
}

#[test]
fn the_page_is_up_to_date() {
    let page = include_str!("../KEYWORDS.md");
    let command = "cargo xtask explain --keywords > crates/openapi-client-codegen/KEYWORDS.md";
    assert!(page == keyword_table::page(), "run `{command}`");
}
