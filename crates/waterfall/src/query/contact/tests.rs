use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn body(query: &ContactQuery) -> Value {
    serde_json::to_value(query.to_body().unwrap()).unwrap()
}

#[test]
fn exactly_what_was_set_is_sent() {
    let rows = [
        (ContactQuery::email("j@acme.com"), json!({ "email": "j@acme.com" })),
        (ContactQuery::linkedin("jane"), json!({ "linkedin": "jane" })),
        (
            ContactQuery::full_name("Jane Doe", "acme.com"),
            json!({ "full_name": "Jane Doe", "domain": "acme.com" }),
        ),
        (
            ContactQuery::first_and_last_name("Jane", "Doe", "acme.com"),
            json!({ "first_name": "Jane", "last_name": "Doe", "domain": "acme.com" }),
        ),
        (
            ContactQuery::linkedin("jane").include_phones(false).custom_fields(json!({})),
            json!({ "linkedin": "jane", "include_phones": false, "custom_fields": {} }),
        ),
        (
            ContactQuery::linkedin("jane")
                .include_phones(true)
                .webhook_url("https://hooks.example.com/x?y=z")
                .custom_fields(json!({ "row": 9_007_199_254_740_993_u64, "none": null }))
                .custom_field("note", " as it is "),
            json!({
                "linkedin": "jane",
                "include_phones": true,
                "webhook_url": "https://hooks.example.com/x?y=z",
                "custom_fields": {
                    "row": 9_007_199_254_740_993_u64,
                    "none": null,
                    "note": " as it is ",
                },
            }),
        ),
    ];
    for (query, expected) in rows {
        assert_eq!(body(&query), expected);
        assert_eq!(serde_json::to_value(&query).unwrap(), expected);
        assert_eq!(serde_json::from_value::<ContactQuery>(expected).unwrap(), query);
    }
}

#[test]
fn what_is_sent_is_clean() {
    let rows = [
        (ContactQuery::email(" <Jane@ACME.com> "), json!({ "email": "Jane@acme.com" })),
        (
            ContactQuery::linkedin("https://de.linkedin.com/in/Jane-Doe/?x=1"),
            json!({ "linkedin": "jane-doe" }),
        ),
        (
            ContactQuery::full_name(" Jane \t Doe", "https://www.Acme.com/about"),
            json!({ "full_name": "Jane Doe", "domain": "acme.com" }),
        ),
        (ContactQuery::linkedin("jane").webhook_url(" "), json!({ "linkedin": "jane" })),
    ];
    for (query, expected) in rows {
        assert_eq!(body(&query), expected);
    }
}

#[test]
fn the_order_of_the_api_decides_between_several_ways() {
    let all = || {
        ContactQuery::first_and_last_name("Jane", "Doe", "acme.com")
            .or_full_name("Jane M. Doe", "acme.com")
            .or_linkedin("jane-doe")
            .or_email("jane@acme.com")
    };
    let rows = [
        (all(), json!({ "email": "jane@acme.com" }), 0),
        (all().or_email(""), json!({ "linkedin": "jane-doe" }), 0),
        (all().or_email("nobody"), json!({ "linkedin": "jane-doe" }), 1),
        (
            all().or_email("n/a").or_linkedin("linkedin.com/company/acme"),
            json!({ "full_name": "Jane M. Doe", "domain": "acme.com" }),
            1,
        ),
        (
            all().or_email("").or_linkedin("").or_full_name("null", "acme.com"),
            json!({ "first_name": "Jane", "last_name": "Doe", "domain": "acme.com" }),
            0,
        ),
        (
            ContactQuery::email("jane@acme.com").or_full_name("Jane", ""),
            json!({ "email": "jane@acme.com" }),
            0,
        ),
    ];
    for (query, expected, warnings) in rows {
        assert_eq!((body(&query), query.warnings().len()), (expected, warnings), "{query:?}");
    }
}

