//! [`Pseudonymizer`]: replaces personal values outside of a recording.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::personal::Redactor;
use super::private_file;
use super::pseudonyms::{KEY_BYTES, Pseudonyms};

/// Replaces personal values by pseudonyms of the same form.
///
/// An e-mail address is replaced by an e-mail address, and likewise a LinkedIn URL, a phone number,
/// a name or a UUID. Texts are replaced word by word: `Jane` has the same pseudonym in a name, an
/// e-mail address and a profile's URL. Dates, counters, prices, and values of small sets, such as
/// the state of a job, are kept. A value that the API's description does not list is replaced as a
/// text.
///
/// The pseudonyms are a keyed hash (SHA-256) of the values. Nobody can check a guess without the
/// key; anyone can with it. Pseudonyms keep the lengths of words, so this is not anonymization.
///
/// ```
/// use waterfall::recording::Pseudonymizer;
///
/// let pseudonyms = Pseudonymizer::new();
/// let email = pseudonyms.text("jane.doe@acme.com");
/// assert!(email.ends_with(".com") && !email.contains("jane"));
/// assert_eq!(pseudonyms.text("Jane").to_lowercase(), email.split('.').next().unwrap());
/// ```
#[derive(Clone)]
pub struct Pseudonymizer {
    pub(super) pseudonyms: Pseudonyms,
}

impl Pseudonymizer {
    /// Creates a pseudonymizer with a random key that is kept only in memory, so that nobody can
    /// compute the pseudonyms again.
    pub fn new() -> Self {
        Self { pseudonyms: Pseudonyms::new(Pseudonyms::random_key()) }
    }

    /// Creates a pseudonymizer with the key in a file, which is created if it does not exist: 64
    /// hexadecimal digits, readable by the user only. Anyone who has the file can check guesses of
    /// the values.
    ///
    /// # Errors
    ///
    /// The file can't be read or created, or it does not contain a valid key.
    pub fn with_key_file(file: impl AsRef<Path>) -> io::Result<Self> {
        let file = file.as_ref();
        let key = match fs::read_to_string(file) {
            Ok(text) => parse(&text).ok_or_else(|| {
                io::Error::new(ErrorKind::InvalidData, "it does not contain 64 hexadecimal digits")
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let key = Pseudonyms::random_key();
                let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
                private_file::create(file)?.write_all(format!("{text}\n").as_bytes())?;
                key
            }
            Err(error) => return Err(error),
        };
        Ok(Self { pseudonyms: Pseudonyms::new(key) })
    }

    /// Returns the pseudonym of a text.
    pub fn text(&self, text: &str) -> String {
        self.redactor().value("", text)
    }

    /// Returns the body of a request or a response with pseudonyms. If it is JSON, its structure,
    /// the types of its values and its formatting are kept; otherwise it is replaced as a text.
    pub fn body(&self, body: &str) -> String {
        self.redactor().body(body)
    }

    fn redactor(&self) -> Redactor<'_> {
        Redactor { pseudonyms: &self.pseudonyms, keys: &[] }
    }
}

impl Default for Pseudonymizer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Pseudonymizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonymizer([redacted])")
    }
}

fn parse(text: &str) -> Option<[u8; KEY_BYTES]> {
    let text = text.trim();
    if text.len() != 2 * KEY_BYTES || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; KEY_BYTES];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(key)
}
