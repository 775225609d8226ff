//! Tests of the records that a sandbox keeps of its launches.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{PATH, ask, bare, get, launch, plain, post};
use reqwest::Method;
use serde_json::{Value, json};
use waterfall_sandbox::JobTime;

#[tokio::test(start_paused = true)]
async fn the_oldest_jobs_are_removed_as_if_expired() {
    let sandbox = plain().max_jobs(3).build();
    let transport = sandbox.transport();
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(launch(&transport, json!({ "linkedin": format!("p-{n}") })).await);
    }
    for (n, id) in ids.iter().enumerate() {
        let (status, body) = ask(&transport, get(id)).await;
        if n < 2 {
            assert_eq!((status, &body["code"]), (404, &json!("NOT_FOUND_JOB_NOT_FOUND")));
        } else {
            assert_eq!((status, &body["input"]["task"]["job_id"]), (200, &json!(id)));
        }
    }
    assert_eq!(sandbox.launches_total(), 5);
}

/// IDs count the launches of a query, which are forgotten with its last job.
#[tokio::test(start_paused = true)]
async fn a_query_that_is_launched_again_has_ids_of_its_own() {
    for max in [1, 2, 3] {
        let transport = plain().max_jobs(max).build().transport();
        let mut ids: Vec<String> = Vec::new();
        for slug in ["again", "again", "other", "again", "again", "other", "third", "again"] {
            let id = launch(&transport, json!({ "linkedin": slug })).await;
            assert!(!ids.contains(&id), "{slug}: {id} twice, of at most {max}");
            ids.push(id);
        }
    }
}

/// A response is derived from the launch each time, so it never changes.
#[tokio::test(start_paused = true)]
async fn a_finished_job_does_not_change() {
    let transport = plain().job_time(JobTime::Fixed(Duration::from_secs(3))).build().transport();
    let query = json!({ "linkedin": "mary-major-1", "include_phones": true });
    let id = launch(&transport, query).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let first = ask(&transport, get(&id)).await;
    launch(&transport, json!({ "linkedin": "john-roe-42" })).await;
    tokio::time::sleep(Duration::from_secs(400)).await;
    assert_eq!(ask(&transport, get(&id)).await, first);
}

#[tokio::test(start_paused = true)]
async fn launches_are_listed_with_their_state() {
    let sandbox = plain().job_time(JobTime::Fixed(Duration::from_secs(3))).build();
    let transport = sandbox.transport();
    let failing = json!({ "sandbox": { "state": "FAILED", "seconds": 10 } });
    let ids = [
        launch(&transport, json!({ "linkedin": "jane" })).await,
        launch(&transport, json!({ "linkedin": "john", "custom_fields": failing })).await,
        launch(
            &transport,
            json!({ "linkedin": "x", "custom_fields": {"sandbox": {"state": "RUNNING"}} }),
        )
        .await,
    ];
    ask(&transport, post(&json!({ "linkedin": "" }))).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let keyless = sandbox.transport().without_key();
    let (status, body) = ask(&keyless, bare(Method::GET, "/sandbox/launches")).await;
    assert_eq!(status, 200);
    let launches = body["launches"].as_array().unwrap();
    let rows: Vec<(&Value, &Value, &Value)> = launches
        .iter()
        .map(|one| (&one["job_id"], &one["status"], &one["runs_for_seconds"]))
        .collect();
    assert_eq!(
        rows,
        [
            (&json!(ids[0]), &json!("SUCCEEDED"), &json!(3.0)),
            (&json!(ids[1]), &json!("RUNNING"), &json!(10.0)),
            (&json!(ids[2]), &json!("RUNNING"), &Value::Null),
        ]
    );
    assert_eq!(launches[0]["body"], json!({ "linkedin": "jane" }));
    assert!(!body.to_string().contains(waterfall_sandbox::DEMO_KEY), "keys are not shown");
}

#[tokio::test(start_paused = true)]
async fn each_request_is_reported() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = seen.clone();
    let sandbox = plain()
        .on_request(move |method, path, request| {
            into.lock().unwrap().push((method.to_owned(), path.to_owned(), request.status));
        })
        .build();
    let transport = sandbox.transport();
    launch(&transport, json!({ "linkedin": "jane" })).await;
    ask(&transport, bare(Method::GET, "/nowhere?job_id=secret")).await;
    let expected = [("POST", PATH, Some(200)), ("GET", "/nowhere", Some(404))];
    let expected = expected.map(|(method, path, at)| (method.to_owned(), path.to_owned(), at));
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(sandbox.requests_total(), 2);
}
