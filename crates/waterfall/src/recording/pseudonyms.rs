//! [`Pseudonyms`]: stable replacements for words, numbers and IDs.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The length of a key, in bytes.
pub(super) const KEY_BYTES: usize = 32;

const CONSONANTS: &[u8] = b"bcdfghjklmnprstvwz";
const VOWELS: &[u8] = b"aeiou";

/// Letters of non-ASCII scripts: the first code point of a block, its size, and the range of
/// letters that replace those of the block.
const SCRIPTS: &[(u32, u32, u32, u32)] = &[
    (0x00C0, 0x0190, 0x00E0, 23),   // Latin with diacritics
    (0x0370, 0x0090, 0x03B1, 17),   // Greek
    (0x0400, 0x0130, 0x0430, 32),   // Cyrillic
    (0x0530, 0x0060, 0x0561, 38),   // Armenian
    (0x0590, 0x0070, 0x05D0, 26),   // Hebrew
    (0x0600, 0x0100, 0x0628, 19),   // Arabic
    (0x0900, 0x0080, 0x0915, 37),   // Devanagari
    (0x0E00, 0x0080, 0x0E01, 46),   // Thai
    (0x3040, 0x0060, 0x304B, 56),   // Hiragana
    (0x30A0, 0x0060, 0x30AB, 56),   // Katakana
    (0xAC00, 0x2BA4, 0xAC00, 5000), // Hangul
];

/// The source of letters for other scripts: common Chinese characters.
const OTHER: (u32, u32) = (0x4E00, 20_000);

/// Computes pseudonyms by a keyed hash (SHA-256 over the key and the value). Without the key, a value
/// can't be guessed and compared.
#[derive(Clone)]
pub(super) struct Pseudonyms([u8; KEY_BYTES]);

impl Pseudonyms {
    pub(super) fn new(key: [u8; KEY_BYTES]) -> Self {
        Self(key)
    }

    /// Returns a key from the system's random number generator.
    pub(super) fn random_key() -> [u8; KEY_BYTES] {
        let mut hash = Sha256::new();
        for _ in 0..3 {
            hash.update(Uuid::new_v4().as_bytes());
        }
        hash.finalize().into()
    }

    /// Returns an identifier of the key that does not disclose it.
    pub(super) fn key_id(&self) -> String {
        self.hash("key", "")[..4].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns letters of the same number and case. A value and its spelling in another case have
    /// the same pseudonym.
    pub(super) fn word(&self, word: &str) -> String {
        let lower = word.to_lowercase();
        let made = (0_u32..).map(|round| self.letters(&format!("{round} {lower}"), word));
        let mut made = made.take(8);
        let first = made.next().unwrap_or_default();
        match first.to_lowercase() == lower {
            true => made.find(|other| other.to_lowercase() != lower).unwrap_or(first),
            false => first,
        }
    }

    fn letters(&self, seed: &str, shape: &str) -> String {
        let mut bytes = self.stream("word", seed);
        let starts_with_vowel = bytes.next().is_some_and(|byte| byte % 4 == 0);
        let letters = shape.chars().zip(&mut bytes).enumerate();
        letters
            .map(|(at, (model, byte))| letter(model, byte, (at % 2 == 0) != starts_with_vowel))
            .collect()
    }

    /// Returns the same number of digits. The first one remains zero or nonzero.
    pub(super) fn digits(&self, digits: &str) -> String {
        let bytes = self.stream("digits", digits);
        let made =
            digits.bytes().zip(bytes).enumerate().map(|(at, (digit, byte))| match (at, digit) {
                (0, b'0') => '0',
                // Below 9, so that the pseudonym of a 64-bit number fits in 64 bits.
                (0, _) => char::from(b'1' + byte % 8),
                _ => char::from(b'0' + byte % 10),
            });
        let made: String = made.collect();
        match made == digits && !made.starts_with('0') {
            // Another first digit, from 1 to 8.
            true => {
                let first = digits.bytes().next().unwrap_or(b'1');
                let other = if first >= b'8' { b'1' } else { first + 1 };
                char::from(other).to_string() + &made[1..]
            }
            false => made,
        }
    }

    /// Returns a UUID of the same version and variant.
    pub(super) fn uuid(&self, uuid: Uuid) -> Uuid {
        if uuid.is_nil() {
            return uuid;
        }
        let hash = self.hash("uuid", &uuid.to_string());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        bytes[6] = (uuid.as_bytes()[6] & 0xF0) | (bytes[6] & 0x0F);
        bytes[8] = (uuid.as_bytes()[8] & 0xC0) | (bytes[8] & 0x3F);
        Uuid::from_bytes(bytes)
    }

    /// Returns a public IPv4 address.
    pub(super) fn ipv4(&self, address: std::net::Ipv4Addr) -> std::net::Ipv4Addr {
        let hash = self.hash("ipv4", &address.to_string());
        // From 11.0.0.0 to 99.255.255.255, all addresses are public.
        let [first, second, third, last] = [hash[0], hash[1], hash[2], hash[3]];
        std::net::Ipv4Addr::new(11 + first % 89, second, third, 1 + last % 254)
    }

    /// Returns a public IPv6 address, of 2000::/4.
    pub(super) fn ipv6(&self, address: std::net::Ipv6Addr) -> std::net::Ipv6Addr {
        let hash = self.hash("ipv6", &address.to_string());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        bytes[..2].copy_from_slice(&[0x2A, 0x01]);
        bytes.into()
    }

    fn hash(&self, purpose: &str, value: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(purpose.as_bytes());
        hash.update([0]);
        hash.update(value.as_bytes());
        hash.finalize().into()
    }

    /// Returns enough bytes for a long value.
    fn stream(&self, purpose: &'static str, value: &str) -> impl Iterator<Item = u8> + use<> {
        let (this, value) = (self.clone(), value.to_owned());
        (0_u32..).flat_map(move |block| this.hash(purpose, &format!("{block}:{value}")))
    }
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms([redacted])")
    }
}

