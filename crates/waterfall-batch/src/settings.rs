//! [`BatchOptions`]: the name and the settings of a batch.

use std::sync::Arc;
use std::time::Duration;

use job_polling::limiter::{Limit, LimitPolicy};
use waterfall::{Clock, PollPolicy};

use crate::account::Account;
use crate::error::BatchError;
use crate::limits::Limits;

/// The default length of a lease: 60 seconds.
pub const DEFAULT_LEASE: Duration = Duration::from_secs(60);

/// The default interval at which a lease is renewed: 10 seconds.
pub const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(10);

/// The default maximum time that a run waits for one job: 1 hour.
pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(60 * 60);

/// The default number of consecutive launches in doubt after which nothing more is launched: 5.
pub const DEFAULT_MAX_DOUBTS: u32 = 5;

/// The name and the settings of a batch.
#[derive(Debug, Clone)]
#[must_use = "options do nothing until a batch is opened with them"]
pub struct BatchOptions {
    pub(crate) name: String,
    pub(crate) input: Option<String>,
    pub(crate) settings: String,
    pub(crate) limits: Limits,
    pub(crate) rate_limit: LimitPolicy,
    pub(crate) lease: Duration,
    pub(crate) heartbeat: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) max_doubts: u32,
    pub(crate) poll_policy: PollPolicy,
    pub(crate) expects_deliveries: bool,
    pub(crate) account: Option<Arc<dyn Account>>,
    pub(crate) clock: Clock,
}

impl BatchOptions {
    /// Creates options for a batch with this name, which is unique within its journal.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            input: None,
            settings: String::new(),
            limits: Limits::default(),
            rate_limit: LimitPolicy::Reported(Limit::default()),
            lease: DEFAULT_LEASE,
            heartbeat: DEFAULT_HEARTBEAT,
            max_wait: DEFAULT_MAX_WAIT,
            max_doubts: DEFAULT_MAX_DOUBTS,
            poll_policy: PollPolicy::default(),
            expects_deliveries: false,
            account: None,
            clock: Clock::system(),
        }
    }

    /// Sets a digest of the input. If the batch exists with another digest, opening it fails.
    pub fn input_digest(mut self, digest: impl Into<String>) -> Self {
        self.input = Some(digest.into());
        self
    }

    /// Sets data to store with a new batch, such as the mapping of columns.
    pub fn settings(mut self, settings: impl Into<String>) -> Self {
        self.settings = settings.into();
        self
    }

    /// Sets the limits at which launching stops; none by default.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the rate limit of the key, which applies until responses report another one; 50
    /// requests per minute by default. All processes with this key that use the journal share it.
    pub fn rate_limit(mut self, requests: u32, window: Duration) -> Self {
        self.rate_limit = LimitPolicy::Reported(Limit::new(requests, window));
        self
    }

    /// Sets how long this worker keeps its rows without a heartbeat; [`DEFAULT_LEASE`] by default.
    /// It must be longer than two heartbeats and a request.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets the interval at which the lease is renewed; [`DEFAULT_HEARTBEAT`] by default.
    pub fn heartbeat(mut self, interval: Duration) -> Self {
        self.heartbeat = interval;
        self
    }

    /// Sets how long a run waits for one job; [`DEFAULT_MAX_WAIT`] by default. After that, the job
    /// remains launched, and the next run reads it.
    pub fn max_wait(mut self, limit: Duration) -> Self {
        self.max_wait = limit;
        self
    }

    /// Sets the number of consecutive launches in doubt after which nothing more is launched;
    /// [`DEFAULT_MAX_DOUBTS`] by default.
    pub fn max_doubts(mut self, launches: u32) -> Self {
        self.max_doubts = launches.max(1);
        self
    }

    /// Sets when jobs are read; [`PollPolicy::adaptive`] by default.
    pub fn poll_policy(mut self, policy: PollPolicy) -> Self {
        self.poll_policy = policy;
        self
    }

    /// Sets whether results are delivered to a process that passes them to
    /// [`Batch::deliver`](crate::Batch::deliver); not by default. Jobs are then read only if their
    /// delivery is overdue.
    pub fn expects_deliveries(mut self, expected: bool) -> Self {
        self.expects_deliveries = expected;
        self
    }

    /// Sets the source of the account's balance and count of launches. By default, only the balance
    /// in results is known.
    pub fn account(mut self, account: impl Account) -> Self {
        self.account = Some(Arc::new(account));
        self
    }

    /// Sets the calendar by which the lease is checked in addition to the monotonic clock;
    /// [`Clock::system`] by default.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Checks that a request fits into the lease.
    pub(crate) fn check(&self, request_timeout: Duration) -> Result<(), BatchError> {
        let needed = self.heartbeat.saturating_mul(2).saturating_add(request_timeout);
        if self.heartbeat.is_zero() || self.lease <= needed {
            return Err(BatchError::Settings(format!(
                "the lease of {:?} is too short: it must be longer than two heartbeats of {:?} and a \
                 request of at most {request_timeout:?}",
                self.lease, self.heartbeat
            )));
        }
        Ok(())
    }
}
