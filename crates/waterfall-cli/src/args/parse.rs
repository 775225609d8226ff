//! Parsers for option values.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;
use waterfall::{JobId, JobIdError, TitleFilter, TitleFilterError};
use waterfall_sandbox::{JobTime, RateLimit};

/// Parses a duration: `90`, `90s`, `1.5m`, `2h`, `30d`, `500ms`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 5] =
        [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

    let text = text.trim();
    let (number, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
        .unwrap_or((text, 1.0));
    number
        .trim_end()
        .parse()
        .ok()
        .and_then(|number: f64| Duration::try_from_secs_f64(number * factor).ok())
        .ok_or_else(|| "pass seconds, or a number with a unit: 90, 500ms, 90s, 1.5m, 2h".to_owned())
}

/// Parses a duration that is not zero.
pub(crate) fn positive_duration(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("pass more than zero".to_owned()),
        duration => Ok(duration),
    }
}

/// Parses the limit of a key, in requests per minute.
pub(crate) fn requests(text: &str) -> Result<u32, String> {
    match text.trim().parse() {
        Ok(requests) if (1..=100_000).contains(&requests) => Ok(requests),
        _ => Err("pass requests per minute, from 1 to 100000".to_owned()),
    }
}

/// Parses a part of a whole: `50%` or `0.5`.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse().map(|percent: f64| percent / 100.0),
        None => text.parse(),
    };
    match share {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("pass more than 0% and up to 100%, for example 50% or 0.5".to_owned()),
    }
}

/// Parses an amount in US dollars.
pub(crate) fn dollars(text: &str) -> Result<f64, String> {
    match text.trim().trim_start_matches('$').parse() {
        Ok(dollars) if (0.0..=1e9).contains(&dollars) => Ok(dollars),
        _ => Err("pass US dollars, 0 or more: 5, 0.25".to_owned()),
    }
}

/// Parses a filter of job titles. The error marks the position of the problem below the text.
pub(crate) fn title_filter(text: &str) -> Result<TitleFilter, String> {
    text.parse().map_err(|error: TitleFilterError| {
        let blank = |c: char| if c.is_control() { ' ' } else { c };
        let shown: String = text.chars().map(blank).collect();
        let before: String = shown.chars().take(error.column() - 1).collect();
        format!("{error}\n  {shown}\n  {}^", " ".repeat(before.width()))
    })
}

/// Parses a moment, as RFC 3339 or in seconds since 1970.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let time = match text.parse() {
        Ok(seconds) => Timestamp::from_second(seconds).ok(),
        Err(_) => text.parse().ok(),
    };
    time.ok_or_else(|| "pass 2026-06-01T12:00:00Z, or seconds since 1970".to_owned())
}

/// Parses the path of a URL.
pub(crate) fn path(text: &str) -> Result<String, String> {
    if text.starts_with('/') && !text.contains(['?', '#', ' ']) {
        Ok(text.to_owned())
    } else {
        Err("pass a path that begins with a slash, without a query".to_owned())
    }
}

/// Parses the ID of a job that can be read.
pub(crate) fn job_id(text: &str) -> Result<JobId, String> {
    known_kind(text.parse().map_err(|error: JobIdError| error.to_string())?)
}

/// Parses an ID whose kind has a finder.
pub(crate) fn known_kind(id: JobId) -> Result<JobId, String> {
    if JobId::KINDS.contains(&id.kind()) {
        return Ok(id);
    }
    let kinds = JobId::KINDS.join(", ");
    Err(format!(
        "jobs of the kind `{}` can't be read; those of these kinds can: {kinds}",
        id.kind()
    ))
}

