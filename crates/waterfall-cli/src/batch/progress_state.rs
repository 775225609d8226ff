//! [`ProgressState`]: the state of each input, and the exit code of the batch.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;

use parking_lot::Mutex;
use serde::Serialize;
use waterfall::JobId;

use crate::batch::input::Input;
use crate::batch::prepared::Prepared;
use crate::batch::seen::{FirstInput, Key, Outcome};
use crate::batch::seen::{Known, Seen};
use crate::exit::Exit;

/// The state, shared by the stream of queries and the run.
pub(crate) type SharedState = Arc<Mutex<ProgressState>>;

/// The state of a running batch.
#[derive(Debug, Default)]
pub(crate) struct ProgressState {
    /// The inputs that are not done, by their position in the batch.
    pending: BTreeMap<usize, Pending>,
    admitted: usize,
    /// The queries for which jobs were launched; empty if duplicates are allowed.
    seen: Option<Seen>,
    /// Inputs that waited for the job of another input, which was not launched.
    requeued: VecDeque<Input>,
    /// The waker of the stream of queries.
    stream: Option<Waker>,
    pub(crate) counts: Counts,
    failures: Failures,
}

/// An input that is not done.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) input: Input,
    pub(crate) job_id: Option<JobId>,
    /// Inputs for the same query or job, which get the same result.
    pub(crate) followers: Vec<Input>,
    key: Option<Key>,
}

/// An input that is done, and those that get the same result.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) input: Input,
    pub(crate) followers: Vec<Input>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) inputs: usize,
    pub(crate) found: usize,
    pub(crate) nobody: usize,
    pub(crate) failed: usize,
    pub(crate) duplicates: usize,
    pub(crate) launched: usize,
    pub(crate) reads: usize,
    pub(crate) not_launched: usize,
}

impl Counts {
    pub(crate) fn done(&self) -> usize {
        self.found + self.nobody + self.failed + self.duplicates
    }
}

/// Returns the common exit code of all failures so far, if they have one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Failures {
    #[default]
    None,
    Alike(Exit),
    Different,
}

/// The decision on an input.
#[derive(Debug)]
pub(crate) enum Admission<T> {
    Accepted(T),
    /// The input gets the result of another input that is not done.
    Follows,
    /// The input equals another one that is done, whose result may still be kept.
    Duplicate(Input, FirstInput, Option<Arc<Outcome>>),
    Invalid(Input, String),
}

/// The decision on an input after the last launch.
#[derive(Debug)]
pub(crate) enum LateInput {
    NotLaunched(Input),
    /// The input equals another one that is left, whose job may be known.
    Left(Input, Option<JobId>),
    /// The same as in [`Admission`].
    Duplicate(Input, FirstInput, Option<Arc<Outcome>>),
}

impl ProgressState {
    pub(crate) fn new(allow_duplicates: bool) -> Self {
        Self { seen: (!allow_duplicates).then(Seen::default), ..Self::default() }
    }

    /// Admits the next input.
    pub(crate) fn admit<T>(&mut self, prepared: Prepared<T>) -> Admission<T> {
        self.counts.inputs += 1;
        let Prepared { input, wanted } = prepared;
        let (wanted, key) = match wanted {
            Ok(wanted) => wanted,
            Err(problem) => {
                self.failed_with(Exit::Usage);
                return Admission::Invalid(input, problem);
            }
        };
        let known = self.seen.as_mut().and_then(|seen| seen.take(&key, &input, self.admitted));
        match known {
            Some(Known::Pending(position)) => {
                if let Some(pending) = self.pending.get_mut(&position) {
                    pending.followers.push(input);
                }
                return Admission::Follows;
            }
            Some(Known::Done(first, outcome)) => {
                self.counts.duplicates += 1;
                return Admission::Duplicate(input, first, outcome);
            }
            None => {}
        }
        let key = self.seen.is_some().then_some(key);
        let pending = Pending { input, job_id: None, followers: Vec::new(), key };
        self.pending.insert(self.admitted, pending);
        self.admitted += 1;
        Admission::Accepted(wanted)
    }

