//! [`Inbox`]: passes deliveries to the waits for their jobs.

mod buffer;
mod outcome;
mod registry;
pub(super) mod subscription;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;
use uuid::Uuid;

use self::buffer::Limits;
pub use self::outcome::InboxOutcome;
use self::registry::{Registry, SubscriberId};
use super::delivery::Delivery;
use super::receiver::Receiver;
use super::verifier::Verifier;
use crate::job_id::JobId;
use crate::snapshot::any::AnySnapshot;

/// The default maximum number of buffered deliveries: 10,000.
pub const DEFAULT_KEPT: usize = 10_000;

/// The default maximum size of the buffered bodies together: 64 MiB.
pub const DEFAULT_KEPT_BYTES: usize = 64 * 1024 * 1024;

/// The default time for which deliveries are buffered: 1 hour.
pub const DEFAULT_KEPT_FOR: Duration = Duration::from_secs(60 * 60);

/// Passes deliveries to the waits of a [`Client`](crate::Client).
///
/// A wait ends when a verified delivery **or** a read reports that the job is finished, whichever
/// comes first; the other is canceled. Thus a delivery saves reads, and a lost one costs some
/// seconds, but never the result.
///
/// Use one inbox for a receiver and a client; clones share the same inbox. With the router of the
/// feature `axum`:
///
/// ```no_run
/// use waterfall::webhook::{Inbox, Verifier, axum::router};
/// use waterfall::{Client, ContactQuery};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = Inbox::new();
/// let app = router("/waterfall", inbox.receiver(Verifier::from_env()?));
/// let client = Client::builder()
///     .api_key("wf_0123")
///     .webhook_url("https://hooks.example.com/waterfall")
///     .inbox(inbox)
///     .build()?;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// tokio::spawn(async move { axum::serve::<_, axum::Router, _>(listener, app).await });
/// let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
/// println!("{:?}, after {} reads", found.person(), found.reads());
/// # Ok(())
/// # }
/// ```
///
/// # Which waits use deliveries
///
/// Two kinds of waits use deliveries: those for jobs, of any kind, that a client with this inbox
/// launched with a `webhook_url`, and those for jobs that such a client reads by ID. If the client
/// has its own [`webhook_url`](crate::ClientBuilder::webhook_url), a query whose URL does not begin
/// with it is delivered elsewhere: its wait reads as if there were no inbox.
///
/// # When waits read
///
/// With [`PollPolicy::adaptive`](crate::PollPolicy::adaptive), a wait that expects a delivery reads
/// when the delivery is overdue. Each client learns how many deliveries are lost and how late the
/// others arrive; if none arrive, for example because the endpoint is unreachable, it returns to
/// plain polling after a few jobs. Other policies ignore deliveries when they plan reads. A wait
/// for a job by ID reads at once, unless the delivery is already here: it may have been delivered
/// elsewhere long ago.
///
/// # Duplicates and buffering
///
/// A delivery is dropped if its job's result was already returned, by a delivery or a read; the
/// last 10,000 such jobs are remembered. If several waits are for the same job, each gets the
/// delivery.
///
/// A delivery that arrives before any wait for its job is buffered within limits, and a later wait
/// claims it; the oldest is evicted first. A delivery is consumed when the wait is polled: if the
/// wait is dropped before that, the delivery is buffered again. The buffer is in memory: when the
/// process ends it is lost, and its jobs can be read by their IDs.
///
/// # Refused and ignored deliveries
///
/// Unsigned deliveries are refused, even if the verifier [allows](Verifier::allow_unsigned) them:
/// anyone who knows a job's ID could end its wait. The response asks the sender to retry.
/// Deliveries of unfinished jobs, or without a job ID, are dropped, and the wait continues.
#[derive(Clone)]
pub struct Inbox {
    shared: Arc<Shared>,
}

struct Shared {
    epoch: Instant,
    state: Mutex<State>,
}

struct State {
    registry: Registry<AnySnapshot>,
    wakers: HashMap<SubscriberId, Waker>,
}

impl Inbox {
    /// Creates an empty inbox with the default limits.
    #[must_use]
    pub fn new() -> Self {
        let limits =
            Limits { deliveries: DEFAULT_KEPT, bytes: DEFAULT_KEPT_BYTES, age: DEFAULT_KEPT_FOR };
        let state = State { registry: Registry::new(limits), wakers: HashMap::new() };
        Self { shared: Arc::new(Shared { epoch: Instant::now(), state: Mutex::new(state) }) }
    }

