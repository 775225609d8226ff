//! Decides when the key set is fetched: a state machine without a clock or I/O.
//!
//! Times are measured from any fixed moment.

use std::time::Duration;

use super::keys::{KeySet, PublicKey};
use super::keys_unavailable::KeysUnavailable;

/// How long a set stays fresh if the response does not specify it.
pub(super) const DEFAULT_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// The minimum lifetime; shorter ones are raised to this.
const MIN_LIFETIME: Duration = Duration::from_secs(60);
/// The maximum lifetime; longer ones are lowered to this.
const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Unknown keys force at most one fetch in this time.
const FORCED_FETCH_INTERVAL: Duration = Duration::from_secs(30);
/// The pause after a failed fetch if there is an earlier set.
const RETRY_WITH_KEYS: Duration = Duration::from_secs(30);
/// The pause after a failed fetch if there is no set.
const RETRY_WITHOUT_KEYS: Duration = Duration::from_secs(5);

/// The result of looking up a key ID.
#[derive(Debug)]
pub(super) enum Lookup {
    /// The key.
    Found(PublicKey),
    /// There is no such key.
    Unknown,
    /// The key set is not available, so the key may exist.
    Unavailable(KeysUnavailable),
    /// Fetch the set, report the result to [`JwksCache::fetched`], and look up again.
    Fetch,
    /// A fetch is in progress; look up again when it has ended.
    Wait,
}

/// The last valid set, and the times of the fetches.
#[derive(Debug, Default)]
pub(super) struct JwksCache {
    held: Option<Held>,
    failure: Option<Failure>,
    forced_at: Option<Duration>,
    fetching: bool,
    rounds: u64,
}

#[derive(Debug)]
struct Held {
    keys: KeySet,
    fresh_until: Duration,
}

#[derive(Debug)]
struct Failure {
    at: Duration,
    why: KeysUnavailable,
}

impl JwksCache {
    /// Returns how many fetches have ended.
    pub(super) fn rounds(&self) -> u64 {
        self.rounds
    }

    /// Looks up a key for a delivery that arrived when [`rounds`](Self::rounds) was `arrived`.
    pub(super) fn look_up(&mut self, key_id: &str, arrived: u64, now: Duration) -> Lookup {
        let Some(held) = &self.held else {
            return match self.failed_within(RETRY_WITHOUT_KEYS, now) {
                Some(why) => Lookup::Unavailable(why),
                None => self.fetch(),
            };
        };
        if now >= held.fresh_until && self.failed_within(RETRY_WITH_KEYS, now).is_none() {
            return self.fetch();
        }
        if let Some(key) = held.keys.get(key_id) {
            return Lookup::Found(key);
        }
        let forced = self.forced_at.is_some_and(|forced| now < forced + FORCED_FETCH_INTERVAL);
        if self.rounds > arrived || (forced && !self.fetching) {
            return self.unknown();
        }
        if !self.fetching {
            self.forced_at = Some(now);
        }
        self.fetch()
    }

    /// Records the result of a fetch.
    pub(super) fn fetched(
        &mut self,
        result: Result<(KeySet, Duration), KeysUnavailable>,
        now: Duration,
    ) {
        self.fetching = false;
        self.rounds += 1;
        match result {
            Ok((keys, lifetime)) => {
                let fresh_until = now + lifetime.clamp(MIN_LIFETIME, MAX_LIFETIME);
                self.held = Some(Held { keys, fresh_until });
                self.failure = None;
            }
            Err(why) => self.failure = Some(Failure { at: now, why }),
        }
    }

    fn fetch(&mut self) -> Lookup {
        let in_progress = std::mem::replace(&mut self.fetching, true);
        if in_progress { Lookup::Wait } else { Lookup::Fetch }
    }

    /// After a failed fetch, the key may be a new one.
    fn unknown(&self) -> Lookup {
        match &self.failure {
            Some(failure) => Lookup::Unavailable(failure.why.clone()),
            None => Lookup::Unknown,
        }
    }

    fn failed_within(&self, pause: Duration, now: Duration) -> Option<KeysUnavailable> {
        let failure = self.failure.as_ref()?;
        (now < failure.at + pause).then(|| failure.why.clone())
    }
}

#[cfg(test)]
mod tests;
