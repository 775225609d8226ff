//! [`Cell`]: a row of the keyword table.

use crate::codes::Code;

/// The representation of a keyword in the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The client represents the keyword.
    Represented,
    /// The client behaves as the keyword requires. A lossless line with this code reports a
    /// difference.
    Noted(&'static Code),
    /// The client represents a part of the keyword. A lossy line with this code reports the rest.
    Partly(&'static Code),
    /// The client ignores the keyword. A lossy line with this code reports the loss.
    Ignored(&'static Code),
    /// The keyword makes no difference to a client, for this reason.
    Irrelevant(&'static str),
}

impl Verdict {
    /// Returns the code of the line in the report, or `None` if there is no line.
    pub fn code(self) -> Option<&'static Code> {
        match self {
            Self::Noted(code) | Self::Partly(code) | Self::Ignored(code) => Some(code),
            Self::Represented | Self::Irrelevant(_) => None,
        }
    }

    /// Returns the text of the verdict on the page.
    pub(super) fn text(self) -> String {
        match self {
            Self::Represented => "represented".to_owned(),
            Self::Noted(code) => format!("represented, `{}`", code.id),
            Self::Partly(code) => format!("**partly**, `{}`", code.id),
            Self::Ignored(code) => format!("**ignored**, `{}`", code.id),
            Self::Irrelevant(reason) => format!("irrelevant: {reason}"),
        }
    }

    /// Returns the class of the verdict in the totals.
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
    /// Returns the versions.
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

/// One keyword in one kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The kind of object.
    pub location: &'static str,
    /// The keyword, optionally followed by a colon and a condition.
    pub label: &'static str,
    /// The versions that have the keyword.
    pub since: Since,
    /// The representation in the client.
    pub verdict: Verdict,
    /// A YAML sample: members of the object that include the keyword.
    pub sample: &'static str,
}

impl Cell {
    /// Returns the keyword without its condition.
    pub fn keyword(&self) -> &'static str {
        self.label.split(':').next().unwrap_or(self.label)
    }
}

/// The label, the versions, the verdict, and a YAML sample.
pub(super) type Row = (&'static str, Since, Verdict, &'static str);
