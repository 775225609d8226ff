//! Tests of requests with permits of an external rate limiter.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use job_polling::limiter::RequestOutcome;
use waterfall::{ContactQuery, Permit};

use crate::script::{Script, Step, id};

type Outcomes = Arc<Mutex<Vec<RequestOutcome>>>;

fn permit(outcomes: &Outcomes) -> Permit {
    let outcomes = outcomes.clone();
    Permit::external(move |outcome| outcomes.lock().unwrap().push(outcome))
}

fn is_answered(outcome: &RequestOutcome, rate_limited: Option<Option<Duration>>) -> bool {
    matches!(outcome, RequestOutcome::Answered(headers) if headers.rate_limited == rate_limited)
}

#[tokio::test(start_paused = true)]
async fn a_launch_and_a_read_use_the_permit_and_not_the_rate_limiter() {
    let script = Script::new([Step::launched(), Step::succeeded()]);
    let (client, outcomes) = (script.client(), Outcomes::default());
    let before = client.rate_limiter().available();
    let query = ContactQuery::linkedin("jane-doe-abc123");
    let job = client.launch_with(query, permit(&outcomes)).await.unwrap();
    assert_eq!((job.id(), job.launch_attempts()), (id(), Some(1)));
    let seen = job.fetch_with(permit(&outcomes)).await.unwrap();
    assert!(seen.is_success());
    assert_eq!(seen.reads(), 1);
    let outcomes = outcomes.lock().unwrap();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| is_answered(outcome, None)));
    assert_eq!(client.rate_limiter().available(), before);
}

#[tokio::test(start_paused = true)]
async fn a_request_with_a_permit_is_sent_once() {
    let limited = || Step::refusal(429, "RATE_LIMIT").header("retry-after", "7");
    let script = Script::new([limited(), Step::refusal(503, "INTERNAL")]);
    let (client, outcomes) = (script.client(), Outcomes::default());
    let query = ContactQuery::linkedin("jane-doe-abc123");
    let error = client.launch_with(query, permit(&outcomes)).await.unwrap_err();
    assert!(!error.may_have_launched());
    assert_eq!(error.launch_attempts(), Some(1));
    let error = client.job(id()).fetch_with(permit(&outcomes)).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(script.requests().len(), 2);
    let outcomes = outcomes.lock().unwrap();
    assert!(is_answered(&outcomes[0], Some(Some(Duration::from_secs(7)))), "{outcomes:?}");
    assert!(is_answered(&outcomes[1], None), "{outcomes:?}");
}

#[tokio::test(start_paused = true)]
async fn an_invalid_query_returns_its_permit() {
    let (script, outcomes) = (Script::new([]), Outcomes::default());
    let query = ContactQuery::linkedin("contacts.csv");
    script.client().launch_with(query, permit(&outcomes)).await.unwrap_err();
    assert_eq!(*outcomes.lock().unwrap(), [RequestOutcome::NotSent]);
    assert!(script.requests().is_empty());
}
