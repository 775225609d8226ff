//! Reviews OpenAPI documents.
//!
//! [`diff`] reports what changed between two documents and whom it affects. [`lint`] reports
//! description problems that degrade the client. [`observe`] reports where responses differ from
//! their description. [`explain`] explains all codes. [`surface`] is the public surface of a
//! client, [`summary`] summarizes a document, and [`overlay_actions`] reports which actions of an
//! overlay are still needed.
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
