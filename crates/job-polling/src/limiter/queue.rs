//! [`Queue`]: who waits for a slot, and who is next.
//!
//! A slab with four lists through it: to join, to leave and to be served cost the
//! same however many wait.

/// What a request is for, which decides who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// An interactive caller waits for it.
    Interactive,
    /// One of many. It goes behind interactive ones, but of any four requests
    /// that leave while one of these waits, at least one is of this class.
    Batch,
}

/// What a slot is for. With many jobs at once, launches would hold the reads up of
/// those that were launched first, until their waits are over; with reads first,
/// launches would starve. So while both wait, they take turns: a job costs one of
/// each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The request reads a job.
    Read,
    /// The request launches a job.
    Launch,
}

/// So many interactive ones in a row pass a waiting batch.
const IN_A_ROW: u32 = 3;

/// No place in the slab.
const NONE: u32 = u32::MAX;

/// A place in the queue. It is worth something until it is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    index: u32,
    number: u64,
}

#[derive(Debug)]
struct Place<T> {
    /// In the order of joining; tells a ticket from an older one for the same
    /// place.
    number: u64,
    class: Priority,
    purpose: Purpose,
    dozing: bool,
    before: u32,
    behind: u32,
    /// `None` if the place is free; `behind` is the next free one then.
    waiter: Option<T>,
}

#[derive(Debug, Clone, Copy)]
struct List {
    first: u32,
    last: u32,
}

