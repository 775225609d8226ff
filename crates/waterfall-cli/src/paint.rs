//! A little emphasis, on a terminal only.

use std::env;
use std::io::IsTerminal;

use clap::builder::styling::{AnsiColor, Style};

/// Puts styles around texts, or doesn't.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// For a stream: no styles if it is not a terminal, if `NO_COLOR` is set, or
    /// if the terminal says that it is dumb.
    pub(crate) fn for_stream(stream: &impl IsTerminal) -> Self {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { on: stream.is_terminal() && !is_set("NO_COLOR") && !dumb }
    }

    pub(crate) fn strong(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    pub(crate) fn alarm(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}
