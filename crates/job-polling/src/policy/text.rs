//! The text form of a [`PollPolicy`], for command lines and settings.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::error::PollPolicyError;
use super::{Pace, PollPolicy};

/// The range of a pause, in seconds.
const PAUSES: RangeInclusive<f64> = 0.1..=86_400.0;

/// The range of the cost of a read, in seconds of waiting.
const READ_COSTS: RangeInclusive<f64> = 0.02..=10_000.0;

/// The range of the factor by which pauses grow.
const FACTORS: RangeInclusive<f64> = 1.0..=1_000.0;

const FORMS: &str = "expected adaptive, adaptive:READ_COST, recommended, fixed:PAUSE or \
                     exponential:FIRST,FACTOR,LONGEST, with times in seconds";

/// Parses `adaptive`, `adaptive:READ_COST`, `recommended`, `fixed:PAUSE` or
/// `exponential:FIRST,FACTOR,LONGEST`, with times in seconds: pauses from 0.1 to 86,400, the cost
/// of a read from 0.02 to 10,000, and the factor from 1 to 1,000.
///
/// `learned` and `vendor`, the earlier names of the first and the third, are still accepted.
///
/// ```
/// use std::time::Duration;
/// use job_polling::PollPolicy;
///
/// let policy: PollPolicy = "fixed:1.5".parse()?;
/// assert_eq!(policy, PollPolicy::fixed(Duration::from_millis(1500)));
/// assert_eq!(policy.to_string(), "fixed:1.5");
/// # Ok::<(), job_polling::PollPolicyError>(())
/// ```
impl FromStr for PollPolicy {
    type Err = PollPolicyError;

    fn from_str(text: &str) -> Result<Self, PollPolicyError> {
        match text.trim().split_once(':') {
            None if ["adaptive", "learned"].contains(&text.trim()) => Ok(Self::adaptive()),
            None if ["recommended", "vendor"].contains(&text.trim()) => Ok(Self::recommended()),
            Some(("adaptive" | "learned", cost)) => {
                Ok(Self::adaptive_with_read_cost(read_cost(cost)?))
            }
            Some(("fixed", length)) => Ok(Self::fixed(pause(length)?)),
            Some(("exponential", values)) => exponential(values),
            _ => Err(PollPolicyError(FORMS)),
        }
    }
}

fn exponential(values: &str) -> Result<PollPolicy, PollPolicyError> {
    let mut values = values.split(',');
    let (Some(first), Some(factor), Some(longest), None) =
        (values.next(), values.next(), values.next(), values.next())
    else {
        return Err(PollPolicyError(FORMS));
    };
    let (first, longest) = (pause(first)?, pause(longest)?);
    let factor = number(factor, FACTORS)
        .ok_or(PollPolicyError("a factor must be a number from 1 to 1000"))?;
    Ok(PollPolicy::exponential(first, factor, longest))
}

fn pause(text: &str) -> Result<Duration, PollPolicyError> {
    number(text, PAUSES)
        .map(Duration::from_secs_f64)
        .ok_or(PollPolicyError("a pause must be a number of seconds from 0.1 to 86400"))
}

fn read_cost(text: &str) -> Result<Duration, PollPolicyError> {
    number(text, READ_COSTS)
        .map(Duration::from_secs_f64)
        .ok_or(PollPolicyError("the cost of a read must be a number of seconds from 0.02 to 10000"))
}

fn number(text: &str, range: RangeInclusive<f64>) -> Option<f64> {
    text.trim().parse().ok().filter(|number| range.contains(number))
}

/// Writes the form that is parsed or, for a custom policy, its name, which can't be parsed. The
/// [jitter](PollPolicy::with_jitter) is not shown.
impl fmt::Display for PollPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::adaptive().with_jitter(self.jitter) {
            return f.write_str("adaptive");
        }
        match &self.pace {
            Pace::Adaptive { read_cost } => write!(f, "adaptive:{}", read_cost.as_secs_f64()),
            Pace::Recommended => f.write_str("recommended"),
            Pace::Fixed(pause) => write!(f, "fixed:{}", pause.as_secs_f64()),
            Pace::Exponential { first, factor, longest } => {
                let (first, longest) = (first.as_secs_f64(), longest.as_secs_f64());
                write!(f, "exponential:{first},{factor},{longest}")
            }
            Pace::Custom(strategy) => f.write_str(strategy.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn texts_are_policies() {
        let growing = PollPolicy::exponential(seconds(0.5), 2.0, seconds(8.0));
        let rows = [
            ("adaptive", PollPolicy::adaptive(), "adaptive"),
            ("learned", PollPolicy::adaptive(), "adaptive"),
            ("adaptive:2", PollPolicy::adaptive(), "adaptive"),
            ("adaptive:0.5", PollPolicy::adaptive_with_read_cost(seconds(0.5)), "adaptive:0.5"),
            ("learned:0.5", PollPolicy::adaptive_with_read_cost(seconds(0.5)), "adaptive:0.5"),
            (" vendor ", PollPolicy::recommended(), "recommended"),
            ("recommended", PollPolicy::recommended(), "recommended"),
            ("fixed:1.5", PollPolicy::fixed(seconds(1.5)), "fixed:1.5"),
            ("exponential:0.5, 2,8", growing, "exponential:0.5,2,8"),
        ];
        for (text, policy, shown) in rows {
            assert_eq!(text.parse(), Ok(policy.clone()), "{text}");
            assert_eq!(policy.to_string(), shown);
            assert_eq!(policy.with_jitter(0.0).to_string(), shown);
        }
    }

    #[test]
    fn other_texts_are_rejected_with_a_reason() {
        let rows = [
            ("", "expected adaptive"),
            ("best", "expected adaptive"),
            ("vendor:2", "expected adaptive"),
            ("fixed", "expected adaptive"),
            ("exponential:1,2", "expected adaptive"),
            ("exponential:1,2,3,4", "expected adaptive"),
            ("fixed:0", "a pause must"),
            ("fixed:nan", "a pause must"),
            ("exponential:1,2,inf", "a pause must"),
            ("exponential:1,0.5,8", "a factor must"),
            ("adaptive:-2", "the cost of a read must"),
        ];
        for (text, expected) in rows {
            let error = text.parse::<PollPolicy>().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
