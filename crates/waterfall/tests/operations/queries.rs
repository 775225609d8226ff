//! Tests of the requests that queries send, and of queries that are rejected before anything is
//! sent.

use std::net::Ipv4Addr;

use serde_json::{Value, json};
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{
    CompanySearch, CompanyTitlesQuery, ContactSearch, EmailQuery, Error, ErrorKind, JobChangeQuery,
    RevealQuery,
};

use crate::support::{client, only_request};

async fn sent_search(search: ContactSearch) -> Value {
    let mock = MockTransport::new().launches([MockResponse::output(json!({ "persons": [] }))]);
    client(&mock).search_contacts(search).await.unwrap();
    let (path, body) = only_request(&mock);
    assert_eq!(path, "/v1/search/contact");
    body
}

fn problems(outcome: Result<(), Error>) -> String {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert!(!error.may_have_launched());
    error.messages().join("\n")
}

#[tokio::test(start_paused = true)]
async fn a_contact_search_is_cleaned_and_has_one_way() {
    let person = ContactSearch::person(" https://uk.linkedin.com/in/Jane-Doe-abc123/?x=1 ");
    assert_eq!(sent_search(person).await, json!({ "contact_linkedin": "jane-doe-abc123" }));

    let company = ContactSearch::at_domain("https://www.Acme.com/about")
        .title_filter("finance", "CFO OR (finance AND director)")
        .included_names(["Jane  Doe", " "])
        .excluded_names(["John Roe"])
        .departments(["Sales", "n/a"])
        .custom_field("crm_id", 7);
    assert_eq!(
        sent_search(company).await,
        json!({
            "domain": "acme.com",
            "title_filters": [{ "name": "finance", "filter": "CFO OR (finance AND director)" }],
            "included_names": ["Jane Doe"],
            "excluded_names": ["John Roe"],
            "departments": ["Sales"],
            "custom_fields": { "crm_id": 7 },
        }),
    );
    let page = ContactSearch::at_company_page("linkedin.com/company/EY/");
    let expected = json!({ "company_linkedin": "https://www.linkedin.com/company/ey" });
    assert_eq!(sent_search(page).await, expected);
    let name = sent_search(ContactSearch::at_company_name(" Acme  Inc ")).await;
    assert_eq!(name, json!({ "company_name": "Acme Inc" }));

    let properties = ContactSearch::by_company()
        .company_countries(["France"])
        .company_industries(["software development"])
        .company_sizes(["51-200"])
        .experience_start_date("2026-01-31")
        .title_list("chiefs", ["CFO", "CEO"])
        .seniorities(["Director"])
        .countries(["Spain"])
        .headline("growth");
    assert_eq!(
        sent_search(properties).await,
        json!({
            "company_location_countries": ["France"],
            "company_industries": ["software development"],
            "company_employee_ranges": ["51-200"],
            "experience_start_date": "2026-01-31",
            "title_lists": [{ "name": "chiefs", "titles": ["CFO", "CEO"] }],
            "seniorities": ["Director"],
            "location_countries": ["Spain"],
            "headline": "growth",
        }),
    );
}

