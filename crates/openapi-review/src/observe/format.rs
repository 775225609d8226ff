//! The formats of texts.

use serde::{Deserialize, Serialize};

/// The most specific format of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// The empty text.
    Empty,
    /// `2026-03-02`.
    Date,
    /// A date and time with an offset, as RFC 3339 defines it.
    DateTime,
    /// A date and time without an offset.
    LocalDateTime,
    /// A date and time with a space between them.
    SpacedDateTime,
    /// `2026-03`.
    YearMonth,
    /// A UUID with hyphens.
    Uuid,
    /// An e-mail address.
    Email,
    /// A URI with a scheme and an authority.
    Uri,
    /// An IPv4 address.
    Ipv4,
    /// Digits, with or without a minus sign.
    Integer,
    /// Any other text.
    Other,
}

impl Format {
    /// Returns the format of a text.
    ///
    /// ```
    /// use openapi_review::observe::Format;
    ///
    /// assert_eq!(Format::of("2026-03-02T09:00:00Z"), Format::DateTime);
    /// assert_eq!(Format::of("2026-03-02T09:00:00"), Format::LocalDateTime);
    /// assert_eq!(Format::of("2026-13-02"), Format::Other);
    /// ```
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text {
            "" => Self::Empty,
            _ if is_integer(text) => Self::Integer,
            _ if text.len() == 36 && is_uuid(text) => Self::Uuid,
            _ if text.as_bytes()[0].is_ascii_digit() => dated(text),
            _ if is_email(text) => Self::Email,
            _ if is_uri(text) => Self::Uri,
            _ => Self::Other,
        }
    }

    /// Returns the name of the format, as in `format` where there is such a format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::LocalDateTime => "date-time without an offset",
            Self::SpacedDateTime => "date-time with a space",
            Self::YearMonth => "year-month",
            Self::Uuid => "uuid",
            Self::Email => "email",
            Self::Uri => "uri",
            Self::Ipv4 => "ipv4",
            Self::Integer => "integer as text",
            Self::Other => "other text",
        }
    }

    /// Returns whether the format is one of a date.
    #[must_use]
    pub fn is_date(self) -> bool {
        matches!(
            self,
            Self::Date
                | Self::DateTime
                | Self::LocalDateTime
                | Self::SpacedDateTime
                | Self::YearMonth
        )
    }

    /// Returns the formats that a `format` allows; `None` if it is not checked.
    pub(crate) fn allowed(format: &str) -> Option<&'static [Self]> {
        Some(match format {
            "date" => &[Self::Date],
            "date-time" => &[Self::DateTime],
            "uuid" => &[Self::Uuid],
            "email" | "idn-email" => &[Self::Email],
            "uri" | "url" => &[Self::Uri],
            "ipv4" => &[Self::Ipv4],
            _ => return None,
        })
    }

    /// Like the function above, for `x-format`, whose date-times may lack an offset.
    pub(crate) fn allowed_by_extension(format: &str) -> Option<&'static [Self]> {
        match format {
            "date-time" => Some(&[Self::DateTime, Self::LocalDateTime]),
            _ => None,
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_plain = |text: &str| {
        !text.is_empty() && !text.contains(|c: char| c == '@' || c.is_whitespace() || c == '/')
    };
    is_plain(local) && is_plain(domain) && domain.trim_matches('.').contains('.')
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && !rest.contains(char::is_whitespace)
}

/// Returns the format of a text that begins with a digit.
fn dated(text: &str) -> Format {
    let (day, time) = match text.get(..10) {
        Some(day) if is_day(day) => (day, &text[day.len()..]),
        _ if is_email(text) => return Format::Email,
        _ if is_ipv4(text) => return Format::Ipv4,
        _ if text.len() == 7 && is_day(&format!("{text}-01")) => return Format::YearMonth,
        _ => return Format::Other,
    };
    debug_assert_eq!(day.len(), 10);
    match (time.get(..1), time.get(1..)) {
        (None, _) => Format::Date,
        (Some("T" | "t"), Some(time)) => match has_offset(time) {
            Some(true) => Format::DateTime,
            Some(false) => Format::LocalDateTime,
            None => Format::Other,
        },
        (Some(" "), Some(time)) if has_offset(time).is_some() => Format::SpacedDateTime,
        _ => Format::Other,
    }
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && number(&text[..4]).is_some()
        && number(&text[5..7]).is_some_and(|month| (1..=12).contains(&month))
        && number(&text[8..]).is_some_and(|day| (1..=31).contains(&day))
}

fn number(text: &str) -> Option<u32> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits { text.parse().ok() } else { None }
}

/// Returns whether a time of day has an offset; `None` if the text is not a time.
fn has_offset(text: &str) -> Option<bool> {
    let at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (time, offset) = (&text[..at], &text[at..]);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = clock.split(':');
    let mut below = |limit: u32| {
        parts.next().filter(|part| part.len() == 2).and_then(number).is_some_and(|n| n < limit)
    };
    let is_time = below(24) && below(60) && below(61) && parts.next().is_none();
    if !is_time || fraction.is_empty() || number(&fraction[..fraction.len().min(9)]).is_none() {
        return None;
    }
    match offset {
        "" => Some(false),
        "Z" | "z" => Some(true),
        _ => {
            let (hours, minutes) = offset[1..].split_once(':')?;
            let is_pair = |text: &str| text.len() == 2 && number(text).is_some();
            (is_pair(hours) && is_pair(minutes)).then_some(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_most_specific_format() {
        let rows = [
            ("", Format::Empty),
            ("2026-03-02", Format::Date),
            ("2026-03", Format::YearMonth),
            ("2026-02-20T00:00:00+00:00", Format::DateTime),
            ("2025-02-05T15:46:35.771Z", Format::DateTime),
            ("2023-09-20T20:23:36.086988", Format::LocalDateTime),
            ("2023-09-20 20:23:36", Format::SpacedDateTime),
            ("2023-09-20T20:23", Format::Other),
            ("2023-09-20T25:23:00Z", Format::Other),
            ("2023-09-20T", Format::Other),
            ("2023-09-20T20:23:36+0000", Format::Other),
            ("7d44db58-5de3-4e92-a2fb-8325d12c2e8b", Format::Uuid),
            ("jane.doe@acme.com", Format::Email),
            ("1jane@acme.com", Format::Email),
            ("@acme.com", Format::Other),
            ("https://www.linkedin.com/in/jane-doe", Format::Uri),
            ("a b://c", Format::Other),
            ("192.0.2.7", Format::Ipv4),
            ("-17", Format::Integer),
            ("-", Format::Other),
            ("7 days", Format::Other),
            ("2026-0é-02", Format::Other),
            ("Grüße", Format::Other),
        ];
        for (text, format) in rows {
            assert_eq!(Format::of(text), format, "{text}");
        }
    }
}
