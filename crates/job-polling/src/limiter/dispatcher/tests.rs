//! A queue and a server in virtual time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use proptest::prelude::*;

use super::super::headers::RateLimitHeaders;
use super::super::window::{Limit, LimitPolicy};
use super::*;

const WINDOW: Duration = Duration::from_secs(60);

/// Later than any event.
const NEVER: u64 = u64::MAX;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A waiting request and its outcome.
#[derive(Debug, Clone)]
struct Sender {
    joins_at: u64,
    priority: Priority,
    /// The time from its first notification to its first poll; later polls are immediate.
    reaction_time: u64,
    /// The time after which the sender gives up.
    patience: u64,
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// The request takes the first time to reach the server, and the response the second time to
    /// return.
    Answered(u64, u64),
    /// The request takes the first time to reach the server, and is abandoned after the second
    /// time.
    GivenUp(u64, u64),
    /// The request is never sent.
    NotSent(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Joins,
    Polls,
    GivesUp,
    Arrives,
    Ends,
    Wakes,
}

/// The requests that the server refuses: all between two moments.
#[derive(Debug, Clone)]
struct Refusing {
    from: u64,
    until: u64,
    has_retry_after: bool,
}

struct Simulation {
    dispatcher: Dispatcher<usize>,
    events: BinaryHeap<Reverse<(Duration, u64, Event, usize)>>,
    number: u64,
    senders: Vec<Sender>,
    refusing: Vec<Refusing>,
    waiter_ids: HashMap<usize, WaiterId>,
    taken: HashMap<usize, Reservation>,
    arrivals: Vec<Duration>,
    refused: HashMap<usize, Option<Duration>>,
    queued: HashSet<usize>,
    served: Vec<usize>,
    gone: Vec<usize>,
    wakes_at: Option<Duration>,
}

impl Simulation {
    fn new(limit: u32, senders: Vec<Sender>, refusing: Vec<Refusing>) -> Self {
        let window = SlidingWindow::new(LimitPolicy::Reported(Limit::new(limit, WINDOW)));
        let mut simulation = Self {
            dispatcher: Dispatcher::new(window),
            events: BinaryHeap::new(),
            number: 0,
            senders,
            refusing,
            waiter_ids: HashMap::new(),
            taken: HashMap::new(),
            arrivals: Vec::new(),
            refused: HashMap::new(),
            queued: HashSet::new(),
            served: Vec::new(),
            gone: Vec::new(),
            wakes_at: None,
        };
        for who in 0..simulation.senders.len() {
            simulation.at(ms(simulation.senders[who].joins_at), Event::Joins, who);
        }
        simulation
    }

    fn at(&mut self, at: Duration, event: Event, who: usize) {
        if at >= ms(NEVER) {
            return;
        }
        self.number += 1;
        self.events.push(Reverse((at, self.number, event, who)));
    }

    /// Runs all events. Returns the time of the last one.
    fn play(&mut self) -> Duration {
        let mut last = Duration::ZERO;
        while let Some(Reverse((now, _, event, who))) = self.events.pop() {
            last = now;
            match event {
                Event::Joins => self.joins_at(now, who),
                Event::Polls => self.asks(now, who),
                Event::GivesUp => self.goes(who),
                Event::Arrives => self.arrives(now, who),
                Event::Ends => self.ends(now, who),
                Event::Wakes => self.wakes_at = None,
            }
            self.move_line(now);
        }
        last
    }

    fn move_line(&mut self, now: Duration) {
        let mut next = self.dispatcher.next(now);
        if let NextStep::Notify(waiter_id) = next {
            let who = *self.dispatcher.waiter(waiter_id).unwrap();
            let reaction_time = ms(self.senders[who].reaction_time);
            self.at(now + reaction_time, Event::Polls, who);
            next = self.dispatcher.next(now);
        }
        match next {
            NextStep::At(at) if self.wakes_at.is_none_or(|wakes| at < wakes) => {
                self.wakes_at = Some(at);
                self.at(at, Event::Wakes, usize::MAX);
            }
            NextStep::Notify(_) => panic!("two are notified at once"),
            _ => {}
        }
    }

