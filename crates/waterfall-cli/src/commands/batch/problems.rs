//! [`Problems`]: the rows that are not launched, and why.

use super::input::{Checked, Decision, label};
use crate::terminal_text::{clean, count};

/// Collects problems, and counts those that are too many to be displayed.
#[derive(Debug)]
pub(super) struct Problems {
    most: usize,
    first: Vec<String>,
    more: usize,
}

impl Problems {
    /// Keeps at most this many.
    pub(super) fn new(most: usize) -> Self {
        Self { most, first: Vec::new(), more: 0 }
    }

    pub(super) fn add(&mut self, checked: &Checked) {
        match problem(checked) {
            None => {}
            Some(problem) if self.first.len() < self.most => self.first.push(problem),
            Some(_) => self.more += 1,
        }
    }

    /// A line for each problem.
    pub(super) fn lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.first.push(format!("... and {}", count(self.more, "other row")));
        }
        self.first
    }
}

/// Why a row is not launched, with its name; `None` if it is.
pub(super) fn problem(checked: &Checked) -> Option<String> {
    let why = match &checked.decision {
        Decision::Launch(_) => return None,
        Decision::Duplicate(first) => format!("duplicate of row {}", first + 1),
        Decision::Blank => "blank".to_owned(),
        Decision::Invalid(problem) => clean(problem),
    };
    Some(format!("{}: {why}", label(checked.position, &checked.row)))
}
