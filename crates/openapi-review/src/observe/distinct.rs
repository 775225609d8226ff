//! Counts the distinct values of a field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The maximum number of distinct values that are kept. A field with more is not a small set.
const KEPT: usize = 64;
/// The maximum length of a text in a small set.
const LONGEST: usize = 40;
/// The number of consecutive digits from which a text is an identifier.
const DIGITS: usize = 5;
/// The maximum number of values in a small set.
const SMALL: usize = 20;
/// The minimum average count of each value in a small set.
const REPEATED: u64 = 4;

/// The distinct texts of a field, as long as they look like the values of a small set. The memory
/// is bounded.
///
/// The texts remain in memory: a file contains only those for which [`Distinct::publish`] was
/// called.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Distinct {
    /// The number of texts that were counted.
    #[serde(default)]
    count: u64,
    /// Whether there are too many values, or values that are not tokens.
    #[serde(default)]
    is_open: bool,
    /// The number of further values that other files did not show.
    #[serde(default)]
    hidden: usize,
    /// The number of those that occurred once.
    #[serde(default)]
    hidden_singles: usize,
    #[serde(default)]
    texts: BTreeMap<String, u64>,
}

impl Distinct {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn add(&mut self, text: &str) {
        self.count += 1;
        if self.is_open {
            return;
        }
        if !is_token(text) {
            return self.open();
        }
        match self.texts.get_mut(text) {
            Some(count) => *count += 1,
            None => drop(self.texts.insert(text.to_owned(), 1)),
        }
        self.bound();
    }

    fn open(&mut self) {
        *self = Self { count: self.count, is_open: true, ..Self::default() };
    }

    fn bound(&mut self) {
        if self.distinct() > KEPT {
            self.open();
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        if self.is_open || other.is_open {
            return self.open();
        }
        self.hidden += other.hidden;
        self.hidden_singles += other.hidden_singles;
        for (text, count) in &other.texts {
            *self.texts.entry(text.clone()).or_default() += count;
        }
        self.bound();
    }

    /// Replaces the texts by their number, except those that may be shown.
    pub(super) fn publish(&mut self, may_show: bool) {
        if !may_show {
            self.hidden += self.texts.len();
            self.hidden_singles += self.texts.values().filter(|count| **count == 1).count();
            self.texts.clear();
        }
    }

    /// Returns the maximum number of distinct values.
    pub(super) fn distinct(&self) -> usize {
        self.texts.len() + self.hidden
    }

    /// Returns whether all values are tokens and few, so that a person can judge them.
    pub(super) fn is_small(&self) -> bool {
        !self.is_open && (1..=SMALL).contains(&self.distinct())
    }

    /// Returns whether the values look like a closed set: few, and each of them repeated. A value
    /// that occurred once suggests that the set has values that were not observed.
    pub(super) fn is_closed(&self) -> bool {
        let singles =
            self.texts.values().filter(|count| **count == 1).count() + self.hidden_singles;
        self.is_small() && singles == 0 && self.count >= REPEATED * self.distinct() as u64
    }

    /// Returns the values and their counts; `None` if they are not all known.
    pub(super) fn texts(&self) -> Option<&BTreeMap<String, u64>> {
        (self.is_small() && self.hidden == 0).then_some(&self.texts)
    }
}

/// Returns whether a text could be a value of a small set: one or a few words.
fn is_token(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " _-+&/,<>".contains(c);
    let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    (1..=LONGEST).contains(&text.len())
        && text.chars().all(is_plain)
        && digits.unwrap_or_default() < DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Distinct {
        let mut distinct = Distinct::default();
        texts.iter().for_each(|text| distinct.add(text));
        distinct
    }

    #[test]
    fn a_closed_set_has_few_values_each_of_them_repeated() {
        let values = ["low", "high"].repeat(10);
        assert!(of(&values).is_closed());
        assert!(!of(&[&values[..], &["once"]].concat()).is_closed());
        assert!(!of(&["low", "high", "low", "high"]).is_closed());
        assert!(of(&["low", "high", "low", "high"]).is_small());
        for open in ["jane.doe@acme.com", "", "+4930123456", &"x".repeat(41)] {
            assert!(!of(&[&values[..], &[open]].concat()).is_small(), "{open}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut distinct = Distinct::default();
        for number in 0..10_000 {
            distinct.add(&format!("v{number}"));
        }
        assert!(distinct.is_open && distinct.texts.is_empty());
        assert_eq!(distinct.count, 10_000);
    }

    #[test]
    fn texts_are_published_on_request_only() {
        let full = of(&["low", "high"].repeat(10));
        let mut hidden = full.clone();
        hidden.publish(false);
        assert!(hidden.is_closed() && hidden.texts().is_none() && hidden.texts.is_empty());
        let mut shown = full.clone();
        shown.publish(true);
        assert_eq!(shown, full);
        // The two may or may not be the same values.
        shown.merge(&hidden);
        assert_eq!((shown.distinct(), shown.count, shown.texts()), (4, 40, None));
    }
}
