//! The explanation of the code of a change or finding.

use std::fmt;

/// The explanation of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The stable code.
    pub code: &'static str,
    /// The report that contains the code.
    pub topic: Topic,
    /// The meaning of the code.
    pub meaning: &'static str,
    /// The consequences.
    pub reason: &'static str,
    /// The advice.
    pub action: &'static str,
    /// The source of the rule.
    pub reference: Option<&'static str>,
}

/// The report that contains a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Topic {
    /// `diff`, for changes of the API.
    Api,
    /// `diff`, for changes of the generated client.
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

/// Writes all lines, for a terminal.
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
