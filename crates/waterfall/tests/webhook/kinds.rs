//! Deliveries of all kinds.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::webhook::{Delivery, Inbox, InboxOutcome, Outcome, Receiver};
use waterfall::{
    AnySnapshot, Client, CompanyQuery, ContactEnrichment, ContactQuery, JobId, JobQuery,
    PhoneEnrichment, PhoneQuery, ProspectorQuery,
};

use super::support::{signer, verifier};

const URL: &str = "https://hooks.example.com/waterfall?token=x";

/// Returns a client whose jobs are never finished by a read.
fn client(inbox: &Inbox) -> (MockTransport, Client) {
    let mock = MockTransport::new().reads([MockResponse::running()]);
    let builder = mock.client_builder().webhook_url(URL).inbox(inbox.clone());
    (mock.clone(), builder.build().unwrap())
}

fn body(id: JobId, output: Value) -> String {
    json!({
        "status": "SUCCEEDED",
        "start_date": "2026-05-28T20:26:35Z",
        "input": { "task": { "job_id": id.uuid() } },
        "output": output,
    })
    .to_string()
}

async fn delivery(body: &str) -> Delivery {
    verifier().verify(&signer().headers(body), body.to_owned()).await.unwrap()
}

fn webhook_url(mock: &MockTransport) -> Value {
    let requests = mock.requests();
    let body: Value = serde_json::from_slice(&requests.last().unwrap().body).unwrap();
    body["webhook_url"].clone()
}

#[tokio::test(start_paused = true)]
async fn each_kind_has_its_path() {
    let (mock, client) = client(&Inbox::new());
    client.launch(ContactQuery::linkedin("jane-doe")).await.unwrap();
    assert_eq!(webhook_url(&mock), URL);
    client.launch(PhoneQuery::linkedin("jane-doe")).await.unwrap();
    assert_eq!(webhook_url(&mock), "https://hooks.example.com/waterfall/phone?token=x");
    client.launch(CompanyQuery::domain("acme.com")).await.unwrap();
    assert_eq!(webhook_url(&mock), "https://hooks.example.com/waterfall/company?token=x");
    client.launch(ProspectorQuery::new("acme.com", "CFO")).await.unwrap();
    assert_eq!(webhook_url(&mock), "https://hooks.example.com/waterfall/prospector?token=x");
    let own = PhoneQuery::linkedin("jane-doe").webhook_url("https://own.example.com/x");
    client.launch(own).await.unwrap();
    assert_eq!(webhook_url(&mock), "https://own.example.com/x");
}

/// A kind whose results are not delivered.
struct Change;

impl JobQuery for Change {
    type Kind = waterfall::api::jobs::JobChange;

