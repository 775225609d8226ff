//! [`Batch`]: many jobs with one API key. The [`Scheduler`](job_polling::batch::Scheduler) decides
//! the order of work; [`Run`] carries it out.

mod hooks;
pub(crate) mod input;
pub(crate) mod item;
mod run;
mod source;
mod start;

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use job_polling::PollPolicy;

use self::hooks::{LaunchedHook, LaunchingHook};
use self::item::BatchItem;
use self::run::Run;
use self::run::entry::{BYTES_PER_JOB, Done};
use self::source::Source;
use crate::client::Client;
use crate::job::Job;
use crate::kind::{ContactEnrichment, JobKind, JobQuery};
use crate::query::contact::ContactQuery;
use crate::spend::ledger::SpendLedger;
use crate::spend::spent::Spent;

/// A stream of results in the order in which jobs finish, from [`Client::enrich_all`],
/// [`Client::enrich_each`] or [`Client::wait_all`].
///
/// # Inputs and keys
///
/// An input is a [`ContactQuery`], which is launched, or a known job ([`Job`] or
/// [`JobId`](crate::JobId)), for which the batch only waits. A batch can mix both with
/// [`BatchInput`](crate::BatchInput). In a pair `(key, input)` the key is any value, such as a row
/// number or an entire record. It is moved into the batch and returned in [`BatchItem::key`]. It is
/// never cloned, compared or sent to the API, and several inputs may have equal keys. The key of
/// other inputs is `()`.
///
/// ```
/// use waterfall::{BatchInput, Client, ContactQuery, JobId};
/// # use waterfall_sandbox::Sandbox;
///
/// struct Row { number: u32, email: &'static str, job_id: Option<JobId> }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// # let known = client.launch(ContactQuery::linkedin("john-roe-42")).await?.id();
/// let rows = vec![
///     Row { number: 1, email: "jane.doe@acme.com", job_id: None },
///     Row { number: 2, email: "john.roe@example.com", job_id: Some(known) },
/// ];
/// let mut batch = client.enrich_each(rows.into_iter().map(|row| {
///     let input = match row.job_id {
///         Some(id) => BatchInput::from(id), // launched before: only wait
///         None => ContactQuery::email(row.email).into(),
///     };
///     (row, input)
/// }));
/// while let Some(done) = batch.next().await {
///     println!("row {}: {}", done.key.number, done.result.is_ok());
/// }
/// # assert_eq!(sandbox.launches().len(), 2);
/// # Ok(())
/// # }
/// ```
///
/// # Scheduling
///
/// There is no number of workers to set. The [`RateLimiter`](crate::RateLimiter) determines how
/// many requests may be sent, and all of them yield to interactive requests
/// ([`Client::with_low_priority`]). The schedule minimizes the average time to a result at the
/// throughput that the rate limit allows. The [`PollPolicy`] determines when reading a job is worth
/// its cost; the more results are outstanding, the more certain `adaptive` is that a job is
/// finished, so that a job in a long batch costs little more than one read. Reads have priority
/// over launches, and a launch reserves permits for its own read and for those of all running jobs:
/// the first half of an unused rate limit is spent on launches, and the second half on reads. While
/// no durations are known, the first job is read after 4 s, and the others when the first is
/// finished. Results are returned in the order in which jobs finish, not in the order of the
/// inputs.
///
/// If the client has an inbox for webhooks (feature `webhook`), jobs that are delivered to it end
/// with their deliveries, and are read only when these are overdue. Then nearly all permits are used
/// for launches: while launches and reads wait, launches get at least one of four.
///
/// # Memory
///
/// Inputs are taken from their source one by one: a query only when the launch of the previous one
/// has been sent, and a known job at once, while at most 4,096 jobs are pending. A source may
/// therefore be larger than memory. Until its result is returned, an input needs memory for its
/// query, its key and [`BYTES_PER_JOB`](Batch::BYTES_PER_JOB); [`wait_all`](Client::wait_all) holds
/// all its jobs from the start.
///
/// # Results
///
/// Each input has exactly one result: an invalid query, a failed launch, and a job that failed or
/// did not finish in time are errors of that input only, and the others continue. A launch in doubt
/// ([`Error::may_have_launched`](crate::Error::may_have_launched)) is not repeated. After a 429, a
/// launch is retried as often as the [`RetryPolicy`](crate::RetryPolicy) allows; the time until the
/// next attempt does not count towards that policy's deadline. Transient read failures are retried.
/// If the key itself is rejected, every input has that error: stop the batch in this case.
///
/// # Cancellation
///
/// Nothing is sent before the first poll, and no further request is started without a poll. Dropping
/// the future of [`next`](Self::next) loses nothing. If the stream is dropped, launches in flight
/// complete in the background and their jobs are passed to
/// [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan); jobs that were reported to
/// [`on_launched`](Self::on_launched) continue at the API, and can be waited for by their IDs. Keys
/// without a result are dropped with the stream.
///
/// ```
/// use waterfall::{Client, ContactQuery, JobId};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// let people = ["jane-doe-abc123", "john-roe-def456"];
/// let mut batch = client
///     .enrich_each(people.map(ContactQuery::linkedin))
///     .on_launched(|index, job| println!("{index}: launched {}", job.id()));
/// while let Some(done) = batch.next().await {
///     match done.result {
///         Ok(found) => println!("{}: {:?}", people[done.index], found.person()),
///         Err(error) => println!("{}: {error}", people[done.index]),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is polled"]
#[doc(alias = "bulk")]
#[doc(alias = "many")]
#[doc(alias = "concurrent")]
pub struct Batch<Key = (), K: JobKind = ContactEnrichment> {
    client: Client,
    source: Source<Key, K>,
    /// The keys of inputs that were taken and have no result, by index.
    keys: HashMap<usize, Key>,
    withdrawn: HashMap<usize, Key>,
    taken: usize,
    max_wait: Duration,
    policy: PollPolicy,
    on_launching: Option<LaunchingHook<K>>,
    on_launched: Option<LaunchedHook<Key, K>>,
    run: Option<Run<K>>,
    spending: SpendLedger,
}

