//! Clients, responses and recorded bodies.

use serde_json::{Value, json};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{Client, RetryPolicy};

pub(crate) const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
pub(crate) const KEY: &str = "sesame-0123456789";

pub(crate) fn client(mock: &MockTransport) -> Client {
    mock.client_builder().api_key(KEY).build().unwrap()
}

pub(crate) fn client_without_retries(mock: &MockTransport) -> Client {
    mock.client_builder().retry(RetryPolicy::none()).build().unwrap()
}

/// Returns a page of people with these names.
pub(crate) fn people(names: &[&str]) -> MockResponse {
    let people: Vec<_> = names.iter().map(|name| json!({ "first_name": name })).collect();
    MockResponse::output(json!({ "persons": people }))
}

/// Returns the JSON bodies of all requests.
pub(crate) fn bodies(mock: &MockTransport) -> Vec<Value> {
    let requests = mock.requests();
    let bodies = requests.iter().map(|request| serde_json::from_slice(&request.body));
    bodies.map(Result::unwrap_or_default).collect()
}

/// Returns the only request's path and body.
pub(crate) fn only_request(mock: &MockTransport) -> (String, Value) {
    let requests = mock.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    (requests[0].url.path().to_owned(), bodies(mock).remove(0))
}
