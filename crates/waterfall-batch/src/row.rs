//! [`Row`]: the state machine of one row, without a clock or I/O.
//!
//! ```text
//!                     ┌── not launched: no connection, 429 ─────────┐
//!                     ▼                                             │
//!  pending ──intent committed, permit in hand──► launching ─────────┤
//!     ▲ retry                                      │ id             │ its worker's lease ended,
//!     │                                            ▼                │ or the launch is in doubt
//!     │                                       launched ◄──late id── in doubt ──consent──► pending
//!     │                                            │                 │
//!     └──────────────────────── done ◄─────────────┴─────────────────┴─ delivery, or given up
//! ```
//!
//! Every event identifies an attempt, and every attempt has a separate record, so that a late
//! response can still be stored. An event that does not change the row is [noted](Verdict::Noted)
//! in the record of its attempt. An event about an attempt that does not exist, or that the state
//! does not allow, is [rejected](Verdict::Rejected), which is an outcome and not an error.
//!
//! A row leaves *in doubt* after a delivery, a late job ID, or a decision of the operator
//! ([`Event::Consent`], [`Event::GiveUp`]). Nothing else launches it again.

mod state;

use crate::id::{JobKey, WorkerId};

pub use self::state::{Outcome, RowState};

/// An event of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A worker is about to launch the row. The next attempt begins.
    Intend {
        /// The worker, which has a permit.
        worker: WorkerId,
    },
    /// The API certainly did not act on the launch, which can be repeated.
    NotLaunched {
        /// The attempt.
        attempt: u32,
    },
    /// The API certainly did not act on the launch, and would refuse it again.
    Refused {
        /// The attempt.
        attempt: u32,
    },
    /// The launch returned a job ID.
    Launched {
        /// The attempt.
        attempt: u32,
        /// The job.
        job: JobKey,
    },
    /// It is unknown whether the API acted on the launch.
    Doubt {
        /// The attempt.
        attempt: u32,
    },
    /// The lease of the row's worker has ended.
    Bury {
        /// The worker.
        worker: WorkerId,
    },
    /// The row's worker stops and leaves the job to others.
    Release {
        /// The worker.
        worker: WorkerId,
    },
    /// A worker takes over a launched job without an owner.
    Claim {
        /// The worker.
        worker: WorkerId,
    },
    /// A read returned the end of the job.
    Finished {
        /// The attempt.
        attempt: u32,
        /// The outcome.
        outcome: Outcome,
    },
    /// A webhook delivered the end of the job.
    Delivered {
        /// The attempt.
        attempt: u32,
        /// The job, if the delivery names it.
        job: Option<JobKey>,
        /// The outcome.
        outcome: Outcome,
    },
    /// The operator agrees that the row may be launched again, and paid for twice.
    Consent {
        /// The attempt in doubt.
        attempt: u32,
    },
    /// The operator gives up a row in doubt.
    GiveUp {
        /// The attempt in doubt.
        attempt: u32,
    },
    /// The operator requests another result instead of the existing one.
    Retry {
        /// The latest attempt.
        attempt: u32,
    },
}

impl Event {
    /// Returns the attempt that the event is about, if it names one.
    pub const fn attempt(&self) -> Option<u32> {
        match self {
            Self::NotLaunched { attempt }
            | Self::Refused { attempt }
            | Self::Launched { attempt, .. }
            | Self::Doubt { attempt }
            | Self::Finished { attempt, .. }
            | Self::Delivered { attempt, .. }
            | Self::Consent { attempt }
            | Self::GiveUp { attempt }
            | Self::Retry { attempt } => Some(*attempt),
            Self::Intend { .. } | Self::Bury { .. } | Self::Release { .. } | Self::Claim { .. } => {
                None
            }
        }
    }

    /// Returns the job that the event names.
    pub const fn job(&self) -> Option<JobKey> {
        match self {
            Self::Launched { job, .. } => Some(*job),
            Self::Delivered { job, .. } => *job,
            _ => None,
        }
    }

