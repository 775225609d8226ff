//! [`Queue`]: which requests wait for a slot, and which one is next.
//!
//! A slab with four linked lists: joining, leaving and serving take constant time.

/// The priority of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Priority {
    /// An interactive caller waits for the result.
    Interactive,
    /// Batch work. It yields to interactive requests, but while batch requests wait, at least one
    /// of any four requests sent is one of them.
    Batch,
}

/// What a slot is used for. While reads and launches wait, they alternate, because a job needs
/// one of each: with launches first, the first jobs would not be read before their deadlines;
/// with reads first, launches would starve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The request reads a job.
    Read,
    /// The request launches a job.
    Launch,
}

/// At most this many interactive requests in a row pass a waiting batch request.
const MAX_INTERACTIVE_IN_A_ROW: u32 = 3;

/// Not an index of the slab.
const NONE: u32 = u32::MAX;

/// A position in the queue, valid until the waiter leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    index: u32,
    number: u64,
}

#[derive(Debug)]
struct Entry<T> {
    /// In the order of joining; distinguishes a ticket from an older one with the same index.
    number: u64,
    priority: Priority,
    purpose: Purpose,
    parked: bool,
    previous: u32,
    next: u32,
    /// `None` if the entry is free; `next` is then the next free one.
    waiter: Option<T>,
}

#[derive(Debug, Clone, Copy)]
struct List {
    first: u32,
    last: u32,
}

/// Two first-come, first-served lists of waiters for each priority.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    entries: Vec<Entry<T>>,
    free: u32,
    lists: [List; 4],
    waiting: usize,
    joined: u64,
    interactive_in_a_row: u32,
    /// By priority: the last request served was a read, and launches were waiting.
    launch_is_due: [bool; 2],
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        let empty = List { first: NONE, last: NONE };
        Self {
            entries: Vec::new(),
            free: NONE,
            lists: [empty; 4],
            waiting: 0,
            joined: 0,
            interactive_in_a_row: 0,
            launch_is_due: [false; 2],
        }
    }

    /// How many requests wait, parked ones included.
    pub(crate) fn len(&self) -> usize {
        self.waiting
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Joins the end of the list for this priority and purpose.
    pub(crate) fn join(&mut self, priority: Priority, purpose: Purpose, waiter: T) -> Ticket {
        self.joined += 1;
        let number = self.joined;
        let entry = Entry {
            number,
            priority,
            purpose,
            parked: false,
            previous: NONE,
            next: NONE,
            waiter: Some(waiter),
        };
        let index = self.free;
        let index = match self.entries.get_mut(index as usize) {
            Some(free) => {
                self.free = free.next;
                *free = entry;
                index
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as u32
            }
        };
        self.waiting += 1;
        self.link(index);
        Ticket { index, number }
    }

    /// The next waiter that is not parked.
    pub(crate) fn first(&self) -> Option<Ticket> {
        if self.is_empty() {
            return None;
        }
        let [interactive, batch] =
            [Priority::Interactive, Priority::Batch].map(|priority| self.of(priority));
        let batch_is_due = batch != NONE && self.interactive_in_a_row >= MAX_INTERACTIVE_IN_A_ROW;
        let index = if interactive == NONE || batch_is_due { batch } else { interactive };
        let entry = self.entries.get(index as usize)?;
        Some(Ticket { index, number: entry.number })
    }

    /// Removes the waiter with this ticket and counts it for the order of the next ones.
    pub(crate) fn serve(&mut self, ticket: Ticket) -> Option<T> {
        let Entry { priority, purpose, .. } = *self.get(ticket)?;
        let passed = priority == Priority::Interactive && self.of(Priority::Batch) != NONE;
        self.interactive_in_a_row = if passed { self.interactive_in_a_row + 1 } else { 0 };
        let launches = self.lists[list(priority, Purpose::Launch)].first;
        self.launch_is_due[priority as usize] = purpose == Purpose::Read && launches != NONE;
        self.leave(ticket)
    }

    /// Whether a request of this priority waits and is not parked.
    pub(crate) fn has(&self, priority: Priority) -> bool {
        self.of(priority) != NONE
    }

    /// The next waiter of a priority.
    fn of(&self, priority: Priority) -> u32 {
        let [read, launch] = [Purpose::Read, Purpose::Launch]
            .map(|purpose| self.lists[list(priority, purpose)].first);
        let launch_is_due = launch != NONE && self.launch_is_due[priority as usize];
        if read == NONE || launch_is_due { launch } else { read }
    }

    /// Removes the waiter with this ticket.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<T> {
        let parked = self.get(ticket)?.parked;
        if !parked {
            self.unlink(ticket.index);
        }
        let free = self.free;
        let entry = self.get_mut(ticket)?;
        entry.next = free;
        let waiter = entry.waiter.take();
        self.free = ticket.index;
        self.waiting -= 1;
        waiter
    }

    /// Skips a waiter that did not claim its slot, until it is polled.
    pub(crate) fn park(&mut self, ticket: Ticket) {
        let Some(entry) = self.get_mut(ticket).filter(|entry| !entry.parked) else { return };
        entry.parked = true;
        self.unlink(ticket.index);
    }

    /// Returns a parked waiter to its position.
    pub(crate) fn unpark(&mut self, ticket: Ticket) {
        let Some(entry) = self.get_mut(ticket).filter(|entry| entry.parked) else { return };
        entry.parked = false;
        self.link(ticket.index);
    }

    /// The waiter that holds this ticket.
    pub(crate) fn waiter(&mut self, ticket: Ticket) -> Option<&mut T> {
        self.get_mut(ticket)?.waiter.as_mut()
    }

    /// All waiters, in no particular order.
    pub(crate) fn waiters(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().filter_map(|entry| entry.waiter.as_ref())
    }

    fn get(&self, ticket: Ticket) -> Option<&Entry<T>> {
        let entry = self.entries.get(ticket.index as usize)?;
        (entry.waiter.is_some() && entry.number == ticket.number).then_some(entry)
    }

    fn get_mut(&mut self, ticket: Ticket) -> Option<&mut Entry<T>> {
        let entry = self.entries.get_mut(ticket.index as usize)?;
        (entry.waiter.is_some() && entry.number == ticket.number).then_some(entry)
    }

    /// Inserts an entry in the order of numbers: at the end, or near the front for one that was
    /// parked.
    fn link(&mut self, index: u32) {
        let number = self.entries[index as usize].number;
        let list = self.list(index);
        let mut next = if self.is_last(list, number) { NONE } else { self.lists[list].first };
        while next != NONE && self.entries[next as usize].number < number {
            next = self.entries[next as usize].next;
        }
        let previous = match self.entries.get(next as usize) {
            Some(entry) => entry.previous,
            None => self.lists[list].last,
        };
        self.entries[index as usize].previous = previous;
        self.entries[index as usize].next = next;
        *self.next_of(previous, list) = index;
        *self.previous_of(next, list) = index;
    }

    fn unlink(&mut self, index: u32) {
        let list = self.list(index);
        let Entry { previous, next, .. } = self.entries[index as usize];
        *self.next_of(previous, list) = next;
        *self.previous_of(next, list) = previous;
    }

    fn list(&self, index: u32) -> usize {
        let Entry { priority, purpose, .. } = self.entries[index as usize];
        list(priority, purpose)
    }

    fn is_last(&self, list: usize, number: u64) -> bool {
        let last = self.entries.get(self.lists[list].last as usize);
        last.is_none_or(|last| last.number < number)
    }

    /// The link to the entry after this one, or to the first of the list.
    fn next_of(&mut self, index: u32, list: usize) -> &mut u32 {
        match self.entries.get_mut(index as usize) {
            Some(entry) => &mut entry.next,
            None => &mut self.lists[list].first,
        }
    }

    /// The link to the entry before this one, or to the last of the list.
    fn previous_of(&mut self, index: u32, list: usize) -> &mut u32 {
        match self.entries.get_mut(index as usize) {
            Some(entry) => &mut entry.previous,
            None => &mut self.lists[list].last,
        }
    }
}

