//! A cell of the table.

use crate::codes::Code;

/// What becomes of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The client has it.
    Represented,
    /// The client behaves as it says; a lossless line of this code reports how.
    Noted(&'static Code),
    /// The client has a part of it; a lossy line of this code reports the rest.
    Partly(&'static Code),
    /// The client does not have it; a lossy line of this code reports it.
    Ignored(&'static Code),
    /// It makes no difference to a client, for this reason.
    Irrelevant(&'static str),
}

impl Verdict {
    /// The code of the line in the report, if there is one.
    pub fn code(self) -> Option<&'static Code> {
        match self {
            Self::Noted(code) | Self::Partly(code) | Self::Ignored(code) => Some(code),
            Self::Represented | Self::Irrelevant(_) => None,
        }
    }

    /// What the page says.
    pub(super) fn text(self) -> String {
        match self {
            Self::Represented => "represented".to_owned(),
            Self::Noted(code) => format!("represented, `{}`", code.id),
            Self::Partly(code) => format!("**partly**, `{}`", code.id),
            Self::Ignored(code) => format!("**ignored**, `{}`", code.id),
            Self::Irrelevant(reason) => format!("irrelevant: {reason}"),
        }
    }

    /// What the totals call it.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Represented | Self::Noted(_) => "represented",
            Self::Partly(_) => "partly represented (lossy)",
            Self::Ignored(_) => "ignored (lossy)",
            Self::Irrelevant(_) => "irrelevant to a client",
        }
    }
}

/// The versions of OpenAPI that have a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// All versions.
    V30,
    /// 3.1 and later.
    V31,
    /// 3.2 and later.
    V32,
    /// 3.0 only.
    Only30,
}

impl Since {
    /// The versions.
    pub fn versions(self) -> &'static [&'static str] {
        match self {
            Self::V30 => &["3.0.3", "3.1.1", "3.2.0"],
            Self::V31 => &["3.1.1", "3.2.0"],
            Self::V32 => &["3.2.0"],
            Self::Only30 => &["3.0.3"],
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V32 => "3.2",
            Self::Only30 => "3.0 only",
        }
    }
}

/// What becomes of one keyword in one kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The object.
    pub location: &'static str,
    /// The keyword, with a condition behind a colon where that decides.
    pub label: &'static str,
    /// Since when it exists.
    pub since: Since,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Members of the object, in YAML, the keyword among them.
    pub sample: &'static str,
}

impl Cell {
    /// The keyword alone.
    pub fn keyword(&self) -> &'static str {
        self.label.split(':').next().unwrap_or(self.label)
    }
}

/// The keyword, since when it exists, what becomes of it, and members with it.
pub(super) type Row = (&'static str, Since, Verdict, &'static str);
