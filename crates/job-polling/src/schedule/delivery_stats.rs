//! [`DeliveryStats`]: the share of lost webhook deliveries, and the lag of the others.

use std::time::Duration;

/// The prior: one delivery in twenty is lost, with the weight of four deliveries.
const FIRST_LOST: f64 = 0.2;
const FIRST_SEEN: f64 = 4.0;

/// The weight of a delivery decreases by this factor with each further one.
const FORGETTING: f64 = 1.0 - 1.0 / 64.0;

/// The number of consecutive missing deliveries that can't be a coincidence.
const STREAK: u32 = 2;

/// The initial lag of deliveries and its mean deviation, in seconds.
const FIRST_LAG: f64 = 0.25;
const FIRST_DEVIATION: f64 = 0.2;

/// The smoothing factors of both, and the number of deviations after which a delivery is overdue:
/// the method of TCP's retransmission timeout.
const LAG_GAIN: f64 = 1.0 / 8.0;
const DEVIATION_GAIN: f64 = 1.0 / 4.0;
const DEVIATIONS: f64 = 4.0;

/// The maximum time after the end of a job for which its delivery is awaited.
const LATEST: f64 = 60.0;

/// The share of lost deliveries, and the lag of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DeliveryStats {
    lost: f64,
    seen: f64,
    missing_in_a_row: u32,
    lag: f64,
    deviation: f64,
}

impl DeliveryStats {
    pub(super) const fn new() -> Self {
        let (lag, deviation) = (FIRST_LAG, FIRST_DEVIATION);
        Self { lost: 0.0, seen: 0.0, missing_in_a_row: 0, lag, deviation }
    }

    /// Records the arrival of a delivery. `lag` is the time since the end of its job, if that is
    /// known.
    pub(super) fn came(&mut self, lag: Option<Duration>) {
        self.count(0.0);
        self.missing_in_a_row = 0;
        let Some(lag) = lag.map(|lag| lag.as_secs_f64().min(LATEST)) else { return };
        self.deviation += DEVIATION_GAIN * ((lag - self.lag).abs() - self.deviation);
        self.lag += LAG_GAIN * (lag - self.lag);
    }

    /// Records that a read found a job that had ended without a delivery, and how long ago, if that
    /// is known. The delivery may still be on its way.
    pub(super) fn missing(&mut self, over_for: Option<Duration>) {
        if over_for.is_none_or(|time| time.as_secs_f64() > self.latest()) {
            self.count(1.0);
            self.missing_in_a_row += 1;
        }
    }

    /// Returns the share of deliveries that never arrive. It reacts immediately to an unreachable
    /// endpoint.
    pub(super) fn lost(&self) -> f64 {
        let share = (FIRST_LOST + self.lost) / (FIRST_SEEN + self.seen);
        match self.missing_in_a_row {
            few if few < STREAK => share,
            many => share.max(f64::from(many) / f64::from(many + 1)),
        }
    }

    /// Returns the time after the end of a job at which its delivery is overdue, in seconds.
    pub(super) fn latest(&self) -> f64 {
        (self.lag + DEVIATIONS * self.deviation).min(LATEST)
    }

    fn count(&mut self, lost: f64) {
        self.lost = self.lost * FORGETTING + lost;
        self.seen = self.seen * FORGETTING + 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Option<Duration> {
        Some(Duration::from_secs_f64(seconds))
    }

    #[test]
    fn the_share_of_lost_deliveries_is_learned() {
        let mut arrivals = DeliveryStats::new();
        assert_eq!(arrivals.lost(), 0.05);
        let mut sum = 0.0;
        for number in 1..=2_000 {
            if number % 50 == 0 {
                arrivals.missing(None)
            } else {
                arrivals.came(seconds(0.1))
            }
            sum += arrivals.lost();
        }
        assert!((0.015..0.03).contains(&(sum / 2_000.0)), "{}", sum / 2_000.0);
    }

    #[test]
    fn an_outage_of_the_endpoint_and_its_end_are_detected_at_once() {
        let mut arrivals = DeliveryStats::new();
        (0..200).for_each(|_| arrivals.came(seconds(0.1)));
        assert!(arrivals.lost() < 0.005);
        (0..3).for_each(|_| arrivals.missing(seconds(30.0)));
        assert!(arrivals.lost() >= 0.75, "{arrivals:?}");
        (0..30).for_each(|_| arrivals.missing(None));
        assert!(arrivals.lost() > 0.95, "{arrivals:?}");
        (0..100).for_each(|_| arrivals.came(None));
        assert!(arrivals.lost() < 0.15, "{arrivals:?}");
    }

    #[test]
    fn a_delivery_in_flight_is_not_lost() {
        let mut arrivals = DeliveryStats::new();
        for number in 0..100 {
            arrivals.came(seconds(3.0 + f64::from(number % 3)));
        }
        assert!((5.0..9.0).contains(&arrivals.latest()), "{arrivals:?}");
        let before = arrivals;
        arrivals.missing(seconds(4.0));
        assert_eq!(arrivals, before);
        arrivals.missing(seconds(20.0));
        assert!(arrivals.lost() > before.lost());
        (0..100).for_each(|_| arrivals.came(Some(Duration::MAX)));
        assert_eq!(arrivals.latest(), LATEST);
    }
}
