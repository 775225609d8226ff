//! [`Probes`]: the first reads of a batch while durations are unknown.
//!
//! Many jobs run, and a read of one of them provides information about all. Therefore one job is
//! read early, and another one a little later, until the first one has ended. After each job that
//! has ended, the number of probes in flight doubles. This costs a few reads for jobs of any
//! duration, and the first result arrives soon after the end of the first job.

use std::time::Duration;

/// The number of known durations from which probes are not needed.
const ENOUGH_KNOWN: usize = 3;

/// The minimum number of running jobs for probes. If there are fewer, each is read at its own time.
const MIN_RUNNING: usize = 4;

/// The maximum age for probes. They also last for at most half of the maximum wait, because other
/// jobs are not read in the meantime.
const MAX_AGE: Duration = Duration::from_secs(60);

/// The age of the first job at the first probe.
const FIRST_AGE: Duration = Duration::from_secs(4);

/// The interval between probes, up to the age from which it is a share of the age.
const STEP: Duration = Duration::from_secs(2);
const GROWING_FROM: Duration = Duration::from_secs(10);
const GROWTH: u32 = 4;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Probes {
    /// When the first job was launched.
    began: Option<Duration>,
    /// The age of that job at the next probe.
    age: Duration,
    /// The number of probes that may be in flight.
    allowed: usize,
    in_flight: usize,
    /// The number of known durations.
    known: usize,
}

impl Probes {
    /// Records that a job was launched while this many durations were known.
    pub(super) fn launched(&mut self, now: Duration, known: usize) {
        if self.began.is_none() {
            *self = Self { began: Some(now), age: FIRST_AGE, allowed: 1, in_flight: 0, known };
        }
    }

    /// Returns whether probes are useful while this many jobs wait for their first read. No other
    /// reads are made then.
    pub(super) fn are_useful(&self, waiting: usize, max_wait: Duration) -> bool {
        let running = waiting + self.in_flight + self.known;
        let in_time = self.age <= MAX_AGE.min(max_wait / 2);
        self.began.is_some() && in_time && self.known < ENOUGH_KNOWN && running >= MIN_RUNNING
    }

    /// Returns when the next probe is due, unless the results of others are awaited first.
    pub(super) fn next(&self) -> Option<Duration> {
        let began = self.began.filter(|_| self.in_flight < self.allowed)?;
        Some(began.saturating_add(self.age))
    }

    /// Records that a read was sent.
    pub(super) fn sent(&mut self) {
        self.in_flight += 1;
    }

    /// Records that the result of a read was received.
    pub(super) fn answered(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Records that a job was running when it was read, or that the read failed: the next probe is
    /// sent later, and alone.
    pub(super) fn found_running(&mut self, now: Duration) {
        self.allowed = 1;
        let Some(began) = self.began else { return };
        while began.saturating_add(self.age) <= now {
            self.age += if self.age < GROWING_FROM { STEP } else { self.age / GROWTH };
        }
    }

    /// Records that a job had ended when it was read.
    pub(super) fn found_final(&mut self) {
        self.allowed = self.allowed.saturating_mul(2);
        self.known += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_WAIT: Duration = Duration::from_secs(300);

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn begun(known: usize) -> Probes {
        let mut probes = Probes::default();
        probes.launched(Duration::ZERO, known);
        probes
    }

    /// Returns when probes are sent if none of them finds a job that has ended.
    fn in_vain(mut probes: Probes, max_wait: Duration) -> Vec<f64> {
        let mut times = Vec::new();
        while probes.are_useful(20, max_wait) {
            let at = probes.next().unwrap();
            times.push(at.as_secs_f64());
            probes.sent();
            assert_eq!(probes.next(), None, "one at a time");
            probes.answered();
            probes.found_running(at);
        }
        times
    }

    #[test]
    fn probes_are_sent_at_growing_intervals_and_end() {
        let times = in_vain(begun(0), MAX_WAIT);
        assert_eq!(times[..6], [4.0, 6.0, 8.0, 10.0, 12.5, 15.625]);
        assert!((10..14).contains(&times.len()) && times.iter().all(|at| *at <= 60.0), "{times:?}");
        // Other jobs must be read before their deadlines.
        assert_eq!(in_vain(begun(0), seconds(20.0)), [4.0, 6.0, 8.0, 10.0]);
        assert!(in_vain(begun(0), seconds(5.0)).is_empty());
    }

    #[test]
    fn as_many_probes_follow_as_are_useful() {
        let mut probes = begun(0);
        probes.sent();
        probes.answered();
        probes.found_final();
        assert_eq!(probes.next(), Some(seconds(4.0)), "the next one leaves at once");
        probes.sent();
        assert!(probes.next().is_some(), "and another one with it");
        probes.sent();
        assert_eq!(probes.next(), None);
        (0..2).for_each(|_| probes.answered());
        probes.found_final();
        probes.found_running(seconds(4.5));
        assert_eq!(probes.next(), Some(seconds(6.0)));
        assert!(probes.are_useful(20, MAX_WAIT));
        probes.found_final();
        assert!(!probes.are_useful(20, MAX_WAIT), "three are known");
    }

    #[test]
    fn no_probe_is_sent_without_need() {
        assert!(begun(0).are_useful(4, MAX_WAIT));
        assert!(!begun(0).are_useful(3, MAX_WAIT), "few jobs");
        assert!(!begun(3).are_useful(20, MAX_WAIT), "job times are known");
        assert!(!Probes::default().are_useful(20, MAX_WAIT), "nothing was launched");
    }
}
