//! [`Scheduler`]: the order of work of many jobs. No clock, no async, no random
//! numbers: times are counted from the start of the batch.
//!
//! What counts is the mean time to a result, at the throughput that the budget
//! allows. A launch costs a slot and commits at least one more; a read that finds a
//! running job wastes one.
//!
//! - Each job is read when its own [`WaitState`] says that it is worth it. A wasted read
//!   holds all results up that are still to come, by the time between two slots, so
//!   that is its price. How many are to come is not known: as many as are pending,
//!   and twice as many as have come.
//! - Reads go before launches. A job that is launched earlier than it can be read
//!   is over no sooner.
//! - A launch leaves its own read a slot, and those of all jobs that are not read yet:
//!   it is made if the budget has as many slots until then. Slots that come one by
//!   one are never saved up for a read, those of a burst are.
//! - As long as nothing is known of how long jobs take, a few are read early
//!   ([`Scouts`]).
//! - Of four slots launches get one at least while reads only find running jobs.
//!
//! A job whose end is delivered by a webhook commits no read. It is read when its
//! delivery is overdue, and launches get one slot of four at least, so that a
//! crowd of overdue ones does not hold them up.

use std::time::Duration;

use super::read_queue::{JobSlot, QueuedRead, ReadQueue};
use super::scouts::Scouts;
use super::step::{Read, ReadOutcome, Step, WaitStats};
use crate::limiter::Supply;
use crate::policy::{DEFAULT_READ_COST, PollPolicy};
use crate::schedule::{Planner, QuotaPressure};
use crate::wait_state::{Decision, Expectation, JobOrigin, PollContext, WaitState};

/// So many jobs of a batch are launched and not over, at most.
pub(crate) const MOST_PENDING: usize = 4_096;

/// So many requests of a batch are under way at once, at most. A key's budget
/// is the limit that counts; this one is for those that have none.
pub(crate) const MOST_IN_FLIGHT: usize = 128;

/// So many reads that are of no use go before a launch that waits, at most.
const READS_IN_A_ROW: u32 = 3;

/// With so many slots for each job that waits to be read, none has to be saved.
const ENOUGH: usize = 4;

/// How many results are expected yet for each that has come.
const TO_COME: usize = 2;

/// How often it is looked at least whether a launch that waits for slots may leave.
const SHORTEST_LOOK: Duration = Duration::from_millis(100);

/// A job that is launched and not over.
#[derive(Debug)]
struct Pending<T> {
    job: T,
    waiter: WaitState,
    /// When the wait began: with the first read if the job was picked up, so
    /// that a long line before it does not count.
    started: Option<Duration>,
    /// The number of its turn, if it has one.
    turn: Option<u64>,
    reading: bool,
    /// It was not read yet, and has to be.
    unread: bool,
    failed: bool,
    /// Its end was delivered while it is being read: what that brings is not
    /// awaited.
    over: bool,
}

/// What is known of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// None is in hand, and more may come.
    Wanted,
    /// One is in hand.
    Offered,
    /// There are no more.
    Ended,
}