    fn to_request(
        &self,
        webhook_url: Option<&str>,
    ) -> Result<waterfall::api::types::JobChangeRequest, waterfall::Error> {
        assert_eq!(webhook_url, None);
        Ok(waterfall::api::types::JobChangeRequest::default())
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_without_deliveries_gets_no_url() {
    let (mock, client) = client(&Inbox::new());
    // The mock responds to a launch as for the other kinds.
    let _ = client.launch(Change).await;
    assert_eq!(webhook_url(&mock), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_ends_the_wait_for_a_job_of_any_kind() {
    let inbox = Inbox::new();
    let (_, client) = client(&inbox);
    let receiver = inbox.receiver(verifier());
    // The content alone would not be sufficient.
    let deliver = async |id: JobId, output: Value| {
        let body = body(id, output);
        receiver.receive(&signer().headers(&body), body).await
    };
    let nobody = json!({ "person": null });

    let phone = client.launch(PhoneQuery::linkedin("jane-doe")).await.unwrap();
    let wait = tokio::spawn(phone.wait().into_future());
    tokio::task::yield_now().await;
    assert!(matches!(deliver(phone.id(), nobody.clone()).await, Outcome::Handled));
    let done = wait.await.unwrap().unwrap();
    assert!(done.was_delivered() && done.is_success() && done.phone_numbers().is_empty());
    assert_eq!((done.reads(), done.job_id()), (0, phone.id()));

    let company = client.launch(CompanyQuery::domain("acme.com")).await.unwrap();
    deliver(company.id(), json!({ "company": { "name": "Acme" } })).await;
    let done = company.wait().await.unwrap();
    assert!(done.was_delivered());
    assert_eq!(done.company().unwrap().name.as_deref(), Some("Acme"));

    let prospector = client.launch(ProspectorQuery::new("acme.com", "CFO")).await.unwrap();
    let mut batch = client.wait_all([prospector.clone()]);
    deliver(prospector.id(), json!({ "persons": [{ "title": "CFO" }] })).await;
    let done = batch.next().await.unwrap().result.unwrap();
    assert!(done.was_delivered() && done.persons().len() == 1);
    assert_eq!((inbox.kept(), inbox.awaited()), (0, 0));

    // By ID, before and during the wait; the buffered delivery has no known kind.
    let stored = JobId::of::<PhoneEnrichment>(MockTransport::job_id(77).uuid());
    deliver(stored, nobody).await;
    let done = client.job_of::<PhoneEnrichment>(stored).wait().await.unwrap();
    assert!(done.was_delivered());
    assert_eq!(done.job_id(), stored);
}

#[tokio::test(start_paused = true)]
async fn the_kind_is_that_of_path_then_known_job_then_content() {
    let seen: Arc<Mutex<Vec<Delivery>>> = Arc::default();
    let noted = seen.clone();
    let known = JobId::of::<PhoneEnrichment>(MockTransport::job_id(5).uuid());
    let receiver = Receiver::new(verifier(), move |delivery| {
        noted.lock().unwrap().push(delivery);
        async { Ok::<(), ()>(()) }
    })
    .with_duplicates()
    .known_jobs(move |uuid| (uuid == known.uuid()).then_some(known));
    let nobody = || json!({ "person": null });
    let other = MockTransport::job_id(6);
    let numbers = json!({ "person": null, "usage": { "phones_count": 0 } });
    let rows = [
        ("/hook/phone", other, nobody(), Some("phone")),
        ("/hook/contact", known, nobody(), Some("contact")),
        ("/hook", known, nobody(), Some("phone")),
        ("/hook", known, json!({ "person": null, "usage": { "persons_count": 0 } }), Some("phone")),
        ("/hook", other, numbers, Some("phone")),
        ("/hook", other, json!({ "company": null }), Some("company")),
        ("/hook/phone", other, json!({ "company": null }), Some("company")),
        ("/hook", other, nobody(), None),
    ];
    for (path, id, output, kind) in rows {
        let body = body(id, output.clone());
        let outcome = receiver.for_path(path).receive(&signer().headers(&body), body.clone()).await;
        assert!(matches!(outcome, Outcome::Handled));
        let delivery = seen.lock().unwrap().pop().unwrap();
        assert_eq!(delivery.kind(), kind, "{path} {output}");
        let found = delivery.job_id().unwrap();
        assert_eq!((found.uuid(), found.kind()), (id.uuid(), kind.unwrap_or("unknown")));
        assert_eq!(delivery.snapshot().raw_json(), body);
    }
}

#[tokio::test]
async fn an_unknown_kind_is_not_reported_as_not_found() {
    let body = body(MockTransport::job_id(1), json!({ "person": null }));
    let delivery = delivery(&body).await;
    let AnySnapshot::Unknown(job) = delivery.snapshot() else { panic!("{delivery:?}") };
    assert_eq!(job.json()["output"]["person"], Value::Null);
    assert_eq!(job.state().as_str(), "SUCCEEDED");
    assert!(delivery.snapshot_of::<ContactEnrichment>().is_none());
    assert_eq!(delivery.job_id().unwrap().to_string(), format!("unknown/{}", job.job_id().uuid()));
    // The caller may know the job.
    let known = delivery.clone().of_job(MockTransport::job_id(1));
    assert!(known.snapshot_of::<ContactEnrichment>().unwrap().person().is_none());
    assert_eq!(delivery.clone().of_job(MockTransport::job_id(2)).kind(), None);
    assert_eq!(Inbox::new().put(&delivery), InboxOutcome::Kept);
}

#[tokio::test]
async fn the_router_serves_the_paths_of_the_kinds() {
    use tower::ServiceExt;
    use waterfall::webhook::axum::router;

    let seen: Arc<Mutex<Vec<Option<&'static str>>>> = Arc::default();
    let noted = seen.clone();
    let receiver = Receiver::new(verifier(), move |delivery| {
        noted.lock().unwrap().push(delivery.kind());
        async { Ok::<(), ()>(()) }
    });
    let app: axum::Router = router("/hook", receiver.with_duplicates());
    for (path, status) in [("/hook", 200), ("/hook/phone", 200), ("/hook/other", 404), ("/", 404)] {
        let body = body(MockTransport::job_id(1), Value::Null);
        let mut request =
            axum::http::Request::post(path).body(axum::body::Body::from(body.clone())).unwrap();
        *request.headers_mut() = signer().headers(&body);
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
    }
    assert_eq!(*seen.lock().unwrap(), [None, Some("phone")]);
}