    /// Returns the outcome that the event reports.
    pub const fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Refused { .. } => Some(Outcome::Refused),
            Self::GiveUp { .. } => Some(Outcome::GivenUp),
            Self::Finished { outcome, .. } | Self::Delivered { outcome, .. } => Some(*outcome),
            _ => None,
        }
    }

    /// Returns the states in which this event changes a row.
    pub const fn leaves(&self) -> &'static [RowState] {
        use RowState::{Done, InDoubt, Launched, Launching, Pending};
        match self {
            Self::Intend { .. } => &[Pending],
            Self::NotLaunched { .. } | Self::Refused { .. } | Self::Doubt { .. } => &[Launching],
            Self::Launched { .. } => &[Launching, InDoubt, Pending, Done],
            Self::Bury { .. } => &[Launching, Launched],
            Self::Release { .. } | Self::Claim { .. } => &[Launched],
            Self::Finished { .. } => &[Launched, Done],
            Self::Delivered { .. } => &[Pending, Launching, Launched, InDoubt, Done],
            Self::Consent { .. } | Self::GiveUp { .. } => &[InDoubt],
            Self::Retry { .. } => &[Done],
        }
    }
}

/// The effect of an event on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The new state of the row.
    Moved(Row),
    /// The row does not change. The event belongs to the record of its attempt.
    Noted,
    /// The event is about an attempt or a state that the row does not have.
    Rejected,
}

/// The data that a journal stores about a row, apart from its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The state.
    pub state: RowState,
    /// The attempt that the state is about; 0 before the first.
    pub attempt: u32,
    /// The number of attempts so far.
    pub attempts: u32,
    /// Attempts up to this one are settled: later events about them change nothing.
    pub settled: u32,
    /// The worker that launches or reads the row.
    pub owner: Option<WorkerId>,
    /// The job that is or was read.
    pub job: Option<JobKey>,
    /// The outcome, once it is done or skipped.
    pub outcome: Option<Outcome>,
}

impl Row {
    /// Creates a row that waits for its first launch.
    pub const PENDING: Self = Self {
        state: RowState::Pending,
        attempt: 0,
        attempts: 0,
        settled: 0,
        owner: None,
        job: None,
        outcome: None,
    };

    /// Creates a row that is never launched.
    pub const fn skipped(why: Outcome) -> Self {
        Self { state: RowState::Skipped, outcome: Some(why), ..Self::PENDING }
    }

    /// Returns the effect of an event on the row.
    ///
    /// ```
    /// use waterfall_batch::{Event, Row, RowState, Verdict, WorkerId};
    ///
    /// let worker = WorkerId::random();
    /// let Verdict::Moved(row) = Row::PENDING.apply(Event::Intend { worker }) else { panic!() };
    /// assert_eq!((row.state, row.attempt), (RowState::Launching, 1));
    /// // The lease of the worker ends. Whether the launch was sent is not known.
    /// let Verdict::Moved(row) = row.apply(Event::Bury { worker }) else { panic!() };
    /// assert_eq!(row.state, RowState::InDoubt);
    /// assert_eq!(row.apply(Event::Intend { worker }), Verdict::Rejected);
    /// ```
    #[must_use]
    pub fn apply(self, event: Event) -> Verdict {
        match event {
            Event::Intend { worker } => self.intend(worker),
            Event::Bury { worker } => self.bury(worker),
            Event::Release { worker } => self.release(worker),
            Event::Claim { worker } => self.claim(worker),
            Event::NotLaunched { attempt } => self.end_launch(attempt, RowState::Pending, None),
            Event::Refused { attempt } => {
                self.end_launch(attempt, RowState::Done, Some(Outcome::Refused))
            }
            Event::Doubt { attempt } => self.end_launch(attempt, RowState::InDoubt, None),
            Event::Launched { attempt, job } => self.launched(attempt, job),
            Event::Finished { attempt, outcome } => self.finished(attempt, outcome),
            Event::Delivered { attempt, job, outcome } => self.delivered(attempt, job, outcome),
            Event::Consent { attempt } => self.decide(attempt, RowState::Pending, None),
            Event::GiveUp { attempt } => {
                self.decide(attempt, RowState::Done, Some(Outcome::GivenUp))
            }
            Event::Retry { attempt } => self.retry(attempt),
        }
    }

    fn intend(self, worker: WorkerId) -> Verdict {
        let Some(attempts) = self.attempts.checked_add(1) else { return Verdict::Rejected };
        if self.state != RowState::Pending {
            return Verdict::Rejected;
        }
        Verdict::Moved(Self {
            state: RowState::Launching,
            attempt: attempts,
            attempts,
            owner: Some(worker),
            ..self
        })
    }

    /// Handles a launch of this attempt without an effect, or with an unknown effect.
    fn end_launch(self, attempt: u32, state: RowState, outcome: Option<Outcome>) -> Verdict {
        match (self.state, attempt == self.attempt) {
            _ if !self.has(attempt) => Verdict::Rejected,
            (RowState::Launching, true) => {
                Verdict::Moved(Self { state, outcome, owner: None, ..self })
            }
            _ => Verdict::Noted,
        }
    }

