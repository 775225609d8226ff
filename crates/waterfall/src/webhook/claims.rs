//! The claims of a signed token: a hash of the body, and the times of validity.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::violation::Violation;
use super::{base64url, unique_json};

/// The claims of a token whose signature is verified.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    pub(super) body_hash: [u8; 32],
    pub(super) expires_at: Option<Timestamp>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) issued_at: Option<Timestamp>,
    pub(super) all: Map<String, Value>,
}

/// The tolerances for the times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// The tolerated difference between the clocks.
    pub(super) leeway: Duration,
    /// The maximum time since the token was issued.
    pub(super) max_age: Duration,
}

impl Claims {
    pub(super) fn parse(json: &[u8]) -> Result<Self, Violation> {
        let all = unique_json::parse(json).ok_or(Violation::ClaimsUnreadable)?;
        let body_hash = all.get("body_hash").and_then(sha256).ok_or(Violation::NoBodyHash)?;
        let time = |name| {
            all.get(name).map(|value| date(value).ok_or(Violation::NotATime { claim: name }))
        };
        let expires_at = time("exp").transpose()?;
        let not_before = time("nbf").transpose()?;
        let issued_at = time("iat").transpose()?;
        Ok(Self { body_hash, expires_at, not_before, issued_at, all })
    }

    /// Checks the times that are present.
    pub(super) fn check_times(&self, now: Timestamp, window: Window) -> Result<(), Violation> {
        let Window { leeway, max_age } = window;
        let since = |then: Timestamp| now.as_nanosecond() - then.as_nanosecond();
        let leeway = nanoseconds(leeway);
        if let Some(past) = self.expires_at.map(since).filter(|past| *past >= leeway) {
            return Err(Violation::Expired { ago: duration(past) });
        }
        if let Some(past) = self.not_before.map(since).filter(|past| *past < -leeway) {
            return Err(Violation::NotYetValid { early: duration(-past) });
        }
        let Some(age) = self.issued_at.map(since) else { return Ok(()) };
        if age < -leeway {
            return Err(Violation::IssuedInFuture { early: duration(-age) });
        }
        if age > nanoseconds(max_age).saturating_add(leeway) {
            return Err(Violation::TooOld { age: duration(age) });
        }
        Ok(())
    }

    /// Returns the time from which [`check_times`](Self::check_times) refuses the token
    /// permanently. A token without times counts as issued now.
    pub(super) fn refused_from(&self, now: Timestamp, window: Window) -> Timestamp {
        let after = |then: Timestamp, pause: Duration| {
            let pause = SignedDuration::try_from(pause.saturating_add(window.leeway));
            then.checked_add(pause.unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
        };
        let by_age = |issued_at| after(issued_at, window.max_age);
        let expires_at = self.expires_at.map(|then| after(then, Duration::ZERO));
        match (expires_at, self.issued_at.map(by_age)) {
            (Some(expires_at), Some(too_old_from)) => expires_at.min(too_old_from),
            (refused_from, None) | (None, refused_from) => {
                refused_from.unwrap_or_else(|| by_age(now))
            }
        }
    }
}

fn sha256(value: &Value) -> Option<[u8; 32]> {
    base64url::decode(value.as_str()?.as_bytes())?.try_into().ok()
}

/// Parses a `NumericDate` of RFC 7519: seconds, optionally with a fraction. `None` for numbers out
/// of range, such as 1e300.
fn date(value: &Value) -> Option<Timestamp> {
    match value.as_i64() {
        Some(seconds) => Timestamp::from_second(seconds).ok(),
        None => {
            let seconds = SignedDuration::try_from_secs_f64(value.as_f64()?).ok()?;
            Timestamp::from_duration(seconds).ok()
        }
    }
}

fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

fn duration(nanoseconds: i128) -> Duration {
    u64::try_from(nanoseconds / 1_000_000_000).map_or(Duration::MAX, Duration::from_secs)
}