/// The state machine of a batch: which job to read next, or whether a launch is
/// worth more. It keeps 4,096 pending jobs and 128 requests under way at most.
///
/// It is told of all that happens, and asked for the [next](Self::next) step
/// after each: an input that was taken from its source ([`offer`](Self::offer)), a
/// slot that was used for a launch ([`launch`](Self::launch)) or a
/// [`read`](Self::read), what those brought, a delivery. `T` is what the caller
/// knows of a job.
///
/// ```
/// use std::time::Duration;
/// use job_polling::batch::{ReadOutcome, Read, Scheduler, Step};
/// use job_polling::schedule::{Planner, QuotaPressure};
/// use job_polling::wait_state::{PollContext, JobOrigin};
/// use job_polling::{DurationHistory, PollPolicy};
///
/// let mut planner = Planner::new(DurationHistory::new());
/// fn outlook(planner: &mut Planner) -> PollContext<'_> {
///     PollContext { planner, scarcity: QuotaPressure::NONE, unit: 0.5 }
/// }
/// let seconds = Duration::from_secs;
/// let took = Duration::from_millis(100);
/// let mut batch = Scheduler::new(PollPolicy::fixed(seconds(5)), seconds(60));
///
/// batch.offer();
/// assert_eq!(batch.next(seconds(0)), Step::Launch);
/// batch.launch();
/// let start = JobOrigin::Launched { age: Duration::ZERO, took };
/// let (place, at) = batch.launched(took, "job 1", start, false, outlook(&mut planner));
/// batch.end_inputs(took, outlook(&mut planner));
/// assert_eq!(batch.next(took), Step::Wait(at));
///
/// assert_eq!(batch.next(at), Step::Read(place));
/// assert_eq!(batch.read(at, place), Some(&"job 1"));
/// let over = Read::Over { lasted: Some(seconds(4)) };
/// let after = batch.answered(at + took, place, took, over, outlook(&mut planner));
/// assert!(matches!(after, Some(ReadOutcome::Ended { gave_up: None, .. })));
/// assert_eq!(batch.next(at + took), Step::Done);
/// ```
#[derive(Debug)]
pub struct Scheduler<T> {
    policy: PollPolicy,
    max_wait: Duration,
    input: Input,
    launching: usize,
    reading: usize,
    /// How many of the reads are not awaited any more.
    needless: usize,
    reads_in_a_row: u32,
    /// How many pending jobs are [unread](Pending::unread).
    unread: usize,
    /// How many jobs were found over.
    ended: usize,
    supply: Supply,
    /// How long after the newest launch its job is first read, and whether its end
    /// is delivered.
    ahead: Duration,
    delivery_expected: bool,
    scouts: Scouts,
    places: Vec<Option<Pending<T>>>,
    free: Vec<u32>,
    turns: ReadQueue,
}

/// How many bytes a pending job takes, its own included.
pub const fn bytes_per_job<T>() -> usize {
    size_of::<Option<Pending<T>>>() + size_of::<QueuedRead>() + size_of::<u32>()
}

impl<T> Scheduler<T> {
    /// A batch whose jobs are each waited for by this policy, so long at most.
    pub fn new(policy: PollPolicy, max_wait: Duration) -> Self {
        Self {
            policy,
            max_wait,
            input: Input::Wanted,
            launching: 0,
            reading: 0,
            needless: 0,
            reads_in_a_row: 0,
            unread: 0,
            ended: 0,
            supply: Supply::UNLIMITED,
            ahead: Duration::ZERO,
            delivery_expected: false,
            scouts: Scouts::default(),
            places: Vec::new(),
            free: Vec::new(),
            turns: ReadQueue::default(),
        }
    }

    /// How many jobs are launched, or being launched, and not over.
    pub fn pending(&self) -> usize {
        self.places.len() - self.free.len() + self.launching
    }

    /// Whether the next input is to be asked for.
    pub fn wants_input(&self) -> bool {
        self.input == Input::Wanted
            && self.pending() < MOST_PENDING
            && self.in_flight() < MOST_IN_FLIGHT
    }

    /// The next input is in hand.
    pub fn offer(&mut self) {
        self.input = Input::Offered;
    }

    /// The input in hand is not launched.
    pub fn withdraw(&mut self) {
        self.input = Input::Wanted;
    }

    /// There are no more inputs. No launch waits for slots any longer, so that
    /// reads are cheaper: all are planned anew.
    pub fn end_inputs(&mut self, now: Duration, mut outlook: PollContext<'_>) {
        self.input = Input::Ended;
        self.plan_again(now, &mut outlook);
    }

    /// Plans all reads by what is known now.
    fn plan_again(&mut self, now: Duration, outlook: &mut PollContext<'_>) {
        let mut turns = std::mem::take(&mut self.turns);
        turns.move_all(|turn| self.planned_again(now, turn, outlook));
        self.turns = turns;
    }

    /// When a job is to be read by what is known now; `None` if the turn is void.
    fn planned_again(
        &self,
        now: Duration,
        turn: &QueuedRead,
        outlook: &mut PollContext<'_>,
    ) -> Option<Duration> {
        let pending = valid(&self.places, turn)?;
        let Some(started) = pending.started.filter(|_| !pending.failed) else {
            return Some(turn.at);
        };
        let delivery_expected = pending.waiter.expects_delivery();
        let scarcity = self.scarcity(outlook.scarcity, delivery_expected, outlook.planner);
        let PollContext { planner, unit, .. } = outlook;
        let mut outlook = PollContext { planner, scarcity, unit: *unit };
        let next = pending.waiter.again(now.saturating_sub(started), &mut outlook);
        Some(next.map_or(turn.at, |next| started.saturating_add(next)))
    }

