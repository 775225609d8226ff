//! [`Queue`]: the requests that wait for a slot, and their order.
//!
//! Sequence numbers order the waiters of a list, so that a skipped waiter returns to its position.
//! Joining, leaving and serving take logarithmic time.

use std::collections::BTreeMap;

/// The priority of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Priority {
    /// An interactive caller waits for the result.
    Interactive,
    /// Batch work. It yields to interactive requests, but while batch requests wait, at least one
    /// of any four requests is a batch request.
    Batch,
}

/// The use of a slot. While reads and launches wait, they alternate, because a job needs one of
/// each. With launches first, the first jobs would not be read before their deadlines; with reads
/// first, launches would starve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The request reads a job.
    Read,
    /// The request launches a job.
    Launch,
}

/// The maximum number of consecutive interactive requests that pass a waiting batch request.
const MAX_INTERACTIVE_IN_A_ROW: u32 = 3;

/// Identifies a waiter by its position in the queue. Valid until the waiter leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WaiterId {
    priority: Priority,
    purpose: Purpose,
    /// The sequence number of joining.
    number: u64,
}

impl WaiterId {
    fn list(self) -> usize {
        list(self.priority, self.purpose)
    }
}

/// Waiters in order of joining.
type List<T> = BTreeMap<u64, T>;

