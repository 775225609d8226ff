//! Tests of jobs of all kinds: the same calls, batches and IDs.

use std::time::Duration;

use serde_json::json;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{
    AnySnapshot, BatchInput, Client, CompanyEnrichment, CompanyQuery, ContactEnrichment,
    ContactQuery, ErrorKind, JobId, PhoneEnrichment, PhoneQuery, Prospector, ProspectorQuery,
};

fn mock(output: serde_json::Value) -> (MockTransport, Client) {
    let reads = MockResponse::running().times(1).chain([MockResponse::output(output)]);
    let mock = MockTransport::new().reads(reads);
    let client = mock.client_builder().build().unwrap();
    (mock, client)
}

fn phones() -> serde_json::Value {
    let numbers = ["+33639980001", "+33199000002"];
    json!({
        "person": { "first_name": "Jane", "mobile_phone": numbers[0], "phone_numbers": numbers },
        "usage": { "total_usd": 0.5, "phones_count": 2 },
    })
}

fn company() -> serde_json::Value {
    json!({ "company": { "name": "Acme Inc", "founded": 2009 }, "usage": { "companies_count": 1 } })
}

fn people() -> serde_json::Value {
    json!({
        "company": { "company_name": "Acme Inc" },
        "persons": [{ "title": "CFO" }, { "title": "VP Finance" }],
        "usage": { "persons_count": 2 },
    })
}

fn paths(mock: &MockTransport) -> Vec<String> {
    let sent = |request: &waterfall::testing::MockRequest| {
        format!("{} {}", request.method, request.url.path())
    };
    let mut paths: Vec<String> = mock.requests().iter().map(sent).collect();
    paths.dedup();
    paths
}