    fn joins_at(&mut self, now: Duration, who: usize) {
        let sender = self.senders[who].clone();
        match self.dispatcher.enter(now, sender.priority, Purpose::Read, || who) {
            Ok(taken) => self.sends(now, who, taken),
            Err(waiter_id) => {
                self.queued.insert(who);
                self.waiter_ids.insert(who, waiter_id);
                self.at(now + ms(sender.patience), Event::GivesUp, who);
            }
        }
    }

    fn asks(&mut self, now: Duration, who: usize) {
        let Some(waiter_id) = self.waiter_ids.get(&who).copied() else { return };
        self.senders[who].reaction_time = 0;
        if let Some(taken) = self.dispatcher.ask(now, waiter_id) {
            self.waiter_ids.remove(&who);
            self.sends(now, who, taken);
        }
    }

    fn goes(&mut self, who: usize) {
        if let Some(waiter_id) = self.waiter_ids.remove(&who) {
            assert_eq!(self.dispatcher.leave(waiter_id), Some(who));
            self.gone.push(who);
        }
    }

    fn sends(&mut self, now: Duration, who: usize, taken: Reservation) {
        self.served.push(who);
        self.taken.insert(who, taken);
        let (arrives, ends) = match self.senders[who].outcome {
            Outcome::Answered(there, back) => (Some(there), there + back),
            Outcome::GivenUp(there, after) => (Some(there), there + after),
            Outcome::NotSent(after) => (None, after),
        };
        if let Some(arrives) = arrives {
            self.at(now + ms(arrives), Event::Arrives, who);
        }
        self.at(now + ms(ends), Event::Ends, who);
    }

    fn arrives(&mut self, now: Duration, who: usize) {
        self.arrivals.push(now);
        let refuses = |refusing: &&Refusing| ms(refusing.from) <= now && now < ms(refusing.until);
        if let Some(refusing) = self.refusing.iter().find(refuses) {
            let pause = ms(refusing.until) - now;
            self.refused.insert(who, refusing.has_retry_after.then_some(pause));
        }
    }

    fn ends(&mut self, now: Duration, who: usize) {
        let taken = self.taken.remove(&who).unwrap();
        let headers = RateLimitHeaders {
            rate_limited: self.refused.get(&who).copied(),
            ..RateLimitHeaders::default()
        };
        let end = match self.senders[who].outcome {
            Outcome::Answered(..) => RequestOutcome::Answered(headers),
            Outcome::GivenUp(..) => RequestOutcome::GivenUp,
            Outcome::NotSent(_) => RequestOutcome::NotSent,
        };
        self.dispatcher.end(now, taken, end);
    }

    /// Returns the maximum number of arrivals in any window.
    fn most_arrivals(&self) -> usize {
        let arrivals = &self.arrivals;
        assert!(arrivals.is_sorted());
        let in_window = |(first, at): (usize, &Duration)| {
            arrivals[first..].partition_point(|other| *other < *at + WINDOW)
        };
        arrivals.iter().enumerate().map(in_window).max().unwrap_or(0)
    }
}

fn prompt(joins_at: u64, priority: Priority) -> Sender {
    Sender {
        joins_at,
        priority,
        reaction_time: 0,
        patience: NEVER,
        outcome: Outcome::Answered(50, 50),
    }
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => (0..4_000_u64, 0..4_000_u64).prop_map(|(there, back)| Outcome::Answered(there, back)),
        2 => (0..20_000_u64, 0..90_000_u64).prop_map(|(there, back)| Outcome::Answered(there, back)),
        1 => (0..30_000_u64, 0..30_000_u64).prop_map(|(there, after)| Outcome::GivenUp(there, after)),
        1 => (0..10_000_u64).prop_map(Outcome::NotSent),
    ]
}

