//! A line and a server in virtual time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use proptest::prelude::*;

use super::super::headers::RateLimitHeaders;
use super::super::window::{Limit, LimitPolicy};
use super::*;

const WINDOW: Duration = Duration::from_secs(60);

/// Later than anything.
const NEVER: u64 = u64::MAX;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A waiting request, and its outcome.
#[derive(Debug, Clone)]
struct Sender {
    comes: u64,
    priority: Priority,
    /// How long after it was called for the first time it asks; later it does so
    /// at once.
    reacts: u64,
    /// How long it waits before it goes away.
    patience: u64,
    fate: Fate,
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The request takes so long to the server, and the answer so long back.
    Answered(u64, u64),
    /// It takes so long to the server, and is given up so long after that.
    GivenUp(u64, u64),
    /// It never leaves.
    NotSent(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Comes,
    Asks,
    Goes,
    Arrives,
    Ends,
    Wakes,
}

/// What the server refuses: everything between two moments.
#[derive(Debug, Clone)]
struct Refusing {
    from: u64,
    until: u64,
    has_retry_after: bool,
}

struct World {
    line: Dispatcher<usize>,
    events: BinaryHeap<Reverse<(Duration, u64, Event, usize)>>,
    number: u64,
    senders: Vec<Sender>,
    refusing: Vec<Refusing>,
    tickets: HashMap<usize, Ticket>,
    taken: HashMap<usize, Reservation>,
    arrivals: Vec<Duration>,
    refused: HashMap<usize, Option<Duration>>,
    queued: HashSet<usize>,
    served: Vec<usize>,
    gone: Vec<usize>,
    wakes_at: Option<Duration>,
}

impl World {
    fn new(limit: u32, senders: Vec<Sender>, refusing: Vec<Refusing>) -> Self {
        let window = SlidingWindow::new(LimitPolicy::Reported(Limit::new(limit, WINDOW)));
        let mut world = Self {
            line: Dispatcher::new(window),
            events: BinaryHeap::new(),
            number: 0,
            senders,
            refusing,
            tickets: HashMap::new(),
            taken: HashMap::new(),
            arrivals: Vec::new(),
            refused: HashMap::new(),
            queued: HashSet::new(),
            served: Vec::new(),
            gone: Vec::new(),
            wakes_at: None,
        };
        for who in 0..world.senders.len() {
            world.at(ms(world.senders[who].comes), Event::Comes, who);
        }
        world
    }

    fn at(&mut self, at: Duration, event: Event, who: usize) {
        if at >= ms(NEVER) {
            return;
        }
        self.number += 1;
        self.events.push(Reverse((at, self.number, event, who)));
    }

    /// Plays everything, and returns the time of the last event.
    fn play(&mut self) -> Duration {
        let mut last = Duration::ZERO;
        while let Some(Reverse((now, _, event, who))) = self.events.pop() {
            last = now;
            match event {
                Event::Comes => self.comes(now, who),
                Event::Asks => self.asks(now, who),
                Event::Goes => self.goes(who),
                Event::Arrives => self.arrives(now, who),
                Event::Ends => self.ends(now, who),
                Event::Wakes => self.wakes_at = None,
            }
            self.move_line(now);
        }
        last
    }

    fn move_line(&mut self, now: Duration) {
        let mut next = self.line.next(now);
        if let NextStep::Notify(ticket) = next {
            let who = *self.line.waiter(ticket).unwrap();
            let reacts = ms(self.senders[who].reacts);
            self.at(now + reacts, Event::Asks, who);
            next = self.line.next(now);
        }
        match next {
            NextStep::At(at) if self.wakes_at.is_none_or(|wakes| at < wakes) => {
                self.wakes_at = Some(at);
                self.at(at, Event::Wakes, usize::MAX);
            }
            NextStep::Notify(_) => panic!("two are called at once"),
            _ => {}
        }
    }

    fn comes(&mut self, now: Duration, who: usize) {
        let sender = self.senders[who].clone();
        match self.line.enter(now, sender.priority, Purpose::Read, || who) {
            Ok(taken) => self.sends(now, who, taken),
            Err(ticket) => {
                self.queued.insert(who);
                self.tickets.insert(who, ticket);
                self.at(now + ms(sender.patience), Event::Goes, who);
            }
        }
    }

    fn asks(&mut self, now: Duration, who: usize) {
        let Some(ticket) = self.tickets.get(&who).copied() else { return };
        self.senders[who].reacts = 0;
        if let Some(taken) = self.line.ask(now, ticket) {
            self.tickets.remove(&who);
            self.sends(now, who, taken);
        }
    }

