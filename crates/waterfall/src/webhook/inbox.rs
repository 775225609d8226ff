//! [`Inbox`]: where deliveries meet those who wait for them.

mod mail;
mod shelf;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use self::shelf::Limits;
use self::store::{Reader, Store};
use super::delivery::Delivery;
use super::receiver::Receiver;
use super::verifier::Verifier;
use crate::Snapshot;

pub(crate) use self::mail::Mail;

/// How many deliveries are kept for those who may wait for them later, unless told
/// otherwise: 10,000.
pub const DEFAULT_KEPT: usize = 10_000;

/// How many bytes their bodies may have together, unless told otherwise: 64 MiB.
pub const DEFAULT_KEPT_BYTES: usize = 64 * 1024 * 1024;

/// How long they are kept, unless told otherwise: 1 hour.
pub const DEFAULT_KEPT_FOR: Duration = Duration::from_secs(60 * 60);

/// Feeds deliveries to the waits of a [`Client`](crate::Client).
///
/// A job is over for its wait when a verified delivery **or** a read says so, whichever
/// comes first; the other is called off. So a delivery saves reads, and one that is lost
/// costs some seconds, and never the result.
///
/// Give one inbox to a receiver and to a client; its clones are the same inbox. With a
/// router of the feature `axum`:
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
/// # Which waits are fed
///
/// Those of jobs that were launched with a `webhook_url` by a client with this inbox, and
/// those of jobs that such a client picks up by their ids. If the client has a
/// [`webhook_url`](crate::ClientBuilder::webhook_url) of its own, a query with another one that
/// does not begin with it leads elsewhere: its wait reads as if there were no inbox.
///
/// # When they read
///
/// With [`PollPolicy::adaptive`](crate::PollPolicy::adaptive), a fed wait reads when its delivery is
/// overdue. The client learns how many deliveries never come and how late the others are, each
/// client anew; where none comes any more, because the endpoint can't be reached, it is back to
/// plain polling after a few jobs. Other policies read as they say. A job that is picked up
/// by its id is read at once, unless its delivery is here already: it may have been delivered to
/// somebody else long ago.
///
/// # Each once
///
/// A delivery of a job whose result was handed over, by a delivery or by a read, is dropped; the
/// last 10,000 such jobs are remembered. If several wait for one job, each gets it.
///
/// What comes before anybody waits is kept, within limits, the oldest goes first, and is claimed
/// by the wait for its job. It is handed over when the wait is polled: if a wait is dropped before
/// that, it is kept again. All that is in memory: a process that ends loses it, and its jobs can be
/// read by their ids.
///
/// # What it does not take
///
/// Unsigned deliveries, also where a verifier [allows](Verifier::allow_unsigned) them: whoever
/// knows a job's id could end its wait. They have the sender told to try again. Deliveries of jobs
/// that are not over, or that name no job, are of no use here: they are dropped, and the wait goes
/// on.
#[derive(Clone)]
pub struct Inbox {
    shared: Arc<Shared>,
}

struct Shared {
    epoch: Instant,
    state: Mutex<State>,
}

struct State {
    store: Store<Snapshot>,
    wakers: HashMap<Reader, Waker>,
}

/// What became of a delivery that was put into an [`Inbox`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InboxOutcome {
    /// Somebody waits for the job, and gets it.
    Awaited,
    /// Nobody waits for the job now. It is kept.
    Kept,
    /// Nobody waits for the job, and the limits have no room for it. It is dropped.
    NotKept,
    /// The job's result is here already, or was handed over. It is dropped.
    Duplicate,
    /// The job is not over. It is dropped.
    NotOver,
    /// It names no job. It is dropped.
    Nameless,
    /// It is not signed, and refused.
    Unsigned,
}

impl Inbox {
    /// An empty inbox, with all limits at their defaults.
    #[must_use]
    pub fn new() -> Self {
        let limits =
            Limits { deliveries: DEFAULT_KEPT, bytes: DEFAULT_KEPT_BYTES, age: DEFAULT_KEPT_FOR };
        let state = State { store: Store::new(limits), wakers: HashMap::new() };
        Self { shared: Arc::new(Shared { epoch: Instant::now(), state: Mutex::new(state) }) }
    }

    /// How many deliveries are kept for later at most; 10,000 by default, and 0 for none.
    /// What a wait is there for does not count.
    #[must_use]
    pub fn keep(self, deliveries: usize) -> Self {
        self.state().store.limits.deliveries = deliveries;
        self
    }

    /// How many bytes their bodies may have together; 64 MiB by default.
    #[must_use]
    pub fn keep_bytes(self, bytes: usize) -> Self {
        self.state().store.limits.bytes = bytes;
        self
    }

    /// How long a delivery is kept; 1 hour by default. What is too old goes when the inbox is
    /// used next.
    #[must_use]
    pub fn keep_for(self, age: Duration) -> Self {
        self.state().store.limits.age = age;
        self
    }

    /// A receiver that puts all deliveries in here, for [`axum::router`](super::axum::router) or
    /// any other framework.
    ///
    /// To store deliveries as well, make a [`Receiver`] whose handler stores them and
    /// then [puts](Self::put) them in.
    #[must_use]
    pub fn receiver(&self, verifier: Verifier) -> Receiver {
        let inbox = self.clone();
        Receiver::new(verifier, move |delivery| {
            ready(match inbox.put(&delivery) {
                refused @ InboxOutcome::Unsigned => Err(refused),
                _ => Ok(()),
            })
        })
    }

    /// Takes a delivery in, and says what became of it.
    ///
    /// ```
    /// use waterfall::webhook::{Inbox, Receiver, Verifier};
    ///
    /// # async fn store(_: &waterfall::Snapshot) -> std::io::Result<()> { Ok(()) }
    /// fn receiver(verifier: Verifier, inbox: Inbox) -> Receiver {
    ///     Receiver::new(verifier, move |delivery| {
    ///         let inbox = inbox.clone();
    ///         async move {
    ///             store(delivery.snapshot()).await?;
    ///             inbox.put(&delivery);
    ///             Ok::<(), std::io::Error>(())
    ///         }
    ///     })
    /// }
    /// ```
    pub fn put(&self, delivery: &Delivery) -> InboxOutcome {
        let put = self.sort(delivery);
        tracing::debug!(job_id = ?delivery.job_id(), ?put, "a delivery came");
        put
    }

    fn sort(&self, delivery: &Delivery) -> InboxOutcome {
        let (job_id, snapshot) = (delivery.job_id(), delivery.snapshot());
        if !delivery.is_signed() {
            return InboxOutcome::Unsigned;
        }
        let Some(job_id) = job_id else { return InboxOutcome::Nameless };
        if !snapshot.is_final() {
            return InboxOutcome::NotOver;
        }
        let now = self.now();
        let mut state = self.state();
        let bytes = snapshot.raw().len();
        let (put, readers) = state.store.put(now, job_id, snapshot.clone(), bytes);
        let wakers: Vec<_> =
            readers.iter().filter_map(|reader| state.wakers.get(reader).cloned()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        put
    }

    /// How many deliveries are kept for later.
    pub fn kept(&self) -> usize {
        self.counts().0
    }

    /// How many jobs are waited for.
    pub fn awaited(&self) -> usize {
        self.counts().1
    }

    /// Whether both are the same inbox.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    fn counts(&self) -> (usize, usize) {
        let now = self.now();
        self.state().store.counts(now)
    }

    fn now(&self) -> Duration {
        Instant::now().saturating_duration_since(self.shared.epoch)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
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
