//! Tests of user-defined polling policies in the facade.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use waterfall::{Client, ContactQuery, ErrorKind, PollPolicy, PollProgress, PollStrategy};
use waterfall_sandbox::{JobTime, Sandbox};

use crate::script::{KEY, Script, Step, id};

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Pauses for the age of the job, at least 1 s, and records its inputs.
#[derive(Clone, Default)]
struct Doubling(Arc<Mutex<Vec<PollProgress>>>);

impl Doubling {
    fn policy(&self) -> PollPolicy {
        PollPolicy::custom(self.clone()).with_jitter(0.0)
    }

    fn asked(&self) -> Vec<PollProgress> {
        self.0.lock().unwrap().clone()
    }
}

impl PollStrategy for Doubling {
    fn pause(&self, progress: &PollProgress) -> Duration {
        self.0.lock().unwrap().push(*progress);
        progress.age.unwrap_or_default().max(seconds(1.0))
    }

    fn name(&self) -> &str {
        "doubling"
    }
}

fn running(reads: usize) -> impl Iterator<Item = Step> {
    std::iter::repeat_n(Step::running(), reads)
}

#[tokio::test(start_paused = true)]
async fn a_strategy_of_the_client_returns_the_pauses() {
    let steps = [Step::launched()].into_iter().chain(running(4)).chain([Step::succeeded()]);
    let (script, strategy) = (Script::new(steps), Doubling::default());
    let client = script.builder().poll_policy(strategy.policy()).build().unwrap();
    client.enrich(ContactQuery::email("jane.doe@acme.com")).await.unwrap();
    assert_eq!(script.times(), [0.0, 1.0, 2.0, 4.0, 8.0, 16.0]);
    let asked = strategy.asked();
    assert_eq!(asked.iter().map(|one| one.reads).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(asked[4].age, Some(seconds(8.0)));
    assert_eq!(asked[4].waited, seconds(8.0));
    assert!(asked.iter().all(|one| !one.failed && !one.delivery_expected));
    assert_eq!(strategy.policy().to_string(), "doubling");
}

#[tokio::test(start_paused = true)]
async fn each_wait_can_have_its_own_strategy() {
    let every_three = || PollPolicy::custom(|_: &PollProgress| seconds(3.0)).with_jitter(0.0);
    let steps = || running(2).chain([Step::succeeded()]);
    let script = Script::new([Step::launched()].into_iter().chain(steps()));
    let query = ContactQuery::email("jane.doe@acme.com");
    script.client().enrich(query).policy(every_three()).await.unwrap();
    assert_eq!(script.times(), [0.0, 3.0, 6.0, 9.0]);
    let script = Script::new(steps());
    script.client().job(id()).wait().policy(every_three()).await.unwrap();
    assert_eq!(script.times(), [0.0, 3.0, 6.0]);
}

#[tokio::test(start_paused = true)]
async fn a_strategy_stays_within_the_bounds_of_every_policy() {
    // No pause is shorter than 100 ms, a `Retry-After` is respected, and a failed read is reported
    // to the strategy.
    let failures = Arc::new(Mutex::new(0));
    let count = failures.clone();
    let eager = PollPolicy::custom(move |progress: &PollProgress| {
        *count.lock().unwrap() += u32::from(progress.failed);
        Duration::ZERO
    });
    let busy = Step::refusal(503, "SERVICE_UNAVAILABLE").header("retry-after", "5");
    let steps = running(2).chain([busy, Step::running(), Step::succeeded()]);
    let script = Script::new(steps);
    script.client().job(id()).wait().policy(eager.with_jitter(0.0)).await.unwrap();
    assert_eq!(script.times(), [0.0, 0.1, 0.2, 5.2, 5.3]);
    assert_eq!(*failures.lock().unwrap(), 1);

    // The deadline takes precedence over any pause, and a last read is made before it.
    let lazy = PollPolicy::custom(|_: &PollProgress| Duration::MAX);
    let script = Script::new(running(9));
    let wait = script.client().job(id()).wait().policy(lazy).max_wait(seconds(20.0));
    assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::WaitTimeout);
    let times = script.times();
    assert!(times.len() == 2 && (15.0..=20.0).contains(&times[1]), "{times:?}");
}

/// A batch stays within the rate limit even if its policy asks for constant reads. The policy is
/// informed of the quota pressure.
#[tokio::test(start_paused = true)]
async fn a_batch_stays_within_the_budget_with_any_strategy() {
    for pause in [0.0, 5.0, 3600.0] {
        let time = JobTime::Fixed(seconds(4.0));
        let sandbox = Sandbox::builder().accept_key(KEY).job_time(time).build();
        let transport = sandbox.transport().without_key();
        let client = Client::builder().api_key(KEY).transport(transport).build().unwrap();
        let pressure = Arc::new(Mutex::new(0.0_f64));
        let most = pressure.clone();
        let policy = PollPolicy::custom(move |progress: &PollProgress| {
            let mut most = most.lock().unwrap();
            *most = most.max(progress.quota_pressure.share());
            seconds(pause)
        });
        let queries = (0..60).map(|index| ContactQuery::email(format!("person{index}@acme.com")));
        let mut batch = client.enrich_each(queries).policy(policy).max_wait(seconds(600.0));
        let mut ended = 0;
        while let Some(done) = batch.next().await {
            assert!(done.result.is_ok(), "{pause} s: {:?}", done.result);
            ended += 1;
        }
        let refused = sandbox.requests().iter().filter(|arrival| arrival.refused).count();
        assert_eq!((ended, sandbox.launches().len(), refused), (60, 60, 0), "{pause} s");
        assert!(*pressure.lock().unwrap() > 0.5, "{pause} s");
    }
}
