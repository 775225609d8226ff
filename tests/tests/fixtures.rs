//! The rules for the documents in `tests/fixtures/quirks`, and for the clients that are
//! generated from them.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::path::Path;
use std::sync::{Arc, Mutex};

use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::report::Report;
use openapi_client_codegen::{artifacts, fixtures, pipeline};
use openapi_document::document::Document;
use openapi_document::load;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use waterfall_api::{
    BoxFuture, OperationError, Request, Response, StatusCode, Transport, TransportError,
};
use waterfall_tests::fixtures::*;
use waterfall_tests::repo::{self, FIXTURES};

/// The maximum number of lines of a document with one quirk, and of its outline.
const LINES: usize = 45;
/// The folder of the documents with many quirks.
const WHOLE: &str = "/whole/";

/// Each fixture: its name, the document as loaded, and the report.
fn all() -> impl Iterator<Item = (String, Document, Report)> {
    let top = waterfall_tests::top();
    fixtures::names(&top, FIXTURES).into_iter().map(move |name| {
        let path = format!("{}/{name}.yaml", FIXTURES);
        let text = std::fs::read_to_string(top.join(&path)).unwrap();
        let source = load::load(&path, &text).unwrap();
        let (mut document, mut report) = (source.clone(), Report::default());
        pipeline::prepare(&mut document, &Selection::default(), &mut report).unwrap();
        (name, source, report)
    })
}

#[test]
fn committed_fixtures_are_up_to_date() {
    let top = waterfall_tests::top();
    let made = fixtures::generate(&top, &repo::config())
        .unwrap_or_else(|diagnostic| panic!("{diagnostic}"));
    let stale = artifacts::stale(&top, &made, &repo::config());
    assert!(
        stale.is_empty(),
        "run `cargo xtask generate --fixtures` and review\n{}",
        artifacts::report(&stale, made.len(), &repo::config())
    );
    let is_short = |path: &str| path.ends_with(".txt") && !path.contains(WHOLE);
    for (path, text) in made.iter().filter(|(path, _)| is_short(path)) {
        let document = std::fs::read_to_string(top.join(path.replace(".txt", ".yaml"))).unwrap();
        assert!(text.lines().count().max(document.lines().count()) <= LINES, "{path} is too long");
    }
    assert!(made.len() > 40, "{}", made.len());
}

#[test]
fn every_operation_is_generated_or_dropped_with_a_reason() {
    for (name, source, report) in all() {
        let paths = source.root["paths"].as_object().into_iter().flatten();
        let operations: usize = paths
            .filter(|(path, _)| !path.starts_with("x-"))
            .map(|(_, item)| methods(item) + item["$ref"].is_string() as usize)
            .sum();
        assert_eq!(report.operations, operations, "{name}");
        assert!(report.dropped.iter().all(|dropped| !dropped.reason.is_empty()), "{name}");
    }
}

fn methods(item: &Value) -> usize {
    let own = openapi_document::methods::METHODS
        .iter()
        .filter(|method| item.get(**method).is_some())
        .count();
    own + item["additionalOperations"].as_object().map_or(0, serde_json::Map::len)
}

#[test]
fn every_rewrite_has_a_location() {
    for (name, source, report) in all() {
        for line in report.print(&source, true).lines() {
            let is_summary = line.ends_with("lossy") && line.contains(" operations; ");
            let file = format!("{}/{name}.yaml:", FIXTURES);
            assert!(is_summary || line.starts_with(&file) && line.ends_with(')'), "{line}");
        }
    }
}

