//! [`Batch`]: many jobs on one key. The order of work is the
//! [`Scheduler`](job_polling::batch::Scheduler)'s; [`Run`] does it.

mod input;
mod run;

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;

pub use self::input::{BatchInput, IntoBatchInput};
use self::run::{Done, Run};
use crate::kind::{ContactEnrichment, JobKind, JobQuery};
use crate::{Client, ContactQuery, Error, Job, JobId, PollPolicy, Snapshot};

type Inputs<Key, K> = Pin<Box<dyn Stream<Item = (Key, BatchInput<K>)> + Send>>;
type LaunchedHook<Key, K> = Box<dyn FnMut(usize, &Key, &Job<K>) + Send>;
type LaunchingHook<K> = Arc<Mutex<dyn FnMut(usize, &dyn JobQuery<Kind = K>) + Send>>;

/// The result of one input of a [`Batch`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchItem<Key = (), K: JobKind = ContactEnrichment> {
    /// Which input it is, counted from 0 in the order they came in.
    pub index: usize,
    /// What came with the input: the key of a `(key, input)` pair, by move.
    pub key: Key,
    /// The job, if there is one that is known.
    pub job_id: Option<JobId>,
    /// What [`Client::enrich`] or [`Job::wait`] would have brought.
    pub result: Result<Snapshot<K>, Error>,
}

/// A stream of results as they come, from [`Client::enrich_all`],
/// [`Client::enrich_each`] or [`Client::wait_all`].
///
/// # Inputs and keys
///
/// An input is a [`ContactQuery`](crate::ContactQuery), which is launched, or a
/// known job ([`Job`] or [`JobId`]), which is only waited for. [`BatchInput`] joins
/// both in one batch. In a pair `(key, input)` the key is any value of yours, such as a
/// row number or a whole record. It is moved into the batch and handed back in
/// [`BatchItem::key`]. It is never cloned, compared or sent to the API, and two
/// inputs may have equal keys. Inputs without a key have `()`.
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
///         Some(id) => BatchInput::from(id), // launched before: only waits
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
/// # Order and number
///
/// There is no number of workers to set. The [`RateLimiter`](crate::RateLimiter) says how many
/// requests may leave, and all of them go behind those that somebody waits for
/// ([`Client::for_batch`]). They are spent so that results come early on average, at
/// the throughput that the budget allows. A job is read when its [`PollPolicy`] says that
/// it is worth it; the more results are to come, the surer `adaptive` is that a job is
/// over, so that in a long batch each costs little more than one read. Reads go before
/// launches, and a launch leaves a slot for its own read and for those of all jobs that
/// run: of a budget that is free at first, half is launched and the other half reads.
/// As long as nothing is known of how long jobs take, single jobs are read early, the
/// first one after 4 s, and the others when the first was found over. Results come in the
/// order in which jobs end, which is not that of the inputs.
///
/// If the client has an inbox for webhooks (feature `webhook`), jobs that are delivered there end
/// by their deliveries, and are read only when those are overdue. Nearly all slots are for
/// launches then; while both wait, at least one of four.
///
/// # Memory
///
/// Inputs are taken from their source one by one: a query only when the one before it is
/// under way, and a known job at once, while 4,096 jobs at most are pending. So a
/// source may be longer than memory. What is kept of an input until its result is its
/// query, its key and [`BYTES_PER_JOB`](Batch::BYTES_PER_JOB);
/// [`wait_all`](Client::wait_all) keeps all its jobs from the start.
///
/// # Results
///
/// Each input has exactly one, its own: an invalid query, a failed launch, a job
/// that failed or is not over in time is the error of that input, and the others
/// go on. A launch in doubt ([`Error::may_have_launched`]) is not repeated. One that is
/// refused by a 429 stands in line again, as often as the
/// [`RetryPolicy`](crate::RetryPolicy) allows; how long that takes does not count towards
/// that policy's deadline. Reads that fail in passing are made again. If the key itself is
/// refused, every input says so: stop when you see that.
///
/// # Cancellation
///
/// Nothing is sent before the first poll, and nothing new unless it is polled.
/// Dropping the future of [`next`](Self::next) loses nothing. If the stream is
/// dropped, launches under way end in the background and their jobs go to
/// [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan); jobs that were
/// reported to [`on_launched`](Self::on_launched) go on at the API, and can be
/// waited for by their ids. Keys without a result are dropped with the stream.
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
    /// Of the inputs that were taken and have no result, by their indexes.
    keys: HashMap<usize, Key>,
    withdrawn: HashMap<usize, Key>,
    taken: usize,
    max_wait: Duration,
    policy: PollPolicy,
    on_launching: Option<LaunchingHook<K>>,
    on_launched: Option<LaunchedHook<Key, K>>,
    run: Option<Run<K>>,
}