#[tokio::test(start_paused = true)]
async fn a_phone_enrichment_finds_numbers() {
    let (mock, client) = mock(phones());
    let done = client.enrich(PhoneQuery::linkedin("jane-doe-abc123")).await.unwrap();
    assert_eq!(done.phone_numbers(), ["+33639980001", "+33199000002"]);
    assert_eq!(done.person().unwrap().first_name.as_deref(), Some("Jane"));
    assert_eq!(*done.usage().unwrap().phones_count, Some(2));
    assert_eq!(done.query().unwrap().linkedin.as_deref(), Some("jane-doe-abc123"));
    assert_eq!(done.job_id().kind(), "phone");
    assert_eq!(paths(&mock), ["POST /v1/enrichment/phone", "GET /v1/enrichment/phone"]);

    let (_, client) =
        self::mock(json!({ "person": { "mobile_phone": null, "phone_numbers": [] } }));
    let none = client.enrich(PhoneQuery::email("jane.doe@acme.com")).await.unwrap();
    assert!(none.is_success() && none.phone_numbers().is_empty() && none.usage().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_company_enrichment_finds_a_company() {
    let (mock, client) = mock(company());
    let done = client.enrich(CompanyQuery::domain("acme.com")).await.unwrap();
    assert_eq!(done.company().unwrap().name.as_deref(), Some("Acme Inc"));
    assert_eq!(*done.usage().unwrap().companies_count, Some(1));
    assert_eq!(paths(&mock), ["POST /v1/enrichment/company", "GET /v1/enrichment/company"]);
    let (_, client) = self::mock(json!({ "company": null }));
    assert!(client.enrich(CompanyQuery::name("Acme")).await.unwrap().company().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_prospector_job_finds_people() {
    let (mock, client) = mock(people());
    let done = client.enrich(ProspectorQuery::new("acme.com", "CFO OR VP Finance")).await.unwrap();
    assert_eq!(done.company().unwrap().company_name.as_deref(), Some("Acme Inc"));
    let titles: Vec<_> = done.persons().iter().map(|person| person.title.as_deref()).collect();
    assert_eq!(titles, [Some("CFO"), Some("VP Finance")]);
    assert_eq!(*done.usage().unwrap().persons_count, Some(2));
    assert_eq!(paths(&mock), ["POST /v1/prospector", "GET /v1/prospector"]);
    assert_eq!(
        mock.requests()[0].body,
        r#"{"domain":"acme.com","title_filter":"CFO OR VP Finance"}"#
    );
}

#[tokio::test(start_paused = true)]
async fn an_invalid_query_sends_nothing() {
    let (mock, client) = mock(people());
    let error = client.enrich(ProspectorQuery::new("acme.com", "CFO OR")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert!(error.query_of::<ProspectorQuery>().is_some());
    assert!(mock.requests().is_empty());
}

/// Defines one test for each kind: queries, a known job, an invalid query, and `wait_all`.
macro_rules! batches {
    ($($test:ident: $kind:ty, $query:expr, $invalid:expr, $output:expr, $found:expr;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $test() {
            let (mock, client) = mock($output);
            let known = client.launch($query).await.unwrap();
            let inputs = [
                ("query", BatchInput::from($query)),
                ("other", $query.into()),
                ("invalid", $invalid.into()),
                ("job", known.clone().into()),
                ("id", known.id().into()),
                ("wrong", JobId::of::<waterfall::api::jobs::JobChange>(known.id().uuid()).into()),
            ];
            let mut batch = client.enrich_each(inputs);
            let mut results = Vec::new();
            while let Some(item) = batch.next().await {
                let found = item.result.as_ref().map($found).map_err(|error| error.kind());
                results.push((item.key, found));
            }
            results.sort_by_key(|(key, _)| *key);
            assert_eq!(results, [
                ("id", Ok(true)),
                ("invalid", Err(ErrorKind::InvalidQuery)),
                ("job", Ok(true)),
                ("other", Ok(true)),
                ("query", Ok(true)),
                ("wrong", Err(ErrorKind::InvalidQuery)),
            ]);
            assert_eq!(mock.launch_count(), 3);
            let mut jobs = client.wait_all([known.clone(), client.job_of::<$kind>(known.id())]);
            while let Some(item) = jobs.next().await {
                assert_eq!(item.job_id, Some(known.id()));
                assert!(item.result.is_ok());
            }
            let history = client.duration_history::<$kind>();
            assert!(history.len() >= 3, "{history:?}");
        }
    )*};
}

batches! {
    a_batch_of_contacts: ContactEnrichment, ContactQuery::linkedin("jane-doe"), ContactQuery::email("x"),
        json!({ "person": { "first_name": "Jane" } }), |done| done.person().is_some();
    a_batch_of_phones: PhoneEnrichment, PhoneQuery::linkedin("jane-doe"), PhoneQuery::email("x"),
        phones(), |done| !done.phone_numbers().is_empty();
    a_batch_of_companies: CompanyEnrichment, CompanyQuery::domain("acme.com"), CompanyQuery::domain("x"),
        company(), |done| done.company().is_some();
    a_batch_of_prospectors: Prospector, ProspectorQuery::new("acme.com", "CFO"),
        ProspectorQuery::new("acme.com", "("), people(), |done| done.persons().len() == 2;
}

#[tokio::test(start_paused = true)]
async fn durations_are_learned_per_kind() {
    let (_, client) = mock(phones());
    client.enrich(PhoneQuery::linkedin("jane-doe")).await.unwrap();
    assert_eq!(client.duration_history::<PhoneEnrichment>().len(), 1);
    assert!(client.duration_history::<ContactEnrichment>().is_empty());
    assert!(client.duration_history::<Prospector>().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_id_of_a_different_kind_is_rejected_before_any_request() {
    let (mock, client) = mock(phones());
    let phone = client.launch(PhoneQuery::linkedin("jane-doe")).await.unwrap().id();
    let sent = mock.requests().len();
    let contact = client.job(phone);
    let mut watch = contact.watch();
    let errors = [
        contact.fetch().await.unwrap_err(),
        contact.wait().await.unwrap_err(),
        watch.next().await.unwrap().unwrap_err(),
        client.job_of::<PhoneEnrichment>(phone.uuid()).wait().await.unwrap_err(),
        client.wait_all([contact.clone()]).next().await.unwrap().result.unwrap_err(),
    ];
    assert!(watch.next().await.is_none());
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        assert!(
            error.to_string().contains("not read: the id belongs to a job of the kind"),
            "{error}"
        );
        assert!(!error.is_retryable() && !error.may_have_launched());
    }
    assert_eq!(mock.requests().len(), sent);
    // With its kind, the job is found, also from a stored text.
    let stored: JobId = phone.to_string().parse().unwrap();
    assert!(client.job_of::<PhoneEnrichment>(stored).wait().await.unwrap().is_success());
    let again = JobId::of::<PhoneEnrichment>(phone.uuid());
    assert!(client.job_of::<PhoneEnrichment>(again).fetch().await.unwrap().is_success());
    assert_eq!(mock.read_count_of(phone), 3);
    assert!(mock.requests().iter().filter_map(|request| request.job_id).all(|id| id == phone));
}

#[tokio::test(start_paused = true)]
async fn a_program_accepts_any_id() {
    let (mock, client) = mock(phones());
    let id = client.launch(PhoneQuery::linkedin("jane-doe")).await.unwrap().id();
    let job = client.any_job(id).unwrap();
    assert_eq!((job.id(), job.kind()), (id, "phone"));
    assert!(!job.fetch().await.unwrap().is_final());
    let reads = std::sync::Arc::new(std::sync::Mutex::new(0));
    let counted = reads.clone();
    let done = job
        .wait()
        .max_wait(Duration::from_secs(60))
        .on_read(move |read| *counted.lock().unwrap() += u32::from(read.is_ok()))
        .await
        .unwrap();
    assert_eq!((done.kind(), done.job_id(), done.is_success()), (Some("phone"), id, true));
    assert_eq!(*reads.lock().unwrap(), done.reads());
    let AnySnapshot::Phone(phone) = &done else { panic!("{done:?}") };
    assert_eq!(phone.phone_numbers().len(), 2);
    assert!(done.of_kind::<PhoneEnrichment>().is_some());
    assert!(done.of_kind::<ContactEnrichment>().is_none());
    let mut watch = job.watch();
    assert!(watch.next().await.unwrap().unwrap().is_final());
    assert!(watch.next().await.is_none());

    let contact = client.any_job(MockTransport::job_id(9)).unwrap();
    assert!(matches!(contact.fetch().await.unwrap(), AnySnapshot::Contact(_)));
    let sent = mock.requests().len();
    let unknown: JobId = format!("weather/{}", id.uuid()).parse().unwrap();
    let error = client.any_job(unknown).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert!(error.to_string().contains("`weather` is not a known kind of jobs"), "{error}");
    assert_eq!(mock.requests().len(), sent);
    for kind in JobId::KINDS {
        let id: JobId = format!("{kind}/{}", id.uuid()).parse().unwrap();
        assert_eq!(client.any_job(id).unwrap().kind(), *kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_job_of_any_kind_is_an_error() {
    let mock = MockTransport::new().reads([MockResponse::failed("no luck")]);
    let client = mock.client_builder().build().unwrap();
    let error = client.enrich(CompanyQuery::domain("acme.com")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.messages()),
        (ErrorKind::JobFailed, &["no luck".to_owned()][..])
    );
    assert!(error.snapshot().is_none());
    assert!(error.snapshot_of::<CompanyEnrichment>().is_some());
    assert_eq!(error.job_id().unwrap().kind(), "company");
    assert!(error.to_string().contains("job company/"), "{error}");
}
