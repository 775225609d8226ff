//! Creates the pseudonyms of texts, which keep their form: that of an e-mail address, a LinkedIn
//! URL, and so on.
//!
//! A text is replaced word by word, so that `Jane` has the same pseudonym in a name, an e-mail
//! address and a profile's URL.

use std::net::{Ipv4Addr, Ipv6Addr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use uuid::Uuid;

use super::pseudonyms::Pseudonyms;

/// Sites whose names in URLs reveal nothing about a person.
const SITES: &[&str] = &[
    "linkedin.com",
    "crunchbase.com",
    "facebook.com",
    "github.com",
    "instagram.com",
    "twitter.com",
    "x.com",
    "youtube.com",
    "xing.com",
    "angel.co",
];

/// The parts of their paths that name a kind of page.
const PAGES: &[&str] =
    &["in", "pub", "company", "school", "showcase", "organization", "person", "about", "sales"];

/// Suffixes of domains that are kept. Other suffixes of two letters are kept where the text is
/// certainly a domain.
const TOP_LEVEL: &[&str] = &[
    "com",
    "org",
    "net",
    "edu",
    "gov",
    "info",
    "biz",
    "dev",
    "app",
    "example",
    "test",
    "localhost",
];
const TOP_LEVEL_OF_TWO: &[&str] = &["io", "ai", "co"];
const SECOND_LEVEL: &[&str] = &["co", "com", "org", "net", "ac", "gov", "edu"];

/// Words that are kept: operators of title filters, and JSON literals.
const WORDS: &[&str] = &["AND", "OR", "NOT", "true", "false", "null"];

/// Characters that surround a word in a sentence.
const PUNCTUATION: &[char] =
    &['"', '\'', '`', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';', ':', '!', '?', '.'];

/// Characters that a URL's path and query may contain unencoded.
const URL_PART: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@').remove(b'+');

/// The minimum number of digits of a phone number.
const MIN_PHONE_DIGITS: usize = 7;
/// The number of leading digits of an international phone number that are kept: about the country
/// code.
const COUNTRY_CODE: usize = 2;

const UUID_LENGTH: usize = 36;

impl Pseudonyms {
    /// Returns the pseudonym of any text. Dates and words that reveal nothing about a person are
    /// kept. `is_address` states whether a text that looks like a domain or a URL certainly is one.
    pub(super) fn text(&self, text: &str, is_address: bool) -> String {
        if is_date(text) || is_price(text) {
            return text.to_owned();
        }
        if let Some(phone) = self.phone(text) {
            return phone;
        }
        text.split_inclusive(char::is_whitespace)
            .map(|part| {
                let word = part.trim_end_matches(char::is_whitespace);
                self.part(word, is_address) + &part[word.len()..]
            })
            .collect()
    }

    /// Replaces a part of a text without white space, and keeps the punctuation around it.
    fn part(&self, part: &str, is_address: bool) -> String {
        let start = part.len() - part.trim_start_matches(PUNCTUATION).len();
        let end = part.trim_end_matches(PUNCTUATION).len().max(start);
        let (before, word, after) = (&part[..start], &part[start..end], &part[end..]);
        format!("{before}{}{after}", self.shaped(word, is_address))
    }

    fn shaped(&self, word: &str, is_address: bool) -> String {
        if WORDS.contains(&word) || is_date(word) {
            return word.to_owned();
        }
        if let Ok(address) = word.parse::<Ipv4Addr>() {
            return self.ipv4(address).to_string();
        }
        if let Some(address) = word.parse::<Ipv6Addr>().ok().filter(|_| word.contains(':')) {
            return self.ipv6(address).to_string();
        }
        if let Some((scheme, rest)) = word.split_once("://")
            && scheme.chars().all(|c| c.is_ascii_alphanumeric())
        {
            return format!("{scheme}://{}", self.url(rest));
        }
        if let Some((name, host)) = word.rsplit_once('@')
            && !name.is_empty()
            && host.contains('.')
            && !host.contains('/')
        {
            return format!("{}@{}", self.tokens(name), self.host(host, true));
        }
        let host = word.split(['/', '?', '#']).next().unwrap_or_default();
        if site(host).is_some() || (host.len() < word.len() && is_host(host, is_address)) {
            return self.url(word);
        }
        if is_host(word, is_address) {
            return self.host(word, is_address);
        }
        self.tokens(word)
    }

    /// A URL without its scheme.
    fn url(&self, url: &str) -> String {
        let end = url.find(['/', '?', '#']).unwrap_or(url.len());
        let (authority, rest) = url.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (format!("{}@", self.tokens(user)), host),
            None => (String::new(), authority),
        };
        let (host, port) = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (name, &host[name.len()..])
            }
            _ => (host, ""),
        };
        let is_site = site(host).is_some();
        let host = match host.parse::<Ipv4Addr>() {
            Ok(address) if address.is_loopback() => host.to_owned(),
            Ok(address) => self.ipv4(address).to_string(),
            Err(_) if is_site => host.to_owned(),
            Err(_) => self.host(host, true),
        };
        let mut made = format!("{user}{host}{port}");
        let mut separator = None;
        for part in rest.split_inclusive(['/', '?', '#', '&', '=']) {
            let name = part.trim_end_matches(['/', '?', '#', '&', '=']);
            let stays = is_site && separator == Some('/') && PAGES.contains(&name);
            made += &if stays { name.to_owned() } else { self.encoded(name) };
            made += &part[name.len()..];
            separator = part.chars().next_back();
        }
        made
    }

    /// A part of a URL, which may be percent-encoded.
    fn encoded(&self, part: &str) -> String {
        if !part.contains('%') {
            return self.tokens(part);
        }
        let decoded = percent_decode_str(part).decode_utf8_lossy();
        utf8_percent_encode(&self.tokens(&decoded), URL_PART).to_string()
    }

    /// Replaces a domain and keeps its suffix.
    fn host(&self, host: &str, is_certain: bool) -> String {
        let labels: Vec<&str> = host.split('.').collect();
        let last = labels.len().saturating_sub(1);
        let is_ending = |at: usize| match last - at {
            0 => is_top_level(labels[at], is_certain),
            1 => {
                last >= 2
                    && is_top_level(labels[last], is_certain)
                    && labels[last].len() == 2
                    && SECOND_LEVEL.contains(&labels[at].to_ascii_lowercase().as_str())
            }
            _ => false,
        };
        let label = |(at, label): (usize, &&str)| match *label {
            "www" | "localhost" => (*label).to_owned(),
            _ if is_ending(at) => (*label).to_owned(),
            // A pseudonym is not in Punycode.
            _ => self.tokens(label.strip_prefix("xn--").unwrap_or(label)),
        };
        labels.iter().enumerate().map(label).collect::<Vec<_>>().join(".")
    }

    /// Returns the pseudonym of a phone number, if the text is one. All spellings of a number have
    /// the same pseudonym.
    fn phone(&self, text: &str) -> Option<String> {
        let is_part =
            |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/');
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() < MIN_PHONE_DIGITS
            || !text.chars().all(is_part)
            || text.parse::<f64>().is_ok_and(|_| text.contains('.'))
        {
            return None;
        }
        if text.parse::<Ipv4Addr>().is_ok() {
            return None;
        }
        let kept = if text.trim_start().starts_with('+') { COUNTRY_CODE } else { 0 };
        let made = digits[..kept].to_owned() + &self.digits(&digits[kept..]);
        let mut made = made.chars();
        Some(
            text.chars()
                .map(|c| if c.is_ascii_digit() { made.next().unwrap_or(c) } else { c })
                .collect(),
        )
    }

    /// Replaces UUIDs, runs of letters and runs of digits. Everything else is kept.
    pub(super) fn tokens(&self, text: &str) -> String {
        let mut made = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let uuid = rest.get(..UUID_LENGTH).and_then(|start| Uuid::try_parse(start).ok());
            let length = if let Some(uuid) = uuid {
                made += &self.spelled_uuid(&rest[..UUID_LENGTH], uuid);
                UUID_LENGTH
            } else if first.is_ascii_digit() {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                made += &self.digits(&rest[..end]);
                end
            } else if first.is_alphabetic() {
                let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                made += &self.word(&rest[..end]);
                end
            } else {
                made.push(first);
                first.len_utf8()
            };
            rest = &rest[length..];
        }
        made
    }

    fn spelled_uuid(&self, text: &str, uuid: Uuid) -> String {
        let made = self.uuid(uuid).to_string();
        if text.chars().any(|c| c.is_ascii_uppercase()) { made.to_uppercase() } else { made }
    }
}

