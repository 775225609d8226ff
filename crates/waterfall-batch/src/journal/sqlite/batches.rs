//! Batches and their inputs.

use rusqlite::{Connection, Row as SqlRow, Transaction, params};

use super::sql::{Int, batch_number, failed, no_batch, time};
use crate::error::JournalError;
use crate::id::BatchId;
use crate::journal::{
    AccountRecord, Added, BatchRecord, Counter, NewBatch, NewRow, RowContent, rows_missing,
};
use crate::row::{Outcome, RowState};
use waterfall::Usd;

/// The columns of [`record`], from `batch`.
pub(super) const RECORD: &str = "id, name, kind, input, settings, created_at, row_count, sealed, \
    stopped, launches, spent, balance, counter_period, counter_counted, counter_confirmed, confirmed";

pub(super) fn record(columns: &SqlRow<'_>) -> rusqlite::Result<BatchRecord> {
    let period: Option<String> = columns.get(12)?;
    let counter = match period {
        Some(period) => {
            let Int(counted) = columns.get(13)?;
            let Int(confirmed) = columns.get(14)?;
            Some(Counter::new(period, counted, confirmed))
        }
        None => None,
    };
    Ok(BatchRecord {
        id: columns.get(0)?,
        name: columns.get(1)?,
        kind: columns.get(2)?,
        input: columns.get(3)?,
        settings: columns.get(4)?,
        created_at: time(columns.get(5)?),
        rows: columns.get::<_, Int>(6)?.0,
        is_sealed: columns.get(7)?,
        is_stopped: columns.get(8)?,
        launches: columns.get::<_, Int>(9)?.0,
        confirmed: columns.get::<_, Int>(15)?.0,
        spent: Usd::from_micros(columns.get(10)?),
        balance: columns.get::<_, Option<i64>>(11)?.map(Usd::from_micros),
        counter,
    })
}

pub(super) fn open(
    transaction: &Transaction<'_>,
    now: i64,
    new: &NewBatch,
) -> Result<BatchRecord, JournalError> {
    const OPEN: &str = "open a batch";
    let sql = "INSERT INTO batch (id, name, kind, input, settings, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO NOTHING";
    let id = BatchId::random().bytes();
    let values = params![id, new.name, new.kind, new.input, new.settings, now];
    transaction.execute(sql, values).map_err(|error| failed(OPEN, error))?;
    let sql = format!("SELECT {RECORD} FROM batch WHERE name = ?1");
    transaction.query_row(&sql, [&new.name], record).map_err(|error| failed(OPEN, error))
}

pub(super) fn all(connection: &Connection) -> Result<Vec<BatchRecord>, JournalError> {
    let read = || {
        let sql = format!("SELECT {RECORD} FROM batch ORDER BY num");
        let mut statement = connection.prepare(&sql)?;
        let records = statement.query_map([], record)?;
        records.collect::<rusqlite::Result<_>>()
    };
    read().map_err(|error| failed("list batches", error))
}

pub(super) fn forget(transaction: &Transaction<'_>, batch: BatchId) -> Result<(), JournalError> {
    const FORGET: &str = "delete a batch";
    let number = batch_number(transaction, FORGET, batch)?;
    for table in ["result", "launch", "row", "input"] {
        let sql = format!("DELETE FROM {table} WHERE batch = ?1");
        transaction.execute(&sql, [number]).map_err(|error| failed(FORGET, error))?;
    }
    let deleted = transaction.execute("DELETE FROM batch WHERE num = ?1", [number]);
    deleted.map_err(|error| failed(FORGET, error)).map(|_| ())
}

pub(super) fn set_flag(
    transaction: &Transaction<'_>,
    batch: BatchId,
    column: &'static str,
    value: bool,
) -> Result<(), JournalError> {
    const SET: &str = "change a batch";
    let sql = format!("UPDATE batch SET {column} = ?2 WHERE id = ?1");
    match transaction.execute(&sql, params![batch.bytes(), value]) {
        Ok(0) => Err(no_batch(SET)),
        Ok(_) => Ok(()),
        Err(error) => Err(failed(SET, error)),
    }
}

