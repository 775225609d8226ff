//! [`Input`]: one row of a batch.

use crate::terminal_text::{clean, cut};

/// A contact or a job ID, as given.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// The position among all inputs, counted from 0.
    pub(crate) index: usize,
    /// The line of stdin, counted from 1.
    pub(crate) line: Option<u64>,
    pub(crate) text: String,
}

impl Input {
    /// Returns its line, or its position among the arguments, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.line.unwrap_or(self.index as u64 + 1)
    }

    /// Returns its number and the beginning of its text.
    pub(crate) fn label(&self) -> String {
        let text = cut(&clean(&self.text), 60);
        format!("{} {text}", self.number()).trim_end().to_owned()
    }
}
