//! Batches and their inputs.

use std::collections::HashSet;

use tokio_postgres::{Error as SqlError, Row as SqlRow, Transaction};

use super::sql::{batch_id, failed, no_batch, signed, time, unsigned};
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

pub(super) fn record(columns: &SqlRow) -> BatchRecord {
    let period: Option<String> = columns.get(12);
    let count = |index| unsigned(columns.get::<_, Option<i64>>(index).unwrap_or(0));
    BatchRecord {
        id: batch_id(columns, 0),
        name: columns.get(1),
        kind: columns.get(2),
        input: columns.get(3),
        settings: columns.get(4),
        created_at: time(columns.get(5)),
        rows: count(6),
        is_sealed: columns.get(7),
        is_stopped: columns.get(8),
        launches: count(9),
        confirmed: count(15),
        spent: Usd::from_micros(columns.get(10)),
        balance: columns.get::<_, Option<i64>>(11).map(Usd::from_micros),
        counter: period.map(|period| Counter::new(period, count(13), count(14))),
    }
}

/// Returns the number of a batch within this journal.
pub(super) async fn number(
    transaction: &Transaction<'_>,
    attempt: &'static str,
    batch: BatchId,
) -> Result<i64, JournalError> {
    let id = batch.bytes();
    let found =
        transaction.query_opt("SELECT num FROM batch WHERE id = $1", &[&id.as_slice()]).await;
    let found = found.map_err(|error| failed(attempt, error))?;
    found.map(|row| row.get(0)).ok_or_else(|| no_batch(attempt))
}

pub(super) async fn open(
    transaction: &Transaction<'_>,
    new: &NewBatch,
) -> Result<BatchRecord, SqlError> {
    let sql = "INSERT INTO batch (id, name, kind, input, settings, created_at) \
        VALUES ($1, $2, $3, $4, $5, now_us()) ON CONFLICT (name) DO NOTHING";
    let id = BatchId::random().bytes();
    let NewBatch { name, kind, input, settings } = new;
    transaction.execute(sql, &[&id.as_slice(), name, kind, input, settings]).await?;
    let sql = format!("SELECT {RECORD} FROM batch WHERE name = $1");
    Ok(record(&transaction.query_one(&sql, &[name]).await?))
}

pub(super) async fn all(transaction: &Transaction<'_>) -> Result<Vec<BatchRecord>, SqlError> {
    let sql = format!("SELECT {RECORD} FROM batch ORDER BY num");
    Ok(transaction.query(&sql, &[]).await?.iter().map(record).collect())
}

pub(super) async fn forget(
    transaction: &Transaction<'_>,
    batch: BatchId,
) -> Result<(), JournalError> {
    const FORGET: &str = "delete a batch";
    let number = number(transaction, FORGET, batch).await?;
    for table in ["result", "launch", "batch_row", "input"] {
        let sql = format!("DELETE FROM {table} WHERE batch = $1");
        let deleted = transaction.execute(&sql, &[&number]).await;
        deleted.map_err(|error| failed(FORGET, error))?;
    }
    let deleted = transaction.execute("DELETE FROM batch WHERE num = $1", &[&number]).await;
    deleted.map_err(|error| failed(FORGET, error)).map(|_| ())
}

pub(super) async fn set_flag(
    transaction: &Transaction<'_>,
    batch: BatchId,
    column: &'static str,
    value: bool,
) -> Result<(), JournalError> {
    const SET: &str = "change a batch";
    let sql = format!("UPDATE batch SET {column} = $2 WHERE id = $1");
    let id = batch.bytes();
    match transaction.execute(&sql, &[&id.as_slice(), &value]).await {
        Ok(0) => Err(no_batch(SET)),
        Ok(_) => Ok(()),
        Err(error) => Err(failed(SET, error)),
    }
}

pub(super) async fn set_account(
    transaction: &Transaction<'_>,
    batch: BatchId,
    account: &AccountRecord,
) -> Result<(), JournalError> {
    const SET: &str = "store the account report";
    let number = number(transaction, SET, batch).await?;
    let set = async {
        let balance = account.balance.map(Usd::micros);
        let sql = "UPDATE batch SET balance = coalesce($2, balance) WHERE num = $1";
        transaction.execute(sql, &[&number, &balance]).await?;
        if let Some(Counter { period, counted, confirmed }) = &account.counter {
            let sql = "UPDATE batch SET counter_period = $2, counter_counted = $3, \
                counter_confirmed = $4 WHERE num = $1 AND counter_period IS NULL";
            let (counted, confirmed) = (signed(*counted), signed(*confirmed));
            transaction.execute(sql, &[&number, period, &counted, &confirmed]).await?;
        }
        Ok(())
    };
    set.await.map_err(|error| failed(SET, error))
}

