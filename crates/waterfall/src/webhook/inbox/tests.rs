//! Tests of the registry in virtual time.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::buffer::Limits;
use super::outcome::InboxOutcome;
use super::registry::{Registry, SubscriberId};
use crate::job_id::JobId;

const LIMITS: Limits = Limits { deliveries: 3, bytes: 100, age: Duration::from_secs(60) };

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn job(number: u128) -> JobId {
    Uuid::from_u128(number).into()
}

fn registry() -> Registry<u32> {
    Registry::new(LIMITS)
}

fn put(registry: &mut Registry<u32>, now: u64, number: u128, content: u32) -> InboxOutcome {
    registry.put(at(now), job(number), content, 10).0
}

/// Creates a subscriber that waits for one job.
fn waiting(registry: &mut Registry<u32>, now: u64, number: u128) -> SubscriberId {
    let subscriber = registry.open();
    registry.expect(at(now), subscriber, job(number), 7);
    subscriber
}

fn counts(registry: &mut Registry<u32>, now: u64) -> (usize, usize) {
    registry.counts(at(now))
}

#[test]
fn a_subscriber_is_woken_and_gets_the_delivery_once() {
    let mut registry = registry();
    let subscriber = waiting(&mut registry, 0, 1);
    assert_eq!(registry.next(at(0), subscriber), None);
    assert_eq!(registry.put(at(1), job(1), 10, 10), (InboxOutcome::Awaited, vec![subscriber]));
    assert_eq!(registry.put(at(1), job(1), 11, 10), (InboxOutcome::Duplicate, vec![]));
    assert_eq!(registry.next(at(1), subscriber), Some((7, 10)));
    assert_eq!(registry.next(at(1), subscriber), None);
    assert_eq!(put(&mut registry, 2, 1, 12), InboxOutcome::Duplicate);
    assert_eq!(counts(&mut registry, 2), (0, 0));
    // A later wait for the job reads it.
    let again = waiting(&mut registry, 3, 1);
    assert_eq!(registry.next(at(3), again), None);
}

#[test]
fn a_delivery_of_a_different_job_is_buffered() {
    let mut registry = registry();
    let subscriber = waiting(&mut registry, 0, 1);
    assert_eq!(put(&mut registry, 0, 2, 20), InboxOutcome::Kept);
    assert_eq!(registry.next(at(0), subscriber), None);
}

#[test]
fn an_early_delivery_is_claimed_later() {
    let mut registry = registry();
    assert_eq!(put(&mut registry, 0, 1, 10), InboxOutcome::Kept);
    assert_eq!(put(&mut registry, 1, 1, 11), InboxOutcome::Duplicate);
    let subscriber = waiting(&mut registry, 2, 1);
    assert_eq!(counts(&mut registry, 2), (0, 1));
    assert_eq!(registry.next(at(2), subscriber), Some((7, 10)));
}

#[test]
fn a_delivery_after_a_read_is_dropped() {
    let mut registry = registry();
    let subscriber = waiting(&mut registry, 0, 1);
    registry.leave(at(1), subscriber, job(1), 7, true);
    assert_eq!(put(&mut registry, 2, 1, 10), InboxOutcome::Duplicate);
    // Both arrived between two polls.
    let subscriber = waiting(&mut registry, 0, 2);
    assert_eq!(put(&mut registry, 2, 2, 20), InboxOutcome::Awaited);
    registry.leave(at(2), subscriber, job(2), 7, true);
    assert_eq!(registry.next(at(2), subscriber), None);
    assert_eq!(counts(&mut registry, 2), (0, 0));
}

#[test]
fn a_dropped_wait_returns_its_delivery() {
    let mut registry = registry();
    let subscriber = waiting(&mut registry, 0, 1);
    assert_eq!(put(&mut registry, 1, 1, 10), InboxOutcome::Awaited);
    registry.close(at(2), subscriber);
    assert_eq!(counts(&mut registry, 2), (1, 0));
    let subscriber = waiting(&mut registry, 3, 1);
    registry.leave(at(3), subscriber, job(1), 7, false);
    assert_eq!(counts(&mut registry, 3), (1, 0));
    let subscriber = waiting(&mut registry, 4, 1);
    assert_eq!(registry.next(at(4), subscriber), Some((7, 10)));
    registry.close(at(5), subscriber);
    assert_eq!(counts(&mut registry, 5), (0, 0));
}

#[test]
fn all_subscribers_of_a_job_get_the_delivery() {
    let mut registry = registry();
    let (one, other, gone) =
        (waiting(&mut registry, 0, 1), waiting(&mut registry, 0, 1), waiting(&mut registry, 0, 1));
    assert_eq!(registry.put(at(1), job(1), 10, 10).1, [one, other, gone]);
    assert_eq!(registry.next(at(1), one), Some((7, 10)));
    registry.close(at(1), gone);
    assert_eq!(registry.next(at(1), other), Some((7, 10)));
    assert_eq!(counts(&mut registry, 1), (0, 0), "it was consumed, so it is not buffered");
}

