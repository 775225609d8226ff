//! [`BatchOptions`]: the name of a batch, and how it is run.

use std::sync::Arc;
use std::time::Duration;

use job_polling::limiter::{Limit, LimitPolicy};
use waterfall::{Clock, PollPolicy};

use crate::account::Account;
use crate::error::BatchError;
use crate::limits::Limits;

/// How long a lease lasts, by default: 60 seconds.
pub const DEFAULT_LEASE: Duration = Duration::from_secs(60);

/// How often a lease is renewed, by default: 10 seconds.
pub const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(10);

/// How long a run waits for one job, by default: 1 hour.
pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(60 * 60);

/// After this many launches in doubt in a row, by default, nothing more is launched: 5.
pub const DEFAULT_MAX_DOUBTS: u32 = 5;

/// The name of a batch, and how it is run.
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
    /// A batch of this name, which is unique within its journal.
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

    /// A digest of the input. If the batch exists and has another one, opening it fails.
    pub fn input_digest(mut self, digest: impl Into<String>) -> Self {
        self.input = Some(digest.into());
        self
    }

    /// What the caller wants to keep with a new batch, such as the mapping of columns.
    pub fn settings(mut self, settings: impl Into<String>) -> Self {
        self.settings = settings.into();
        self
    }

    /// When nothing more is launched; never by default.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The rate limit of the key, until responses report another one; 50 requests per minute by
    /// default. All processes with this key that use the journal share it.
    pub fn rate_limit(mut self, requests: u32, window: Duration) -> Self {
        self.rate_limit = LimitPolicy::Reported(Limit::new(requests, window));
        self
    }

    /// How long this worker's rows stay its own without a heartbeat;
    /// [`DEFAULT_LEASE`] by default. It must be longer than two heartbeats and a request.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How often the lease is renewed; [`DEFAULT_HEARTBEAT`] by default.
    pub fn heartbeat(mut self, interval: Duration) -> Self {
        self.heartbeat = interval;
        self
    }

    /// How long a run waits for one job; [`DEFAULT_MAX_WAIT`] by default. The job stays launched,
    /// and the next run reads it.
    pub fn max_wait(mut self, limit: Duration) -> Self {
        self.max_wait = limit;
        self
    }

    /// After how many launches in doubt in a row nothing more is launched;
    /// [`DEFAULT_MAX_DOUBTS`] by default.
    pub fn max_doubts(mut self, launches: u32) -> Self {
        self.max_doubts = launches.max(1);
        self
    }

    /// When jobs are read; [`PollPolicy::adaptive`] by default.
    pub fn poll_policy(mut self, policy: PollPolicy) -> Self {
        self.poll_policy = policy;
        self
    }

    /// Whether results are delivered to a process that passes them to
    /// [`Batch::deliver`](crate::Batch::deliver); not by default. Jobs are then read only if their
    /// delivery is overdue.
    pub fn expects_deliveries(mut self, expected: bool) -> Self {
        self.expects_deliveries = expected;
        self
    }

    /// What reports the account's balance and count of launches; by default only the balance in
    /// results is known.
    pub fn account(mut self, account: impl Account) -> Self {
        self.account = Some(Arc::new(account));
        self
    }

    /// The calendar by which the lease is checked beside the monotonic clock;
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