    /// Admits the next job, which is already running.
    pub(crate) fn admit_job(&mut self, prepared: Prepared<JobId>) -> Admission<JobId> {
        let admission = self.admit(prepared);
        if let Admission::Accepted(id) = admission
            && let Some(mut pending) = self.pending.last_entry()
        {
            pending.get_mut().job_id = Some(id);
        }
        admission
    }

    /// Records that the job of the input at this position has an ID.
    pub(crate) fn launched(&mut self, position: usize, job_id: JobId) -> Option<&Input> {
        self.counts.launched += 1;
        let pending = self.pending.get_mut(&position)?;
        pending.job_id = Some(job_id);
        if let Some(stream) = self.stream.take() {
            // Its followers are not requeued.
            stream.wake();
        }
        Some(&pending.input)
    }

    /// Records that the input at this position is done.
    pub(crate) fn done(&mut self, position: usize, result: &Arc<Outcome>) -> Option<Settled> {
        match &**result {
            Ok(found) => {
                self.counts.reads += found.reads() as usize;
                match Exit::of_snapshot(found) {
                    Exit::Found => self.counts.found += 1,
                    Exit::NothingFound => self.counts.nobody += 1,
                    exit => self.failed_with(exit),
                }
            }
            Err(error) => {
                self.counts.reads += error.reads().unwrap_or(0) as usize;
                self.failed_with(Exit::of_error(error));
            }
        }
        let Pending { input, job_id, mut followers, key } = self.pending.remove(&position)?;
        let was_launched = job_id.is_some() || may_be_launched(result);
        if let (Some(seen), Some(key)) = (&mut self.seen, key) {
            if was_launched {
                seen.done(key, result.clone());
            } else {
                seen.release(&key);
                self.counts.inputs -= followers.len();
                self.requeued.extend(followers.drain(..));
            }
        }
        self.counts.duplicates += followers.len();
        self.wake_stream();
        Some(Settled { input, followers })
    }

    /// Returns the next input to admit again.
    pub(crate) fn pop_requeued(&mut self) -> Option<Input> {
        self.requeued.pop_front()
    }

    /// Returns whether inputs may be requeued later. If so, `waker` is woken then.
    pub(crate) fn may_requeue(&mut self, waker: &Waker) -> bool {
        self.stream = Some(waker.clone());
        self.pending().any(|pending| pending.job_id.is_none() && !pending.followers.is_empty())
    }

    fn wake_stream(&mut self) {
        if let Some(stream) = self.stream.take() {
            stream.wake();
        }
    }

    /// Records that the input at this position, and those that wait for its job, are no longer
    /// launched.
    pub(crate) fn withdraw(&mut self, position: usize) {
        let Some(pending) = self.pending.remove(&position) else { return };
        let Pending { input, followers, key, .. } = pending;
        if let (Some(seen), Some(key)) = (&mut self.seen, key) {
            seen.release(&key);
        }
        self.counts.inputs -= 1 + followers.len();
        self.requeued.push_back(input);
        self.requeued.extend(followers);
    }

    /// Returns the inputs that were admitted and not launched, in order, after the last launch.
    pub(crate) fn withdrawn(&mut self) -> Vec<Input> {
        let mut inputs: Vec<Input> = std::mem::take(&mut self.requeued).into();
        inputs.sort_unstable_by_key(|input| input.index);
        inputs
    }

