//! Guarantees of the pipeline, tested on a document of another API.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use waterfall_api::{
    BoxFuture, HeaderMap, HeaderValue, OperationError, Request, Response, StatusCode, Transport,
    TransportError,
};
use waterfall_tests::fixtures::whole_client::{Client, operations, types};

fn round_trip<T: DeserializeOwned + Serialize>(value: Value) {
    let decoded: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&decoded).unwrap(), value);
    let text = serde_json::to_string(&value).unwrap();
    let decoded: T = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&decoded).unwrap(), value);
}

fn names(with: Value) -> Value {
    let mut names = json!({"type": "a", "must_be_there": 1});
    names.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    names
}

#[test]
fn absent_null_and_empty_round_trip() {
    for value in [
        json!({}),
        json!({"must_be_there": null}),
        json!({"extra": null, "kebab-case": null, "with_default": null, "maybe": null}),
        json!({"list": [], "map": {}, "inner": {}, "maybe": {}}),
        json!({"list": null, "map": null, "inner": null}),
        json!({"list": ["a", null, "a"], "map": {"a": 1.5, "b": null}}),
        json!({"inner": {"when": null, "times": []}, "maybe": {"value": null}}),
        json!({"pattern": "NOT LOWER CASE"}),
    ] {
        round_trip::<types::Names>(names(value));
    }
    round_trip::<types::Names>(json!({"type": "a"}));
}

#[test]
fn unknown_fields_are_kept_beside_one_that_is_called_extra() {
    round_trip::<types::Names>(names(
        json!({"extra": "mine", "extra_": {"deep": [null]}, "new": 1}),
    ));
    let decoded: types::Names =
        serde_json::from_value(names(json!({"extra": "mine", "new": 1}))).unwrap();
    assert_eq!(decoded.extra.as_deref(), Some("mine"));
    assert_eq!(decoded.extra_["new"], 1);
    round_trip::<types::Typed>(json!({"known": "a", "b": 1, "c": 2}));
    round_trip::<types::Typed>(json!({"known": 7, "b": "text", "c": 2}));
    let typed: types::Typed = serde_json::from_value(json!({"b": "text", "c": 2})).unwrap();
    assert_eq!((typed.extra.get("b"), typed.extra.get("c")), (None, Some(&2)));
    assert_eq!(typed.extra.deviating().collect::<Vec<_>>(), [("b", &json!("text"))]);
    let error = serde_json::from_value::<types::Closed>(json!({"unknown": 1})).unwrap_err();
    assert!(error.to_string().contains("unknown"), "{error}");
}

#[test]
fn an_enum_may_have_a_value_called_unknown() {
    let known: types::NamesType = "UNKNOWN".into();
    assert_eq!(known, types::NamesType::Unknown);
    let other: types::NamesType = "new".parse().unwrap();
    assert!(matches!(&other, types::NamesType::UnknownValue(text) if text.as_str() == "new"));
    assert_eq!(other.to_string(), "new");
    round_trip::<types::Names>(json!({"type": "two words"}));
    round_trip::<types::Names>(json!({"type": "new"}));
}

#[test]
fn schemas_may_have_the_names_of_the_decoders_types() {
    let key = json!({"object": {"key": "a"}, "field": {"name": "b"}, "text": "new", "map": "c", "name": "d", "value": "e"});
    round_trip::<types::Key>(key);
    assert!(serde_json::from_value::<types::Key>(json!({})).is_err());
}

#[test]
fn a_required_name_without_a_property_is_ignored() {
    round_trip::<types::Field>(json!({"name": "a"}));
    round_trip::<types::Field>(json!({"name": "a", "not_declared": 1}));
}

#[test]
fn formats_narrow_no_number() {
    round_trip::<types::Numbers>(json!({"small": 3_000_000_000_i64, "short": 0.1}));
}

#[test]
fn a_union_is_distinguished_by_its_tags() {
    for (value, is_circle) in [
        (json!({"kind": "circle", "size": 1.5}), true),
        (json!({"kind": "square", "size": 1.5, "new": 1}), false),
    ] {
        let shape: types::Shape = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(matches!(shape, types::Shape::Circle(_)), is_circle);
        round_trip::<types::Shape>(value);
    }
}

#[test]
fn date_times_are_kept_at_any_depth() {
    for when in ["2023-09-20T20:23:36.086988", "2025-02-05T15:46:35.771Z", "last week"] {
        round_trip::<types::Names>(names(json!({"inner": {"when": when, "times": [when, when]}})));
    }
}

