//! Settings from the environment, except those for proxies and certificates.

use std::env::{self, VarError};

use crate::error::Error;

/// The variable with the API key.
pub(crate) const API_KEY: &str = "WATERFALL_API_KEY";

/// The variable with the base URL.
pub(crate) const BASE_URL: &str = "WATERFALL_BASE_URL";

/// Returns the value of a variable. An empty value counts as not set.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Error> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::config(format!("{name} is not UTF-8"))),
    }
}
