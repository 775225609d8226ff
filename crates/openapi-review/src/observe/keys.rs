//! Distinguishes names of fields from names that are data.

/// The maximum length of a field name.
const LONGEST: usize = 64;
/// The number of consecutive digits that a field name does not reach.
const DIGITS: usize = 4;

/// Returns whether a name looks like a value, such as an ID, an address or a date. Only names that
/// could be identifiers in programs are field names.
pub(super) fn is_data(name: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    !name.starts_with(starts)
        || name.len() > LONGEST
        || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-'))
        || longest_number(name) >= DIGITS
        || is_random(name)
}

fn longest_number(name: &str) -> usize {
    name.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default()
}

/// Returns whether a text consists of hexadecimal digits with letters and digits mixed, as in
/// hashes and short IDs.
fn is_random(name: &str) -> bool {
    let letters: Vec<u8> = name.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let digits = letters.iter().filter(|byte| byte.is_ascii_digit()).count();
    letters.len() >= 8 && digits >= 3 && letters.iter().all(u8::is_ascii_hexdigit)
}

/// The minimum average count of each name of an object if the names are fields.
const PRESENCE: f64 = 0.34;
/// The minimum number of names for a decision.
const FEWEST: usize = 3;

/// Returns whether the names in a group of objects are data, judging by their number: there are
/// several, and most objects lack most of them.
pub(super) fn are_data(objects: u64, counts: impl Iterator<Item = u64> + Clone) -> bool {
    let names = counts.clone().count();
    let seen: u64 = counts.sum();
    names >= FEWEST && (seen as f64) < PRESENCE * objects as f64 * names as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_addresses_and_phrases_are_data() {
        for name in [
            "jane.doe@acme.com",
            "7d44db58-5de3-4e92-a2fb-8325d12c2e8b",
            "Jane Doe",
            "2026",
            "acme.com",
            "deadbeef1234",
            "a1b2c3d4e5",
            "user_12345",
            "+4930123",
            "",
            "é",
        ] {
            assert!(is_data(name), "{name}");
        }
        for name in
            ["email", "is_current", "linkedinUrl", "x-rate-limit", "$ref", "phone_2", "utf8"]
        {
            assert!(!is_data(name), "{name}");
        }
    }

    #[test]
    fn many_names_that_are_rarely_there_are_data() {
        assert!(are_data(100, [1, 2, 1, 3].into_iter()));
        assert!(are_data(3, [1, 1, 1].into_iter()));
        assert!(!are_data(100, [100, 2, 1, 50].into_iter()));
        assert!(!are_data(100, [1, 1].into_iter()));
    }
}
