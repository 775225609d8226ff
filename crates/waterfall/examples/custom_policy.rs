//! Polls with a user-defined policy: `cargo run -p waterfall --example custom_policy`.
//!
//! A policy determines the pause between two reads of a job. The rate limit, `Retry-After` and the
//! deadline of the wait are respected with any policy.

use std::time::Duration;

use waterfall::{Client, ContactQuery, Error, PollPolicy, PollProgress, PollStrategy};
use waterfall_sandbox::{JobTime, Sandbox};

/// Reads every second until most jobs have ended, and rarely afterwards. Reads rarely at any time
/// while little of the rate limit is left.
struct Considerate {
    /// The age until which reads are frequent.
    usual: Duration,
}

impl PollStrategy for Considerate {
    fn pause(&self, progress: &PollProgress) -> Duration {
        let is_young = progress.age.is_some_and(|age| age < self.usual);
        let is_busy = progress.quota_pressure.share() > 0.75;
        Duration::from_secs(if is_young && !is_busy { 1 } else { 10 })
    }

    fn name(&self) -> &str {
        "considerate"
    }
}

// The paused clock skips waiting times. An application needs only `#[tokio::main]`.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(Duration::from_secs(15))).build();
    let policy = PollPolicy::custom(Considerate { usual: Duration::from_secs(10) });
    let client = Client::builder()
        .api_key("test")
        .transport(sandbox.transport())
        .poll_policy(policy.with_jitter(0.0))
        .build()?;

    let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
    println!("{} reads, person found: {}", found.reads(), found.person().is_some());
    // Ten reads in the first ten seconds, and one after the job has ended.
    assert_eq!(found.reads(), 11);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().unwrap();
    }
}
