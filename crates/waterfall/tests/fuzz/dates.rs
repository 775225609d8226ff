//! Date-times keep their exact text, and are parsed like a second, simpler parser does.

use waterfall::Timestamp;

pub(crate) const SEEDS: &[&str] = &[
    "2023-09-20T20:23:36.086988",
    "2025-02-05T15:46:35.771Z",
    "2024-01-15T12:00:00.000000+00:00",
    "2024-02-29 23:59:59-08:30",
    "0001-01-01T00:00:00Z",
];

/// Seeds, separated by `¦`.
pub(crate) const WORDS: &str = "\
    2024-02-29¦2025-02-29¦1900-02-29¦-000001-01-01¦9999-12-31¦0000-01-01¦T¦ ¦t¦00:00:00¦\
    24:00:00¦23:59:60¦12:00¦.5¦.123456789¦.1234567890¦Z¦z¦+00:00¦-00:00¦+23:59¦+25:59¦+02¦\
    [UTC]¦[Europe/Berlin]¦20250205¦120000";

pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let json = serde_json::to_string(text).expect("any text is JSON");
    let date: Timestamp = serde_json::from_str(&json).expect("any text is kept");
    assert_eq!(date.as_str(), text);
    assert_eq!(serde_json::to_string(&date).expect("it was parsed"), json);
    let instant = date.instant();
    assert_eq!(text.parse::<Timestamp>().is_ok(), instant.is_some(), "{text}");
    if let Some(nanoseconds) = independent(text) {
        assert_eq!(instant.map(|instant| instant.as_nanosecond()), Some(nanoseconds), "{text}");
    }
    if let Some(instant) = instant {
        let written = Timestamp::from(instant);
        assert_eq!(written.instant(), Some(instant), "{text} is written as {written}");
    }
}

/// Returns the nanoseconds since 1970 of `YYYY-MM-DDTHH:MM:SS[.FRACTION][Z|±HH:MM]`, with a space
/// or a `T`, in the years that all parsers support.
pub(crate) fn independent(text: &str) -> Option<i128> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let time = rest.strip_prefix(['T', ' '])?;
    let (time, rest) = time.split_at_checked(8)?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let is_date = (1..=9998).contains(&year) && (1..=12).contains(&month) && day >= 1;
    if !is_date || day > days_in(year, month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, offset) = fraction(rest)?;
    let days =
        days_before(year) + (1..month).map(|month| days_in(year, month)).sum::<i64>() + day - 1;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - seconds_east(offset)?;
    Some(i128::from(seconds) * 1_000_000_000 + i128::from(fraction))
}

fn numbers<const N: usize>(text: &str, between: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut found = [0; N];
    for (number, width) in found.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(found)
}

/// Parses nanoseconds. Returns them with the remaining text.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(text) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let digits = text.get(..end).filter(|digits| (1..=9).contains(&digits.len()))?;
    Some((format!("{digits:0<9}").parse().ok()?, &text[end..]))
}

fn seconds_east(offset: &str) -> Option<i64> {
    if matches!(offset, "" | "Z") {
        return Some(0);
    }
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let [hours, minutes] = numbers(offset.strip_prefix(['+', '-'])?, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days from 1970 to the start of a year.
fn days_before(year: i64) -> i64 {
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    (year - 1970) * 365 + leaps(year - 1) - leaps(1969)
}
