//! [`RotatingKey`]: the API key of clients, which can be replaced while they are in use.

use std::fmt;
use std::sync::Arc;

use parking_lot::RwLock;
use reqwest::header::{HeaderName, HeaderValue};

use crate::error::Error;

/// The header that carries the key.
pub(crate) const API_KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// The number of replaced keys that may still appear in responses to requests in flight.
const REMEMBERED: usize = 8;

/// An API key that can be replaced without rebuilding clients:
/// [`ClientBuilder::rotating_key`](crate::ClientBuilder::rotating_key).
///
/// Clones share the key. A request uses the key that is current when it is sent; jobs, batches and
/// retries in progress continue with the new key. All keys of an account can read the same jobs.
/// The [`RateLimiter`](crate::RateLimiter) keeps its counts and the pause of a 429, although the
/// new key may have its own limit.
///
/// Neither this type nor a client, an error or a log shows a key. Keys, including replaced ones,
/// are removed from the parts of responses that errors quote.
///
/// ```
/// use waterfall::{Client, RotatingKey};
///
/// # fn fetched_from_a_vault() -> &'static str { "wf_4567" }
/// # fn main() -> Result<(), waterfall::Error> {
/// let key = RotatingKey::new("wf_0123")?;
/// let client = Client::builder()
///     .rotating_key(key.clone())
///     .base_url("http://127.0.0.1:8080")
///     .build()?;
///
/// // Later, when the key is rotated:
/// key.replace(fetched_from_a_vault())?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[doc(alias = "key provider")]
#[doc(alias = "credentials")]
pub struct RotatingKey(Arc<RwLock<Keys>>);

struct Keys {
    current: HeaderValue,
    replaced: Vec<HeaderValue>,
}

impl RotatingKey {
    /// Creates a key that can be replaced later.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): the key is empty, in quotes, not ASCII,
    /// or contains white space, a byte order mark, or characters that are not allowed in a header.
    pub fn new(key: &str) -> Result<Self, Error> {
        let keys = Keys { current: checked(key)?, replaced: Vec::new() };
        Ok(Self(Arc::new(RwLock::new(keys))))
    }

    /// Replaces the key for all requests that are sent from now on.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new). The previous key then remains in use.
    pub fn replace(&self, key: &str) -> Result<(), Error> {
        let new = checked(key)?;
        let mut keys = self.0.write();
        if keys.current == new {
            return Ok(());
        }
        let old = std::mem::replace(&mut keys.current, new);
        keys.replaced.insert(0, old);
        keys.replaced.truncate(REMEMBERED);
        Ok(())
    }

    /// Returns the key for a request that is sent now.
    pub(crate) fn current(&self) -> HeaderValue {
        self.0.read().current.clone()
    }

    /// Returns all keys that a response may repeat, the longest first: one may contain another.
    pub(crate) fn all(&self) -> Vec<HeaderValue> {
        let keys = self.0.read();
        let mut all = keys.replaced.clone();
        all.push(keys.current.clone());
        all.sort_by_key(|key| std::cmp::Reverse(key.len()));
        all
    }
}

/// Returns the value of the header, marked as sensitive.
fn checked(key: &str) -> Result<HeaderValue, Error> {
    if let Some(problem) = problem(key) {
        return Err(Error::config(format!("the API key {problem}")));
    }
    let mut value = HeaderValue::from_str(key).map_err(|_| {
        Error::config("the API key contains characters that are not allowed in a header")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Returns the problem of a key, without the key. White space around it is not removed: its cause
/// may have changed more of the key.
fn problem(key: &str) -> Option<&'static str> {
    let quotes = ['"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];
    if key.is_empty() {
        Some("is empty")
    } else if key.contains('\u{feff}') {
        Some("contains a byte order mark: save its file as UTF-8 without one")
    } else if key.trim() != key {
        Some("is surrounded by white space, such as a line break: remove it")
    } else if key.starts_with(quotes) || key.ends_with(quotes) {
        Some("is in quotes: remove them")
    } else if key.contains(char::is_whitespace) {
        Some("contains white space: give one key, on one line")
    } else if !key.is_ascii() {
        Some("contains characters that are not ASCII, perhaps invisible ones: copy it again")
    } else {
        None
    }
}

impl fmt::Debug for RotatingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RotatingKey([redacted])")
    }
}