#[test]
fn strict_rejects_losses_only() {
    let (mut refused, mut taken) = (0, 0);
    for (name, source, report) in all() {
        let lossy =
            report.rewrites.iter().any(|rewrite| rewrite.is_lossy()) || !report.dropped.is_empty();
        match report.strictly(&source) {
            Ok(()) => {
                assert!(!lossy, "{name}");
                taken += 1;
            }
            Err(diagnostic) => {
                assert!(
                    lossy && diagnostic.place.is_some() && diagnostic.help.is_some(),
                    "{diagnostic}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 10 && taken > 10, "{refused} refused, {taken} taken");
}

fn round_trip<T: DeserializeOwned + Serialize>(value: Value) -> T {
    let decoded: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&decoded).unwrap(), value);
    decoded
}

/// Records the requests, and responds with a fixed status.
#[derive(Debug)]
struct Recorder(u16, &'static str, Mutex<Vec<String>>);

impl Recorder {
    fn new(status: u16, body: &'static str) -> Arc<Self> {
        Arc::new(Self(status, body, Mutex::default()))
    }

    fn asked(&self) -> String {
        self.2.lock().unwrap().join("\n")
    }
}

impl Transport for Recorder {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let http = &request.http;
        let body = http.body().and_then(|body| body.as_bytes()).map(String::from_utf8_lossy);
        let kind = http.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        self.2.lock().unwrap().push(format!(
            "{} {} {} {}",
            http.method(),
            http.url(),
            kind.unwrap_or("-"),
            body.unwrap_or_default()
        ));
        let status = StatusCode::from_u16(self.0).unwrap();
        let answer = Response::new(status, http.url().clone()).with_body(self.1);
        Box::pin(async move { Ok(answer) })
    }
}

const BASE: &str = "http://127.0.0.1";

#[test]
fn fields_that_are_one_in_rust_keep_their_spelling_on_the_wire() {
    use normalize_field_names::types::{A, B};
    let value = json!({"user-name": "a", "user_name": 1, "userName": "b", "self": "c", "@type": "d",
        "": "e", "extra": "f", "1st": "g", "new": [null]});
    assert_eq!(*round_trip::<A>(value).user_name, Some(1));
    let both: B = round_trip(json!({"extra": "a", "b": 1}));
    assert_eq!((both.extra_2.as_deref(), both.extra["b"]), (Some("a"), 1));
}

#[test]
fn values_that_are_one_in_rust_keep_their_spelling_on_the_wire() {
    use normalize_value_names::types::Key;
    for text in ["asc", "ASC", "-asc", "Ok", "", ">=", "+1", "-1", "Unknown", "日本", "what else"]
    {
        assert_eq!(round_trip::<Key>(json!(text)).as_str(), text);
    }
}

#[tokio::test]
async fn arguments_keep_their_spelling_on_the_wire() {
    let transport = Recorder::new(204, "");
    let client = operations_paths::Client::new(BASE, reqwest::Client::new(), transport.clone());
    client.twice("1", "2").await.unwrap();
    client.alike("1", "2").await.unwrap();
    client.one("1").await.unwrap();
    assert_eq!(
        transport.asked(),
        "GET http://127.0.0.1/a/1/b/2 - \nGET http://127.0.0.1/a/1/2 - \nGET http://127.0.0.1/a/1.json - "
    );
    assert_eq!(operations_paths::operations::TWICE.path, "/a/{id}/b/{id}");
}

#[tokio::test]
async fn methods_without_a_function_are_sent() {
    let transport = Recorder::new(204, "");
    let client = operations_methods::Client::new(BASE, reqwest::Client::new(), transport.clone());
    client.ask().await.unwrap();
    client.follow().await.unwrap();
    client.search().await.unwrap();
    client.copy_a().await.unwrap();
    let expected = ["OPTIONS", "TRACE", "QUERY", "COPY"]
        .map(|method| format!("{method} http://127.0.0.1/a - "));
    assert_eq!(transport.asked(), expected.join("\n"));
}

#[tokio::test]
async fn bodies_are_sent_with_the_content_type_of_the_description() {
    use operations_body_types::{Client, types::A};
    let transport = Recorder::new(204, "");
    let client = Client::new(BASE, reqwest::Client::new(), transport.clone());
    let body: A = serde_json::from_value(json!({"a": "x y"})).unwrap();
    client.form(&body).await.unwrap();
    client.patch_json(&body).await.unwrap();
    client.several(None).await.unwrap();
    client.text("text".to_owned()).await.unwrap();
    client.xml("<a/>").await.unwrap();
    assert_eq!(
        transport.asked(),
        "PUT http://127.0.0.1/a application/x-www-form-urlencoded a=x+y\n\
         PATCH http://127.0.0.1/a application/merge-patch+json {\"a\":\"x y\"}\n\
         POST http://127.0.0.1/a - \n\
         POST http://127.0.0.1/b text/plain text\n\
         PUT http://127.0.0.1/b application/xml <a/>"
    );
}

#[tokio::test]
async fn no_response_is_lost() {
    use operations_several_answers::{Client, types::SeveralResponse};
    let ask = |status, body| {
        let client = Client::new(BASE, reqwest::Client::new(), Recorder::new(status, body));
        async move { client.several().await }
    };
    let reply = ask(201, r#"{"b": "x"}"#).await.unwrap();
    assert!(matches!(reply.into_inner(), SeveralResponse::Created(_)));
    let refused = ask(404, r#"{"b": "x"}"#).await.unwrap_err();
    assert!(matches!(refused, OperationError::Api(_)), "{refused}");
    for status in [302, 500] {
        let other = ask(status, "").await.unwrap_err();
        assert_eq!(other.response().unwrap().status().as_u16(), status);
    }
}

#[test]
fn request_and_response_types_differ_where_their_fields_differ() {
    use operations_directions::types::{Author, Note, NoteRequest};
    let author: Author = serde_json::from_value(json!({"name": "a"})).unwrap();
    let sent = NoteRequest::new(author, "pin".to_owned(), "text".to_owned(), None);
    assert!(sent.made.is_absent());
    let expected = json!({"text": "text", "topic": null, "pin": "pin", "author": {"name": "a"}});
    assert_eq!(serde_json::to_value(&sent).unwrap(), expected);
    let received =
        json!({"id": "1", "text": "t", "topic": null, "author": {"name": "a"}, "made": "now"});
    assert_eq!(round_trip::<Note>(received).id, "1");
    assert!(serde_json::from_value::<Note>(json!({"text": "t"})).is_err());
}

#[test]
fn values_have_the_names_of_the_document() {
    use shape_named_values::types::{Alarm, Level, Plain, Sound};
    assert_eq!((Alarm::MINUTE_0, Alarm::MINUTE_MINUS_10), (0, -10));
    assert_eq!((Level::LOW.0, Level::VERY_HIGH.0, Plain::VALUE_2.0), (1, 9, 2));
    let alarm: Alarm = round_trip(json!({"minute": 7, "level": 9, "sound": "r"}));
    assert_eq!(alarm.level.as_ref(), Some(&Level::VERY_HIGH));
    assert_eq!(alarm.sound.as_ref(), Some(&Sound::Radio));
}

#[test]
fn values_that_are_no_names_have_names_that_can_be_read() {
    use normalize_value_names::types::{Nothing, Version};
    for (text, value) in [
        ("1.0", Version::Value1_0),
        ("10", Version::Value10),
        ("-10", Version::Minus10),
        ("1-0", Version::Value1_0_2),
        ("2024-01-01", Version::Value2024_01_01),
        ("3d_model", Version::Value3dModel),
        ("100%", Version::Value100Percent),
        ("v1.0", Version::V10),
    ] {
        assert_eq!(round_trip::<Version>(json!(text)), value);
        assert_eq!((value.to_string().as_str(), Version::from(text)), (text, value));
    }
    assert_eq!(round_trip::<Nothing>(json!("")), Nothing::Empty);
}

#[test]
fn numbers_keep_their_digits() {
    use shape_named_values::types::Large;
    use shape_numbers::types::{A, AOrText, AOrTime, Either};
    let beyond_double = 9_007_199_254_740_993_i64;
    let most = u64::MAX;
    round_trip::<A>(
        json!({"either": beyond_double, "types": -beyond_double, "number": beyond_double}),
    );
    round_trip::<A>(
        json!({"either": 0.5, "types": null, "number": 1.5, "list": [beyond_double, 0.5]}),
    );
    round_trip::<Large>(json!({"listed": most}));
    round_trip::<A>(json!({"bounded": most, "unbounded": most, "named": most}));
    for signed in [json!(-1), json!(most)] {
        let decoded: A = round_trip(json!({"signed": signed.clone()}));
        assert_eq!(decoded.signed.as_ref().map(|n| json!(n)), Some(signed));
    }
    assert_eq!((Large::LISTED_18446744073709551615, A::NAMED_MOST, A::NAMED_TWO), (most, most, 2));
    let decoded: A = round_trip(json!({"or_text": most, "or_time": "2024-01-02T03:04:05Z"}));
    let (Some(text), Some(time)) = (decoded.or_text.as_ref(), decoded.or_time.as_ref()) else {
        panic!("{decoded:?}")
    };
    assert!(matches!(text, AOrText::Number(n) if n.as_u64() == Some(most)));
    assert!(matches!(time, AOrTime::String(_)));
    assert_eq!(round_trip::<Either>(json!(beyond_double)).0.as_i64(), Some(beyond_double));
}

#[tokio::test]
async fn arguments_keep_their_digits() {
    let transport = Recorder::new(204, "");
    let client = shape_numbers::Client::new(BASE, reqwest::Client::new(), transport.clone());
    let from = serde_json::Number::from(9_007_199_254_740_993_i64);
    client.count(Some(&from), Some(1 << 63)).await.unwrap();
    let asked = transport.asked();
    assert!(asked.contains("?from=9007199254740993&kind=9223372036854775808"), "{asked}");
}

#[test]
fn tags_decide_in_each_union_for_itself() {
    use shape_tags_absent::types::Base;
    use shape_tags_alike::types::{Barn, Farm, Swapped};
    use shape_tags_of_closed::types::Closed;
    assert!(matches!(round_trip(json!({"species": "Hen"})), Farm::Hen(_)));
    assert!(matches!(round_trip(json!({"species": "cow"})), Barn::Cow(_)));
    assert!(matches!(round_trip(json!({"species": "cow"})), Swapped::Hen(_)));
    assert!(matches!(round_trip(json!({"@type": "two", "size": 1})), Closed::Two(_)));
    assert!(matches!(round_trip(json!({"kind": "Deep", "deep": 1})), Base::Deep(_)));
    assert!(matches!(round_trip(json!({"kind": "Leaf", "leaf": "x"})), Base::Leaf(_)));
    // Without a tag, nothing says that it is more than the base.
    assert!(matches!(round_trip(json!({"text": "x"})), Base::BaseBase(_)));
}

#[test]
fn fields_of_conditions_are_optional_wherever_they_are_described() {
    use keywords_conditions::types::{C, CSize};
    let decoded: C = round_trip(json!({"kind": "a", "size": 1, "color": "red", "shade": 2}));
    assert!(matches!(decoded.size.as_ref(), Some(CSize::Integer(1))));
    assert_eq!((decoded.color.as_deref(), decoded.shade.as_ref()), (Some("red"), Some(&2)));
    let decoded: C = round_trip(json!({"kind": "b", "size": "l"}));
    assert!(matches!(decoded.size.as_ref(), Some(CSize::String(_))));
    round_trip::<C>(json!({}));
}

#[test]
fn references_are_relative_to_the_id_around_them() {
    use resolve_base_uris::types::Cart;
    let cart: Cart =
        round_trip(json!({"size": 1, "line": {"cart": {"size": 2}}, "gift": {"size": "xl"}}));
    let line = cart.line.as_ref().and_then(|line| line.cart.as_ref());
    let size = |cart: &Cart| cart.size.as_ref().map(|size| size.0);
    assert_eq!((size(&cart), line.and_then(|cart| size(cart))), (Some(1), Some(2)));
    assert!(cart.gift.as_ref().is_some_and(|gift| gift.size.as_ref().is_some()));
}

#[test]
fn headers_of_responses_have_types() {
    use waterfall_api::{HeaderMap, HeaderName, HeaderValue};
    let header = |name, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let headers = HeaderMap::from_iter([
        header("x-total", "12"),
        header("x-rate", "0.5"),
        header("retry-after", "soon"),
    ]);
    let read = operations_headers::headers::List::read(&headers);
    assert_eq!((read.x_total, read.x_rate, read.retry_after), (Some(12), Some(0.5), None));
    assert_eq!(read.link, None);
}

#[test]
fn a_type_may_contain_itself() {
    use shape_recursion::types::Tree;
    let tree: Tree = round_trip(json!({"label": {}, "left": {"label": {"text": "a"}, "left": "b",
        "right": null}, "right": {"label": {}, "left": "c"}, "all": []}));
    assert_eq!(tree.all.as_deref().map(<[_]>::len), Some(0));
}

#[test]
fn a_mapping_distinguishes_variants() {
    use shape_discriminators::types::Animal;
    let cat: Animal = round_trip(json!({"kind": "cat", "lives": 7}));
    assert!(matches!(cat, Animal::Cat(_)));
    let dog: Animal = round_trip(json!({"kind": "dog", "barks": true}));
    assert!(matches!(dog, Animal::Dog(_)));
}

#[test]
fn types_hold_what_the_description_allows() {
    round_trip::<down_convert_tuples::types::A>(json!({"pair": ["a", 1]}));
    round_trip::<down_convert_patterns::types::A>(json!({"a": "b", "x-a": 1}));
    round_trip::<down_convert_null::types::A>(json!({"a": null, "b": null, "c": null, "d": null}));
    round_trip::<down_convert_several_types::types::A>(json!({"a": true}));
    round_trip::<shape_all_of::types::Both>(json!({"a": "x", "l": "y", "r": "z", "new": 1}));
    round_trip::<shape_unions::types::A>(json!({"texts": 1.5, "flags": "c", "any": [1]}));
    round_trip::<shape_types::types::A>(json!({"unsigned": u64::MAX, "unknown": {}}));
    round_trip::<shape_nullable_components::types::A>(json!({"u": null, "e": "new"}));
    round_trip::<shape_required::types::Open>(json!({"a": "x"}));
    round_trip::<resolve_webhooks::types::JobDonePayload>(json!({"id": "a"}));
    let answer: load_scalars::types::Answer = round_trip(json!("yes"));
    assert_eq!(answer, load_scalars::types::Answer::Yes);
}

#[test]
fn a_new_fixture_is_a_new_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
    let rules = folder.join(FIXTURES).join("stage");
    std::fs::create_dir_all(&rules).unwrap();
    let document = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\n\
                    components: {schemas: {A: {type: int}}}";
    std::fs::write(rules.join("rule.yaml"), document).unwrap();
    let made = fixtures::generate(&folder, &repo::config()).unwrap();
    assert!(made[repo::FIXTURE_CLIENTS].contains("pub mod stage_rule"));
    let page = &made[&format!("{}/stage/rule.txt", FIXTURES)];
    assert!(page.ends_with("newtype A(i64)\n"), "{page}");
}

#[test]
fn an_enum_of_all_values_does_not_hide_the_discriminator() {
    use shape_shared_enum::types::{Any, Craft};
    let raft = round_trip::<Craft>(json!({"kind": "raft", "cars": 1}));
    assert!(matches!(raft, Craft::Raft(_)));
    let ferry = round_trip::<Craft>(json!({"kind": "Ferry", "seats": 1}));
    assert!(matches!(ferry, Craft::Ferry(_)));
    let other = round_trip::<Any>(json!({"kind": "other", "seats": 1}));
    assert!(matches!(other, Any::Ferry(_)));
    assert!(matches!(round_trip::<Any>(json!({"kind": "Kayak"})), Any::Kayak(_)));
}

#[test]
fn scopes_flows_and_servers_are_data() {
    use operations_scopes::{SERVERS, operations, security};
    assert_eq!(SERVERS, ["https://eu.example.com/v1"]);
    let read: &[&[&[&str]]] = &[&[&["read"]]];
    assert_eq!(operations::LIST.scopes, read);
    assert_eq!(operations::WRITE.security, [&["oauth", "key"][..], &["key"], &[]]);
    let write: &[&[&[&str]]] = &[&[&["read", "write"], &[]], &[&[]], &[]];
    assert_eq!(operations::WRITE.scopes, write);
    assert!(operations::OPEN.security.is_empty() && operations::OPEN.scopes.is_empty());
    let [metadata, flow] = security::OAUTH.flows else { panic!("{:?}", security::OAUTH) };
    assert_eq!(metadata.url("oauth2MetadataUrl"), Some("https://login.example.com/meta"));
    assert_eq!(
        (flow.name, flow.url("tokenUrl")),
        ("clientCredentials", Some("https://login.example.com/token"))
    );
    assert_eq!(flow.scopes, [("read", "Reads."), ("write", "Writes.")]);
    assert_eq!(security::KEY.kind, waterfall_api::SchemeKind::Header("x-key"));
}

#[test]
fn two_descriptions_of_an_object_are_one_with_the_fields_of_both() {
    use shape_all_of_fields::types::Objects;
    let objects: Objects = round_trip(json!({"data": {"x": 1, "y": "a"}}));
    let data = objects.data.as_ref().unwrap();
    assert_eq!((data.x, data.y.as_deref()), (1, Some("a")));
}

#[tokio::test]
async fn a_query_may_be_json_and_a_path_may_have_a_fragment_or_a_query() {
    use operations_query_strings::{Client, types::Query};
    let transport = Recorder::new(204, "");
    let client = Client::new(BASE, reqwest::Client::new(), transport.clone());
    let query: Query = serde_json::from_value(json!({"text": "x y", "ids": [1, 2]})).unwrap();
    client.search(Some(&query)).await.unwrap();
    client.form(Some(&query)).await.unwrap();
    client.list(Some(3)).await.unwrap();
    let asked = transport.asked();
    let lines: Vec<&str> = asked.lines().collect();
    let [json, form, list] = lines[..] else { panic!("{asked}") };
    let encoded =
        json.strip_prefix("GET http://127.0.0.1/a?").and_then(|text| text.split(' ').next());
    let decoded = encoded.unwrap().replace("%7B", "{").replace("%22", "\"").replace("%3A", ":");
    let decoded = decoded.replace("%20", " ").replace("%2C", ",").replace("%5B", "[");
    let decoded: Value =
        serde_json::from_str(&decoded.replace("%5D", "]").replace("%7D", "}")).unwrap();
    assert_eq!(decoded, json!({"text": "x y", "ids": [1, 2]}));
    let mut pairs: Vec<&str> = form.split(['?', '&', ' ']).skip(2).collect();
    pairs.sort_unstable();
    assert_eq!(pairs, ["", "-", "ids=1", "ids=2", "text=x%20y"], "{form}");
    assert_eq!(list, "GET http://127.0.0.1/a?action=list&page=3 - ");
}

#[test]
fn tags_have_the_type_that_they_have_on_the_wire() {
    use whole_typed_tags::types::{Any, Outcome, Pet, Versioned};
    assert!(matches!(round_trip(json!({"v": 1, "same": "a"})), Versioned::First(_)));
    assert!(matches!(round_trip(json!({"v": 3, "same": "a"})), Versioned::Second(_)));
    assert!(matches!(round_trip(json!({"v": 4})), Versioned::Unknown(_)));
    assert!(matches!(round_trip(json!({"ok": true})), Outcome::Good(_)));
    assert!(matches!(round_trip(json!({"ok": false})), Outcome::X(_)));
    assert!(matches!(round_trip(json!({"kind": "kitty"})), Any::Pet(Pet::Cat(_))));
    assert!(matches!(round_trip(json!({"kind": "dog"})), Any::Pet(Pet::Dog(_))));
    assert!(matches!(round_trip(json!({"kind": "Plant"})), Any::Plant(_)));
}

#[test]
fn what_may_be_an_integer_or_a_text_is_either() {
    use down_convert_integer_or_text::types::{Port, Probe};
    let probe: Probe = round_trip(json!({"port": 80, "limit": "10%"}));
    assert!(matches!(probe.port, Port::Integer(80)));
    assert!(matches!(round_trip(json!("http")), Port::String(_)));
}

#[test]
fn what_callbacks_send_has_types() {
    use operations_callbacks::types::{OnEndPayload, OnEventPayload};
    let event: OnEventPayload = round_trip(json!({"kind": "new", "at": "2024-01-15T12:00:00Z"}));
    assert_eq!(event.kind, "new");
    round_trip::<OnEndPayload>(json!(["a"]));
}

#[tokio::test]
async fn what_is_described_as_in_swagger_is_read_so() {
    use operations_swagger::{Client, types::Shape};
    let body = r#"[{"kind": "Circle", "size": 2.5}]"#;
    let transport = Recorder::new(200, body);
    let client = Client::new(BASE, reqwest::Client::new(), transport.clone());
    let tags = vec!["a".to_owned(), "b".to_owned()];
    let shapes = client.list(Some(&vec![1, 2]), Some(3), Some(&tags)).await.unwrap();
    assert!(matches!(&shapes[..], [Shape::Circle(circle)] if circle.size.as_ref() == Some(&2.5)));
    assert_eq!(transport.asked(), "GET http://127.0.0.1/a?ids=1,2&size=3&tags=a&tags=b - ");
}

#[test]
fn null_may_be_an_enum_of_its_own() {
    use shape_null_enum::types::Brush;
    let brush: Brush = round_trip(json!({"color": null, "shade": null, "base": null}));
    assert!(brush.color.is_none());
    round_trip::<Brush>(json!({"color": "", "shade": "red", "base": "green"}));
}
