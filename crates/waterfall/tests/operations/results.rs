//! Tests of typed results, running jobs, and results that are read again.

use std::time::Duration;

use serde_json::json;
use waterfall::api::jobs;
use waterfall::api::types::{
    CompanyRevealConfidence, CompanyRevealType, CompanySearchJob, ContactSearchJob,
    EmailVerificationJob, JobChangeStatus,
};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{
    CompanySearch, CompanyTitlesQuery, ContactSearch, ErrorKind, JobChangeQuery, JobId, JobKind,
    JobState, Method, Spent, Usd,
};

use crate::support::{client, people};

fn search() -> ContactSearch {
    ContactSearch::at_domain("acme.com")
}

/// Returns the ID of the first job of a mock server, as that of a job of this kind.
fn id_of<K: JobKind>() -> JobId {
    JobId::of::<K>(MockTransport::job_id(1).uuid())
}

fn search_id() -> JobId {
    id_of::<jobs::ContactSearch>()
}

#[tokio::test(start_paused = true)]
async fn a_result_has_three_views() {
    let output = json!({
        "persons": [{ "first_name": "Jane", "shoe_size": 38 }, { "first_name": 7 }],
        "usage": { "total_usd": 0.2, "persons_count": 2, "balance_remaining_usd": 9.3 },
        "new_field": true,
    });
    let mock = MockTransport::new().launches([MockResponse::output(output)]);
    let page = client(&mock).search_contacts(search()).await.unwrap();
    assert_eq!(page.job_id(), Some(search_id()));
    assert_eq!((page.state(), page.status().as_u16()), (&JobState::Succeeded, 200));
    assert!(page.is_success() && page.started_at().is_some() && page.stopped_at().is_some());
    assert_eq!(page.persons().len(), 2);
    assert_eq!(page.persons()[0].extra["shoe_size"], 38);
    assert_eq!(page.deviations()[0].path(), "$.output.persons[1].first_name");
    assert_eq!(page.output().unwrap().extra["new_field"], true);
    assert_eq!(Spent::from(page.usage().unwrap()).total(), Usd::from_micros(200_000));
    assert_eq!(page.job().status, JobState::Succeeded);
    assert!(page.raw_json().contains("shoe_size") && page.headers().contains_key("date"));
    assert!(!format!("{page:?}").contains("Jane"), "{page:?}");
}

#[tokio::test(start_paused = true)]
async fn each_operation_has_its_own_accessors() {
    let mock = MockTransport::new().launches([
        MockResponse::output(json!({ "companies": [{ "name": "Acme" }] })),
        MockResponse::output(json!({ "job_change_status": "moved", "person": { "title": "CFO" } })),
        MockResponse::output(json!({ "job_change_status": "transferred", "person": {} })),
        MockResponse::output(json!({
            "type": "company", "confidence_score": "very_high", "company": { "name": "Acme" },
        })),
        MockResponse::output(json!({ "type": "isp", "confidence_score": null, "company": {} })),
        MockResponse::output(json!({ "titles": ["CFO"], "has_more_pages": true })),
        MockResponse::output(json!({ "email": { "email_status": "risky" } })),
    ]);
    let client = client(&mock);
    let found = client.search_companies(CompanySearch::new().sizes(["1-10"])).await.unwrap();
    assert_eq!(found.companies()[0].name.as_deref(), Some("Acme"));

    let query = JobChangeQuery::new().professional_email("jane.doe@acme.com");
    let moved = client.detect_job_change(query.clone()).await.unwrap();
    assert_eq!(moved.job_change_status(), Some(&JobChangeStatus::Moved));
    assert_eq!(moved.person().unwrap().title.as_deref(), Some("CFO"));
    let new = client.detect_job_change(query).await.unwrap();
    assert_eq!(new.job_change_status().unwrap().as_str(), "transferred");
    assert_eq!(new.person(), None, "an empty object is nobody");

    let revealed = client.reveal_company("192.0.2.7").await.unwrap();
    assert_eq!(revealed.organization(), Some(&CompanyRevealType::Company));
    assert_eq!(revealed.confidence(), Some(&CompanyRevealConfidence::VeryHigh));
    assert_eq!(revealed.company().unwrap().name.as_deref(), Some("Acme"));
    let isp = client.reveal_company("192.0.2.8").await.unwrap();
    assert_eq!((isp.company(), isp.confidence()), (None, None));

    let titles = client.company_titles(CompanyTitlesQuery::domain("acme.com")).await.unwrap();
    assert_eq!((titles.titles(), titles.has_more_pages()), (&["CFO".to_owned()][..], true));
    let verified = client.verify_email("jane.doe@acme.com").await.unwrap();
    assert_eq!(verified.email_status().unwrap().as_str(), "risky");
}

