use serde_json::json;
use waterfall::ContactQuery;

use super::support::{TestServer, assert_snapshot};

/// Returns the card of a job that has ended.
fn card(query: ContactQuery) -> String {
    let server = TestServer::new();
    let id = server.launch(query).to_string();
    let run = server.run(&["get", &id]);
    assert_eq!(run.stderr, "");
    run.stdout
}

fn assert_fits(card: &str) {
    for line in card.lines() {
        // An address is not broken.
        let is_one_word = !line.chars().skip(14).any(|character| character == ' ');
        assert!(line.chars().count() <= 80 || is_one_word, "too long: {line}");
    }
}

#[test]
fn the_person_of_the_sample() {
    let card = card(ContactQuery::linkedin("jane-doe-abc123"));
    assert_snapshot("card_jane_doe", &card);
}

#[test]
fn phones_and_two_positions() {
    let card = card(ContactQuery::linkedin("john-roe-42").include_phones(true));
    assert_snapshot("card_john_roe", &card);
}

#[test]
fn nobody() {
    let card = card(ContactQuery::first_and_last_name("Jo", "Doe", "nobody.example"));
    assert_snapshot("card_no_person", &card);
}

#[test]
fn a_person_with_hardly_any_data() {
    let wish = json!({ "person": {
        "first_name": null, "last_name": "", "title": null, "company_name": null,
        "company_domain": null, "location": null, "country": null, "experiences": null,
        "professional_email": null, "seniority": null, "department": null, "linkedin_url": null,
    }});
    let card =
        card(ContactQuery::linkedin("jane-doe-abc123").custom_field("sandbox", wish.to_string()));
    assert_snapshot("card_hardly_anything", &card);
}

#[test]
fn long_wide_and_hostile_texts() {
    let position = |year: i64| {
        json!({
            "title": "Senior Vice President of Very Long Titles and Other Matters of Importance",
            "company_name": "山田太郎株式会社", "start_year": year, "is_current": false,
        })
    };
    let wish = json!({ "person": {
        "first_name": "\u{1b}[31mJane\u{202e}", "last_name": "\u{9b}2J\nDoe\r",
        "about": "word ".repeat(100), "email_verified": false,
        "location": "Nagoya", "country": "Japan",
        "personal_email": format!("{}@example.com", "x".repeat(90)),
        "mobile_phone": "+81525550100", "phone_numbers": ["+81525550100", "+81525550101"],
        "experiences": ([2016, 2017, 2018, 2019, 2020, 2021].map(position)),
    }});
    let card =
        card(ContactQuery::linkedin("jane-doe-abc123").custom_field("sandbox", wish.to_string()));
    assert_fits(&card);
    assert!(!card.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\r']), "{card:?}");
    assert_snapshot("card_long_wide_hostile", &card);
}

#[test]
fn a_running_job_prints_how_to_wait_for_it() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({ "state": "RUNNING" })).to_string();
    let run = server.run(&["get", &id]);
    assert!(run.stdout.starts_with("RUNNING for "), "{run:?}");
    assert!(run.stdout.contains(&format!("\n  waterfall get {id} --wait\n")), "{run:?}");
    assert!(run.stdout.contains("LinkedIn    jane-doe-abc123\n"), "{run:?}");
}

#[test]
fn an_unknown_state_is_shown() {
    let server = TestServer::new();
    let id = server.launch_with_outcome(json!({ "state": "PAUSED" })).to_string();
    let run = server.run(&["get", &id]);
    assert_eq!(run.code, Some(7));
    assert!(run.stdout.starts_with("PAUSED for "), "{run:?}");
}
