//! [`Scouts`]: the first reads of a batch that knows nothing of how long jobs take.
//!
//! Many jobs run, and what one of them shows is good for all. So one is read early,
//! and again another one a little later, until the first is over; then twice as many
//! each time, as long as they are over too. That costs a few reads, however long
//! jobs take, and the first result comes soon after the first job's end.

use std::time::Duration;

/// With so many jobs known, there is nothing to scout for.
const KNOWN: usize = 3;

/// With fewer jobs that run, each is read for its own sake.
const RUNNING: usize = 4;

/// For so long scouts are sent, and for half of the longest wait at most: other jobs
/// are not read meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// How old a job is when the first one leaves.
const FIRST: Duration = Duration::from_secs(4);

/// How far apart scouts are, and when that is a share of the age instead.
const STEP: Duration = Duration::from_secs(2);
const LATER: Duration = Duration::from_secs(10);
const GROWTH: u32 = 4;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scouts {
    /// When the first job was launched.
    began: Option<Duration>,
    /// How old that one is when the next scout leaves.
    age: Duration,
    /// How many may be under way.
    most: usize,
    under_way: usize,
    /// How many jobs are known.
    known: usize,
}

impl Scouts {
    /// A job was launched, when so many were known.
    pub(super) fn launched(&mut self, now: Duration, known: usize) {
        if self.began.is_none() {
            *self = Self { began: Some(now), age: FIRST, most: 1, under_way: 0, known };
        }
    }

    /// Whether they are of use while so many jobs wait for their reads. No other reads
    /// are made then.
    pub(super) fn are_of_use(&self, waiting: usize, max_wait: Duration) -> bool {
        let running = waiting + self.under_way + self.known;
        let in_time = self.age <= LONGEST.min(max_wait / 2);
        self.began.is_some() && in_time && self.known < KNOWN && running >= RUNNING
    }

    /// When the next one leaves, if one is to leave before others are back.
    pub(super) fn next(&self) -> Option<Duration> {
        let began = self.began.filter(|_| self.under_way < self.most)?;
        Some(began.saturating_add(self.age))
    }

    /// A read left.
    pub(super) fn left(&mut self) {
        self.under_way += 1;
    }

    /// What a read has brought is known.
    pub(super) fn answered(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// A job was running when it was read, or the read failed: the next scout leaves
    /// later, and alone.
    pub(super) fn missed(&mut self, now: Duration) {
        self.most = 1;
        let Some(began) = self.began else { return };
        while began.saturating_add(self.age) <= now {
            self.age += if self.age < LATER { STEP } else { self.age / GROWTH };
        }
    }

    /// A job was over when it was read.
    pub(super) fn hit(&mut self) {
        self.most = self.most.saturating_mul(2);
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

    fn begun(known: usize) -> Scouts {
        let mut scouts = Scouts::default();
        scouts.launched(Duration::ZERO, known);
        scouts
    }

    /// When scouts leave if none of them finds a job over.
    fn in_vain(mut scouts: Scouts, max_wait: Duration) -> Vec<f64> {
        let mut times = Vec::new();
        while scouts.are_of_use(20, max_wait) {
            let at = scouts.next().unwrap();
            times.push(at.as_secs_f64());
            scouts.left();
            assert_eq!(scouts.next(), None, "one at a time");
            scouts.answered();
            scouts.missed(at);
        }
        times
    }

    #[test]
    fn they_leave_ever_later_and_not_for_ever() {
        let times = in_vain(begun(0), MAX_WAIT);
        assert_eq!(times[..6], [4.0, 6.0, 8.0, 10.0, 12.5, 15.625]);
        assert!((10..14).contains(&times.len()) && times.iter().all(|at| *at <= 60.0), "{times:?}");
        // Others have to be read before their waits are over.
        assert_eq!(in_vain(begun(0), seconds(20.0)), [4.0, 6.0, 8.0, 10.0]);
        assert!(in_vain(begun(0), seconds(5.0)).is_empty());
    }

    #[test]
    fn as_many_follow_as_are_of_use() {
        let mut scouts = begun(0);
        scouts.left();
        scouts.answered();
        scouts.hit();
        assert_eq!(scouts.next(), Some(seconds(4.0)), "the next one leaves at once");
        scouts.left();
        assert!(scouts.next().is_some(), "and another one with it");
        scouts.left();
        assert_eq!(scouts.next(), None);
        (0..2).for_each(|_| scouts.answered());
        scouts.hit();
        scouts.missed(seconds(4.5));
        assert_eq!(scouts.next(), Some(seconds(6.0)));
        assert!(scouts.are_of_use(20, MAX_WAIT));
        scouts.hit();
        assert!(!scouts.are_of_use(20, MAX_WAIT), "three are known");
    }

    #[test]
    fn none_leave_where_there_is_nothing_to_learn() {
        assert!(begun(0).are_of_use(4, MAX_WAIT));
        assert!(!begun(0).are_of_use(3, MAX_WAIT), "few jobs");
        assert!(!begun(3).are_of_use(20, MAX_WAIT), "job times are known");
        assert!(!Scouts::default().are_of_use(20, MAX_WAIT), "nothing was launched");
    }
}
