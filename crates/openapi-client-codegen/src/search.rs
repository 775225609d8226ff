//! Binary search for the item of a list that causes a failure.

use std::ops::Range;

/// The items in each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempts {
    /// All items from the first: finds an item that fails together with preceding items.
    FromTheFirst,
    /// A part of the items: finds only an item that fails alone, but the attempts are small.
    InParts,
}

/// Returns the index of an item for which `fails` returns true, or `None` if all attempts succeed.
pub(crate) fn first_failing(
    count: usize,
    attempts: Attempts,
    mut fails: impl FnMut(Range<usize>) -> bool,
) -> Option<usize> {
    let all = attempts == Attempts::FromTheFirst;
    if count == 0 || (all && !fails(0..count)) {
        return None;
    }
    let (mut start, mut end) = (0, count);
    while end - start > 1 {
        let middle = start + (end - start) / 2;
        if fails(if all { 0 } else { start }..middle) {
            end = middle;
        } else {
            start = middle;
        }
    }
    (all || fails(start..end)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_that_fails_alone_is_found() {
        for attempts in [Attempts::FromTheFirst, Attempts::InParts] {
            for culprit in 0..9 {
                let mut count = 0;
                let found = first_failing(9, attempts, |range| {
                    count += 1;
                    range.contains(&culprit)
                });
                assert_eq!(found, Some(culprit));
                assert!(count <= 5, "{count}");
            }
            assert_eq!(first_failing(9, attempts, |_| false), None);
            assert_eq!(first_failing(0, attempts, |_| true), None);
        }
    }

    #[test]
    fn two_items_that_fail_together_are_found_only_from_the_first() {
        let fails = |range: Range<usize>| range.contains(&2) && range.contains(&6);
        assert_eq!(first_failing(9, Attempts::FromTheFirst, fails), Some(6));
        assert_eq!(first_failing(9, Attempts::InParts, fails), None);
    }
}