    fn goes(&mut self, who: usize) {
        if let Some(ticket) = self.tickets.remove(&who) {
            assert_eq!(self.line.leave(ticket), Some(who));
            self.gone.push(who);
        }
    }

    fn sends(&mut self, now: Duration, who: usize, taken: Reservation) {
        self.served.push(who);
        self.taken.insert(who, taken);
        let (arrives, ends) = match self.senders[who].fate {
            Fate::Answered(there, back) => (Some(there), there + back),
            Fate::GivenUp(there, after) => (Some(there), there + after),
            Fate::NotSent(after) => (None, after),
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
        let end = match self.senders[who].fate {
            Fate::Answered(..) => RequestOutcome::Answered(headers),
            Fate::GivenUp(..) => RequestOutcome::GivenUp,
            Fate::NotSent(_) => RequestOutcome::NotSent,
        };
        self.line.end(now, taken, end);
    }

    /// The most arrivals in any window.
    fn most_arrivals(&self) -> usize {
        let arrivals = &self.arrivals;
        assert!(arrivals.is_sorted());
        let in_window = |(first, at): (usize, &Duration)| {
            arrivals[first..].partition_point(|other| *other < *at + WINDOW)
        };
        arrivals.iter().enumerate().map(in_window).max().unwrap_or(0)
    }
}

fn prompt(comes: u64, priority: Priority) -> Sender {
    Sender { comes, priority, reacts: 0, patience: NEVER, fate: Fate::Answered(50, 50) }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => (0..4_000_u64, 0..4_000_u64).prop_map(|(there, back)| Fate::Answered(there, back)),
        2 => (0..20_000_u64, 0..90_000_u64).prop_map(|(there, back)| Fate::Answered(there, back)),
        1 => (0..30_000_u64, 0..30_000_u64).prop_map(|(there, after)| Fate::GivenUp(there, after)),
        1 => (0..10_000_u64).prop_map(Fate::NotSent),
    ]
}

fn sender() -> impl Strategy<Value = Sender> {
    let comes = prop_oneof![2 => Just(0_u64), 3 => 0..400_000_u64];
    let priority = prop_oneof![Just(Priority::Interactive), Just(Priority::Batch)];
    let reacts = prop_oneof![8 => Just(0_u64), 2 => 0..2_000_u64, 1 => Just(NEVER)];
    let patience = prop_oneof![4 => Just(NEVER), 1 => 0..60_000_u64];
    (comes, priority, reacts, patience, fate()).prop_map(
        |(comes, priority, reacts, patience, fate)| {
            // Who never reacts has to go some day, or the play has no end.
            let patience = if reacts == NEVER { patience.min(120_000) } else { patience };
            Sender { comes, priority, reacts, patience, fate }
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

    /// Whatever happens: never too many in a window, everybody is served or goes
    /// by themselves, and in the end all slots are free.
    #[test]
    fn the_promise_is_kept(
        limit in 1..12_u32,
        senders in prop::collection::vec(sender(), 1..80),
        refusing in prop::collection::vec(refusing(), 0..4),
    ) {
        let count = senders.len();
        let mut world = World::new(limit, senders, refusing);
        let end = world.play();
        prop_assert!(world.most_arrivals() <= limit as usize);
        prop_assert_eq!(world.served.len() + world.gone.len(), count);
        prop_assert!(world.line.queue().is_empty() && world.taken.is_empty());
        let patient = |who: &usize| world.senders[*who].patience == NEVER;
        prop_assert!(!world.gone.iter().any(patient));
        let later = end.max(world.line.window().opening(end, 0).unwrap()) + WINDOW * 2;
        prop_assert_eq!(world.line.window().available(later), limit);
    }

    /// Those who come when they are called are served in the order in which
    /// they came, within their class, and no batch waits for more than three
    /// others.
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
        let mut world = World::new(limit, senders, Vec::new());
        world.play();
        for batch in [false, true] {
            let of_class: Vec<_> =
                world.served.iter().filter(|who| classes[**who] == batch).collect();
            prop_assert!(of_class.is_sorted(), "{of_class:?}");
        }
        if spread == 0 {
            let queued = world.served.iter().filter(|who| world.queued.contains(who));
            let order: Vec<_> = queued.map(|who| classes[*who]).collect();
            let while_batch_waits = &order[..order.iter().rposition(|batch| *batch).unwrap_or(0)];
            let longest = while_batch_waits.split(|batch| *batch).map(<[bool]>::len).max();
            prop_assert!(longest.unwrap_or(0) <= 3, "{order:?}");
        }
    }
}

/// Without spacing, those of the first burst would come back in a burst for
/// ever.
#[test]
fn a_long_queue_moves_evenly() {
    let senders = (0..1000).map(|_| prompt(0, Priority::Interactive)).collect();
    let mut world = World::new(50, senders, Vec::new());
    let end = world.play();
    assert_eq!(world.most_arrivals(), 50);
    assert!(end < WINDOW * 20 + ms(100) * 20, "{end:?}");
    let mut busy: BTreeMap<u64, usize> = BTreeMap::new();
    for at in &world.arrivals[200..] {
        *busy.entry(at.as_secs() / 5).or_default() += 1;
    }
    assert!(busy.values().all(|arrivals| *arrivals <= 6), "{busy:?}");
}

#[test]
fn a_waiter_that_does_not_claim_its_slot_delays_no_other() {
    let mut senders: Vec<_> = (0..20).map(|_| prompt(0, Priority::Interactive)).collect();
    for deaf in &mut senders[3..10] {
        (deaf.reacts, deaf.patience) = (NEVER, 3_600_000);
    }
    let mut world = World::new(4, senders, Vec::new());
    world.play();
    assert_eq!(world.served, [0, 1, 2, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    assert_eq!(world.gone, [3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_waiter_that_polls_late_keeps_its_place() {
    let mut senders: Vec<_> = (0..6).map(|_| prompt(0, Priority::Interactive)).collect();
    senders[1].reacts = 90_000;
    let mut world = World::new(1, senders, Vec::new());
    world.play();
    assert_eq!(world.served, [0, 2, 3, 1, 4, 5]);
}

#[test]
fn a_waiter_that_was_woken_can_leave() {
    let mut line =
        Dispatcher::new(SlidingWindow::new(LimitPolicy::Reported(Limit::new(1, WINDOW))));
    let now = Duration::ZERO;
    let taken = line.enter(now, Priority::Interactive, Purpose::Read, || 0).unwrap();
    let one = line.enter(now, Priority::Interactive, Purpose::Read, || 1).unwrap_err();
    let two = line.enter(now, Priority::Interactive, Purpose::Read, || 2).unwrap_err();
    assert_eq!(line.next(now), NextStep::Idle);
    line.end(now, taken, RequestOutcome::NotSent);
    assert_eq!(line.next(now), NextStep::Notify(one));
    assert_eq!(line.leave(one), Some(1));
    assert_eq!(line.next(now), NextStep::Notify(two));
    assert!(line.ask(now, two).is_some());
}

/// When requests of a class leave that come one after the other, with answers that take
/// no time.
fn leave(line: &mut Dispatcher<u32>, priority: Priority, from: f64, count: usize) -> Vec<f64> {
    let mut now = Duration::from_secs_f64(from);
    let mut times = Vec::new();
    while times.len() < count {
        let taken = match line.enter(now, priority, Purpose::Read, || 0) {
            Ok(taken) => taken,
            Err(ticket) => loop {
                match line.next(now) {
                    NextStep::At(at) => now = at,
                    NextStep::Notify(_) => {
                        if let Some(taken) = line.ask(now, ticket) {
                            break taken;
                        }
                    }
                    NextStep::Idle => panic!("nothing is under way"),
                }
            },
        };
        times.push(now.as_secs_f64());
        line.end(now, taken, RequestOutcome::Answered(RateLimitHeaders::default()));
    }
    times
}

/// Slots are spread for those who wait for them, and only for them.
#[test]
fn batches_leave_in_bursts_unless_interactive_requests_are_expected() {
    let limit = Limit::new(50, Duration::from_secs(60));
    let mut line = Dispatcher::new(SlidingWindow::new(LimitPolicy::Reported(limit)));
    let alone = leave(&mut line, Priority::Batch, 0.0, 50);
    assert!(alone.iter().all(|at| *at == 0.0), "{alone:?}");
    leave(&mut line, Priority::Interactive, 60.0, 1);
    let beside = leave(&mut line, Priority::Batch, 130.0, 50);
    assert!(beside[49] > 140.0 && beside[24] == 130.0, "{beside:?}");
    let long_after = leave(&mut line, Priority::Batch, 700.0, 50);
    assert!(long_after.iter().all(|at| *at == 700.0), "{long_after:?}");
    let crowd = leave(&mut line, Priority::Interactive, 800.0, 50);
    assert!(crowd[49] > 810.0, "{crowd:?}");
}
