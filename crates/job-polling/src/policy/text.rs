//! A [`PollPolicy`] as text, for command lines and settings.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::{Pace, PollPolicy};

/// How many seconds a pause may have.
const PAUSES: RangeInclusive<f64> = 0.1..=86_400.0;

/// How many seconds of waiting a read may cost.
const READ_COSTS: RangeInclusive<f64> = 0.02..=10_000.0;

/// By how much a pause may grow each time.
const FACTORS: RangeInclusive<f64> = 1.0..=1_000.0;

/// The text is not a [`PollPolicy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollPolicyError(&'static str);

const FORMS: &str = "give learned, learned:READ_COST, vendor, fixed:PAUSE or \
                     exponential:FIRST,FACTOR,LONGEST, with times in seconds";

impl fmt::Display for PollPolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for PollPolicyError {}

/// One of `learned`, `learned:READ_COST`, `vendor`, `fixed:PAUSE` and
/// `exponential:FIRST,FACTOR,LONGEST`, with times in seconds: pauses from 0.1 to
/// 86,400, the cost of a read from 0.02 to 10,000, the factor from 1 to 1,000.
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
            None if text.trim() == "learned" => Ok(Self::adaptive()),
            None if text.trim() == "vendor" => Ok(Self::recommended()),
            Some(("learned", cost)) => Ok(Self::adaptive_with_read_cost(read_cost(cost)?)),
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
        .ok_or(PollPolicyError("a factor has to be a number from 1 to 1000"))?;
    Ok(PollPolicy::exponential(first, factor, longest))
}

fn pause(text: &str) -> Result<Duration, PollPolicyError> {
    number(text, PAUSES)
        .map(Duration::from_secs_f64)
        .ok_or(PollPolicyError("a pause has to be a number of seconds from 0.1 to 86400"))
}

fn read_cost(text: &str) -> Result<Duration, PollPolicyError> {
    number(text, READ_COSTS).map(Duration::from_secs_f64).ok_or(PollPolicyError(
        "the cost of a read has to be a number of seconds from 0.02 to 10000",
    ))
}

fn number(text: &str, range: RangeInclusive<f64>) -> Option<f64> {
    text.trim().parse().ok().filter(|number| range.contains(number))
}

/// As it is parsed. How much a policy is [spread](PollPolicy::with_jitter) is not
/// shown.
impl fmt::Display for PollPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::adaptive().with_jitter(self.jitter) {
            return f.write_str("learned");
        }
        match self.pace {
            Pace::Adaptive { read_cost } => write!(f, "learned:{}", read_cost.as_secs_f64()),
            Pace::Recommended => f.write_str("vendor"),
            Pace::Fixed(pause) => write!(f, "fixed:{}", pause.as_secs_f64()),
            Pace::Exponential { first, factor, longest } => {
                let (first, longest) = (first.as_secs_f64(), longest.as_secs_f64());
                write!(f, "exponential:{first},{factor},{longest}")
            }
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
            ("learned", PollPolicy::adaptive(), "learned"),
            ("learned:2", PollPolicy::adaptive(), "learned"),
            ("learned:0.5", PollPolicy::adaptive_with_read_cost(seconds(0.5)), "learned:0.5"),
            (" vendor ", PollPolicy::recommended(), "vendor"),
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
    fn other_texts_are_refused_with_what_is_wrong() {
        let rows = [
            ("", "give learned"),
            ("best", "give learned"),
            ("vendor:2", "give learned"),
            ("fixed", "give learned"),
            ("exponential:1,2", "give learned"),
            ("exponential:1,2,3,4", "give learned"),
            ("fixed:0", "a pause has to"),
            ("fixed:nan", "a pause has to"),
            ("exponential:1,2,inf", "a pause has to"),
            ("exponential:1,0.5,8", "a factor has to"),
            ("learned:-2", "the cost of a read has to"),
        ];
        for (text, expected) in rows {
            let error = text.parse::<PollPolicy>().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
