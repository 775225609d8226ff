//! A bounded record of accepted tokens, for replay detection.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

/// Tokens by fingerprint, each kept until the time checks would refuse it.
#[derive(Debug)]
pub(super) struct Replays {
    capacity: usize,
    until: HashMap<[u8; 32], Timestamp>,
    order: BTreeSet<(Timestamp, [u8; 32])>,
}

impl Replays {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, until: HashMap::new(), order: BTreeSet::new() }
    }

    /// Records a token; returns `false` if it is already recorded. If the record is full, the
    /// token that expires first is evicted.
    pub(super) fn admit(&mut self, token: [u8; 32], until: Timestamp, now: Timestamp) -> bool {
        while self.order.first().is_some_and(|(over, _)| *over < now) {
            self.drop_first();
        }
        if self.until.contains_key(&token) {
            return false;
        }
        if self.until.len() >= self.capacity {
            self.drop_first();
        }
        self.until.insert(token, until);
        self.order.insert((until, token));
        true
    }

    pub(super) fn forget(&mut self, token: &[u8; 32]) {
        if let Some(until) = self.until.remove(token) {
            self.order.remove(&(until, *token));
        }
    }

    fn drop_first(&mut self) {
        if let Some((_, token)) = self.order.pop_first() {
            self.until.remove(&token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn token(number: u8) -> [u8; 32] {
        [number; 32]
    }

    #[test]
    fn a_token_is_accepted_once_until_it_expires() {
        let mut replays = Replays::new(10);
        assert!(replays.admit(token(1), at(60), at(0)));
        assert!(!replays.admit(token(1), at(60), at(0)));
        assert!(!replays.admit(token(1), at(60), at(60)), "it expires after that moment");
        assert!(replays.admit(token(1), at(160), at(61)));
        assert_eq!((replays.until.len(), replays.order.len()), (1, 1));
    }

    #[test]
    fn a_full_record_evicts_the_token_that_expires_first() {
        let mut replays = Replays::new(2);
        for (number, until) in [(1, 90), (2, 30), (3, 60)] {
            assert!(replays.admit(token(number), at(until), at(0)));
        }
        assert_eq!((replays.until.len(), replays.order.len()), (2, 2));
        assert!(!replays.admit(token(1), at(90), at(0)));
        assert!(!replays.admit(token(3), at(60), at(0)));
        assert!(replays.admit(token(2), at(30), at(0)), "evicted");
    }

    #[test]
    fn a_forgotten_token_is_accepted_again() {
        let mut replays = Replays::new(2);
        assert!(replays.admit(token(1), at(90), at(0)));
        replays.forget(&token(1));
        replays.forget(&token(2));
        assert!(replays.admit(token(1), at(90), at(0)));
        assert_eq!((replays.until.len(), replays.order.len()), (1, 1));
    }
}
