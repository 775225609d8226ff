//! What a signed token claims: a hash of the body, and when it counts.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::error::Error;
use super::{members, token};

/// The claims of a token whose signature is verified.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    pub(super) body_hash: [u8; 32],
    pub(super) expires_at: Option<Timestamp>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) issued_at: Option<Timestamp>,
    pub(super) all: Map<String, Value>,
}

/// How the times are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// How far the clocks may be apart.
    pub(super) leeway: Duration,
    /// How long ago a token may have been issued.
    pub(super) max_age: Duration,
}

impl Claims {
    pub(super) fn parse(json: &[u8]) -> Result<Self, Error> {
        let all = members::parse(json).ok_or(Error::ClaimsUnreadable)?;
        let body_hash = all.get("body_hash").and_then(sha256).ok_or(Error::NoBodyHash)?;
        let time =
            |name| all.get(name).map(|value| date(value).ok_or(Error::NotATime { claim: name }));
        let expires_at = time("exp").transpose()?;
        let not_before = time("nbf").transpose()?;
        let issued_at = time("iat").transpose()?;
        Ok(Self { body_hash, expires_at, not_before, issued_at, all })
    }

    /// Times that are not there are not checked.
    pub(super) fn check_times(&self, now: Timestamp, window: Window) -> Result<(), Error> {
        let Window { leeway, max_age } = window;
        let since = |then: Timestamp| now.as_nanosecond() - then.as_nanosecond();
        let leeway = nanoseconds(leeway);
        if let Some(past) = self.expires_at.map(since).filter(|past| *past >= leeway) {
            return Err(Error::Expired { ago: duration(past) });
        }
        if let Some(past) = self.not_before.map(since).filter(|past| *past < -leeway) {
            return Err(Error::NotYetValid { early: duration(-past) });
        }
        let Some(age) = self.issued_at.map(since) else { return Ok(()) };
        if age < -leeway {
            return Err(Error::IssuedInFuture { early: duration(-age) });
        }
        if age > nanoseconds(max_age).saturating_add(leeway) {
            return Err(Error::TooOld { age: duration(age) });
        }
        Ok(())
    }

    /// When [`check_times`](Self::check_times) begins to refuse the token for good. One
    /// that does not say counts as issued now.
    pub(super) fn over_at(&self, now: Timestamp, window: Window) -> Timestamp {
        let after = |then: Timestamp, pause: Duration| {
            let pause = SignedDuration::try_from(pause.saturating_add(window.leeway));
            then.checked_add(pause.unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
        };
        let by_age = |issued_at| after(issued_at, window.max_age);
        let expires_at = self.expires_at.map(|then| after(then, Duration::ZERO));
        match (expires_at, self.issued_at.map(by_age)) {
            (Some(expires_at), Some(too_old_at)) => expires_at.min(too_old_at),
            (over_at, None) | (None, over_at) => over_at.unwrap_or_else(|| by_age(now)),
        }
    }
}

fn sha256(value: &Value) -> Option<[u8; 32]> {
    token::base64url(value.as_str()?.as_bytes())?.try_into().ok()
}

/// A `NumericDate` of RFC 7519: seconds, perhaps with a fraction. Numbers that
/// name no time, such as 1e300, are none.
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
