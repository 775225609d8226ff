//! [`ChangeDetector`]: whether jobs have begun to take longer, or less long, all at once.
//!
//! Where a job's time is among those of all jobs (the share of jobs that take
//! less) is evenly spread as long as nothing changes. Two running sums of
//! likelihood ratios (Page's CUSUM) compare that with shares that crowd at the top
//! or at the bottom.

/// Times have changed when they are e⁸ times as likely if they had.
const ENOUGH: f64 = 8.0;

/// No single job weighs more.
const HEAVIEST: f64 = 2.0;

/// So many of the first jobs that seem to be of the new kind may be of the old,
/// and do more harm than they are worth.
const DOUBTFUL: u64 = 4;

/// With fewer jobs, the estimate is too rough to be compared with.
const FEWEST: usize = 24;

/// A share is known no better than this.
const BLUR: f64 = 0.005;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ChangeDetector {
    longer: Sum,
    shorter: Sum,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Sum {
    evidence: f64,
    /// The job with which it began.
    first: u64,
}

impl ChangeDetector {
    pub(super) const NONE: Self = Self { longer: Sum::NONE, shorter: Sum::NONE };

    /// Takes in a job, which was known to be above the share `running` and is
    /// now known to be in `over`. Tells the first job after a change.
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
        if first.is_none() || known < FEWEST {
            return None;
        }
        *self = Self::NONE;
        first
    }
}

impl Sum {
    const NONE: Self = Self { evidence: 0.0, first: u64::MAX };

    fn add(&mut self, evidence: f64, total: u64) -> Option<u64> {
        self.evidence += evidence.clamp(-HEAVIEST, HEAVIEST);
        if self.evidence <= 0.0 {
            *self = Self { evidence: 0.0, first: total };
        }
        self.first = self.first.min(total);
        (self.evidence > ENOUGH).then_some((self.first + DOUBTFUL).min(total))
    }
}

/// How much likelier this range of shares is if they crowd at the top: their
/// distribution is then the share to the power of 2.5.
fn crowding((low, high): (f64, f64)) -> f64 {
    let (low, high) = ((low - BLUR).max(0.0), (high + BLUR).min(1.0));
    let crowded = |share: f64| share * share * share.sqrt();
    if high > low { (crowded(high) - crowded(low)) / (high - low) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many jobs with such shares times have changed, and how many of
    /// them are after the change.
    fn noticed(mut share: impl FnMut() -> f64, jobs: u64) -> Option<(u64, u64)> {
        let mut shift = ChangeDetector::NONE;
        (1..=jobs).find_map(|total| {
            let share = share();
            let first = shift.compare(total, FEWEST, 0.0, (share, share))?;
            Some((total, total - first))
        })
    }

    #[test]
    fn what_is_spread_evenly_is_no_change() {
        let mut random = fastrand::Rng::with_seed(1);
        let changes = (0..50).filter(|_| noticed(|| random.f64(), 2_000).is_some()).count();
        // One false alarm in 6,000 jobs at most.
        assert!(changes <= 16, "{changes} of 50 runs");
    }

    #[test]
    fn what_crowds_is_a_change() {
        for share in [0.001, 0.999] {
            let (total, after) = noticed(|| share, 50).unwrap();
            assert!(total <= 12 && after + DOUBTFUL + 1 >= total, "{total}, {after}");
        }
        assert_eq!(noticed(|| 0.5, 10_000), None);
    }

    #[test]
    fn the_start_of_a_change_is_told() {
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
    fn what_is_told_in_steps_counts_as_what_is_told_at_once() {
        let (mut steps, mut once) = (ChangeDetector::NONE, ChangeDetector::NONE);
        steps.compare(1, 0, 0.0, (0.6, 1.0));
        steps.compare(1, 0, 0.6, (0.8, 0.9));
        once.compare(1, 0, 0.0, (0.8, 0.9));
        assert!((steps.longer.evidence - once.longer.evidence).abs() < 0.05, "{steps:?}, {once:?}");
    }
}
