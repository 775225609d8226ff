//! [`KeysUnavailable`]: the key set could not be fetched.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use waterfall_api::TransportError;

use crate::error::NotConnected;

/// The keys for verifying deliveries are not available at present.
///
/// `Display` reports where they were requested and what went wrong.
#[derive(Debug, Clone)]
pub struct KeysUnavailable {
    pub(super) host: Arc<str>,
    pub(super) problem: String,
    pub(super) source: Option<Arc<TransportError>>,
}

impl fmt::Display for KeysUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, problem, .. } = self;
        write!(f, "webhook delivery not verified: no keys from {host}: {problem}")?;
        let mut cause = self.source();
        while let Some(deeper) = cause.and_then(StdError::source) {
            cause = Some(deeper);
        }
        let explained = self.source.as_deref().and_then(NotConnected::cause_of).is_some();
        if let Some(cause) = cause.filter(|_| !explained) {
            write!(f, " ({cause})")?;
        }
        f.write_str("; respond with 503 so that the sender may retry")
    }
}

impl StdError for KeysUnavailable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref()?.source()
    }
}

#[cfg(test)]
impl KeysUnavailable {
    pub(super) fn for_test() -> Self {
        Self { host: "a.b".into(), problem: "down".to_owned(), source: None }
    }
}
