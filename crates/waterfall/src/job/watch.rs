//! [`Watch`]: the driver of a wait. [`WaitState`] makes all decisions; this module sleeps and reads
//! accordingly.

mod pause;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use job_polling::PollPolicy;
use job_polling::wait_state::{Decision, StopReason, WaitState};
use tokio::time::{Instant, timeout_at};
use tracing::Span;
use waterfall_api::BoxFuture;

use self::pause::Pause;
use super::Job;
use super::read::expect_kind;
use crate::client::Client;
use crate::error::{Error, LastState, RequestKind, WaitEnd};
use crate::kind::{ContactEnrichment, JobKind};
use crate::snapshot::Snapshot;
use crate::telemetry::{reads, set_job};
use crate::webhook::Subscription;

type Item<K> = Result<Snapshot<K>, Error>;

/// The quota pressure above which a read counts as expensive.
const EXPENSIVE: f64 = 0.5;

/// A stream of the API's responses about a job, from [`Job::watch`].
///
/// Each read is one item, which is returned at once; the pause follows it. The stream ends after
/// the job's final state, after a permanent error, or after a
/// [`WaitTimeout`](crate::ErrorKind::WaitTimeout).
///
/// # When it reads
///
/// After a launch, the [`PollPolicy`] determines the time of the first read: by default, the time
/// at which a read is worth its cost, estimated from the durations of earlier jobs. A job that was
/// obtained by its ID is read at once. Its age is counted from the first read that finds it
/// running: its `start_date` and the server's `Date` can advance the next reads, but never delay
/// them. Unless the policy requires more, there are at most ten reads per minute.
///
/// If the client has an inbox for webhooks (feature `webhook`) and the job is delivered to it, the
/// delivery is the last item: a read in flight is canceled. Reads are made only when the delivery
/// is overdue.
///
/// The deadline is exact. If the next read would be due after it, one last read is made shortly
/// before it (early enough to complete, judging by the slowest request so far, by at most 5 s), and
/// a read that is in flight at the deadline is canceled. The first read is made at the latest 5 s
/// before the deadline, or after three quarters of a shorter wait.
///
/// # Items
///
/// - `Ok`: a [`Snapshot`], final or not. A job that failed is `Ok` here.
/// - `Err`, and the stream continues: a transient failure (no connection, timeout, reset, 408, 429,
///   5xx, a response that is incomplete or not JSON). The policy determines the next read, which is
///   never before a [`Retry-After`](Error::retry_after). If that is after the deadline, the stream
///   ends at once.
/// - `Err`, and the stream ends: 400, 401, 402, 403, 404 and all other 4xx, redirects, a body that
///   does not match the API's description, or the deadline.
///
/// # Cancellation
///
/// Dropping the future of [`next`](Self::next) loses nothing: a read in flight continues with the
/// next call. Dropping the stream ends the watch, not the job.
///
/// ```
/// use waterfall::{Client, ContactQuery};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// let job = client.launch(ContactQuery::linkedin("jane-doe-abc123")).await?;
/// let mut states = job.watch();
/// while let Some(item) = states.next().await {
///     match item {
///         Ok(snapshot) => println!("{} after {:?}", snapshot.state(), snapshot.elapsed()),
///         Err(error) => println!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until it is polled"]
#[doc(alias = "poll")]
#[doc(alias = "poller")]
pub struct Watch<K: JobKind = ContactEnrichment> {
    job: Job<K>,
    max_wait: Duration,
    policy: PollPolicy,
    span: Option<Span>,
    run: Option<Run<K>>,
}

/// The state of a watch after its first poll.
struct Run<K: JobKind> {
    job: Job<K>,
    max_wait: Duration,
    started: Instant,
    wait_state: WaitState,
    subscription: Subscription,
    activity: Activity<K>,
    last: Option<Snapshot<K>>,
    last_failure: Option<Error>,
    span: Span,
}

enum Activity<K: JobKind> {
    Pausing(Pause),
    Reading { since: Instant, read: BoxFuture<'static, Item<K>> },
    Stopping(StopReason),
    Ended,
}

impl<K: JobKind> Job<K> {
    /// Watches the job until it is finished, with one [`Snapshot`] for each read.
    ///
    /// [`Watch`] has the settings, and documents when the job is read. The default deadline is
    /// [`DEFAULT_MAX_WAIT`](crate::DEFAULT_MAX_WAIT).
    #[doc(alias = "poll")]
    #[doc(alias = "stream")]
    pub fn watch(&self) -> Watch<K> {
        Watch::new(self.clone())
    }
}

impl<K: JobKind> Watch<K> {
    fn new(job: Job<K>) -> Self {
        let settings = job.client().settings();
        let (max_wait, policy) = (settings.max_wait, settings.policy.clone());
        Self { job, max_wait, policy, span: None, run: None }
    }