/// Returns the pseudonym of a letter, in the same script and case.
fn letter(model: char, byte: u8, is_consonant: bool) -> char {
    if model.is_ascii() {
        let letters = if is_consonant { CONSONANTS } else { VOWELS };
        let letter = char::from(letters[usize::from(byte) % letters.len()]);
        return if model.is_ascii_uppercase() { letter.to_ascii_uppercase() } else { letter };
    }
    let code = u32::from(model);
    let script = SCRIPTS.iter().find(|(first, size, ..)| (*first..first + size).contains(&code));
    let (first, count) = script.map_or(OTHER, |(_, _, letters, count)| (*letters, *count));
    let spread = u32::from(byte) * 7 % count;
    let made = char::from_u32(first + spread).unwrap_or('x');
    match (model.is_uppercase(), made.to_uppercase().next()) {
        (true, Some(upper)) => upper,
        _ => made,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new([7; KEY_BYTES])
    }

    #[test]
    fn a_pseudonym_has_the_shape_of_its_value_and_is_stable() {
        let pseudonyms = pseudonyms();
        for word in ["Jane", "jane", "JANE", "Müller", "Łukasz", "Иванов", "山田", "김", "a", "I"]
        {
            let other = pseudonyms.word(word);
            assert_ne!(other, word);
            assert_eq!(other.chars().count(), word.chars().count(), "{word} {other}");
            for (one, two) in word.chars().zip(other.chars()) {
                assert_eq!(one.is_uppercase(), two.is_uppercase(), "{word} {other}");
                assert_eq!(one.is_ascii(), two.is_ascii(), "{word} {other}");
                assert!(two.is_alphabetic(), "{word} {other}");
            }
            assert_eq!(pseudonyms.word(word), other);
        }
        assert_eq!(pseudonyms.word("Jane").to_lowercase(), pseudonyms.word("jane"));
        assert_ne!(Pseudonyms::new([8; KEY_BYTES]).word("Jane"), pseudonyms.word("Jane"));
    }

    #[test]
    fn numbers_keep_their_length() {
        for digits in
            ["7", "0", "007", "33639980001", "9223372036854775807", "18446744073709551615"]
        {
            let other = pseudonyms().digits(digits);
            assert_eq!(
                (other.len(), other.starts_with('0')),
                (digits.len(), digits.starts_with('0'))
            );
            assert!(digits.starts_with('0') || other != digits);
        }
        for number in 0..1000 {
            let digits = (1_000_000 + number).to_string();
            assert_ne!(pseudonyms().digits(&digits), digits);
        }
    }

    #[test]
    fn ip_addresses_are_public_hosts() {
        let pseudonyms = pseudonyms();
        let hosts: Vec<u32> = (0..300).map(|number| 0x0A00_0000 + number).collect();
        let others: BTreeSet<_> =
            hosts.iter().map(|host| pseudonyms.ipv4((*host).into())).collect();
        assert!(others.len() > 290);
        for other in &others {
            let [first, .., last] = other.octets();
            assert!((11..100).contains(&first) && (1..255).contains(&last), "{other}");
        }
        let v6 = pseudonyms.ipv6("fd00::1".parse().unwrap());
        assert_eq!(v6.segments()[0], 0x2A01);
        assert_ne!(v6, pseudonyms.ipv6("fd00::2".parse().unwrap()));
    }

    #[test]
    fn a_uuid_keeps_its_version() {
        let uuid: Uuid = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap();
        let other = pseudonyms().uuid(uuid);
        assert_ne!(other, uuid);
        assert_eq!((other.get_version_num(), other.get_variant()), (4, uuid.get_variant()));
        assert!(pseudonyms().uuid(Uuid::nil()).is_nil());
    }
}
