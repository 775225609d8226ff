//! Tests of the cost that a client reports.

use serde_json::json;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{ContactQuery, ContactSearch, Method, Spent, Usd};

use crate::support::client;

fn page(cost: f64) -> MockResponse {
    let usage = json!({
        "total_usd": cost, "persons_usd": cost, "persons_count": 1, "balance_remaining_usd": 9.7,
    });
    MockResponse::output(json!({ "persons": [{ "first_name": "Jane" }], "usage": usage }))
}

#[tokio::test(start_paused = true)]
async fn sums_have_no_noise_and_clones_share_them() {
    let mock = MockTransport::new().launches([page(0.1), page(0.2), page(0.0125)]);
    let client = client(&mock);
    assert_eq!(client.spent(), Spent::default());
    for _ in 0..3 {
        let client = client.with_low_priority();
        client.search_contacts(ContactSearch::at_domain("acme.com")).await.unwrap();
    }
    let spent = client.spent();
    assert_eq!(spent.total().to_string(), "0.3125");
    assert_eq!((spent.persons(), spent.companies()), (spent.total(), Usd::ZERO));
    assert_eq!((spent.jobs(), spent.persons_count()), (3, 3));
    assert_eq!(spent.balance_remaining(), Some(Usd::from_micros(9_700_000)));
    assert_eq!(spent.jobs_without_usage(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_counts_once_however_it_is_read() {
    let mock = MockTransport::new().launches([page(0.1)]).reads([page(0.1)]);
    let client = client(&mock);
    let found = client.search_contacts(ContactSearch::at_domain("acme.com")).await.unwrap();
    let id = found.job_id().unwrap();
    client.search_contacts_result(id).await.unwrap();
    client.job_of::<waterfall::api::jobs::ContactSearch>(id).fetch().await.unwrap();
    client.raw().find_contact_search(&id.into()).await.unwrap();
    let request = client.request(Method::GET, "/v1/search/contact").query("job_id", id.uuid());
    request.send().await.unwrap();
    assert_eq!(mock.read_count(), 4);
    assert_eq!((client.spent().total().to_string().as_str(), client.spent().jobs()), ("0.10", 1));
}

#[tokio::test(start_paused = true)]
async fn enrichments_and_batches_count() {
    let output = json!({ "person": {}, "usage": { "persons_usd": 0.1, "phones_usd": 0.2 } });
    let mock = MockTransport::new().reads([MockResponse::running(), MockResponse::output(output)]);
    let client = client(&mock);
    client.enrich(ContactQuery::email("jane.doe@acme.com")).await.unwrap();
    assert_eq!(client.spent().total().to_string(), "0.30", "the sum of its parts");
    let people = ["john-roe-def456", "max-moe-def456"].map(ContactQuery::linkedin);
    let mut batch = client.enrich_each(people);
    while let Some(done) = batch.next().await {
        done.result.unwrap();
    }
    assert_eq!((batch.spent().total().to_string().as_str(), batch.spent().jobs()), ("0.60", 2));
    assert_eq!((client.spent().total().to_string().as_str(), client.spent().jobs()), ("0.90", 3));
}

#[tokio::test(start_paused = true)]
async fn a_result_that_cannot_be_decoded_counts_and_an_error_response_does_not() {
    let body = json!({ "status": 7, "output": { "usage": { "total_usd": 0.1 } } }).to_string();
    let mock = MockTransport::new()
        .reads([MockResponse::body(200, body.clone()), MockResponse::body(404, body)]);
    let client = client(&mock);
    let job = client.job(MockTransport::job_id(1));
    for _ in 0..2 {
        job.fetch().await.unwrap_err();
    }
    assert_eq!(mock.read_count(), 2);
    assert_eq!((client.spent().total().to_string().as_str(), client.spent().jobs()), ("0.10", 1));
}
