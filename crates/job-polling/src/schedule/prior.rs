//! [`Prior`]: the prior distribution of durations.
//!
//! Log-normal, with a second component for a twentieth of the jobs that take several times as
//! long. Its initial median of 5 s assumes an API whose jobs mostly complete in under 10 seconds.
//! Median and width are fitted to the observed jobs, and its weight among them decreases.

use std::f64::consts::{E, FRAC_1_SQRT_2, PI};

const MEDIAN: f64 = 5.0;
const SIGMA: f64 = 0.8;

/// The weights of the initial median and width, in jobs.
const MEDIAN_WEIGHT: f64 = 1.0;
const SIGMA_WEIGHT: f64 = 4.0;

/// The weight of the prior, in jobs: initially, and finally.
const FIRST_WEIGHT: f64 = 6.0;
const LAST_WEIGHT: f64 = 1.0;

/// The number of jobs after which half of the difference is gone.
const HALF: f64 = 40.0;

/// The misfit that may be due to chance. Above it, trust decreases at this rate.
const FITS: f64 = 0.5;
const DISTRUST: f64 = 4.0;

/// The share of slow jobs, the logarithm of their slowdown factor, and their width.
const TAIL: f64 = 0.05;
const TAIL_SHIFT: f64 = 1.8;
const TAIL_SIGMA: f64 = 0.8;

/// The sums to which a log-normal distribution is fitted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fit {
    weight: f64,
    sum: f64,
    squares: f64,
    /// Returns how much better the kernel estimate fits the jobs than the prior does: the mean
    /// logarithm of the ratio of both densities.
    pub(super) misfit: f64,
}

impl Fit {
    /// Adds a job by the logarithm of its duration.
    pub(super) fn add(&mut self, ln: f64, weight: f64) {
        self.weight += weight;
        self.sum += weight * ln;
        self.squares += weight * ln * ln;
    }

    pub(super) fn prior(self) -> Prior {
        let (mu, sigma) = self.mu_and_sigma();
        let trust = (-DISTRUST * (self.misfit - FITS)).exp().min(1.0);
        let fading = trust * (FIRST_WEIGHT - LAST_WEIGHT) / (1.0 + self.weight / HALF);
        Prior { mu, sigma, weight: fading + LAST_WEIGHT }
    }

    /// Returns the entropy of the fitted distribution of logarithms, which measures its width.
    pub(super) fn log_width(&self) -> f64 {
        let (_, sigma) = self.mu_and_sigma();
        sigma.ln() + 0.5 * (2.0 * PI * E).ln()
    }

    fn mu_and_sigma(&self) -> (f64, f64) {
        let Self { weight, sum, squares, .. } = *self;
        let mu = (MEDIAN_WEIGHT * MEDIAN.ln() + sum) / (MEDIAN_WEIGHT + weight);
        let spread = (squares - 2.0 * mu * sum + weight * mu * mu).max(0.0);
        let variance = (SIGMA_WEIGHT * SIGMA * SIGMA + spread) / (SIGMA_WEIGHT + weight);
        (mu, variance.sqrt().clamp(0.05, 2.5))
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Prior {
    mu: f64,
    sigma: f64,
    /// Returns the weight of the prior in jobs.
    pub(super) weight: f64,
}

impl Prior {
    /// Returns the share of jobs that have ended by an age, given its logarithm.
    pub(super) fn over(&self, ln: f64) -> f64 {
        let body = normal((ln - self.mu) / self.sigma);
        let tail = normal((ln - self.mu - TAIL_SHIFT) / TAIL_SIGMA);
        body + TAIL * (tail - body)
    }
}

/// The standard normal distribution function, to 2e-7 (Abramowitz and Stegun, 7.1.26).
fn normal(z: f64) -> f64 {
    const FACTORS: [f64; 5] =
        [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let x = z.abs() * FRAC_1_SQRT_2;
    let t = (1.0 + 0.327_591_1 * x).recip();
    let series = FACTORS.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    let beyond = 0.5 * series * (-x * x).exp();
    if z < 0.0 { beyond } else { 1.0 - beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_from_the_vendors_statement() {
        let prior = Fit::default().prior();
        let over = |seconds: f64| prior.over(seconds.ln());
        assert!((over(10.0) - 0.77).abs() < 0.01, "{}", over(10.0));
        assert!(over(1e4) > 0.999 && over(0.1) < 1e-4);
    }

    #[test]
    fn observations_gain_weight_over_the_prior() {
        let mut fit = Fit::default();
        let mut before = fit.prior().weight;
        for _ in 0..200 {
            fit.add(60f64.ln(), 1.0);
            assert!(fit.prior().weight < before);
            before = fit.prior().weight;
        }
        let prior = fit.prior();
        assert!(prior.over(50f64.ln()) < 0.25 && prior.over(70f64.ln()) > 0.75, "{prior:?}");
    }

    #[test]
    fn the_normal_distribution() {
        for (z, expected) in [(0.0, 0.5), (1.0, 0.841_344_7), (-1.959_964, 0.025), (9.0, 1.0)] {
            assert!((normal(z) - expected).abs() < 2e-7, "{z}: {}", normal(z));
        }
    }
}
