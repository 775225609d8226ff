//! A [`Batch`](super::Batch) that has been polled: waits, sends and hands over
//! as the [`Scheduler`] says.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::{self, JoinSet};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tracing::{Instrument, Span};

use super::{BatchInput, LaunchingHook};
use crate::error::{Last, RequestKind, WaitEnd};
use crate::kind::{ContactEnrichment, JobKind, Query};
use crate::launch::{self, Guard, NOT_TRIED, Unclaimed};
use crate::webhook::Subscription;
use crate::{Client, Error, Job, JobId, PollPolicy, Snapshot, telemetry};
use job_polling::batch::{JobSlot, Read, ReadOutcome, Scheduler, Step, WaitStats, bytes_per_job};
use job_polling::limiter::{Acquire, Permit};
use job_polling::wait_state::StopReason;

/// A batch that has been polled.
pub(super) struct Run<K: JobKind> {
    started: Instant,
    pub(super) scheduler: Scheduler<Entry<K>>,
    tasks: JoinSet<Outcome<K>>,
    under_way: HashMap<task::Id, UnderWay<K>>,
    offered: Option<(usize, Query<K>)>,
    slot: Option<Acquire>,
    alarm: Option<Pin<Box<Sleep>>>,
    subscription: Subscription,
    /// Done once the client launches nothing more.
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// An input that is done.
pub(super) struct Done<K: JobKind> {
    pub(super) index: usize,
    pub(super) job_id: Option<JobId>,
    pub(super) result: Result<Snapshot<K>, Error>,
}

/// What is called with the index of an input and its job when that is launched.
pub(super) type LaunchedHook<'a, K> = &'a mut dyn FnMut(usize, &Job<K>);

/// A pending job.
#[derive(Clone)]
pub(super) struct Entry<K: JobKind> {
    index: usize,
    id: JobId,
    /// What this batch has launched it for.
    query: Option<Query<K>>,
    launch_attempts: Option<u32>,
    span: Span,
}

/// What a pending job takes, with the counters of its query's [`Arc`].
pub(super) const BYTES_PER_JOB: usize =
    bytes_per_job::<Entry<ContactEnrichment>>() + 2 * size_of::<usize>();

/// What a request brought.
pub(super) enum Outcome<K: JobKind> {
    Launch { index: usize, query: Query<K>, result: Unclaimed<K>, span: Span },
    Read { place: JobSlot, entry: Entry<K>, since: Instant, at: Instant, result: ReadResult<K> },
}

type ReadResult<K> = Result<Snapshot<K>, Error>;

/// What is known of a request if its task comes to nothing.
enum UnderWay<K: JobKind> {
    Launch { index: usize, query: Query<K>, span: Span },
    Read { place: JobSlot, entry: Entry<K>, since: Instant },
}

impl<K: JobKind> UnderWay<K> {
    fn lost(self, client: &Client) -> Outcome<K> {
        match self {
            Self::Launch { index, query, span } => {
                let error = Error::abandoned(&client.call(RequestKind::Launch));
                let result = Unclaimed::new(client, Err(error.of_launch(query.clone(), None)));
                Outcome::Launch { index, query, result, span }
            }
            Self::Read { place, entry, since } => {
                let result = Err(Error::abandoned(&client.call(RequestKind::Read(entry.id))));
                Outcome::Read { place, entry, since, at: Instant::now(), result }
            }
        }
    }
}

impl<K: JobKind> Run<K> {
    /// Begins with these jobs as the first inputs; if there are any, even none, no other
    /// ones follow.
    pub(super) fn start(
        client: &Client,
        jobs: Option<Vec<Job<K>>>,
        policy: &PollPolicy,
        max_wait: Duration,
    ) -> Self {
        let mut run = Self {
            started: Instant::now(),
            scheduler: Scheduler::new(policy.clone(), max_wait),
            tasks: JoinSet::new(),
            under_way: HashMap::new(),
            offered: None,
            slot: None,
            alarm: None,
            subscription: Subscription::of(client.settings().inbox.as_ref()),
            stopped: Box::pin(client.launch_stop().clone().cancelled_owned()),
        };
        if let Some(jobs) = jobs {
            for (index, job) in jobs.into_iter().enumerate() {
                run.adopt(client, index, &job);
            }
            run.end_inputs(client);
        }
        run
    }

