//! What there is to know of the code of a change or finding.

use std::fmt;

/// What there is to know of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The stable code.
    pub code: &'static str,
    /// What reports it.
    pub topic: Topic,
    /// What it means.
    pub meaning: &'static str,
    /// Why it matters.
    pub reason: &'static str,
    /// What to do.
    pub action: &'static str,
    /// Where the rule behind it is written down.
    pub reference: Option<&'static str>,
}

/// What reports a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Topic {
    /// `diff`, of the API.
    Api,
    /// `diff`, of the generated client.
    Client,
    /// `lint`.
    Lint,
    /// The report of a generated client.
    Generate,
    /// `observe`.
    Observe,
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "diff, API",
            Self::Client => "diff, Rust client",
            Self::Lint => "lint",
            Self::Generate => "generate",
            Self::Observe => "observe",
        })
    }
}

/// All lines, for a terminal.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, topic, meaning, reason, action, reference } = self;
        writeln!(f, "{code} ({topic})")?;
        for (label, text) in [("", meaning), ("why: ", reason), ("what to do: ", action)] {
            writeln!(f, "  {label}{text}")?;
        }
        match reference {
            Some(reference) => writeln!(f, "  see: {reference}"),
            None => Ok(()),
        }
    }
}
