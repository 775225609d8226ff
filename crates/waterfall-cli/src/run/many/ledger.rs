//! [`Ledger`]: what became of each input, and how the whole ends.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use serde::Serialize;
use waterfall::JobId;

use super::inputs::{Input, Prepared};
pub(crate) use super::seen::{First, Key, Outcome};
use super::seen::{Known, Seen};
use crate::exit::Exit;

/// The ledger, shared by those who launch and those who read.
pub(crate) type Shared = Arc<Mutex<Ledger>>;

pub(crate) fn lock(ledger: &Shared) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is known while it goes on.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Those that are not done, by their place in the batch.
    pending: BTreeMap<usize, Pending>,
    taken: usize,
    /// Whom jobs were launched for; none if the same may be launched twice.
    seen: Option<Seen>,
    /// Inputs that waited for the job of another one, which was not launched.
    again: VecDeque<Input>,
    /// Who takes inputs, and waits for one.
    taker: Option<Waker>,
    pub(crate) counts: Counts,
    failures: Failures,
}

/// An input that is not done.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) input: Input,
    pub(crate) job_id: Option<JobId>,
    /// Inputs that ask for the same, and get the same result.
    pub(crate) followers: Vec<Input>,
    key: Option<Key>,
}

/// An input that is done, with those that get its result as well.
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

/// The exit code that all failures so far have in common.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Failures {
    #[default]
    None,
    Alike(Exit),
    Different,
}

/// What to do with an input.
#[derive(Debug)]
pub(crate) enum Verdict<T> {
    Take(T),
    /// It gets the result of one that is not done.
    Follows,
    /// What came of the one that it is the same as, if that is still known.
    Duplicate(Input, First, Option<Arc<Outcome>>),
    Invalid(Input, String),
}

/// What to do with an input that comes after the last launch.
#[derive(Debug)]
pub(crate) enum Late {
    NotLaunched(Input),
    /// It asks for the same as one that is left, whose job may be known.
    Left(Input, Option<JobId>),
    /// The same as in [`Verdict`].
    Duplicate(Input, First, Option<Arc<Outcome>>),
}

impl Ledger {
    pub(crate) fn new(allow_duplicates: bool) -> Self {
        Self { seen: (!allow_duplicates).then(Seen::default), ..Self::default() }
    }

    /// Takes the next input in.
    pub(crate) fn take<T>(&mut self, prepared: Prepared<T>) -> Verdict<T> {
        self.counts.inputs += 1;
        let Prepared { input, wanted } = prepared;
        let (wanted, key) = match wanted {
            Ok(wanted) => wanted,
            Err(problem) => {
                self.failed_with(Exit::Usage);
                return Verdict::Invalid(input, problem);
            }
        };
        let known = self.seen.as_mut().and_then(|seen| seen.take(&key, &input, self.taken));
        match known {
            Some(Known::Pending(place)) => {
                if let Some(pending) = self.pending.get_mut(&place) {
                    pending.followers.push(input);
                }
                return Verdict::Follows;
            }
            Some(Known::Done(first, outcome)) => {
                self.counts.duplicates += 1;
                return Verdict::Duplicate(input, first, outcome);
            }
            None => {}
        }
        let key = self.seen.is_some().then_some(key);
        let pending = Pending { input, job_id: None, followers: Vec::new(), key };
        self.pending.insert(self.taken, pending);
        self.taken += 1;
        Verdict::Take(wanted)
    }

    /// Takes the next job in, which runs already.
    pub(crate) fn take_job(&mut self, prepared: Prepared<JobId>) -> Verdict<JobId> {
        let verdict = self.take(prepared);
        if let Verdict::Take(id) = verdict
            && let Some(mut pending) = self.pending.last_entry()
        {
            pending.get_mut().job_id = Some(id);
        }
        verdict
    }

    /// The job of the input in this place of the batch has an id.
    pub(crate) fn launched(&mut self, place: usize, job_id: JobId) -> Option<&Input> {
        self.counts.launched += 1;
        let pending = self.pending.get_mut(&place)?;
        pending.job_id = Some(job_id);
        if let Some(taker) = self.taker.take() {
            // Its followers don't come again.
            taker.wake();
        }
        Some(&pending.input)
    }

    /// The input in this place of the batch is done.
    pub(crate) fn done(&mut self, place: usize, result: &Arc<Outcome>) -> Option<Settled> {
        match &**result {
            Ok(found) => {
                self.counts.reads += found.reads() as usize;
                match Exit::of_snapshot(found) {
                    Exit::Found => self.counts.found += 1,
                    Exit::NobodyFound => self.counts.nobody += 1,
                    exit => self.failed_with(exit),
                }
            }
            Err(error) => {
                self.counts.reads += error.reads().unwrap_or(0) as usize;
                self.failed_with(Exit::of_error(error));
            }
        }
        let Pending { input, job_id, mut followers, key } = self.pending.remove(&place)?;
        let was_launched = job_id.is_some() || may_be_launched(result);
        if let (Some(seen), Some(key)) = (&mut self.seen, key) {
            if was_launched {
                seen.done(key, result.clone());
            } else {
                seen.release(&key);
                self.counts.inputs -= followers.len();
                self.again.extend(followers.drain(..));
            }
        }
        self.counts.duplicates += followers.len();
        self.wake_taker();
        Some(Settled { input, followers })
    }

