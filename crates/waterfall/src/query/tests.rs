//! Tests of queries of all kinds: requests, JSON, identities, and problems.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::company::CompanyQuery;
use super::phone::PhoneQuery;
use super::prospector::ProspectorQuery;
use super::title_filter::TitleFilter;
use crate::error::Error;
use crate::kind::JobQuery;

/// Returns the body of a launch.
fn body<Q: JobQuery>(query: &Q) -> Value
where
    <Q::Kind as waterfall_api::JobKind>::Request: serde::Serialize,
{
    serde_json::to_value(query.to_request(None).unwrap()).unwrap()
}

fn messages(checked: Result<(), Error>) -> String {
    checked.unwrap_err().messages().join("; ")
}

#[test]
fn a_phone_query_prefers_the_profile() {
    let all = PhoneQuery::email("jane.doe@acme.com")
        .or_full_name("Jane Doe", "acme.com")
        .or_first_and_last_name("Jane", "Doe", "acme.com")
        .or_linkedin("https://www.linkedin.com/in/Jane-Doe-abc123/");
    assert_eq!(body(&all), json!({ "linkedin": "jane-doe-abc123" }));
    let rows = [
        (PhoneQuery::email("jane.doe@ACME.com"), json!({ "email": "jane.doe@acme.com" })),
        (
            PhoneQuery::full_name("Jane Doe", "https://acme.com/about").or_email("n/a"),
            json!({ "full_name": "Jane Doe", "domain": "acme.com" }),
        ),
        (
            PhoneQuery::first_and_last_name("Jane", "Doe", "acme.com").custom_field("row", 7),
            json!({
                "first_name": "Jane", "last_name": "Doe", "domain": "acme.com",
                "custom_fields": { "row": 7 },
            }),
        ),
    ];
    for (query, expected) in rows {
        assert_eq!(body(&query), expected);
    }
    let query = PhoneQuery::linkedin("contacts.csv").or_email("jane.doe@acme.com");
    assert_eq!(body(&query), json!({ "email": "jane.doe@acme.com" }));
    assert!(query.warnings()[0].contains("the name of a file"));
    assert!(
        messages(PhoneQuery::linkedin("linkedin.com/company/acme").validate()).contains("company")
    );
    assert!(messages(PhoneQuery::default().validate()).contains("no person is named"));
    assert!(
        messages(PhoneQuery::email("a@b.co").webhook_url("x").validate()).contains("webhook_url")
    );
}

#[test]
fn a_webhook_url_of_the_query_has_priority() {
    let sent = |query: PhoneQuery| {
        let body = query.to_request(Some("https://client.example.com/phone")).unwrap();
        body.webhook_url.into_option().unwrap()
    };
    assert_eq!(sent(PhoneQuery::linkedin("jane-doe")), "https://client.example.com/phone");
    let own = PhoneQuery::linkedin("jane-doe").webhook_url(" https://own.example.com ");
    assert_eq!(sent(own), "https://own.example.com");
}

#[test]
fn exactly_one_way_to_name_a_company_is_sent() {
    for (query, expected) in [
        (CompanyQuery::domain("https://www.acme.com/x"), json!({ "domain": "acme.com" })),
        (CompanyQuery::linkedin("linkedin.com/company/Acme/"), json!({ "linkedin": "acme" })),
        (CompanyQuery::name(" Acme  Inc "), json!({ "name": "Acme Inc" })),
        (
            CompanyQuery::name("Acme").or_linkedin("acme").or_domain("acme.com"),
            json!({ "domain": "acme.com" }),
        ),
        (CompanyQuery::name("Acme").or_domain("n/a"), json!({ "name": "Acme" })),
    ] {
        assert_eq!(body(&query), expected);
    }
    let query = CompanyQuery::domain("acme").or_name("Acme Inc");
    assert_eq!(body(&query), json!({ "name": "Acme Inc" }));
    assert!(query.warnings()[0].starts_with("domain `acme`"));
    for (query, part) in [
        (CompanyQuery::default(), "no company is named"),
        (CompanyQuery::linkedin("linkedin.com/in/jane-doe"), "a person's profile"),
        (CompanyQuery::name("https://acme.com"), "a URL"),
        (CompanyQuery::name("Acme").custom_fields(json!({ "a": [1] })), "custom_fields.a"),
    ] {
        assert!(messages(query.validate()).contains(part));
    }
}

