//! A result survives values of unexpected types, and says where they are.

use serde_json::{Value, json};
use tracing::Level;
use waterfall::{ErrorKind, JobState, Snapshot};

use crate::captured::Captured;
use crate::script::{ID, Script, Step, id};

async fn fetch(step: Step) -> Result<Snapshot, waterfall::Error> {
    Script::new([step]).client().job(id()).fetch().await
}

/// A job that found this person, with some more beside it.
fn job(person: Value, output: Value) -> Value {
    let mut job = json!({"status": "SUCCEEDED", "input": null, "output": {"person": person}});
    job["output"].as_object_mut().unwrap().extend(output.as_object().unwrap().clone());
    job
}

#[tokio::test(start_paused = true)]
async fn a_paid_result_is_read_with_any_values_in_its_fields() {
    let rows = [
        (json!({"domain_age_days": [4380]}), json!({}), "$.output.person.domain_age_days"),
        (
            json!({"experiences": [{"title": "CTO", "start_year": "2014", "is_current": true}]}),
            json!({}),
            "$.output.person.experiences[0].start_year",
        ),
        (json!({"email_verified": "true"}), json!({}), "$.output.person.email_verified"),
        (json!({}), json!({"usage": {"total_usd": "0.10"}}), "$.output.usage.total_usd"),
        (json!({}), json!({"usage": 7}), "$.output.usage"),
        (json!({"experiences": {}}), json!({}), "$.output.person.experiences"),
        (json!({"experiences": [{}, null]}), json!({}), "$.output.person.experiences[1]"),
        (json!({"id": "123456789"}), json!({}), "$.output.person.id"),
        (json!({"first_name": {"text": "Ada"}}), json!({}), "$.output.person.first_name"),
    ];
    for (mut person, output, path) in rows {
        person["last_name"] = json!("Roe");
        let body = job(person, output);
        let done = fetch(Step::body(200, body.to_string())).await.unwrap();
        assert_eq!(done.person().unwrap().last_name.as_deref(), Some("Roe"), "{body}");
        let paths: Vec<&str> = done.deviations().iter().map(waterfall::Deviation::path).collect();
        assert_eq!(paths, [path]);
        assert_eq!(serde_json::to_value(done.job()).unwrap(), body);
        assert_eq!(done.raw_json(), body.to_string());
    }
}

#[tokio::test(start_paused = true)]
async fn a_matching_response_has_no_deviations() {
    let rows = [
        job(json!({}), json!({})),
        job(json!({"id": null, "experiences": null}), json!({"usage": {"persons_count": null}})),
        json!({"status": "SUCCEEDED"}),
        json!({"status": "NEW", "new": 7}),
    ];
    for body in rows {
        let done = fetch(Step::body(200, body.to_string())).await.unwrap();
        assert_eq!(done.deviations(), [], "{body}");
    }
    let integral = r#"{"status":"SUCCEEDED","output":{"usage":{"persons_count":1.0}}}"#;
    let done = fetch(Step::body(200, integral)).await.unwrap();
    assert_eq!((*done.usage().unwrap().persons_count, done.deviations()), (Some(1), &[][..]));
}

#[tokio::test(start_paused = true)]
async fn each_deviation_is_one_event_without_its_value() {
    let (captured, _guard) = Captured::listen();
    let body = job(json!({"email_verified": "Secret", "country": ["Secret"]}), json!({}));
    let launched = format!(r#"{{"job_id":"{ID}","start_date":"Secret","x":7}}"#);
    let steps = [Step::body(200, launched), Step::body(200, body.to_string())];
    let client = Script::new(steps).client();
    client.enrich(waterfall::ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();

    let events = captured.events_named("waterfall.deviation");
    let fields = ["job.id", "json.path", "json.expected", "json.found"];
    let logged: Vec<[&str; 4]> =
        events.iter().map(|event| fields.map(|field| event.get(field))).collect();
    let expected = [
        [ID, "$.output.person.country", "a string", "an array"],
        [ID, "$.output.person.email_verified", "a boolean", "a string"],
    ];
    assert_eq!(logged, expected);
    assert!(events.iter().all(|event| event.level == Level::INFO));
    assert!(!captured.text().contains("Secret"));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_has_ended_is_not_logged_as_running() {
    let odd = r#"{"status":"SUCCEEDED","output":{"person":{"about":1e999}}}"#;
    let error = fetch(Step::body(200, odd)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(error.final_state(), Some(&JobState::Succeeded));

    let steps = [Step::launched(), Step::body(200, odd)];
    let client = Script::new(steps).client();
    let query = waterfall::ContactQuery::linkedin("jane-doe-abc123");
    let text = client.enrich(query).await.unwrap_err().to_string();
    let end = "; the job ended as SUCCEEDED: don't launch again";
    assert!(text.contains(end) && !text.contains("continues"), "{text}");

    let cut = r#"{"status":"FAILED","error":"no pers"#;
    let error = Script::new([Step::body(200, cut)]).client().job(id()).wait().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.final_state()),
        (ErrorKind::WaitTimeout, Some(&JobState::Failed))
    );
    let text = error.to_string();
    assert!(text.contains("the job ended as FAILED") && !text.contains("continues"), "{text}");

    let running = r#"{"status":"RUNNING","x":1e999}"#;
    assert_eq!(fetch(Step::body(200, running)).await.unwrap_err().final_state(), None);
}
