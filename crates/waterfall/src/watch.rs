//! [`Watch`]: the driver of a wait. All decisions are the
//! [`WaitState`](job_polling::wait_state::WaitState)'s; this sleeps and reads as it says.

mod pause;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Instant, timeout_at};
use tracing::Span;
use waterfall_api::BoxFuture;

use self::pause::Pause;
use crate::error::{Last, RequestKind, WaitEnd};
use crate::kind::{ContactEnrichment, JobKind};
use crate::webhook::Subscription;
use crate::{Client, Error, Job, PollPolicy, Snapshot, telemetry};
use job_polling::wait_state::{Decision, StopReason, WaitState};

type Item<K> = Result<Snapshot<K>, Error>;

/// With more of the budget gone than this, a read counts as dear.
const EXPENSIVE: f64 = 0.5;

/// A stream of what the API says of a job, from [`Job::watch`].
///
/// Each read is one item, yielded at once; the pause comes after it. The stream
/// ends after the job's final state, after an error that no further read can
/// mend, or after a [`WaitTimeout`](crate::ErrorKind::WaitTimeout).
///
/// # When it reads
///
/// After a launch, the first read is made when the [`PollPolicy`] says so: by
/// default when it is worth it, going by how long jobs have been taking. A job
/// that was picked up by its id is read at once. Its age counts from the first read
/// that sees it running: its `start_date` and the server's `Date` can bring the next reads
/// forward, and never put one off. Unless the policy asks for more, no minute has more than
/// ten reads.
///
/// If the client has an inbox for webhooks (feature `webhook`) and the job is delivered there, a
/// delivery is an item as well, and the last one: a read that is under way is called off.
/// Reads are made when it is overdue.
///
/// The deadline is kept. If the next read would be due after it, one last read
/// is made right before it (early enough to end by it, going by the slowest
/// exchange so far, 5 s at most), and a read that is under way is cut there. The first
/// read is made 5 s before the deadline at the latest, or when three fourths of a shorter
/// wait are over.
///
/// # Items
///
/// - `Ok`: a [`Snapshot`], final or not. A job that failed is `Ok` here.
/// - `Err`, and the stream goes on: a read that failed in a way that the next one
///   may not (no connection, time-out, reset, 408, 429, 5xx, an answer that broke
///   off or is not JSON). The next read is made by the policy, and never before
///   a [`Retry-After`](Error::retry_after). If that is after the deadline, the
///   stream ends at once.
/// - `Err`, and the stream ends: 400, 401, 402, 403, 404 and the other 4xx,
///   redirects, a body that does not fit the API's description, or the deadline.
///
/// # Cancellation
///
/// Dropping the future of [`next`](Self::next) loses nothing: a read that is
/// under way goes on with the next call. Dropping the stream ends the watch, not
/// the job.
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

/// A watch that has been polled.
struct Run<K: JobKind> {
    job: Job<K>,
    max_wait: Duration,
    started: Instant,
    waiter: WaitState,
    subscription: Subscription,
    activity: Activity<K>,
    last: Option<Snapshot<K>>,
    last_failure: Option<Error>,
    span: Span,
}

enum Activity<K: JobKind> {
    Pausing(Pause),
    Reading { since: Instant, read: BoxFuture<'static, Item<K>> },
    GivingUp(StopReason),
    Ended,
}

impl<K: JobKind> Watch<K> {
    pub(crate) fn new(job: Job<K>) -> Self {
        let settings = job.client().settings();
        let (max_wait, policy) = (settings.max_wait, settings.policy.clone());
        Self { job, max_wait, policy, span: None, run: None }
    }

    /// How long to watch at most, counted from the first poll; by default what
    /// [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait) says, 5
    /// minutes. Once the stream was polled, it changes nothing.
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