/// Keys are never pinned.
impl<Key, K: JobKind> Unpin for Batch<Key, K> {}

enum Source<Key, K: JobKind> {
    Inputs(Inputs<Key, K>),
    /// The first inputs, all there from the start. No other ones follow.
    Jobs(Vec<Job<K>>),
}

impl Client {
    /// Launches a job for each query of a stream and waits for all of them, within the
    /// key's budget. [`Batch`] says how, and has the settings.
    ///
    /// Items are queries, known jobs, or `(key, input)` pairs of either; see
    /// [`IntoBatchInput`]. They are counted, and taken when they can be launched soon. For an
    /// array, a vector or any iterator there is [`enrich_each`](Self::enrich_each).
    #[doc(alias = "bulk")]
    #[doc(alias = "batch")]
    pub fn enrich_all<S>(&self, inputs: S) -> BatchOf<S::Item>
    where
        S: Stream<Item: IntoBatchInput> + Send + 'static,
    {
        Batch::new(self, Source::Inputs(Box::pin(input::Parted::new(inputs))))
    }

    /// The same for the items of an iterator.
    #[doc(alias = "bulk")]
    #[doc(alias = "batch")]
    pub fn enrich_each<I>(&self, inputs: I) -> BatchOf<I::Item>
    where
        I: IntoIterator<Item: IntoBatchInput>,
        I::IntoIter: Send + 'static,
    {
        self.enrich_all(input::Each::new(inputs.into_iter()))
    }

    /// Waits for many jobs at once, by this client's key and within its budget,
    /// whichever client the handles are from. [`Batch`] says how.
    ///
    /// Items are jobs or `(key, job)` pairs. Each job is read once at least, unless its result is delivered to the client's inbox.
    /// The longest wait for a job that was picked up by its id begins with that read.
    ///
    /// ```
    /// # use waterfall::{Client, ContactQuery, Job};
    /// # use waterfall_sandbox::Sandbox;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// # let stored = vec![client.launch(ContactQuery::email("jane.doe@acme.com")).await?.id()];
    /// let mut jobs = client.wait_all(stored.into_iter().map(|id| client.job(id)));
    /// while let Some(done) = jobs.next().await {
    ///     println!("{:?}: {}", done.job_id, done.result.is_ok());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "resume")]
    #[doc(alias = "bulk")]
    #[doc(alias = "poll")]
    pub fn wait_all<I, K>(&self, jobs: I) -> BatchOf<I::Item>
    where
        I: IntoIterator<Item: IntoBatchInput<Kind = K, Input = Job<K>>>,
        K: JobKind,
    {
        let parts = jobs.into_iter().map(IntoBatchInput::into_parts);
        let (keys, jobs): (Vec<_>, Vec<_>) = parts.unzip();
        let mut batch = Batch::new(self, Source::Jobs(jobs));
        batch.taken = keys.len();
        batch.keys = keys.into_iter().enumerate().collect();
        batch
    }
}

/// The batch of such inputs.
type BatchOf<Input> = Batch<<Input as IntoBatchInput>::Key, <Input as IntoBatchInput>::Kind>;

impl<Key> Batch<Key> {
    /// As [`on_launching_of`](Self::on_launching_of), for contacts.
    pub fn on_launching(self, hook: impl FnMut(usize, &ContactQuery) + Send + 'static) -> Self {
        self.on_launching_of(hook)
    }
}

