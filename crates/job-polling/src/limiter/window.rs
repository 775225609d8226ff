//! [`SlidingWindow`]: the request budget of a key, as the server sees it at worst.
//!
//! No clock, no async, no random numbers: times are counted from any moment that
//! stays the same. Time that runs backwards counts as standing still.
//!
//! A slot is taken before a request leaves, and comes back one window after its
//! answer was there. The request arrived before that, so whatever takes the
//! slot next arrives at least a window later: in no window are there more
//! arrivals than slots, however long anything was under way.

use std::collections::VecDeque;
use std::time::Duration;

use super::LONGEST_RETRY_AFTER;
use super::headers::{MOST_REQUESTS, RateLimitHeaders};

/// What the API gives a key unless agreed otherwise.
const USUAL: Limit = Limit { requests: 50, window: Duration::from_secs(60) };

/// No window is longer, or shorter.
const LONGEST_WINDOW: Duration = Duration::from_secs(60 * 60);
const SHORTEST_WINDOW: Duration = Duration::from_millis(1);

/// The share of a meter that has the key to itself.
const WHOLE: f64 = 1.0;

/// One request of the highest limit.
const SMALLEST_SHARE: f64 = 1.0 / MOST_REQUESTS as f64;

const ROUNDING: f64 = 1e-6;

/// The pause after a first 429 that does not say how long; it doubles with each
/// that follows, up to the window.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest gap between requests, in even shares of the window. A little less
/// than one: what answers of uneven length cost is caught up then.
const LONGEST_GAP: f64 = 0.9;

/// How late a read may be for a launch's sake, in intervals between requests.
const TOLERATED: u32 = 4;

/// How far apart requests leave after a 429 if there is no limit to tell.
const UNLIMITED_GAP: Duration = Duration::from_millis(100);

/// So many requests in any window of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub requests: u32,
    /// How long the window is.
    pub window: Duration,
}

impl Limit {
    /// Brought into the range from 1 to 100,000 requests, and from 1 ms to one hour.
    pub fn new(requests: u32, window: Duration) -> Self {
        Self {
            requests: requests.clamp(1, MOST_REQUESTS),
            window: window.clamp(SHORTEST_WINDOW, LONGEST_WINDOW),
        }
    }
}

impl Limit {
    /// A part of it: as many requests as it has whole ones of, at least one.
    fn share(self, share: f64) -> Self {
        // What a product lacks by rounding is no request less.
        let requests = (f64::from(self.requests) * share + ROUNDING).floor();
        Self::new(requests as u32, self.window)
    }
}

impl Default for Limit {
    fn default() -> Self {
        USUAL
    }
}

/// Who says what the limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitPolicy {
    /// This, until answers tell otherwise.
    RateLimitHeaders(Limit),
    /// This, and less if answers tell less.
    AtMost(Limit),
    /// There is none.
    Unlimited,
}

/// One slot, taken: to be given to [`SlidingWindow::end`] when it is known what became
/// of the request.
#[derive(Debug)]
pub struct Reservation {
    at: Duration,
    /// When the one before left.
    before: Option<Duration>,
    /// How many slots had come back until then.
    returned: u64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOutcome {
    /// Nothing of it left this machine, so it never arrives.
    NotSent,
    /// No answer is awaited any longer. If it arrives at all, it has arrived.
    GivenUp,
    /// An answer came, whole or not, and told this.
    Answered(RateLimitHeaders),
}

/// What an answer changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LimitUpdate {
    /// Nothing leaves for so long.
    pub frozen_for: Option<Duration>,
    /// The limit is another one now.
    pub limit: Option<Limit>,
    /// So many slots were found to be used by others.
    pub foreign: u32,
}

/// What a budget has for a batch, from [`SlidingWindow::supply`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supply {
    /// How many requests can leave until it matters.
    pub requests: usize,
    /// How far apart they are on average, in the long run; zero without a limit.
    pub interval: Duration,
}

