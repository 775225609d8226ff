//! [`Batch`]: many jobs on one key. The order of work is the
//! [`Scheduler`](job_polling::batch::Scheduler)'s; [`Run`] does it.

mod run;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

use self::run::Run;
use crate::{Client, ContactQuery, Error, Job, JobId, PollPolicy, Snapshot};

type Queries = Pin<Box<dyn Stream<Item = ContactQuery> + Send>>;
type LaunchedHook = Box<dyn FnMut(usize, &Job) + Send>;

/// One input of a [`Batch`] that is done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finished {
    /// Which input it is, counted from 0 in the order they came in.
    pub index: usize,
    /// The job, if there is one that is known.
    pub job_id: Option<JobId>,
    /// What [`Client::enrich`] or [`Job::wait`] would have brought.
    pub result: Result<Snapshot, Error>,
}

/// A stream of results as they come, from [`Client::enrich_all`] or
/// [`Client::wait_all`].
///
/// # Order and number
///
/// There is no number of workers to set. The [`Meter`](crate::Meter) says how many
/// requests may leave, and all of them go behind those that somebody waits for
/// ([`Client::for_batch`]). A job is read when its [`PollPolicy`] says that it is
/// worth it; while queries wait to be launched, `learned` waits until a job is
/// almost surely over, so that each costs little more than one read. The slots
/// between are for launches. A query is taken from its source only when the one
/// before it is under way, and while 4,096 jobs at most are pending.
///
/// If the client has an inbox for webhooks (feature `webhook`), jobs that are delivered there end
/// by their deliveries, and are read only when those are overdue. Nearly all slots are for
/// launches then; while both wait, at least one of four.
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
/// waited for by their ids.
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
pub struct Batch {
    client: Client,
    source: Source,
    max_wait: Duration,
    policy: PollPolicy,
    on_launched: Option<LaunchedHook>,
    run: Option<Run>,
}

enum Source {
    Queries(Queries),
    Jobs(Vec<Job>),
}

impl Client {
    /// Launches a job for each query and waits for all of them, within the
    /// key's budget. [`Batch`] says how, and has the settings.
    ///
    /// Queries are counted, and taken when they can be launched soon. For an array,
    /// a vector or any iterator there is [`enrich_each`](Self::enrich_each).
    pub fn enrich_all(&self, queries: impl Stream<Item = ContactQuery> + Send + 'static) -> Batch {
        Batch::new(self, Source::Queries(Box::pin(queries)))
    }

    /// The same for the queries of an iterator.
    pub fn enrich_each<I>(&self, queries: I) -> Batch
    where
        I: IntoIterator<Item = ContactQuery>,
        I::IntoIter: Send + 'static,
    {
        self.enrich_all(Each(Box::new(queries.into_iter())))
    }

    /// Waits for many jobs at once, by this client's key and within its budget,
    /// whichever client the handles are from. [`Batch`] says how.
    ///
    /// Each job is read once at least, unless its result is delivered to the client's inbox.
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
    pub fn wait_all(&self, jobs: impl IntoIterator<Item = Job>) -> Batch {
        Batch::new(self, Source::Jobs(jobs.into_iter().collect()))
    }
}

impl Batch {
    /// How many bytes a pending job takes, beside those of its query.
    pub const BYTES_PER_JOB: usize = run::BYTES_PER_JOB;

    fn new(client: &Client, source: Source) -> Self {
        let settings = client.settings();
        let (max_wait, policy) = (settings.max_wait, settings.policy.clone());
        Self { client: client.for_batch(), source, max_wait, policy, on_launched: None, run: None }
    }

    /// How long to wait for each job at most, counted from its launch; by
    /// default what [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait) says, 5
    /// minutes. A read that stands in line for a slot is made even if it gets
    /// later. Once the stream was polled, it changes nothing.
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

    /// Called with each input's index and job when the API has given its id,
    /// before anything waits for it: the place to store it.
    ///
    /// If the hook panics, so does what polls the stream, and the job goes to
    /// [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan). The stream
    /// can be polled on, and has the job's result then.
    pub fn on_launched(mut self, hook: impl FnMut(usize, &Job) + Send + 'static) -> Self {
        self.on_launched = Some(Box::new(hook));
        self
    }

    /// Launches nothing more: no further query is taken, and one that was taken
    /// and has not left yet is dropped; it has no result, and its index is returned.
    /// What is launched, or on its way, comes to its result. It changes nothing about
    /// [`wait_all`](Client::wait_all).
    pub fn stop_launching(&mut self) -> Option<usize> {
        let Source::Queries(_) = self.source else { return None };
        self.source = Source::Jobs(Vec::new());
        self.run.as_mut()?.stop_launching(&self.client)
    }

    /// The next result, or `None` when all inputs are done. The same as the
    /// stream's, without a trait to import.
    pub async fn next(&mut self) -> Option<Finished> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Finished>> {
        let run = match &mut self.run {
            Some(run) => run,
            None => {
                let run = Run::start(&self.client, &mut self.source, &self.policy, self.max_wait);
                self.run.insert(run)
            }
        };
        loop {
            while let Poll::Ready(Some(outcome)) = run.poll_outcome(&self.client, cx) {
                let hook = &mut self.on_launched;
                if let Some(done) = run.settle(&self.client, outcome, hook, self.max_wait) {
                    return Poll::Ready(Some(done));
                }
            }
            if let Poll::Ready(done) = run.poll_mail(&self.client, self.max_wait, cx) {
                return Poll::Ready(Some(done));
            }
            if let Source::Queries(queries) = &mut self.source
                && let Poll::Ready(refused) = run.poll_input(&self.client, queries, cx)
            {
                match refused {
                    Some(done) => return Poll::Ready(Some(done)),
                    None => continue,
                }
            }
            match run.poll_work(&self.client, cx) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Stream for Batch {
    type Item = Finished;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Finished>> {
        self.poll_item(cx)
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pending = self.run.as_ref().map_or(0, |run| run.scheduler.pending());
        f.debug_struct("Batch")
            .field("max_wait", &self.max_wait)
            .field("policy", &self.policy)
            .field("pending", &pending)
            .finish_non_exhaustive()
    }
}

/// An iterator as a stream.
struct Each(Box<dyn Iterator<Item = ContactQuery> + Send>);

impl Stream for Each {
    type Item = ContactQuery;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<ContactQuery>> {
        Poll::Ready(self.0.next())
    }
}