impl Batch {
    /// How many bytes a pending job takes at most, beside those of its query and its key.
    pub const BYTES_PER_JOB: usize = run::BYTES_PER_JOB + BYTES_PER_KEY;
}

/// An index and a control byte, in a hash table that is half empty after it has grown.
const BYTES_PER_KEY: usize = (size_of::<usize>() + 1) * 16 / 7;

impl<Key, K: JobKind> Batch<Key, K> {
    fn new(client: &Client, source: Source<Key, K>) -> Self {
        let settings = client.settings();
        let (max_wait, policy) = (settings.max_wait, settings.policy.clone());
        Self {
            client: client.for_batch().with_own_stop(),
            source,
            keys: HashMap::new(),
            withdrawn: HashMap::new(),
            taken: 0,
            max_wait,
            policy,
            on_launching: None,
            on_launched: None,
            run: None,
        }
    }

    /// How long to wait for each job at most, counted from its launch; by
    /// default what [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait) says, 5
    /// minutes. A read that stands in line for a slot is made even if it gets
    /// later. Once the stream was polled, it changes nothing.
    #[doc(alias = "timeout")]
    #[doc(alias = "deadline")]
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// When to read; by default what
    /// [`ClientBuilder::poll_policy`](crate::ClientBuilder::poll_policy) says. Once
    /// the stream was polled, it changes nothing.
    pub fn policy(mut self, policy: PollPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Called with an input's index and query right before its launch is sent, when it
    /// has its turn, and again before each retry: the place to note that a job may
    /// exist from now on. If this process is killed, the inputs in doubt are those that
    /// were reported here and not to [`on_launched`](Self::on_launched), and have no
    /// result.
    ///
    /// The hook is called in the task that sends, so keep it short. If it panics, that
    /// launch is not sent; its error is the one of a launch whose task was lost.
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
    /// `Q` is the type of the queries; for others it is not called.
    pub fn on_launching_of<Q>(mut self, mut hook: impl FnMut(usize, &Q) + Send + 'static) -> Self
    where
        Q: JobQuery<Kind = K>,
    {
        let hook = move |index: usize, query: &dyn JobQuery<Kind = K>| {
            let query: &dyn Any = query;
            if let Some(query) = query.downcast_ref() {
                hook(index, query);
            }
        };
        self.on_launching = Some(Arc::new(Mutex::new(hook)));
        self
    }

    /// Called with each input's index and job when the API has given its id,
    /// before anything waits for it: the place to store it.
    ///
    /// If the hook panics, so does what polls the stream, and the job goes to
    /// [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan). The stream
    /// can be polled on, and has the job's result then.
    pub fn on_launched(self, mut hook: impl FnMut(usize, &Job<K>) + Send + 'static) -> Self {
        self.set_launched_hook(move |index, _: &Key, job: &Job<K>| hook(index, job))
    }

    /// As [`on_launched`](Self::on_launched), with the input's key. A batch has one of
    /// both hooks: the one that was set last.
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

    /// Launches nothing more: no further input is taken, and a query that was taken
    /// and has not been sent yet is dropped; it has no result, its index is returned, and its
    /// key is left for [`take_withdrawn`](Self::take_withdrawn). A launch in the pause before a
    /// retry ends at once with [`ErrorKind::Stopped`](crate::ErrorKind::Stopped). What is
    /// launched, or in flight, comes to its result. It changes nothing about
    /// [`wait_all`](Client::wait_all).
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

    /// The key of an input that [`stop_launching`](Self::stop_launching) has withdrawn,
    /// once.
    pub fn take_withdrawn(&mut self, index: usize) -> Option<Key> {
        self.withdrawn.remove(&index)
    }

    /// The next result, or `None` when all inputs are done. The same as the
    /// stream's, without a trait to import.
    pub async fn next(&mut self) -> Option<BatchItem<Key, K>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<BatchItem<Key, K>>> {
        loop {
            let Some(Done { index, job_id, result }) = ready!(self.poll_done(cx)) else {
                return Poll::Ready(None);
            };
            // Each that was taken has its key, until it is done.
            if let Some(key) = self.keys.remove(&index) {
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
            if let Poll::Ready(done) = run.poll_mail(client, *max_wait, cx) {
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