/// Returns the site that a host belongs to.
fn site(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    SITES.iter().copied().find(|site| {
        let sub = host
            .strip_suffix(site)
            .and_then(|sub| sub.strip_suffix('.').or(sub.is_empty().then_some("")));
        sub.is_some_and(|sub| matches!(sub, "" | "www" | "m") || sub.len() == 2)
    })
}

fn is_host(word: &str, is_certain: bool) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let Some((labels, last)) = word.rsplit_once('.') else { return false };
    labels.split('.').all(is_label) && is_top_level(last, is_certain)
}

fn is_top_level(label: &str, is_certain: bool) -> bool {
    let lower = label.to_ascii_lowercase();
    let known = TOP_LEVEL.contains(&lower.as_str()) || TOP_LEVEL_OF_TWO.contains(&lower.as_str());
    // In a text, `Jane.Dev` is a name.
    (known && (is_certain || label == lower))
        || (is_certain && lower.len() == 2 && lower.chars().all(|c| c.is_ascii_lowercase()))
}

/// Returns whether a text is a date, a date and time, a month or a year.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if !is_digit(2) || !is_digit(3) {
        return false;
    }
    match text.len() {
        4 => text.starts_with("19") || text.starts_with("20"),
        7 => format!("{text}-01").parse::<jiff::civil::Date>().is_ok(),
        10 => text.parse::<jiff::civil::Date>().is_ok(),
        11.. if matches!(bytes.get(10), Some(b'T' | b't' | b' ')) => {
            text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
        }
        _ => false,
    }
}

