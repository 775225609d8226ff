//! [`QuotaPressure`]: the share of the request budget that is in use.

use std::time::Duration;

/// The maximum factor on the price of a read.
const MOST: f64 = 100.0;

/// The maximum factor while launches wait for the same slots.
const MOST_CONTESTED: f64 = 300.0;

/// The scarcity of requests, from 0 (the whole budget is free) to 1 (no request is left).
///
/// It raises the price of a read continuously, by a factor of 1 / (1 − s²), at most 100. With half
/// of the budget used, a read costs a third more; with nine tenths used, five times as much; and
/// with nothing left, so much that a job is read when it has almost certainly ended.
///
/// ```
/// use std::time::Duration;
/// use job_polling::schedule::QuotaPressure;
///
/// let cost = Duration::from_secs(3);
/// assert_eq!(QuotaPressure::NONE.price(cost), cost);
/// assert_eq!(QuotaPressure::of_budget(25, 50, 0).price(cost), Duration::from_secs(4));
/// assert_eq!(QuotaPressure::of_budget(10, 50, 30).price(cost), Duration::from_secs(300));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct QuotaPressure(f64);

impl QuotaPressure {
    /// The whole budget is free, or there is no limit.
    pub const NONE: Self = Self(0.0);

    /// No request is left, and others wait for each slot that returns: a read costs this factor
    /// more.
    pub(crate) fn contested(factor: f64) -> Self {
        if factor > 1.0 { Self(factor) } else { Self::NONE }
    }

    fn factor(self) -> f64 {
        match self.0 {
            share if share <= 1.0 => (1.0 - share * share).recip().min(MOST),
            contested => contested.min(MOST_CONTESTED),
        }
    }

    /// Creates a pressure from the share of the budget that is used, restricted to 0 to 1. NaN
    /// counts as 0.
    pub fn new(share: f64) -> Self {
        Self(if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
    }

    /// Returns the share of the budget that is used or waited for, from 0 to 1.
    pub fn share(self) -> f64 {
        self.0.min(1.0)
    }

    /// Creates a pressure from `available` free requests of `limit` per window, with `waiting`
    /// queued requests.
    pub fn of_budget(available: u32, limit: u32, waiting: usize) -> Self {
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        let free = available.saturating_sub(waiting);
        Self::new(1.0 - f64::from(free) / f64::from(limit.max(1)))
    }

    /// Returns the pressure if only a share of the work needs requests.
    pub(crate) fn for_share(self, share: f64) -> Self {
        Self::new(self.0 * share)
    }

    /// Returns the price of a read that costs `read_cost` at full budget.
    pub fn price(self, read_cost: Duration) -> Duration {
        let price = read_cost.as_secs_f64() * self.factor();
        Duration::try_from_secs_f64(price).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_rises_without_steps() {
        let price =
            |share: f64| QuotaPressure::new(share).price(Duration::from_secs(2)).as_secs_f64();
        let mut before = price(0.0);
        assert_eq!(before, 2.0);
        for share in 1..=1_000 {
            let now = price(f64::from(share) / 1_000.0);
            assert!(now >= before, "falls at {share}");
            assert!(now <= before * 1.2 || share > 990, "jumps at {share}: {before} to {now}");
            before = now;
        }
        assert_eq!(before, 200.0);
    }

    #[test]
    fn quota_pressure_is_between_zero_and_one() {
        let rows = [
            (50, 50, 0, 0.0),
            (25, 50, 0, 0.5),
            (25, 50, 15, 0.8),
            (0, 50, 0, 1.0),
            (10, 50, usize::MAX, 1.0),
            (80, 50, 0, 0.0),
            (0, 0, 0, 1.0),
        ];
        for (available, limit, waiting, expected) in rows {
            let quota_pressure = QuotaPressure::of_budget(available, limit, waiting);
            assert!(
                (quota_pressure.0 - expected).abs() < 1e-12,
                "{available}/{limit}: {quota_pressure:?}"
            );
        }
        assert_eq!(QuotaPressure::new(f64::NAN), QuotaPressure::NONE);
        assert_eq!(QuotaPressure::new(1.0).price(Duration::MAX), Duration::MAX);
    }
}
