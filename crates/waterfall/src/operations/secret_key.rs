//! [`SecretKey`]: an API key whose text is hidden.

use std::fmt;

/// The number of trailing characters that identify a key.
const SHOWN: usize = 4;

/// An API key. `Debug` and `Display` show its last four characters only; [`expose`](Self::expose)
/// returns the text.
///
/// ```
/// use waterfall::SecretKey;
///
/// let key = SecretKey::new("7d44db58-5de3-4e92-a2fb-8325d12c2e8b");
/// assert_eq!(key.to_string(), "…2e8b");
/// assert_eq!(key.expose(), "7d44db58-5de3-4e92-a2fb-8325d12c2e8b");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretKey(String);

impl SecretKey {
    /// Creates a key from its text.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// Returns the text of the key. Don't log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.chars().count();
        // Most of a short key would be visible.
        let shown = if length >= 4 * SHOWN { SHOWN } else { 0 };
        f.write_str("…")?;
        self.0.chars().skip(length - shown).try_for_each(|letter| write!(f, "{letter}"))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_its_end_only() {
        for (key, shown) in [("sesame-sesame-0123", "…0123"), ("sesame", "…"), ("", "…")] {
            assert_eq!(SecretKey::new(key).to_string(), shown);
            assert_eq!(format!("{:?}", SecretKey::new(key)), format!("SecretKey({shown})"));
        }
    }
}
