//! [`Run`]: a batch after its first poll. It waits, sends and returns results as the [`Scheduler`]
//! decides.

pub(super) mod entry;
mod request;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use job_polling::PollPolicy;
use job_polling::batch::{JobSlot, Read, ReadOutcome, Scheduler, Step, WaitStats};
use job_polling::limiter::{Acquire, Permit};
use job_polling::wait_state::StopReason;
use tokio::task::{self, JoinSet};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tracing::{Instrument, Span};

use self::entry::{Done, Entry, not_sent};
use self::request::{InFlight, Outcome, ReadResult};
use super::hooks::{LaunchingHook, of_input};
use super::input::BatchInput;
use crate::client::Client;
use crate::error::{Error, RequestKind, WaitEnd};
use crate::job::Job;
use crate::job::launch::{Unclaimed, launch_with, summary};
use crate::job::orphan::Guard;
use crate::job::read::expect_kind;
use crate::kind::{JobKind, Query};
use crate::telemetry::{launches, reads, set_job};
use crate::webhook::Subscription;

/// The state of a batch after its first poll.
pub(super) struct Run<K: JobKind> {
    started: Instant,
    pub(super) scheduler: Scheduler<Entry<K>>,
    tasks: JoinSet<Outcome<K>>,
    in_flight: HashMap<task::Id, InFlight<K>>,
    offered: Option<(usize, Query<K>)>,
    permit: Option<Acquire>,
    alarm: Option<Pin<Box<Sleep>>>,
    subscription: Subscription,
    /// Completes when launching is stopped.
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// Called with the index of an input and its job when it is launched.
pub(super) type LaunchedHook<'a, K> = &'a mut dyn FnMut(usize, &Job<K>);

impl<K: JobKind> Run<K> {
    /// Starts with these jobs as the first inputs. With such jobs, no other inputs follow.
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
            in_flight: HashMap::new(),
            offered: None,
            permit: None,
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

    /// Takes no further inputs.
    pub(super) fn end_inputs(&mut self, client: &Client) {
        let mut planner = client.planner(K::NAME);
        self.scheduler.end_inputs(self.started.elapsed(), client.poll_context(&mut planner));
    }

    /// Takes an input that the scheduler [wants](Scheduler::wants_input). Returns its result at once
    /// if it is invalid.
    pub(super) fn take_input(
        &mut self,
        client: &Client,
        index: usize,
        input: BatchInput<K>,
    ) -> Option<Done<K>> {
        let query = match input {
            BatchInput::Query(query) => query,
            BatchInput::Job(job) => return self.take_job(client, index, &job),
            BatchInput::JobId(id) => return self.take_job(client, index, &client.job_of(id)),
        };
        if let Err(error) = query.to_request(None) {
            return Some(not_sent(index, query, error));
        }
        self.offered = Some((index, query));
        self.scheduler.offer();
        None
    }

    /// Takes a job that was launched before, unless its ID is of a different kind.
    fn take_job(&mut self, client: &Client, index: usize, job: &Job<K>) -> Option<Done<K>> {
        match expect_kind::<K>(job.id()) {
            Ok(()) => {
                self.adopt(client, index, job);
                None
            }
            Err(error) => Some(Done { index, job_id: Some(job.id()), result: Err(error) }),
        }
    }

    /// Waits for a job that was launched before.
    fn adopt(&mut self, client: &Client, index: usize, job: &Job<K>) {
        let launch_attempts = job.launch_attempts();
        let span = reads::job_span(K::NAME, Some(index));
        set_job(&span, job.id());
        let entry = Entry { index, id: job.id(), query: None, launch_attempts, span };
        let (now, delivery_expected) = (self.started.elapsed(), job.may_be_delivered_to(client));
        let mut planner = client.planner(K::NAME);
        let context = client.poll_context(&mut planner);
        let (slot, _) = self.scheduler.add(now, entry, job.origin(), delivery_expected, context);
        drop(planner);
        if delivery_expected {
            self.subscription.expect(job.id(), slot.index());
        }
    }