const ADD: &str = "add rows";

/// Rows by column, the form in which PostgreSQL accepts many of them at once.
#[derive(Default)]
struct Columns {
    ord: Vec<i64>,
    state: Vec<i16>,
    outcome: Vec<Option<i16>>,
    key: Vec<Option<Vec<u8>>>,
    raw: Vec<Vec<u8>>,
    request: Vec<Vec<u8>>,
    detail: Vec<Option<String>>,
}

impl Columns {
    fn push(&mut self, ord: i64, row: NewRow) {
        let NewRow { raw, content } = row;
        let (state, outcome, key, request, detail) = match content {
            RowContent::Launch { key, request } => {
                (RowState::Pending, None, Some(key.to_vec()), request, None)
            }
            RowContent::Skip { why, detail } => {
                (RowState::Skipped, Some(why.code()), None, Vec::new(), detail)
            }
        };
        self.ord.push(ord);
        self.state.push(state.code());
        self.outcome.push(outcome);
        self.key.push(key);
        self.raw.push(raw);
        self.request.push(request);
        self.detail.push(detail);
    }
}

pub(super) async fn add_rows(
    transaction: &Transaction<'_>,
    batch: BatchId,
    first: u64,
    rows: Vec<NewRow>,
) -> Result<Added, JournalError> {
    let sql = "SELECT num, row_count FROM batch WHERE id = $1 FOR UPDATE";
    let id = batch.bytes();
    let found = transaction.query_opt(sql, &[&id.as_slice()]).await;
    let found = found.map_err(|error| failed(ADD, error))?.ok_or_else(|| no_batch(ADD))?;
    let (number, count): (i64, i64) = (found.get(0), found.get(1));
    let known = unsigned(count).checked_sub(first);
    let known = known.ok_or_else(|| rows_missing(unsigned(count), first))?;
    let mut columns = Columns::default();
    let rows = rows.into_iter().skip(usize::try_from(known).unwrap_or(usize::MAX));
    for (ord, row) in (count..).zip(rows) {
        columns.push(ord, row);
    }
    insert(transaction, number, columns).await.map_err(|error| failed(ADD, error))
}

async fn insert(
    transaction: &Transaction<'_>,
    batch: i64,
    mut columns: Columns,
) -> Result<Added, SqlError> {
    let sql = "INSERT INTO batch_row (batch, ord, state, outcome, key) SELECT $1, u.* \
        FROM unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::bytea[]) u \
        ON CONFLICT (batch, key) WHERE key IS NOT NULL DO NOTHING RETURNING ord";
    let Columns { ord, state, outcome, key, .. } = &columns;
    let inserted = transaction.query(sql, &[&batch, ord, state, outcome, key]).await?;
    let inserted: HashSet<i64> = inserted.iter().map(|row| row.get(0)).collect();
    let (mut added, mut duplicates) = (Added::default(), Columns::default());
    for index in 0..columns.ord.len() {
        if columns.state[index] == RowState::Skipped.code() {
            added.skipped += 1;
        } else if inserted.contains(&columns.ord[index]) {
            added.pending += 1;
        } else {
            added.duplicates += 1;
            duplicates.ord.push(columns.ord[index]);
            duplicates.key.push(columns.key[index].take());
            columns.request[index].clear();
        }
    }
    if added.duplicates > 0 {
        let sql = "INSERT INTO batch_row (batch, ord, state, outcome, dup_of) \
            SELECT $1, u.ord, $4, $5, r.ord FROM unnest($2::bigint[], $3::bytea[]) u (ord, key) \
            JOIN batch_row r ON r.batch = $1 AND r.key = u.key";
        let (state, outcome) = (RowState::Skipped.code(), Outcome::Duplicate.code());
        let Columns { ord, key, .. } = &duplicates;
        transaction.execute(sql, &[&batch, ord, key, &state, &outcome]).await?;
    }
    let sql = "INSERT INTO input (batch, ord, raw, request, detail) SELECT $1, u.* \
        FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::text[]) u";
    let Columns { ord, raw, request, detail, .. } = &columns;
    transaction.execute(sql, &[&batch, ord, raw, request, detail]).await?;
    let sql = "UPDATE batch SET row_count = row_count + $2 WHERE num = $1";
    transaction.execute(sql, &[&batch, &(columns.ord.len() as i64)]).await?;
    Ok(added)
}