impl Supply {
    /// There is no limit.
    pub const UNLIMITED: Self = Self { requests: usize::MAX, interval: Duration::ZERO };
}

/// The slots of a key. In no window does the server see more requests than the
/// limit, however long they are under way.
///
/// ```
/// use std::time::Duration;
/// use job_polling::limiter::{RequestOutcome, Limit, LimitPolicy, RateLimitHeaders, SlidingWindow};
///
/// let (seconds, limit) = (Duration::from_secs, Limit::new(1, Duration::from_secs(60)));
/// let mut window = SlidingWindow::new(LimitPolicy::RateLimitHeaders(limit));
/// let Some(taken) = window.take(seconds(0), 0) else { panic!("all slots are free") };
/// assert_eq!(window.opening(seconds(1), 1), None);
/// window.end(seconds(2), taken, RequestOutcome::Answered(RateLimitHeaders::default()));
/// assert_eq!(window.opening(seconds(2), 1), Some(seconds(62)));
/// ```
#[derive(Debug, Clone)]
pub struct SlidingWindow {
    rule: LimitPolicy,
    /// The limit of the key, as far as it is known.
    whole: Limit,
    /// The part of it that is used here.
    share: f64,
    /// What that comes to.
    limit: Limit,
    latest: Duration,
    in_flight: u32,
    /// When the requests ended whose slots are not back yet, oldest first.
    ended: VecDeque<Duration>,
    /// How many slots came back so far.
    returned: u64,
    last_taken: Option<Duration>,
    frozen_until: Duration,
    calm_until: Duration,
    refusals: u32,
    bursts: bool,
}

impl SlidingWindow {
    /// All slots are free.
    pub fn new(rule: LimitPolicy) -> Self {
        Self::with_share(rule, WHOLE)
    }

    /// All slots of a share are free: a part of the limit, whatever answers say that it is.
    /// The share is brought into the range from 0.00001 to 1; what is no number counts as 1.
    pub fn with_share(rule: LimitPolicy, share: f64) -> Self {
        let whole = match rule {
            LimitPolicy::RateLimitHeaders(limit) | LimitPolicy::AtMost(limit) => limit,
            LimitPolicy::Unlimited => USUAL,
        };
        let share = if share.is_nan() { WHOLE } else { share.clamp(SMALLEST_SHARE, WHOLE) };
        Self {
            rule,
            whole,
            share,
            limit: whole.share(share),
            latest: Duration::ZERO,
            in_flight: 0,
            ended: VecDeque::new(),
            returned: 0,
            last_taken: None,
            frozen_until: Duration::ZERO,
            calm_until: Duration::ZERO,
            refusals: 0,
            bursts: false,
        }
    }

    /// The same rule with another share, and all slots free.
    pub(crate) fn renewed(&self, share: f64) -> Self {
        Self::with_share(self.rule, share)
    }

    /// Whether requests leave as soon as there is a slot. Unless told, those beyond
    /// half of the budget leave ever more evenly.
    pub fn allow_bursts(&mut self, allowed: bool) {
        self.bursts = allowed;
    }

    /// The limit as it is known, or the share of it; `None` if there is none.
    pub fn limit(&self) -> Option<Limit> {
        (self.rule != LimitPolicy::Unlimited).then_some(self.limit)
    }

    /// How many slots are free; none while a 429 is waited out.
    pub fn available(&self, now: Duration) -> u32 {
        let now = now.max(self.latest);
        if now < self.frozen_until { 0 } else { self.free(now) }
    }

    /// How many requests can leave within this time, and four intervals: reads that
    /// come later than they should by no more than that are no reason to save slots.
    pub fn supply(&self, now: Duration, within: Duration) -> Supply {
        let Some(limit) = self.limit() else { return Supply::UNLIMITED };
        let now = now.max(self.latest);
        let interval = limit.window / limit.requests;
        let late = (interval * TOLERATED).min(limit.window / TOLERATED);
        let until = within.saturating_add(late).min(LONGEST_WINDOW);
        let rounds = until.saturating_sub(limit.window);
        let held = self.ended.len() - self.back(now.saturating_add(until));
        let under_way = if rounds.is_zero() { self.in_flight as usize } else { 0 };
        let again = (rounds.as_secs_f64() / interval.as_secs_f64()) as usize;
        let requests = (limit.requests as usize).saturating_sub(held + under_way) + again;
        Supply { requests, interval }
    }