/// Two first-come, first-served lists of waiters for each priority.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    lists: [List<T>; 4],
    /// Waiters of all lists that are skipped.
    parked: List<T>,
    joined: u64,
    interactive_in_a_row: u32,
    /// For each priority, whether the last request served was a read while launches were waiting.
    launch_is_due: [bool; 2],
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self {
            lists: [const { List::new() }; 4],
            parked: List::new(),
            joined: 0,
            interactive_in_a_row: 0,
            launch_is_due: [false; 2],
        }
    }

    /// Returns the number of waiting requests, including parked ones.
    pub(crate) fn len(&self) -> usize {
        self.lists.iter().map(List::len).sum::<usize>() + self.parked.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a waiter at the end of the list for this priority and purpose.
    pub(crate) fn join(&mut self, priority: Priority, purpose: Purpose, waiter: T) -> WaiterId {
        self.joined += 1;
        let waiter_id = WaiterId { priority, purpose, number: self.joined };
        self.lists[waiter_id.list()].insert(waiter_id.number, waiter);
        waiter_id
    }

    /// Returns the next waiter that is not parked.
    pub(crate) fn first(&self) -> Option<WaiterId> {
        let [interactive, batch] =
            [Priority::Interactive, Priority::Batch].map(|priority| self.first_of(priority));
        let batch_is_due = self.interactive_in_a_row >= MAX_INTERACTIVE_IN_A_ROW;
        batch.filter(|_| batch_is_due).or(interactive).or(batch)
    }

    /// Removes the waiter with this ID and counts it for the order of the next ones.
    pub(crate) fn serve(&mut self, waiter_id: WaiterId) -> Option<T> {
        if !self.holds(waiter_id) {
            return None;
        }
        let WaiterId { priority, purpose, .. } = waiter_id;
        let passed = priority == Priority::Interactive && self.has(Priority::Batch);
        self.interactive_in_a_row = if passed { self.interactive_in_a_row + 1 } else { 0 };
        let launches_wait = !self.lists[list(priority, Purpose::Launch)].is_empty();
        self.launch_is_due[priority as usize] = purpose == Purpose::Read && launches_wait;
        self.leave(waiter_id)
    }

    /// Returns whether a request of this priority waits and is not parked.
    pub(crate) fn has(&self, priority: Priority) -> bool {
        self.first_of(priority).is_some()
    }

    /// Returns the next waiter of a priority.
    fn first_of(&self, priority: Priority) -> Option<WaiterId> {
        let [read, launch] = [Purpose::Read, Purpose::Launch].map(|purpose| {
            let (number, _) = self.lists[list(priority, purpose)].first_key_value()?;
            Some(WaiterId { priority, purpose, number: *number })
        });
        launch.filter(|_| self.launch_is_due[priority as usize]).or(read).or(launch)
    }

    /// Removes the waiter with this ID.
    pub(crate) fn leave(&mut self, waiter_id: WaiterId) -> Option<T> {
        let waiter = self.lists[waiter_id.list()].remove(&waiter_id.number);
        waiter.or_else(|| self.parked.remove(&waiter_id.number))
    }

    /// Skips a waiter that did not claim its slot, until it is polled.
    pub(crate) fn park(&mut self, waiter_id: WaiterId) {
        if let Some(waiter) = self.lists[waiter_id.list()].remove(&waiter_id.number) {
            self.parked.insert(waiter_id.number, waiter);
        }
    }

    /// Returns a parked waiter to its position.
    pub(crate) fn unpark(&mut self, waiter_id: WaiterId) {
        if let Some(waiter) = self.parked.remove(&waiter_id.number) {
            self.lists[waiter_id.list()].insert(waiter_id.number, waiter);
        }
    }

    /// Returns the waiter with this ID.
    pub(crate) fn waiter(&mut self, waiter_id: WaiterId) -> Option<&mut T> {
        let listed = self.lists[waiter_id.list()].get_mut(&waiter_id.number);
        listed.or_else(|| self.parked.get_mut(&waiter_id.number))
    }

    /// Returns all waiters, in no particular order.
    pub(crate) fn waiters(&self) -> impl Iterator<Item = &T> {
        self.lists.iter().chain([&self.parked]).flat_map(List::values)
    }

    fn holds(&self, waiter_id: WaiterId) -> bool {
        let WaiterId { number, .. } = waiter_id;
        self.lists[waiter_id.list()].contains_key(&number) || self.parked.contains_key(&number)
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
        let waiter_ids: Vec<_> = (0..5).map(|waiter| queue.join(Batch, Read, waiter)).collect();
        assert_eq!(queue.leave(waiter_ids[2]), Some(2));
        assert_eq!(queue.leave(waiter_ids[2]), None);
        queue.join(Batch, Read, 5);
        assert_eq!(queue.len(), 5);
        assert_eq!(served(&mut queue), [0, 1, 3, 4, 5]);
        assert!(queue.is_empty() && queue.leave(waiter_ids[0]).is_none());
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
    fn a_parked_waiter_is_skipped_and_returns_to_its_place() {
        let mut queue = Queue::new();
        let waiter_ids: Vec<_> =
            (0..5).map(|waiter| queue.join(Interactive, Read, waiter)).collect();
        for parked in [0, 1, 3] {
            queue.park(waiter_ids[parked]);
        }
        queue.park(waiter_ids[0]);
        assert_eq!(queue.first(), Some(waiter_ids[2]));
        for back in [1, 3, 0, 0] {
            queue.unpark(waiter_ids[back]);
        }
        assert_eq!(queue.len(), 5);
        assert_eq!(served(&mut queue), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_parked_waiter_can_leave() {
        let mut queue = Queue::new();
        let waiter_id = queue.join(Interactive, Read, 0);
        queue.park(waiter_id);
        assert_eq!((queue.first(), queue.len()), (None, 1));
        assert_eq!(queue.leave(waiter_id), Some(0));
        queue.unpark(waiter_id);
        assert!(queue.is_empty() && queue.first().is_none());
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

    /// A simple reference implementation of the queue, without regard to cost.
    #[derive(Default)]
    struct Model {
        waiting: Vec<WaitState>,
        passed: u32,
        launch_is_due: [bool; 2],
    }

    #[derive(Clone, Copy)]
    struct WaitState {
        waiter_id: WaiterId,
        priority: Priority,
        purpose: Purpose,
        dozes: bool,
    }

    impl Model {
        fn first_for(&self, priority: Priority, purpose: Purpose) -> Option<WaiterId> {
            let wanted = |waiter: &&WaitState| {
                (waiter.priority, waiter.purpose, waiter.dozes) == (priority, purpose, false)
            };
            let first =
                self.waiting.iter().filter(wanted).min_by_key(|waiter| waiter.waiter_id.number);
            first.map(|waiter| waiter.waiter_id)
        }

        fn first_of(&self, priority: Priority) -> Option<WaiterId> {
            let launch = self.first_for(priority, Launch);
            let due = launch.filter(|_| self.launch_is_due[priority as usize]);
            due.or(self.first_for(priority, Read)).or(launch)
        }

        fn first(&self) -> Option<WaiterId> {
            let batch = self.first_of(Batch);
            let due = batch.filter(|_| self.passed >= 3);
            due.or(self.first_of(Interactive)).or(batch)
        }
    }

    proptest! {
        #[test]
        fn the_queue_behaves_like_its_model(steps in prop::collection::vec(step(), 0..200)) {
            let (mut queue, mut model) = (Queue::new(), Model::default());
            for step in steps {
                let pick = |at: usize| model.waiting.get(at % model.waiting.len().max(1)).copied();
                match step {
                    Step::Join(priority, purpose) => {
                        let waiter_id = queue.join(priority, purpose, ());
                        model.waiting.push(WaitState { waiter_id, priority, purpose, dozes: false });
                    }
                    Step::Serve => {
                        let Some(first) = model.first() else { continue };
                        let batch_waits = model.first_of(Batch).is_some();
                        let at = model.waiting.iter().position(|entry| entry.waiter_id == first);
                        let WaitState { priority, purpose, .. } = model.waiting[at.unwrap()];
                        let launch_waits = model.first_for(priority, Launch).is_some();
                        model.launch_is_due[priority as usize] = purpose == Read && launch_waits;
                        model.waiting.remove(at.unwrap());
                        let passed = priority == Interactive && batch_waits;
                        model.passed = if passed { model.passed + 1 } else { 0 };
                        prop_assert!(queue.serve(first).is_some());
                    }
                    Step::Leave(at) => {
                        let Some(WaitState { waiter_id, .. }) = pick(at) else { continue };
                        model.waiting.retain(|entry| entry.waiter_id != waiter_id);
                        prop_assert!(queue.leave(waiter_id).is_some());
                        prop_assert!(queue.leave(waiter_id).is_none());
                    }
                    Step::Doze(at) | Step::Rouse(at) => {
                        let Some(WaitState { waiter_id, .. }) = pick(at) else { continue };
                        let dozes = matches!(step, Step::Doze(_));
                        if dozes { queue.park(waiter_id) } else { queue.unpark(waiter_id) }
                        let entry = model.waiting.iter_mut().find(|entry| entry.waiter_id == waiter_id);
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