#[test]
fn contact_searches_that_the_api_rejects_are_not_sent() {
    let domain = || ContactSearch::at_domain("acme.com");
    let rows = [
        (ContactSearch::by_company(), "nothing to search by"),
        (ContactSearch::person("n/a"), "nothing to search by"),
        (ContactSearch::at_domain("contacts.csv"), "domain `cont…` (12 characters) is a file name"),
        (ContactSearch::person("linkedin.com/company/acme"), "contact_linkedin `"),
        (ContactSearch::at_company_page("linkedin.com/in/jane"), "is a person's profile"),
        (ContactSearch::at_company_name("HP"), "company_name has 2 characters"),
        (domain().company_sizes(["1-10"]), "more than one way to search"),
        (ContactSearch::by_company().company_sizes(["1-10"]), "needs title filters or title lists"),
        (
            domain().title_filter("a", "CFO").title_list("b", ["CFO"]),
            "both title filters and title lists",
        ),
        (
            domain().experience_start_date("2026-01-01").new_hire_since("2026-01-01"),
            "both an experience_start_date and",
        ),
        (domain().experience_start_date("2026-02-30"), "is not a date"),
        (domain().new_hire_since("01.02.2026"), "experience_start_date_new_hire `01.0…`"),
        (domain().title_filter("a", "x"), "a title filter is too short or too long"),
        (
            domain().title_filter("a", "CFO OR (VP AND Head"),
            "a title filter is malformed at column 8: the right parenthesis for this one is missing",
        ),
        (domain().title_filter(" ", "CFO"), "the name of a title filter is blank"),
        (domain().title_list("a", ["", "-"]), "a title list has no titles"),
        (domain().title_list("a", vec!["CFO"; 101]), "101 entries, at most 100"),
        (domain().included_names(vec!["Jane Doe"; 101]), "included_names has 101 entries"),
        (domain().included_names(["x".repeat(251)]), "included_names has 251 characters"),
        (domain().excluded_names(["jane@acme.com"]), "excluded_names `"),
        (domain().custom_field("a", json!([1])), "custom_fields.a is an array"),
        (
            (0..6).fold(domain(), |search, _| search.title_filter("a", "CFO")),
            "title_filters has 6 entries, at most 5",
        ),
    ];
    for (search, expected) in rows {
        let problems = problems(search.validate());
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
    // The vendor's documents disagree on the maximum.
    assert!(domain().excluded_names(vec!["Jane Doe"; 201]).validate().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_company_search_needs_a_criterion() {
    let search = CompanySearch::new().countries([" France ", ""]).sizes(["51-200"]);
    let mock = MockTransport::new().launches([MockResponse::output(json!({ "companies": [] }))]);
    client(&mock).search_companies(search.clone()).first_page(2).page_size(50).await.unwrap();
    let (path, body) = only_request(&mock);
    assert_eq!(path, "/v1/search/company");
    let expected = json!({
        "location_countries": ["France"], "sizes": ["51-200"], "page_number": 2, "page_size": 50,
    });
    assert_eq!(body, expected);

    let rows = [
        (CompanySearch::new().countries([""]), "nothing to search by"),
        (CompanySearch::new().industries(vec!["a"; 51]), "industries has 51 entries"),
        (CompanySearch::new().sizes(vec!["1-10"; 9]), "sizes has 9 entries, at most 8"),
        (search.custom_fields("text"), "custom_fields is not a JSON object"),
    ];
    for (search, expected) in rows {
        let problems = problems(search.validate());
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_change_query_sends_the_best_combination() {
    let all = JobChangeQuery::new()
        .company_domain("acme.com")
        .company_linkedin("acme")
        .linkedin("jane-doe-abc123")
        .professional_email("jane.doe@acme.com")
        .personal_email("jane@example.com")
        .full_name("Jane Doe");
    let acme = "https://www.linkedin.com/company/acme";
    let rows = [
        (
            all.clone(),
            json!({ "company_domain": "acme.com", "contact_linkedin": "jane-doe-abc123" }),
        ),
        (
            all.clone().linkedin(""),
            json!({ "company_domain": "acme.com", "professional_email": "jane.doe@acme.com" }),
        ),
        (
            all.clone().linkedin("").professional_email("n/a"),
            json!({ "company_domain": "acme.com", "personal_email": "jane@example.com" }),
        ),
        (
            JobChangeQuery::new().company_domain("acme.com").full_name("Jane Doe"),
            json!({ "company_domain": "acme.com", "contact_full_name": "Jane Doe" }),
        ),
        (
            all.company_domain(""),
            json!({ "company_linkedin": acme, "contact_linkedin": "jane-doe-abc123" }),
        ),
        (
            JobChangeQuery::new().professional_email("jane.doe@acme.com").full_name("Jane Doe"),
            json!({ "professional_email": "jane.doe@acme.com", "contact_full_name": "Jane Doe" }),
        ),
    ];
    for (query, expected) in rows {
        let output = json!({ "job_change_status": "left", "person": {} });
        let mock = MockTransport::new().launches([MockResponse::output(output)]);
        client(&mock).detect_job_change(query).await.unwrap();
        let (path, body) = only_request(&mock);
        assert_eq!((path.as_str(), body), ("/v1/job/change", expected));
    }
    let query = JobChangeQuery::new;
    let rows = [
        (query(), "not enough to identify the person"),
        (query().company_linkedin("acme").full_name("Jane Doe"), "not enough"),
        (query().linkedin("jane-doe-abc123"), "not enough"),
        (query().personal_email("jane@example.com"), "not enough"),
        (query().professional_email("jane"), "professional_email `jane` is not an e-mail address"),
    ];
    for (query, expected) in rows {
        let problems = problems(query.validate());
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_small_queries() {
    let mock = MockTransport::new().launches([MockResponse::output(json!({}))]);
    let query = RevealQuery::new("::ffff:192.0.2.7").webhook_url("https://hooks.example.com/x");
    client(&mock).reveal_company(query).await.unwrap();
    let expected = json!({ "ip": "192.0.2.7", "webhook_url": "https://hooks.example.com/x" });
    assert_eq!(only_request(&mock), ("/v1/company-reveal".to_owned(), expected));

    let mock = MockTransport::new().launches([MockResponse::output(json!({}))]);
    let builder = mock.client_builder().webhook_url("https://hooks.example.com/waterfall");
    let revealed = builder.build().unwrap().reveal_company(Ipv4Addr::new(192, 0, 2, 7)).await;
    assert!(revealed.is_ok());
    assert_eq!(only_request(&mock).1, json!({ "ip": "192.0.2.7" }), "it is an immediate operation");

    let mock = MockTransport::new().launches([MockResponse::output(json!({}))]);
    client(&mock).company_titles(CompanyTitlesQuery::domain("www.acme.com")).await.unwrap();
    let expected = json!({ "domain": "acme.com" });
    assert_eq!(only_request(&mock), ("/v1/company-titles".to_owned(), expected));

    let mock = MockTransport::new().launches([MockResponse::output(json!({}))]);
    client(&mock).verify_email("Jane <jane.doe@ACME.com>").await.unwrap();
    let expected = json!({ "email": "jane.doe@acme.com" });
    assert_eq!(only_request(&mock), ("/v1/verify/email".to_owned(), expected));

    let rows = [
        (RevealQuery::from("2001:db8::7").validate(), "is an IPv6 address"),
        (RevealQuery::from("acme.com").validate(), "ip `acme.com` is not an IP address"),
        (RevealQuery::from("192.0.2.7").webhook_url("x").validate(), "webhook_url is not an http"),
        (CompanyTitlesQuery::domain("-").validate(), "no company is named"),
        (CompanyTitlesQuery::company_linkedin("linkedin.com/in/x").validate(), "person's profile"),
        (EmailQuery::from(" ").validate(), "email is blank"),
        (EmailQuery::from(format!("{}@acme.com", "a".repeat(300))).validate(), "email `"),
    ];
    for (outcome, expected) in rows {
        let problems = problems(outcome);
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_for_an_invalid_query() {
    let mock = MockTransport::new();
    let client = client(&mock);
    let search = ContactSearch::at_domain("acme.com");
    let outcomes = [
        client.search_contacts(ContactSearch::by_company()).await.err(),
        client.search_contacts(search.clone()).page_size(0).await.err(),
        client.search_contacts(search.clone()).page_size(251).await.err(),
        client.search_contacts(search).first_page(101).await.err(),
        client.verify_email("jane").await.err(),
    ];
    for error in outcomes {
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        assert!(error.to_string().starts_with("query not sent: "), "{error}");
    }
    assert_eq!(mock.requests().len(), 0);
}
