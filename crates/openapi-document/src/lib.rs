//! OpenAPI documents in memory.
//!
//! [`load`] reads YAML or JSON and keeps the source position of every node. [`bundle`] adds the
//! files that a document refers to, [`overlay`] applies an OpenAPI Overlay, [`base_uri`] makes
//! references within schemas with an `$id` local, and [`version`] rejects other formats than
//! OpenAPI 3. [`node_kind`] determines the kind of each node; [`references`],
//! [`reach`] and [`schemas`] navigate the document; and [`views`] provides typed access to nodes.
//! [`canonical`] writes a document so that its diffs are small, and [`render`] prints a
//! [`diagnostic`] with the source line.
#![allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "tools that are released together build and match each other's types"
)]

pub mod base_uri;
pub mod bundle;
pub mod canonical;
pub mod diagnostic;
pub mod document;
pub mod examples;
pub mod load;
pub mod methods;
pub mod node_kind;
pub mod overlay;
pub mod pointer;
pub mod reach;
pub mod references;
pub mod render;
pub mod schemas;
pub mod version;
pub mod views;
pub mod yaml;
