//! [`KindWord`]: the word of a kind in an ID.

use uuid::Uuid;

/// The maximum length of a word.
const MAX: usize = 47;

/// The word of a kind: lower-case letters, digits and hyphens. It is stored in place, so that IDs are
/// `Copy`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct KindWord {
    length: u8,
    bytes: [u8; MAX],
}

impl KindWord {
    pub(super) const CONTACT: Self = Self::of_name("contact");
    #[cfg(feature = "webhook")]
    pub(super) const UNKNOWN: Self = Self::of_name("unknown");

    /// Returns the word of a kind. A kind whose name is too long does not compile.
    pub(super) fn of<K: waterfall_api::JobKind<Id = Uuid>>() -> Self {
        const { Self::of_name(K::NAME) }
    }

    const fn of_name(name: &str) -> Self {
        const SUFFIX: &[u8] = b"_enrichment";

        let name = name.as_bytes();
        let mut length = name.len();
        if length > SUFFIX.len() {
            let (stem, end) = name.split_at(length - SUFFIX.len());
            let mut index = 0;
            while index < SUFFIX.len() && end[index] == SUFFIX[index] {
                index += 1;
            }
            if index == SUFFIX.len() {
                length = stem.len();
            }
        }
        assert!(length <= MAX, "the name of the kind is too long");
        let mut bytes = [0; MAX];
        let mut index = 0;
        while index < length {
            bytes[index] = if name[index] == b'_' { b'-' } else { name[index] };
            index += 1;
        }
        Self { length: length as u8, bytes }
    }

    /// Returns the word if the text is a valid one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let is_word = text.len() <= MAX
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(is_allowed);
        is_word.then(|| Self::of_name(text))
    }

    pub(super) fn as_str(&self) -> &str {
        // The bytes are always ASCII.
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}
