//! Code that the tests of several crates share.

pub mod outside;
mod registry;
#[path = "../../xtask/src/repo.rs"]
pub mod repo;
pub mod unions;

/// The clients of documents with one quirk each, and of a document with many.
#[rustfmt::skip]
#[allow(missing_docs, unreachable_patterns, clippy::all)]
#[allow(clippy::exhaustive_enums, clippy::exhaustive_structs, reason = "generated code")]
pub mod fixtures;

use std::path::PathBuf;

use openapi_client_codegen::project;
use openapi_document::document::Document;
use serde::de::DeserializeOwned;

/// Returns the top folder of the repository.
pub fn top() -> PathBuf {
    repo::built_in().to_owned()
}

/// Returns the API description with its corrections.
pub fn description() -> Document {
    project::description(&top(), &repo::config())
        .unwrap_or_else(|diagnostic| panic!("{diagnostic}"))
}

/// Returns the name of the variant to which a text decodes.
///
/// # Panics
///
/// If the text does not decode.
pub fn variant<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    let value: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    format!("{value:?}").split('(').next().unwrap_or_default().to_owned()
}

/// Formats a decoded value for a snapshot without absent fields, so that an additional field in the
/// description changes no snapshot.
pub fn shown(value: &impl std::fmt::Debug) -> String {
    let is_there = |line: &&str| !line.ends_with(": Absent,") && !line.ends_with("extra: {},");
    format!("{value:#?}").lines().filter(is_there).map(|line| format!("{line}\n")).collect()
}
