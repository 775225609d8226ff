//! A result with values of unexpected types is returned and reports their locations.

use serde_json::{Value, json};
use tracing::Level;
use waterfall::{ErrorKind, JobState, Snapshot};

use crate::captured::Captured;
use crate::script::{ID, Script, Step, id};

async fn fetch(step: Step) -> Result<Snapshot, waterfall::Error> {
    Script::new([step]).client().job(id()).fetch().await
}

/// Returns a job that found this person and has some additional members.
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
async fn each_new_deviation_is_one_event_without_its_value() {
    let (captured, _guard) = Captured::listen();
    let odd = json!({"email_verified": "Secret", "country": ["Secret"], "mood": "Secret"});
    let launched = format!(r#"{{"job_id":"{ID}","start_date":"Secret","x":7}}"#);
    let body = job(odd, json!({})).to_string();
    let steps = [Step::body(200, launched), Step::body(200, body.clone()), Step::body(200, body)];
    let client = Script::new(steps).client();
    client.enrich(waterfall::ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    client.job(id()).fetch().await.unwrap();

    let events = captured.events_named("waterfall.deviation");
    let fields = ["operation.id", "json.path", "json.deviation", "json.expected", "json.found"];
    let logged: Vec<[&str; 5]> =
        events.iter().map(|event| fields.map(|field| event.get(field))).collect();
    let (launch, find) = ("launchContactEnrichment", "findContactEnrichment");
    let expected = [
        [launch, "$.x", "new_field", "no such field", "an integer"],
        [find, "$.output.person.country", "type", "a string", "an array"],
        [find, "$.output.person.email_verified", "type", "a boolean", "a string"],
        [find, "$.output.person.mood", "new_field", "no such field", "a string"],
    ];
    assert_eq!(logged, expected);
    assert!(events.iter().all(|event| event.level == Level::INFO && event.get("job.id") == ID));
    assert!(!captured.text().contains("Secret"));
}

/// Returns the deviations of a client as `operation path kind responses/observed`.
fn counted(client: &waterfall::Client) -> Vec<String> {
    let counts = client.deviations().into_iter();
    let line = |one: waterfall::DeviationCount| {
        let (kind, of) = (one.deviation().kind(), (one.responses(), one.observed()));
        format!("{} {} {kind} {}/{}", one.operation(), one.path(), of.0, of.1)
    };
    counts.map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn a_client_counts_the_responses_that_deviate() {
    let experiences = json!([{"start_year": "2014", "x": 1}, {"start_year": "2016", "x": null}]);
    let bodies = [
        job(json!({"experiences": experiences, "mood": "sunny"}), json!({})),
        job(json!({"mood": null}), json!({"usage": {"jane@example.com": 1, "jane-doe-7": 1}})),
        json!({"status": "PAUSED"}),
        job(json!({"first_name": "Jane"}), json!({})),
    ];
    let steps = bodies.map(|body| Step::body(200, body.to_string()));
    let client = Script::new(steps).client();
    for _ in 0..4 {
        client.clone().job(id()).fetch().await.unwrap();
    }
    let expected = [
        "findContactEnrichment $.output.person.experiences[*].start_year type 1/4",
        "findContactEnrichment $.output.person.experiences[*].x new_field 1/4",
        "findContactEnrichment $.output.person.experiences[*].x new_field 1/4",
        "findContactEnrichment $.output.person.mood new_field 1/4",
        "findContactEnrichment $.output.person.mood new_field 1/4",
        "findContactEnrichment $.output.usage.* new_field 1/4",
        "findContactEnrichment $.status new_value 1/4",
    ];
    assert_eq!(counted(&client), expected);
    assert_eq!(
        client.deviations()[5].to_string(),
        "findContactEnrichment $.output.usage.*: expected no such field, found an integer, in 1 of \
         4 responses"
    );
}

#[tokio::test(start_paused = true)]
async fn error_responses_are_counted_as_well() {
    let known = json!({"category": "VALIDATION", "code": "VALIDATION_BAD_DOMAIN", "message": "no"});
    let mut odd = known.clone();
    odd["code"] = json!("VALIDATION_BAD_WEATHER");
    odd["message"] = json!(["no"]);
    odd["trace"] = json!("jane.doe@acme.com");
    let bodies =
        [known.clone(), odd.clone(), known, odd].map(|body| Step::body(400, body.to_string()));
    let gateway = Step::body(502, r#"{"upstream": "unreachable"}"#);
    let client = Script::new(bodies.into_iter().chain([gateway])).client();
    for _ in 0..2 {
        client.job(id()).fetch().await.unwrap_err();
    }
    let query = waterfall::ContactQuery::linkedin("jane-doe-abc123");
    for _ in 0..3 {
        client.launch(query.clone()).await.unwrap_err();
    }
    let expected = |operation: &str| {
        [
            format!("{operation} $.code new_value 1/2"),
            format!("{operation} $.message type 1/2"),
            format!("{operation} $.trace new_field 1/2"),
        ]
    };
    let expected = [expected("findContactEnrichment"), expected("launchContactEnrichment")];
    assert_eq!(counted(&client), expected.concat());
}

#[tokio::test(start_paused = true)]
async fn an_observer_gets_each_response() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let bodies = [json!({"status": "RUNNING"}), job(json!({"mood": "Secret"}), json!({}))];
    let steps = bodies.map(|body| Step::body(200, body.to_string()));
    let script = Script::new(steps);
    let client = script.builder().observer(move |response: &waterfall::ObservedResponse<'_>| {
        sender.send((response.operation(), format!("{:?}", response.deviations()))).unwrap();
    });
    client.build().unwrap().job(id()).wait().await.unwrap();

    let received: Vec<_> = receiver.iter().collect();
    assert_eq!(received[0], ("findContactEnrichment", "[]".to_owned()));
    assert!(received[1].1.contains("$.output.person.mood"), "{received:?}");
    assert!(!received[1].1.contains("Secret"), "{received:?}");
    assert_eq!(received.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_loses_no_result() {
    let (captured, _guard) = Captured::listen();
    let script = Script::new([Step::launched(), Step::succeeded()]);
    let builder = script.builder().observer(|_: &waterfall::ObservedResponse<'_>| panic!("mine"));
    let client = builder.build().unwrap();
    let found = client.enrich(waterfall::ContactQuery::linkedin("jane-doe-abc123")).await.unwrap();
    assert!(found.is_success());
    assert_eq!(captured.events_named("waterfall.observer.panicked").len(), 2);
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
