//! What the rules about operations say to [`emit`](crate::emit): members of the
//! in-memory document that 3.0 has no words for.

use serde::{Deserialize, Serialize};

/// The member of a parameter with its [`Placement`].
pub const PLACEMENT: &str = "x-placement";
/// The member of an operation with the [`Call`] that it is.
pub const CALL: &str = "x-call";
/// The member of a response's schema with the [`Variant`]s that it stands for.
pub const VARIANTS: &str = "x-statuses";
/// The member of a text that is a file of its own in a body with several parts.
pub const PART: &str = "x-part";

/// The member of an operation whose reference leads nowhere.
pub(crate) const UNRESOLVED: &str = "x-unresolved";
/// The member of a path with operations of other methods.
pub(crate) const MORE: &str = "additionalOperations";
/// The member of a parameter with its pointer in the document.
pub(crate) const AT: &str = "x-at";
/// What distinguishes the path of an operation whose response is read while it
/// arrives, and its id.
pub(crate) const STREAM: &str = "stream";

/// Where a parameter goes, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// `path`, `query`, `header`, `cookie` or `querystring`.
    pub place: String,
    /// The name of a style of the runtime crate; none for the usual one.
    pub style: Option<String>,
    /// Whether reserved characters stay as they are.
    pub reserved: bool,
}

/// What an operation sends and takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The method, if progenitor has none of its name.
    pub method: Option<String>,
    /// The body.
    pub body: Option<Body>,
    /// What it accepts; empty for anything.
    pub accept: String,
    /// The server, if the operation has one of its own.
    pub server: Option<String>,
    /// How successes are read while they arrive.
    pub stream: Option<Stream>,
    /// What comes back, explicit statuses first.
    pub answers: Vec<Answer>,
    /// The headers that may come back.
    pub headers: Vec<Header>,
}

/// A header of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its JSON type.
    pub kind: String,
    /// What the document says of it.
    pub text: String,
}

/// A body that is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// How it is written.
    pub kind: BodyKind,
    /// The content type to send it with.
    pub content_type: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Styles of the fields of a form, and media types of the parts of a body with
    /// several, by name.
    pub settings: Vec<(String, String)>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyKind {
    /// As JSON.
    Json,
    /// As `name=value` pairs.
    Form,
    /// In several parts.
    Multipart,
    /// As it is.
    Raw,
}

/// How a success is read while it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Server-sent events with JSON as data.
    Events,
    /// Server-sent events with text as data.
    TextEvents,
    /// Events that are decoded as a whole, for their data depends on their kind.
    WholeEvents,
    /// A JSON value in each line.
    Lines,
    /// Bytes.
    Bytes,
}

/// What one status comes back as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// A code, a range such as `4XX`, or `default`.
    pub status: String,
    /// The media types that it is for; any if there are none.
    pub media: Vec<String>,
    /// How the body is read.
    pub kind: AnswerKind,
    /// The variant of the type of all outcomes, if there are several.
    pub variant: Option<String>,
}

/// How a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerKind {
    /// As JSON.
    Json,
    /// As text.
    Text,
    /// As bytes.
    Bytes,
    /// Not at all.
    Empty,
    /// While it arrives.
    Stream,
}

/// A variant of the type of all outcomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: AnswerKind,
}