    /// What the budget has within the [`horizon`](Self::horizon). To be told before
    /// [`next`](Self::next) is asked; unless told, there is no limit.
    pub fn supply(&mut self, supply: Supply) {
        self.supply = supply;
    }

    /// How far ahead slots matter: a job that is launched now is read then.
    pub fn horizon(&self) -> Duration {
        self.ahead
    }

    /// What to do next. To be asked again once there is a slot, and after
    /// everything that happens.
    pub fn next(&self, now: Duration) -> Step {
        let launch = self.input == Input::Offered && self.pending() < MOST_PENDING;
        let launch_is_due = launch && self.reads_in_a_row >= READS_IN_A_ROW;
        let room = self.in_flight() < MOST_IN_FLIGHT;
        let read = self.turns.first().and_then(|turn| Some((self.due(turn)?, turn.place)));
        match read {
            None if self.is_done() => Step::Done,
            _ if !room => Step::Idle,
            _ if launch_is_due => Step::Launch,
            Some((at, place)) if at <= now => Step::Read(place),
            _ if launch && self.has_slots() => Step::Launch,
            read if launch => {
                let look = now.saturating_add(self.supply.interval.max(SHORTEST_LOOK));
                Step::Wait(read.map_or(look, |(at, _)| at.min(look)))
            }
            Some((at, _)) => Step::Wait(at),
            None => Step::Idle,
        }
    }

    fn is_done(&self) -> bool {
        let turns = self.turns.first().is_some();
        self.input == Input::Ended && !turns && self.in_flight() == self.needless
    }

    /// When the first read is due, unless others have to be back before.
    fn due(&self, first: QueuedRead) -> Option<Duration> {
        let launched = valid(&self.places, &first).is_some_and(|job| job.started.is_some());
        match launched && self.is_scouting() {
            true if self.policy.read_cost().is_some() => self.scouts.next(),
            true => Some(self.scouts.next()?.max(first.at)),
            false => Some(first.at),
        }
    }

    /// Whether nothing is known of how long jobs take, and reads are not to be wasted.
    fn is_scouting(&self) -> bool {
        self.supply.requests < self.unread * ENOUGH
            && self.scouts.are_of_use(self.unread, self.max_wait)
    }

    /// Whether a launch leaves slots for its own read, and for those of all jobs that
    /// are not read yet.
    fn has_slots(&self) -> bool {
        let launching = if self.delivery_expected { 0 } else { self.launching };
        let jobs = self.unread + launching;
        jobs == 0 || self.supply.requests >= jobs + 2
    }

    /// The launch that [`next`](Self::next) named is under way.
    pub fn launch(&mut self) {
        self.input = Input::Wanted;
        self.reads_in_a_row = 0;
        self.launching += 1;
    }

    /// A launch failed.
    pub fn launch_failed(&mut self) {
        self.launching = self.launching.saturating_sub(1);
    }

    /// A launch was answered. `delivery_expected` says that a delivery is expected.
    pub fn launched(
        &mut self,
        now: Duration,
        job: T,
        start: JobOrigin,
        delivery_expected: bool,
        outlook: PollContext<'_>,
    ) -> (JobSlot, Duration) {
        self.launching = self.launching.saturating_sub(1);
        self.scouts.launched(now, outlook.planner.times().len());
        let (place, at) = self.add(now, job, start, delivery_expected, outlook);
        (self.ahead, self.delivery_expected) = (at.saturating_sub(now), delivery_expected);
        (place, at)
    }

    /// A job that was launched before is waited for from now on. Tells when it is
    /// first to be read.
    pub fn add(
        &mut self,
        now: Duration,
        job: T,
        start: JobOrigin,
        delivery_expected: bool,
        mut outlook: PollContext<'_>,
    ) -> (JobSlot, Duration) {
        outlook.scarcity = self.scarcity(outlook.scarcity, delivery_expected, outlook.planner);
        let mut waiter = WaitState::new(self.policy.clone(), self.max_wait, start);
        waiter.expect_delivery(delivery_expected);
        let at = now.saturating_add(waiter.first(outlook));
        let started = matches!(start, JobOrigin::Launched { .. }).then_some(now);
        let (reading, failed, over) = (false, false, false);
        let unread = !delivery_expected;
        self.unread += usize::from(unread);
        let pending = Pending { job, waiter, started, turn: None, reading, unread, failed, over };
        let place = match self.free.pop() {
            Some(free) => {
                self.places[free as usize] = Some(pending);
                JobSlot(free)
            }
            None => {
                self.places.push(Some(pending));
                JobSlot((self.places.len() - 1) as u32)
            }
        };
        self.give_turn(at, place);
        (place, at)
    }

