//! When the key set is fetched: a state machine without a clock, without async.
//!
//! Times are counted from any fixed moment.

use std::time::Duration;

use super::fetch::KeysUnavailable;
use super::keys::{KeySet, PublicKey};

/// How long a set counts as fresh if the endpoint does not say.
pub(super) const DEFAULT_LIFE: Duration = Duration::from_secs(5 * 60);
/// A shorter life is stretched to this.
pub(super) const SHORTEST_LIFE: Duration = Duration::from_secs(60);
/// A longer life is cut to this.
pub(super) const LONGEST_LIFE: Duration = Duration::from_secs(60 * 60);

/// Keys that nobody knows force at most one fetch in this time.
const FORCED_PAUSE: Duration = Duration::from_secs(30);
/// With an old set at hand, a failed fetch is repeated after this time.
const PAUSE_WITH_KEYS: Duration = Duration::from_secs(30);
/// With none at hand, after this time.
const PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(5);

/// What to do about a key id.
#[derive(Debug)]
pub(super) enum Lookup {
    /// This is its key.
    Found(PublicKey),
    /// There is no such key.
    Unknown,
    /// Whether there is such a key can't be told now.
    Unavailable(KeysUnavailable),
    /// Fetch the set, tell [`Cache::fetched`], and look again.
    Fetch,
    /// Somebody is fetching the set; look again when that is over.
    Wait,
}

/// The last good set, and when the endpoint was asked.
#[derive(Debug, Default)]
pub(super) struct Cache {
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

impl Cache {
    /// How many fetches have ended.
    pub(super) fn rounds(&self) -> u64 {
        self.rounds
    }

    /// Looks for a key, for a delivery that came after so many [`rounds`](Self::rounds).
    pub(super) fn look_up(&mut self, key_id: &str, asked: u64, now: Duration) -> Lookup {
        let Some(held) = &self.held else {
            return match self.failed_within(PAUSE_WITHOUT_KEYS, now) {
                Some(why) => Lookup::Unavailable(why),
                None => self.fetch(),
            };
        };
        if now >= held.fresh_until && self.failed_within(PAUSE_WITH_KEYS, now).is_none() {
            return self.fetch();
        }
        if let Some(key) = held.keys.get(key_id) {
            return Lookup::Found(key);
        }
        let forced = self.forced_at.is_some_and(|forced| now < forced + FORCED_PAUSE);
        if self.rounds > asked || (forced && !self.fetching) {
            return self.unknown();
        }
        if !self.fetching {
            self.forced_at = Some(now);
        }
        self.fetch()
    }

    /// A fetch ended.
    pub(super) fn fetched(
        &mut self,
        result: Result<(KeySet, Duration), KeysUnavailable>,
        now: Duration,
    ) {
        self.fetching = false;
        self.rounds += 1;
        match result {
            Ok((keys, life)) => {
                let fresh_until = now + life.clamp(SHORTEST_LIFE, LONGEST_LIFE);
                self.held = Some(Held { keys, fresh_until });
                self.failure = None;
            }
            Err(why) => self.failure = Some(Failure { at: now, why }),
        }
    }

    fn fetch(&mut self) -> Lookup {
        let others = std::mem::replace(&mut self.fetching, true);
        if others { Lookup::Wait } else { Lookup::Fetch }
    }

    /// After a failed fetch the key may be one that was not seen yet.
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
