//! The headers with times: `Retry-After` and `Date`.

use std::time::{Duration, SystemTime};

use job_polling::limiter::LONGEST_RETRY_AFTER;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::clock::Clock;

/// Returns the pause that a `Retry-After` asks for, in seconds or as an HTTP date. A date is
/// compared with the response's own `Date`, otherwise with the clock. Any other text counts as
/// absent.
pub(crate) fn retry_after(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match seconds(text) {
        Some(pause) => pause,
        None => {
            let then = httpdate::parse_http_date(text).ok()?;
            then.duration_since(date(headers).unwrap_or_else(|| clock.system_time()))
                .unwrap_or(Duration::ZERO)
        }
    };
    Some(pause.min(LONGEST_RETRY_AFTER))
}

/// Some gateways send fractions, which the standard does not allow.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(whole) && digits(fraction)) {
        return None;
    }
    let seconds = text.parse::<f64>().ok()?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Returns the server's time when it responded.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    const NOON: &str = "Wed, 05 Feb 2025 12:00:00 GMT";

    #[test]
    fn retry_after_in_every_shape() {
        let rows: &[(&[u8], Option<f64>)] = &[
            (b"12", Some(12.0)),
            (b" 12 ", Some(12.0)),
            (b"0", Some(0.0)),
            (b"1.5", Some(1.5)),
            (b"3600", Some(3600.0)),
            (b"3601", Some(3600.0)),
            (b"99999999999999999999999999", Some(3600.0)),
            (b"Wed, 05 Feb 2025 12:00:30 GMT", Some(30.0)),
            (b"Wednesday, 05-Feb-25 12:00:30 GMT", Some(30.0)),
            (b"Wed Feb  5 12:00:30 2025", Some(30.0)),
            (b"Wed, 05 Feb 2025 11:59:30 GMT", Some(0.0)),
            (b"Thu, 05 Feb 2026 12:00:00 GMT", Some(3600.0)),
            (b"", None),
            (b"-1", None),
            (b"+5", None),
            (b"1e3", None),
            (b"inf", None),
            (b"NaN", None),
            (b".5", None),
            (b"5.", None),
            (b"soon", None),
            (b"2025-02-05T12:00:30Z", None),
            (b"\xff\xfe", None),
        ];
        for (text, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, HeaderValue::from_static(NOON));
            headers.insert(RETRY_AFTER, HeaderValue::from_bytes(text).unwrap());
            let expected = expected.map(Duration::from_secs_f64);
            let clock = Clock::system();
            assert_eq!(
                retry_after(&headers, &clock),
                expected,
                "{:?}",
                String::from_utf8_lossy(text)
            );
        }
        assert_eq!(retry_after(&HeaderMap::new(), &Clock::system()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_date_the_local_clock_counts() {
        let mut headers = HeaderMap::new();
        let clock = Clock::tokio_from(httpdate::parse_http_date(NOON).unwrap().try_into().unwrap());
        let text = "Wed, 05 Feb 2025 12:00:30 GMT";
        headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        assert_eq!(retry_after(&headers, &clock), Some(Duration::from_secs(30)));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(retry_after(&headers, &clock), Some(Duration::from_secs(10)));
    }
}
