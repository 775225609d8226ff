//! From an OpenAPI document to the code of a client.
//!
//! The stages, in the order in which they run: [`resolve`], [`down_convert`],
//! [`operations`], [`shape`], [`normalise`], [`emit`]. [`pipeline`] runs them,
//! [`report`] keeps what they rewrote.
//!
//! [`generate`] makes the client of any document, in a process of its own if
//! [`guard`] runs it. [`project`] makes all files that a repository keeps of its
//! client, [`artefacts`] compares and writes them, and [`import`] takes the
//! vendor's next document in. Everything of that repository comes in a
//! [`Config`](config::Config).
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod artefacts;
pub mod bisect;
pub mod client_diff;
pub mod config;
pub mod down_convert;
pub mod emit;
pub mod fixtures;
pub mod generate;
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
pub mod project;
pub mod registry;
pub mod report;
pub mod resolve;
pub mod shape;
