//! [`Shift`]: whether jobs have begun to take longer, or less long, all at once.
//!
//! Where a job's time is among those of all jobs (the share of jobs that take
//! less) is evenly spread as long as nothing changes. Two running sums of
//! likelihood ratios (Page's CUSUM) compare that with shares that crowd at the top
//! or at the bottom.

/// How much the shares crowd: their density grows with this power, less 1.
const POWER: f64 = 2.5;

/// Times have changed when they are e⁸ times as likely if they had.
const ENOUGH: f64 = 8.0;

/// No single job weighs more.
const HEAVIEST: f64 = 2.0;

/// With fewer jobs, the estimate is too rough to be compared with.
const FEWEST: usize = 24;

/// A share is known no better than this.
const BLUR: f64 = 0.005;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shift {
    longer: Sum,
    shorter: Sum,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Sum {
    evidence: f64,
    /// The job with which it began.
    first: u64,
}

impl Shift {
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
        let longer = crowding(now) - crowding((running, 1.0));
        let shorter = crowding(mirrored) - crowding((0.0, 1.0 - running));
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
        (self.evidence > ENOUGH).then_some(self.first)
    }
}

/// How much likelier this range of shares is if they crowd at the top; the
/// logarithm of it.
fn crowding((low, high): (f64, f64)) -> f64 {
    let (low, high) = ((low - BLUR).max(0.0), (high + BLUR).min(1.0));
    if low <= 0.0 && high >= 1.0 || high <= low {
        return 0.0;
    }
    ((high.powf(POWER) - low.powf(POWER)) / (high - low)).ln()
}
