//! Durations of jobs: a mixture of distributions.

use std::str::FromStr;

/// A component of the mixture: a share of the jobs and their durations.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    law: Law,
    weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Law {
    Lognormal { median: f64, sigma: f64 },
    Exponential { mean: f64 },
    Uniform { from: f64, to: f64 },
    Constant { time: f64 },
}

/// Parses a distribution of times in seconds, `law[*weight]` joined by `+`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Times {
    terms: Vec<Term>,
    weight: f64,
}

impl Times {
    /// Returns a random duration.
    pub(crate) fn draw(&self, random: &mut fastrand::Rng) -> f64 {
        let mut left = random.f64() * self.weight;
        let share = random.f64();
        for term in &self.terms {
            if left < term.weight {
                return term.law.quantile(share);
            }
            left -= term.weight;
        }
        self.terms.last().map_or(0.0, |term| term.law.quantile(share))
    }

    /// Returns about `count` durations that represent the distribution, in order.
    pub(crate) fn points(&self, count: usize) -> Vec<f64> {
        let mut points = Vec::with_capacity(count + self.terms.len());
        for term in &self.terms {
            let share = (count as f64 * term.weight / self.weight).round().max(1.0);
            points.extend(
                (0..share as usize).map(|index| term.law.quantile((index as f64 + 0.5) / share)),
            );
        }
        points.sort_by(f64::total_cmp);
        points
    }
}

impl FromStr for Times {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let terms: Vec<_> = text.split('+').map(str::parse::<Term>).collect::<Result<_, _>>()?;
        let weight = terms.iter().map(|term| term.weight).sum();
        Ok(Self { terms, weight })
    }
}

impl FromStr for Term {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (law, weight) = text.split_once('*').unwrap_or((text, "1"));
        let (name, numbers) = law
            .split_once(':')
            .ok_or_else(|| format!("'{text}' is not like lognormal:5,0.6 or constant:5*0.1"))?;
        let numbers = numbers.split(',').map(positive).collect::<Result<Vec<_>, _>>()?;
        let law = match (name.trim(), &numbers[..]) {
            ("lognormal", &[median, sigma]) => Law::Lognormal { median, sigma },
            ("exponential", &[mean]) => Law::Exponential { mean },
            ("uniform", &[from, to]) if from <= to => Law::Uniform { from, to },
            ("constant", &[time]) => Law::Constant { time },
            _ => {
                return Err(format!(
                    "'{law}' is not one of lognormal:median,sigma, exponential:mean, uniform:from,to and \
                     constant:time"
                ));
            }
        };
        Ok(Self { law, weight: positive(weight)? })
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.trim().parse() {
        Ok(number) if number > 0.0 && number < 1e6 => Ok(number),
        _ => Err(format!("'{text}' is not a number between 0 and a million")),
    }
}

impl Law {
    fn quantile(self, share: f64) -> f64 {
        match self {
            Self::Lognormal { median, sigma } => median * (sigma * normal_quantile(share)).exp(),
            Self::Exponential { mean } => -mean * (1.0 - share).ln(),
            Self::Uniform { from, to } => from + (to - from) * share,
            Self::Constant { time } => time,
        }
    }
}

/// The quantile function of the standard normal distribution, by Acklam's approximation (relative
/// error 1.15e-9).
fn normal_quantile(share: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.38357751867269e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 6] = [
        -5.447609879822406e1,
        1.615858368580409e2,
        -1.556989798598866e2,
        6.680131188771972e1,
        -1.328068155288572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 5] =
        [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1.0];
    let series = |factors: &[f64], x: f64| factors.iter().fold(0.0, |sum, factor| sum * x + factor);
    let tail = |share: f64| {
        let q = (-2.0 * share.max(1e-16).ln()).sqrt();
        series(&C, q) / series(&D, q)
    };
    match share {
        low if low < 0.02425 => tail(low),
        high if high > 1.0 - 0.02425 => -tail(1.0 - high),
        middle => {
            let q = middle - 0.5;
            q * series(&A, q * q) / series(&B, q * q)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        let rows = [
            (0.5, 0.0),
            (0.841_344_746_068_543, 1.0),
            (0.025, -1.959_963_985),
            (0.001, -3.090_232_306),
            (0.999, 3.090_232_306),
        ];
        for (share, expected) in rows {
            let found = normal_quantile(share);
            assert!((found - expected).abs() < 1e-7, "{share}: {found}");
        }
    }

    #[test]
    fn mixtures_are_read_and_drawn_from() {
        let times: Times =
            "constant:1*0.25 + uniform:2,4*0.5 + exponential:8*0.25".parse().unwrap();
        let mut random = fastrand::Rng::with_seed(1);
        let draws: Vec<_> = (0..20_000).map(|_| times.draw(&mut random)).collect();
        for mean in
            [&draws, &times.points(5_000)].map(|all| all.iter().sum::<f64>() / all.len() as f64)
        {
            assert!((mean - 3.75).abs() < 0.15, "{mean}");
        }
        let ones = draws.iter().filter(|time| **time == 1.0).count();
        assert!((4_500..5_500).contains(&ones), "{ones}");
    }

    #[test]
    fn invalid_distributions_are_rejected() {
        let rows = [
            "",
            "lognormal",
            "lognormal:5",
            "lognormal:5,0",
            "uniform:4,2",
            "constant:-1",
            "constant:NaN",
            "constant:5*0",
            "constant:5*x",
            "normal:5,1",
            "constant:5+",
            "constant:1e9",
        ];
        for text in rows {
            assert!(text.parse::<Times>().is_err(), "'{text}' was accepted");
        }
    }
}
