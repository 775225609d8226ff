//! A sandbox and its client, for one play of a row.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use waterfall::{Client, ClientBuilder, ContactQuery, Error, Job, PollPolicy, RetryPolicy};
use waterfall_sandbox::{Endpoint, Fault, JobTime, Sandbox};

use super::outcome::{Ended, Played};
use super::table::Call;

pub(crate) const KEY: &str = "sesame-0123456789";

/// The number of consecutive requests that meet a persistent fault.
const WITHOUT_END: usize = 200;

/// 2025-02-05T12:00:00Z, so that tables can contain dates.
fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_738_756_800)
}

pub(crate) fn query() -> ContactQuery {
    ContactQuery::linkedin("jane-doe-abc123")
}

/// The duration of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// The first request only.
    Once,
    Always,
}

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) orphans: Arc<AtomicUsize>,
}

/// Returns the sandbox. `job_time` is the duration of its jobs.
pub(crate) fn sandbox(job_time: Duration) -> Sandbox {
    Sandbox::builder().accept_key(KEY).epoch(noon()).job_time(JobTime::Fixed(job_time)).build()
}

impl Stage {
    /// With default settings, but without randomness, so that times are exact.
    pub(crate) fn new(sandbox: Sandbox, builder: ClientBuilder, tries: u32) -> Self {
        let orphans = Arc::new(AtomicUsize::new(0));
        let count = orphans.clone();
        let retry = RetryPolicy::default().attempts(tries).backoff(Duration::ZERO, Duration::ZERO);
        let builder = builder
            .api_key(KEY)
            .retry(retry)
            .poll_policy(PollPolicy::adaptive().with_jitter(0.0))
            .on_orphan(move |_| {
                count.fetch_add(1, Ordering::Relaxed);
            });
        Self { sandbox, client: builder.build().unwrap(), orphans }
    }

    /// Injects a fault into the requests of a call.
    pub(crate) fn befall(&self, call: Call, faults: &[Fault], lasting: Lasting) {
        let endpoint = match call {
            Call::Launch | Call::Stop => Endpoint::Launch,
            Call::Fetch | Call::Wait | Call::Enrich => Endpoint::Find,
        };
        let times = if lasting == Lasting::Once { 1 } else { WITHOUT_END };
        for _ in 0..times {
            self.sandbox.faults_next(endpoint, faults.iter().cloned());
        }
    }

    /// Creates the precondition of a call: a job that another process has launched. A fetched job
    /// ended as long ago as it took.
    pub(crate) async fn prepare(&self, call: Call) -> Option<Job> {
        if call.launches() {
            return None;
        }
        let transport = self.sandbox.transport();
        let other = Client::builder().api_key(KEY).transport(transport).build().unwrap();
        let id = other.launch(query()).await.unwrap().id();
        if call == Call::Fetch {
            let job_time = self.sandbox.launches()[0].runs_for;
            tokio::time::sleep(job_time.unwrap_or_default() * 2).await;
        }
        Some(self.client.job(id))
    }

    /// Makes a call. All calls except launches refer to a job.
    pub(crate) async fn play(&self, call: Call, job: Option<Job>) -> Played {
        let before = (self.sandbox.requests().len(), self.sandbox.launches().len());
        let start = Instant::now();
        let ended = match (call, job) {
            (Call::Fetch, Some(job)) => job.fetch().await.map(Ended::Read),
            (Call::Wait, Some(job)) => job.wait().await.map(Ended::Read),
            (Call::Enrich, _) => self.client.enrich(query()).await.map(Ended::Read),
            (Call::Stop, _) => self.launch_and_stop().await.map(Ended::Launched),
            _ => self.client.launch(query()).await.map(Ended::Launched),
        };
        Played {
            ended,
            took: start.elapsed(),
            sent: self.sandbox.requests().len() - before.0,
            jobs: self.sandbox.launches().len() - before.1,
        }
    }
}

/// Returns the delay after which launching is stopped.
const STOPPED_AFTER: Duration = Duration::from_millis(500);

impl Stage {
    async fn launch_and_stop(&self) -> Result<Job, Error> {
        let stopping = async {
            tokio::time::sleep(STOPPED_AFTER).await;
            self.client.stop_launching();
        };
        tokio::join!(self.client.launch(query()), stopping).0
    }
}

/// Parses the faults of a table.
pub(crate) fn faults(text: &str) -> Vec<Fault> {
    Fault::parse_list(text).unwrap_or_else(|error| panic!("{error}"))
}
