//! What the rules promise of the documents in `tests/fixtures/quirks`.

use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use waterfall_api::{Answer, BoxFuture, Request, StatusCode, Transport, TransportError};
use waterfall_tests::families::{names, requests, responses, shapes};

fn round_trip<T: DeserializeOwned + Serialize>(value: Value) -> T {
    let decoded: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&decoded).unwrap(), value);
    decoded
}

/// Remembers what it was asked, and answers with one status.
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
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Answer, TransportError>> {
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
        let answer = Answer::new(status, http.url().clone()).with_body(self.1);
        Box::pin(async move { Ok(answer) })
    }
}

const BASE: &str = "http://127.0.0.1";

#[test]
fn names_that_are_one_in_rust_keep_their_spelling_on_the_wire() {
    use names::types::{Key, ResultModel};
    let value = json!({"user-name": "a", "user_name": 1, "userName": "b", "err": {}, "@type": "c",
        "": "d", "extra": "e", "new": [null]});
    let result: ResultModel = round_trip(value);
    assert_eq!(*result.user_name, Some(1));
    for text in ["Key", "Ok", "None", "", ">=", "<", "+1", "self", "Unknown", "what else"] {
        let key: Key = round_trip(json!(text));
        assert_eq!(key.as_str(), text);
    }
}

#[tokio::test]
async fn arguments_that_are_one_in_rust_keep_their_spelling_on_the_wire() {
    let transport = Recorder::new(200, "{}");
    let client = names::Client::new(BASE, reqwest::Client::new(), transport.clone());
    client.options_names_by_id("7").await.unwrap_err();
    client.trace_names_by_id("7").await.unwrap_err();
    assert_eq!(
        transport.asked(),
        "OPTIONS http://127.0.0.1/names/7 - \nTRACE http://127.0.0.1/names/7 - "
    );
    assert_eq!(names::operations::GET_NAME.path, "/names/{id}");
}

#[tokio::test]
async fn bodies_are_sent_with_the_content_type_of_the_description() {
    use requests::types::Body;
    let transport = Recorder::new(204, "");
    let client = requests::Client::new(BASE, reqwest::Client::new(), transport.clone());
    let body: Body = serde_json::from_value(json!({"a": "x y"})).unwrap();
    client.form(&body).await.unwrap();
    client.patch_json(&body).await.unwrap();
    client.send_text("text".to_owned()).await.unwrap();
    client.send_xml("<a/>").await.unwrap();
    assert_eq!(
        transport.asked(),
        "PUT http://127.0.0.1/bodies application/x-www-form-urlencoded a=x+y\n\
         PATCH http://127.0.0.1/bodies application/merge-patch+json {\"a\":\"x y\"}\n\
         POST http://127.0.0.1/texts text/plain text\n\
         PUT http://127.0.0.1/texts application/xml <a/>"
    );
}

#[tokio::test]
async fn several_answers_are_a_union_and_no_answer_is_lost() {
    use responses::types::SeveralResponse;
    let ask = |status, body| {
        let transport = Recorder::new(status, body);
        let client = responses::Client::new(BASE, reqwest::Client::new(), transport);
        async move { client.several().await }
    };
    let reply = ask(201, r#"{"b": "x"}"#).await.unwrap();
    assert!(matches!(reply.into_inner(), SeveralResponse::B(_)));
    let refused = ask(404, r#"{"b": "x"}"#).await.unwrap_err();
    assert!(matches!(refused, waterfall_api::CallError::Refused(_)), "{refused}");
    for status in [204, 302, 500] {
        let other = ask(status, "").await.unwrap_err();
        assert_eq!(other.answer().unwrap().status().as_u16(), status);
    }
}

#[test]
fn a_type_may_contain_itself() {
    use shapes::types::Tree;
    let tree: Tree = round_trip(json!({"label": {}, "left": {"label": {"text": "a"}, "left": "b",
        "right": null}, "right": {"label": {}, "left": "c"}, "all": []}));
    assert_eq!(tree.all.as_ref().map(Vec::len), Some(0));
}

#[test]
fn a_mapping_tells_variants_apart() {
    use shapes::types::Animal;
    let cat: Animal = round_trip(json!({"kind": "cat", "lives": 7, "name": {"first": "a"}}));
    assert!(matches!(cat, Animal::Cat(_)));
    let dog: Animal = round_trip(json!({"kind": "dog", "barks": true}));
    assert!(matches!(dog, Animal::Dog(_)));
}

#[test]
fn shapes_hold_what_the_description_allows() {
    use shapes::types::{All, ShapeChangedPayload};
    let least = json!({"undeclared": 1, "tree": {"label": {}, "left": "x"}});
    for more in [
        json!({"tuple": ["a", {"a": null}], "pattern": {"x-a": "b"}, "maybe": null, "any": [1]}),
        json!({"maybe": ["a"], "numbers": 3, "mixed": [], "texts": "on", "empty": "x"}),
        json!({"flags": "c", "loose": 1.5, "diamond": {"a": "x", "b": {"a": "y"}}, "nothing": null}),
        json!({"several": null, "unsigned": u64::MAX, "maps": {"a": {"b": {"a": 5_000_000_000_i64}}}}),
        json!({"closed": {"a": 1}, "nested": [["a", {"a": "b"}]], "date": "2020-01-01T00:00:00Z"}),
    ] {
        let mut value = least.clone();
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        round_trip::<All>(value);
    }
    round_trip::<ShapeChangedPayload>(json!({"deep": {"first": "a"}}));
}
