//! The findings of a comparison, and their verdicts.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use openapi_document::diagnostic::Place;

use crate::diff::kind::Kind;

/// The severity of a change, the most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Code that works today may stop working.
    Breaking,
    /// The API changes, but all code that works today still works.
    Compatible,
    /// Only documentation changes.
    DocsOnly,
}

impl Verdict {
    /// Returns the word that all formats use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Compatible => "compatible",
            Self::DocsOnly => "docs only",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The direction in which a value is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The client sends the value: parameters, bodies, the response to a webhook.
    Request,
    /// The server sends the value: responses, the payload of a webhook.
    Response,
}

impl Direction {
    /// Returns the word that all formats use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// Returns the opposite direction.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

/// The side of the comparison to which a place belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The old document.
    Old,
    /// The new document.
    New,
}

impl Side {
    /// Returns the word that all formats use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// The effect of a change on the set of valid values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Some values are no longer valid.
    Narrower,
    /// Additional values are valid.
    Wider,
    /// Some values are no longer valid and others have become valid, or the effect is not known.
    Other,
}

impl Effect {
    /// Returns the verdict: narrowing harms a sender, and widening harms a receiver.
    pub(crate) fn judge(self, direction: Direction) -> (Verdict, &'static str) {
        match (self, direction) {
            (Self::Narrower, Direction::Request) => {
                (Verdict::Breaking, "values that callers send today may be rejected")
            }
            (Self::Wider, Direction::Request) => {
                (Verdict::Compatible, "everything that callers send today is still accepted")
            }
            (Self::Narrower, Direction::Response) => {
                (Verdict::Compatible, "readers already handle everything that may be received")
            }
            (Self::Wider, Direction::Response) => {
                (Verdict::Breaking, "readers may receive values that were ruled out before")
            }
            (Self::Other, _) => (Verdict::Breaking, "values that were valid may no longer be"),
        }
    }
}

/// One change of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The severity.
    pub verdict: Verdict,
    /// The kind of the change. Stable, for programs.
    pub kind: Kind,
    /// The direction in which the value is sent; `None` if the change is not about a value.
    pub directions: BTreeSet<Direction>,
    /// What changed, in one line.
    pub message: String,
    /// The reason for the verdict, in one line.
    pub reason: String,
    /// The side to which `pointer` and `place` belong.
    pub side: Side,
    /// The JSON pointer.
    pub pointer: String,
    /// The place in the file.
    pub place: Option<Place>,
    /// The operations that the change affects; empty for the document as a whole. Changes that
    /// affect the same operations share them.
    pub operations: Arc<BTreeSet<String>>,
    /// The reason why the change is accepted, if it is.
    pub accepted: Option<String>,
}

/// A change before the affected operations are known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Finding {
    pub(crate) verdict: Verdict,
    pub(crate) kind: Kind,
    pub(crate) direction: Option<Direction>,
    pub(crate) message: String,
    pub(crate) reason: Cow<'static, str>,
    pub(crate) side: Side,
    pub(crate) pointer: String,
}

impl Finding {
    /// Creates a change that does not depend on a direction.
    pub(crate) fn new(
        verdict: Verdict,
        kind: Kind,
        (side, pointer): (Side, String),
        message: impl Into<String>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (message, reason) = (message.into(), reason.into());
        Self { verdict, kind, direction: None, message, reason, side, pointer }
    }

    /// Creates a change of the valid values, judged by the direction in which they are sent.
    pub(crate) fn by_effect(
        effect: Effect,
        direction: Direction,
        kind: Kind,
        at: (Side, String),
        message: impl Into<String>,
    ) -> Self {
        let (verdict, reason) = effect.judge(direction);
        Self::new(verdict, kind, at, message, reason).of(direction)
    }

    /// Sets the direction in which the value is sent.
    #[must_use]
    pub(crate) fn of(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Creates a change of documentation.
    pub(crate) fn docs(at: (Side, String), message: impl Into<String>) -> Self {
        Self::new(Verdict::DocsOnly, Kind::Docs, at, message, "no value that is sent changes")
    }
}
