//! Members of the in-memory document by which the rules about operations pass information to
//! [`emit`](crate::emit) that 3.0 can't express.

use serde::{Deserialize, Serialize};

/// The member of a parameter with its [`Placement`].
pub const PLACEMENT: &str = "x-placement";
/// The member of an operation with its [`Call`].
pub const CALL: &str = "x-call";
/// The member of a response's schema with its [`Variant`]s.
pub const VARIANTS: &str = "x-statuses";
/// The member of a string that is a file in a multipart body.
pub const PART: &str = "x-part";

/// The member of an operation whose reference can't be resolved.
pub(crate) const UNRESOLVED: &str = "x-unresolved";
/// The member of a path with the operations of other methods.
pub(crate) const MORE: &str = "additionalOperations";
/// The member of a parameter with its pointer in the document.
pub(crate) const AT: &str = "x-at";
/// The suffix of the path and the id of an operation whose response is read while it arrives.
pub(crate) const STREAM: &str = "stream";

/// The location and the encoding of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// `path`, `query`, `header`, `cookie` or `querystring`.
    pub place: String,
    /// The name of a style of the runtime crate; `None` for the default style.
    pub style: Option<String>,
    /// Whether reserved characters are sent unescaped.
    pub reserved: bool,
}

/// The request and the responses of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The method, if progenitor does not support it.
    pub method: Option<String>,
    /// The body.
    pub body: Option<Body>,
    /// The value of the `Accept` header. Empty if every media type is accepted.
    pub accept: String,
    /// The server, if the operation has a separate one.
    pub server: Option<String>,
    /// The kind of stream, if successes are read while they arrive.
    pub stream: Option<Stream>,
    /// The responses. Explicit statuses are first.
    pub answers: Vec<Answer>,
    /// The headers of responses.
    pub headers: Vec<Header>,
}

/// A header of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its JSON type.
    pub kind: String,
    /// The description.
    pub text: String,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The encoding.
    pub kind: BodyKind,
    /// The content type that is sent.
    pub content_type: String,
    /// Whether the body can be omitted.
    pub optional: bool,
    /// The styles of form fields, or the media types of parts, by name.
    pub settings: Vec<(String, String)>,
}

/// The encoding of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyKind {
    /// As JSON.
    Json,
    /// As `name=value` pairs.
    Form,
    /// Multipart.
    Multipart,
    /// Unchanged.
    Raw,
}

/// The kind of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Server-sent events with JSON as data.
    Events,
    /// Server-sent events with text as data.
    TextEvents,
    /// Server-sent events that are decoded as a whole, because the type of their data depends on
    /// their kind.
    WholeEvents,
    /// Like [`WholeEvents`](Self::WholeEvents), with JSON as data.
    WholeJsonEvents,
    /// One JSON value per line.
    Lines,
    /// Bytes.
    Bytes,
}

/// The response for a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// A status code, a range such as `4XX`, or `default`.
    pub status: String,
    /// The media types that this applies to. Empty if it applies to all.
    pub media: Vec<String>,
    /// The decoding of the body.
    pub kind: AnswerKind,
    /// The variant of the enum of all outcomes, if there are several.
    pub variant: Option<String>,
}

/// The decoding of a response body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerKind {
    /// As JSON.
    Json,
    /// As text.
    Text,
    /// As bytes.
    Bytes,
    /// The body is ignored.
    Empty,
    /// The body is read while it arrives.
    Stream,
}

/// A variant of the enum of all outcomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The decoding of its content.
    pub kind: AnswerKind,
}
