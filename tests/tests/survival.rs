//! Responses that the API has sent or may send, and that the types must accept: each body decodes,
//! encodes to the same JSON value, and matches its snapshot.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use waterfall_api::types::{
    ContactEnrichmentJob, ErrorCode, ErrorEnvelope, ErrorEnvelopeError, JobState,
};

fn survives<T: DeserializeOwned + Serialize + Debug>(name: &str, body: Value) -> T {
    let decoded: T = serde_json::from_str(&body.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&decoded).unwrap(), body);
    insta::with_settings!({
        snapshot_path => "../snapshots/survival",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, waterfall_tests::shown(&decoded));
    });
    decoded
}

/// Returns a minimal job with the given additional members.
fn job(with: Value) -> Value {
    let mut job =
        json!({"status": "SUCCEEDED", "start_date": "2025-02-05T15:46:35.771Z", "input": {}});
    job.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    job
}

fn person(person: Value) -> Value {
    job(json!({"output": {"person": person}}))
}

#[test]
fn an_unknown_status_is_kept() {
    let job: ContactEnrichmentJob = survives("unknown_status", job(json!({"status": "QUEUED"})));
    assert_eq!(job.status.as_str(), "QUEUED");
    assert_eq!(job.status.to_string(), "QUEUED");
    assert_eq!(job.status, "QUEUED".parse::<JobState>().unwrap());
    assert!(matches!(job.status, JobState::Unknown(_)));
}

#[test]
fn an_unknown_email_confidence_is_kept() {
    let body = person(json!({"email_confidence": "medium", "email_verified_status": "catch-all"}));
    let job: ContactEnrichmentJob = survives("unknown_email_confidence", body);
    let person = job.output.as_ref().unwrap().person.as_ref().unwrap();
    assert_eq!(person.email_confidence.as_deref(), Some("medium"));
}

#[test]
fn the_three_forms_of_a_date_round_trip() {
    for (name, date, second) in [
        ("date_without_offset", "2023-09-20T20:23:36.086988", 1_695_241_416),
        ("date_with_z", "2025-02-05T15:46:35.771Z", 1_738_770_395),
        ("date_with_offset", "2024-01-15T12:00:00.000000+00:00", 1_705_320_000),
    ] {
        let job: ContactEnrichmentJob =
            survives(name, job(json!({"start_date": date, "stop_date": date})));
        let start = job.start_date.as_ref().unwrap();
        assert_eq!(start.as_str(), date);
        assert_eq!(start.instant().unwrap().as_second(), second);
    }
}

#[test]
fn an_invalid_date_does_not_lose_the_person() {
    let mut body = person(json!({"first_name": "Jane"}));
    body["stop_date"] = json!("yesterday");
    let job: ContactEnrichmentJob = survives("date_that_is_none", body);
    assert_eq!(job.stop_date.as_ref().unwrap().instant(), None);
}

#[test]
fn absent_null_and_empty_are_distinguished() {
    let rows = [
        ("phones_absent", json!({})),
        ("phones_null", json!({"phone_numbers": null})),
        ("phones_empty", json!({"phone_numbers": []})),
    ];
    let seen = rows.map(|(name, body)| {
        let job: ContactEnrichmentJob = survives(name, person(body));
        let person = job.output.as_ref().unwrap().person.as_ref().unwrap().clone();
        (
            person.phone_numbers.is_absent(),
            person.phone_numbers.is_null(),
            person.phone_numbers.as_deref().map(<[_]>::len),
        )
    });
    assert_eq!(seen, [(true, false, None), (false, true, None), (false, false, Some(0))]);
}

#[test]
fn null_is_kept_where_the_description_does_not_allow_it() {
    survives::<ContactEnrichmentJob>(
        "nulls",
        job(json!({"output": null, "error": null, "stop_date": null})),
    );
    survives::<ContactEnrichmentJob>("usage_null", job(json!({"output": {"usage": null}})));
    survives::<ContactEnrichmentJob>(
        "usage_nulls",
        job(json!({"output": {"usage": {"total_usd": null}}})),
    );
}

