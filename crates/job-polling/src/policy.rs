//! [`PollPolicy`]: how long to pause between two reads of a job.

mod text;

use std::time::Duration;

pub use self::text::PollPolicyError;

/// The pauses of the vendor's advice; the last one repeats.
const RECOMMENDED: [Duration; 3] =
    [Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// What one read is worth in waiting, unless told otherwise: 2 seconds.
pub const DEFAULT_READ_COST: Duration = Duration::from_secs(2);

/// No policy pauses for less: a read costs quota.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// Pauses are spread by a tenth, so that jobs launched together are not read
/// together for ever.
const JITTER: f64 = 0.1;

/// How long to pause between two reads of a running job.
///
/// A policy is a plain value; it knows no clock and draws no random numbers. The
/// default is [`learned`](Self::adaptive): read when it is worth it, going by how
/// long jobs have been taking. The others say how long to pause before the first
/// read, the second, and so on.
///
/// All is spread a little (see [`with_jitter`](Self::with_jitter)), and no pause
/// is shorter than 100 ms. A `Retry-ReadOutcome` of the API, and the deadline of the
/// wait, go before the policy.
///
/// Whatever the policy, a client learns from each wait.
///
/// ```
/// use std::time::Duration;
/// use job_polling::PollPolicy;
///
/// // 1 s, 1.5 s, 2.25 s, … and then every 10 s:
/// let policy = PollPolicy::exponential(Duration::from_secs(1), 1.5, Duration::from_secs(10));
/// // One read is worth half a second of waiting:
/// let impatient = PollPolicy::adaptive_with_read_cost(Duration::from_millis(500));
/// assert_eq!(PollPolicy::default(), PollPolicy::adaptive());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "poll")]
#[doc(alias = "interval")]
#[doc(alias = "backoff")]
pub struct PollPolicy {
    pace: Pace,
    jitter: f64,
}

#[derive(Debug, Clone, PartialEq)]
enum Pace {
    Adaptive { read_cost: Duration },
    Recommended,
    Fixed(Duration),
    Exponential { first: Duration, factor: f64, longest: Duration },
}

impl PollPolicy {
    /// Reads when it is worth it: [`adaptive_with_read_cost`](Self::adaptive_with_read_cost) a cost of
    /// [`DEFAULT_READ_COST`], 2 s.
    pub const fn adaptive() -> Self {
        Self::adaptive_with_read_cost(DEFAULT_READ_COST)
    }

    /// Reads when it is worth it, if one read is worth `read_cost` of waiting.
    ///
    /// Each read is made when it makes the sum least of the expected lag (how
    /// long the job is over before a read sees it) and of `read_cost` for each read.
    /// A lower cost reads more often and sees the end sooner. As requests
    /// become [scarce](super::QuotaPressure), reads become dearer, up to a hundred times.
    /// One wait makes at most nine reads in a minute, and one more at its deadline; at a
    /// cost below the default, more by the square root: twice as many at a fourth of it.
    ///
    /// How long jobs take is learnt for each client and kind of job, see
    /// [`DurationHistory`](super::DurationHistory): from the job's `stop_date` less its
    /// `start_date`, else from the reads between which it ended, and from jobs
    /// that are still running. Before any job was seen, it goes by what Waterfall says:
    /// most jobs complete in under 10 seconds.
    ///
    /// After a read that failed it goes on as [`vendor`](Self::recommended) does.
    pub const fn adaptive_with_read_cost(read_cost: Duration) -> Self {
        Self::of(Pace::Adaptive { read_cost })
    }

    /// What Waterfall advises: 2 s, 4 s, 8 s, then every 8 s.
    pub const fn recommended() -> Self {
        Self::of(Pace::Recommended)
    }

    /// The same pause before every read.
    pub const fn fixed(pause: Duration) -> Self {
        Self::of(Pace::Fixed(pause))
    }

    /// Pauses that start at `first` and grow by `factor` until they are as long
    /// as `longest`. A factor below 1, or none that is a number, counts as 1.
    pub const fn exponential(first: Duration, factor: f64, longest: Duration) -> Self {
        Self::of(Pace::Exponential { first, factor, longest })
    }

    const fn of(pace: Pace) -> Self {
        Self { pace, jitter: JITTER }
    }

    /// Spreads each pause by ± this fraction, instead of ±0.1. It is brought
    /// into the range from 0 (no spread) to 1.
    ///
    /// [`learned`](Self::adaptive) spreads the price of a read, and by twice as much:
    /// jobs that were launched together then drift apart at next to no cost, for
    /// around the best price the cost is flat. Where the API does not say how long jobs
    /// took, it spreads the ages too, at first by twice as much and then less and
    /// less, to learn when jobs end between two reads.
    #[must_use]
    pub fn with_jitter(mut self, fraction: f64) -> Self {
        self.jitter = if fraction.is_nan() { 0.0 } else { fraction.clamp(0.0, 1.0) };
        self
    }

    /// The pause number `step`, counted from 0, before it is spread.
    fn pause(&self, step: u32) -> Duration {
        let pause = match self.pace {
            // Of a learned schedule, only failures have pauses.
            Pace::Adaptive { .. } | Pace::Recommended => {
                RECOMMENDED[(step as usize).min(RECOMMENDED.len() - 1)]
            }
            Pace::Fixed(pause) => pause,
            Pace::Exponential { first, factor, longest } => grown(first, factor, step, longest),
        };
        pause.max(SHORTEST_PAUSE)
    }

    /// What a read costs while nothing is scarce, if the policy asks for that.
    pub(crate) fn read_cost(&self) -> Option<Duration> {
        let Pace::Adaptive { read_cost } = self.pace else { return None };
        Some(read_cost)
    }

    /// What a read costs, if the policy asks for that, spread by a random number
    /// between 0 and 1.
    pub(crate) fn spread_read_cost(&self, unit: f64) -> Option<Duration> {
        Some(stretched(self.read_cost()?, self.spread(unit).powi(2)))
    }

    /// A factor around 1, by a random number between 0 and 1.
    pub(crate) fn spread(&self, unit: f64) -> f64 {
        1.0 + self.jitter * (2.0 * unit.clamp(0.0, 1.0) - 1.0)
    }

    /// Which pause a job of this age is in, if it was read by this policy from
    /// its launch on.
    pub(crate) fn step_at(&self, age: Duration) -> u32 {
        let mut end = Duration::ZERO;
        let mut step = 0;
        loop {
            let pause = self.pause(step);
            end = end.saturating_add(pause);
            if end > age || self.pause(step + 1) == pause {
                return step;
            }
            step += 1;
        }
    }

    /// The pause number `step`, spread by a random number between 0 and 1.
    pub(crate) fn spread_pause(&self, step: u32, unit: f64) -> Duration {
        stretched(self.pause(step), self.spread(unit)).max(SHORTEST_PAUSE)
    }
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self::adaptive()
    }
}