    /// The next answer, or `None` when there are no more. The same as the
    /// stream's, without a trait to import.
    pub async fn next(&mut self) -> Option<Result<Snapshot<K>, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Tells of the watch in a span that there is already.
    pub(crate) fn inside(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item<K>>> {
        let run = self.run.get_or_insert_with(|| {
            let span = self.span.take().unwrap_or_else(|| telemetry::job(K::NAME, None));
            Run::start(self.job.clone(), self.max_wait, self.policy.clone(), span)
        });
        let span = run.span.clone();
        let _inside = span.enter();
        run.poll_item(cx)
    }

    /// The outcome of a wait that had no item.
    pub(crate) fn never_read(&self) -> Error {
        Error::wait_timeout(self.job.id(), self.end(), None, None)
    }

    pub(crate) fn job(&self) -> &Job<K> {
        &self.job
    }

    /// How far the wait has come.
    pub(crate) fn end(&self) -> WaitEnd {
        match &self.run {
            Some(run) => run.end(None),
            None => {
                WaitEnd { reads: 0, spent: Duration::ZERO, max_wait: self.max_wait, gave_up: None }
            }
        }
    }
}

impl<K: JobKind> Run<K> {
    fn start(job: Job<K>, max_wait: Duration, policy: PollPolicy, span: Span) -> Self {
        telemetry::is_job(&span, job.id());
        let started = Instant::now();
        let subscription = Subscription::of(job.client().settings().inbox.as_ref());
        let delivery_expected = job.may_be_delivered_to(job.client());
        if delivery_expected {
            subscription.expect(job.id(), 0);
        }
        let mut waiter = WaitState::new(policy, max_wait, job.start());
        waiter.expect_delivery(delivery_expected);
        let first = waiter.first(job.client().outlook(&mut job.planner()));
        span.in_scope(|| {
            telemetry::next_read(first, || {
                Some(waiter.expectation(first, job.client().outlook(&mut job.planner())))
            });
        });
        let expensive = is_expensive(job.client());
        let activity = Activity::Pausing(Pause::new(started + first, expensive));
        Self {
            job,
            max_wait,
            started,
            waiter,
            subscription,
            activity,
            last: None,
            last_failure: None,
            span,
        }
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item<K>>> {
        if let Poll::Ready((_, snapshot)) = self.subscription.poll(cx)
            && let Some(snapshot) = snapshot.of_kind()
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
                        self.look_again();
                    }
                }
                Activity::Reading { since, read } => {
                    let outcome = ready!(read.as_mut().poll(cx));
                    let took = since.elapsed();
                    let sent = !outcome.as_ref().is_err_and(Error::got_no_slot);
                    telemetry::read(&outcome, self.waiter.reads() + u32::from(sent), took);
                    return Poll::Ready(Some(match outcome {
                        Ok(snapshot) => Ok(self.answered(snapshot, took)),
                        Err(error) => Err(self.failed(error, took)),
                    }));
                }
                &mut Activity::GivingUp(why) => {
                    let end = self.end(Some(why));
                    let (last, failure) =
                        (self.last.as_ref().map(Last::from), self.last_failure.clone());
                    let outcome = Err(Error::wait_timeout(self.job.id(), end, last, failure));
                    self.finish(&outcome);
                    return Poll::Ready(Some(outcome));
                }
                Activity::Ended => return Poll::Ready(None),
            }
        }
    }

    /// The budget may have recovered since the read was planned.
    fn look_again(&mut self) {
        let Activity::Pausing(pause) = &mut self.activity else { return };
        let (now, client) = (self.started.elapsed(), self.job.client());
        let mut planner = self.job.planner();
        let again = self.waiter.replanned(now, &mut client.outlook(&mut planner));
        drop(planner);
        let again = again.map_or(pause.due(), |again| self.started + again);
        if pause.move_to(again) {
            let at = pause.due() - self.started;
            telemetry::next_read(at.saturating_sub(now), || {
                Some(self.waiter.expectation(at, client.outlook(&mut self.job.planner())))
            });
        }
    }

    /// Reads the job, for no longer than the wait has left.
    fn read(&self) -> Activity<K> {
        let limit = self.waiter.read_limit(self.started.elapsed());
        let (client, id) = (self.job.client().clone(), self.job.id());
        let deadline = Instant::now() + limit;
        let read = Box::pin(async move {
            let task = RequestKind::Read(id);
            let permit = timeout_at(deadline, client.permit_within(limit, task)).await;
            let permit =
                permit.unwrap_or_else(|_| Err(Error::still_in_line(&client.call(task))))?;
            let read = timeout_at(deadline, client.read_with::<K>(permit, id)).await;
            read.unwrap_or_else(|_| Err(Error::cut_by_deadline(&client.call(task))))
        });
        Activity::Reading { since: Instant::now(), read }
    }

    /// Calls a read off that is planned or under way: what it would say is known.
    fn delivered(&mut self, snapshot: Snapshot<K>) -> Snapshot<K> {
        let lasted = snapshot.lasted();
        self.waiter.delivered(self.started.elapsed(), lasted, &mut self.job.planner());
        let snapshot = snapshot.with_reads(self.waiter.reads());
        telemetry::delivered(&snapshot);
        self.last = Some(snapshot.clone());
        self.finish(&Ok(snapshot.clone()));
        snapshot
    }

    fn answered(&mut self, snapshot: Snapshot<K>, took: Duration) -> Snapshot<K> {
        let is_final = snapshot.is_final();
        let now = self.started.elapsed();
        if is_final {
            self.waiter.over(now, took, snapshot.lasted(), &mut self.job.planner());
        } else {
            let age = snapshot.elapsed();
            if let Some(here) = self.job.is_delivered_here(&snapshot) {
                self.waiter.expect_delivery(here);
            }
            let mut planner = self.job.planner();
            let next =
                self.waiter.still_running(now, took, age, self.job.client().outlook(&mut planner));
            drop(planner);
            let expensive = is_expensive(self.job.client());
            self.go_on(next, expensive);
        }
        let snapshot = snapshot.with_reads(self.waiter.reads());
        self.last = Some(snapshot.clone());
        self.last_failure = None;
        if is_final {
            self.subscription.leave(self.job.id(), 0, true);
            self.finish(&Ok(snapshot.clone()));
        }
        snapshot
    }

    fn failed(&mut self, error: Error, took: Duration) -> Error {
        let survivable = error.is_survivable();
        if survivable {
            let now = self.started.elapsed();
            let retry_after = error.retry_after();
            let mut planner = self.job.planner();
            let outlook = self.job.client().outlook(&mut planner);
            let next = match error.got_no_slot() {
                true => self.waiter.not_sent(now, retry_after, outlook),
                false => self.waiter.failed(now, took, retry_after, outlook),
            };
            drop(planner);
            self.go_on(next, false);
        } else {
            self.waiter.ended(took);
        }
        let error = error.in_wait(self.end(None), self.last.as_ref().map(Last::from));
        if !survivable {
            self.finish(&Err(error.clone()));
        }
        self.last_failure = survivable.then(|| error.clone());
        error
    }

    /// `expensive` says that the read may be made sooner, if its price falls.
    fn go_on(&mut self, next: Decision, expensive: bool) {
        self.activity = match next {
            Decision::ReadAt(at) => {
                let pause = at.saturating_sub(self.started.elapsed());
                telemetry::next_read(pause, || {
                    let client = self.job.client();
                    Some(self.waiter.expectation(at, client.outlook(&mut self.job.planner())))
                });
                Activity::Pausing(Pause::new(self.started + at, expensive))
            }
            Decision::Stop(why) => {
                telemetry::gave_up(why);
                Activity::GivingUp(why)
            }
        };
    }

    fn end(&self, gave_up: Option<StopReason>) -> WaitEnd {
        let (reads, spent) = (self.waiter.reads(), self.started.elapsed());
        WaitEnd { reads, spent, max_wait: self.max_wait, gave_up }
    }

    fn finish(&mut self, outcome: &Item<K>) {
        self.subscription.leave(self.job.id(), 0, false);
        self.activity = Activity::Ended;
        telemetry::wait_ended(&self.span, outcome, self.started.elapsed());
    }
}

/// Whether the price of a read is so high that it may well fall.
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
