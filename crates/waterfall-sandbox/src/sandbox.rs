//! [`Sandbox`]: configuration, clock and state.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::Uuid;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::config::Config;
use crate::endpoint::{Endpoint, JobType};
use crate::fault::Fault;
use crate::fault_injector::FaultInjector;
use crate::jobs::Jobs;
use crate::keys::KeyId;
use crate::limit::Window;
use crate::managed_keys::ManagedKeys;
use crate::operations::{self, JobRequest};
use crate::record::{LaunchRecord, Launched, Log, MAX_RECORDS, RecordedRequest};
use crate::webhook::destination::{Receivers, Sender};
use crate::webhook::keyring::Keyring;
use crate::webhook::outbox::Outbox;
use crate::webhook::record::DeliveryAttempt;

/// A mock server of the API. Clones share one state.
///
/// `Debug` shows only counts, neither keys nor data.
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) sender: Sender,
    /// Notified when the outbox changes.
    pub(crate) outbox_changed: Notify,
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) jobs: Jobs,
    pub(crate) accounts: Accounts,
    pub(crate) managed_keys: ManagedKeys,
    pub(crate) windows: HashMap<KeyId, Window>,
    pub(crate) fault_injector: FaultInjector,
    pub(crate) requests: Log<RecordedRequest>,
    pub(crate) launches: Log<LaunchRecord>,
    pub(crate) keyring: Keyring,
    pub(crate) receivers: Receivers,
    pub(crate) outbox: Outbox,
    pub(crate) deliveries: Log<DeliveryAttempt>,
}

impl State {
    fn new(config: &Config) -> Self {
        Self {
            jobs: Jobs::default(),
            accounts: Accounts::default(),
            managed_keys: ManagedKeys::of(config),
            windows: HashMap::new(),
            fault_injector: FaultInjector::default(),
            requests: Log::with_max(MAX_RECORDS),
            launches: Log::with_max(MAX_RECORDS),
            keyring: Keyring::new(config.seed, Instant::now()),
            receivers: Receivers::default(),
            outbox: Outbox::default(),
            deliveries: Log::with_max(MAX_RECORDS / 10),
        }
    }
}

impl Sandbox {
    pub(crate) fn with_config(config: Config, epoch: SystemTime) -> Self {
        let clock = Clock::starting_at(epoch);
        let state = Mutex::new(State::new(&config));
        Self {
            inner: Arc::new(Inner {
                config,
                clock,
                sender: Sender::default(),
                outbox_changed: Notify::new(),
                state,
            }),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock()
    }

    /// Returns the current calendar time of the sandbox.
    pub fn now(&self) -> SystemTime {
        self.inner.clock.calendar(Instant::now())
    }

    /// Queues a fault for the next request of an operation. Each call affects one
    /// further request. Requests with the header
    /// [`x-sandbox-fault`](crate::FAULT_HEADER) do not use the queue.
    pub fn fault_next(&self, endpoint: Endpoint, fault: Fault) {
        self.faults_next(endpoint, [fault]);
    }

    /// Queues several faults that apply together to the next request of an operation.
    pub fn faults_next(&self, endpoint: Endpoint, faults: impl IntoIterator<Item = Fault>) {
        let faults = faults.into_iter().collect();
        self.state().fault_injector.queue(endpoint, faults);
    }

    /// Clears the queued faults of requests and deliveries.
    pub fn clear_faults(&self) {
        self.state().fault_injector.clear();
    }

    /// Returns the last 100,000 requests, in the order of their responses.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state().requests.to_vec()
    }

    /// Returns the recorded requests of one operation, in the order of their responses.
    pub fn requests_to(&self, endpoint: Endpoint) -> Vec<RecordedRequest> {
        let is_to = |request: &&RecordedRequest| request.endpoint == endpoint;
        self.state().requests.iter().filter(is_to).cloned().collect()
    }

    /// Returns the recorded requests to the finder of one job.
    pub fn reads(&self, job_id: Uuid) -> Vec<RecordedRequest> {
        let is_read = |request: &&RecordedRequest| {
            request.job_id == Some(job_id)
                && matches!(operations::request(request.endpoint), Some(JobRequest::Find(_)))
        };
        self.state().requests.iter().filter(is_read).cloned().collect()
    }

    /// Returns the number of requests since the sandbox was built, including those that are no
    /// longer recorded.
    pub fn requests_total(&self) -> u64 {
        self.state().requests.total()
    }

    /// Returns the number of jobs launched since the sandbox was built, including those that are no
    /// longer recorded.
    pub fn launches_total(&self) -> u64 {
        self.state().launches.total()
    }

    /// Returns the last 100,000 launched jobs of all kinds, in the order of their launches.
    pub fn launches(&self) -> Vec<Launched> {
        let records = self.state().launches.to_vec();
        records.iter().map(LaunchRecord::read).collect()
    }

    /// Returns the jobs of one kind among [`launches`](Self::launches).
    ///
    /// ```
    /// use waterfall_sandbox::{JobType, Sandbox};
    ///
    /// let sandbox = Sandbox::new();
    /// assert!(sandbox.launches_of(JobType::Phone).is_empty());
    /// ```
    pub fn launches_of(&self, kind: JobType) -> Vec<Launched> {
        let mut launches = self.launches();
        launches.retain(|launched| launched.kind == kind);
        launches
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Sandbox")
            .field("requests", &state.requests.iter().count())
            .field("launches", &state.launches.iter().count())
            .field("deliveries", &state.deliveries.iter().count())
            .finish_non_exhaustive()
    }
}
