//! [`Stored`]: a batch in memory, with indexes over its rows.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use crate::error::{JournalError, JournalErrorKind};
use crate::id::{IntentToken, JobKey, WorkerId};
use crate::journal::records::RECENT;
use crate::journal::{
    Added, AttemptEnd, BatchRecord, Buried, DeliveryRecord, JobResult, NewRow, Record, Recorded,
    RowContent, StoredRow,
};
use crate::limits::Usage;
use crate::row::{Event, Outcome, Row, RowState, Verdict};

pub(super) struct Stored {
    pub(super) record: BatchRecord,
    pub(super) keys: HashMap<[u8; 16], u64>,
    pub(super) rows: Vec<StoredInput>,
    pub(super) index: Index,
    pub(super) launches: BTreeMap<(u64, u32), Launch>,
    pub(super) jobs: HashMap<JobKey, (u64, u32)>,
    pub(super) results: BTreeMap<(u64, u32), (JobResult, Timestamp)>,
    /// The times at which the results of the last minutes were stored.
    recent: VecDeque<Timestamp>,
}

/// The rows by state, so that no search is needed.
#[derive(Default)]
pub(super) struct Index {
    pub(super) counts: BTreeMap<(RowState, Option<Outcome>), u64>,
    pub(super) pending: BTreeSet<u64>,
    pub(super) launched: BTreeSet<u64>,
    pub(super) in_doubt: BTreeSet<u64>,
    pub(super) owned: HashMap<WorkerId, BTreeSet<u64>>,
}

impl Index {
    pub(super) fn rows(&mut self, state: RowState) -> Option<&mut BTreeSet<u64>> {
        match state {
            RowState::Pending => Some(&mut self.pending),
            RowState::Launched => Some(&mut self.launched),
            RowState::InDoubt => Some(&mut self.in_doubt),
            _ => None,
        }
    }

    pub(super) fn remove(&mut self, position: u64, row: &Row) {
        if let Some(count) = self.counts.get_mut(&(row.state, row.outcome)) {
            *count -= 1;
        }
        self.rows(row.state).map(|rows| rows.remove(&position));
        if let Some(worker) = row.owner
            && let Some(owned) = self.owned.get_mut(&worker)
        {
            owned.remove(&position);
            if owned.is_empty() {
                self.owned.remove(&worker);
            }
        }
    }

    pub(super) fn insert(&mut self, position: u64, row: &Row) {
        *self.counts.entry((row.state, row.outcome)).or_insert(0) += 1;
        self.rows(row.state).map(|rows| rows.insert(position));
        if let Some(worker) = row.owner {
            self.owned.entry(worker).or_default().insert(position);
        }
    }

    pub(super) fn owned(&self, worker: WorkerId) -> Vec<u64> {
        self.owned.get(&worker).into_iter().flatten().copied().collect()
    }
}

pub(super) struct StoredInput {
    pub(super) raw: Vec<u8>,
    pub(super) request: Vec<u8>,
    pub(super) row: Row,
    pub(super) duplicate_of: Option<u64>,
    pub(super) detail: Option<String>,
}

pub(super) struct Launch {
    pub(super) worker: WorkerId,
    pub(super) token: IntentToken,
    pub(super) at: Timestamp,
    pub(super) end: Option<AttemptEnd>,
    pub(super) detail: Option<String>,
}

fn no_row() -> JournalError {
    JournalError::new(JournalErrorKind::Conflict, "find a row", "there is no such row")
}

impl Stored {
    /// Creates a batch without rows.
    pub(super) fn new(record: BatchRecord) -> Self {
        Self {
            record,
            keys: HashMap::new(),
            rows: Vec::new(),
            index: Index::default(),
            launches: BTreeMap::new(),
            jobs: HashMap::new(),
            results: BTreeMap::new(),
            recent: VecDeque::new(),
        }
    }

    pub(super) fn row(&self, position: u64) -> Option<Row> {
        let index = usize::try_from(position).ok()?;
        self.rows.get(index).map(|input| input.row)
    }

    /// Replaces the state of an existing row.
    pub(super) fn set(&mut self, position: u64, row: Row) {
        let index = usize::try_from(position).unwrap_or(usize::MAX);
        if let Some(input) = self.rows.get_mut(index) {
            self.index.remove(position, &input.row);
            self.index.insert(position, &row);
            input.row = row;
        }
    }

    /// Applies an event to a row, if the event changes the row.
    pub(super) fn apply(&mut self, position: u64, event: Event) -> Option<Row> {
        match self.row(position)?.apply(event) {
            Verdict::Moved(row) => {
                self.set(position, row);
                Some(row)
            }
            _ => None,
        }
    }

    /// Returns the number of recently stored results, and the time of the first of them.
    pub(super) fn recent(&mut self, now: Timestamp) -> (u64, Option<Timestamp>) {
        let from = now.saturating_sub(RECENT).unwrap_or(now);
        while self.recent.front().is_some_and(|at| *at < from) {
            self.recent.pop_front();
        }
        (self.recent.len() as u64, self.recent.front().copied())
    }

