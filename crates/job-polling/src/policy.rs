//! [`PollPolicy`]: the pause between two reads of a job.

mod error;
mod strategy;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::error::PollPolicyError;
pub use self::strategy::{PollProgress, PollStrategy};

/// The recommended pauses; the last one repeats.
const RECOMMENDED: [Duration; 3] =
    [Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// The default waiting time that one read is worth: 2 seconds.
pub const DEFAULT_READ_COST: Duration = Duration::from_secs(2);

/// The minimum pause of every policy: a read costs quota.
const MIN_PAUSE: Duration = Duration::from_millis(100);

/// The relative spread of pauses, so that jobs launched together drift apart.
const JITTER: f64 = 0.1;

/// Determines the pause between two reads of a running job.
///
/// A policy is a plain value without a clock or random numbers. The default is
/// [`adaptive`](Self::adaptive): it reads when the expected result is worth the read, based on the
/// durations of earlier jobs. [`recommended`](Self::recommended), [`fixed`](Self::fixed) and
/// [`exponential`](Self::exponential) are sequences of pauses, and [`custom`](Self::custom) takes a
/// user-defined policy.
///
/// Pauses are spread a little (see [`with_jitter`](Self::with_jitter)) and last at least 100 ms. A
/// `Retry-After` of the API and the deadline of the wait take precedence over the policy. A client
/// learns from every wait, with any policy.
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
    Custom(Strategy),
}

#[derive(Clone)]
struct Strategy(Arc<dyn PollStrategy>);

impl Strategy {
    fn name(&self) -> &str {
        self.0.name()
    }
}

impl PartialEq for Strategy {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PollPolicy {
    /// Reads when the expected result is worth a read: [`adaptive_with_read_cost`] with
    /// [`DEFAULT_READ_COST`], 2 s.
    ///
    /// [`adaptive_with_read_cost`]: Self::adaptive_with_read_cost
    pub const fn adaptive() -> Self {
        Self::adaptive_with_read_cost(DEFAULT_READ_COST)
    }

    /// Reads when the expected result is worth a read, if one read is worth `read_cost` of
    /// waiting.
    ///
    /// Reads are planned to minimize the sum of the expected lag (the time between the end of the
    /// job and the read that finds it) and `read_cost` for each read. A lower cost reads more often
    /// and finds the end sooner. As requests become [scarce](crate::schedule::QuotaPressure), the
    /// cost of a read rises up to a hundredfold. One wait makes at most nine reads per minute, and
    /// one more at its deadline. At a cost below the default, that number grows by the square root:
    /// twice as many at a quarter of the cost.
    ///
    /// Durations are learned per client and kind of job (see
    /// [`DurationHistory`](crate::schedule::DurationHistory)): from the duration that the API
    /// reports, otherwise from the reads between which the job ended, and from jobs that are still
    /// running. Before any job was observed, most jobs are expected to complete within 10 seconds.
    ///
    /// After a failed read, it continues like [`recommended`](Self::recommended).
    pub const fn adaptive_with_read_cost(read_cost: Duration) -> Self {
        Self::of(Pace::Adaptive { read_cost })
    }

    /// Reads after the recommended pauses: 2 s, 4 s, 8 s, then every 8 s.
    pub const fn recommended() -> Self {
        Self::of(Pace::Recommended)
    }

    /// Reads after the same pause each time.
    pub const fn fixed(pause: Duration) -> Self {
        Self::of(Pace::Fixed(pause))
    }

    /// Reads after pauses that start at `first` and grow by `factor` up to `longest`. A factor that
    /// is below 1 or not a number counts as 1.
    pub const fn exponential(first: Duration, factor: f64, longest: Duration) -> Self {
        Self::of(Pace::Exponential { first, factor, longest })
    }

    /// Uses a user-defined policy: `strategy` returns each pause. See [`PollStrategy`].
    ///
    /// Two custom policies are equal if one is a clone of the other.
    pub fn custom(strategy: impl PollStrategy) -> Self {
        Self::of(Pace::Custom(Strategy(Arc::new(strategy))))
    }

    const fn of(pace: Pace) -> Self {
        Self { pace, jitter: JITTER }
    }

    /// Spreads each pause by ± this fraction, instead of ±0.1. The fraction is limited to
    /// the range from 0 (no spread) to 1.
    ///
    /// [`adaptive`](Self::adaptive) spreads the price of a read, and by twice as much: jobs that
    /// were launched together then drift apart at almost no cost, because the cost is flat around
    /// the best price. If the API does not report job durations, it also spreads the ages at which
    /// jobs are read, at first by twice as much and then less and less, to learn when jobs end
    /// between two reads.
    #[must_use]
    pub fn with_jitter(mut self, fraction: f64) -> Self {
        self.jitter = if fraction.is_nan() { 0.0 } else { fraction.clamp(0.0, 1.0) };
        self
    }

    /// Returns the pause number `step`, counted from 0, before it is spread.
    fn pause(&self, step: u32, progress: &PollProgress) -> Duration {
        let pause = match &self.pace {
            Pace::Custom(Strategy(strategy)) => strategy.pause(progress),
            _ => self.step_pause(step).unwrap_or_default(),
        };
        pause.max(MIN_PAUSE)
    }

