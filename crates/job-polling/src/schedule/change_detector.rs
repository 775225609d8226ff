//! [`ChangeDetector`]: detects a sudden change of job durations.
//!
//! The rank of a duration (the share of jobs that take less) is uniformly distributed while
//! nothing changes. Two one-sided CUSUM tests (Page) accumulate the log-likelihood ratio of ranks
//! that crowd at the top, or at the bottom, against uniform ranks.

/// The alarm threshold of a sum: a change explains the ranks e⁸ times better.
const ALARM: f64 = 8.0;

/// The maximum evidence of a single job.
const MAX_EVIDENCE: f64 = 2.0;

/// The number of first jobs after a change that may belong to the time before it, and are dropped
/// as well.
const DOUBTFUL_JOBS: u64 = 4;

/// The minimum number of jobs. With fewer, the estimate is too coarse to compare with.
const MIN_JOBS: usize = 24;

/// The uncertainty of a rank.
const BLUR: f64 = 0.005;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ChangeDetector {
    longer: Sum,
    shorter: Sum,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Sum {
    evidence: f64,
    /// The first job of the current run.
    first: u64,
}

impl ChangeDetector {
    pub(super) const NONE: Self = Self { longer: Sum::NONE, shorter: Sum::NONE };

    /// Adds a job whose rank was known to be above `running` and is now known to lie between `low`
    /// and `high`. After an alarm, returns the first job after the change.
    pub(super) fn compare(
        &mut self,
        total: u64,
        known: usize,
        running: f64,
        (low, high): (f64, f64),
    ) -> Option<u64> {
        let now = (low.max(running), high.max(running));
        let mirrored = (1.0 - now.1, 1.0 - now.0);
        let longer = (crowding(now) / crowding((running, 1.0))).ln();
        let shorter = (crowding(mirrored) / crowding((0.0, 1.0 - running))).ln();
        let sums = [(&mut self.longer, longer), (&mut self.shorter, shorter)];
        let first = sums.into_iter().filter_map(|(sum, by)| sum.add(by, total)).max();
        if first.is_none() || known < MIN_JOBS {
            return None;
        }
        *self = Self::NONE;
        first
    }
}

impl Sum {
    const NONE: Self = Self { evidence: 0.0, first: u64::MAX };

    fn add(&mut self, evidence: f64, total: u64) -> Option<u64> {
        self.evidence += evidence.clamp(-MAX_EVIDENCE, MAX_EVIDENCE);
        if self.evidence <= 0.0 {
            *self = Self { evidence: 0.0, first: total };
        }
        self.first = self.first.min(total);
        (self.evidence > ALARM).then_some((self.first + DOUBTFUL_JOBS).min(total))
    }
}

/// Returns the likelihood ratio of this range of ranks if they crowd at the top, with a density
/// proportional to the rank to the power of 2.5.
fn crowding((low, high): (f64, f64)) -> f64 {
    let (low, high) = ((low - BLUR).max(0.0), (high + BLUR).min(1.0));
    let crowded = |share: f64| share * share * share.sqrt();
    if high > low { (crowded(high) - crowded(low)) / (high - low) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of jobs with such ranks after which an alarm is raised, and the number of
    /// those that are after the change.
    fn noticed(mut share: impl FnMut() -> f64, jobs: u64) -> Option<(u64, u64)> {
        let mut detector = ChangeDetector::NONE;
        (1..=jobs).find_map(|total| {
            let share = share();
            let first = detector.compare(total, MIN_JOBS, 0.0, (share, share))?;
            Some((total, total - first))
        })
    }

    #[test]
    fn evenly_distributed_ranks_are_no_change() {
        let mut random = fastrand::Rng::with_seed(1);
        let changes = (0..50).filter(|_| noticed(|| random.f64(), 2_000).is_some()).count();
        // One false alarm in 6,000 jobs at most.
        assert!(changes <= 16, "{changes} of 50 runs");
    }

    #[test]
    fn clustered_ranks_are_a_change() {
        for share in [0.001, 0.999] {
            let (total, after) = noticed(|| share, 50).unwrap();
            assert!(total <= 12 && after + DOUBTFUL_JOBS + 1 >= total, "{total}, {after}");
        }
        assert_eq!(noticed(|| 0.5, 10_000), None);
    }

    #[test]
    fn the_start_of_a_change_is_reported() {
        let mut random = fastrand::Rng::with_seed(2);
        let mut jobs = 0;
        let share = || {
            jobs += 1;
            if jobs <= 200 { random.f64() * 0.98 } else { 1.0 }
        };
        let (total, after) = noticed(share, 300).unwrap();
        assert!((205..=215).contains(&total), "{total}");
        assert!((1..=20).contains(&after), "{after}");
    }

    #[test]
    fn a_job_that_is_reported_in_steps_counts_once() {
        let (mut steps, mut once) = (ChangeDetector::NONE, ChangeDetector::NONE);
        steps.compare(1, 0, 0.0, (0.6, 1.0));
        steps.compare(1, 0, 0.6, (0.8, 0.9));
        once.compare(1, 0, 0.0, (0.8, 0.9));
        assert!((steps.longer.evidence - once.longer.evidence).abs() < 0.05, "{steps:?}, {once:?}");
    }
}