#[test]
fn requests_with_required_fields_have_a_constructor() {
    let body = types::TryQuirkBody::new(7);
    assert_eq!(serde_json::to_value(&body).unwrap(), json!({"size": 7}));
    assert_eq!(serde_json::to_value(types::Typed::default()).unwrap(), json!({}));
}

/// Returns a fixed response and records the request.
#[derive(Debug, Default)]
struct Scripted {
    status: u16,
    body: &'static str,
    asked: Mutex<Vec<String>>,
}

impl Transport for Scripted {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let http = &request.http;
        let body = http.body().and_then(|body| body.as_bytes()).map(String::from_utf8_lossy);
        let asked = format!(
            "{} {} {:?} {}",
            http.method(),
            http.url(),
            http.headers().get("x-trace"),
            body.unwrap_or_default()
        );
        self.asked.lock().unwrap().push(asked);
        assert!(!http.headers().contains_key("api-version"));
        let headers = HeaderMap::from_iter([(
            waterfall_api::HeaderName::from_static("retry-after"),
            HeaderValue::from_static("7"),
        )]);
        let answer = Response::new(StatusCode::from_u16(self.status).unwrap(), http.url().clone())
            .with_headers(headers)
            .with_body(self.body);
        Box::pin(async move { Ok(answer) })
    }
}

fn client(status: u16, body: &'static str) -> (Client, Arc<Scripted>) {
    let transport = Arc::new(Scripted { status, body, ..Scripted::default() });
    (Client::new("http://127.0.0.1", reqwest::Client::new(), transport.clone()), transport)
}

async fn try_quirk(
    status: u16,
    body: &'static str,
) -> Result<types::TryQuirkResponse, OperationError<types::Names>> {
    let (client, _) = client(status, body);
    let since = "2024-01-15T12:00:00".parse().unwrap();
    let body = types::TryQuirkBody::new(1);
    client
        .try_quirk("a/b", None, Some(&since), None, &body)
        .await
        .map(waterfall_api::Decoded::into_inner)
}