    pub(super) fn bury(&mut self, worker: WorkerId, buried: &mut Buried) {
        for position in self.index.owned(worker) {
            let Some(row) = self.apply(position, Event::Bury { worker }) else { continue };
            if row.state == RowState::InDoubt {
                buried.doubts += 1;
                if let Some(launch) = self.launches.get_mut(&(position, row.attempt)) {
                    launch.end = launch.end.or(Some(AttemptEnd::Buried));
                }
            } else {
                buried.released += 1;
            }
        }
    }

    pub(super) fn usage(&self) -> Usage {
        let BatchRecord { launches, spent, balance, is_stopped, .. } = self.record;
        Usage { launches, spent, balance, is_stopped }
    }

    pub(super) fn add(&mut self, new: NewRow) -> Added {
        let mut added = Added::default();
        let position = self.rows.len() as u64;
        let (mut request, mut detail, mut duplicate_of) = (Vec::new(), None, None);
        let row = match new.content {
            RowContent::Launch { key, request: body } => match self.keys.get(&key) {
                Some(first) => {
                    added.duplicates += 1;
                    duplicate_of = Some(*first);
                    Row::skipped(Outcome::Duplicate)
                }
                None => {
                    added.pending += 1;
                    self.keys.insert(key, position);
                    request = body;
                    Row::PENDING
                }
            },
            RowContent::Skip { why, detail: problem } => {
                added.skipped += 1;
                detail = problem;
                Row::skipped(why)
            }
        };
        self.index.insert(position, &row);
        self.rows.push(StoredInput { raw: new.raw, request, row, duplicate_of, detail });
        self.record.rows += 1;
        added
    }

    pub(super) fn record(
        &mut self,
        record: Record,
        now: Timestamp,
    ) -> Result<Recorded, JournalError> {
        let Record { row: position, event, result, detail, .. } = record;
        let before = self.row(position).ok_or_else(no_row)?;
        let verdict = before.apply(event);
        let mut row = before;
        if let Verdict::Moved(next) = verdict {
            self.set(position, next);
            row = next;
        }
        if verdict != Verdict::Rejected
            && let Some(attempt) = event.attempt()
        {
            self.end_attempt((position, attempt), &event, detail);
            if let Some(result) = result {
                let is_moved = matches!(verdict, Verdict::Moved(_));
                self.keep((position, attempt), is_moved, result, now);
            }
        }
        Ok(Recorded { verdict, row })
    }

    pub(super) fn end_attempt(&mut self, at: (u64, u32), event: &Event, detail: Option<String>) {
        let (Some(launch), Some(end)) = (self.launches.get_mut(&at), AttemptEnd::of(event)) else {
            return;
        };
        if let Some(job) = event.job() {
            self.jobs.insert(job, at);
        }
        if launch.end.is_some_and(AttemptEnd::is_certain) {
            return;
        }
        launch.end = Some(end);
        launch.detail = detail.or(launch.detail.take());
        if end.is_harmless() {
            self.record.launches = self.record.launches.saturating_sub(1);
        } else if end == AttemptEnd::Launched {
            self.record.confirmed += 1;
        }
    }

    /// The first result of an attempt is kept, unless a better one changes the row.
    pub(super) fn keep(
        &mut self,
        at: (u64, u32),
        is_moved: bool,
        result: JobResult,
        now: Timestamp,
    ) {
        self.record.balance = result.balance.or(self.record.balance);
        let known = self.results.get(&at).map(|known| known.0.cost.unwrap_or_default());
        if known.is_some() && !is_moved {
            return;
        }
        self.record.spent += result.cost.unwrap_or_default() - known.unwrap_or_default();
        self.results.insert(at, (result, now));
        self.recent.push_back(now);
    }

    pub(super) fn find(&self, delivery: &DeliveryRecord) -> Option<(u64, u32)> {
        if let Some(fence) = delivery.fence {
            return (fence.batch == self.record.id).then_some((fence.row, fence.attempt));
        }
        self.jobs.get(&delivery.job?).copied()
    }

    pub(super) fn page(&self, position: usize) -> StoredRow {
        let input = &self.rows[position];
        let result = self.results.get(&(position as u64, input.row.attempt));
        StoredRow {
            row: position as u64,
            raw: input.raw.clone(),
            request: input.request.clone(),
            state: input.row,
            duplicate_of: input.duplicate_of,
            detail: input.detail.clone(),
            result: result.map(|result| result.0.clone()),
            ended_at: result.map(|result| result.1),
        }
    }

    pub(super) fn oldest(&self, rows: &BTreeSet<u64>) -> Option<Timestamp> {
        let launched_at = |position: &u64| {
            let attempt = self.row(*position)?.attempt;
            Some(self.launches.get(&(*position, attempt))?.at)
        };
        rows.iter().filter_map(launched_at).min()
    }
}
