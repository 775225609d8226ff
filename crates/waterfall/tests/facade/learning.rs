//! Tests what a client learns from its waits, and how it uses the learned durations. On a paused
//! clock.

use std::time::Duration;

use waterfall::{
    Client, ContactEnrichment, ContactQuery, DurationHistory, PollPolicy, RateLimiter,
};

use crate::script::{KEY, Script, Step, id};

fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Returns a job that took this many seconds.
fn over(took: u32) -> Step {
    Step::job("SUCCEEDED", &format!(r#","stop_date":"2025-02-05T12:00:{took:02}Z""#))
}

fn learned() -> PollPolicy {
    PollPolicy::adaptive().with_jitter(0.0)
}

fn stored(client: &Client) -> String {
    serde_json::to_string(&client.duration_history::<ContactEnrichment>()).unwrap()
}

/// Returns the history of jobs that take 7 s each.
fn sevens() -> DurationHistory {
    let jobs = ["[7,7]"; 100].join(",");
    serde_json::from_str(&format!(r#"{{"version":1,"delay":0.0,"jobs":[{jobs}]}}"#)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_policy_teaches() {
    for policy in [learned(), PollPolicy::recommended(), PollPolicy::fixed(seconds(3.0))] {
        let policy = policy.with_jitter(0.0);
        let script = Script::new([Step::launched(), over(2)]);
        let client = script.builder().poll_policy(policy.clone()).build().unwrap();
        client.enrich(query()).await.unwrap();
        assert_eq!(
            stored(&client),
            r#"{"version":1,"delay":0.0,"jobs":[[2.0,2.0]]}"#,
            "{policy:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_stop_date_durations_are_learned_from_reads() {
    let script = Script::new([Step::launched(), Step::running(), Step::succeeded()]);
    let client = script.client();
    client.enrich(query()).await.unwrap();
    assert_eq!(stored(&client), r#"{"version":1,"delay":0.0,"jobs":[[2.0,6.0]]}"#);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_still_running_counts() {
    let script = Script::new([Step::launched(), Step::running()]);
    let client = script.client();
    client.enrich(query()).max_wait(seconds(5.0)).await.unwrap_err();
    assert_eq!(stored(&client), r#"{"version":1,"delay":0.0,"jobs":[[5.0,null]]}"#);

    let script = Script::new([Step::launched(), Step::running()]);
    let client = script.client();
    let mut watch = client.launch(query()).await.unwrap().watch();
    watch.next().await.unwrap().unwrap();
    drop(watch);
    assert_eq!(stored(&client), r#"{"version":1,"delay":0.0,"jobs":[[2.0,null]]}"#);
}

#[tokio::test(start_paused = true)]
async fn a_result_that_appears_late_shows_a_delay() {
    let script = Script::new([Step::launched(), Step::running(), Step::running(), over(3)]);
    let client = script.client();
    client.enrich(query()).await.unwrap();
    assert_eq!(client.duration_history::<ContactEnrichment>().delay(), seconds(3.0));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_had_ended_at_its_first_read_provides_no_duration() {
    let script = Script::new([over(3)]);
    let client = script.client();
    client.job(id()).wait().await.unwrap();
    assert!(client.duration_history::<ContactEnrichment>().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_starts_from_stored_durations() {
    let script = Script::new([Step::launched(), over(7)]);
    let client = script
        .builder()
        .poll_policy(learned())
        .duration_history::<ContactEnrichment>(sevens())
        .build()
        .unwrap();
    client.enrich(query()).await.unwrap();
    let [_, read] = script.times()[..] else { panic!("{:?}", script.times()) };
    assert!((7.0..7.1).contains(&read), "{read}");
    assert_eq!(client.duration_history::<ContactEnrichment>().len(), 101);
}

#[tokio::test(start_paused = true)]
async fn clones_learn_together() {
    let script = Script::new([Step::launched(), over(2)]);
    let client = script.client();
    client.clone().enrich(query()).await.unwrap();
    assert_eq!(client.duration_history::<ContactEnrichment>().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_from_an_id_is_read_at_once_and_then_by_its_age() {
    let at = |second: u32| format!("Wed, 05 Feb 2025 12:00:{second:02} GMT");
    let script = Script::new([Step::running().header("date", at(4)), over(7)]);
    let builder = Client::builder().api_key(KEY).transport(script.clone());
    let client = builder
        .poll_policy(learned())
        .duration_history::<ContactEnrichment>(sevens())
        .build()
        .unwrap();
    client.job(id()).wait().await.unwrap();
    let [first, second] = script.times()[..] else { panic!("{:?}", script.times()) };
    assert_eq!(first, 0.0);
    assert!((3.0..3.1).contains(&second), "{second}");
}

#[tokio::test(start_paused = true)]
async fn failed_reads_are_not_retried_at_once() {
    let failure = || Step::body(503, "");
    let script = Script::new([Step::launched(), failure(), failure(), failure(), over(7)]);
    let client = script
        .builder()
        .poll_policy(learned())
        .duration_history::<ContactEnrichment>(sevens())
        .build()
        .unwrap();
    client.enrich(query()).await.unwrap();
    let times = script.times();
    let pauses: Vec<_> = times.windows(2).skip(1).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.iter().zip([2.0, 4.0, 8.0]).all(|(a, b)| (a - b).abs() < 0.01), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn jobs_launched_together_drift_apart() {
    let mut firsts = Vec::new();
    for _ in 0..40 {
        let script = Script::new([Step::launched(), over(7)]);
        let builder = Client::builder().api_key(KEY).transport(script.clone());
        builder.build().unwrap().enrich(query()).await.unwrap();
        firsts.push((script.times()[1] * 1000.0) as u64);
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert!(firsts.len() > 1, "all of them were read at {firsts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_is_postponed_when_the_budget_is_used_up() {
    let mut before = 0.0;
    for spent in [0, 25, 40, 45, 48] {
        let launches = (0..=spent).map(|_| Step::launched());
        let script = Script::new(launches.chain([over(2)]));
        let client = script.builder().poll_policy(learned()).build().unwrap();
        for _ in 0..spent {
            client.launch(query()).await.unwrap();
        }
        let job = client.launch(query()).await.unwrap();
        job.wait().await.unwrap();
        let read = script.times()[spent + 1] - script.times()[spent];
        assert!(read > before, "with {spent} of 50 spent it was read after {read} s");
        before = read;
    }
}

#[tokio::test(start_paused = true)]
async fn a_postponed_read_is_made_once_the_budget_has_returned() {
    let launches = (0..10).map(|_| Step::launched());
    let script = Script::new(launches.chain([over(2)]));
    let rate_limiter = RateLimiter::per_minute(10);
    let client =
        script.builder().poll_policy(learned()).rate_limiter(rate_limiter).build().unwrap();
    for _ in 0..9 {
        client.launch(query()).await.unwrap();
    }
    let left = 58.0 - script.times()[8];
    tokio::time::sleep(seconds(left)).await;
    client.enrich(query()).await.unwrap();
    let [launched, read] = script.times()[9..] else { panic!("{:?}", script.times()) };
    assert!((58.0..60.0).contains(&launched), "{launched}");
    assert!((60.0..70.0).contains(&read), "{read}");
}
