//! Reads the rate-limit headers of a response into [`RateLimitHeaders`].

use std::time::Duration;

use job_polling::limiter::{MAX_REQUESTS, RateLimitHeaders};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::retry_after::retry_after;
use crate::clock::Clock;

/// The headers with a number.
static NUMBERS: [HeaderName; 3] = [
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-interval"),
    HeaderName::from_static("x-ratelimit-remaining"),
];

/// The longest accepted interval, in seconds. A longer one is ignored.
const LONGEST_INTERVAL: u64 = 60 * 60;

pub(crate) fn read(status: StatusCode, headers: &HeaderMap, clock: &Clock) -> RateLimitHeaders {
    let rate_limited = status == StatusCode::TOO_MANY_REQUESTS;
    let [limit, window, remaining] = numbers(headers);
    let limit = limit.filter(|limit| (1..=u64::from(MAX_REQUESTS)).contains(limit));
    let window = window.filter(|window| (1..=LONGEST_INTERVAL).contains(window));
    let mut limits = RateLimitHeaders::default();
    limits.rate_limited = rate_limited.then(|| retry_after(headers, clock));
    limits.limit = limit.and_then(|limit| u32::try_from(limit).ok());
    limits.window = window.map(Duration::from_secs);
    limits.remaining = remaining.and_then(|remaining| u32::try_from(remaining).ok());
    limits
}

/// Returns the numbers of headers that occur once and contain only digits. One pass over all
/// headers is cheaper than one lookup per header.
fn numbers(headers: &HeaderMap) -> [Option<u64>; 3] {
    let (mut numbers, mut times) = ([None; 3], [0; 3]);
    for (name, value) in headers {
        if let Some(at) = NUMBERS.iter().position(|known| known == name) {
            times[at] += 1;
            numbers[at] = number(value).filter(|_| times[at] == 1);
        }
    }
    numbers
}

fn number(value: &HeaderValue) -> Option<u64> {
    let digits = value.as_bytes().trim_ascii();
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(headers: &[(&'static str, &str)]) -> RateLimitHeaders {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        read(StatusCode::OK, &map, &Clock::system())
    }

    #[test]
    fn limits_in_all_notations() {
        let rows: &[(&str, Option<u32>)] = &[
            ("50", Some(50)),
            (" 50 ", Some(50)),
            ("1", Some(1)),
            ("100000", Some(100_000)),
            ("100001", None),
            ("0", None),
            ("-1", None),
            ("+5", None),
            ("1e18", None),
            ("1000000000000000000", None),
            ("99999999999999999999999999", None),
            ("50.0", None),
            ("50, 50;w=60", None),
            ("fifty", None),
            ("", None),
            ("٥٠", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parsed(&[("x-ratelimit-limit", text)]).limit, *expected, "{text}");
        }
        let twice = parsed(&[("x-ratelimit-limit", "50"), ("x-ratelimit-limit", "60")]);
        assert_eq!(twice, RateLimitHeaders::default());
    }

    #[test]
    fn intervals_and_remaining_requests() {
        let rows: &[(&str, Option<u64>, Option<u32>)] = &[
            ("60", Some(60), Some(60)),
            ("0", None, Some(0)),
            ("3600", Some(3600), Some(3600)),
            ("3601", None, Some(3601)),
            ("-60", None, None),
            ("4294967296", None, None),
        ];
        for (text, window, remaining) in rows {
            let limits = parsed(&[("x-ratelimit-interval", text), ("x-ratelimit-remaining", text)]);
            assert_eq!(limits.window, window.map(Duration::from_secs), "{text}");
            assert_eq!(limits.remaining, *remaining, "{text}");
        }
    }

    #[test]
    fn only_a_429_is_a_refusal() {
        let mut headers = HeaderMap::new();
        let rate_limited = |status, headers: &HeaderMap| {
            read(StatusCode::from_u16(status).unwrap(), headers, &Clock::system()).rate_limited
        };
        assert_eq!(rate_limited(429, &headers), Some(None));
        headers.insert("retry-after", HeaderValue::from_static("7"));
        assert_eq!(rate_limited(429, &headers), Some(Some(Duration::from_secs(7))));
        assert_eq!(rate_limited(503, &headers), None);
        assert_eq!(rate_limited(200, &headers), None);
        headers.insert("retry-after", HeaderValue::from_static("soon"));
        assert_eq!(rate_limited(429, &headers), Some(None));
    }
}
