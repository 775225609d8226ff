//! One change of the generated client, and the semver step that it requires.

use std::fmt;

use crate::diff::kind::ClientKind;

/// The semver step that a change requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// No release is required.
    None,
    /// 0.0.1 or 1.0.1.
    Patch,
    /// 0.2.0 or 1.1.0.
    Minor,
    /// 2.0.0.
    Major,
}

impl Step {
    /// Returns the word that all formats use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One change of the generated client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientChange {
    /// The step that the change requires, by the rules of 1.0 and later.
    pub step: Step,
    /// The kind of the change. Stable, for programs.
    pub kind: ClientKind,
    /// The page of the outline, such as `types/Person`.
    pub item: String,
    /// What changed, in one line.
    pub message: String,
    /// The reason why the change is accepted, if it is.
    pub accepted: Option<String>,
}

/// Formats Rust code in a message; `nothing` if the code is empty.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}

/// The changes so far.
#[derive(Default)]
pub(crate) struct Found(pub(crate) Vec<ClientChange>);

impl Found {
    pub(crate) fn add(&mut self, step: Step, kind: ClientKind, item: &str, message: String) {
        let item = item.to_owned();
        self.0.push(ClientChange { step, kind, item, message, accepted: None });
    }

    pub(crate) fn removed(&mut self, page: &str, name: &str) {
        self.add(Step::Major, ClientKind::Removed, page, format!("`{name}` is gone"));
    }

    pub(crate) fn added(&mut self, page: &str, name: &str) {
        self.add(Step::Minor, ClientKind::Added, page, format!("`{name}` is new"));
    }
}

/// Returns the page of a type in the outline.
pub(crate) fn type_page(name: &str) -> String {
    format!("types/{name}")
}

/// Returns the page of an operation in the outline.
pub(crate) fn operation_page(name: &str) -> String {
    format!("operations/{name}")
}
