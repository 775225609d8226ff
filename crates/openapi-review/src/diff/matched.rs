//! Matches the members of both sides by name.

use std::collections::BTreeMap;

/// The members of both sides with one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Match<T> {
    Both(T, T),
    Old(T),
    New(T),
}

/// Returns the members of both sides in the order of their names.
pub(crate) fn matched<K: Ord, T>(
    old: BTreeMap<K, T>,
    mut new: BTreeMap<K, T>,
) -> BTreeMap<K, Match<T>> {
    let pair = |(name, before): (K, T)| {
        let found = match new.remove(&name) {
            Some(after) => Match::Both(before, after),
            None => Match::Old(before),
        };
        (name, found)
    };
    let mut matched: BTreeMap<K, Match<T>> = old.into_iter().map(pair).collect();
    matched.extend(new.into_iter().map(|(name, after)| (name, Match::New(after))));
    matched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_occurs_once() {
        let old = BTreeMap::from([("a", 1), ("b", 2)]);
        let new = BTreeMap::from([("b", 3), ("c", 4)]);
        let all: Vec<_> = matched(old, new).into_iter().collect();
        assert_eq!(all, [("a", Match::Old(1)), ("b", Match::Both(2, 3)), ("c", Match::New(4))]);
    }
}