    /// There are no more inputs.
    pub(super) fn end_inputs(&mut self, client: &Client) {
        let mut planner = client.planner(K::NAME);
        self.scheduler.end_inputs(self.started.elapsed(), client.outlook(&mut planner));
    }

    /// Takes an input that was [wanted](Scheduler::wants_input). It is done at once if it is
    /// of no use.
    pub(super) fn take_input(
        &mut self,
        client: &Client,
        index: usize,
        input: BatchInput<K>,
    ) -> Option<Done<K>> {
        let query = match input {
            BatchInput::Query(query) => query,
            BatchInput::Job(job) => {
                self.adopt(client, index, &job);
                return None;
            }
            BatchInput::JobId(id) => {
                self.adopt(client, index, &client.job_of(id));
                return None;
            }
        };
        if let Err(error) = query.to_request(None) {
            return Some(not_tried(index, query, error));
        }
        self.offered = Some((index, query));
        self.scheduler.offer();
        None
    }

    /// Waits for a job that was launched before.
    fn adopt(&mut self, client: &Client, index: usize, job: &Job<K>) {
        let launch_attempts = job.launch_attempts();
        let span = telemetry::job(K::NAME, Some(index));
        telemetry::is_job(&span, job.id());
        let entry = Entry { index, id: job.id(), query: None, launch_attempts, span };
        let (now, delivery_expected) = (self.started.elapsed(), job.may_be_delivered_to(client));
        let mut planner = client.planner(K::NAME);
        let outlook = client.outlook(&mut planner);
        let (place, _) = self.scheduler.add(now, entry, job.start(), delivery_expected, outlook);
        drop(planner);
        if delivery_expected {
            self.subscription.expect(job.id(), place.index());
        }
    }

    /// Ready with a result that was delivered.
    pub(super) fn poll_mail(
        &mut self,
        client: &Client,
        max_wait: Duration,
        cx: &Context<'_>,
    ) -> Poll<Done<K>> {
        while let Poll::Ready((place, snapshot)) = self.subscription.poll(cx) {
            let (now, place) = (self.started.elapsed(), JobSlot::from_index(place));
            let Some(snapshot) = snapshot.of_kind() else { continue };
            let Some(entry) = self.scheduler.job(place).cloned() else { continue };
            let mut planner = client.planner(K::NAME);
            let waited = self.scheduler.delivered(now, place, snapshot.lasted(), &mut planner);
            if let Some(WaitStats { reads, spent, .. }) = waited {
                let snapshot = snapshot.with_reads(reads);
                entry.span.in_scope(|| telemetry::delivered(&snapshot));
                let end = WaitEnd { reads, spent, max_wait, gave_up: None };
                return Poll::Ready(entry.finished(end, Ok(snapshot)));
            }
        }
        Poll::Pending
    }

    /// There are no more queries, and the one in hand is not launched. Tells which
    /// that is.
    pub(super) fn stop_launching(&mut self, client: &Client) -> Option<usize> {
        self.slot = None;
        self.end_inputs(client);
        self.offered.take().map(|(index, _)| index)
    }

    /// Ready with the result of the query in hand if the client launches nothing more.
    pub(super) fn poll_stopped(&mut self, client: &Client, cx: &mut Context<'_>) -> Poll<Done<K>> {
        if self.offered.is_none() {
            return Poll::Pending;
        }
        std::task::ready!(self.stopped.as_mut().poll(cx));
        let Some((index, query)) = self.offered.take() else { return Poll::Pending };
        self.slot = None;
        self.scheduler.withdraw();
        let error = Error::stopped(&client.call(RequestKind::Launch), None);
        Poll::Ready(not_tried(index, query, error))
    }