/// Two lists of waiters for each class, each first come, first served.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    places: Vec<Place<T>>,
    free: u32,
    lists: [List; 4],
    waiting: usize,
    joined: u64,
    in_a_row: u32,
    /// By class: the one served last was a read, and launches waited.
    launch_is_due: [bool; 2],
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        let empty = List { first: NONE, last: NONE };
        Self {
            places: Vec::new(),
            free: NONE,
            lists: [empty; 4],
            waiting: 0,
            joined: 0,
            in_a_row: 0,
            launch_is_due: [false; 2],
        }
    }

    /// How many wait, the dozing ones included.
    pub(crate) fn len(&self) -> usize {
        self.waiting
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Takes the last place among those of a class that wait for the same.
    pub(crate) fn join(&mut self, class: Priority, purpose: Purpose, waiter: T) -> Ticket {
        self.joined += 1;
        let number = self.joined;
        let place = Place {
            number,
            class,
            purpose,
            dozing: false,
            before: NONE,
            behind: NONE,
            waiter: Some(waiter),
        };
        let index = self.free;
        let index = match self.places.get_mut(index as usize) {
            Some(free) => {
                self.free = free.behind;
                *free = place;
                index
            }
            None => {
                self.places.push(place);
                (self.places.len() - 1) as u32
            }
        };
        self.waiting += 1;
        self.link(index);
        Ticket { index, number }
    }

    /// Who is next, if anybody is awake.
    pub(crate) fn first(&self) -> Option<Ticket> {
        if self.is_empty() {
            return None;
        }
        let [interactive, batch] =
            [Priority::Interactive, Priority::Batch].map(|class| self.of(class));
        let batch_is_due = batch != NONE && self.in_a_row >= IN_A_ROW;
        let index = if interactive == NONE || batch_is_due { batch } else { interactive };
        let place = self.places.get(index as usize)?;
        Some(Ticket { index, number: place.number })
    }

    /// The one with this ticket goes, and counts for who is next.
    pub(crate) fn serve(&mut self, ticket: Ticket) -> Option<T> {
        let Place { class, purpose, .. } = *self.get(ticket)?;
        let passed = class == Priority::Interactive && self.of(Priority::Batch) != NONE;
        self.in_a_row = if passed { self.in_a_row + 1 } else { 0 };
        let launches = self.lists[list(class, Purpose::Launch)].first;
        self.launch_is_due[class as usize] = purpose == Purpose::Read && launches != NONE;
        self.leave(ticket)
    }

    /// Whether one of a class waits, and is awake.
    pub(crate) fn has(&self, class: Priority) -> bool {
        self.of(class) != NONE
    }

    /// Who is next in a class.
    fn of(&self, class: Priority) -> u32 {
        let [read, launch] =
            [Purpose::Read, Purpose::Launch].map(|purpose| self.lists[list(class, purpose)].first);
        let launch_is_due = launch != NONE && self.launch_is_due[class as usize];
        if read == NONE || launch_is_due { launch } else { read }
    }

    /// The one with this ticket gives its place back.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<T> {
        let dozing = self.get(ticket)?.dozing;
        if !dozing {
            self.unlink(ticket.index);
        }
        let free = self.free;
        let place = self.get_mut(ticket)?;
        place.behind = free;
        let waiter = place.waiter.take();
        self.free = ticket.index;
        self.waiting -= 1;
        waiter
    }

    /// Who was called and did not come is passed over until it comes.
    pub(crate) fn park(&mut self, ticket: Ticket) {
        let Some(place) = self.get_mut(ticket).filter(|place| !place.dozing) else { return };
        place.dozing = true;
        self.unlink(ticket.index);
    }

    /// A dozing one is back, at the place that it had.
    pub(crate) fn unpark(&mut self, ticket: Ticket) {
        let Some(place) = self.get_mut(ticket).filter(|place| place.dozing) else { return };
        place.dozing = false;
        self.link(ticket.index);
    }

    /// What waits with this ticket.
    pub(crate) fn waiter(&mut self, ticket: Ticket) -> Option<&mut T> {
        self.get_mut(ticket)?.waiter.as_mut()
    }

    /// All that wait, in no order.
    pub(crate) fn waiters(&self) -> impl Iterator<Item = &T> {
        self.places.iter().filter_map(|place| place.waiter.as_ref())
    }

    fn get(&self, ticket: Ticket) -> Option<&Place<T>> {
        let place = self.places.get(ticket.index as usize)?;
        (place.waiter.is_some() && place.number == ticket.number).then_some(place)
    }

    fn get_mut(&mut self, ticket: Ticket) -> Option<&mut Place<T>> {
        let place = self.places.get_mut(ticket.index as usize)?;
        (place.waiter.is_some() && place.number == ticket.number).then_some(place)
    }

    /// Puts a place where its number belongs: at the end, or for one that comes
    /// back, near the front.
    fn link(&mut self, index: u32) {
        let number = self.places[index as usize].number;
        let list = self.list(index);
        let mut behind = if self.is_last(list, number) { NONE } else { self.lists[list].first };
        while behind != NONE && self.places[behind as usize].number < number {
            behind = self.places[behind as usize].behind;
        }
        let before = match self.places.get(behind as usize) {
            Some(place) => place.before,
            None => self.lists[list].last,
        };
        self.places[index as usize].before = before;
        self.places[index as usize].behind = behind;
        *self.behind_of(before, list) = index;
        *self.before_of(behind, list) = index;
    }

    fn unlink(&mut self, index: u32) {
        let list = self.list(index);
        let Place { before, behind, .. } = self.places[index as usize];
        *self.behind_of(before, list) = behind;
        *self.before_of(behind, list) = before;
    }

    fn list(&self, index: u32) -> usize {
        let Place { class, purpose, .. } = self.places[index as usize];
        list(class, purpose)
    }

    fn is_last(&self, list: usize, number: u64) -> bool {
        let last = self.places.get(self.lists[list].last as usize);
        last.is_none_or(|last| last.number < number)
    }

    /// The link to what comes after a place, or to the first of the list.
    fn behind_of(&mut self, index: u32, list: usize) -> &mut u32 {
        match self.places.get_mut(index as usize) {
            Some(place) => &mut place.behind,
            None => &mut self.lists[list].first,
        }
    }

    /// The link to what comes before a place, or to the last of the list.
    fn before_of(&mut self, index: u32, list: usize) -> &mut u32 {
        match self.places.get_mut(index as usize) {
            Some(place) => &mut place.before,
            None => &mut self.lists[list].last,
        }
    }
}

