//! Tests the job kinds that the generator derives from linked operations, on documents of other
//! APIs.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::sync::{Arc, Mutex};

use openapi_client_runtime::{
    BoxFuture, JobKind, Request, Response, StatusCode, Transport, TransportError,
};
use waterfall_tests::fixtures::jobs_at_once::jobs::CompanySearch;
use waterfall_tests::fixtures::jobs_at_once::types as search;
use waterfall_tests::fixtures::jobs_optional_id::jobs::Company;
use waterfall_tests::fixtures::jobs_optional_id::types as company;
use waterfall_tests::fixtures::jobs_other_links::jobs::Number;
use waterfall_tests::fixtures::jobs_other_links::types as number;
use waterfall_tests::fixtures::jobs_required_id::jobs::PhoneSearch;
use waterfall_tests::fixtures::jobs_required_id::types as phone;

/// Answers every request with one status and body, and records the requests.
#[derive(Debug)]
struct Fixed {
    status: StatusCode,
    body: &'static str,
    sent: Mutex<Vec<String>>,
}

impl Fixed {
    fn new(status: u16, body: &'static str) -> Arc<Self> {
        let status = StatusCode::from_u16(status).unwrap();
        Arc::new(Self { status, body, sent: Mutex::default() })
    }

    fn sent(&self) -> Vec<String> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

impl Transport for Fixed {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let (http, operation) = (&request.http, request.operation.id);
        let sent = format!("{operation}: {} {}", http.method(), http.url().path());
        let query = http.url().query().map(|query| format!("?{query}")).unwrap_or_default();
        self.sent.lock().unwrap().push(sent + &query);
        let response = Response::new(self.status, http.url().clone()).with_body(self.body);
        Box::pin(async move { Ok(response) })
    }
}

fn client<K: JobKind>(transport: &Arc<Fixed>) -> K::Client {
    K::client("https://api.example.com", reqwest::Client::new(), transport.clone())
}

const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

#[tokio::test]
async fn a_pair_launches_and_finds_by_a_required_id() {
    let transport = Fixed::new(200, r#"{"job_id":"7d44db58-5de3-4e92-a2fb-8325d12c2e8b"}"#);
    let query = phone::Query::new("Jane".to_owned());
    let launched = PhoneSearch::launch(&client::<PhoneSearch>(&transport), &query).await.unwrap();
    let id = *PhoneSearch::job_id(&launched).unwrap();
    assert_eq!(id.to_string(), ID);
    let transport = Fixed::new(200, r#"{"status":"RUNNING"}"#);
    let job = PhoneSearch::find(&client::<PhoneSearch>(&transport), &id).await.unwrap();
    assert_eq!(job.status, "RUNNING");
    assert_eq!(transport.sent(), [format!("findPhoneSearch: GET /phone?job_id={ID}")]);
    assert_eq!(PhoneSearch::NAME, "phone_search");
    assert_eq!(PhoneSearch::LAUNCH.id, "launchPhoneSearch");
    assert_eq!(PhoneSearch::FIND.id, "findPhoneSearch");
}

#[tokio::test]
async fn an_optional_id_may_be_missing_at_each_depth() {
    for (body, expected) in [
        (r#"{"data":{"job/id":"a b"}}"#, Some("a b")),
        (r#"{"data":{"job/id":null}}"#, None),
        (r#"{"data":{}}"#, None),
        ("{}", None),
    ] {
        let transport = Fixed::new(202, body);
        let query = company::Query::new("Acme".to_owned());
        let launched = Company::launch(&client::<Company>(&transport), &query).await.unwrap();
        assert_eq!(transport.sent(), ["company.create: POST /company"]);
        assert_eq!(Company::job_id(&launched).map(String::as_str), expected, "{body}");
    }
    let transport = Fixed::new(200, r#"{"status":"RUNNING"}"#);
    Company::find(&client::<Company>(&transport), &"a b".to_owned()).await.unwrap();
    assert_eq!(transport.sent(), ["company.get: GET /company/a%20b/state"]);
    assert_eq!(Company::NAME, "company");
}

#[tokio::test]
async fn an_id_may_be_a_number_and_an_operation_without_an_id() {
    let transport = Fixed::new(201, r#"{"number":7}"#);
    let launched =
        Number::launch(&client::<Number>(&transport), &number::Number::new(1)).await.unwrap();
    let id = *Number::job_id(&launched).unwrap();
    let transport = Fixed::new(200, r#"{"number":8}"#);
    assert_eq!(Number::find(&client::<Number>(&transport), &id).await.unwrap().number, 8);
    assert_eq!(transport.sent(), ["getNumber: GET /number/7"]);
}

#[tokio::test]
async fn an_operation_that_responds_with_the_job_is_a_kind() {
    let body = r#"{"status":"SUCCEEDED","input":{"task":{"job_id":"7d44db58-5de3-4e92-a2fb-8325d12c2e8b"}}}"#;
    let transport = Fixed::new(200, body);
    let query = search::Query::new("Acme".to_owned());
    let client = client::<CompanySearch>(&transport);
    let launched = CompanySearch::launch(&client, &query).await.unwrap();
    let id = *CompanySearch::job_id(&launched).unwrap();
    let again = CompanySearch::find(&client, &id).await.unwrap();
    assert_eq!(*again, *launched);
    let find = format!("findCompanySearch: GET /search?job_id={ID}");
    assert_eq!(transport.sent(), ["searchCompanies: POST /search".to_owned(), find]);
    assert_eq!(CompanySearch::NAME, "company_search");
}
