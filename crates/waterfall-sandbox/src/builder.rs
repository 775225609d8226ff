//! [`Builder`]: configures and builds a [`Sandbox`].

use std::time::{Duration, SystemTime};

use crate::config::{Config, JobTime, Observer};
use crate::fault::Fault;
use crate::fault_rule::FaultRule;
use crate::keys::Keys;
use crate::limit::RateLimit;
use crate::record::RecordedRequest;
use crate::sandbox::Sandbox;
use crate::webhook::fault::{DeliveryFault, DeliveryRule};
use crate::webhook::settings::Webhooks;

impl Sandbox {
    /// A sandbox with all settings at their defaults.
    #[must_use]
    pub fn new() -> Self {
        Builder::new().build()
    }

    /// Starts the settings of a sandbox.
    pub fn builder() -> Builder {
        Builder::new()
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

/// Makes a [`Sandbox`]; [`Sandbox::builder`] makes one of these.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    config: Config,
    epoch: Option<SystemTime>,
}

impl Builder {
    /// How many jobs are kept unless [`max_jobs`](Self::max_jobs) is called.
    pub const DEFAULT_MAX_JOBS: usize = 200_000;

    pub(crate) fn new() -> Self {
        let config = Config {
            seed: 0,
            job_time: JobTime::default(),
            job_expiry: Duration::from_secs(24 * 60 * 60),
            max_jobs: Self::DEFAULT_MAX_JOBS,
            keys: Keys::default(),
            rate_limit: RateLimit::default(),
            quota: u64::MAX,
            balance_cents: 100_000,
            rules: Vec::new(),
            webhooks: Webhooks::default(),
            delivery_rules: Vec::new(),
            observer: None,
        };
        Self { config, epoch: None }
    }

    /// What everything random is drawn from: job ids, job times, faults by
    /// probability, and the keys that webhooks are signed with, which are
    /// therefore no secret. The default is 0. Sandboxes of one seed that see the
    /// same requests give out the same ids.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// How long jobs run. The default is [`JobTime::default`].
    pub fn job_time(mut self, time: JobTime) -> Self {
        self.config.job_time = time;
        self
    }

    /// How long after its launch a job can be read; then it is as if it had
    /// never been. The default is 24 hours. (The API has such an end, and does
    /// not say when it is.)
    pub fn job_expiry(mut self, expiry: Duration) -> Self {
        self.config.job_expiry = expiry;
        self
    }

    /// How many jobs are kept; a launch beyond that makes the oldest one unknown,
    /// as if it had expired, whether it is over or not. At least 1. The default is
    /// [`DEFAULT_MAX_JOBS`](Self::DEFAULT_MAX_JOBS), which take about 100 MB.
    pub fn max_jobs(mut self, jobs: usize) -> Self {
        self.config.max_jobs = jobs.max(1);
        self
    }

    /// Calls `observer` for each request, with its method, its path and what became
    /// of it, when the answer is decided and before it is sent. It is called from
    /// several threads at once; it may use the sandbox, but must not block.
    ///
    /// ```
    /// use waterfall_sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::builder()
    ///     .on_request(|method, path, recorded| eprintln!("{method} {path}: {:?}", recorded.status))
    ///     .build();
    /// # drop(sandbox);
    /// ```
    pub fn on_request<F>(mut self, observer: F) -> Self
    where
        F: Fn(&str, &str, &RecordedRequest) + Send + Sync + 'static,
    {
        self.config.observer = Some(Observer::new(observer));
        self
    }

    /// Accepts this API key, and with it only those that were so named.
    /// Without, see [`DEMO_KEY`](crate::DEMO_KEY).
    pub fn accept_key(mut self, key: &str) -> Self {
        self.config.keys.accept(key);
        self
    }

    /// Refuses launches with `include_phones` to this key, as the API does
    /// for accounts without phone enrichment.
    pub fn deny_phones_to(mut self, key: &str) -> Self {
        self.config.keys.deny_phones(key);
        self
    }

    /// The rate limit of each key: a number of requests per minute or a
    /// [`RateLimit`]. The default is the API's, 50.
    pub fn rate_limit(mut self, limit: impl Into<RateLimit>) -> Self {
        self.config.rate_limit = limit.into();
        self
    }

    /// How many jobs each key may launch; launches beyond are answered with a
    /// 402. There is no such limit by default.
    pub fn quota(mut self, launches: u64) -> Self {
        self.config.quota = launches;
        self
    }

    /// What each key has at first, in US dollars, rounded to cents. The default
    /// is 1,000. A job that finds a person takes 10 cents of it and 1 more for
    /// each phone number, down to nothing; launches go on then, as that is what
    /// [`quota`](Self::quota) is for.
    pub fn balance_usd(mut self, dollars: f64) -> Self {
        self.config.balance_cents = (dollars * 100.0).round() as u64;
        self
    }

    /// What the calendar says when the sandbox is built; the default is the real
    /// time. From there on it runs with tokio's clock.
    pub fn epoch(mut self, epoch: SystemTime) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Lets a fault happen to requests of all operations with a probability
    /// from 0 to 1.
    pub fn fault_rate(self, fault: Fault, probability: f64) -> Self {
        self.fault_rule(FaultRule::new(fault, probability))
    }

    /// Lets a fault happen by a rule. Of several rules, the first that hits is
    /// taken for a request.
    pub fn fault_rule(mut self, rule: FaultRule) -> Self {
        self.config.rules.push(rule);
        self
    }

    /// How webhooks are signed and delivered. The default is
    /// [`Webhooks::default`].
    pub fn webhooks(mut self, webhooks: Webhooks) -> Self {
        self.config.webhooks = webhooks;
        self
    }

    /// Lets a fault befall deliveries with a probability from 0 to 1.
    pub fn delivery_fault_rate(self, fault: DeliveryFault, probability: f64) -> Self {
        self.delivery_fault_rule(DeliveryRule::new(fault, probability))
    }

    /// Lets a fault befall deliveries by a rule. Of several rules, the first that
    /// hits is taken for a delivery.
    pub fn delivery_fault_rule(mut self, rule: DeliveryRule) -> Self {
        self.config.delivery_rules.push(rule);
        self
    }

    /// Builds the sandbox; its clock starts now.
    #[must_use]
    pub fn build(self) -> Sandbox {
        Sandbox::with_config(self.config, self.epoch.unwrap_or_else(SystemTime::now))
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}