    /// Ready with the result of a delivery.
    pub(super) fn poll_delivered(
        &mut self,
        client: &Client,
        max_wait: Duration,
        cx: &Context<'_>,
    ) -> Poll<Done<K>> {
        while let Poll::Ready((slot, snapshot)) = self.subscription.poll(cx) {
            let (now, slot) = (self.started.elapsed(), JobSlot::from_index(slot));
            let Some(snapshot) = snapshot.into_kind::<K>() else { continue };
            let Some(entry) = self.scheduler.job(slot).cloned() else { continue };
            let mut planner = client.planner(K::NAME);
            let waited = self.scheduler.delivered(now, slot, snapshot.lasted(), &mut planner);
            if let Some(WaitStats { reads, spent, .. }) = waited {
                let snapshot = snapshot.with_reads(reads);
                entry.span.in_scope(|| reads::delivered(&snapshot));
                client.settings().spending.count_result(&snapshot);
                client.observe_delivery(&snapshot);
                let end = WaitEnd { reads, spent, max_wait, stopped: None };
                return Poll::Ready(entry.finished(end, Ok(snapshot)));
            }
        }
        Poll::Pending
    }

    /// Ends the inputs and drops the query that is not sent yet. Returns its index.
    pub(super) fn stop_launching(&mut self, client: &Client) -> Option<usize> {
        self.permit = None;
        self.end_inputs(client);
        self.offered.take().map(|(index, _)| index)
    }

    /// Ready with the result of the query that is not sent yet if launching is stopped.
    pub(super) fn poll_stopped(&mut self, client: &Client, cx: &mut Context<'_>) -> Poll<Done<K>> {
        if self.offered.is_none() {
            return Poll::Pending;
        }
        std::task::ready!(self.stopped.as_mut().poll(cx));
        let Some((index, query)) = self.offered.take() else { return Poll::Pending };
        self.permit = None;
        self.scheduler.withdraw();
        let error = Error::stopped(&client.call(RequestKind::Launch), None);
        Poll::Ready(not_sent(index, query, error))
    }

