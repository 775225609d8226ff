//! [`Ledger`]: what became of each input, and how the whole ends.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use waterfall::{Error, JobId, Snapshot};

use super::inputs::{Input, Prepared};
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
    /// Queries that were taken, and by which inputs; none if the same may be launched
    /// twice.
    seen: Option<HashMap<String, First>>,
    pub(crate) counts: Counts,
    failures: Failures,
}

/// An input that is not done.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) input: Input,
    pub(crate) job_id: Option<JobId>,
}

/// The input that another one is the same as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct First {
    pub(crate) index: usize,
    pub(crate) number: u64,
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
    Duplicate(Input, First),
    Invalid(Input, String),
}

impl Ledger {
    pub(crate) fn new(allow_duplicates: bool) -> Self {
        Self { seen: (!allow_duplicates).then(HashMap::new), ..Self::default() }
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
        if let Some(seen) = &mut self.seen {
            if let Some(first) = seen.get(&key) {
                self.counts.duplicates += 1;
                return Verdict::Duplicate(input, *first);
            }
            seen.insert(key, First { index: input.index, number: input.number() });
        }
        self.pending.insert(self.taken, Pending { input, job_id: None });
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
        Some(&pending.input)
    }

    /// The input in this place of the batch is done.
    pub(crate) fn done(&mut self, place: usize, result: &Result<Snapshot, Error>) -> Option<Input> {
        match result {
            Ok(found) => {
                self.counts.reads += found.reads() as usize;
                match found.person() {
                    Some(_) => self.counts.found += 1,
                    None => self.counts.nobody += 1,
                }
            }
            Err(error) => {
                self.counts.reads += error.reads().unwrap_or(0) as usize;
                self.failed_with(Exit::of_error(error));
            }
        }
        self.pending.remove(&place).map(|pending| pending.input)
    }

    /// The input in this place of the batch is not launched any more.
    pub(crate) fn withdraw(&mut self, place: usize) -> Option<Input> {
        let pending = self.pending.remove(&place)?;
        self.counts.inputs -= 1;
        Some(pending.input)
    }

    /// Queries that were not launched have failed like this.
    pub(crate) fn not_launched(&mut self, queries: usize, exit: Exit) {
        self.counts.not_launched = queries;
        if queries > 0 {
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

    /// Gives up what is not done.
    pub(crate) fn leave(&mut self) -> Vec<Pending> {
        std::mem::take(&mut self.pending).into_values().collect()
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
