//! Tests of the blocking client, in real time with jobs that take milliseconds.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::json;
use waterfall::blocking::Client;
use waterfall::testing::{MockResponse, MockTransport};
use waterfall::{
    ContactQuery, ContactSearch, ErrorKind, JobId, Method, PhoneEnrichment, PhoneQuery, PollPolicy,
    RateLimiter,
};
use waterfall_sandbox::{JobTime, RateLimit, Sandbox};

use crate::script::KEY;

const POLL: Duration = Duration::from_millis(5);

fn sandbox() -> Sandbox {
    let time = JobTime::Fixed(Duration::from_millis(4));
    Sandbox::builder().job_time(time).rate_limit(RateLimit::unlimited()).build()
}

fn client(sandbox: &Sandbox) -> Client {
    limited(sandbox, RateLimiter::unlimited())
}

fn limited(sandbox: &Sandbox, rate_limiter: RateLimiter) -> Client {
    let builder = waterfall::Client::builder().api_key(KEY).transport(sandbox.transport());
    let builder = builder.poll_policy(PollPolicy::fixed(POLL)).rate_limiter(rate_limiter);
    builder.build_blocking().unwrap()
}

fn jane() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

#[test]
fn a_person_is_found() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let found = client.enrich(jane()).unwrap();
    assert_eq!(found.person().unwrap().first_name.as_deref(), Some("Jane"));
    assert_eq!(client.spent().jobs(), 1);
    assert!(!format!("{client:?}").contains(KEY));
}

#[test]
fn a_job_of_any_kind_continues_by_its_id() {
    let sandbox = sandbox();
    let first = client(&sandbox);
    let contact = first.launch(jane()).unwrap();
    let phone = first.launch(PhoneQuery::linkedin("jane-doe-abc123")).unwrap();
    assert_eq!(contact.fetch().unwrap().job_id(), contact.id());
    drop(first);
    let (contact, phone) = (JobId::from(&contact), phone.id().to_string());

    let second = client(&sandbox);
    assert!(second.job(contact).wait().unwrap().person().is_some());
    let phone = second.job_of::<PhoneEnrichment>(phone.parse::<JobId>().unwrap());
    assert!(phone.wait().unwrap().is_success());
    let states: Vec<_> = second.job(contact).watch().map(|read| read.unwrap().is_final()).collect();
    assert_eq!(states, [true]);
    let done: Vec<_> = second.wait_all([second.job(contact), second.job(contact)]).collect();
    assert_eq!(done.len(), 2);
    assert!(done.iter().all(|done| done.job_id == Some(contact) && done.result.is_ok()));
}

#[test]
fn a_batch_is_an_iterator() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let people = (0..20).map(|row| (row, ContactQuery::linkedin(format!("person-{row}"))));
    let mut batch = client.enrich_each(people);
    assert_eq!(sandbox.launches().len(), 0, "nothing is sent before the first call");
    let keys: BTreeSet<u32> =
        batch.by_ref().inspect(|done| assert!(done.result.is_ok())).map(|done| done.key).collect();
    assert_eq!(keys, (0..20).collect());
    assert_eq!(batch.as_async().spent().jobs(), 20);
    assert!(batch.next().is_none());
}

#[test]
fn a_batch_stops_launching() {
    let sandbox = sandbox();
    let client = limited(&sandbox, RateLimiter::at_most(10, Duration::from_millis(100)));
    let people = (0..1_000).map(|row| ContactQuery::linkedin(format!("person-{row}")));
    let mut batch = client.enrich_each(people);
    assert!(batch.next().unwrap().result.is_ok());
    batch.as_async_mut().stop_launching();
    let (done, not_sent): (Vec<_>, Vec<_>) = batch.partition(|done| done.result.is_ok());
    assert_eq!(sandbox.launches().len(), done.len() + 1);
    assert!(done.len() < 999, "{} after the stop", done.len());
    for done in not_sent {
        assert_eq!(done.result.unwrap_err().kind(), ErrorKind::Stopped);
    }
}

#[test]
fn settings_of_a_call_and_operations_without_a_method() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let slow = jane().custom_field("sandbox", "seconds=60");
    let slow = client.as_async().enrich(slow).max_wait(Duration::from_millis(30));
    assert_eq!(client.run(slow).unwrap_err().kind(), ErrorKind::WaitTimeout);

    let all = ContactSearch::at_domain("acme.com");
    let first = client.search_contacts(all.clone()).unwrap();
    let people = client.as_async().search_contacts(all).limit(3).items();
    let people: Vec<_> = client.iter(people).map(Result::unwrap).collect();
    assert_eq!(people.len(), 3);
    assert_eq!(people[..], first.persons()[..3]);
    assert!(client.verify_email("jane.doe@acme.com").unwrap().email_status().is_some());
    assert!(client.reveal_company("192.0.2.7").unwrap().is_success());
    assert_eq!(client.account().unwrap().status(), 200);
    let report = client.run(client.as_async().request(Method::GET, "/v2/account").send()).unwrap();
    assert_eq!(report.status(), 200);
}