/// Parses a JSON object.
pub(crate) fn json_object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(r#"this is JSON, but not an object; pass one like {"crm_id": 7}"#.to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

/// Parses the durations of the sandbox's jobs.
pub(crate) fn job_time(text: &str) -> Result<JobTime, String> {
    let wrong = || {
        "pass a time (3, 500ms), uniform:MIN,MAX or lognormal:MEDIAN,SIGMA, for example \
         uniform:1,5 or lognormal:5,0.8"
            .to_owned()
    };
    let Some((name, values)) = text.split_once(':') else {
        return duration(text).map(JobTime::Fixed).map_err(|_| wrong());
    };
    let (first, second) = values.split_once(',').ok_or_else(wrong)?;
    let first = duration(first).map_err(|_| wrong())?;
    match name.trim() {
        "uniform" => {
            let max = duration(second).map_err(|_| wrong())?;
            if first > max { Err(wrong()) } else { Ok(JobTime::Uniform { min: first, max }) }
        }
        "lognormal" => match second.trim().parse() {
            Ok(sigma) if (0.0..=10.0).contains(&sigma) => {
                Ok(JobTime::LogNormal { median: first, sigma })
            }
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

/// Parses the sandbox's rate limit.
pub(crate) fn rate_limit(text: &str) -> Result<RateLimit, String> {
    match text.trim() {
        "none" => Ok(RateLimit::unlimited()),
        number => number
            .parse()
            .map(RateLimit::per_minute)
            .map_err(|_| "pass a number of requests per minute, or `none`".to_owned()),
    }
}

/// Parses an API key for the sandbox to accept.
pub(crate) fn sandbox_key(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 256 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a key has 1 to 256 visible ASCII characters".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn durations() {
        let rows = [
            ("90", Some(90.0)),
            ("90s", Some(90.0)),
            (" 1.5 m ", Some(90.0)),
            ("2h", Some(7200.0)),
            ("500ms", Some(0.5)),
            ("0", Some(0.0)),
            ("", None),
            ("s", None),
            ("-1", None),
            ("nan", None),
            ("inf", None),
            ("1e300", None),
            ("5 minutes", None),
        ];
        for (text, expected) in rows {
            assert_eq!(duration(text).ok(), expected.map(seconds), "{text:?}");
        }
        assert!(positive_duration("0").is_err() && positive_duration("1ms").is_ok());
    }

    #[test]
    fn job_times() {
        let (min, max) = (seconds(1.0), seconds(5.0));
        let rows = [
            ("3", Some(JobTime::Fixed(seconds(3.0)))),
            ("500ms", Some(JobTime::Fixed(seconds(0.5)))),
            ("uniform:1,5", Some(JobTime::Uniform { min, max })),
            ("uniform:1s, 5s", Some(JobTime::Uniform { min, max })),
            ("lognormal:5,0.8", Some(JobTime::LogNormal { median: max, sigma: 0.8 })),
            ("uniform:5,1", None),
            ("uniform:5", None),
            ("lognormal:5,-1", None),
            ("lognormal:5,nan", None),
            ("exponential:5,1", None),
            ("soon", None),
        ];
        for (text, expected) in rows {
            assert_eq!(job_time(text).ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn limits_and_shares_of_a_key() {
        assert_eq!((requests("1"), requests(" 100000")), (Ok(1), Ok(100_000)));
        for text in ["0", "-1", "100001", "1.5", "many", ""] {
            assert!(requests(text).is_err(), "{text}");
        }
        let rows = [("50%", 0.5), ("0.5", 0.5), ("100%", 1.0), ("1", 1.0), (" 12.5 % ", 0.125)];
        for (text, expected) in rows {
            assert_eq!(share(text), Ok(expected), "{text}");
        }
        for text in ["0", "0%", "101%", "2", "-50%", "nan", "half", "%", ""] {
            assert!(share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rate_limits() {
        assert_eq!(rate_limit("7"), Ok(RateLimit::per_minute(7)));
        assert_eq!(rate_limit("none"), Ok(RateLimit::unlimited()));
        assert!(rate_limit("-1").is_err() && rate_limit("some").is_err());
    }

    #[test]
    fn sandbox_keys() {
        assert_eq!(sandbox_key("my-key"), Ok("my-key".to_owned()));
        for text in ["", "my key", "schl\u{fc}ssel", &"k".repeat(257)] {
            assert!(sandbox_key(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_and_paths() {
        for text in ["2026-06-01T12:00:00Z", "2026-06-01T14:00:00+02:00", "1780315200"] {
            assert_eq!(time(text).unwrap().as_second(), 1_780_315_200, "{text}");
        }
        assert!(time("noon").is_err() && time("99999999999999999").is_err());
        assert!(path("/a/b").is_ok() && path("a").is_err() && path("/a?b").is_err());
    }

    #[test]
    fn the_position_in_a_title_filter_is_shown() {
        assert_eq!(title_filter("CFO OR VP").unwrap().to_string(), "CFO OR VP");
        let problem = title_filter("CFO OR (VP").unwrap_err();
        assert!(problem.ends_with("\n  CFO OR (VP\n         ^"), "{problem}");
        let wide = title_filter("\u{5c71}\u{7530} OR (VP").unwrap_err();
        assert!(wide.ends_with(&format!("\n  {}^", " ".repeat(8))), "{wide}");
        assert!(title_filter("").is_err());
    }

    #[test]
    fn custom_fields() {
        assert_eq!(json_object(r#"{"a":[1]}"#).unwrap()["a"][0], 1);
        assert!(json_object("[1]").unwrap_err().contains("not an object"));
        assert!(json_object("{").unwrap_err().contains("not JSON"));
    }
}