fn list(priority: Priority, purpose: Purpose) -> usize {
    2 * priority as usize + purpose as usize
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
        for parked in [0, 1, 3] {
            queue.park(tickets[parked]);
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
        let bytes = queue.entries.capacity() * size_of::<Entry<std::task::Waker>>();
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
                .prop_map(|(priority, purpose)| Step::Join(priority, purpose)),
            2 => Just(Step::Serve),
            1 => any::<usize>().prop_map(Step::Leave),
            1 => any::<usize>().prop_map(Step::Doze),
            1 => any::<usize>().prop_map(Step::Rouse),
        ]
    }

    /// The queue in its simplest form, without regard to cost.
    #[derive(Default)]
    struct Model {
        waiting: Vec<WaitState>,
        passed: u32,
        launch_is_due: [bool; 2],
    }

    #[derive(Clone, Copy)]
    struct WaitState {
        ticket: Ticket,
        priority: Priority,
        purpose: Purpose,
        dozes: bool,
    }

    impl Model {
        fn first_for(&self, priority: Priority, purpose: Purpose) -> Option<Ticket> {
            let wanted = |waiter: &&WaitState| {
                (waiter.priority, waiter.purpose, waiter.dozes) == (priority, purpose, false)
            };
            let first =
                self.waiting.iter().filter(wanted).min_by_key(|waiter| waiter.ticket.number);
            first.map(|waiter| waiter.ticket)
        }

        fn first_of(&self, priority: Priority) -> Option<Ticket> {
            let launch = self.first_for(priority, Launch);
            let due = launch.filter(|_| self.launch_is_due[priority as usize]);
            due.or(self.first_for(priority, Read)).or(launch)
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
                    Step::Join(priority, purpose) => {
                        let ticket = queue.join(priority, purpose, ());
                        model.waiting.push(WaitState { ticket, priority, purpose, dozes: false });
                    }
                    Step::Serve => {
                        let Some(first) = model.first() else { continue };
                        let batch_waits = model.first_of(Batch).is_some();
                        let at = model.waiting.iter().position(|entry| entry.ticket == first);
                        let WaitState { priority, purpose, .. } = model.waiting[at.unwrap()];
                        let launch_waits = model.first_for(priority, Launch).is_some();
                        model.launch_is_due[priority as usize] = purpose == Read && launch_waits;
                        model.waiting.remove(at.unwrap());
                        let passed = priority == Interactive && batch_waits;
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