#[test]
fn errors_are_those_of_the_asynchronous_client() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let error = client.enrich(ContactQuery::linkedin("")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    let failing = jane().custom_field("sandbox", "state=FAILED");
    assert_eq!(client.enrich(failing).unwrap_err().kind(), ErrorKind::JobFailed);
    client.stop_launching();
    assert_eq!(client.launch(jane()).unwrap_err().kind(), ErrorKind::Stopped);
    assert_eq!(Client::new("").unwrap_err().kind(), ErrorKind::Config);
}

#[test]
fn threads_share_a_client() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    thread::scope(|scope| {
        for thread in 0..8 {
            let client = client.clone();
            scope.spawn(move || {
                let query = ContactQuery::linkedin(format!("person-{thread}"));
                assert!(client.enrich(query).unwrap().is_success());
            });
        }
    });
    assert_eq!(sandbox.launches().len(), 8);
}

#[test]
fn over_a_socket() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = sandbox();
    let server = runtime.block_on(sandbox.listen(0)).unwrap();
    let builder = waterfall::Client::builder().api_key(KEY).base_url(server.url());
    let client = builder.poll_policy(PollPolicy::fixed(POLL)).build_blocking().unwrap();
    for _ in 0..3 {
        assert!(client.enrich(jane()).unwrap().is_success());
    }
}

fn is_refused<T: std::fmt::Debug>(result: Result<T, waterfall::Error>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!error.may_have_launched());
    let text = error.to_string();
    assert!(text.contains("asynchronous code") && text.contains("spawn_blocking"), "{text}");
}

async fn every_call_is_refused() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    is_refused(client.enrich(jane()));
    is_refused(client.launch(jane()));
    is_refused(client.account());
    let job = client.job(MockTransport::job_id(1));
    is_refused(job.fetch());
    is_refused(job.wait());
    let mut batch = client.enrich_each([jane()]);
    let panic = catch_unwind(AssertUnwindSafe(|| batch.next())).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("asynchronous code"), "{text}");
    assert_eq!(sandbox.requests().len(), 0);
    // The runtime still makes progress, and dropping the client does not block it.
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test]
async fn asynchronous_code_is_refused_instead_of_blocked() {
    every_call_is_refused().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn asynchronous_code_on_a_worker_thread_is_refused() {
    tokio::spawn(every_call_is_refused()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn threads_of_a_runtime_that_may_block_are_not_refused() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let own = client.clone();
    let found = tokio::task::spawn_blocking(move || own.enrich(jane())).await.unwrap();
    assert!(found.unwrap().is_success());
    tokio::spawn(async move {
        assert!(tokio::task::block_in_place(|| client.enrich(jane())).unwrap().is_success());
    })
    .await
    .unwrap();
}

/// A hook runs while the client waits, so a blocking call in it would deadlock.
#[test]
fn a_call_in_a_hook_is_refused() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let (own, (sender, results)) = (client.clone(), mpsc::channel());
    let enrich = client.as_async().enrich(jane()).on_launched(move |job| {
        sender.send(own.job(job.id()).fetch().map(drop)).unwrap();
    });
    assert!(client.run(enrich).unwrap().is_success());
    is_refused(results.recv().unwrap());
}

/// Long enough for the launch to be sent, and shorter than its response takes.
const GIVES_UP: Duration = Duration::from_millis(100);
const TAKES: Duration = Duration::from_millis(400);

#[test]
fn dropping_the_last_handle_waits_for_launches_in_flight() {
    let mock = MockTransport::new().launches([MockResponse::launched().after(TAKES)]);
    let (sender, orphans) = mpsc::channel();
    let client = mock
        .client_builder()
        .on_orphan(move |job| sender.send(job.id()).unwrap())
        .build_blocking()
        .unwrap();
    let launch = client.as_async().launch(jane());
    let launch = async { Ok(tokio::time::timeout(GIVES_UP, launch).await.is_err()) };
    assert!(client.run(launch).unwrap(), "the launch is in flight");
    assert_eq!(mock.launch_count(), 1);
    assert_eq!(orphans.try_recv(), Err(mpsc::TryRecvError::Empty));
    let clone = client.clone();
    drop(client);
    assert_eq!(orphans.try_recv(), Err(mpsc::TryRecvError::Empty), "a clone is left");
    drop(clone);
    assert_eq!(orphans.try_recv(), Ok(MockTransport::job_id(1)));
}

#[test]
fn dropping_the_last_handle_waits_for_operations_in_flight() {
    let page = MockResponse::output(json!({ "persons": [] })).after(TAKES);
    let mock = MockTransport::new().on(Method::POST, "/v1/search/contact", [page]);
    let client = mock.client_builder().build_blocking().unwrap();
    let search = client.as_async().search_contacts(ContactSearch::at_domain("acme.com"));
    let search = async { Ok(tokio::time::timeout(GIVES_UP, search.into_future()).await.is_err()) };
    assert!(client.run(search).unwrap(), "the request is in flight");
    let spent = client.as_async().clone();
    drop(client);
    assert_eq!(spent.spent().jobs_without_usage(), 1, "its response counts");
}
