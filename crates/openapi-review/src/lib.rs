//! Reviewing OpenAPI documents.
//!
//! [`diff`] reports what changed between two documents and whom it breaks,
//! [`lint`] what in a document degrades a client, [`observe`] what responses have
//! that their description does not, [`explain`] what the codes of
//! all mean, [`surface`] is what a client offers, [`summary`] what a document
//! contains, and [`overlay_actions`] which actions of an overlay it still needs.
#![allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "tools that are released together build and match each other's types"
)]

pub mod diff;
pub mod explain;
mod explanation;
#[cfg(feature = "lint")]
pub mod lint;
pub mod observe;
pub mod overlay_actions;
mod pattern;
pub mod rust_names;
pub mod summary;
pub mod surface;