#[test]
fn limits_are_checked_before_sending() {
    let name = |length| ContactQuery::full_name("ü".repeat(length), "acme.com");
    let first = |length| ContactQuery::first_and_last_name("a".repeat(length), "b", "acme.com");
    let last = |length| ContactQuery::first_and_last_name("a", "b".repeat(length), "acme.com");
    let domain =
        |length| ContactQuery::full_name("Jane", format!("acme.com/{}", "d".repeat(length)));
    let linkedin = |length| ContactQuery::linkedin("l".repeat(length));
    let hook = |url: &str| ContactQuery::linkedin("jane").webhook_url(url);
    let rows: Vec<(ContactQuery, &[&str])> = vec![
        (linkedin(100), &[]),
        (linkedin(101), &["linkedin `llll…` (101 characters) is too long, at most 100"]),
        (linkedin(501), &["linkedin has 501 characters, at most 500 are allowed"]),
        (linkedin(0), &["linkedin is empty; give"]),
        (ContactQuery::linkedin("  "), &["linkedin is empty; give"]),
        (ContactQuery::linkedin("n/a"), &["linkedin is empty; give"]),
        (name(250), &[]),
        (name(251), &["full_name has 251 characters, at most 250 are allowed"]),
        (first(100), &[]),
        (first(101), &["first_name has 101 characters, at most 100 are allowed"]),
        (last(101), &["last_name has 101 characters, at most 100 are allowed"]),
        (domain(491), &[]),
        (domain(492), &["domain has 501 characters, at most 500 are allowed"]),
        (ContactQuery::full_name("Jane", "x.y"), &["domain `x.y` does not end with a top-level"]),
        (ContactQuery::full_name("Jane", ""), &["domain is missing beside the name; give"]),
        (ContactQuery::first_and_last_name("", "", "acme.com"), &["first_name and last_name are"]),
        (
            ContactQuery::first_and_last_name("Jane", "", "acme.com"),
            &["last_name is missing; give"],
        ),
        (
            ContactQuery::first_and_last_name("-", "Doe", "acme"),
            &["domain `acme` has no", "first_name is"],
        ),
        (ContactQuery::default(), &["no person is named; give email, linkedin"]),
        (ContactQuery::email("jane.doe@acme.com"), &[]),
        (ContactQuery::email(""), &["email is empty; give"]),
        (ContactQuery::email("jane"), &["email `jane` is not an e-mail address; give"]),
        (hook("https://hooks.example.com"), &[]),
        (hook("hooks.example.com"), &["webhook_url is not an http or https URL"]),
        (hook("ftp://example.com"), &["webhook_url is not an http or https URL"]),
        (
            ContactQuery::linkedin("jane").custom_fields([1, 2]).custom_field("a", 1),
            &["custom_fields is not a JSON object"],
        ),
        (
            ContactQuery::linkedin("jane").custom_fields(json!({ "a": [], "b": {}, "c": 1 })),
            &["custom_fields.a is an array; give text", "custom_fields.b is an object; give text"],
        ),
    ];
    for (query, problems) in rows {
        match query.validate() {
            Ok(()) => assert!(problems.is_empty(), "{query:?} passed"),
            Err(error) => {
                let found = error.messages();
                assert_eq!(found.len(), problems.len(), "{query:?}: {found:?}");
                for (found, expected) in found.iter().zip(problems) {
                    assert!(found.starts_with(expected), "{query:?}: {found}");
                }
                assert_eq!(error.kind(), crate::ErrorKind::InvalidQuery);
                assert!(!error.may_have_launched() && !error.is_retryable());
            }
        }
        assert_eq!(query.to_body().is_ok(), problems.is_empty(), "{query:?}");
        assert_eq!(query.normalized().is_ok(), problems.is_empty(), "{query:?}");
    }
}

#[test]
fn the_same_person_has_one_identity() {
    let name = ContactQuery::full_name;
    let rows = [
        (ContactQuery::linkedin("jane-doe"), ContactQuery::linkedin("linkedin.com/in/Jane-Doe")),
        (ContactQuery::email("Jane@acme.com"), ContactQuery::email("mailto:jane@ACME.com")),
        (name("Jane Doe", "acme.com"), name("JANE  doe", "https://www.acme.com/x")),
        (
            name("Jane Doe", "acme.com"),
            ContactQuery::first_and_last_name(" Jane", "doe ", "acme.com."),
        ),
        (name("Jane Doe", "müller.example"), name("Jane Doe", "xn--mller-kva.example")),
        (
            ContactQuery::email("a@acme.com").include_phones(true).custom_field("row", 1),
            ContactQuery::email("a@acme.com").webhook_url("https://hooks.example.com"),
        ),
        (
            ContactQuery::email("a@acme.com").or_linkedin("jane-doe"),
            ContactQuery::email("a@acme.com").or_full_name("Jane Doe", "acme.com"),
        ),
    ];
    for (one, other) in rows {
        assert_eq!(one.identity().unwrap(), other.identity().unwrap(), "{one:?} {other:?}");
    }
    let different = [
        ContactQuery::linkedin("jane-doe"),
        ContactQuery::linkedin("jane-doe-2"),
        ContactQuery::linkedin("ACwAAAbcdefgh"),
        ContactQuery::linkedin("ACwAAAbcdefgH"),
        ContactQuery::linkedin("acwaaabcdefgh"),
        ContactQuery::email("jane-doe@acme.com"),
        name("Jane Doe", "acme.com"),
        name("Doe Jane", "acme.com"),
        name("Jane Doe", "de.acme.com"),
    ];
    let identities: std::collections::HashSet<ContactIdentity> =
        different.iter().map(|query| query.identity().unwrap()).collect();
    assert_eq!(identities.len(), different.len());
    assert!(format!("{identities:?}").find("acme").is_none(), "{identities:?}");
}