fn sender() -> impl Strategy<Value = Sender> {
    let joins_at = prop_oneof![2 => Just(0_u64), 3 => 0..400_000_u64];
    let priority = prop_oneof![Just(Priority::Interactive), Just(Priority::Batch)];
    let reaction_time = prop_oneof![8 => Just(0_u64), 2 => 0..2_000_u64, 1 => Just(NEVER)];
    let patience = prop_oneof![4 => Just(NEVER), 1 => 0..60_000_u64];
    (joins_at, priority, reaction_time, patience, outcome()).prop_map(
        |(joins_at, priority, reaction_time, patience, outcome)| {
            // A sender that never reaction_time must give up at some time, or the simulation never ends.
            let patience = if reaction_time == NEVER { patience.min(120_000) } else { patience };
            Sender { joins_at, priority, reaction_time, patience, outcome }
        },
    )
}

fn refusing() -> impl Strategy<Value = Refusing> {
    (0..400_000_u64, 1..60_000_u64, any::<bool>()).prop_map(|(from, length, has_retry_after)| {
        Refusing { from, until: from + length, has_retry_after }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// For any events: a window never has too many requests, every sender is served or gives up,
    /// and in the end all slots are free.
    #[test]
    fn the_promise_is_kept(
        limit in 1..12_u32,
        senders in prop::collection::vec(sender(), 1..80),
        refusing in prop::collection::vec(refusing(), 0..4),
    ) {
        let count = senders.len();
        let mut simulation = Simulation::new(limit, senders, refusing);
        let end = simulation.play();
        prop_assert!(simulation.most_arrivals() <= limit as usize);
        prop_assert_eq!(simulation.served.len() + simulation.gone.len(), count);
        prop_assert!(simulation.dispatcher.queue().is_empty() && simulation.taken.is_empty());
        let patient = |who: &usize| simulation.senders[*who].patience == NEVER;
        prop_assert!(!simulation.gone.iter().any(patient));
        let later = end.max(simulation.dispatcher.window().opening(end, 0).unwrap()) + WINDOW * 2;
        prop_assert_eq!(simulation.dispatcher.window().available(later), limit);
    }

    /// Senders that react to their notifications are served in the order of their arrival within
    /// their priority, and no batch request waits for more than three others.
    #[test]
    fn it_is_fair(
        limit in 1..12_u32,
        classes in prop::collection::vec(any::<bool>(), 1..120),
        spread in 0..2_000_u64,
    ) {
        let priority = |batch: bool| if batch { Priority::Batch } else { Priority::Interactive };
        let senders: Vec<_> = classes
            .iter()
            .enumerate()
            .map(|(number, batch)| prompt(number as u64 * spread / 10, priority(*batch)))
            .collect();
        let mut simulation = Simulation::new(limit, senders, Vec::new());
        simulation.play();
        for batch in [false, true] {
            let of_class: Vec<_> =
                simulation.served.iter().filter(|who| classes[**who] == batch).collect();
            prop_assert!(of_class.is_sorted(), "{of_class:?}");
        }
        if spread == 0 {
            let queued = simulation.served.iter().filter(|who| simulation.queued.contains(who));
            let order: Vec<_> = queued.map(|who| classes[*who]).collect();
            let while_batch_waits = &order[..order.iter().rposition(|batch| *batch).unwrap_or(0)];
            let longest = while_batch_waits.split(|batch| *batch).map(<[bool]>::len).max();
            prop_assert!(longest.unwrap_or(0) <= 3, "{order:?}");
        }
    }
}

/// Without spacing, the slots of the first burst would return in a burst forever.
#[test]
fn a_long_queue_moves_evenly() {
    let senders = (0..1000).map(|_| prompt(0, Priority::Interactive)).collect();
    let mut simulation = Simulation::new(50, senders, Vec::new());
    let end = simulation.play();
    assert_eq!(simulation.most_arrivals(), 50);
    assert!(end < WINDOW * 20 + ms(100) * 20, "{end:?}");
    let mut busy: BTreeMap<u64, usize> = BTreeMap::new();
    for at in &simulation.arrivals[200..] {
        *busy.entry(at.as_secs() / 5).or_default() += 1;
    }
    assert!(busy.values().all(|arrivals| *arrivals <= 6), "{busy:?}");
}

#[test]
fn a_waiter_that_does_not_claim_its_slot_delays_no_other() {
    let mut senders: Vec<_> = (0..20).map(|_| prompt(0, Priority::Interactive)).collect();
    for deaf in &mut senders[3..10] {
        (deaf.reaction_time, deaf.patience) = (NEVER, 3_600_000);
    }
    let mut simulation = Simulation::new(4, senders, Vec::new());
    simulation.play();
    assert_eq!(simulation.served, [0, 1, 2, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    assert_eq!(simulation.gone, [3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_waiter_that_polls_late_keeps_its_place() {
    let mut senders: Vec<_> = (0..6).map(|_| prompt(0, Priority::Interactive)).collect();
    senders[1].reaction_time = 90_000;
    let mut simulation = Simulation::new(1, senders, Vec::new());
    simulation.play();
    assert_eq!(simulation.served, [0, 2, 3, 1, 4, 5]);
}

#[test]
fn a_waiter_that_was_woken_can_leave() {
    let mut dispatcher =
        Dispatcher::new(SlidingWindow::new(LimitPolicy::Reported(Limit::new(1, WINDOW))));
    let now = Duration::ZERO;
    let taken = dispatcher.enter(now, Priority::Interactive, Purpose::Read, || 0).unwrap();
    let one = dispatcher.enter(now, Priority::Interactive, Purpose::Read, || 1).unwrap_err();
    let two = dispatcher.enter(now, Priority::Interactive, Purpose::Read, || 2).unwrap_err();
    assert_eq!(dispatcher.next(now), NextStep::Idle);
    dispatcher.end(now, taken, RequestOutcome::NotSent);
    assert_eq!(dispatcher.next(now), NextStep::Notify(one));
    assert_eq!(dispatcher.leave(one), Some(1));
    assert_eq!(dispatcher.next(now), NextStep::Notify(two));
    assert!(dispatcher.ask(now, two).is_some());
}

/// Returns when consecutive requests of a priority are sent, with immediate responses.
fn leave(
    dispatcher: &mut Dispatcher<u32>,
    priority: Priority,
    from: f64,
    count: usize,
) -> Vec<f64> {
    let mut now = Duration::from_secs_f64(from);
    let mut times = Vec::new();
    while times.len() < count {
        let taken = match dispatcher.enter(now, priority, Purpose::Read, || 0) {
            Ok(taken) => taken,
            Err(waiter_id) => loop {
                match dispatcher.next(now) {
                    NextStep::At(at) => now = at,
                    NextStep::Notify(_) => {
                        if let Some(taken) = dispatcher.ask(now, waiter_id) {
                            break taken;
                        }
                    }
                    NextStep::Idle => panic!("nothing is in flight"),
                }
            },
        };
        times.push(now.as_secs_f64());
        dispatcher.end(now, taken, RequestOutcome::Answered(RateLimitHeaders::default()));
    }
    times
}

/// Slots are spread only for the requests that wait for them.
#[test]
fn batches_leave_in_bursts_unless_interactive_requests_are_expected() {
    let limit = Limit::new(50, Duration::from_secs(60));
    let mut dispatcher = Dispatcher::new(SlidingWindow::new(LimitPolicy::Reported(limit)));
    let alone = leave(&mut dispatcher, Priority::Batch, 0.0, 50);
    assert!(alone.iter().all(|at| *at == 0.0), "{alone:?}");
    leave(&mut dispatcher, Priority::Interactive, 60.0, 1);
    let beside = leave(&mut dispatcher, Priority::Batch, 130.0, 50);
    assert!(beside[49] > 140.0 && beside[24] == 130.0, "{beside:?}");
    let long_after = leave(&mut dispatcher, Priority::Batch, 700.0, 50);
    assert!(long_after.iter().all(|at| *at == 700.0), "{long_after:?}");
    let crowd = leave(&mut dispatcher, Priority::Interactive, 800.0, 50);
    assert!(crowd[49] > 810.0, "{crowd:?}");
}