fn grown(first: Duration, factor: f64, step: u32, longest: Duration) -> Duration {
    let factor = if factor > 1.0 { factor } else { 1.0 };
    stretched(first, factor.powf(f64::from(step))).min(longest)
}

/// `Duration::mul_f64` panics when the product is too long.
pub(crate) fn stretched(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn pauses() {
        let growing = PollPolicy::exponential(seconds(1.0), 2.0, seconds(5.0));
        let rows: &[(&str, PollPolicy, [f64; 5])] = &[
            ("vendor", PollPolicy::recommended(), [2.0, 4.0, 8.0, 8.0, 8.0]),
            ("fixed", PollPolicy::fixed(seconds(1.5)), [1.5; 5]),
            ("exponential", growing, [1.0, 2.0, 4.0, 5.0, 5.0]),
            ("no pause", PollPolicy::fixed(Duration::ZERO), [0.1; 5]),
            ("shrinking", PollPolicy::exponential(seconds(3.0), 0.5, seconds(9.0)), [3.0; 5]),
            ("nan", PollPolicy::exponential(seconds(3.0), f64::NAN, seconds(9.0)), [3.0; 5]),
            (
                "first over longest",
                PollPolicy::exponential(seconds(9.0), 2.0, seconds(4.0)),
                [4.0; 5],
            ),
        ];
        for (name, policy, expected) in rows {
            for (step, expected) in expected.iter().enumerate() {
                assert_eq!(policy.pause(step as u32), seconds(*expected), "{name}, pause {step}");
            }
        }
    }

    #[test]
    fn no_pause_overflows_or_is_zero() {
        for policy in [
            PollPolicy::exponential(seconds(1.0), 1e300, Duration::MAX),
            PollPolicy::exponential(Duration::MAX, f64::INFINITY, Duration::MAX),
            PollPolicy::fixed(Duration::MAX),
        ] {
            for step in [0, 1, 7, u32::MAX] {
                for unit in [0.0, 0.5, 1.0, f64::INFINITY] {
                    assert!(policy.spread_pause(step, unit) >= SHORTEST_PAUSE);
                }
            }
        }
        assert!(PollPolicy::fixed(Duration::ZERO).spread_pause(0, 0.0) >= SHORTEST_PAUSE);
    }

    #[test]
    fn a_job_of_an_age_is_in_a_pause() {
        let growing = PollPolicy::exponential(seconds(1.0), 2.0, seconds(4.0));
        let rows = [
            (PollPolicy::recommended(), 0.0, 0),
            (PollPolicy::recommended(), 1.9, 0),
            (PollPolicy::recommended(), 2.0, 1),
            (PollPolicy::recommended(), 5.9, 1),
            (PollPolicy::recommended(), 6.0, 2),
            (PollPolicy::recommended(), 60.0, 2),
            (PollPolicy::recommended(), 1e9, 2),
            (PollPolicy::fixed(seconds(3.0)), 100.0, 0),
            (growing.clone(), 0.5, 0),
            (growing.clone(), 1.0, 1),
            (growing, 1e6, 2),
        ];
        for (policy, age, expected) in rows {
            assert_eq!(policy.step_at(seconds(age)), expected, "{policy:?} at {age} s");
        }
    }

    #[test]
    fn the_spread_is_a_tenth_either_way() {
        let rows = [(0.0, 1.8), (0.5, 2.0), (1.0, 2.2)];
        for (unit, expected) in rows {
            let pause = PollPolicy::recommended().spread_pause(0, unit);
            assert!(pause.abs_diff(seconds(expected)) < Duration::from_micros(1), "{pause:?}");
        }
        let still = PollPolicy::recommended().with_jitter(0.0);
        assert_eq!(still.spread_pause(0, 0.0), still.spread_pause(0, 1.0));
    }
}
