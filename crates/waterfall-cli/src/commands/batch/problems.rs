//! [`Problems`]: the rows that are not launched, and the reasons.

use super::input::{Checked, Decision, label};
use crate::terminal_text::{clean, count};

/// Collects problems up to a maximum and counts the others. Invalid rows come first, because they
/// can be corrected.
#[derive(Debug)]
pub(super) struct Problems {
    most: usize,
    invalid: Vec<String>,
    others: Vec<String>,
    count: usize,
}

impl Problems {
    /// Keeps at most this many problems.
    pub(super) fn new(most: usize) -> Self {
        Self { most, invalid: Vec::new(), others: Vec::new(), count: 0 }
    }

    pub(super) fn add(&mut self, checked: &Checked) {
        let Some(problem) = problem(checked) else { return };
        self.count += 1;
        let is_invalid = matches!(checked.decision, Decision::Invalid(_));
        let kept = if is_invalid { &mut self.invalid } else { &mut self.others };
        if kept.len() < self.most {
            kept.push(problem);
        }
    }

    /// Returns a line for each problem.
    pub(super) fn lines(self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.invalid.into_iter().chain(self.others).take(self.most).collect();
        let more = self.count - lines.len();
        if more > 0 {
            lines.push(format!("... and {}", count(more, "other row")));
        }
        lines
    }
}

/// Returns why a row is not launched, with its label; `None` if it is launched.
pub(super) fn problem(checked: &Checked) -> Option<String> {
    let why = match &checked.decision {
        Decision::Launch => return None,
        Decision::Duplicate(first) => format!("duplicate of row {}", first + 1),
        Decision::Blank => "blank".to_owned(),
        Decision::Invalid(problem) => clean(problem),
    };
    Some(format!("{}: {why}", label(checked.position, &checked.row)))
}