pub(super) fn set_account(
    transaction: &Transaction<'_>,
    batch: BatchId,
    account: &AccountRecord,
) -> Result<(), JournalError> {
    const SET: &str = "store the account report";
    let number = batch_number(transaction, SET, batch)?;
    let set = || {
        let balance = account.balance.map(Usd::micros);
        let sql = "UPDATE batch SET balance = coalesce(?2, balance) WHERE num = ?1";
        transaction.execute(sql, params![number, balance])?;
        if let Some(counter) = &account.counter {
            let sql = "UPDATE batch SET counter_period = ?2, counter_counted = ?3, \
                counter_confirmed = ?4 WHERE num = ?1 AND counter_period IS NULL";
            let Counter { period, counted, confirmed } = counter;
            transaction.execute(sql, params![number, period, Int(*counted), Int(*confirmed)])?;
        }
        Ok(())
    };
    set().map_err(|error| failed(SET, error))
}

const ADD: &str = "add rows";

pub(super) fn add_rows(
    transaction: &Transaction<'_>,
    batch: BatchId,
    first: u64,
    rows: Vec<NewRow>,
) -> Result<Added, JournalError> {
    let number = batch_number(transaction, ADD, batch)?;
    let sql = "SELECT row_count FROM batch WHERE num = ?1";
    let count = transaction.query_row(sql, [number], |row| row.get(0));
    let Int(count) = count.map_err(|error| failed(ADD, error))?;
    let Some(known) = count.checked_sub(first) else { return Err(rows_missing(count, first)) };
    let rows = rows.into_iter().skip(usize::try_from(known).unwrap_or(usize::MAX));
    insert(transaction, number, count, rows).map_err(|error| failed(ADD, error))
}

fn insert(
    transaction: &Transaction<'_>,
    batch: i64,
    count: u64,
    rows: impl Iterator<Item = NewRow>,
) -> rusqlite::Result<Added> {
    let mut put_input = transaction.prepare(
        "INSERT INTO input (batch, ord, raw, request, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let mut put_row = transaction.prepare(
        "INSERT INTO row (batch, ord, state, outcome, key) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (batch, key) WHERE key IS NOT NULL DO NOTHING",
    )?;
    let mut put_duplicate = transaction.prepare(
        "INSERT INTO row (batch, ord, state, outcome, dup_of) \
         SELECT ?1, ?2, ?3, ?4, ord FROM row WHERE batch = ?1 AND key = ?5",
    )?;
    let rows: Vec<(Int, NewRow)> = (count..).map(Int).zip(rows).collect();
    let (pending, skipped) = (RowState::Pending.code(), RowState::Skipped.code());
    let mut added = Added::default();
    let mut duplicates = vec![false; rows.len()];
    // Adding the rows in the order of their keys writes each page of the index once. Of rows with
    // the same key, the first one remains the first.
    for (index, key) in by_key(&rows) {
        let ord = rows[index].0;
        if put_row.execute(params![batch, ord, pending, None::<i16>, key])? > 0 {
            added.pending += 1;
        } else {
            added.duplicates += 1;
            duplicates[index] = true;
            let outcome = Outcome::Duplicate.code();
            put_duplicate.execute(params![batch, ord, skipped, outcome, key])?;
        }
    }
    let next = Int(count + rows.len() as u64);
    for ((ord, NewRow { raw, content }), is_duplicate) in rows.into_iter().zip(duplicates) {
        let (request, detail) = match content {
            RowContent::Launch { .. } if is_duplicate => (Vec::new(), None),
            RowContent::Launch { request, .. } => (request, None),
            RowContent::Skip { why, detail } => {
                added.skipped += 1;
                let key = None::<[u8; 16]>;
                put_row.execute(params![batch, ord, skipped, why.code(), key])?;
                (Vec::new(), detail)
            }
        };
        put_input.execute(params![batch, ord, raw, request, detail])?;
    }
    transaction.execute("UPDATE batch SET row_count = ?2 WHERE num = ?1", params![batch, next])?;
    Ok(added)
}

/// Returns the positions of the rows that are launched, with their keys and in the order of the
/// keys.
fn by_key(rows: &[(Int, NewRow)]) -> Vec<(usize, [u8; 16])> {
    let key = |(index, (_, row)): (usize, &(Int, NewRow))| match row.content {
        RowContent::Launch { key, .. } => Some((index, key)),
        RowContent::Skip { .. } => None,
    };
    let mut keys: Vec<_> = rows.iter().enumerate().filter_map(key).collect();
    keys.sort_unstable_by_key(|(index, key)| (*key, *index));
    keys
}