#[tokio::test]
async fn a_request_is_built_from_its_parts() {
    let (client, transport) = client(200, r#"{"shape": {"kind": "circle"}}"#);
    let since = "2024-01-15T12:00:00".parse().unwrap();
    client
        .try_quirk("a/b", Some("v2"), Some(&since), Some("t"), &types::TryQuirkBody::new(1))
        .await
        .unwrap();
    assert_eq!(
        *transport.asked.lock().unwrap(),
        [
            r#"POST http://127.0.0.1/quirks/a%2Fb?api_version=v2&since=2024-01-15T12%3A00%3A00 Some("t") {"size":1}"#
        ]
    );
    assert_eq!(operations::TRY_QUIRK.path, "/quirks/{name}");
    assert!(operations::TRY_QUIRK.security.is_empty());
    let expected: &[&[&str]] = &[&["one", "two"], &["three"]];
    assert_eq!(operations::DOWNLOAD_QUIRKS.security, expected);
}

#[tokio::test]
async fn every_response_is_kept() {
    let rows = [
        (200, "<html>", "unreadable"),
        (200, r#"{"names": 1}"#, "unreadable"),
        (404, r#"{"type": "a"}"#, "refused"),
        (404, "<html>", "unreadable"),
        (429, r#"{"type": "a"}"#, "refused"),
        (500, "", "undocumented"),
        (301, "", "undocumented"),
    ];
    for (status, body, expected) in rows {
        let error = try_quirk(status, body).await.unwrap_err();
        let kind = match &error {
            OperationError::Api(_) => "refused",
            OperationError::UndecodableResponse(_) => "unreadable",
            OperationError::Undocumented(_) => "undocumented",
            _ => "other",
        };
        assert_eq!(kind, expected, "{status} {body}");
        let answer = error.response().unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["retry-after"], "7");
        assert_eq!(answer.body(), body.as_bytes());
    }
}

/// Returns the deviations of a success, or the message of an error.
async fn outcome(body: &'static str) -> Vec<String> {
    let (client, _) = client(200, body);
    let body = types::TryQuirkBody::new(1);
    match client.try_quirk("a", None, None, None, &body).await {
        Ok(reply) => reply.deviations().iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[tokio::test]
async fn mismatches_are_kept_and_located_without_their_values() {
    let start = r#"{"shape": {"kind": "circle"}, "names": {"type": "a", "#;
    let rows: [(&str, &[&str]); 12] = [
        (
            r#""list": ["x", {"y": "secret"}, 7]}}"#,
            &[
                "$.names.list[1]: expected a string, found an object",
                "$.names.list[2]: expected a string, found an integer",
            ],
        ),
        (
            r#""must_be_there": "secret"}}"#,
            &["$.names.must_be_there: expected a 64-bit integer, found a string"],
        ),
        (
            r#""must_be_there": 7.5}}"#,
            &["$.names.must_be_there: expected a 64-bit integer, found a number with a fraction"],
        ),
        (r#""must_be_there": 7.0}}"#, &[]),
        (
            r#""must_be_there": 18446744073709551615}}"#,
            &["$.names.must_be_there: expected a 64-bit integer, found an integer"],
        ),
        (r#""kebab-case": 1}}"#, &["$.names['kebab-case']: expected a string, found an integer"]),
        (r#""list": {}}}"#, &["$.names.list: expected an array, found an object"]),
        (
            r#""map": {"a": 1, "b c": []}}}"#,
            &["$.names.map['b c']: expected a number, found an array"],
        ),
        (r#""inner": []}}"#, &["$.names.inner: expected an object, found an array"]),
        (
            r#""inner": {"when": 7, "times": [null]}}}"#,
            &[
                "$.names.inner.times[0]: expected a string, found null",
                "$.names.inner.when: expected a string, found an integer",
            ],
        ),
        (r#""type": 7}}"#, &["$.names.type: expected a string, found an integer"]),
        (
            r#""maybe": {"value": 1}, "extra": null}}"#,
            &["$.names.maybe.value: expected a boolean, found an integer"],
        ),
    ];
    for (rest, expected) in rows {
        let body: &'static str = format!("{start}{rest}").leak();
        assert_eq!(outcome(body).await, expected, "{rest}");
    }
}

#[tokio::test]
async fn a_mismatch_of_a_required_member_removes_its_object() {
    let (client, _) = client(200, r#"{"shape": {"kind": "square"}, "names": {"list": [7]}}"#);
    let reply =
        client.try_quirk("a", None, None, None, &types::TryQuirkBody::new(1)).await.unwrap();
    assert!(reply.names.is_none());
    assert_eq!(reply.names.deviating(), Some(&json!({"list": [7]})));
    let [deviation] = reply.deviations() else { panic!("{:?}", reply.deviations()) };
    assert_eq!(deviation.to_string(), "$.names.type: expected a value, found nothing");
}

#[tokio::test]
async fn undecodable_bodies_are_errors_with_a_location() {
    let deep = format!(r#"{{"new": {}{}}}"#, "[".repeat(200), "]".repeat(200));
    let rows = [
        ("7".to_owned(), "$: expected an object, found an integer"),
        (r#"{"names": {}}"#.to_owned(), "$: missing field `shape`"),
        (r#"{"new": 1e999}"#.to_owned(), "$.new: a number that is too large"),
        (deep, "nested too deeply"),
        (r#"{"shape": {"kind": "circle"}} {}"#.to_owned(), "$: not JSON"),
        (r#"{"shape": {"kind""#.to_owned(), "$: truncated JSON (line 1, column 17, of 17 bytes)"),
    ];
    for (body, expected) in rows {
        let error = outcome(body.leak()).await.concat();
        let start = "the body of the response (200 OK) does not match its description, at $";
        assert!(error.starts_with(start) && error.contains(expected), "{expected}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn debug_shows_no_values() {
    let answer = Response::new(StatusCode::OK, "http://127.0.0.1".parse().unwrap())
        .with_body(r#"{"name": "secret"}"#);
    let reply = answer.into_decoded::<types::Field, ()>().unwrap();
    assert!(!format!("{reply:?}").contains("secret"));
}

#[tokio::test]
async fn bodies_that_are_not_json_are_bytes_or_nothing() {
    let (downloads, _) = client(200, "\u{0}bytes");
    assert_eq!(downloads.download_quirks().await.unwrap().into_inner(), "\u{0}bytes");
    let (drops, _) = client(204, "");
    let reply = drops.drop_quirks().await.unwrap();
    assert_eq!(reply.response().status().as_u16(), 204);
}
