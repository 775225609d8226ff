//! [`Builder`]: configures and builds a [`Sandbox`].

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use crate::config::{Config, JobTime, Observer};
use crate::endpoint::Feature;
use crate::fault::Fault;
use crate::fault_rule::FaultRule;
use crate::keys::Keys;
use crate::limit::RateLimit;
use crate::record::RecordedRequest;
use crate::sandbox::Sandbox;
use crate::webhook::fault::{DeliveryFault, DeliveryRule};
use crate::webhook::settings::Webhooks;
use uuid::Uuid;

impl Sandbox {
    /// Creates a sandbox with default settings.
    #[must_use]
    pub fn new() -> Self {
        Builder::new().build()
    }

    /// Starts to configure a sandbox.
    pub fn builder() -> Builder {
        Builder::new()
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

/// Configures and builds a [`Sandbox`]; see [`Sandbox::builder`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    config: Config,
    epoch: Option<SystemTime>,
}

impl Builder {
    /// The default of [`max_jobs`](Self::max_jobs).
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
            balance_cents: None,
            disabled: BTreeSet::new(),
            rules: Vec::new(),
            webhooks: Webhooks::default(),
            delivery_rules: Vec::new(),
            observer: None,
        };
        Self { config, epoch: None }
    }

    /// Sets the seed of all random values: job IDs, job times, faults by probability, and the keys
    /// that sign webhooks, which are therefore not secret. The default is 0. Sandboxes with the
    /// same seed and the same requests assign the same IDs.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Sets the duration of jobs. The default is [`JobTime::default`].
    pub fn job_time(mut self, time: JobTime) -> Self {
        self.config.job_time = time;
        self
    }

    /// Sets how long after its launch a job can be read; later reads return a 404. The default is
    /// 24 hours. Jobs of the API expire as well, after an undocumented time.
    pub fn job_expiry(mut self, expiry: Duration) -> Self {
        self.config.job_expiry = expiry;
        self
    }

    /// Sets the maximum number of jobs, at least 1. A launch beyond it removes the oldest job, even
    /// if that has not ended; reading it returns a 404. The default is
    /// [`DEFAULT_MAX_JOBS`](Self::DEFAULT_MAX_JOBS), which take about 100 MB.
    pub fn max_jobs(mut self, jobs: usize) -> Self {
        self.config.max_jobs = jobs.max(1);
        self
    }

    /// Calls `observer` for each request with its method, its path and its record, when
    /// the response has been determined and before it is sent. The observer is called
    /// from several threads at once. It may use the sandbox but must not block.
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

    /// Accepts this API key. Once a key is added, only added keys are accepted. For the default,
    /// see [`DEMO_KEY`](crate::DEMO_KEY).
    pub fn accept_key(mut self, key: &str) -> Self {
        self.config.keys.accept(key);
        self
    }

    /// Denies phone enrichment to this key, like the API for accounts without it: its launches with
    /// `include_phones` and its phone enrichments return a 403.
    pub fn deny_phones_to(mut self, key: &str) -> Self {
        self.config.keys.deny_phones(key);
        self
    }

    /// Disables a feature for all accounts; its requests return a 403. By default, all features are
    /// enabled.
    ///
    /// ```
    /// use waterfall_sandbox::{Feature, Sandbox};
    ///
    /// let sandbox = Sandbox::builder().without(Feature::Phone).build();
    /// # drop(sandbox);
    /// ```
    pub fn without(mut self, feature: Feature) -> Self {
        self.config.disabled.insert(feature);
        self
    }

    /// Sets the master key of the account whose keys `/v1/api-keys` manages. With it, only this
    /// key, its sub-keys and keys added by [`accept_key`](Self::accept_key) are accepted. The
    /// default is [`DEMO_MASTER_KEY`](crate::DEMO_MASTER_KEY), unless a key was added by
    /// `accept_key`: then no account has a master key.
    pub fn master_key(mut self, key: Uuid) -> Self {
        self.config.keys.master = Some(key);
        self
    }

    /// Adds a sub-key to the account of the master key, with a rate limit of this many
    /// requests per interval. It shares jobs, usage and balance with the master key.
    pub fn sub_key(mut self, key: Uuid, per_interval: u32) -> Self {
        self.config.keys.sub_keys.push((key, per_interval));
        self
    }

    /// Sets the rate limit of each key: a number of requests per minute or a [`RateLimit`]. The
    /// default is the API's, 50.
    pub fn rate_limit(mut self, limit: impl Into<RateLimit>) -> Self {
        self.config.rate_limit = limit.into();
        self
    }

    /// Sets the maximum number of jobs that each key may launch; further launches return a
    /// 402. The default is unlimited.
    pub fn quota(mut self, launches: u64) -> Self {
        self.config.quota = launches;
        self
    }

    /// Sets the prepaid balance of each account in US dollars, rounded to cents. Once it is used
    /// up, launches return a 402. Results may cost more than the remaining balance, which does not
    /// fall below 0. Without this setting, the balance starts at 1,000 dollars, and launches are
    /// accepted at any balance.
    ///
    /// A launch is billed for what its job finds: 10 cents for a person, 1 cent for a phone
    /// number, 2 cents for a person in a contact search, 7 cents for a company, 5 cents for a
    /// job change with a verdict, 70 cents for a page of company titles and 1 cent for an
    /// e-mail address with a verdict.
    pub fn balance_usd(mut self, dollars: f64) -> Self {
        self.config.balance_cents = Some((dollars * 100.0).round() as u64);
        self
    }

    /// Sets the calendar time at which the sandbox is built; the default is the system time. From
    /// then on, calendar time follows tokio's clock.
    pub fn epoch(mut self, epoch: SystemTime) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Injects a fault into requests of all operations with a probability from 0 to 1.
    pub fn fault_rate(self, fault: Fault, probability: f64) -> Self {
        self.fault_rule(FaultRule::new(fault, probability))
    }

    /// Injects faults according to a rule. If there are several rules, the first one that matches a
    /// request applies.
    pub fn fault_rule(mut self, rule: FaultRule) -> Self {
        self.config.rules.push(rule);
        self
    }

    /// Sets how webhooks are signed and delivered. The default is [`Webhooks::default`].
    pub fn webhooks(mut self, webhooks: Webhooks) -> Self {
        self.config.webhooks = webhooks;
        self
    }

    /// Injects a fault into deliveries with a probability from 0 to 1.
    pub fn delivery_fault_rate(self, fault: DeliveryFault, probability: f64) -> Self {
        self.delivery_fault_rule(DeliveryRule::new(fault, probability))
    }

    /// Injects faults into deliveries according to a rule. If there are several rules, the first
    /// one that matches a delivery applies.
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
