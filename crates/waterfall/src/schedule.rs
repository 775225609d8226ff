//! [`PollPolicy`]: how long to pause between two reads of a job.

use std::time::Duration;

/// The pauses of the vendor's advice; the last one repeats.
const VENDOR: [Duration; 3] =
    [Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// No policy pauses for less: a read costs quota.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// Pauses are spread by a tenth, so that jobs launched together are not read
/// together for ever.
const JITTER: f64 = 0.1;

/// How long to pause between two reads of a running job.
///
/// A policy is a plain value. It says how long to pause before the first read,
/// the second, and so on; it knows no clock and draws no random numbers. The
/// default is [`vendor`](Self::vendor).
///
/// Each pause is spread by ±10 % (see [`with_jitter`](Self::with_jitter)), and no
/// pause is shorter than 100 ms. A `Retry-After` of the API, and the deadline
/// of the wait, go before the policy.
///
/// ```
/// use std::time::Duration;
/// use waterfall::PollPolicy;
///
/// // 1 s, 1.5 s, 2.25 s, … and then every 10 s:
/// let policy = PollPolicy::exponential(Duration::from_secs(1), 1.5, Duration::from_secs(10));
/// assert_eq!(PollPolicy::default(), PollPolicy::vendor());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PollPolicy {
    pace: Pace,
    jitter: f64,
}

#[derive(Debug, Clone, PartialEq)]
enum Pace {
    Vendor,
    Fixed(Duration),
    Exponential { first: Duration, factor: f64, longest: Duration },
}

impl PollPolicy {
    /// What Waterfall advises: 2 s, 4 s, 8 s, then every 8 s.
    pub const fn vendor() -> Self {
        Self::of(Pace::Vendor)
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
    #[must_use]
    pub fn with_jitter(mut self, fraction: f64) -> Self {
        self.jitter = if fraction.is_nan() { 0.0 } else { fraction.clamp(0.0, 1.0) };
        self
    }

    /// The pause number `step`, counted from 0, before it is spread.
    fn pause(&self, step: u32) -> Duration {
        let pause = match self.pace {
            Pace::Vendor => VENDOR[(step as usize).min(VENDOR.len() - 1)],
            Pace::Fixed(pause) => pause,
            Pace::Exponential { first, factor, longest } => grown(first, factor, step, longest),
        };
        pause.max(SHORTEST_PAUSE)
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
        let factor = 1.0 + self.jitter * (2.0 * unit.clamp(0.0, 1.0) - 1.0);
        stretched(self.pause(step), factor).max(SHORTEST_PAUSE)
    }
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self::vendor()
    }
}

fn grown(first: Duration, factor: f64, step: u32, longest: Duration) -> Duration {
    let factor = if factor > 1.0 { factor } else { 1.0 };
    stretched(first, factor.powf(f64::from(step))).min(longest)
}

/// `Duration::mul_f64` panics when the product is too long.
fn stretched(duration: Duration, factor: f64) -> Duration {
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
            ("vendor", PollPolicy::vendor(), [2.0, 4.0, 8.0, 8.0, 8.0]),
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
            (PollPolicy::vendor(), 0.0, 0),
            (PollPolicy::vendor(), 1.9, 0),
            (PollPolicy::vendor(), 2.0, 1),
            (PollPolicy::vendor(), 5.9, 1),
            (PollPolicy::vendor(), 6.0, 2),
            (PollPolicy::vendor(), 60.0, 2),
            (PollPolicy::vendor(), 1e9, 2),
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
            let pause = PollPolicy::vendor().spread_pause(0, unit);
            assert!(pause.abs_diff(seconds(expected)) < Duration::from_micros(1), "{pause:?}");
        }
        let still = PollPolicy::vendor().with_jitter(0.0);
        assert_eq!(still.spread_pause(0, 0.0), still.spread_pause(0, 1.0));
    }
}