/// Keys are never pinned.
impl<Key, K: JobKind> Unpin for Batch<Key, K> {}

impl<Key> Batch<Key> {
    /// Like [`on_launching_of`](Self::on_launching_of), for contacts.
    pub fn on_launching(self, hook: impl FnMut(usize, &ContactQuery) + Send + 'static) -> Self {
        self.on_launching_of(hook)
    }
}

impl Batch {
    /// The maximum memory that a pending job uses, in bytes, without its query and its key.
    pub const BYTES_PER_JOB: usize = BYTES_PER_JOB + BYTES_PER_KEY;
}

/// An index and a control byte in a hash table, which is half empty after it has grown.
const BYTES_PER_KEY: usize = (size_of::<usize>() + 1) * 16 / 7;

impl<Key, K: JobKind> Batch<Key, K> {
    fn new(client: &Client, source: Source<Key, K>) -> Self {
        let settings = client.settings();
        let (max_wait, policy) = (settings.max_wait, settings.policy.clone());
        Self {
            client: client.with_low_priority().with_own_stop(),
            source,
            keys: HashMap::new(),
            withdrawn: HashMap::new(),
            taken: 0,
            max_wait,
            policy,
            on_launching: None,
            on_launched: None,
            run: None,
            spending: SpendLedger::default(),
        }
    }