#[test]
fn a_missing_input_does_not_lose_the_person() {
    let body = json!({"status": "SUCCEEDED", "start_date": "2025-02-05T15:46:35.771Z"});
    let job: ContactEnrichmentJob = survives("input_absent", body);
    assert!(job.input.is_absent());
    let job: ContactEnrichmentJob = survives("input_null", self::job(json!({"input": null})));
    assert!(job.input.is_null());
}

#[test]
fn a_person_who_was_not_found_has_three_forms() {
    for (name, with) in [
        ("person_null", json!({"output": {"person": null}})),
        ("person_absent", json!({"output": {}})),
        ("output_absent", json!({})),
    ] {
        let job: ContactEnrichmentJob = survives(name, job(with));
        assert!(job.output.as_ref().is_none_or(|output| output.person.is_none()));
    }
}

#[test]
fn a_failed_job_has_its_reason() {
    let body = job(json!({"status": "FAILED", "error": "Provider error"}));
    let job: ContactEnrichmentJob = survives("failed", body);
    assert_eq!(job.error.as_deref(), Some("Provider error"));
}

#[test]
fn unknown_fields_are_kept_at_every_level() {
    let new = json!({"deep": [1, null, {"er": true}]});
    let body = json!({
        "status": "SUCCEEDED", "start_date": "2025-02-05T15:46:35.771Z", "new": new,
        "input": {"new": new, "task": {"new": new}},
        "output": {"new": new, "usage": {"new": new}, "person": {"new": new, "experiences": [{"new": new}]}},
    });
    let job: ContactEnrichmentJob = survives("unknown_fields", body);
    assert_eq!(job.extra["new"], new);
    let person = job.output.as_ref().unwrap().person.as_ref().unwrap();
    assert_eq!(person.experiences.as_ref().unwrap()[0].extra["new"], new);
}

#[test]
fn custom_fields_keep_all_digits() {
    let custom = json!({
        "beyond_2_53": 9_007_199_254_740_993_i64, "largest": u64::MAX, "smallest": i64::MIN,
        "nested": {"null": null, "list": [null, {"null": null}], "empty": {}, "none": []},
    });
    survives::<ContactEnrichmentJob>(
        "custom_fields",
        job(json!({"input": {"task": {"custom_fields": custom}}})),
    );
}

#[test]
fn integral_numbers_may_lose_their_decimal_point() {
    let body = r#"{"status": "SUCCEEDED", "start_date": "", "input": {}, "output": {"usage": {"total_usd": 1}}}"#;
    let job: ContactEnrichmentJob = serde_json::from_str(body).unwrap();
    let usage = job.output.as_ref().unwrap().usage.as_ref().unwrap();
    assert_eq!(usage.total_usd, Some(1.0));
}

#[test]
fn an_error_is_a_string_or_an_array_and_its_code_may_be_new() {
    let body = json!({
        "status": null, "message": "Slow down.", "category": "WEATHER", "code": "WEATHER_SNOW", "error": "snow",
    });
    let envelope: ErrorEnvelope = survives("error_is_a_string", body);
    assert!(
        matches!(envelope.error.as_ref(), Some(ErrorEnvelopeError::String(text)) if text == "snow")
    );
    assert!(matches!(*envelope.code, Some(ErrorCode::Unknown(_))));
    let body = json!({
        "status": "error", "message": "No.", "category": "VALIDATION", "code": "VALIDATION_BAD_REQUEST",
        "error": ["a", "b"], "trace": "x",
    });
    let envelope: ErrorEnvelope = survives("error_is_an_array", body);
    assert_eq!(*envelope.code, Some(ErrorCode::ValidationBadRequest));
}

#[test]
fn the_last_of_duplicate_members_is_used() {
    let body = r#"{"status": "RUNNING", "status": "FAILED", "start_date": "", "input": null, "new": 1, "new": 2}"#;
    let job: ContactEnrichmentJob = serde_json::from_str(body).unwrap();
    assert_eq!(job.status, JobState::Failed);
    assert_eq!(job.extra["new"], 2);
}

#[test]
fn an_array_is_not_an_object() {
    assert!(serde_json::from_str::<ContactEnrichmentJob>("[]").is_err());
    let job: ContactEnrichmentJob = survives("person_is_an_array", person(json!([])));
    assert!(job.output.as_ref().unwrap().person.is_none());
}
