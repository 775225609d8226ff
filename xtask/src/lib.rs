//! From the API description to reviewed code.
//!
//! The stages, each a module that knows nothing of its neighbours:
//! [`load`] → [`overlay`] → [`references`] → [`resolve`] → [`down_convert`] →
//! [`operations`] → [`shape`] → [`normalise`] → [`emit`]. [`pipeline`] runs them,
//! [`report`] keeps what they rewrote, [`artefacts`] compares and writes what
//! comes out.
//!
//! [`import`] takes the vendor's next document in, [`diff`] tells what changed and
//! whom it breaks, [`lint`] what in a document makes a client worse, and
//! [`foreign`] makes clients of documents that are not ours.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub use openapi_document::{
    bundle, canonical, diagnostic, document, examples, kind, load, overlay, references, schemas,
    version, yaml,
};

pub use openapi_review::{diff, lint};

pub mod artefacts;
pub mod client_diff;
pub mod commands;
pub mod down_convert;
pub mod emit;
pub mod fixtures;
pub mod foreign;
pub mod guard;
pub mod idents;
pub mod import;
pub mod keywords;
pub mod markers;
pub mod normalise;
pub mod operations;
pub mod outline;
pub mod parallel;
pub mod pipeline;
pub mod plain;
pub mod probe;
pub mod registry;
pub mod report;
pub mod resolve;
pub mod shape;
