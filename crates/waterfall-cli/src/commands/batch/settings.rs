//! [`Settings`]: the settings of the input and the output that the journal stores.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::kind::RowOptions;
use crate::table::{Format, Mapping};

/// All settings that `export` needs, so that it works without the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) format: Format,
    pub(super) mapping: Mapping,
    #[serde(flatten)]
    pub(super) options: RowOptions,
    pub(super) output: PathBuf,
    pub(super) fields: Vec<String>,
    /// The API from which the results are.
    pub(super) target: String,
}

impl Settings {
    pub(super) fn to_json(&self) -> String {
        // Serializing strings, numbers and maps with names can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
