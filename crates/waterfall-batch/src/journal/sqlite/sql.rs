//! Converts between SQLite values and values of this crate.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row as SqlRow, ToSql, TransactionBehavior,
};

use crate::error::{JournalError, JournalErrorKind};
use crate::id::{BatchId, JobKey, WorkerId};
use crate::row::{Outcome, Row, RowState};

/// Converts an error of SQLite during an action.
pub(super) fn failed(attempt: &'static str, error: rusqlite::Error) -> JournalError {
    let (kind, problem) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (JournalErrorKind::Unavailable, "another program keeps its file locked".to_owned())
        }
        Some(ErrorCode::DiskFull) => (JournalErrorKind::Full, "its disk is full".to_owned()),
        Some(ErrorCode::DatabaseCorrupt) => {
            (JournalErrorKind::Corrupt, "its file is damaged".to_owned())
        }
        Some(ErrorCode::NotADatabase) => {
            (JournalErrorKind::Corrupt, "its file is not a journal".to_owned())
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => (
            JournalErrorKind::Other,
            format!("its file can't be written ({error}); check the permissions of the folder"),
        ),
        Some(ErrorCode::SystemIoFailure) => {
            (JournalErrorKind::Unacknowledged, format!("its disk failed ({error})"))
        }
        _ => (JournalErrorKind::Other, error.to_string()),
    };
    JournalError::new(kind, attempt, problem).because(error)
}

pub(super) fn no_batch(attempt: &'static str) -> JournalError {
    JournalError::new(JournalErrorKind::Conflict, attempt, "there is no such batch")
}

pub(super) fn no_row(attempt: &'static str) -> JournalError {
    JournalError::new(JournalErrorKind::Conflict, attempt, "there is no such row")
}

/// Runs a transaction that locks the journal from its start, and commits it.
pub(super) fn write<T>(
    connection: &mut Connection,
    attempt: &'static str,
    work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, JournalError>,
) -> Result<T, JournalError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| failed(attempt, error))?;
    let done = work(&transaction)?;
    transaction.commit().map_err(|error| failed(attempt, error))?;
    Ok(done)
}

/// Converts a count or a position: SQLite has only signed integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Int(pub(super) u64);

impl FromSql for Int {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number).map(Self).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

impl ToSql for Int {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let number = i64::try_from(self.0);
        number
            .map(ToSqlOutput::from)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

macro_rules! blob_id {
    ($name:ident) => {
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                <[u8; 16]>::column_result(value).map(Self::from_bytes)
            }
        }
    };
}

blob_id!(BatchId);
blob_id!(WorkerId);
blob_id!(JobKey);

impl FromSql for RowState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        code(value).and_then(|code| Self::from_code(code).ok_or(FromSqlError::InvalidType))
    }
}

impl FromSql for Outcome {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        code(value).and_then(|code| Self::from_code(code).ok_or(FromSqlError::InvalidType))
    }
}

fn code(value: ValueRef<'_>) -> FromSqlResult<i16> {
    let code = value.as_i64()?;
    i16::try_from(code).map_err(|_| FromSqlError::OutOfRange(code))
}

/// Converts microseconds since 1970 to a time.
pub(super) fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The columns of [`row`], from `row r LEFT JOIN worker w ON w.num = r.owner`.
pub(super) const ROW: &str = "r.state, r.outcome, r.attempt, r.attempts, r.settled, w.id, r.job";

/// Reads [`ROW`], starting at this column.
pub(super) fn row(columns: &SqlRow<'_>, from: usize) -> rusqlite::Result<Row> {
    Ok(Row {
        state: columns.get(from)?,
        outcome: columns.get(from + 1)?,
        attempt: columns.get(from + 2)?,
        attempts: columns.get(from + 3)?,
        settled: columns.get(from + 4)?,
        owner: columns.get(from + 5)?,
        job: columns.get(from + 6)?,
    })
}

/// Returns the number of a batch within this journal.
pub(super) fn batch_number(
    connection: &Connection,
    attempt: &'static str,
    batch: BatchId,
) -> Result<i64, JournalError> {
    connection
        .query_row("SELECT num FROM batch WHERE id = ?1", [batch.bytes()], |row| row.get(0))
        .optional()
        .map_err(|error| failed(attempt, error))?
        .ok_or_else(|| no_batch(attempt))
}