    /// Sets the maximum duration, from the first poll; by default that of
    /// [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait). No effect after the first poll.
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

    /// Returns the next item, or `None` at the end of the stream. Needs no trait import.
    pub async fn next(&mut self) -> Option<Result<Snapshot<K>, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Logs in an existing span.
    pub(crate) fn inside(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item<K>>> {
        let run = self.run.get_or_insert_with(|| {
            let span = self.span.take().unwrap_or_else(|| reads::job_span(K::NAME, None));
            Run::start(self.job.clone(), self.max_wait, self.policy.clone(), span)
        });
        let span = run.span.clone();
        let _inside = span.enter();
        run.poll_item(cx)
    }

    /// Returns the outcome of a wait without any item.
    pub(crate) fn never_read(&self) -> Error {
        Error::wait_timeout(self.job.id(), self.end(), None, None)
    }

    pub(crate) fn job(&self) -> &Job<K> {
        &self.job
    }

    /// Returns the progress of the wait.
    pub(crate) fn end(&self) -> WaitEnd {
        match &self.run {
            Some(run) => run.end(None),
            None => {
                WaitEnd { reads: 0, spent: Duration::ZERO, max_wait: self.max_wait, stopped: None }
            }
        }
    }
}

impl<K: JobKind> Run<K> {
    fn start(job: Job<K>, max_wait: Duration, policy: PollPolicy, span: Span) -> Self {
        set_job(&span, job.id());
        let started = Instant::now();
        let subscription = Subscription::of(job.client().settings().inbox.as_ref());
        let delivery_expected = job.may_be_delivered_to(job.client());
        if delivery_expected {
            subscription.expect(job.id(), 0);
        }
        let mut wait_state = WaitState::new(policy, max_wait, job.origin());
        wait_state.expect_delivery(delivery_expected);
        let first = wait_state.first(job.client().poll_context(&mut job.planner()));
        span.in_scope(|| {
            reads::next_read(first, || {
                Some(wait_state.expectation(first, job.client().poll_context(&mut job.planner())))
            });
        });
        let expensive = is_expensive(job.client());
        let activity = Activity::Pausing(Pause::new(started + first, expensive));
        Self {
            job,
            max_wait,
            started,
            wait_state,
            subscription,
            activity,
            last: None,
            last_failure: None,
            span,
        }
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item<K>>> {
        if let Poll::Ready((_, snapshot)) = self.subscription.poll(cx)
            && let Some(snapshot) = snapshot.into_kind::<K>()
        {
            return Poll::Ready(Some(Ok(self.delivered(snapshot))));
        }
        loop {
            match &mut self.activity {
                Activity::Pausing(pause) => {
                    ready!(pause.poll(cx));
                    if pause.is_over() {
                        self.activity = self.read();
                    } else {
                        self.replan();
                    }
                }
                Activity::Reading { since, read } => {
                    let outcome = ready!(read.as_mut().poll(cx));
                    let took = since.elapsed();
                    let sent = !outcome.as_ref().is_err_and(Error::had_no_permit);
                    reads::read(&outcome, self.wait_state.reads() + u32::from(sent), took);
                    return Poll::Ready(Some(match outcome {
                        Ok(snapshot) => Ok(self.read_succeeded(snapshot, took)),
                        Err(error) => Err(self.read_failed(error, took)),
                    }));
                }
                &mut Activity::Stopping(why) => {
                    let end = self.end(Some(why));
                    let (last, failure) =
                        (self.last.as_ref().map(LastState::from), self.last_failure.clone());
                    let outcome = Err(Error::wait_timeout(self.job.id(), end, last, failure));
                    self.finish(&outcome);
                    return Poll::Ready(Some(outcome));
                }
                Activity::Ended => return Poll::Ready(None),
            }
        }
    }

    /// Plans the read again: the quota pressure may have fallen in the meantime.
    fn replan(&mut self) {
        let Activity::Pausing(pause) = &mut self.activity else { return };
        let (now, client) = (self.started.elapsed(), self.job.client());
        let mut planner = self.job.planner();
        let planned = self.wait_state.replanned(now, &mut client.poll_context(&mut planner));
        drop(planner);
        let due = planned.map_or(pause.due(), |planned| self.started + planned);
        if pause.move_to(due) {
            let at = pause.due() - self.started;
            reads::next_read(at.saturating_sub(now), || {
                Some(self.wait_state.expectation(at, client.poll_context(&mut self.job.planner())))
            });
        }
    }

    /// Reads the job, within the time left.
    fn read(&self) -> Activity<K> {
        let limit = self.wait_state.read_limit(self.started.elapsed());
        let (client, id) = (self.job.client().clone(), self.job.id());
        let deadline = Instant::now() + limit;
        let read = Box::pin(async move {
            expect_kind::<K>(id)?;
            let request = RequestKind::Read(id);
            let permit = timeout_at(deadline, client.permit_within(limit, request)).await;
            let permit =
                permit.unwrap_or_else(|_| Err(Error::still_queued(&client.call(request))))?;
            let read = timeout_at(deadline, client.read_with::<K>(permit, id)).await;
            read.unwrap_or_else(|_| Err(Error::cut_by_deadline(&client.call(request))))
        });
        Activity::Reading { since: Instant::now(), read }
    }

    /// Cancels a planned read, or one in flight: the delivery makes it unnecessary.
    fn delivered(&mut self, snapshot: Snapshot<K>) -> Snapshot<K> {
        let lasted = snapshot.lasted();
        self.wait_state.delivered(self.started.elapsed(), lasted, &mut self.job.planner());
        let snapshot = snapshot.with_reads(self.wait_state.reads());
        reads::delivered(&snapshot);
        self.job.client().settings().spending.count_result(&snapshot);
        self.job.client().observe_delivery(&snapshot);
        self.last = Some(snapshot.clone());
        self.finish(&Ok(snapshot.clone()));
        snapshot
    }

    fn read_succeeded(&mut self, snapshot: Snapshot<K>, took: Duration) -> Snapshot<K> {
        let is_final = snapshot.is_final();
        let now = self.started.elapsed();
        if is_final {
            self.wait_state.over(now, took, snapshot.lasted(), &mut self.job.planner());
        } else {
            let age = snapshot.elapsed();
            if let Some(here) = self.job.is_delivered_here(&snapshot) {
                self.wait_state.expect_delivery(here);
            }
            let mut planner = self.job.planner();
            let next = self.wait_state.still_running(
                now,
                took,
                age,
                self.job.client().poll_context(&mut planner),
            );
            drop(planner);
            let expensive = is_expensive(self.job.client());
            self.proceed(next, expensive);
        }
        let snapshot = snapshot.with_reads(self.wait_state.reads());
        self.last = Some(snapshot.clone());
        self.last_failure = None;
        if is_final {
            self.subscription.leave(self.job.id(), 0, true);
            self.finish(&Ok(snapshot.clone()));
        }
        snapshot
    }

    fn read_failed(&mut self, error: Error, took: Duration) -> Error {
        let transient = error.is_transient();
        if transient {
            let now = self.started.elapsed();
            let retry_after = error.retry_after();
            let mut planner = self.job.planner();
            let context = self.job.client().poll_context(&mut planner);
            let next = match error.had_no_permit() {
                true => self.wait_state.not_sent(now, retry_after, context),
                false => self.wait_state.failed(now, took, retry_after, context),
            };
            drop(planner);
            self.proceed(next, false);
        } else {
            self.wait_state.ended(took);
        }
        let error = error.in_wait(self.end(None), self.last.as_ref().map(LastState::from));
        if !transient {
            self.finish(&Err(error.clone()));
        }
        self.last_failure = transient.then(|| error.clone());
        error
    }

    /// If the read is `expensive`, it may be made earlier when its cost falls.
    fn proceed(&mut self, next: Decision, expensive: bool) {
        self.activity = match next {
            Decision::ReadAt(at) => {
                let pause = at.saturating_sub(self.started.elapsed());
                reads::next_read(pause, || {
                    let client = self.job.client();
                    Some(
                        self.wait_state
                            .expectation(at, client.poll_context(&mut self.job.planner())),
                    )
                });
                Activity::Pausing(Pause::new(self.started + at, expensive))
            }
            Decision::Stop(why) => {
                reads::stopped(why);
                Activity::Stopping(why)
            }
        };
    }

    fn end(&self, stopped: Option<StopReason>) -> WaitEnd {
        let (reads, spent) = (self.wait_state.reads(), self.started.elapsed());
        WaitEnd { reads, spent, max_wait: self.max_wait, stopped }
    }

    fn finish(&mut self, outcome: &Item<K>) {
        self.subscription.leave(self.job.id(), 0, false);
        self.activity = Activity::Ended;
        reads::wait_ended(&self.span, outcome, self.started.elapsed());
    }
}

/// Returns whether the cost of a read is so high that it is likely to fall.
fn is_expensive(client: &Client) -> bool {
    client.rate_limiter().quota_pressure() > EXPENSIVE
}

impl<K: JobKind> Stream for Watch<K> {
    type Item = Result<Snapshot<K>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<K: JobKind> fmt::Debug for Watch<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("job", &self.job.id())
            .field("max_wait", &self.max_wait)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
