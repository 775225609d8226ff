//! Tests that people and companies are consistent across all operations.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::{output_of, plain};
use serde_json::{Value, json};
use waterfall_sandbox::{JobTime, SandboxTransport};

const DOMAINS: [&str; 4] =
    ["example.com", "blueharbor.example", "kelpstudios.example", "sample.io"];

fn transport() -> SandboxTransport {
    plain().job_time(JobTime::Fixed(Duration::ZERO)).build().transport()
}

async fn search(transport: &SandboxTransport, body: Value) -> Vec<Value> {
    let output = output_of(transport, "/v1/search/contact", body).await;
    output["persons"].as_array().unwrap().clone()
}

async fn contact(transport: &SandboxTransport, body: Value) -> Value {
    output_of(transport, "/v1/enrichment/contact", body).await["person"].clone()
}

/// Returns the person with these fields only.
fn only(person: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), person[*name].clone())).collect()
}

const SHARED: [&str; 12] = [
    "id",
    "first_name",
    "last_name",
    "linkedin_url",
    "location",
    "country",
    "company_id",
    "company_domain",
    "title",
    "seniority",
    "department",
    "experiences",
];

#[tokio::test(start_paused = true)]
async fn everybody_whom_a_search_lists_is_found_by_enrichment() {
    let transport = transport();
    for domain in DOMAINS {
        let listed = search(&transport, json!({ "domain": domain, "page_size": 250 })).await;
        assert!(listed.len() >= 3, "{domain}");
        for person in &listed {
            assert!(person["professional_email"].is_null(), "searches return no contact data");
            let profile = json!({ "linkedin": person["linkedin_url"], "include_phones": true });
            let found = contact(&transport, profile).await;
            assert_eq!(only(&found, &SHARED), only(person, &SHARED));
            let address = found["professional_email"].clone();
            let by_email = contact(&transport, json!({ "email": address })).await;
            assert_eq!(only(&by_email, &SHARED), only(person, &SHARED), "{address}");
            let name = format!(
                "{} {}",
                person["first_name"].as_str().unwrap(),
                person["last_name"].as_str().unwrap()
            );
            let by_name = json!({ "full_name": name, "domain": domain });
            assert_eq!(contact(&transport, by_name).await, by_email);
            let by_slug = json!({ "contact_linkedin": found["linkedin_id"] });
            assert_eq!(search(&transport, by_slug).await, std::slice::from_ref(person));
            let phone = json!({ "linkedin": found["linkedin_id"] });
            let phone = output_of(&transport, "/v1/enrichment/phone", phone).await;
            assert_eq!(phone["person"]["phone_numbers"], found["phone_numbers"]);
            assert_eq!(phone["person"]["id"], found["id"]);
            let verified = output_of(&transport, "/v1/verify/email", json!({ "email": address }));
            let verified = verified.await["email"].clone();
            let is_safe = found["email_verified_status"] == "safe";
            assert_eq!(verified["email_status"], if is_safe { "valid" } else { "risky" });
            assert_eq!(verified["mx_records"], json!([found["mx_record"]]));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn prospector_and_titles_are_about_the_people_who_are_listed() {
    let transport = transport();
    for domain in DOMAINS {
        let listed = search(&transport, json!({ "domain": domain, "page_size": 250 })).await;
        let titles = |people: &[Value]| -> BTreeSet<String> {
            people.iter().map(|person| person["title"].as_str().unwrap().to_owned()).collect()
        };
        let body = json!({ "domain": domain, "title_filter": "NOT Intern", "limit": 500,
            "verified_only": false, "include_phones": true });
        let output = output_of(&transport, "/v1/prospector", body).await;
        let prospects = output["persons"].as_array().unwrap();
        let expected: Vec<Value> = listed.iter().map(|person| only(person, &SHARED)).collect();
        let found: Vec<Value> = prospects.iter().map(|person| only(person, &SHARED)).collect();
        assert_eq!(found, expected, "{domain}");
        assert!(prospects.iter().all(|person| person["mobile_phone"].is_string()));
        let mut pages = Vec::new();
        for page in 1.. {
            let body = json!({ "domain": domain, "page_number": page });
            let output = output_of(&transport, "/v1/company-titles", body).await;
            pages.extend(output["titles"].as_array().unwrap().clone());
            if output["has_more_pages"] == false {
                break;
            }
        }
        let pages: Vec<String> = pages.iter().map(|title| title.as_str().unwrap().into()).collect();
        assert_eq!(pages, titles(&listed).into_iter().collect::<Vec<_>>(), "{domain}");
    }
}

#[tokio::test(start_paused = true)]
async fn prospector_goes_by_title_place_and_limit() {
    let transport = transport();
    let prospect = async |body: Value| {
        let mut all = json!({ "domain": "granitehealth.example", "limit": 500 });
        all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let output = output_of(&transport, "/v1/prospector", all).await;
        output["persons"].as_array().unwrap().clone()
    };
    let managers = prospect(json!({ "title_filter": "manager AND NOT product" })).await;
    assert!(managers.len() > 1);
    assert!(managers.iter().all(|person| person["title"] == "Marketing Manager"));
    let two = prospect(json!({ "title_filter": "manager AND NOT product", "limit": 2 })).await;
    assert_eq!(two, managers[..2]);
    let filters = json!({ "title_filters": [
        { "name": "first", "filter": "Founder" }, { "name": "second", "filter": "Manager" },
    ] });
    let ordered = prospect(filters).await;
    assert!(ordered.iter().is_sorted_by_key(|person| person["title"] != "Founder"));
    let french = json!({ "title_filter": "NOT x-ray", "location_country": "France" });
    let french = prospect(french).await;
    assert!(!french.is_empty() && french.iter().all(|person| person["country"] == "France"));
    let either = json!({ "title_filter": "NOT x-ray", "location_name": "london",
        "location_countries": ["france"], "location_country": "Germany" });
    let either = prospect(either).await;
    let has = |place: &str| {
        either.iter().any(|person| person["location"].as_str().unwrap().contains(place))
    };
    assert!(has("London") && has("France") && !has("Austin") && !has("Leeds"));
    let first = &managers[0];
    let name = format!("{} {}", first["first_name"], first["last_name"]).replace('"', "");
    let excluded = json!({ "title_filter": "manager AND NOT product", "excluded_names": [name] });
    assert_eq!(prospect(excluded).await, managers[1..]);
    let risky = json!({ "domain": "kelpstudios.example", "title_filter": "NOT x-ray" });
    assert!(prospect(risky).await.is_empty(), "only verified addresses by default");
    let none = json!({ "domain": "nobody.example", "title_filter": "CEO" });
    let output = output_of(&transport, "/v1/prospector", none).await;
    assert_eq!((&output["company"], &output["persons"]), (&Value::Null, &json!([])));
}

#[tokio::test(start_paused = true)]
async fn companies_are_the_same_wherever_they_are_found() {
    let transport = transport();
    let company =
        async |body| output_of(&transport, "/v1/enrichment/company", body).await["company"].clone();
    for domain in DOMAINS {
        let found = company(json!({ "domain": domain })).await;
        assert_eq!(found, company(json!({ "linkedin": found["linkedin_url"] })).await);
        let body = json!({ "domain": domain, "title_filter": "CEO" });
        let prospected = output_of(&transport, "/v1/prospector", body).await["company"].clone();
        assert_eq!(prospected["id"], found["id"]);
        assert_eq!(prospected["linkedin_employees_count"], found["employees_count"]);
        let people = search(&transport, json!({ "company_linkedin": found["linkedin_id"] })).await;
        assert!(people.iter().all(|person| person["company_id"] == found["id"]));
        assert!(people.iter().all(|person| person["company_name"] == found["name"]));
    }
    let by_name = company(json!({ "name": "example corp" })).await;
    assert_eq!(by_name, company(json!({ "domain": "https://www.example.com/about" })).await);
    assert_eq!(company(json!({ "domain": "nobody.example" })).await, Value::Null);
    let revealed = output_of(&transport, "/v1/company-reveal", json!({ "ip": "192.0.2.7" })).await;
    assert_eq!(revealed["company"], by_name);
    assert_eq!((&revealed["ip"], &revealed["type"]), (&json!("192.0.2.7"), &json!("company")));
    let isp = output_of(&transport, "/v1/company-reveal", json!({ "ip": "198.51.100.24" })).await;
    assert_eq!((&isp["type"], &isp["company"]), (&json!("isp"), &json!({})));
    let local = output_of(&transport, "/v1/company-reveal", json!({ "ip": "10.0.0.1" })).await;
    assert_eq!((&local["type"], &local["ip_geo"]), (&Value::Null, &json!({})));
}

#[tokio::test(start_paused = true)]
async fn searches_have_pages_and_filters() {
    let transport = transport();
    let companies = async |body| {
        let output = output_of(&transport, "/v1/search/company", body).await;
        output["companies"].as_array().unwrap().clone()
    };
    let french = json!({ "location_countries": ["france", "Germany"], "page_size": 250 });
    let all = companies(french).await;
    let mut paged = Vec::new();
    for page in 1..=3 {
        let body = json!({ "location_countries": ["france", "Germany"], "page_number": page,
            "page_size": all.len() / 2 });
        paged.extend(companies(body).await);
    }
    assert!(all.len() > 3);
    assert_eq!(paged, all);
    let small = json!({ "location_countries": ["France"], "sizes": ["1-10", "11-50"] });
    for company in companies(small).await {
        assert_eq!((&company["country"], &company["size"]), (&json!("France"), &json!("1-10")));
    }
    let industry = "Higher Education";
    assert_eq!(companies(json!({ "industries": [industry] })).await.len(), 1);

    let body = |page: u32| {
        json!({ "company_location_countries": ["Germany"], "page_number": page, "page_size": 7,
            "title_lists": [{ "name": "a", "titles": ["founder", "Head of Sales"] }],
            "experience_start_date": "2019-01-01" })
    };
    let mut people = Vec::new();
    for page in 1.. {
        let found = search(&transport, body(page)).await;
        let is_last = found.len() < 7;
        people.extend(found);
        if is_last {
            break;
        }
    }
    assert!(people.len() > 7);
    for person in &people {
        assert!(["Founder", "Head of Sales"].contains(&person["title"].as_str().unwrap()));
        assert!(person["experiences"][0]["start_year"].as_u64().unwrap() >= 2019);
        let company = json!({ "domain": person["company_domain"] });
        let company = output_of(&transport, "/v1/enrichment/company", company).await;
        assert_eq!(company["company"]["country"], "Germany");
    }
    let ids: BTreeSet<String> = people.iter().map(|person| person["id"].to_string()).collect();
    assert_eq!(ids.len(), people.len());
    let sales = json!({ "domain": "acme.com", "departments": ["Sales"], "seniorities": ["Director"],
        "included_names": ["jane doe"] });
    assert_eq!(search(&transport, sales).await[0]["linkedin_id"], "jane-doe-abc123");
}

#[tokio::test(start_paused = true)]
async fn job_changes_go_by_the_experiences() {
    let transport = transport();
    let change = async |body| output_of(&transport, "/v1/job/change", body).await;
    let verdict = async |domain: &Value, profile: &Value| {
        change(json!({ "company_domain": domain, "contact_linkedin": profile })).await
    };
    let listed = json!({ "domain": "blueharbor.example", "page_size": 250 });
    let mut moved = 0;
    for person in search(&transport, listed).await {
        for experience in person["experiences"].as_array().unwrap() {
            let domain = &experience["company_domain"];
            let output = verdict(domain, &person["linkedin_url"]).await;
            if experience["is_current"] == true || *domain == "blueharbor.example" {
                assert_eq!(output["job_change_status"], "no_change", "{person}");
                assert_eq!(output["person"], json!({}));
                continue;
            }
            moved += 1;
            assert_eq!(output["job_change_status"], "moved", "{person}");
            let profile = &output["person"];
            assert_eq!(profile["id"], person["id"]);
            assert!(profile.get("professional_email").is_none());
            let year = person["experiences"][0]["start_year"].to_string();
            let start = profile["experiences"][0]["start_date"].as_str().unwrap();
            assert!(start.starts_with(&year) && start.len() == 10);
            // The address at the former company also leads to the person.
            let address = format!(
                "{}.{}@{}",
                person["first_name"].as_str().unwrap(),
                person["last_name"].as_str().unwrap(),
                domain.as_str().unwrap()
            );
            let by_address = change(json!({ "professional_email": address })).await;
            assert_eq!(by_address["job_change_status"], "moved", "{address}");
            let verified = output_of(&transport, "/v1/verify/email", json!({ "email": address }));
            assert_ne!(verified.await["email"]["email_status"], "valid");
        }
    }
    assert!(moved > 3, "{moved}");
    let left = verdict(&json!("example.com"), &json!("kim-poe-7")).await;
    assert_eq!(left["job_change_status"], "left");
    assert_eq!(left["person"]["experiences"][0]["end_date"], "2024-06-01");
    let unknown = verdict(&json!("acme.com"), &json!("kim-poe-7")).await;
    assert_eq!(
        (&unknown["job_change_status"], &unknown["person"]),
        (&json!("unknown"), &json!({}))
    );
    assert_eq!(unknown["usage"]["total_usd"], 0.0);
    let nobody = verdict(&json!("acme.com"), &json!("nobody")).await;
    assert_eq!(nobody["job_change_status"], "unknown");
    let by_name = json!({ "company_domain": "acme.com", "contact_full_name": "Jane Doe" });
    assert_eq!(change(by_name).await["job_change_status"], "no_change");
    let personal =
        json!({ "company_linkedin": "example-corp", "personal_email": "john.roe@example.net" });
    assert_eq!(change(personal).await["job_change_status"], "no_change");
}
