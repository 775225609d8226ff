//! Converts between PostgreSQL values and values of this crate.

use jiff::Timestamp;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error as SqlError, Row as SqlRow};

use crate::error::{JournalError, JournalErrorKind};
use crate::id::{BatchId, JobKey, WorkerId};
use crate::row::{Outcome, Row, RowState};

/// Converts an error of a transaction that was not committed.
pub(super) fn failed(attempt: &'static str, error: SqlError) -> JournalError {
    let (kind, problem) = match error.code() {
        None => (JournalErrorKind::Unavailable, "the connection to PostgreSQL failed".to_owned()),
        Some(code) => (kind_of(code), message(&error)),
    };
    JournalError::new(kind, attempt, problem).because(error)
}

/// Converts an error of a commit. The commit may have been made, unless PostgreSQL reports a
/// reason.
pub(super) fn commit_failed(attempt: &'static str, error: SqlError) -> JournalError {
    let is_certain = error.code().is_some_and(|code| {
        ["23", "25", "40", "53"].iter().any(|class| code.code().starts_with(class))
    });
    if is_certain {
        return failed(attempt, error);
    }
    let problem = "the response of PostgreSQL to a commit was lost";
    JournalError::new(JournalErrorKind::Unacknowledged, attempt, problem).because(error)
}

fn kind_of(code: &SqlState) -> JournalErrorKind {
    match code.code() {
        "53100" => JournalErrorKind::Full,
        "XX001" | "XX002" => JournalErrorKind::Corrupt,
        // A standby, which may become the primary.
        "25006" => JournalErrorKind::Unavailable,
        // Locks, deadlocks, time limits, too many connections.
        "40001" | "40P01" | "55P03" | "57014" | "53300" | "53200" | "53400" => {
            JournalErrorKind::Unavailable
        }
        code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("58") => {
            JournalErrorKind::Unavailable
        }
        _ => JournalErrorKind::Other,
    }
}

/// Returns the message without details, which may quote rows.
fn message(error: &SqlError) -> String {
    match error.as_db_error() {
        Some(error) => format!("PostgreSQL: {} ({})", error.message(), error.code().code()),
        None => "PostgreSQL failed".to_owned(),
    }
}

pub(super) fn no_batch(attempt: &'static str) -> JournalError {
    JournalError::new(JournalErrorKind::Conflict, attempt, "there is no such batch")
}

pub(super) fn no_row(attempt: &'static str) -> JournalError {
    JournalError::new(JournalErrorKind::Conflict, attempt, "there is no such row")
}

/// Converts a count or a position: PostgreSQL has only signed integers.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Positions and counts are far below the limit.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn attempt(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

pub(super) fn attempt_number(attempt: u32) -> i32 {
    i32::try_from(attempt).unwrap_or(i32::MAX)
}

/// Converts microseconds since 1970 to a time.
pub(super) fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn id(columns: &SqlRow, index: usize) -> Option<[u8; 16]> {
    columns.get::<_, Option<&[u8]>>(index)?.try_into().ok()
}

pub(super) fn worker_id(columns: &SqlRow, index: usize) -> Option<WorkerId> {
    id(columns, index).map(WorkerId::from_bytes)
}

pub(super) fn job(columns: &SqlRow, index: usize) -> Option<JobKey> {
    id(columns, index).map(JobKey::from_bytes)
}

pub(super) fn batch_id(columns: &SqlRow, index: usize) -> BatchId {
    BatchId::from_bytes(id(columns, index).unwrap_or_default())
}

pub(super) fn state(code: i16) -> RowState {
    RowState::from_code(code).unwrap_or(RowState::Skipped)
}

pub(super) fn outcome(code: Option<i16>) -> Option<Outcome> {
    code.and_then(Outcome::from_code)
}

/// The columns of [`row`], from `batch_row r LEFT JOIN worker w ON w.num = r.owner`.
pub(super) const ROW: &str = "r.state, r.outcome, r.attempt, r.attempts, r.settled, w.id, r.job";

/// Reads [`ROW`], starting at this column.
pub(super) fn row(columns: &SqlRow, from: usize) -> Row {
    Row {
        state: state(columns.get(from)),
        outcome: outcome(columns.get(from + 1)),
        attempt: attempt(columns.get(from + 2)),
        attempts: attempt(columns.get(from + 3)),
        settled: attempt(columns.get(from + 4)),
        owner: worker_id(columns, from + 5),
        job: job(columns, from + 6),
    }
}
