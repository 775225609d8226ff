//! One clock for jobs, windows, bodies and `Date` headers: tokio's, so that it
//! can be paused, laid over a calendar by an epoch.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tokio::time::Instant;

#[derive(Debug, Clone)]
pub(crate) struct Clock {
    epoch: SystemTime,
    start: Instant,
}

impl Clock {
    /// A clock on which it is `epoch` now.
    pub(crate) fn starting_at(epoch: SystemTime) -> Self {
        Self { epoch, start: Instant::now() }
    }

    pub(crate) fn calendar(&self, at: Instant) -> SystemTime {
        let elapsed = at.saturating_duration_since(self.start);
        self.epoch.checked_add(elapsed).unwrap_or(self.epoch)
    }

    /// The value of a `Date` header: whole seconds, rounded down. The calendar was
    /// set by `jump` seconds before.
    pub(crate) fn http_date(&self, at: Instant, jump: i32) -> String {
        let (now, by) = (self.calendar(at), Duration::from_secs(jump.unsigned_abs().into()));
        let stepped = if jump < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        httpdate::fmt_http_date(stepped.unwrap_or(now))
    }

    pub(crate) fn date(&self, at: Instant, shape: DateShape) -> String {
        let moment = Timestamp::try_from(self.calendar(at)).unwrap_or(Timestamp::UNIX_EPOCH);
        moment.strftime(shape.pattern()).to_string()
    }
}

/// The shapes of date-times that the API's own samples show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateShape {
    /// `2023-09-20T20:23:36.086988`, to be read as UTC.
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

    /// The shape of a date that was written here.
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

/// The same date so many seconds later, in the same shape; `None` if it is none.
pub(crate) fn shifted(date: &str, seconds: i32) -> Option<String> {
    let instant = date.parse::<waterfall_api::Timestamp>().ok()?.instant()?;
    let later = instant.checked_add(jiff::SignedDuration::from_secs(seconds.into())).ok()?;
    Some(later.strftime(DateShape::seen_in(date).pattern()).to_string())
}

/// Seconds as people write them. `None` for what is no length of time.
pub(crate) fn seconds(number: f64) -> Option<Duration> {
    const LONGEST: f64 = 1e9;
    if number > LONGEST {
        return None;
    }
    Duration::try_from_secs_f64(number).ok()
}