    /// When the next request may leave, `now` or later, if so many wait. `None`
    /// if that depends on the answers of requests that are under way.
    pub fn opening(&self, now: Duration, waiting: usize) -> Option<Duration> {
        let now = now.max(self.latest);
        let earliest = self.next_free(now)?.max(self.frozen_until);
        let gap = self.gap(earliest, waiting);
        let paced = self.last_taken.map_or(Duration::ZERO, |last| last + gap);
        Some(earliest.max(paced))
    }

    /// Takes a slot, if a request may leave now when so many wait.
    pub fn take(&mut self, now: Duration, waiting: usize) -> Option<Reservation> {
        let now = self.advance(now);
        if self.opening(now, waiting) != Some(now) {
            return None;
        }
        self.in_flight += 1;
        let before = self.last_taken.replace(now);
        Some(Reservation { at: now, before, returned: self.returned })
    }

    /// Tells what became of a request.
    pub fn end(&mut self, now: Duration, taken: Reservation, end: RequestOutcome) -> LimitUpdate {
        let now = self.advance(now);
        self.in_flight = self.in_flight.saturating_sub(1);
        match end {
            RequestOutcome::NotSent => {
                self.returned += 1;
                if self.last_taken == Some(taken.at) {
                    self.last_taken = taken.before;
                }
            }
            RequestOutcome::GivenUp => self.hold(now, 1),
            RequestOutcome::Answered(told) => {
                self.hold(now, 1);
                return self.learn(now, &taken, &told);
            }
        }
        LimitUpdate::default()
    }

    /// How long a 429 is waited out yet; zero if none is.
    pub fn frozen_for(&self, now: Duration) -> Duration {
        self.frozen_until.saturating_sub(now.max(self.latest))
    }

    /// How scarce requests are: 0 with the whole budget free and nobody
    /// waiting, 1 if all of it is used or spoken for. In between, the part that is.
    pub fn scarcity(&self, now: Duration, waiting: usize) -> f64 {
        let now = now.max(self.latest);
        if now < self.frozen_until {
            return 1.0;
        }
        self.demand(now, waiting)
    }

    /// The part of the budget that is used or waited for.
    fn demand(&self, now: Duration, waiting: usize) -> f64 {
        let Some(limit) = self.limit() else { return 0.0 };
        let used = limit.requests - self.free(now);
        ((f64::from(used) + waiting as f64) / f64::from(limit.requests)).min(1.0)
    }

    fn advance(&mut self, now: Duration) -> Duration {
        self.latest = now.max(self.latest);
        let back = self.back(self.latest);
        self.ended.drain(..back);
        self.returned += back as u64;
        self.latest
    }

    /// How many of the ended requests' slots are back.
    fn back(&self, now: Duration) -> usize {
        let is_back = |end: &Duration| *end + self.limit.window <= now;
        // Most often none is.
        if self.ended.front().is_some_and(is_back) {
            self.ended.partition_point(is_back)
        } else {
            0
        }
    }

    fn free(&self, now: Duration) -> u32 {
        let Some(limit) = self.limit() else { return u32::MAX };
        let held = self.in_flight as usize + self.ended.len() - self.back(now);
        limit.requests.saturating_sub(u32::try_from(held).unwrap_or(u32::MAX))
    }

    fn next_free(&self, now: Duration) -> Option<Duration> {
        let Some(limit) = self.limit() else { return Some(now) };
        let held = self.in_flight as usize + self.ended.len();
        match held.checked_sub(limit.requests as usize) {
            None => Some(now),
            Some(too_many) => self.ended.get(too_many).map(|end| (*end + limit.window).max(now)),
        }
    }