    /// Does the next step; `false` if there is none any more.
    pub(super) fn poll_work(
        &mut self,
        client: &Client,
        on_launching: &Option<LaunchingHook<K>>,
        cx: &mut Context<'_>,
    ) -> Poll<bool> {
        match self.next_step(client, self.started.elapsed(), 0) {
            Step::Read(_) | Step::Launch => {
                let slot = self.slot.get_or_insert_with(|| client.slot());
                let permit = std::task::ready!(Pin::new(slot).poll(cx));
                self.slot = None;
                // Its patience has no end, so it is never told to come later.
                if let Ok(permit) = permit {
                    self.send(client, permit, on_launching);
                }
            }
            Step::Wait(at) => {
                self.slot = None;
                let at = self.started + at;
                let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(at)));
                if alarm.deadline() != at {
                    alarm.as_mut().reset(at);
                }
                std::task::ready!(alarm.as_mut().poll(cx));
                self.alarm = None;
            }
            Step::Idle => {
                self.slot = None;
                return Poll::Pending;
            }
            Step::Done => return Poll::Ready(false),
        }
        Poll::Ready(true)
    }

    /// What to do next, within what the budget has now beside so many slots in hand.
    fn next_step(&mut self, client: &Client, now: Duration, in_hand: usize) -> Step {
        let mut supply = client.rate_limiter().supply(self.scheduler.horizon());
        supply.requests = supply.requests.saturating_add(in_hand);
        self.scheduler.supply(supply);
        self.scheduler.next(now)
    }

    /// Uses a slot for what is worth most now.
    fn send(&mut self, client: &Client, permit: Permit, on_launching: &Option<LaunchingHook<K>>) {
        let (now, client) = (self.started.elapsed(), client.clone());
        match self.next_step(&client, now, 1) {
            Step::Read(place) => {
                let Some(entry) = self.scheduler.read(now, place).cloned() else { return };
                let since = Instant::now();
                let under_way = UnderWay::Read { place, entry: entry.clone(), since };
                let task = self.tasks.spawn(async move {
                    let read = client.read_with::<K>(permit, entry.id);
                    let result = read.instrument(entry.span.clone()).await;
                    Outcome::Read { place, entry, since, at: Instant::now(), result }
                });
                self.under_way.insert(task.id(), under_way);
            }
            Step::Launch => {
                let Some((index, query)) = self.offered.take() else { return };
                self.scheduler.launch();
                let span = telemetry::job(K::NAME, Some(index));
                let under_way =
                    UnderWay::Launch { index, query: query.clone(), span: span.clone() };
                let hook = on_launching.clone().map(|hook| of_input(hook, index));
                let task = self.tasks.spawn(async move {
                    let launch = launch::launch_by(&client, query.clone(), permit, hook);
                    let result = launch.instrument(span.clone()).await;
                    telemetry::launch_ended(&span, &result);
                    let result = Unclaimed::new(&client, result);
                    Outcome::Launch { index, query, result, span }
                });
                self.under_way.insert(task.id(), under_way);
            }
            Step::Wait(_) | Step::Idle | Step::Done => {}
        }
    }

    /// What a request brought, if only that its task panicked or was ended with its
    /// runtime.
    pub(super) fn poll_outcome(
        &mut self,
        client: &Client,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Outcome<K>>> {
        let joined = std::task::ready!(self.tasks.poll_join_next_with_id(cx));
        Poll::Ready(match joined {
            Some(Ok((id, outcome))) => {
                self.under_way.remove(&id);
                Some(outcome)
            }
            Some(Err(lost)) => {
                let under_way = self.under_way.remove(&lost.id());
                under_way.map(|request| request.lost(client))
            }
            None => None,
        })
    }

    /// Takes in what a request brought.
    pub(super) fn settle(
        &mut self,
        client: &Client,
        outcome: Outcome<K>,
        hook: LaunchedHook<'_, K>,
        max_wait: Duration,
    ) -> Option<Done<K>> {
        match outcome {
            Outcome::Launch { index, query, result, span } => match result.claim() {
                Ok(job) => {
                    self.launched(client, (index, query), (&job, span), hook);
                    None
                }
                Err(error) => {
                    self.scheduler.launch_failed();
                    Some(Done { index, job_id: error.job_id(), result: Err(error) })
                }
            },
            Outcome::Read { place, entry, since, at, result } => {
                if let (None, Ok(seen)) = (entry.launch_attempts, &result)
                    && let Some(here) = client.gets_delivery_of(seen)
                {
                    self.scheduler.expect_delivery(place, here);
                }
                let inside = entry.span.clone();
                // By when the answer came: it may have lain here since.
                let (now, took) = (at - self.started, at - since);
                let (waited, gave_up) =
                    inside.in_scope(|| self.read(client, (now, place), took, &result))?;
                let has_end = result.as_ref().is_ok_and(|last| last.is_final());
                self.subscription.leave(entry.id, place.index(), has_end);
                let WaitStats { reads, spent, .. } = waited;
                let end = WaitEnd { reads, spent, max_wait, gave_up };
                Some(entry.finished(end, result))
            }
        }
    }

    fn launched(
        &mut self,
        client: &Client,
        (index, query): (usize, Query<K>),
        (job, span): (&Job<K>, Span),
        hook: LaunchedHook<'_, K>,
    ) {
        let launch_attempts = job.launch_attempts();
        let entry =
            Entry { index, id: job.id(), query: Some(query), launch_attempts, span: span.clone() };
        let (now, delivery_expected) = (self.started.elapsed(), job.may_be_delivered_to(client));
        let mut planner = client.planner(K::NAME);
        let outlook = client.outlook(&mut planner);
        let first = self.scheduler.launched(now, entry, job.start(), delivery_expected, outlook);
        drop(planner);
        if delivery_expected {
            self.subscription.expect(job.id(), first.0.index());
        }
        // What it was to store is not lost if it panics.
        let guard = Guard::new(job);
        hook(index, job);
        guard.release();
        span.in_scope(|| self.tell_next(client, now, first));
    }

    /// Tells the scheduler of a read, and how the wait ended if it did.
    fn read(
        &mut self,
        client: &Client,
        (now, place): (Duration, JobSlot),
        took: Duration,
        result: &ReadResult<K>,
    ) -> Option<(WaitStats, Option<StopReason>)> {
        let read = match result {
            Ok(snapshot) if snapshot.is_final() => Read::Over { lasted: snapshot.lasted() },
            Ok(snapshot) => Read::Running { age: snapshot.elapsed() },
            Err(error) if error.is_survivable() => {
                Read::Failed { retry_after: error.retry_after() }
            }
            Err(_) => Read::Fatal,
        };
        let mut planner = client.planner(K::NAME);
        let outlook = client.outlook(&mut planner);
        let after = self.scheduler.answered(now, place, took, read, outlook)?;
        drop(planner);
        match after {
            ReadOutcome::Pending { reads, at } => {
                telemetry::read(result, reads, took);
                self.tell_next(client, now, (place, at));
                None
            }
            ReadOutcome::Ended { waited, stopped: gave_up } => {
                telemetry::read(result, waited.reads, took);
                gave_up.inspect(|why| telemetry::gave_up(*why));
                Some((waited, gave_up))
            }
        }
    }

    /// When a job's next read is due, and why.
    fn tell_next(&self, client: &Client, now: Duration, (place, at): (JobSlot, Duration)) {
        telemetry::next_read(at.saturating_sub(now), || {
            let mut planner = client.planner(K::NAME);
            self.scheduler.expectation(place, at, client.outlook(&mut planner))
        });
    }
}

