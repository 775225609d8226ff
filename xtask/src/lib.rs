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

pub mod artefacts;
pub mod bundle;
pub mod canonical;
pub mod commands;
pub mod diagnostic;
pub mod diff;
pub mod document;
pub mod down_convert;
pub mod emit;
pub mod examples;
pub mod fixtures;
pub mod foreign;
pub mod guard;
pub mod idents;
pub mod import;
pub mod keywords;
pub mod kind;
pub mod lint;
pub mod load;
pub mod markers;
pub mod normalise;
pub mod operations;
pub mod outline;
pub mod overlay;
pub mod parallel;
pub mod pipeline;
pub mod plain;
pub mod probe;
pub mod references;
pub mod registry;
pub mod report;
pub mod resolve;
pub mod schemas;
pub mod shape;
pub mod version;
pub mod yaml;
