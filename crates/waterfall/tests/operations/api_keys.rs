//! The API keys of the account.

use serde_json::{Value, json};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{ErrorKind, ManagedKey, Method};

use crate::support::{ID, bodies, client};

const PATH: &str = "/v1/api-keys";

fn key(active: bool) -> Value {
    json!({
        "api_key": ID, "active": active, "notes": "crm", "master": false, "per_interval": 30,
        "interval_seconds": 60,
    })
}

fn body(value: &Value) -> MockResponse {
    MockResponse::body(200, value.to_string())
}

async fn listed(keys: Value) -> Vec<ManagedKey> {
    let mock = MockTransport::new().on(Method::GET, PATH, [body(&json!({ "api_keys": keys }))]);
    client(&mock).api_keys().list().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn keys_are_listed_and_masked() {
    let master = json!({ "api_key": "wf_not_a_uuid_0123", "active": null, "master": true });
    let keys = listed(json!([key(true), master])).await;
    assert_eq!(keys[0].key().expose(), ID);
    assert_eq!((keys[0].active(), keys[0].notes()), (Some(true), Some("crm")));
    assert_eq!((keys[0].per_interval(), keys[0].interval_seconds()), (Some(30), Some(60)));
    assert_eq!(keys[1].key().expose(), "wf_not_a_uuid_0123", "its type differs, it is a key");
    assert!(keys[1].is_master() && keys[1].active().is_none());
    let shown = format!("{keys:?} {}", keys[0].key());
    assert!(!shown.contains(ID) && !shown.contains("wf_not") && shown.contains("…2e8b"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_created_and_modified() {
    let mock = MockTransport::new().on(Method::POST, PATH, [body(&key(true))]).on(
        Method::PUT,
        PATH,
        [MockResponse::body(503, ""), body(&key(false))],
    );
    let keys = client(&mock).api_keys();
    let created = keys.create(" nightly  import ").per_minute(10).await.unwrap();
    assert_eq!(created.key().expose(), ID);
    let changed = keys.modify(&created).active(false).notes("old").per_minute(5).await.unwrap();
    assert_eq!(changed.active(), Some(false));
    assert_eq!(bodies(&mock)[0], json!({ "notes": "nightly import", "per_interval": 10 }));
    let change = json!({ "api_key": ID, "active": false, "notes": "old", "per_interval": 5 });
    assert_eq!(bodies(&mock)[1..], [change.clone(), change], "setting it twice is harmless");

    // Values that are not set remain unchanged.
    let mock = MockTransport::new().on(Method::PUT, PATH, [body(&key(true))]);
    client(&mock).api_keys().modify(&created).await.unwrap();
    assert_eq!(bodies(&mock)[0], json!({ "api_key": ID, "active": true, "notes": "crm" }));
}

#[tokio::test(start_paused = true)]
async fn creating_is_never_repeated_in_doubt() {
    let without_key = json!({ "active": true, "notes": "crm" });
    for response in [
        MockResponse::error(500, "INTERNAL_FAILED_CREATE_API_KEY"),
        MockResponse::connection_reset(),
        MockResponse::never(),
        MockResponse::body(200, "<html>"),
        body(&without_key),
    ] {
        let mock = MockTransport::new().on(Method::POST, PATH, [response]);
        let error = client(&mock).api_keys().create("crm").await.unwrap_err();
        assert_eq!(mock.requests().len(), 1);
        assert!(error.may_have_launched() && !error.is_retryable(), "{error}");
        let text = error.to_string();
        let advice = "a key may have been created: list the keys before you create another one";
        assert!(text.starts_with("new API key: ") && text.ends_with(advice), "{text}");
    }
    let limited = MockResponse::rate_limited(std::time::Duration::from_secs(2));
    let mock = MockTransport::new().on(Method::POST, PATH, [limited, body(&key(true))]);
    assert!(client(&mock).api_keys().create("crm").await.is_ok(), "nothing was created before");
}

#[tokio::test(start_paused = true)]
async fn invalid_requests_are_not_sent() {
    let mock = MockTransport::new();
    let keys = client(&mock).api_keys();
    let known = listed(json!([key(true), { "api_key": "wf_x", "notes": "a" },
        { "api_key": ID, "notes": "a", "master": true }, { "api_key": ID }]))
    .await;
    let outcomes = [
        (keys.create(" ").await, "notes are blank"),
        (keys.create("a".repeat(251)).await, "notes has 251 characters"),
        (keys.create("crm").per_minute(0).await, "per_minute is 0"),
        (keys.modify(&known[1]).await, "is not a UUID"),
        (keys.modify(&known[2]).await, "is the master key"),
        (keys.modify(&known[3]).await, "notes are blank"),
    ];
    for (outcome, expected) in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(mock.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn generated_types_do_not_show_keys() {
    let mock =
        MockTransport::new().on(Method::GET, PATH, [body(&json!({ "api_keys": [key(true)] }))]);
    let listed = client(&mock).raw().list_api_keys().await.unwrap();
    let first = &listed.api_keys.as_ref().unwrap()[0];
    assert_eq!(first.api_key.as_ref().unwrap().expose(), ID);
    assert!(!format!("{listed:?} {first:?}").contains(ID));
}

#[tokio::test(start_paused = true)]
async fn errors_contain_no_keys() {
    let quoting = json!({
        "status": "error", "code": "NOT_FOUND_API_KEY_NOT_FOUND", "message": format!("No {ID}."),
        "error": [ID],
    });
    let mock = MockTransport::new()
        .on(Method::PUT, PATH, [MockResponse::body(404, quoting.to_string())])
        .on(Method::GET, PATH, [body(&json!({ "api_keys": [key(true), ID] }))]);
    let keys = client(&mock).api_keys();
    let error = keys.modify(&listed(json!([key(true)])).await[0]).await.unwrap_err();
    let shown = format!("{error} {error:?} {:?}", error.messages());
    assert!(!shown.contains(ID) && shown.contains("[redacted]"), "{shown}");
    assert!(shown.contains("check the key that is to be modified"), "{shown}");
    assert_eq!(error.body(), Some(&[][..]));

    let error = keys.list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!((error.json_path(), error.body()), (Some("$.api_keys"), Some(&[][..])));

    let code = "AUTH_NEED_MASTER_API_KEY";
    let mock = MockTransport::new().on(Method::GET, PATH, [MockResponse::error(403, code)]);
    let error = client(&mock).api_keys().list().await.unwrap_err();
    assert!(error.to_string().ends_with("use the master key of the account"), "{error}");
}
