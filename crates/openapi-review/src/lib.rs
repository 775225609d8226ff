//! Reviewing OpenAPI documents.
//!
//! [`diff`] reports what changed between two documents and whom it breaks,
//! [`lint`] what in a document degrades a client, [`page`] what a document
//! contains, and [`actions`] which actions of an overlay it still needs.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod actions;
pub mod diff;
pub mod lint;
pub mod page;