#[tokio::test(start_paused = true)]
async fn a_running_job_is_waited_for() {
    let mock = MockTransport::new()
        .launches([MockResponse::running()])
        .reads([MockResponse::running(), people(&["Jane"])]);
    let page = client(&mock).search_contacts(search()).await.unwrap();
    assert_eq!(page.persons()[0].first_name.as_deref(), Some("Jane"));
    assert_eq!(page.job_id(), Some(search_id()));
    let requests = mock.requests();
    let paths: Vec<_> = requests.iter().map(|it| (it.method.clone(), it.url.path())).collect();
    let path = "/v1/search/contact";
    assert_eq!(paths, [(Method::POST, path), (Method::GET, path), (Method::GET, path)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_running_job_has_a_deadline() {
    let paused = MockResponse::state("PAUSED".into());
    let mock = MockTransport::new().launches([paused.clone()]).reads([paused]);
    let request = client(&mock).search_contacts(search()).max_wait(Duration::from_secs(20));
    let error = request.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert_eq!(error.job_id(), Some(search_id()));
    assert!(error.may_have_launched() && !error.is_retryable());
    let last = error.completed::<ContactSearchJob>().unwrap();
    assert_eq!(last.state().as_str(), "PAUSED");
    assert!(error.completed::<CompanySearchJob>().is_none(), "of another operation");
}

#[tokio::test(start_paused = true)]
async fn every_other_final_state_is_an_error_with_the_response() {
    for state in [JobState::Failed, JobState::TimedOut, JobState::Aborted] {
        let ended = MockResponse::state(state.clone());
        for launch in [ended.clone(), MockResponse::running()] {
            let mock = MockTransport::new().launches([launch]).reads([ended.clone()]);
            let error = client(&mock).search_contacts(search()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::JobFailed, "{error}");
            assert_eq!(error.final_state(), Some(&state));
            assert_eq!(error.job_id(), Some(search_id()));
            assert!(error.may_have_launched() && !error.is_retryable());
            let completed = error.completed::<ContactSearchJob>().unwrap();
            assert_eq!(completed.state(), &state);
            assert!(completed.raw_json().contains(state.as_str()));
            assert!(error.to_string().contains(&format!("ended as {state}")), "{error}");
        }
    }
    let mock = MockTransport::new().launches([MockResponse::failed("no data")]);
    let error = client(&mock).verify_email("jane.doe@acme.com").await.unwrap_err();
    assert_eq!(error.messages(), ["no data"]);
    assert!(error.completed::<EmailVerificationJob>().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_running_job_that_can_not_be_waited_for_is_a_clear_error() {
    let mock = MockTransport::new().launches([MockResponse::running()]);
    let error = client(&mock).verify_email("jane.doe@acme.com").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    let text = error.to_string();
    assert!(text.contains("the job is RUNNING, and this operation has no finder"), "{text}");
    assert!(text.starts_with("email verification: ") && text.contains("billed"), "{text}");
    assert!(error.completed::<EmailVerificationJob>().is_some());
    assert!(error.may_have_launched());

    let body = r#"{"status":"RUNNING","start_date":"2026-03-02T09:00:00Z","input":null}"#;
    let mock = MockTransport::new().launches([MockResponse::body(200, body)]);
    let error = client(&mock).search_contacts(search()).await.unwrap_err();
    assert!(error.to_string().contains("its ID, by which to wait for it, is missing"), "{error}");
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn results_are_read_again_by_their_ids() {
    let id = search_id();
    let read = |output| MockTransport::new().reads([MockResponse::output(output)]);

    let mock = read(json!({ "persons": [{ "first_name": "Jane" }] }));
    let page = client(&mock).search_contacts_result(id).await.unwrap();
    assert_eq!((page.persons().len(), page.job_id()), (1, Some(id)));
    assert_eq!(mock.requests()[0].url.path(), "/v1/search/contact");

    let mock = read(json!({ "companies": [{}] }));
    let page = client(&mock).search_companies_result(id_of::<jobs::CompanySearch>()).await.unwrap();
    assert_eq!(page.companies().len(), 1);
    let mock = read(json!({ "job_change_status": "left" }));
    let left = client(&mock).job_change_result(id_of::<jobs::JobChange>()).await.unwrap();
    assert_eq!(left.job_change_status(), Some(&JobChangeStatus::Left));
    let mock = read(json!({ "company": { "name": "Acme" } }));
    assert!(
        client(&mock)
            .reveal_company_result(id_of::<jobs::CompanyReveal>())
            .await
            .unwrap()
            .company()
            .is_some()
    );
    let mock = read(json!({ "titles": ["CFO"] }));
    assert_eq!(
        client(&mock).company_titles_result(id_of::<jobs::CompanyTitles>()).await.unwrap().titles(),
        ["CFO"]
    );
    assert_eq!((mock.launch_count(), mock.read_count()), (0, 1));

    let other = client(&mock).search_contacts_result(id_of::<jobs::CompanyTitles>()).await;
    assert_eq!(other.unwrap_err().kind(), ErrorKind::InvalidQuery);

    let mock = MockTransport::new().reads([MockResponse::failed("no data")]);
    let error = client(&mock).search_contacts_result(id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert!(error.completed::<ContactSearchJob>().is_some());
    assert!(!error.may_have_launched(), "nothing was sent but a read");
}
