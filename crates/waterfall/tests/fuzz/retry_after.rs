//! `Retry-After`: never longer than an hour, and never different from the result of a second,
//! simpler parser.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::answers::{check_text, fetch};

pub(crate) const SEEDS: &[&str] = &[
    "12",
    "1.5",
    "99999999999999999999",
    "Wed, 05 Feb 2025 12:00:30 GMT\nWed, 05 Feb 2025 12:00:00 GMT",
    "Wednesday, 05-Feb-25 12:00:30 GMT\nWed, 05 Feb 2025 12:00:00 GMT",
    "Wed Feb  5 12:00:30 2025\nWed Feb  5 12:00:00 2025",
    "Wed, 05 Feb 2025 12:00:00 GMT\nThu, 05 Feb 2026 12:00:00 GMT",
];

/// Words, separated by `¦`.
pub(crate) const WORDS: &str = "\
    0¦1¦60¦3600¦3601¦.¦,¦-¦+¦e¦inf¦NaN¦ ¦\t¦\n¦GMT¦Wed, 05 Feb 2025 12:00:30 GMT¦\
    Wed, 05 Feb 2025 12:00:00 GMT¦Wed Feb  5 12:00:30 2025¦\
    Wednesday, 05-Feb-25 12:00:30 GMT¦Sun, 31 Dec 9999 23:59:59 GMT¦\u{663}";

/// `Retry-After` and, on the next line, `Date`.
pub(crate) fn check(data: &[u8]) {
    let Some(pause) = pause(data) else { return };
    assert!(pause <= Duration::from_secs(3600), "{pause:?}");
}

/// Returns the pause that a client derives from the headers, if the text is acceptable.
pub(crate) fn pause(data: &[u8]) -> Option<Duration> {
    let (retry_after, date) = parts(data);
    let headers = [("retry-after", retry_after), ("date", date)];
    let error = fetch(503, &headers, b"").expect_err("a 503 is an error");
    check_text(&error);
    let pause = error.retry_after();
    let headers = error.headers().expect("an answer came");
    let retry_after =
        headers.get("retry-after").and_then(|value| value.to_str().ok()).map(str::trim);
    let date = headers.get("date").and_then(|value| value.to_str().ok()).map(str::trim);
    match (retry_after, retry_after.and_then(seconds)) {
        (None, _) => assert_eq!(pause, None),
        (_, Some(seconds)) => {
            let expected = seconds.min(3600.0);
            assert!(pause.is_some_and(|pause| (pause.as_secs_f64() - expected).abs() < 1e-6));
        }
        (Some(retry_after), None) => match (instant(retry_after), date.and_then(instant)) {
            (Some(then), Some(now)) => {
                let expected = (then - now).clamp(0, 3600) as u64;
                assert_eq!(pause, Some(Duration::from_secs(expected)), "{retry_after} at {date:?}");
            }
            // A date without another date to compare with, or of a format that this parser does not
            // support.
            _ => assert!(
                pause.is_none() || retry_after.starts_with(|c: char| c.is_ascii_uppercase())
            ),
        },
    }
    pause
}

fn parts(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, b""),
    }
}

/// Parses digits, optionally with a decimal point.
fn seconds(text: &str) -> Option<f64> {
    let is_inner = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let (first, last) = (text.bytes().next()?, text.bytes().last()?);
    let is_number = text.as_bytes().iter().all(is_inner)
        && first.is_ascii_digit()
        && last.is_ascii_digit()
        && text.matches('.').count() <= 1;
    if is_number { text.parse().ok() } else { None }
}

/// Returns the seconds since 1970 of the formats of HTTP dates. Two-digit years are those of this
/// century, and years are limited to those that every parser accepts.
fn instant(text: &str) -> Option<i64> {
    const SHAPES: [&str; 3] =
        ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

    let is_shape = |shape: &&str| {
        let date = DateTime::strptime(shape, text).ok()?;
        // Accepts only the canonical notation.
        let is_same = date.strftime(shape).to_string() == text;
        (is_same && (2000..2060).contains(&date.year())).then_some(date)
    };
    let date = SHAPES.iter().find_map(is_shape)?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}