#[test]
fn a_prospector_query_is_sent_as_it_was_set() {
    assert_eq!(
        body(&ProspectorQuery::new("https://www.acme.com", "CFO")),
        json!({ "domain": "acme.com", "title_filter": "CFO" })
    );
    let filter = TitleFilter::term("CFO").and(TitleFilter::not("Assistant"));
    let query = ProspectorQuery::new("acme.com", &filter)
        .company_name("Acme Inc")
        .linkedin("linkedin.com/company/acme")
        .location_name("Lyon")
        .location_countries(["France", "Spain", "n/a"])
        .excluded_names(["Jane Doe"])
        .limit(500)
        .include_phones(true)
        .verified_only(false);
    assert_eq!(
        body(&query),
        json!({
            "domain": "acme.com",
            "company_name": "Acme Inc",
            "linkedin": "acme",
            "title_filter": "CFO AND (NOT Assistant)",
            "location_name": "Lyon",
            "location_countries": ["France", "Spain"],
            "excluded_names": ["Jane Doe"],
            "limit": 500,
            "include_phones": true,
            "verified_only": false,
        })
    );
    let several = ProspectorQuery::with_title_filters("acme.com", [("a", "A1 OR A2 AND A3")]);
    assert_eq!(
        body(&several),
        json!({
            "domain": "acme.com",
            "title_filters": [{ "name": "a", "filter": "A1 OR (A2 AND A3)" }],
        })
    );
    let both: ProspectorQuery = serde_json::from_value(json!({
        "domain": "acme.com",
        "title_filter": "CFO",
        "title_filters": [{ "name": "a", "filter": "(" }],
        "location_country": "France",
        "location_countries": ["Spain"],
    }))
    .unwrap();
    assert_eq!(both.warnings().len(), 2);
    assert_eq!(
        body(&both),
        json!({ "domain": "acme.com", "title_filter": "CFO", "location_countries": ["Spain"] })
    );
}

#[test]
fn an_invalid_prospector_query_is_rejected() {
    let query = || ProspectorQuery::new("acme.com", "CFO");
    let filters = |count: usize| (0..count).map(|index| (index.to_string(), "CFO"));
    for (query, part) in [
        (ProspectorQuery::new("", "CFO"), "domain is missing"),
        (ProspectorQuery::new("acme", "CFO"), "no top-level domain"),
        (ProspectorQuery::new("acme.com", ""), "VALIDATION_MISSING_TITLE_FILTERS"),
        (ProspectorQuery::new("acme.com", "X"), "at least 2"),
        (
            ProspectorQuery::new("acme.com", "CFO)"),
            "title_filter, column 4: there is no left parenthesis for this one \
             (VALIDATION_BAD_TITLE_FILTER_EXTRA_RIGHT_PARENTHESIS)",
        ),
        (ProspectorQuery::new("acme.com", TitleFilter::term("").or("CFO")), "MISSING"),
        (
            ProspectorQuery::with_title_filters("acme.com", [("a", "CFO"), ("b", "CFO OR")]),
            "title_filters[1].filter, column 7",
        ),
        (ProspectorQuery::with_title_filters("acme.com", [("", "CFO")]), "[0].name is empty"),
        (ProspectorQuery::with_title_filters("acme.com", filters(6)), "6 items, at most 5"),
        (ProspectorQuery::with_title_filters("acme.com", filters(0)), "title_filter is missing"),
        (query().limit(0), "limit is 0; give a number from 1 to 500"),
        (query().limit(501), "limit is 501"),
        (query().location_country("x".repeat(201)), "at most 200"),
        (query().location_countries(vec!["France"; 51]), "51 items, at most 50"),
        (query().excluded_names(["jane@acme.com"]), "excluded_names"),
        (query().linkedin("linkedin.com/in/jane-doe"), "a person's profile"),
    ] {
        let problem = messages(query.validate());
        assert!(problem.contains(part), "{problem}");
    }
    let both = ProspectorQuery::new("acme", "CFO OR").limit(0).validate().unwrap_err();
    assert_eq!(both.messages().len(), 3, "{both}");
}