    /// A job that is waited for.
    pub fn job(&self, place: JobSlot) -> Option<&T> {
        Some(&self.places.get(place.0 as usize)?.as_ref()?.job)
    }

    /// Whether a delivery is expected of a job, if that is known only now.
    pub fn expect_delivery(&mut self, place: JobSlot, expected: bool) {
        if let Some(Some(pending)) = self.places.get_mut(place.0 as usize) {
            pending.waiter.expect_delivery(expected);
            if expected {
                self.unread -= usize::from(std::mem::take(&mut pending.unread));
            }
        }
    }

    /// A delivery says that a job is over, which lasted so long if the API says so.
    /// It is not read any more, and a read that is under way not awaited.
    pub fn delivered(
        &mut self,
        now: Duration,
        place: JobSlot,
        lasted: Option<Duration>,
        planner: &mut Planner,
    ) -> Option<WaitStats> {
        let slot = self.places.get_mut(place.0 as usize)?;
        let pending = slot.as_mut().filter(|pending| !pending.over)?;
        let spent = now.saturating_sub(pending.started.unwrap_or(now));
        pending.waiter.delivered(spent, lasted, planner);
        let waited = WaitStats { reads: pending.waiter.reads(), spent };
        self.unread -= usize::from(std::mem::take(&mut pending.unread));
        if pending.reading {
            pending.over = true;
            self.needless += 1;
        } else {
            *slot = None;
            self.free.push(place.0);
        }
        self.drop_void_turns();
        Some(waited)
    }

    /// What speaks for a read of a job at this time, for people.
    pub fn expectation(
        &self,
        place: JobSlot,
        at: Duration,
        mut outlook: PollContext<'_>,
    ) -> Option<Expectation> {
        let pending = self.places.get(place.0 as usize)?.as_ref()?;
        let delivery_expected = pending.waiter.expects_delivery();
        outlook.scarcity = self.scarcity(outlook.scarcity, delivery_expected, outlook.planner);
        let since = at.saturating_sub(pending.started.unwrap_or(at));
        Some(pending.waiter.expectation(since, outlook))
    }

    /// The read that [`next`](Self::next) named is under way. Tells the job.
    pub fn read(&mut self, now: Duration, place: JobSlot) -> Option<&T> {
        if self.turns.first().is_none_or(|turn| turn.place != place) {
            return None;
        }
        self.turns.take_first();
        self.reading += 1;
        let pending = self.places.get_mut(place.0 as usize)?.as_mut()?;
        self.unread -= usize::from(std::mem::take(&mut pending.unread));
        // Of jobs that are delivered, each read is one too many.
        self.reads_in_a_row += u32::from(pending.waiter.expects_delivery());
        self.scouts.left();
        pending.started.get_or_insert(now);
        pending.turn = None;
        pending.reading = true;
        self.drop_void_turns();
        self.job(place)
    }