    /// Sets the maximum duration of the wait for each job, from its launch; by default that of
    /// [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait). A read that is waiting for a
    /// permit at that time is still made. No effect after the first poll.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// Sets when to read; by default that of
    /// [`ClientBuilder::poll_policy`](crate::ClientBuilder::poll_policy). No effect after the first
    /// poll.
    pub fn policy(mut self, policy: PollPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets a hook that is called with the index and the query of an input right before its launch is
    /// sent, and again before each retry: for example, to record that a job may exist from now on. If
    /// this process is killed, the inputs in doubt are those that were reported here and not to
    /// [`on_launched`](Self::on_launched), and have no result.
    ///
    /// The task that sends the launch calls the hook, so the hook must be short. If it panics, the
    /// launch is not sent, and the input fails like one whose launch task was lost.
    ///
    /// ```
    /// # use waterfall::{Client, ContactQuery};
    /// # use waterfall_sandbox::Sandbox;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// let mut batch = client
    ///     .enrich_each(["jane-doe-abc123"].map(ContactQuery::linkedin))
    ///     .on_launching(|index, _query| println!("{index}: launching"))
    ///     .on_launched(|index, job| println!("{index}: launched {}", job.id()));
    /// # while batch.next().await.is_some() {}
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `Q` is the type of the queries; the hook is not called for queries of any other type.
    pub fn on_launching_of<Q>(mut self, hook: impl FnMut(usize, &Q) + Send + 'static) -> Self
    where
        Q: JobQuery<Kind = K>,
    {
        self.on_launching = Some(hooks::of_query(hook));
        self
    }

    /// Sets a hook that is called with the index and the job of each input when the API has returned
    /// its ID, before the wait: for example, to store the ID.
    ///
    /// If the hook panics, so does the poll of the stream, and the job is passed to
    /// [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan). The stream can still be polled,
    /// and then returns the job's result.
    pub fn on_launched(self, mut hook: impl FnMut(usize, &Job<K>) + Send + 'static) -> Self {
        self.set_launched_hook(move |index, _: &Key, job: &Job<K>| hook(index, job))
    }

    /// Like [`on_launched`](Self::on_launched), with the input's key. A batch has one such hook;
    /// the last one set is used.
    pub fn on_launched_with_key(
        self,
        mut hook: impl FnMut(&Key, &Job<K>) + Send + 'static,
    ) -> Self {
        self.set_launched_hook(move |_, key: &Key, job: &Job<K>| hook(key, job))
    }

    fn set_launched_hook(
        mut self,
        hook: impl FnMut(usize, &Key, &Job<K>) + Send + 'static,
    ) -> Self {
        self.on_launched = Some(Box::new(hook));
        self
    }

    /// Stops launching: no further input is taken, and a query that was taken but not sent is
    /// dropped; it has no result, its index is returned, and its key remains available to
    /// [`take_withdrawn`](Self::take_withdrawn). A launch that waits for a retry ends at once with
    /// [`ErrorKind::Stopped`](crate::ErrorKind::Stopped). Jobs that are launched, or whose launch is
    /// in flight, continue to their results. No effect on [`wait_all`](Client::wait_all).
    #[doc(alias = "cancel")]
    #[doc(alias = "abort")]
    pub fn stop_launching(&mut self) -> Option<usize> {
        // Inputs that are all taken may still wait for a retry.
        self.client.stop_launching();
        let Source::Inputs(_) = self.source else { return None };
        self.source = Source::Jobs(Vec::new());
        let index = self.run.as_mut()?.stop_launching(&self.client)?;
        let key = self.keys.remove(&index);
        self.withdrawn.extend(key.map(|key| (index, key)));
        Some(index)
    }

    /// Returns the cost of the jobs whose results the stream has returned so far, according to the
    /// `usage` in the results. A job that occurs twice in the batch counts once. [`Client::spent`]
    /// returns the total cost of the client.
    ///
    /// ```
    /// # use waterfall::{Client, ContactQuery};
    /// # use waterfall_sandbox::Sandbox;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// let mut batch = client.enrich_each(["jane-doe-abc123"].map(ContactQuery::linkedin));
    /// while batch.next().await.is_some() {}
    /// println!("this batch: ${}", batch.spent().total());
    /// # Ok(())
    /// # }
    /// ```
    pub fn spent(&self) -> Spent {
        self.spending.spent()
    }

    /// Takes the key of an input that [`stop_launching`](Self::stop_launching) has withdrawn.
    pub fn take_withdrawn(&mut self, index: usize) -> Option<Key> {
        self.withdrawn.remove(&index)
    }

    /// Returns the next result, or `None` when every input has its result. Needs no trait import.
    pub async fn next(&mut self) -> Option<BatchItem<Key, K>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<BatchItem<Key, K>>> {
        loop {
            let Some(Done { index, job_id, result }) = ready!(self.poll_done(cx)) else {
                return Poll::Ready(None);
            };
            // Each input that was taken has a key until its result is returned.
            if let Some(key) = self.keys.remove(&index) {
                self.spending.count_outcome(&result);
                return Poll::Ready(Some(BatchItem { index, key, job_id, result }));
            }
        }
    }

    fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<Option<Done<K>>> {
        let Self {
            client,
            source,
            keys,
            taken,
            max_wait,
            policy,
            on_launching,
            on_launched,
            run,
            ..
        } = self;
        let run = run.get_or_insert_with(|| {
            let jobs = match source {
                Source::Jobs(jobs) => Some(std::mem::take(jobs)),
                Source::Inputs(_) => None,
            };
            Run::start(client, jobs, policy, *max_wait)
        });
        loop {
            while let Poll::Ready(Some(outcome)) = run.poll_outcome(client, cx) {
                let mut hook = |index: usize, job: &Job<K>| {
                    if let (Some(hook), Some(key)) = (on_launched.as_mut(), keys.get(&index)) {
                        hook(index, key, job);
                    }
                };
                if let Some(done) = run.settle(client, outcome, &mut hook, *max_wait) {
                    return Poll::Ready(Some(done));
                }
            }
            if let Poll::Ready(done) = run.poll_delivered(client, *max_wait, cx) {
                return Poll::Ready(Some(done));
            }
            if let Source::Inputs(inputs) = source
                && run.scheduler.wants_input()
                && let Poll::Ready(input) = inputs.as_mut().poll_next(cx)
            {
                let Some((key, input)) = input else {
                    run.end_inputs(client);
                    *source = Source::Jobs(Vec::new());
                    continue;
                };
                let index = *taken;
                *taken += 1;
                keys.insert(index, key);
                match run.take_input(client, index, input) {
                    Some(done) => return Poll::Ready(Some(done)),
                    None => continue,
                }
            }
            if let Poll::Ready(done) = run.poll_stopped(client, cx) {
                return Poll::Ready(Some(done));
            }
            match run.poll_work(client, on_launching, cx) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<Key, K: JobKind> Stream for Batch<Key, K> {
    type Item = BatchItem<Key, K>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<BatchItem<Key, K>>> {
        self.poll_item(cx)
    }
}

impl<Key, K: JobKind> fmt::Debug for Batch<Key, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pending = self.run.as_ref().map_or(0, |run| run.scheduler.pending());
        f.debug_struct("Batch")
            .field("max_wait", &self.max_wait)
            .field("policy", &self.policy)
            .field("pending", &pending)
            .finish_non_exhaustive()
    }
}