#[test]
fn an_identity_is_independent_of_the_notation() {
    let phone = |query: PhoneQuery| query.identity().unwrap();
    assert_eq!(
        phone(PhoneQuery::full_name("Jane Doe", "acme.com")),
        phone(PhoneQuery::first_and_last_name("JANE", "doe", "www.acme.com").custom_field("a", 1))
    );
    assert_ne!(phone(PhoneQuery::linkedin("jane-doe")), phone(PhoneQuery::linkedin("john-roe")));
    let company = |query: CompanyQuery| query.identity().unwrap();
    assert_eq!(
        company(CompanyQuery::linkedin("Acme")),
        company(CompanyQuery::linkedin("https://linkedin.com/company/acme/about"))
    );
    assert_ne!(
        company(CompanyQuery::linkedin("acme")),
        company(CompanyQuery::linkedin("linkedin.com/school/acme"))
    );
    assert_eq!(company(CompanyQuery::name("ACME Inc")), company(CompanyQuery::name("Acme  inc")));
    let prospector = |query: ProspectorQuery| query.identity().unwrap();
    assert_eq!(
        prospector(ProspectorQuery::new("acme.com", "A1 AND A2 OR A3").include_phones(true)),
        prospector(ProspectorQuery::new("https://acme.com", "(A1 AND A2) OR A3"))
    );
    assert_ne!(
        prospector(ProspectorQuery::new("acme.com", "CFO").limit(5)),
        prospector(ProspectorQuery::new("acme.com", "CFO"))
    );
    assert_eq!(format!("{:?}", company(CompanyQuery::name("Acme"))), "QueryIdentity(name)");
}

#[test]
fn queries_are_json_as_they_were_set() {
    let phone = PhoneQuery::linkedin("  JANE ").or_email("x").custom_field("row", 7);
    let json = json!({ "linkedin": "  JANE ", "email": "x", "custom_fields": { "row": 7 } });
    assert_eq!(serde_json::to_value(&phone).unwrap(), json);
    assert_eq!(serde_json::from_value::<PhoneQuery>(json).unwrap(), phone);
    let echo = json!({ "linkedin_url": "jane", "email": null, "job_id": "x", "context_id": "y" });
    assert_eq!(serde_json::from_value::<PhoneQuery>(echo).unwrap(), PhoneQuery::linkedin("jane"));

    let company = CompanyQuery::domain("ACME.com").or_name("Acme").webhook_url("https://a.example");
    let json = json!({ "domain": "ACME.com", "name": "Acme", "webhook_url": "https://a.example" });
    assert_eq!(serde_json::to_value(&company).unwrap(), json);
    assert_eq!(serde_json::from_value::<CompanyQuery>(json).unwrap(), company);

    let prospector = ProspectorQuery::with_title_filters("acme.com", [("a", "(")]).limit(7);
    let json = json!({
        "domain": "acme.com", "title_filters": [{ "name": "a", "filter": "(" }], "limit": 7,
    });
    assert_eq!(serde_json::to_value(&prospector).unwrap(), json);
    assert_eq!(serde_json::from_value::<ProspectorQuery>(json).unwrap(), prospector);
    assert!(serde_json::to_value(PhoneQuery::default().custom_fields("x")).is_err());
}

proptest! {
    /// A normalized query is valid, and normalizing it again changes nothing.
    #[test]
    fn what_is_normalized_stays(
        text in "[a-zA-Z0-9./:@ -]{0,30}",
        other in "(linkedin.com/(company|in|school)/)?[a-z0-9.-]{0,12}",
    ) {
        let queries = [
            CompanyQuery::domain(&text).or_linkedin(&other).or_name(&text),
            CompanyQuery::linkedin(&other),
        ];
        for query in queries {
            if let Ok(sent) = query.normalized() {
                prop_assert_eq!(sent.normalized().unwrap(), sent.clone());
                prop_assert_eq!(sent.identity().unwrap(), query.identity().unwrap());
            }
        }
        let query = PhoneQuery::linkedin(&other).or_email(&text).or_full_name(&text, &other);
        if let Ok(sent) = query.normalized() {
            prop_assert_eq!(sent.normalized().unwrap(), sent.clone());
            prop_assert_eq!(sent.identity().unwrap(), query.identity().unwrap());
        }
    }
}
