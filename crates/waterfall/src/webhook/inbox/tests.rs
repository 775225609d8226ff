//! The store in virtual time.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::InboxOutcome;
use super::shelf::Limits;
use super::store::{Reader, Store};
use crate::JobId;

const LIMITS: Limits = Limits { deliveries: 3, bytes: 100, age: Duration::from_secs(60) };

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn job(number: u128) -> JobId {
    Uuid::from_u128(number).into()
}

fn store() -> Store<u32> {
    Store::new(LIMITS)
}

fn put(store: &mut Store<u32>, now: u64, number: u128, content: u32) -> InboxOutcome {
    store.put(at(now), job(number), content, 10).0
}

/// A new reader that waits for one job.
fn waiting(store: &mut Store<u32>, now: u64, number: u128) -> Reader {
    let reader = store.open();
    store.expect(at(now), reader, job(number), 7);
    reader
}

fn counts(store: &mut Store<u32>, now: u64) -> (usize, usize) {
    store.counts(at(now))
}

#[test]
fn who_waits_is_told_and_gets_it_once() {
    let mut store = store();
    let reader = waiting(&mut store, 0, 1);
    assert_eq!(store.next(at(0), reader), None);
    assert_eq!(store.put(at(1), job(1), 10, 10), (InboxOutcome::Awaited, vec![reader]));
    assert_eq!(store.put(at(1), job(1), 11, 10), (InboxOutcome::Duplicate, vec![]));
    assert_eq!(store.next(at(1), reader), Some((7, 10)));
    assert_eq!(store.next(at(1), reader), None);
    assert_eq!(put(&mut store, 2, 1, 12), InboxOutcome::Duplicate);
    assert_eq!(counts(&mut store, 2), (0, 0));
    // Whoever waits for it again has it from a read.
    let again = waiting(&mut store, 3, 1);
    assert_eq!(store.next(at(3), again), None);
}

#[test]
fn another_job_is_nobodys_business() {
    let mut store = store();
    let reader = waiting(&mut store, 0, 1);
    assert_eq!(put(&mut store, 0, 2, 20), InboxOutcome::Kept);
    assert_eq!(store.next(at(0), reader), None);
}

#[test]
fn what_comes_early_is_claimed_later() {
    let mut store = store();
    assert_eq!(put(&mut store, 0, 1, 10), InboxOutcome::Kept);
    assert_eq!(put(&mut store, 1, 1, 11), InboxOutcome::Duplicate);
    let reader = waiting(&mut store, 2, 1);
    assert_eq!(counts(&mut store, 2), (0, 1));
    assert_eq!(store.next(at(2), reader), Some((7, 10)));
}

#[test]
fn what_a_read_has_brought_is_dropped() {
    let mut store = store();
    let reader = waiting(&mut store, 0, 1);
    store.leave(at(1), reader, job(1), 7, true);
    assert_eq!(put(&mut store, 2, 1, 10), InboxOutcome::Duplicate);
    // Both came between two polls.
    let reader = waiting(&mut store, 0, 2);
    assert_eq!(put(&mut store, 2, 2, 20), InboxOutcome::Awaited);
    store.leave(at(2), reader, job(2), 7, true);
    assert_eq!(store.next(at(2), reader), None);
    assert_eq!(counts(&mut store, 2), (0, 0));
}

#[test]
fn a_wait_that_is_dropped_gives_its_letter_back() {
    let mut store = store();
    let reader = waiting(&mut store, 0, 1);
    assert_eq!(put(&mut store, 1, 1, 10), InboxOutcome::Awaited);
    store.close(at(2), reader);
    assert_eq!(counts(&mut store, 2), (1, 0));
    let reader = waiting(&mut store, 3, 1);
    store.leave(at(3), reader, job(1), 7, false);
    assert_eq!(counts(&mut store, 3), (1, 0));
    let reader = waiting(&mut store, 4, 1);
    assert_eq!(store.next(at(4), reader), Some((7, 10)));
    store.close(at(5), reader);
    assert_eq!(counts(&mut store, 5), (0, 0));
}

#[test]
fn all_who_wait_for_a_job_get_it() {
    let mut store = store();
    let (one, other, gone) =
        (waiting(&mut store, 0, 1), waiting(&mut store, 0, 1), waiting(&mut store, 0, 1));
    assert_eq!(store.put(at(1), job(1), 10, 10).1, [one, other, gone]);
    assert_eq!(store.next(at(1), one), Some((7, 10)));
    store.close(at(1), gone);
    assert_eq!(store.next(at(1), other), Some((7, 10)));
    assert_eq!(counts(&mut store, 1), (0, 0), "it was handed over, so it is not kept");
}