fn list(class: Priority, purpose: Purpose) -> usize {
    2 * class as usize + purpose as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Priority::{Batch, Interactive};
    use super::Purpose::{Launch, Read};
    use super::*;

    fn served(queue: &mut Queue<u32>) -> Vec<u32> {
        std::iter::from_fn(|| queue.serve(queue.first()?)).collect()
    }

    #[test]
    fn first_come_first_served() {
        let mut queue = Queue::new();
        let tickets: Vec<_> = (0..5).map(|waiter| queue.join(Batch, Read, waiter)).collect();
        assert_eq!(queue.leave(tickets[2]), Some(2));
        assert_eq!(queue.leave(tickets[2]), None);
        queue.join(Batch, Read, 5);
        assert_eq!(queue.len(), 5);
        assert_eq!(served(&mut queue), [0, 1, 3, 4, 5]);
        assert!(queue.is_empty() && queue.leave(tickets[0]).is_none());
    }

    #[test]
    fn a_batch_gets_one_in_four() {
        let mut queue = Queue::new();
        for waiter in 0..4 {
            queue.join(Batch, Read, 100 + waiter);
        }
        for waiter in 0..10 {
            queue.join(Interactive, Read, waiter);
        }
        let order = [0, 1, 2, 100, 3, 4, 5, 101, 6, 7, 8, 102, 9, 103];
        assert_eq!(served(&mut queue), order);
    }

    #[test]
    fn reads_and_launches_take_turns() {
        let mut queue = Queue::new();
        for waiter in 0..3 {
            queue.join(Interactive, Launch, 100 + waiter);
        }
        for waiter in 0..5 {
            queue.join(Interactive, Read, waiter);
        }
        assert_eq!(served(&mut queue), [0, 100, 1, 101, 2, 102, 3, 4]);
    }

    #[test]
    fn a_lone_batch_leaves_no_debt() {
        let mut queue = Queue::new();
        for waiter in 0..9 {
            queue.join(Interactive, Read, waiter);
            served(&mut queue);
        }
        queue.join(Batch, Read, 100);
        queue.join(Interactive, Read, 9);
        assert_eq!(served(&mut queue), [9, 100]);
    }

    #[test]
    fn who_dozes_is_passed_over_and_comes_back_to_its_place() {
        let mut queue = Queue::new();
        let tickets: Vec<_> = (0..5).map(|waiter| queue.join(Interactive, Read, waiter)).collect();
        for dozing in [0, 1, 3] {
            queue.park(tickets[dozing]);
        }
        queue.park(tickets[0]);
        assert_eq!(queue.first(), Some(tickets[2]));
        for back in [1, 3, 0, 0] {
            queue.unpark(tickets[back]);
        }
        assert_eq!(queue.len(), 5);
        assert_eq!(served(&mut queue), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn who_dozes_can_leave() {
        let mut queue = Queue::new();
        let ticket = queue.join(Interactive, Read, 0);
        queue.park(ticket);
        assert_eq!((queue.first(), queue.len()), (None, 1));
        assert_eq!(queue.leave(ticket), Some(0));
        queue.unpark(ticket);
        assert!(queue.is_empty() && queue.first().is_none());
    }

    #[test]
    fn a_hundred_thousand_waiters_cost_little() {
        const WAITERS: usize = 100_000;
        let mut queue = Queue::new();
        for _ in 0..WAITERS {
            queue.join(Batch, Read, std::task::Waker::noop().clone());
        }
        let bytes = queue.places.capacity() * size_of::<Place<std::task::Waker>>();
        let each = bytes / WAITERS;
        assert!(each <= 200, "{each} bytes a waiter");
        println!("{each} bytes a waiter");
    }

    #[derive(Debug, Clone)]
    enum Step {
        Join(Priority, Purpose),
        Serve,
        Leave(usize),
        Doze(usize),
        Rouse(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (prop_oneof![Just(Interactive), Just(Batch)], prop_oneof![Just(Read), Just(Launch)])
                .prop_map(|(class, purpose)| Step::Join(class, purpose)),
            2 => Just(Step::Serve),
            1 => any::<usize>().prop_map(Step::Leave),
            1 => any::<usize>().prop_map(Step::Doze),
            1 => any::<usize>().prop_map(Step::Rouse),
        ]
    }

    /// The queue as it would be written without caring for cost.
    #[derive(Default)]
    struct Model {
        waiting: Vec<WaitState>,
        passed: u32,
        launch_is_due: [bool; 2],
    }

    #[derive(Clone, Copy)]
    struct WaitState {
        ticket: Ticket,
        class: Priority,
        purpose: Purpose,
        dozes: bool,
    }

    impl Model {
        fn first_for(&self, class: Priority, purpose: Purpose) -> Option<Ticket> {
            let wanted = |waiter: &&WaitState| {
                (waiter.class, waiter.purpose, waiter.dozes) == (class, purpose, false)
            };
            let first =
                self.waiting.iter().filter(wanted).min_by_key(|waiter| waiter.ticket.number);
            first.map(|waiter| waiter.ticket)
        }

        fn first_of(&self, class: Priority) -> Option<Ticket> {
            let launch = self.first_for(class, Launch);
            let due = launch.filter(|_| self.launch_is_due[class as usize]);
            due.or(self.first_for(class, Read)).or(launch)
        }

        fn first(&self) -> Option<Ticket> {
            let batch = self.first_of(Batch);
            let due = batch.filter(|_| self.passed >= 3);
            due.or(self.first_of(Interactive)).or(batch)
        }
    }

    proptest! {
        #[test]
        fn a_queue_is_its_model(steps in prop::collection::vec(step(), 0..200)) {
            let (mut queue, mut model) = (Queue::new(), Model::default());
            for step in steps {
                let pick = |at: usize| model.waiting.get(at % model.waiting.len().max(1)).copied();
                match step {
                    Step::Join(class, purpose) => {
                        let ticket = queue.join(class, purpose, ());
                        model.waiting.push(WaitState { ticket, class, purpose, dozes: false });
                    }
                    Step::Serve => {
                        let Some(first) = model.first() else { continue };
                        let batch_waits = model.first_of(Batch).is_some();
                        let at = model.waiting.iter().position(|entry| entry.ticket == first);
                        let WaitState { class, purpose, .. } = model.waiting[at.unwrap()];
                        let launch_waits = model.first_for(class, Launch).is_some();
                        model.launch_is_due[class as usize] = purpose == Read && launch_waits;
                        model.waiting.remove(at.unwrap());
                        let passed = class == Interactive && batch_waits;
                        model.passed = if passed { model.passed + 1 } else { 0 };
                        prop_assert!(queue.serve(first).is_some());
                    }
                    Step::Leave(at) => {
                        let Some(WaitState { ticket, .. }) = pick(at) else { continue };
                        model.waiting.retain(|entry| entry.ticket != ticket);
                        prop_assert!(queue.leave(ticket).is_some());
                        prop_assert!(queue.leave(ticket).is_none());
                    }
                    Step::Doze(at) | Step::Rouse(at) => {
                        let Some(WaitState { ticket, .. }) = pick(at) else { continue };
                        let dozes = matches!(step, Step::Doze(_));
                        if dozes { queue.park(ticket) } else { queue.unpark(ticket) }
                        let entry = model.waiting.iter_mut().find(|entry| entry.ticket == ticket);
                        entry.unwrap().dozes = dozes;
                    }
                }
                prop_assert_eq!(queue.first(), model.first());
                prop_assert_eq!(queue.len(), model.waiting.len());
                prop_assert_eq!(queue.waiters().count(), model.waiting.len());
            }
        }
    }
}