    /// Admits an input after the last launch.
    pub(crate) fn admit_late(&mut self, prepared: Prepared<()>) -> LateInput {
        let Prepared { input, wanted } = prepared;
        let key = wanted.ok().map(|(_, key)| key);
        let known = key.zip(self.seen.as_ref()).and_then(|(key, seen)| seen.get(&key));
        match known {
            None => LateInput::NotLaunched(input),
            Some(Known::Pending(position)) => {
                self.counts.inputs += 1;
                let job_id = self.pending.get(&position).and_then(|pending| pending.job_id);
                LateInput::Left(input, job_id)
            }
            Some(Known::Done(first, outcome)) => {
                self.counts.inputs += 1;
                self.counts.duplicates += 1;
                LateInput::Duplicate(input, first, outcome)
            }
        }
    }

    /// Counts queries that were not launched, and records their exit code.
    pub(crate) fn not_launched(&mut self, queries: usize, exit: Option<Exit>) {
        self.counts.not_launched = queries;
        if let Some(exit) = exit {
            self.add_failure(exit);
        }
    }

    /// Returns the input at this position.
    pub(crate) fn input(&self, position: usize) -> Option<&Input> {
        self.pending.get(&position).map(|pending| &pending.input)
    }

    fn failed_with(&mut self, exit: Exit) {
        self.counts.failed += 1;
        self.add_failure(exit);
    }

    fn add_failure(&mut self, exit: Exit) {
        self.failures = match self.failures {
            Failures::None => Failures::Alike(exit),
            Failures::Alike(other) if other == exit => Failures::Alike(exit),
            _ => Failures::Different,
        };
    }

    /// Returns the inputs that are not done. Their jobs run, or may run.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.pending.values()
    }

    /// Returns whether the job of the input at this position has an ID.
    pub(crate) fn is_launched(&self, position: usize) -> bool {
        self.pending.get(&position).is_some_and(|pending| pending.job_id.is_some())
    }

    /// Returns the number of launches that are in flight or wait for a retry.
    pub(crate) fn launching(&self) -> usize {
        self.pending().filter(|pending| pending.job_id.is_none()).count()
    }

    /// Returns the inputs that are not done when the batch ends.
    pub(crate) fn left(&self) -> Vec<Pending> {
        self.pending().cloned().collect()
    }

    /// Returns the label of the input at this position.
    pub(crate) fn label(&self, position: usize) -> Option<String> {
        self.pending.get(&position).map(|pending| pending.input.number().to_string())
    }

    pub(crate) fn exit(&self) -> Exit {
        let Counts { found, nobody, .. } = self.counts;
        match self.failures {
            Failures::Alike(exit) if found + nobody == 0 => exit,
            Failures::Alike(_) | Failures::Different => Exit::SomeFailed,
            Failures::None if found == 0 && nobody > 0 => Exit::NothingFound,
            Failures::None => Exit::Found,
        }
    }
}

/// Returns whether a job runs, or may run. If not, the same query may be launched.
fn may_be_launched(result: &Outcome) -> bool {
    match result {
        Ok(_) => true,
        Err(error) => error.may_have_launched() || error.job_id().is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(found: usize, nobody: usize, failures: &[Exit]) -> ProgressState {
        let counts = Counts { found, nobody, ..Counts::default() };
        let mut state = ProgressState { counts, ..ProgressState::new(false) };
        failures.iter().for_each(|exit| state.failed_with(*exit));
        state
    }

    #[test]
    fn the_exit_code_summarizes_the_outcomes() {
        use Exit::{Api, Found, NothingFound, SomeFailed, Transport, Usage};

        let rows: &[(usize, usize, &[Exit], Exit)] = &[
            (0, 0, &[], Found),
            (2, 1, &[], Found),
            (0, 2, &[], NothingFound),
            (0, 0, &[Api, Api], Api),
            (0, 0, &[Api, Transport], SomeFailed),
            (0, 0, &[Api, Transport, Api], SomeFailed),
            (1, 0, &[Usage], SomeFailed),
            (0, 1, &[Api], SomeFailed),
        ];
        for (found, nobody, failures, expected) in rows {
            let exit = state(*found, *nobody, failures).exit();
            assert_eq!(exit, *expected, "{found} {nobody} {failures:?}");
        }
    }
}