#[test]
fn a_subscriber_may_wait_for_many_jobs_and_for_one_twice() {
    let mut registry = registry();
    let subscriber = registry.open();
    for (number, slot) in [(1, 0), (2, 1), (1, 2)] {
        registry.expect(at(0), subscriber, job(number), slot);
    }
    put(&mut registry, 1, 2, 20);
    put(&mut registry, 1, 1, 10);
    let got: Vec<_> = std::iter::from_fn(|| registry.next(at(1), subscriber)).collect();
    assert_eq!(got, [(1, 20), (0, 10), (2, 10)]);
}

#[test]
fn the_oldest_are_evicted_first() {
    let mut registry = registry();
    for number in 1..=4 {
        assert_eq!(put(&mut registry, number as u64, number, 0), InboxOutcome::Kept);
    }
    assert_eq!(counts(&mut registry, 4), (3, 0));
    let (first, second) = (waiting(&mut registry, 4, 1), waiting(&mut registry, 4, 2));
    assert_eq!((registry.next(at(4), first), registry.next(at(4), second)), (None, Some((7, 0))));
    registry.close(at(4), first);
    assert_eq!(registry.put(at(5), job(5), 0, 85).0, InboxOutcome::Kept);
    assert_eq!(counts(&mut registry, 5), (2, 0), "10 and 85 bytes");
    assert_eq!(registry.put(at(6), job(6), 0, 101).0, InboxOutcome::NotKept);
    registry.limits.deliveries = 0;
    assert_eq!(put(&mut registry, 7, 7, 0), InboxOutcome::NotKept);
    let subscriber = waiting(&mut registry, 8, 8);
    assert_eq!(
        put(&mut registry, 8, 8, 80),
        InboxOutcome::Awaited,
        "an expected delivery needs no room"
    );
    assert_eq!(registry.next(at(8), subscriber), Some((7, 80)));
}

#[test]
fn expired_deliveries_are_evicted() {
    let mut registry = registry();
    put(&mut registry, 0, 1, 10);
    put(&mut registry, 30, 2, 20);
    assert_eq!(counts(&mut registry, 60), (2, 0));
    assert_eq!(counts(&mut registry, 61), (1, 0));
    // Claiming and returning a delivery does not reset its age.
    let subscriber = waiting(&mut registry, 80, 2);
    registry.close(at(80), subscriber);
    assert_eq!(counts(&mut registry, 90), (1, 0));
    assert_eq!(counts(&mut registry, 91), (0, 0));
}

#[test]
fn the_record_of_finished_jobs_is_bounded() {
    let mut registry = registry();
    for number in 0..10_001 {
        let subscriber = waiting(&mut registry, 0, number);
        registry.leave(at(0), subscriber, job(number), 7, true);
        registry.close(at(0), subscriber);
    }
    assert_eq!(put(&mut registry, 0, 0, 0), InboxOutcome::Kept);
    assert_eq!(put(&mut registry, 0, 1, 0), InboxOutcome::Duplicate);
}

#[derive(Debug, Clone)]
enum Act {
    Put(u128),
    Wait(u128),
    Next(usize),
    Leave(usize, bool),
    Close(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_u128..4).prop_map(Act::Put),
        (0_u128..4).prop_map(Act::Wait),
        (0_usize..6).prop_map(Act::Next),
        (0_usize..6, any::<bool>()).prop_map(|(subscriber, end)| Act::Leave(subscriber, end)),
        (0_usize..6).prop_map(Act::Close),
    ]
}

proptest! {
    /// In any sequence of actions, a wait gets the delivery of its own job at most once, and when
    /// all subscribers are gone, at most the limits remain buffered.
    #[test]
    fn each_wait_gets_its_own_delivery_once(acts in prop::collection::vec(act(), 0..60)) {
        let mut registry = registry();
        let mut subscribers: Vec<(SubscriberId, u128)> = Vec::new();
        let mut got: HashMap<SubscriberId, u32> = HashMap::new();
        for (now, act) in acts.into_iter().enumerate() {
            let now = now as u64;
            match act {
                Act::Put(number) => {
                    let (_, woken) = registry.put(at(now), job(number), number as u32, 40);
                    for subscriber in woken {
                        let of = subscribers.iter().find(|known| known.0 == subscriber);
                        prop_assert_eq!(of.map(|known| known.1), Some(number));
                    }
                }
                Act::Wait(number) => {
                    let subscriber = waiting(&mut registry, now, number);
                    subscribers.push((subscriber, number));
                }
                Act::Next(index) => {
                    let Some(&(subscriber, number)) = subscribers.get(index) else { continue };
                    if let Some((_, content)) = registry.next(at(now), subscriber) {
                        prop_assert_eq!(u128::from(content), number);
                        *got.entry(subscriber).or_default() += 1;
                    }
                }
                Act::Leave(index, finished) => {
                    let Some(&(subscriber, number)) = subscribers.get(index) else { continue };
                    registry.leave(at(now), subscriber, job(number), 7, finished);
                }
                Act::Close(index) => {
                    if index < subscribers.len() {
                        registry.close(at(now), subscribers.remove(index).0);
                    }
                }
            }
        }
        prop_assert!(got.values().all(|&times| times == 1), "{:?}", got);
        for (subscriber, _) in subscribers {
            registry.close(at(60), subscriber);
        }
        let (kept, awaited) = registry.counts(at(60));
        prop_assert!(kept <= 2 && awaited == 0, "{} {}", kept, awaited);
    }
}
