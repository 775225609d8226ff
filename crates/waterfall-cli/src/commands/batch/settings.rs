//! [`Settings`]: what the journal keeps about the input and the output of a batch.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::table::{Format, Mapping};

/// The fields of the person in the output, unless `--fields` is given.
pub(super) const DEFAULT_FIELDS: [&str; 10] = [
    "first_name",
    "last_name",
    "title",
    "company_name",
    "company_domain",
    "professional_email",
    "email_verified",
    "mobile_phone",
    "linkedin_url",
    "location",
];

/// All that `export` needs, so that it works without the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) format: Format,
    pub(super) mapping: Mapping,
    pub(super) include_phones: bool,
    pub(super) output: PathBuf,
    pub(super) fields: Vec<String>,
    /// Which API the results are from.
    pub(super) target: String,
}

impl Settings {
    pub(super) fn to_json(&self) -> String {
        // Serializing strings, numbers and maps with names can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