    /// What came of a read, which took so long.
    pub fn answered(
        &mut self,
        now: Duration,
        place: JobSlot,
        took: Duration,
        read: Read,
        mut outlook: PollContext<'_>,
    ) -> Option<ReadOutcome> {
        let delivery_expected =
            self.places.get(place.0 as usize)?.as_ref()?.waiter.expects_delivery();
        let seen = outlook.scarcity;
        outlook.scarcity = self.scarcity(seen, delivery_expected, outlook.planner);
        let slot = self.places.get_mut(place.0 as usize)?;
        let pending = slot.as_mut().filter(|pending| pending.reading)?;
        pending.reading = false;
        self.reading = self.reading.saturating_sub(1);
        self.scouts.answered();
        if pending.over {
            self.needless = self.needless.saturating_sub(1);
            *slot = None;
            self.free.push(place.0);
            return None;
        }
        let started = pending.started.unwrap_or(now);
        let since = now.saturating_sub(started);
        pending.failed = matches!(read, Read::Failed { .. });
        let is_over = matches!(read, Read::Over { .. });
        let PollContext { planner, scarcity, unit } = outlook;
        let told = PollContext { planner: &mut *planner, scarcity, unit };
        let next = judge(&mut pending.waiter, since, took, read, told);
        let reads = pending.waiter.reads();
        let after = match next {
            Some(Decision::ReadAt(at)) => {
                let at = started.saturating_add(at);
                self.give_turn(at, place);
                ReadOutcome::Pending { reads, at }
            }
            next => {
                *slot = None;
                self.free.push(place.0);
                let gave_up = match next {
                    Some(Decision::GiveUp(why)) => Some(why),
                    _ => None,
                };
                ReadOutcome::Ended { waited: WaitStats { reads, spent: since }, gave_up }
            }
        };
        if is_over {
            self.found_over(now, delivery_expected, PollContext { planner, scarcity: seen, unit });
        } else {
            self.scouts.missed(now);
            self.reads_in_a_row += u32::from(!delivery_expected);
        }
        Some(after)
    }

    /// A read was of use. What it has shown may be worth a new plan for the others: so
    /// it is at first, and then ever more seldom.
    fn found_over(&mut self, now: Duration, delivery_expected: bool, mut outlook: PollContext<'_>) {
        self.ended += 1;
        self.scouts.hit();
        if !delivery_expected {
            self.reads_in_a_row = 0;
        }
        if self.ended.is_power_of_two() {
            self.plan_again(now, &mut outlook);
        }
    }

    /// How many turns there are, the void ones included.
    #[cfg(test)]
    pub(crate) fn turns(&self) -> usize {
        self.turns.len()
    }

    fn in_flight(&self) -> usize {
        self.launching + self.reading
    }

    /// An input in hand waits for a slot: each one that is free is spoken for. A read
    /// that is of no use holds all up that are to come. Of jobs that are delivered few
    /// need a read, so that one too many holds fewer up; and with no inputs to come,
    /// slots are for those few.
    fn scarcity(
        &self,
        seen: QuotaPressure,
        delivery_expected: bool,
        planner: &Planner,
    ) -> QuotaPressure {
        match self.input {
            Input::Offered if delivery_expected => QuotaPressure::new(1.0),
            Input::Offered => self.held_up(self.pending() + TO_COME * self.ended),
            Input::Ended if delivery_expected => seen.for_share(planner.share_lost()),
            Input::Wanted | Input::Ended => seen,
        }
    }

    /// A read costs so many results an interval between slots.
    fn held_up(&self, results: usize) -> QuotaPressure {
        let price = self.supply.interval.as_secs_f64() * results as f64;
        let cost = self.policy.read_cost().unwrap_or(DEFAULT_READ_COST);
        QuotaPressure::contested(price / cost.as_secs_f64())
    }

    fn give_turn(&mut self, at: Duration, place: JobSlot) {
        if let Some(Some(pending)) = self.places.get_mut(place.0 as usize) {
            pending.turn = Some(self.turns.give(at, place));
        }
    }

    fn drop_void_turns(&mut self) {
        let (jobs, places) = (self.pending(), &self.places);
        self.turns.drop_void(jobs, |turn| valid(places, turn).is_some());
    }
}

/// The job of a turn, unless a delivery has made that void.
fn valid<'a, T>(places: &'a [Option<Pending<T>>], turn: &QueuedRead) -> Option<&'a Pending<T>> {
    let pending = places.get(turn.place.0 as usize)?.as_ref()?;
    (pending.turn == Some(turn.number)).then_some(pending)
}

/// Tells the waiter what came, and how it goes on.
fn judge(
    waiter: &mut WaitState,
    now: Duration,
    took: Duration,
    read: Read,
    outlook: PollContext<'_>,
) -> Option<Decision> {
    match read {
        Read::Running { age } => Some(waiter.still_running(now, took, age, outlook)),
        Read::Failed { retry_after } => Some(waiter.failed(now, took, retry_after, outlook)),
        Read::Over { lasted } => {
            waiter.over(now, took, lasted, outlook.planner);
            None
        }
        Read::Fatal => {
            waiter.ended(took);
            None
        }
    }
}