/// Returns whether a text is an amount with at most two decimals, such as `0.10`.
fn is_price(text: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let amount = text.split_once('.');
    amount.is_some_and(|(whole, cents)| {
        is_digits(whole) && is_digits(cents) && whole.len() <= 4 && cents.len() <= 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::pseudonyms::KEY_BYTES;

    fn made(text: &str) -> String {
        Pseudonyms::new([7; KEY_BYTES]).text(text, false)
    }

    /// Returns the words of a text that are longer than two letters, in lower case.
    fn words(text: &str) -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
        words.map(str::to_lowercase).collect()
    }

    #[test]
    fn a_text_keeps_its_shape() {
        let word = |text: &str| made(text);
        let rows = [
            ("jane.doe@acme.com", format!("{}.{}@{}.com", word("jane"), word("doe"), word("acme"))),
            (
                "Jane.Doe@acme.co.uk",
                format!("{}.{}@{}.co.uk", word("Jane"), word("Doe"), word("acme")),
            ),
            ("jane-doe-abc123", format!("{}-{}-{}", word("jane"), word("doe"), made("abc123"))),
            (
                "https://www.linkedin.com/in/jane-doe/?trk=x1",
                format!(
                    "https://www.linkedin.com/in/{}/?{}={}",
                    made("jane-doe"),
                    word("trk"),
                    made("x1")
                ),
            ),
            ("linkedin.com/company/acme", format!("linkedin.com/company/{}", word("acme"))),
            ("acme.com", format!("{}.com", word("acme"))),
            ("www.acme.com/team", format!("www.{}.com/{}", word("acme"), word("team"))),
            ("Jane Doe, Acme", format!("{} {}, {}", word("Jane"), word("Doe"), word("Acme"))),
            ("CFO OR \"VP\"", format!("{} OR \"{}\"", word("CFO"), word("VP"))),
            ("2026-11-27", "2026-11-27".to_owned()),
            ("2026-11-27T10:00:00.123456", "2026-11-27T10:00:00.123456".to_owned()),
            ("2024-01-15T12:00:00+00:00", "2024-01-15T12:00:00+00:00".to_owned()),
            ("2026-11", "2026-11".to_owned()),
            ("1999", "1999".to_owned()),
            ("0.10", "0.10".to_owned()),
            ("", String::new()),
        ];
        for (text, expected) in rows {
            assert_eq!(made(text), expected, "{text}");
        }
    }

    #[test]
    fn a_phone_number_stays_one_in_all_spellings() {
        let plain = made("+33639980001");
        assert!(
            plain.starts_with("+33") && plain.len() == 12 && plain != "+33639980001",
            "{plain}"
        );
        let spaced = made("+33 6 39 98 00 01");
        assert_eq!(spaced.replace(' ', ""), plain);
        assert_eq!(spaced.matches(' ').count(), 5);
        assert_ne!(made("(415) 555-0100"), "(415) 555-0100");
    }

    #[test]
    fn addresses_and_ids_stay_what_they_are() {
        assert!(made("203.0.113.7").parse::<Ipv4Addr>().is_ok());
        assert!(made("2001:db8::7").parse::<Ipv6Addr>().is_ok());
        let id = "7D44DB58-5de3-4e92-a2fb-8325d12c2e8b";
        let other = made(&format!("contact/{id}"));
        assert!(Uuid::try_parse(other.rsplit('/').next().unwrap()).is_ok(), "{other}");
        let encoded = made("https://acme.com/J%C3%BCrgen");
        assert!(encoded.contains("%C3%"), "{encoded}");
    }

    #[test]
    fn no_word_of_a_text_is_in_its_pseudonym() {
        let texts = [
            "Jane.Doe",
            "Jane.Dev",
            "jane.roe",
            "Dr. Jane Doe-Smith (née Roe)",
            "JANE_DOE",
            "jane+tag@doe.photography",
            "https://jane:secret@doe.org:8080/jane?q=doe&name=jane#doe",
            "xn--mller-kva.com/jane",
            "Contact jane@acme.com, or +1 415 555 0100!",
            "{\"name\":\"Jane\"}",
            "jane@doe",
            "@janedoe",
            "ACoAAAjaneX9912",
            "12 Main Street, Springfield",
            "jane%20doe",
            "jane/doe",
            "doe\u{301}",
        ];
        let stay = ["com", "org", "https", "8080"];
        for text in texts {
            let other = made(text);
            for word in words(text).iter().filter(|word| !stay.contains(&word.as_str())) {
                assert!(!words(&other).contains(word), "{text}: {other}");
            }
        }
    }
}