    fn launched(self, attempt: u32, job: JobKey) -> Verdict {
        if !self.has(attempt) {
            return Verdict::Rejected;
        }
        let launched =
            Self { state: RowState::Launched, attempt, job: Some(job), outcome: None, ..self };
        let is_open = attempt > self.settled;
        match self.state {
            RowState::Launching if attempt == self.attempt => Verdict::Moved(launched),
            RowState::InDoubt | RowState::Pending if is_open => {
                Verdict::Moved(Self { owner: None, ..launched })
            }
            RowState::Done if is_open && self.outcome == Some(Outcome::GivenUp) => {
                Verdict::Moved(Self { owner: None, ..launched })
            }
            _ => Verdict::Noted,
        }
    }

    fn finished(self, attempt: u32, outcome: Outcome) -> Verdict {
        match self.state {
            _ if !self.has(attempt) => Verdict::Rejected,
            RowState::Launched if attempt == self.attempt => self.done(attempt, self.job, outcome),
            RowState::Done if self.is_improved(attempt, outcome) => {
                self.done(attempt, self.job, outcome)
            }
            _ => Verdict::Noted,
        }
    }

    fn delivered(self, attempt: u32, job: Option<JobKey>, outcome: Outcome) -> Verdict {
        let known = self.job.filter(|_| attempt == self.attempt);
        match self.state {
            _ if !self.has(attempt) => Verdict::Rejected,
            _ if attempt <= self.settled => Verdict::Noted,
            RowState::Pending | RowState::Launching | RowState::Launched | RowState::InDoubt => {
                // A worker that reads the job learns from the journal that no further read is
                // needed.
                let owner = self.owner.filter(|_| self.state == RowState::Launched);
                match self.done(attempt, job.or(known), outcome) {
                    Verdict::Moved(row) => Verdict::Moved(Self { owner, ..row }),
                    other => other,
                }
            }
            RowState::Done if self.is_improved(attempt, outcome) => {
                self.done(attempt, job.or(known), outcome)
            }
            RowState::Done => Verdict::Noted,
            RowState::Skipped => Verdict::Rejected,
        }
    }

    fn done(self, attempt: u32, job: Option<JobKey>, outcome: Outcome) -> Verdict {
        let outcome = Some(outcome);
        Verdict::Moved(Self { state: RowState::Done, attempt, job, outcome, owner: None, ..self })
    }

    /// Returns whether the result of a job replaces an outcome that only reports the absence of a
    /// result.
    fn is_improved(self, attempt: u32, outcome: Outcome) -> bool {
        attempt > self.settled
            && outcome.is_of_job()
            && self.outcome.is_some_and(Outcome::is_replaceable)
    }

    fn bury(self, worker: WorkerId) -> Verdict {
        if self.owner != Some(worker) {
            return Verdict::Rejected;
        }
        match self.state {
            RowState::Launching => {
                Verdict::Moved(Self { state: RowState::InDoubt, owner: None, ..self })
            }
            RowState::Launched => Verdict::Moved(Self { owner: None, ..self }),
            _ => Verdict::Rejected,
        }
    }

    fn release(self, worker: WorkerId) -> Verdict {
        match self.state {
            RowState::Launched if self.owner == Some(worker) => {
                Verdict::Moved(Self { owner: None, ..self })
            }
            _ => Verdict::Rejected,
        }
    }

    fn claim(self, worker: WorkerId) -> Verdict {
        match self.state {
            RowState::Launched if self.owner.is_none() => {
                Verdict::Moved(Self { owner: Some(worker), ..self })
            }
            _ => Verdict::Rejected,
        }
    }

    /// Applies the operator's decision about a doubt.
    fn decide(self, attempt: u32, state: RowState, outcome: Option<Outcome>) -> Verdict {
        match self.state {
            RowState::InDoubt if attempt == self.attempt => {
                Verdict::Moved(Self { state, outcome, owner: None, ..self })
            }
            _ => Verdict::Rejected,
        }
    }

    fn retry(self, attempt: u32) -> Verdict {
        match self.state {
            RowState::Done if attempt == self.attempt => Verdict::Moved(Self {
                state: RowState::Pending,
                settled: self.attempts,
                owner: None,
                job: None,
                outcome: None,
                ..self
            }),
            _ => Verdict::Rejected,
        }
    }

    /// Returns whether the attempt exists.
    const fn has(self, attempt: u32) -> bool {
        attempt >= 1 && attempt <= self.attempts
    }
}

#[cfg(test)]
mod tests;