    /// The next input that was taken, and is to be taken again.
    pub(crate) fn again(&mut self) -> Option<Input> {
        self.again.pop_front()
    }

    /// Whether [`again`](Self::again) may still have one. If so, `taker` is woken then.
    pub(crate) fn may_come_again(&mut self, taker: &Waker) -> bool {
        self.taker = Some(taker.clone());
        self.pending().any(|pending| pending.job_id.is_none() && !pending.followers.is_empty())
    }

    fn wake_taker(&mut self) {
        if let Some(taker) = self.taker.take() {
            taker.wake();
        }
    }

    /// The input in this place of the batch, and those that wait for its job, are not
    /// launched any more.
    pub(crate) fn withdraw(&mut self, place: usize) {
        let Some(pending) = self.pending.remove(&place) else { return };
        let Pending { input, followers, key, .. } = pending;
        if let (Some(seen), Some(key)) = (&mut self.seen, key) {
            seen.release(&key);
        }
        self.counts.inputs -= 1 + followers.len();
        self.again.push_back(input);
        self.again.extend(followers);
    }

    /// The inputs that were taken and not launched, in order, once nothing more is.
    pub(crate) fn withdrawn(&mut self) -> Vec<Input> {
        let mut inputs: Vec<Input> = std::mem::take(&mut self.again).into();
        inputs.sort_unstable_by_key(|input| input.index);
        inputs
    }

    /// Takes in an input after the last launch.
    pub(crate) fn take_late(&mut self, prepared: Prepared) -> Late {
        let Prepared { input, wanted } = prepared;
        let key = wanted.ok().map(|(_, key)| key);
        let known = key.zip(self.seen.as_ref()).and_then(|(key, seen)| seen.get(&key));
        match known {
            None => Late::NotLaunched(input),
            Some(Known::Pending(place)) => {
                self.counts.inputs += 1;
                let job_id = self.pending.get(&place).and_then(|pending| pending.job_id);
                Late::Left(input, job_id)
            }
            Some(Known::Done(first, outcome)) => {
                self.counts.inputs += 1;
                self.counts.duplicates += 1;
                Late::Duplicate(input, first, outcome)
            }
        }
    }

    /// Queries that were not launched, and how they have failed.
    pub(crate) fn not_launched(&mut self, queries: usize, exit: Option<Exit>) {
        self.counts.not_launched = queries;
        if let Some(exit) = exit {
            self.add_failure(exit);
        }
    }

    /// The input in this place of the batch.
    pub(crate) fn input(&self, place: usize) -> Option<&Input> {
        self.pending.get(&place).map(|pending| &pending.input)
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

    /// What is launched, or perhaps, and not done.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.pending.values()
    }

    /// Whether the job of the input in this place of the batch has an id.
    pub(crate) fn is_launched(&self, place: usize) -> bool {
        self.pending.get(&place).is_some_and(|pending| pending.job_id.is_some())
    }

    /// How many launches are in flight, or wait for a retry.
    pub(crate) fn launching(&self) -> usize {
        self.pending().filter(|pending| pending.job_id.is_none()).count()
    }

    /// What is not done, when that is given up.
    pub(crate) fn left(&self) -> Vec<Pending> {
        self.pending().cloned().collect()
    }

    /// What is said of an input in this place of the batch.
    pub(crate) fn label(&self, place: usize) -> Option<String> {
        self.pending.get(&place).map(|pending| pending.input.number().to_string())
    }

    pub(crate) fn exit(&self) -> Exit {
        let Counts { found, nobody, .. } = self.counts;
        match self.failures {
            Failures::Alike(exit) if found + nobody == 0 => exit,
            Failures::Alike(_) | Failures::Different => Exit::SomeFailed,
            Failures::None if found == 0 && nobody > 0 => Exit::NobodyFound,
            Failures::None => Exit::Found,
        }
    }
}

/// Whether a job runs, or may. If not, the same query may be launched.
fn may_be_launched(result: &Outcome) -> bool {
    match result {
        Ok(_) => true,
        Err(error) => error.may_have_launched() || error.job_id().is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(found: usize, nobody: usize, failures: &[Exit]) -> Ledger {
        let counts = Counts { found, nobody, ..Counts::default() };
        let mut ledger = Ledger { counts, ..Ledger::new(false) };
        failures.iter().for_each(|exit| ledger.failed_with(*exit));
        ledger
    }

    #[test]
    fn the_exit_code_says_how_it_went() {
        use Exit::{Api, Found, NobodyFound, SomeFailed, Transport, Usage};

        let rows: &[(usize, usize, &[Exit], Exit)] = &[
            (0, 0, &[], Found),
            (2, 1, &[], Found),
            (0, 2, &[], NobodyFound),
            (0, 0, &[Api, Api], Api),
            (0, 0, &[Api, Transport], SomeFailed),
            (0, 0, &[Api, Transport, Api], SomeFailed),
            (1, 0, &[Usage], SomeFailed),
            (0, 1, &[Api], SomeFailed),
        ];
        for (found, nobody, failures, expected) in rows {
            let exit = ledger(*found, *nobody, failures).exit();
            assert_eq!(exit, *expected, "{found} {nobody} {failures:?}");
        }
    }
}
