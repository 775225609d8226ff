//! From an OpenAPI document to the code of a client.
//!
//! The stages, in the order in which they run: [`resolve`], [`down_convert`],
//! [`operations`], [`directions`], [`shape`], [`normalize`], [`emit`]. [`pipeline`] runs them,
//! [`report`] keeps what they rewrote.
//!
//! [`generate`] makes the client of any document, in a process of its own if
//! [`isolate`] runs it. [`project`] makes all files that a repository keeps of its
//! client, [`artifacts`] compares and writes them, and [`import`] takes the
//! vendor's next document in, and [`amend`] adds corrections. Everything of that repository comes in a
//! [`Config`](config::Config).
#![allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "tools that are released together build and match each other's types"
)]

pub mod amend;
pub mod artifacts;
pub mod baseline;
pub mod bisect;
pub mod codes;
pub mod compare;
pub mod config;
mod cut;
pub mod directions;
pub mod down_convert;
pub mod embed;
pub mod emit;
pub mod fixtures;
pub mod generate;
pub mod idents;
pub mod import;
pub mod isolate;
pub mod keyword_table;
pub mod keywords;
pub mod markers;
pub mod normalize;
pub mod operations;
pub mod outline;
pub mod parallel;
pub mod pipeline;
mod print;
pub mod project;
pub mod registry;
pub mod report;
pub mod resolve;
pub mod revision;
mod search;
pub mod shape;
pub mod subset;
pub mod surface;
mod swagger;
