//! [`Budget`]: the rate limit of a key that several processes share, without a clock or I/O.
//!
//! A journal stores one budget for each key, locks it, and runs it inside a transaction on the
//! journal's clock. The budget is the [`SlidingWindow`] of a single process plus a list of the
//! permits in flight. If a worker dies, its slots return by themselves: one window after the moment
//! when its request has certainly ended.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use job_polling::limiter::{
    Limit, LimitPolicy, LimitUpdate, RequestOutcome, Reservation, SlidingWindow, Supply,
};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::id::WorkerId;

/// The time until the next query if all slots are held by requests in flight.
const RECHECK: Duration = Duration::from_millis(500);

/// Requests are spaced as if this many were waiting.
const WAITING: usize = 1;

/// A keyed hash of an API key, by which processes that use the same key recognize each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyHash([u8; 16]);

impl KeyHash {
    /// Returns the HMAC-SHA256 of the key, shortened. The secret of the HMAC is not stored with the
    /// hash: it is a constant of this crate, so that all processes agree. The hash prevents a journal
    /// from containing an API key or a text that can be looked up in a table of hashes.
    pub(crate) fn new(api_key: &[u8]) -> Self {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(b"waterfall-batch/limiter/1")
            .unwrap_or_else(|_| unreachable!("HMAC takes a secret of any length"));
        mac.update(api_key);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        Self(hash)
    }

    /// Returns the hash of the client's current key.
    pub fn of(client: &waterfall::Client) -> Self {
        client.digest_key(Self::new)
    }

    /// Returns the bytes of the hash.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// A permit of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PermitId(pub(crate) u64);

/// A request for the permission to send one API request.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct PermitRequest {
    /// The key.
    pub key: KeyHash,
    /// The worker.
    pub worker: WorkerId,
    /// The limit that applies until responses report another one.
    pub policy: LimitPolicy,
    /// The time until the API request has certainly ended.
    pub timeout: Duration,
    /// The period for which [`BudgetOutlook::supply`] is computed.
    pub within: Duration,
}

impl PermitRequest {
    /// Creates a request for an API request that ends within this time, under the default limit.
    pub fn new(key: KeyHash, worker: WorkerId, timeout: Duration) -> Self {
        let policy = LimitPolicy::Reported(Limit::default());
        Self { key, worker, policy, timeout, within: Duration::ZERO }
    }
}

/// The response to a [`PermitRequest`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum PermitAnswer {
    /// One API request may be sent.
    Granted(PermitId, BudgetOutlook),
    /// Request a permit again after this time.
    Wait(Duration, BudgetOutlook),
}

/// The state of a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BudgetOutlook {
    /// The number of requests that can be sent.
    pub supply: Supply,
    /// The share of the budget that is used, from 0 to 1.
    pub pressure: f64,
    /// The duration for which a 429 still pauses all requests.
    pub paused_for: Duration,
    /// The limit, if there is one.
    pub limit: Option<Limit>,
}

/// The budget of one key. Times are measured from any moment that is the same for all calls.
#[derive(Debug, Serialize, Deserialize)]
pub struct Budget {
    window: SlidingWindow,
    permits: BTreeMap<u64, Held>,
    next: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Held {
    worker: [u8; 16],
    reservation: Reservation,
    /// When its request has certainly ended.
    ends: Duration,
}

impl Budget {
    /// Returns a budget with all slots free.
    pub fn new(policy: LimitPolicy) -> Self {
        Self { window: SlidingWindow::new(policy), permits: BTreeMap::new(), next: 0 }
    }

    /// Grants a permit if a request may be sent now.
    pub fn take(&mut self, now: Duration, request: &PermitRequest) -> PermitAnswer {
        self.advance(now);
        self.window.set_policy(request.policy);
        let Some(reservation) = self.window.take(now, WAITING) else {
            let pause = match self.window.opening(now, WAITING) {
                Some(at) => at.saturating_sub(now),
                None => RECHECK,
            };
            return PermitAnswer::Wait(pause, self.outlook(now, request.within));
        };
        let id = self.next;
        self.next += 1;
        let ends = now.saturating_add(request.timeout);
        let held = Held { worker: request.worker.bytes(), reservation, ends };
        self.permits.insert(id, held);
        PermitAnswer::Granted(PermitId(id), self.outlook(now, request.within))
    }

    /// Reports the outcome of a request. A permit that has already ended is ignored.
    pub fn end(&mut self, now: Duration, permit: PermitId, outcome: RequestOutcome) -> LimitUpdate {
        self.advance(now);
        match self.permits.remove(&permit.0) {
            Some(held) => self.window.end(now, held.reservation, outcome),
            None => LimitUpdate::default(),
        }
    }

    /// Returns the number of permits in flight.
    pub fn in_flight(&self) -> usize {
        self.permits.len()
    }

    /// Ends the permits whose requests have certainly ended, each at its time.
    fn advance(&mut self, now: Duration) {
        let set_back = self.window.latest().saturating_sub(now);
        if !set_back.is_zero() {
            self.window.rebase(set_back);
            for held in self.permits.values_mut() {
                held.ends = held.ends.saturating_sub(set_back);
            }
        }
        let mut ended: Vec<(Duration, u64)> = self
            .permits
            .iter()
            .filter(|(_, held)| held.ends <= now)
            .map(|(id, held)| (held.ends, *id))
            .collect();
        ended.sort_unstable();
        for (at, id) in ended {
            if let Some(held) = self.permits.remove(&id) {
                self.window.end(at, held.reservation, RequestOutcome::GivenUp);
            }
        }
    }

    fn outlook(&self, now: Duration, within: Duration) -> BudgetOutlook {
        BudgetOutlook {
            supply: self.window.supply(now, within),
            pressure: self.window.quota_pressure(now, WAITING),
            paused_for: self.window.paused_for(now),
            limit: self.window.limit(),
        }
    }
}

#[cfg(test)]
mod tests;
