//! What a comparison finds, and how it is judged.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use openapi_document::diagnostic::Place;

use crate::diff::kind::Kind;

/// How severe a change is. The most severe comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something that works today may stop working.
    Breaking,
    /// The API changes, and everything that works today still works.
    Compatible,
    /// Only documentation changes.
    DocsOnly,
}

impl Verdict {
    /// As all formats write it.
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

/// Who sends the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The client sends it: parameters, bodies, the answer to a webhook.
    Request,
    /// The server sends it: answers, the payload of a webhook.
    Response,
}

impl Direction {
    /// As all formats write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// The other one.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

/// The side of the comparison that a place is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The document that is compared with.
    Old,
    /// The document that it became.
    New,
}

impl Side {
    /// As all formats write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// What a change does to the set of values that are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Some values are no longer valid.
    Narrower,
    /// More values are right.
    Wider,
    /// Some are no longer valid and others newly are; or it is not known.
    Other,
}

impl Effect {
    /// Whom the effect harms: a sender by narrowing, a receiver by widening.
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
    /// How severe it is.
    pub verdict: Verdict,
    /// What sort of change it is; stable, for programs.
    pub kind: Kind,
    /// Who sends the value; empty where it is not about a value.
    pub directions: BTreeSet<Direction>,
    /// What changed, in one line.
    pub message: String,
    /// Why it is judged so, in one line.
    pub reason: String,
    /// The side that `pointer` and `place` are on.
    pub side: Side,
    /// The JSON pointer.
    pub pointer: String,
    /// The place in the file.
    pub place: Option<Place>,
    /// The operations that it touches; empty for the document as a whole. Changes that touch
    /// the same ones share them.
    pub operations: Arc<BTreeSet<String>>,
    /// Why it is accepted, if it is.
    pub accepted: Option<String>,
}

/// A change before it is known which operations it touches.
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
    /// A change that is not about who sends what.
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

    /// A change of what may be sent, judged by who sends it.
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

    /// Says who sends the value.
    #[must_use]
    pub(crate) fn of(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// A change of what people read.
    pub(crate) fn docs(at: (Side, String), message: impl Into<String>) -> Self {
        Self::new(Verdict::DocsOnly, Kind::Docs, at, message, "no value that is sent changes")
    }
}
