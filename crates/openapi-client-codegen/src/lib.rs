//! Generates the code of a client from an OpenAPI document.
//!
//! The stages run in this order: [`resolve`], [`down_convert`], [`operations`], [`directions`],
//! [`shape`], [`normalize`], [`emit`]. [`pipeline`] runs them, and [`report`] records their
//! changes.
//!
//! - [`generate`] generates the client of any document; [`isolate`] runs it in a separate process.
//! - [`project`] generates all files that a repository keeps for its client, and [`artifacts`]
//!   compares and writes them.
//! - [`import`] imports a new version of the vendor's document.
//! - [`amend`] adds corrections to the overlay.
//!
//! The settings of the repository are in a [`Config`](config::Config).
#![allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "the tools that use these types are released together with this crate"
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
mod drafts;
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
