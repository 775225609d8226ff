//! [`Planners`]: what a client has learned about job durations, by kind.

use std::ops::{Deref, DerefMut};

use job_polling::DurationHistory;
use job_polling::schedule::Planner;
use parking_lot::{Mutex, MutexGuard};

/// A planner for each kind of jobs that has been used.
#[derive(Default)]
pub(crate) struct Planners(Mutex<Vec<(&'static str, Planner)>>);

/// One planner. It locks all others.
pub(crate) struct PlannerGuard<'a> {
    all: MutexGuard<'a, Vec<(&'static str, Planner)>>,
    index: usize,
}

impl Planners {
    /// Planners that start from stored histories.
    pub(crate) fn new(histories: Vec<(&'static str, DurationHistory)>) -> Self {
        let planners = histories.into_iter().map(|(kind, times)| (kind, Planner::new(times)));
        Self(Mutex::new(planners.collect()))
    }

    pub(crate) fn get(&self, kind: &'static str) -> PlannerGuard<'_> {
        let mut all = self.0.lock();
        let index = all.iter().position(|(name, _)| *name == kind).unwrap_or_else(|| {
            all.push((kind, Planner::new(DurationHistory::new())));
            all.len() - 1
        });
        PlannerGuard { all, index }
    }
}

impl Deref for PlannerGuard<'_> {
    type Target = Planner;

    fn deref(&self) -> &Planner {
        &self.all[self.index].1
    }
}

impl DerefMut for PlannerGuard<'_> {
    fn deref_mut(&mut self) -> &mut Planner {
        &mut self.all[self.index].1
    }
}
