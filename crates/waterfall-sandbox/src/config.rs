//! The settings of a sandbox.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::endpoint::Feature;
use crate::fault_rule::FaultRule;
use crate::keys::Keys;
use crate::limit::RateLimit;
use crate::record::RecordedRequest;
use crate::rng::Rng;
use crate::webhook::fault::DeliveryRule;
use crate::webhook::settings::Webhooks;

/// The duration of jobs.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum JobTime {
    /// All jobs run for this time.
    Fixed(Duration),
    /// Uniformly distributed.
    Uniform {
        /// The shortest time.
        min: Duration,
        /// The longest time.
        max: Duration,
    },
    /// Log-normal, which is typical of such durations: half of the jobs end by the median, and a
    /// few take much longer. Clamped to 1/20 and 20 times the median.
    LogNormal {
        /// The time within which half of the jobs end.
        median: Duration,
        /// The standard deviation of the logarithm of the durations. With 0.8, nine of ten jobs
        /// take between a quarter of the median and four times the median.
        sigma: f64,
    },
}

impl Default for JobTime {
    /// Log-normal with a median of 5 s and a sigma of 0.8. Four of five such jobs take
    /// less than ten seconds; the API documents only that most jobs do.
    fn default() -> Self {
        Self::LogNormal { median: Duration::from_secs(5), sigma: 0.8 }
    }
}

impl JobTime {
    /// Draws a time, in whole milliseconds unless it is fixed.
    pub(crate) fn draw(self, rng: &mut Rng) -> Duration {
        let seconds = match self {
            Self::Fixed(time) => return time,
            Self::Uniform { min, max } => {
                min.as_secs_f64() + rng.unit() * max.saturating_sub(min).as_secs_f64()
            }
            Self::LogNormal { median, sigma } => {
                let median = median.as_secs_f64();
                (median * (sigma * rng.normal()).exp()).clamp(median / 20.0, median * 20.0)
            }
        };
        Duration::from_millis((seconds * 1000.0).round() as u64)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) seed: u64,
    pub(crate) job_time: JobTime,
    pub(crate) job_expiry: Duration,
    pub(crate) max_jobs: usize,
    pub(crate) keys: Keys,
    pub(crate) rate_limit: RateLimit,
    pub(crate) quota: u64,
    /// The prepaid balance; `None` for a balance that never refuses a launch.
    pub(crate) balance_cents: Option<u64>,
    pub(crate) disabled: BTreeSet<Feature>,
    pub(crate) rules: Vec<FaultRule>,
    pub(crate) webhooks: Webhooks,
    pub(crate) delivery_rules: Vec<DeliveryRule>,
    pub(crate) observer: Option<Observer>,
}

/// Takes the method, the path and the record of a request.
type Observe = dyn Fn(&str, &str, &RecordedRequest) + Send + Sync;

/// The callback for each request.
#[derive(Clone)]
pub(crate) struct Observer(Arc<Observe>);

impl Observer {
    pub(crate) fn new<F>(observe: F) -> Self
    where
        F: Fn(&str, &str, &RecordedRequest) + Send + Sync + 'static,
    {
        Self(Arc::new(observe))
    }

    pub(crate) fn call(&self, method: &str, path: &str, recorded: &RecordedRequest) {
        (self.0)(method, path, recorded);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