    /// Sets the maximum number of buffered deliveries; 10,000 by default, 0 for none. Deliveries
    /// that a wait expects are not counted.
    #[must_use]
    pub fn keep(self, deliveries: usize) -> Self {
        self.state().registry.limits.deliveries = deliveries;
        self
    }

    /// Sets the maximum size of the buffered bodies together, in bytes; 64 MiB by default.
    #[must_use]
    pub fn keep_bytes(self, bytes: usize) -> Self {
        self.state().registry.limits.bytes = bytes;
        self
    }

    /// Sets how long a delivery is buffered; 1 hour by default. Older ones are evicted at the next
    /// use of the inbox.
    #[must_use]
    pub fn keep_for(self, age: Duration) -> Self {
        self.state().registry.limits.age = age;
        self
    }

    /// Returns a receiver that puts all deliveries into this inbox, for
    /// [`axum::router`](super::axum::router) or any other framework.
    ///
    /// To store deliveries as well, create a [`Receiver`] whose handler stores them and then
    /// [puts](Self::put) them into the inbox.
    #[must_use]
    pub fn receiver(&self, verifier: Verifier) -> Receiver {
        let (inbox, known) = (self.clone(), self.clone());
        let receiver = Receiver::new(verifier, move |delivery| {
            ready(match inbox.put(&delivery) {
                refused @ InboxOutcome::Unsigned => Err(refused),
                _ => Ok(()),
            })
        });
        receiver.known_jobs(move |uuid| known.awaited_job(uuid))
    }

    /// Returns the ID, with its kind, of a job with a wait, for [`Receiver::known_jobs`].
    pub fn awaited_job(&self, uuid: Uuid) -> Option<JobId> {
        self.state().registry.awaited_job(uuid)
    }

    /// Adds a delivery, and returns what happened to it.
    ///
    /// ```
    /// use waterfall::webhook::{Inbox, Receiver, Verifier};
    ///
    /// # async fn registry(_: &waterfall::AnySnapshot) -> std::io::Result<()> { Ok(()) }
    /// fn receiver(verifier: Verifier, inbox: Inbox) -> Receiver {
    ///     Receiver::new(verifier, move |delivery| {
    ///         let inbox = inbox.clone();
    ///         async move {
    ///             registry(delivery.snapshot()).await?;
    ///             inbox.put(&delivery);
    ///             Ok::<(), std::io::Error>(())
    ///         }
    ///     })
    /// }
    /// ```
    pub fn put(&self, delivery: &Delivery) -> InboxOutcome {
        let outcome = self.add(delivery);
        tracing::debug!(job_id = ?delivery.job_id(), ?outcome, "webhook delivery received");
        outcome
    }

    fn add(&self, delivery: &Delivery) -> InboxOutcome {
        let (job_id, snapshot) = (delivery.job_id(), delivery.snapshot());
        if !delivery.is_signed() {
            return InboxOutcome::Unsigned;
        }
        let Some(job_id) = job_id else { return InboxOutcome::NoJobId };
        if !snapshot.is_final() {
            return InboxOutcome::NotFinished;
        }
        let now = self.now();
        let mut state = self.state();
        let bytes = snapshot.raw().len();
        let (outcome, subscribers) = state.registry.put(now, job_id, snapshot.clone(), bytes);
        let wakers: Vec<_> =
            subscribers.iter().filter_map(|id| state.wakers.get(id).cloned()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        outcome
    }

    /// Returns the number of buffered deliveries.
    pub fn kept(&self) -> usize {
        self.counts().0
    }

    /// Returns the number of jobs with a wait.
    pub fn awaited(&self) -> usize {
        self.counts().1
    }

    /// Returns whether both are clones of the same inbox.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    fn counts(&self) -> (usize, usize) {
        let now = self.now();
        self.state().registry.counts(now)
    }

    fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.shared.epoch)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock()
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kept, awaited) = self.counts();
        f.debug_struct("Inbox")
            .field("kept", &kept)
            .field("awaited", &awaited)
            .finish_non_exhaustive()
    }
}
