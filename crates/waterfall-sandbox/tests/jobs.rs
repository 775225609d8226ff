//! Tests of the states of jobs, and of the people that are found.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::time::{Duration, SystemTime};

use common::{ask, ending, get, launch, plain, read, send};
use serde_json::{Value, json};
use tokio::time::advance;
use waterfall_sandbox::{JobTime, Sandbox, SandboxTransport};

const JANE: &str = include_str!("common/finder-page-person.json");

fn fixed(seconds: f64) -> Sandbox {
    plain()
        .job_time(JobTime::Fixed(Duration::from_secs_f64(seconds)))
        .epoch(SystemTime::UNIX_EPOCH + Duration::from_millis(1_738_770_395_771))
        .build()
}

async fn find(transport: &SandboxTransport, mut query: Value) -> Value {
    query["custom_fields"] = json!({ "sandbox": { "seconds": 0 } });
    let id = launch(transport, query).await;
    read(transport, &id).await["output"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_job_runs_its_time_and_not_a_moment_longer() {
    let sandbox = fixed(5.0);
    let transport = sandbox.transport();
    let id = launch(&transport, json!({ "email": "jane.doe@acme.com" })).await;
    advance(Duration::from_millis(4_999)).await;
    let running = read(&transport, &id).await;
    assert_eq!(running["status"], "RUNNING");
    assert!(running.get("stop_date").is_none() && running.get("output").is_none());
    advance(Duration::from_millis(1)).await;
    let done = read(&transport, &id).await;
    assert_eq!(done["status"], "SUCCEEDED");
    assert_eq!(done["output"]["person"]["first_name"], "Jane");
    assert_eq!(done["start_date"], running["start_date"]);
    assert_eq!(sandbox.reads(id.parse().unwrap()).len(), 2);
    advance(Duration::from_secs(60)).await;
    assert_eq!(read(&transport, &id).await, done, "a job that has ended stays as it is");
}

#[tokio::test(start_paused = true)]
async fn every_state_can_be_requested() {
    let transport = fixed(5.0).transport();
    for (state, error, stops) in [
        ("FAILED", Some("Provider error"), true),
        ("TIMED_OUT", None, true),
        ("ABORTED", None, true),
        ("SUCCEEDED", None, true),
        ("PAUSED", None, false),
    ] {
        let body = ending(&transport, json!({ "state": state, "seconds": 0 })).await;
        assert_eq!(body["status"], state);
        assert_eq!(body.get("error").and_then(Value::as_str), error);
        assert_eq!(body.get("stop_date").is_some(), stops);
        assert_eq!(body.get("output").is_some(), state == "SUCCEEDED");
    }
    assert_eq!(
        ending(&transport, json!({ "state": "FAILED", "seconds": 9 })).await["status"],
        "RUNNING"
    );
    let id = launch(
        &transport,
        json!({ "linkedin": "x", "custom_fields": { "sandbox": { "state": "RUNNING", "seconds": 1 } } }),
    )
    .await;
    advance(Duration::from_secs(3_600)).await;
    assert_eq!(read(&transport, &id).await["status"], "RUNNING");
}

#[tokio::test(start_paused = true)]
async fn the_person_can_be_set() {
    let transport = fixed(0.0).transport();
    let body = ending(&transport, json!({ "person": null })).await;
    assert_eq!(body["output"]["person"], Value::Null);
    let body =
        ending(&transport, json!({ "person": { "title": "Pilot", "email_confidence": "so-so" } }))
            .await;
    assert_eq!(body["output"]["person"]["title"], "Pilot");
    assert_eq!(body["output"]["person"]["email_confidence"], "so-so");
    assert_eq!(body["output"]["person"]["last_name"], "Doe");
}

#[tokio::test(start_paused = true)]
async fn a_job_expires() {
    let sandbox = plain().job_expiry(Duration::from_secs(100)).build();
    let transport = sandbox.transport();
    let id = launch(&transport, json!({ "linkedin": "jane" })).await;
    advance(Duration::from_millis(99_999)).await;
    assert_eq!(ask(&transport, get(&id)).await.0, 200);
    advance(Duration::from_millis(1)).await;
    let (status, body) = ask(&transport, get(&id)).await;
    assert_eq!((status, body["code"].as_str()), (404, Some("NOT_FOUND_JOB_NOT_FOUND")));
    launch(&transport, json!({ "linkedin": "jane" })).await;
    assert_eq!(ask(&transport, get(&id)).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn dates_and_the_date_header_are_consistent() {
    let transport = fixed(1.0).transport();
    advance(Duration::from_millis(2_500)).await;
    let mut shapes = [false; 3];
    for n in 0..30 {
        let id = launch(&transport, json!({ "linkedin": format!("person-{n}") })).await;
        let answer = send(&transport, get(&id)).await.unwrap();
        assert_eq!(answer.headers()["date"], "Wed, 05 Feb 2025 15:46:38 GMT");
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        match body["start_date"].as_str().unwrap() {
            "2025-02-05T15:46:38.271000" => shapes[0] = true,
            "2025-02-05T15:46:38.271Z" => shapes[1] = true,
            "2025-02-05T15:46:38.271000+00:00" => shapes[2] = true,
            other => panic!("{other}"),
        }
    }
    assert_eq!(shapes, [true; 3]);
}

#[tokio::test(start_paused = true)]
async fn the_echo_has_every_field_and_unchanged_custom_fields() {
    let transport = fixed(0.0).transport();
    let mut request = common::post(&json!({}));
    let custom = r#"{ "b": 9007199254740993, "a": 123456789012345678901234567890, "z": 1.10,
        "t": true, "e": "\u00e9" }"#;
    let body = format!(r#"{{"linkedin":"Jane-Doe-ABC123","custom_fields":{custom}}}"#);
    *request.body_mut() = Some(body.into());
    let id = ask(&transport, request).await.1["job_id"].as_str().unwrap().to_owned();
    let answer = send(&transport, get(&id)).await.unwrap();
    let text = std::str::from_utf8(answer.body()).unwrap();
    assert!(text.contains(custom), "{text}");
    let task = serde_json::from_str::<Value>(text).unwrap()["input"]["task"].clone();
    let names: Vec<&String> = task.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 10, "{names:?}");
    assert_eq!(task["linkedin_url"], "Jane-Doe-ABC123");
    assert_eq!(task["email"], Value::Null);
    assert_eq!(task["job_id"], id.as_str());
    assert_eq!(task["context_id"], id.as_str());
}

#[tokio::test(start_paused = true)]
async fn the_demo_queries_find_the_person_of_the_sample() {
    let transport = fixed(0.0).transport();
    let jane: Value = serde_json::from_str(JANE).unwrap();
    for query in [
        json!({ "linkedin": "jane-doe-abc123" }),
        json!({ "linkedin": "https://www.linkedin.com/in/jane-doe-abc123/" }),
        json!({ "email": "jane.doe@acme.com" }),
        json!({ "full_name": "Jane Doe", "domain": "https://www.acme.com" }),
        json!({ "first_name": "jane", "last_name": "doe", "domain": "acme.com" }),
    ] {
        assert_eq!(find(&transport, query).await["person"], jane);
    }
    let john = find(&transport, json!({ "linkedin": "john-roe-42", "include_phones": true })).await;
    assert_eq!(john["person"]["phone_numbers"], json!(["+33639980001", "+33199000002"]));
    for query in [
        json!({ "linkedin": "nobody" }),
        json!({ "email": "nobody@acme.com" }),
        json!({ "email": "jane.doe@nobody.example" }),
        json!({ "full_name": "Jane Doe", "domain": "nobody.example" }),
    ] {
        assert_eq!(find(&transport, query).await["person"], Value::Null);
    }
}

#[tokio::test(start_paused = true)]
async fn one_query_in_ten_finds_nobody_whatever_the_seed() {
    let people = async |seed: u64| {
        let transport = plain().seed(seed).build().transport();
        let mut found = Vec::new();
        for n in 0..1_000 {
            let query = json!({ "linkedin": format!("mary-major-{n}"), "include_phones": true });
            found.push(find(&transport, query).await["person"].clone());
        }
        found
    };
    let found = people(1).await;
    assert_eq!(found, people(2).await);
    let nobody = found.iter().filter(|person| person.is_null()).count();
    assert!((70..=130).contains(&nobody), "{nobody}");
    for person in found.iter().filter(|person| person.is_object()) {
        assert_eq!(person.as_object().unwrap().len(), 26);
        assert_eq!(person["first_name"], "Mary");
        assert_eq!(person["last_name"], "Major");
        let delivery = format!("mary.major@{}", person["company_domain"].as_str().unwrap());
        assert_eq!(person["professional_email"], delivery);
        assert!(person["mobile_phone"].as_str().unwrap().starts_with('+'));
    }
}

#[tokio::test(start_paused = true)]
async fn usage_counts_only_people_who_were_found() {
    let transport = plain().balance_usd(0.25).build().transport();
    let usage = async |query: Value| find(&transport, query).await["usage"].clone();
    let row = |cost: f64, left: f64, persons: u32, phones: u32| {
        let (for_persons, for_phones) = (f64::from(persons) / 10.0, f64::from(phones) / 100.0);
        json!({ "total_usd": cost, "balance_remaining_usd": left, "persons_count": persons,
            "phones_count": phones, "persons_usd": for_persons, "phones_usd": for_phones,
            "companies_count": 0, "companies_usd": 0.0 })
    };
    assert_eq!(usage(json!({ "linkedin": "nobody" })).await, row(0.0, 0.25, 0, 0));
    assert_eq!(usage(json!({ "linkedin": "jane-doe-abc123" })).await, row(0.1, 0.15, 1, 0));
    let phones = json!({ "linkedin": "john-roe-42", "include_phones": true });
    assert_eq!(usage(phones).await, row(0.12, 0.03, 1, 2));
    assert_eq!(usage(json!({ "linkedin": "john-roe-42" })).await, row(0.1, 0.0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn ids_and_times_depend_on_the_seed_and_not_on_the_order() {
    let runs = async |seed: u64, order: &[&str]| {
        let sandbox = plain().seed(seed).build();
        for slug in order {
            launch(&sandbox.transport(), json!({ "linkedin": slug })).await;
        }
        let mut jobs: Vec<_> =
            sandbox.launches().into_iter().map(|job| (job.job_id, job.runs_for)).collect();
        jobs.sort();
        jobs
    };
    let jobs = runs(1, &["a-a", "b-b", "a-a"]).await;
    assert_eq!(jobs, runs(1, &["a-a", "a-a", "b-b"]).await);
    assert_ne!(jobs, runs(2, &["a-a", "b-b", "a-a"]).await);
    assert_ne!(jobs[0].0, jobs[1].0);
}

#[tokio::test(start_paused = true)]
async fn job_times_have_the_configured_distribution() {
    let times = async |time: JobTime| {
        let sandbox = plain().job_time(time).build();
        for n in 0..500 {
            launch(&sandbox.transport(), json!({ "linkedin": format!("p-{n}") })).await;
        }
        let mut times: Vec<f64> = Vec::new();
        times.extend(sandbox.launches().iter().map(|job| job.runs_for.unwrap().as_secs_f64()));
        times.sort_by(f64::total_cmp);
        times
    };
    let usual = times(JobTime::default()).await;
    assert!((4.4..5.6).contains(&usual[250]), "{}", usual[250]);
    assert!((8.5..12.0).contains(&usual[404]), "{}", usual[404]);
    assert!(usual[0] >= 0.25 && usual[499] <= 100.0);
    let (min, max) = (Duration::from_secs(2), Duration::from_secs(4));
    let even = times(JobTime::Uniform { min, max }).await;
    assert!(even[0] >= 2.0 && even[499] <= 4.0 && (2.8..3.2).contains(&even[250]));
}
