//! Run-time types of clients that are generated from an OpenAPI description.
//!
//! - [`Field`]: an optional or nullable field. It distinguishes absence from null.
//! - [`List`], [`Map`]: an array and a map that keep elements of unexpected types.
//! - [`decode`]: decodes a body and reports each [`Deviation`] from its described type;
//!   [`additions`] reports fields and values that are not described.
//! - [`Timestamp`]: a date-time that keeps its original text.
//! - [`UnknownValue`]: a value that an open enum does not list.
//! - [`File`]: a file to upload. [`EventStream`], [`JsonLines`], [`StreamingResponse`]: responses
//!   that are read while they arrive.
//! - [`Transport`]: the only access to the network. It sends a [`Request`] and returns a
//!   [`Response`]. Operations return a [`Decoded`] value or an [`OperationError`].
//!
//! The crate is independent of any particular API. Each operation of a generated client sends
//! exactly one request. Retries, rate limits and credentials are the responsibility of the
//! transport or of the layer above.
//!
//! # Features
//!
//! These features are enabled by default. Disable those that the generated client does not use.
//!
//! - `http-transport`: [`HttpTransport`];
//! - `multipart`: [`File`] and multipart bodies;
//! - `streams`: [`EventStream`] and [`JsonLines`].
//!
//! The feature `schemars` adds `JsonSchema` to the types of this crate and to generated types.

/// Re-exports for generated code, so that a crate with generated code needs only this dependency.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use {reqwest, serde, serde_json, uuid};
}

#[doc(hidden)]
#[doc(alias = "sources")]
#[path = "sources.rs"]
pub mod __sources;
mod builder;
#[cfg(feature = "http-transport")]
mod credential;
mod decode;
mod decode_error;
mod deviation;
mod failure;
mod field;
#[cfg(feature = "multipart")]
mod file;
#[cfg(feature = "streams")]
mod frames;
#[cfg(feature = "http-transport")]
mod http_transport;
#[cfg(feature = "streams")]
mod items;
mod job_kind;
mod json_path;
mod list;
mod locate;
mod map;
mod members;
#[cfg(feature = "multipart")]
mod multipart;
mod names;
mod object;
mod open_enum;
mod outcome;
mod response;
mod schema;
mod secret;
mod security;
mod serde_message;
mod stream;
mod style;
mod timestamp;
mod tolerance;
mod transport;
mod transport_error;
mod union;
mod union_plan;
mod union_shape;

pub use decode::{additions, decode};
pub use decode_error::DecodeError;
pub use deviation::{Deviation, DeviationKind};
pub use field::Field;
#[cfg(feature = "multipart")]
pub use file::File;
#[cfg(feature = "http-transport")]
pub use http_transport::HttpTransport;
#[cfg(feature = "streams")]
pub use items::{Event, EventStream, JsonLines, StreamError};
pub use job_kind::JobKind;
pub use list::List;
pub use map::Map;
pub use open_enum::UnknownValue;
pub use outcome::{Decoded, OperationError, UndecodableResponse};
pub use response::Response;
pub use secret::Secret;
pub use security::{OAuthFlow, SchemeKind, SecurityScheme};
pub use stream::{MAX_ERROR_BODY, StreamingResponse};
pub use timestamp::{Timestamp, TimestampError};
pub use transport::{BoxFuture, Operation, Request, Transport};
pub use transport_error::{BoxError, DispatchState, TransportError};

/// The types with which generated operations build requests.
#[doc(hidden)]
pub mod __request {
    pub use crate::builder::{Builder, InvalidRequest, Servers};
    #[cfg(feature = "multipart")]
    pub use crate::multipart::Part;
    pub use crate::response::header;
    pub use crate::style::Style;
}

/// The functions that the decoders of generated types call.
#[doc(hidden)]
pub mod __decode {
    pub use crate::members::{
        Members, Name, Object, field, missing, next_name, object, required, unknown,
    };
    pub use crate::names::Names;
    pub use crate::tolerance::{Extra, new_value};
    pub use crate::union::{Variant, union};
    pub use crate::union_plan::Union;
    pub use crate::union_shape::Shapes;
}

pub use bytes::Bytes;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use reqwest::{Method, StatusCode, Url};