    /// Does the next step. Returns `false` if no step is due.
    pub(super) fn poll_work(
        &mut self,
        client: &Client,
        on_launching: &Option<LaunchingHook<K>>,
        cx: &mut Context<'_>,
    ) -> Poll<bool> {
        match self.next_step(client, self.started.elapsed(), 0) {
            Step::Read(_) | Step::Launch => {
                let acquire = self.permit.get_or_insert_with(|| client.batch_permit());
                let permit = std::task::ready!(Pin::new(acquire).poll(cx));
                self.permit = None;
                // It has no deadline, so it never fails.
                if let Ok(permit) = permit {
                    self.send(client, permit, on_launching);
                }
            }
            Step::Wait(at) => {
                self.permit = None;
                let at = self.started + at;
                let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(at)));
                if alarm.deadline() != at {
                    alarm.as_mut().reset(at);
                }
                std::task::ready!(alarm.as_mut().poll(cx));
                self.alarm = None;
            }
            Step::Idle => {
                self.permit = None;
                return Poll::Pending;
            }
            Step::Done => return Poll::Ready(false),
        }
        Poll::Ready(true)
    }

    /// Returns the next step, with the permits that are available now and those in hand.
    fn next_step(&mut self, client: &Client, now: Duration, in_hand: usize) -> Step {
        let mut supply = client.rate_limiter().supply(self.scheduler.horizon());
        supply.requests = supply.requests.saturating_add(in_hand);
        self.scheduler.supply(supply);
        self.scheduler.next(now)
    }

    /// Uses a permit for the most valuable request at present.
    fn send(&mut self, client: &Client, permit: Permit, on_launching: &Option<LaunchingHook<K>>) {
        let (now, client) = (self.started.elapsed(), client.clone());
        match self.next_step(&client, now, 1) {
            Step::Read(slot) => {
                let Some(entry) = self.scheduler.read(now, slot).cloned() else { return };
                let since = Instant::now();
                let in_flight = InFlight::Read { slot, entry: entry.clone(), since };
                let task = self.tasks.spawn(async move {
                    let read = client.read_with::<K>(permit, entry.id);
                    let result = read.instrument(entry.span.clone()).await;
                    Outcome::Read { slot, entry, since, at: Instant::now(), result }
                });
                self.in_flight.insert(task.id(), in_flight);
            }
            Step::Launch => {
                let Some((index, query)) = self.offered.take() else { return };
                self.scheduler.launch();
                let span = reads::job_span(K::NAME, Some(index));
                let in_flight =
                    InFlight::Launch { index, query: query.clone(), span: span.clone() };
                let hook = on_launching.clone().map(|hook| of_input(hook, index));
                let task = self.tasks.spawn(async move {
                    let launch = launch_with(&client, query.clone(), permit, hook);
                    let result = launch.instrument(span.clone()).await;
                    launches::ended(&span, summary(&result));
                    let result = Unclaimed::new(&client, result);
                    Outcome::Launch { index, query, result, span }
                });
                self.in_flight.insert(task.id(), in_flight);
            }
            Step::Wait(_) | Step::Idle | Step::Done => {}
        }
    }

    /// Returns the outcome of a request, even if its task panicked or ended with its runtime.
    pub(super) fn poll_outcome(
        &mut self,
        client: &Client,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Outcome<K>>> {
        let joined = std::task::ready!(self.tasks.poll_join_next_with_id(cx));
        Poll::Ready(match joined {
            Some(Ok((id, outcome))) => {
                self.in_flight.remove(&id);
                Some(outcome)
            }
            Some(Err(lost)) => {
                let in_flight = self.in_flight.remove(&lost.id());
                in_flight.map(|request| request.lost(client))
            }
            None => None,
        })
    }

    /// Processes the outcome of a request.
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
            Outcome::Read { slot, entry, since, at, result } => {
                if let (None, Ok(snapshot)) = (entry.launch_attempts, &result)
                    && let Some(here) = client.gets_delivery_of(snapshot)
                {
                    self.scheduler.expect_delivery(slot, here);
                }
                let inside = entry.span.clone();
                // By the time of the response, which may have been processed late.
                let (now, took) = (at - self.started, at - since);
                let (waited, stopped) =
                    inside.in_scope(|| self.read(client, (now, slot), took, &result))?;
                let has_end = result.as_ref().is_ok_and(|last| last.is_final());
                self.subscription.leave(entry.id, slot.index(), has_end);
                let WaitStats { reads, spent, .. } = waited;
                let end = WaitEnd { reads, spent, max_wait, stopped };
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
        let context = client.poll_context(&mut planner);
        let first = self.scheduler.launched(now, entry, job.origin(), delivery_expected, context);
        drop(planner);
        if delivery_expected {
            self.subscription.expect(job.id(), first.0.index());
        }
        // If the hook panics, the job is not lost.
        let guard = Guard::new(job);
        hook(index, job);
        guard.release();
        span.in_scope(|| self.log_next_read(client, now, first));
    }

    /// Reports a read to the scheduler. Returns how the wait ended, if it did.
    fn read(
        &mut self,
        client: &Client,
        (now, slot): (Duration, JobSlot),
        took: Duration,
        result: &ReadResult<K>,
    ) -> Option<(WaitStats, Option<StopReason>)> {
        let read = match result {
            Ok(snapshot) if snapshot.is_final() => Read::Over { lasted: snapshot.lasted() },
            Ok(snapshot) => Read::Running { age: snapshot.elapsed() },
            Err(error) if error.is_transient() => Read::Failed { retry_after: error.retry_after() },
            Err(_) => Read::Fatal,
        };
        let mut planner = client.planner(K::NAME);
        let context = client.poll_context(&mut planner);
        let outcome = self.scheduler.answered(now, slot, took, read, context)?;
        drop(planner);
        match outcome {
            ReadOutcome::Pending { reads, at } => {
                reads::read(result, reads, took);
                self.log_next_read(client, now, (slot, at));
                None
            }
            ReadOutcome::Ended { waited, stopped } => {
                reads::read(result, waited.reads, took);
                stopped.inspect(|why| reads::stopped(*why));
                Some((waited, stopped))
            }
        }
    }

    /// Logs when a job's next read is due, and why.
    fn log_next_read(&self, client: &Client, now: Duration, (slot, at): (JobSlot, Duration)) {
        reads::next_read(at.saturating_sub(now), || {
            let mut planner = client.planner(K::NAME);
            self.scheduler.expectation(slot, at, client.poll_context(&mut planner))
        });
    }
}
