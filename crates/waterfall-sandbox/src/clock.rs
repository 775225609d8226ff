//! The clock of jobs, rate limits, bodies and `Date` headers: tokio's, so that it can
//! be paused, mapped to calendar time by an epoch.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::time::Instant;

#[derive(Debug, Clone)]
pub(crate) struct Clock {
    epoch: SystemTime,
    start: Instant,
}

impl Clock {
    /// Creates a clock whose calendar time is `epoch` now.
    pub(crate) fn starting_at(epoch: SystemTime) -> Self {
        Self { epoch, start: Instant::now() }
    }

    pub(crate) fn calendar(&self, at: Instant) -> SystemTime {
        let elapsed = at.saturating_duration_since(self.start);
        self.epoch.checked_add(elapsed).unwrap_or(self.epoch)
    }

    /// Returns the value of a `Date` header, in whole seconds rounded down, on a clock that is off
    /// by `jump` seconds.
    pub(crate) fn http_date(&self, at: Instant, jump: i32) -> String {
        let (now, by) = (self.calendar(at), Duration::from_secs(jump.unsigned_abs().into()));
        let jumped = if jump < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        httpdate::fmt_http_date(jumped.unwrap_or(now))
    }

    /// Returns the day in UTC.
    pub(crate) fn day(&self, at: Instant) -> Date {
        let moment = Timestamp::try_from(self.calendar(at)).unwrap_or(Timestamp::UNIX_EPOCH);
        TimeZone::UTC.to_datetime(moment).date()
    }

    pub(crate) fn date(&self, at: Instant, shape: DateShape) -> String {
        let moment = Timestamp::try_from(self.calendar(at)).unwrap_or(Timestamp::UNIX_EPOCH);
        moment.strftime(shape.pattern()).to_string()
    }
}

/// The date-time formats of the API's examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateShape {
    /// `2023-09-20T20:23:36.086988`, which means UTC.
    Naive,
    /// `2025-02-05T15:46:35.771Z`.
    Zulu,
    /// `2024-01-15T12:00:00.000000+00:00`.
    Offset,
}

impl DateShape {
    pub(crate) fn of(number: u64) -> Self {
        match number % 3 {
            0 => Self::Naive,
            1 => Self::Zulu,
            _ => Self::Offset,
        }
    }

    /// Returns the format of a date that was written by [`Clock::date`].
    fn seen_in(text: &str) -> Self {
        match text.as_bytes() {
            [.., b'Z'] => Self::Zulu,
            [.., b'+', _, _, b':', _, _] => Self::Offset,
            _ => Self::Naive,
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::Naive => "%Y-%m-%dT%H:%M:%S.%6f",
            Self::Zulu => "%Y-%m-%dT%H:%M:%S.%3fZ",
            Self::Offset => "%Y-%m-%dT%H:%M:%S.%6f+00:00",
        }
    }
}

/// Adds seconds to a date and keeps its format. Returns `None` if the text is not a date.
pub(crate) fn shifted(date: &str, seconds: i32) -> Option<String> {
    let instant = date.parse::<waterfall_api::Timestamp>().ok()?.instant()?;
    let later = instant.checked_add(jiff::SignedDuration::from_secs(seconds.into())).ok()?;
    Some(later.strftime(DateShape::seen_in(date).pattern()).to_string())
}

/// Creates a duration from seconds. Returns `None` if the number is negative, too large or not
/// finite.
pub(crate) fn seconds(number: f64) -> Option<Duration> {
    const MAX_SECONDS: f64 = 1e9;
    if number > MAX_SECONDS {
        return None;
    }
    Duration::try_from_secs_f64(number).ok()
}
