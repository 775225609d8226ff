//! [`RotatingKey`]: the API key of clients, which can be replaced while they are at work.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use reqwest::header::HeaderValue;

use crate::Error;

/// Keys that were replaced and may still be in answers to requests under way.
const REMEMBERED: usize = 8;

/// An API key that can be replaced without building clients again:
/// [`ClientBuilder::rotating_key`](crate::ClientBuilder::rotating_key).
///
/// Clones hold the same key. A request has the key that is held when it leaves; jobs, batches and
/// retries under way go on with the new one. Keys of one account read the same jobs. The
/// [`RateLimiter`](crate::RateLimiter) stays as it is, and with it what it counts and a 429's pause, although
/// the new key may have a budget of its own.
///
/// Neither this nor a client, an error or a log shows a key. Keys are removed from what
/// errors quote of answers, the replaced ones too.
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
/// // Later, in whatever learns of new keys:
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
    /// Holds this key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): the key is empty, in quotes, not ASCII,
    /// or holds white space, a byte order mark, or what a header can't carry.
    pub fn new(key: &str) -> Result<Self, Error> {
        let keys = Keys { current: checked(key)?, replaced: Vec::new() };
        Ok(Self(Arc::new(RwLock::new(keys))))
    }

    /// Replaces the key for all requests that leave from now on.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new). The key before stays in use then.
    pub fn replace(&self, key: &str) -> Result<(), Error> {
        let new = checked(key)?;
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if keys.current == new {
            return Ok(());
        }
        let old = std::mem::replace(&mut keys.current, new);
        keys.replaced.insert(0, old);
        keys.replaced.truncate(REMEMBERED);
        Ok(())
    }

    /// The key for a request that leaves now.
    pub(crate) fn current(&self) -> HeaderValue {
        self.0.read().unwrap_or_else(PoisonError::into_inner).current.clone()
    }

    /// All that an answer may repeat, the longest first: one may contain another.
    pub(crate) fn all(&self) -> Vec<HeaderValue> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut all = keys.replaced.clone();
        all.push(keys.current.clone());
        all.sort_by_key(|key| std::cmp::Reverse(key.len()));
        all
    }
}

/// A key that no `Debug` shows.
fn checked(key: &str) -> Result<HeaderValue, Error> {
    if let Some(problem) = problem(key) {
        return Err(Error::config(format!("the API key {problem}")));
    }
    let mut value = HeaderValue::from_str(key)
        .map_err(|_| Error::config("the API key holds characters that a header can't carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What is wrong with a key, which is not shown. White space around it is not cut off: what
/// added it may have changed more.
fn problem(key: &str) -> Option<&'static str> {
    let quotes = ['"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];
    if key.is_empty() {
        Some("is empty")
    } else if key.contains('\u{feff}') {
        Some("holds a byte order mark: save its file as UTF-8 without one")
    } else if key.trim() != key {
        Some("has white space around it, perhaps the end of a line: remove it")
    } else if key.starts_with(quotes) || key.ends_with(quotes) {
        Some("is in quotes: give it without them")
    } else if key.contains(char::is_whitespace) {
        Some("holds white space: give one key, on one line")
    } else if !key.is_ascii() {
        Some("holds characters that are not ASCII, perhaps invisible ones: copy it again")
    } else {
        None
    }
}

impl fmt::Debug for RotatingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RotatingKey([redacted])")
    }
}