#[test]
fn one_reader_may_wait_for_many_and_for_one_twice() {
    let mut store = store();
    let reader = store.open();
    for (number, place) in [(1, 0), (2, 1), (1, 2)] {
        store.expect(at(0), reader, job(number), place);
    }
    put(&mut store, 1, 2, 20);
    put(&mut store, 1, 1, 10);
    let got: Vec<_> = std::iter::from_fn(|| store.next(at(1), reader)).collect();
    assert_eq!(got, [(1, 20), (0, 10), (2, 10)]);
}

#[test]
fn the_oldest_go_first() {
    let mut store = store();
    for number in 1..=4 {
        assert_eq!(put(&mut store, number as u64, number, 0), InboxOutcome::Kept);
    }
    assert_eq!(counts(&mut store, 4), (3, 0));
    let (first, second) = (waiting(&mut store, 4, 1), waiting(&mut store, 4, 2));
    assert_eq!((store.next(at(4), first), store.next(at(4), second)), (None, Some((7, 0))));
    store.close(at(4), first);
    assert_eq!(store.put(at(5), job(5), 0, 85).0, InboxOutcome::Kept);
    assert_eq!(counts(&mut store, 5), (2, 0), "10 and 85 bytes");
    assert_eq!(store.put(at(6), job(6), 0, 101).0, InboxOutcome::NotKept);
    store.limits.deliveries = 0;
    assert_eq!(put(&mut store, 7, 7, 0), InboxOutcome::NotKept);
    let reader = waiting(&mut store, 8, 8);
    assert_eq!(put(&mut store, 8, 8, 80), InboxOutcome::Awaited, "what is awaited needs no room");
    assert_eq!(store.next(at(8), reader), Some((7, 80)));
}

#[test]
fn what_is_too_old_goes() {
    let mut store = store();
    put(&mut store, 0, 1, 10);
    put(&mut store, 30, 2, 20);
    assert_eq!(counts(&mut store, 60), (2, 0));
    assert_eq!(counts(&mut store, 61), (1, 0));
    // Being claimed and given back makes nothing younger.
    let reader = waiting(&mut store, 80, 2);
    store.close(at(80), reader);
    assert_eq!(counts(&mut store, 90), (1, 0));
    assert_eq!(counts(&mut store, 91), (0, 0));
}

#[test]
fn the_memory_of_ended_jobs_is_bounded() {
    let mut store = store();
    for number in 0..10_001 {
        let reader = waiting(&mut store, 0, number);
        store.leave(at(0), reader, job(number), 7, true);
        store.close(at(0), reader);
    }
    assert_eq!(put(&mut store, 0, 0, 0), InboxOutcome::Kept);
    assert_eq!(put(&mut store, 0, 1, 0), InboxOutcome::Duplicate);
}

#[derive(Debug, Clone)]
enum Act {
    InboxOutcome(u128),
    Wait(u128),
    Next(usize),
    Leave(usize, bool),
    Close(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_u128..4).prop_map(Act::InboxOutcome),
        (0_u128..4).prop_map(Act::Wait),
        (0_usize..6).prop_map(Act::Next),
        (0_usize..6, any::<bool>()).prop_map(|(reader, end)| Act::Leave(reader, end)),
        (0_usize..6).prop_map(Act::Close),
    ]
}

proptest! {
    /// Whatever happens: a wait gets the delivery of its own job, once; and nothing
    /// is left when everybody has gone but what the limits allow.
    #[test]
    fn each_wait_has_its_own_once(acts in prop::collection::vec(act(), 0..60)) {
        let mut store = store();
        let mut readers: Vec<(Reader, u128)> = Vec::new();
        let mut got: HashMap<Reader, u32> = HashMap::new();
        for (now, act) in acts.into_iter().enumerate() {
            let now = now as u64;
            match act {
                Act::InboxOutcome(number) => {
                    let (_, told) = store.put(at(now), job(number), number as u32, 40);
                    for reader in told {
                        let of = readers.iter().find(|known| known.0 == reader);
                        prop_assert_eq!(of.map(|known| known.1), Some(number));
                    }
                }
                Act::Wait(number) => {
                    let reader = waiting(&mut store, now, number);
                    readers.push((reader, number));
                }
                Act::Next(index) => {
                    let Some(&(reader, number)) = readers.get(index) else { continue };
                    if let Some((_, content)) = store.next(at(now), reader) {
                        prop_assert_eq!(u128::from(content), number);
                        *got.entry(reader).or_default() += 1;
                    }
                }
                Act::Leave(index, has_end) => {
                    let Some(&(reader, number)) = readers.get(index) else { continue };
                    store.leave(at(now), reader, job(number), 7, has_end);
                }
                Act::Close(index) => {
                    if index < readers.len() {
                        store.close(at(now), readers.remove(index).0);
                    }
                }
            }
        }
        prop_assert!(got.values().all(|&times| times == 1), "{:?}", got);
        for (reader, _) in readers {
            store.close(at(60), reader);
        }
        let (kept, awaited) = store.counts(at(60));
        prop_assert!(kept <= 2 && awaited == 0, "{} {}", kept, awaited);
    }
}
