//! [`Planners`]: what is learnt of how long jobs take, by their kind.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use job_polling::DurationHistory;
use job_polling::schedule::Planner;

/// A planner for each kind of jobs that was asked for.
#[derive(Default)]
pub(crate) struct Planners(Mutex<Vec<(&'static str, Planner)>>);

/// One planner. The others wait as long as it is held.
pub(crate) struct PlannerGuard<'a> {
    all: MutexGuard<'a, Vec<(&'static str, Planner)>>,
    index: usize,
}

impl Planners {
    /// With what was learnt before.
    pub(crate) fn new(learnt: Vec<(&'static str, DurationHistory)>) -> Self {
        let planners = learnt.into_iter().map(|(kind, times)| (kind, Planner::new(times)));
        Self(Mutex::new(planners.collect()))
    }

    pub(crate) fn get(&self, kind: &'static str) -> PlannerGuard<'_> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
