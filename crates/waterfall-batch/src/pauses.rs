//! [`Pauses`]: when launches resume after failures, without a clock or I/O.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// Pauses launches after failures, longer after each: while the network is down, each attempt may
/// cause another doubt.
#[derive(Debug)]
pub(crate) struct Pauses {
    max_doubts: u32,
    failures: u32,
    doubts: u32,
    until: Option<Duration>,
    /// Whether the API acted on the latest launch.
    is_steady: bool,
}

impl Pauses {
    /// Creates a state without a pause. `max_doubts` is the number of consecutive doubts that is
    /// too many.
    pub(crate) const fn new(max_doubts: u32) -> Self {
        Self { max_doubts, failures: 0, doubts: 0, until: None, is_steady: false }
    }

    /// Records that the API acted on a launch.
    pub(crate) fn succeeded(&mut self) {
        (self.failures, self.doubts, self.is_steady) = (0, 0, true);
    }

    /// Records that the API did not act on a launch.
    pub(crate) fn failed(&mut self, now: Duration, retry_after: Option<Duration>) {
        let pause = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        self.is_steady = false;
        self.hold(now.saturating_add(retry_after.unwrap_or(pause).min(LONGEST)));
    }

    /// Records that a launch is in doubt. Returns whether there were too many consecutive doubts.
    pub(crate) fn in_doubt(&mut self, now: Duration) -> bool {
        self.doubts = self.doubts.saturating_add(1);
        self.failed(now, None);
        self.doubts >= self.max_doubts
    }

    /// Launches nothing until this time.
    pub(crate) fn hold(&mut self, until: Duration) {
        self.until = Some(self.until.map_or(until, |known| known.max(until)));
    }

    /// Returns whether a row may be launched.
    pub(crate) fn is_over(&mut self, now: Duration) -> bool {
        self.until = self.until.filter(|until| *until > now);
        self.until.is_none()
    }

    /// Returns whether launches may overlap. The first launch, and those after a failure, are sent
    /// alone, so that a wrong key or a failed network is detected before it affects many launches.
    pub(crate) const fn is_steady(&self) -> bool {
        self.is_steady
    }

    /// Returns when the pause ends, if there is one.
    pub(crate) const fn until(&self) -> Option<Duration> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_until_a_launch_succeeds() {
        let (mut pauses, now) = (Pauses::new(3), Duration::from_secs(100));
        assert!(pauses.is_over(now) && !pauses.is_steady());
        for seconds in [0.5, 1.0, 2.0, 4.0] {
            pauses.failed(now, None);
            assert_eq!(pauses.until(), Some(now + Duration::from_secs_f64(seconds)));
        }
        assert!(!pauses.is_over(now) && pauses.is_over(now + Duration::from_secs(4)));
        pauses.succeeded();
        assert!(pauses.is_steady());
        pauses.failed(now, None);
        assert!(!pauses.is_steady());
        assert_eq!(pauses.until(), Some(now + FIRST));
        (0..20).for_each(|_| pauses.failed(now, None));
        assert_eq!(pauses.until(), Some(now + LONGEST));
    }

    #[test]
    fn doubts_in_a_row_are_counted() {
        let (mut pauses, now) = (Pauses::new(2), Duration::ZERO);
        assert!(!pauses.in_doubt(now));
        pauses.succeeded();
        assert!(!pauses.in_doubt(now));
        pauses.failed(now, Some(Duration::from_secs(7)));
        assert_eq!(pauses.until(), Some(Duration::from_secs(7)));
        assert!(pauses.in_doubt(now));
    }
}