/// The result of a query that was not sent.
fn not_tried<K: JobKind>(index: usize, query: Query<K>, error: Error) -> Done<K> {
    let result = Err(error.of_launch(query, Some(NOT_TRIED)));
    Done { index, job_id: None, result }
}

/// The hook for the launch of one input.
fn of_input<K: JobKind>(hook: LaunchingHook<K>, index: usize) -> launch::LaunchingHook<K> {
    Box::new(move |query| {
        let mut hook = hook.lock().unwrap_or_else(PoisonError::into_inner);
        hook(index, query);
    })
}

impl<K: JobKind> Entry<K> {
    /// The result of its wait, whose last read brought this.
    fn finished(self, end: WaitEnd, read: Result<Snapshot<K>, Error>) -> Done<K> {
        let Self { index, id, query, launch_attempts, span } = self;
        let result = conclude(id, end, read)
            .map(|last| last.with_launch_attempts(launch_attempts))
            .map_err(|error| match query {
                Some(query) => error.after_launch(query, launch_attempts),
                None => error,
            });
        telemetry::wait_ended(&span, &result, end.spent);
        Done { index, job_id: Some(id), result }
    }
}

/// The same without what is known of the launch.
fn conclude<K: JobKind>(
    id: JobId,
    end: WaitEnd,
    read: Result<Snapshot<K>, Error>,
) -> Result<Snapshot<K>, Error> {
    match read {
        read if end.gave_up.is_some() => {
            let (last, failure) = match read {
                Ok(snapshot) => (Some(Last::from(&snapshot.with_reads(end.reads))), None),
                Err(error) => (None, Some(error)),
            };
            Err(Error::wait_timeout(id, end, last, failure))
        }
        Ok(last) => {
            let into_result = last.with_reads(end.reads).into_result();
            into_result.map_err(|error| error.in_wait(end, None))
        }
        Err(error) => Err(error.in_wait(end, None)),
    }
}