    /// How far behind the last request the next one leaves. With half of the
    /// budget free and nobody waiting, not at all; from there on it grows, because
    /// what is spent in a burst comes back in a burst.
    fn gap(&self, at: Duration, waiting: usize) -> Duration {
        let calm = at < self.calm_until;
        match self.limit() {
            None if calm => UNLIMITED_GAP,
            None => Duration::ZERO,
            Some(limit) if calm => limit.window / limit.requests,
            Some(_) if self.bursts => Duration::ZERO,
            Some(limit) => match 2.0 * self.demand(at, waiting) - 1.0 {
                pressure if pressure > 0.0 => {
                    (limit.window / limit.requests).mul_f64(LONGEST_GAP * pressure)
                }
                _ => Duration::ZERO,
            },
        }
    }

    fn hold(&mut self, now: Duration, slots: u32) {
        if self.rule != LimitPolicy::Unlimited {
            self.ended.extend(std::iter::repeat_n(now, slots as usize));
        }
    }

    fn learn(
        &mut self,
        now: Duration,
        taken: &Reservation,
        told: &RateLimitHeaders,
    ) -> LimitUpdate {
        let limit = self.set_limit(told);
        if let Some(pause) = told.refused {
            let frozen_for = self.freeze(now, taken, pause);
            return LimitUpdate { frozen_for: Some(frozen_for), limit, foreign: 0 };
        }
        self.refusals = 0;
        let foreign = self.foreign(now, taken, told);
        self.hold(now, foreign);
        LimitUpdate { frozen_for: None, limit, foreign }
    }

    fn set_limit(&mut self, told: &RateLimitHeaders) -> Option<Limit> {
        let requests = told.limit.unwrap_or(self.whole.requests);
        let window = told.window.unwrap_or(self.whole.window);
        let mut whole = Limit::new(requests, window);
        match self.rule {
            LimitPolicy::Unlimited => return None,
            LimitPolicy::RateLimitHeaders(_) => {}
            LimitPolicy::AtMost(most) => {
                whole.requests = whole.requests.min(most.requests);
                whole.window = whole.window.max(most.window);
            }
        }
        self.whole = whole;
        let limit = whole.share(self.share);
        let changed = limit != self.limit;
        self.limit = limit;
        changed.then_some(limit)
    }

    /// How many requests the server has counted that are not ours: at least
    /// what it counted less all that we have sent until now. What others take of their
    /// share is theirs.
    fn foreign(&self, now: Duration, taken: &Reservation, told: &RateLimitHeaders) -> u32 {
        let (Some(limit), Some(remaining)) = (self.limit(), told.remaining) else { return 0 };
        // With `AtMost`, the server may count up to more than is used here.
        let whole = told.limit.unwrap_or(self.whole.requests);
        let theirs = u64::from(whole.saturating_sub(limit.requests));
        let counted = u64::from(whole.saturating_sub(remaining));
        let held = u64::from(limit.requests - self.free(now));
        let ours = held + (self.returned - taken.returned);
        u32::try_from(counted.saturating_sub(ours + theirs)).unwrap_or(0)
    }

    /// Stops everything. Afterwards requests leave evenly for a window: the
    /// budget is less than was thought, nobody knows by how much.
    fn freeze(&mut self, now: Duration, taken: &Reservation, pause: Option<Duration>) -> Duration {
        // What left before the freeze tells nothing new by being refused as well.
        if self.refusals == 0 || taken.at >= self.frozen_until {
            self.refusals += 1;
        }
        let doubled = FIRST_PAUSE * 2_u32.saturating_pow(self.refusals.min(16) - 1);
        let pause = pause.unwrap_or(doubled.min(self.limit.window)).min(LONGEST_RETRY_AFTER);
        self.frozen_until = self.frozen_until.max(now + pause);
        self.calm_until = self.frozen_until + self.limit.window;
        self.frozen_until - now
    }
}

#[cfg(test)]
mod tests;