#[test]
fn an_echo_of_the_api_is_a_query() {
    let echo = json!({
        "linkedin_url": "https://www.linkedin.com/in/jane-doe", "first_name": null,
        "last_name": null, "full_name": null, "domain": null, "email": null,
        "webhook_url": null, "custom_fields": null,
        "job_id": "7d44db58-5de3-4e92-a2fb-8325d12c2e8b", "context_id": null,
    });
    let query: ContactQuery = serde_json::from_value(echo).unwrap();
    assert_eq!(query.normalized().unwrap(), ContactQuery::linkedin("jane-doe"));
    let wrong = ContactQuery::linkedin("jane").custom_fields(1);
    assert!(serde_json::to_string(&wrong).is_err());
}

/// Arbitrary text, often with the characters that matter here.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9@.:/%<>\"',; \\-_?#{}\\[\\]()\u{0}\u{200b}\u{a0}é\u{301}ßİ]{0,40}",
        "(https?://)?(www\\.)?linkedin\\.com/(in|comm/in|company|pub)?/?[a-zA-Z0-9%_.é-]{0,20}",
        "(mailto:|<)?[a-zA-Z.]{1,8}@[a-zA-Z.-]{1,12}[>,]?",
        "(https?://)?(www\\.)*[a-zA-Zü-]{1,10}\\.[a-z]{1,4}[:/?.]?[a-z0-9]{0,3}",
    ]
}

fn query() -> impl Strategy<Value = ContactQuery> {
    let one = || proptest::option::of(text());
    (one(), one(), one(), one(), one(), one()).prop_map(
        |(email, linkedin, full_name, first_name, last_name, domain)| ContactQuery {
            named: Named { email, linkedin, full_name, first_name, last_name, domain },
            ..ContactQuery::default()
        },
    )
}

fn recased(text: &str, seed: u64) -> String {
    let recase = |(index, c): (usize, char)| {
        if seed >> (index % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
    };
    text.chars().enumerate().map(recase).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn cleaning_is_done_once(query in query()) {
        match query.normalized() {
            Ok(clean) => {
                prop_assert_eq!(clean.normalized().unwrap(), clean.clone());
                prop_assert_eq!(clean.identity().unwrap(), query.identity().unwrap());
                prop_assert!(clean.warnings().is_empty());
                let json = serde_json::to_value(&clean).unwrap();
                prop_assert_eq!(serde_json::to_value(query.to_body().unwrap()).unwrap(), json);
            }
            Err(error) => prop_assert!(error.messages().iter().all(|line| !line.contains('\0'))),
        }
    }

    #[test]
    fn one_field_is_cleaned_once(text in text()) {
        for query in [
            ContactQuery::email(&text),
            ContactQuery::linkedin(&text),
            ContactQuery::full_name(&text, "acme.com"),
            ContactQuery::full_name("Jane", &text),
        ] {
            if let Ok(clean) = query.normalized() {
                prop_assert_eq!(clean.normalized().unwrap(), clean.clone(), "{:?}", query);
                prop_assert_eq!(clean.identity().unwrap(), query.identity().unwrap());
            }
        }
    }

    #[test]
    fn spellings_of_a_profile_are_one(
        slug in "[a-z][a-z0-9]{1,10}-[a-z0-9]{1,10}",
        seed in any::<u64>(),
        scheme in "(https?:)?//|",
        host in "(www|m|de|uk)\\.linkedin\\.com|linkedin\\.com(:443)?",
        path in "/|//|/comm/|/mwlite/",
        rest in "(/|/en|/details/x/)?(\\?a=b&c)?(#top)?",
        (before, after) in prop_oneof![Just(("", "")), Just(("<", ">")), Just((" \"", "\",")), Just(("(", ")"))],
    ) {
        let url = format!("{before}{scheme}{host}{path}in/{}{rest}{after}", recased(&slug, seed));
        let identity = ContactQuery::linkedin(&url).identity();
        prop_assert_eq!(identity.unwrap(), ContactQuery::linkedin(&slug).identity().unwrap(), "{}", url);
    }

    #[test]
    fn spellings_of_a_name_are_one(
        first in "[a-zé]{1,8}",
        last in "[a-zü]{2,8}",
        seed in any::<u64>(),
        space in "[ \t\u{a0}]{1,3}",
        scheme in "(https?://)?(www\\.)?",
        rest in "\\.?|/|/about\\?x=1|:8080/",
    ) {
        let name = recased(&format!(" {first}{space}{last} "), seed);
        let domain = format!("{scheme}{}{rest}", recased("acme.example", seed));
        let one = ContactQuery::full_name(name, domain).identity();
        let other = ContactQuery::first_and_last_name(first, last, "acme.example").identity();
        match (one, other) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
            // If a part of a split name is a placeholder, such as `na`, there is no split name.
            (_, other) => prop_assert!(other.is_err()),
        }
    }
}
