//! [`Card`]: the layout of a result for people.

use crate::style::Styles;
use crate::terminal_text::{COLUMNS, clean, wrap};

/// The width of the labels, including the indentation.
pub(super) const LABEL: usize = 14;

/// A card under construction: sections of labeled rows, within the width of a terminal.
pub(super) struct Card {
    styles: Styles,
    text: String,
}

impl Card {
    pub(super) fn new(styles: Styles) -> Self {
        Self { styles, text: String::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds an empty line, unless there is one.
    pub(super) fn gap(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        for line in wrap(&clean(text), COLUMNS) {
            self.line(&line);
        }
    }

    pub(super) fn title(&mut self, text: &str) {
        for line in wrap(&clean(text), COLUMNS) {
            let line = self.styles.title(&line);
            self.line(&line);
        }
    }

    /// Adds a labeled value, unless the value is empty.
    pub(super) fn row(&mut self, label: &str, value: &str) {
        let value = clean(value);
        if !value.is_empty() {
            self.rows(label, &wrap(&value, COLUMNS - LABEL));
        }
    }

    /// Adds a label, and lines that fit next to it.
    pub(super) fn rows(&mut self, label: &str, lines: &[String]) {
        let mut label = self.styles.label(&format!("  {label:<width$}", width = LABEL - 2));
        for line in lines {
            self.line(format!("{label}{line}").trim_end());
            label = " ".repeat(LABEL);
        }
    }
}