    /// Returns the pause number `step` of a policy that counts steps.
    fn step_pause(&self, step: u32) -> Option<Duration> {
        Some(match self.pace {
            // An adaptive schedule only pauses by steps after failures.
            Pace::Adaptive { .. } | Pace::Recommended => {
                RECOMMENDED[(step as usize).min(RECOMMENDED.len() - 1)]
            }
            Pace::Fixed(pause) => pause,
            Pace::Exponential { first, factor, longest } => grown(first, factor, step, longest),
            Pace::Custom(_) => return None,
        })
    }

    /// Returns the cost of a read at full budget, if the policy plans with it.
    pub(crate) fn read_cost(&self) -> Option<Duration> {
        let Pace::Adaptive { read_cost } = self.pace else { return None };
        Some(read_cost)
    }

    /// Returns the cost of a read, if the policy plans by it, spread by a random number between 0
    /// and 1.
    pub(crate) fn spread_read_cost(&self, unit: f64) -> Option<Duration> {
        Some(stretched(self.read_cost()?, self.spread(unit).powi(2)))
    }

    /// Returns a factor around 1, by a random number between 0 and 1.
    pub(crate) fn spread(&self, unit: f64) -> f64 {
        1.0 + self.jitter * (2.0 * unit.clamp(0.0, 1.0) - 1.0)
    }

    /// Returns the step of a job of this age if it was read by this policy since its launch.
    pub(crate) fn step_at(&self, age: Duration) -> u32 {
        let mut end = Duration::ZERO;
        let mut step = 0;
        while let (Some(pause), Some(next)) = (self.step_pause(step), self.step_pause(step + 1)) {
            let (pause, next) = (pause.max(MIN_PAUSE), next.max(MIN_PAUSE));
            end = end.saturating_add(pause);
            if end > age || next == pause {
                break;
            }
            step += 1;
        }
        step
    }

    /// Returns the pause number `step`, spread by a random number between 0 and 1.
    pub(crate) fn spread_pause(&self, step: u32, progress: &PollProgress, unit: f64) -> Duration {
        stretched(self.pause(step, progress), self.spread(unit)).max(MIN_PAUSE)
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

/// Avoids the panic of `Duration::mul_f64` if the product is too long.
pub(crate) fn stretched(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn spread_pause(policy: &PollPolicy, unit: f64) -> Duration {
        policy.spread_pause(0, &PollProgress::default(), unit)
    }

    #[test]
    fn pauses() {
        let growing = PollPolicy::exponential(seconds(1.0), 2.0, seconds(5.0));
        let rows: &[(&str, PollPolicy, [f64; 5])] = &[
            ("recommended", PollPolicy::recommended(), [2.0, 4.0, 8.0, 8.0, 8.0]),
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
                assert_eq!(
                    policy.pause(step as u32, &PollProgress::default()),
                    seconds(*expected),
                    "{name}, pause {step}"
                );
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
                    assert!(policy.spread_pause(step, &PollProgress::default(), unit) >= MIN_PAUSE);
                }
            }
        }
        assert!(spread_pause(&PollPolicy::fixed(Duration::ZERO), 0.0) >= MIN_PAUSE);
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
    fn the_jitter_is_ten_percent_in_both_directions() {
        let rows = [(0.0, 1.8), (0.5, 2.0), (1.0, 2.2)];
        for (unit, expected) in rows {
            let pause = spread_pause(&PollPolicy::recommended(), unit);
            assert!(pause.abs_diff(seconds(expected)) < Duration::from_micros(1), "{pause:?}");
        }
        let still = PollPolicy::recommended().with_jitter(0.0);
        assert_eq!(spread_pause(&still, 0.0), spread_pause(&still, 1.0));
    }

    #[test]
    fn a_custom_pause_is_bounded_and_spread_like_others() {
        let instant = PollPolicy::custom(|_: &PollProgress| Duration::ZERO);
        assert_eq!(spread_pause(&instant, 0.0), MIN_PAUSE);
        let forever = PollPolicy::custom(|_: &PollProgress| Duration::MAX);
        assert_eq!(spread_pause(&forever, 1.0), Duration::MAX);
        let even = PollPolicy::custom(|_: &PollProgress| seconds(10.0));
        assert_eq!(spread_pause(&even, 0.0), seconds(9.0));
        assert_eq!(spread_pause(&even.clone().with_jitter(0.0), 0.0), seconds(10.0));
        assert_eq!(even.step_at(seconds(60.0)), 0);
    }

    #[test]
    fn custom_policies_are_equal_if_they_share_a_strategy() {
        let policy = || PollPolicy::custom(|_: &PollProgress| seconds(1.0));
        let first = policy();
        assert_eq!(first, first.clone());
        assert_ne!(first, policy());
        assert_ne!(first, PollPolicy::fixed(seconds(1.0)));
        assert!(format!("{first:?}").contains("Custom(custom)"), "{first:?}");
    }
}
