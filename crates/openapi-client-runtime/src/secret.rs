//! [`Secret`]: text that must not appear in logs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text that the API description marks as secret by `format: password`.
///
/// `Debug` hides the text, and there is no `Display`. Serialization writes the text.
///
/// ```
/// use openapi_client_runtime::Secret;
///
/// let key = Secret::new("sesame");
/// assert_eq!(format!("{key:?}"), "Secret(…)");
/// assert_eq!(key.expose(), "sesame");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(Box<str>);

impl Secret {
    /// Creates a secret.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// Returns the text. Don't log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
