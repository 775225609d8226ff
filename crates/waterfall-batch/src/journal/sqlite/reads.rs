//! Reads counts, pages and doubts, in parallel with the connection that writes.

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use waterfall::Usd;

use super::batches;
use super::sql::{Int, ROW, batch_number, failed, no_batch, row, time};
use crate::error::JournalError;
use crate::id::{BatchId, Fence};
use crate::journal::records::RECENT;
use crate::journal::{AttemptEnd, DoubtRecord, JobResult, Status, StoredRow, WorkerRecord};
use crate::process::ProcessIdentity;

/// The maximum number of workers that a status lists.
const LISTED_WORKERS: usize = 100;

pub(super) fn status(
    connection: &mut Connection,
    now: i64,
    batch: BatchId,
) -> Result<Status, JournalError> {
    const STATUS: &str = "count the rows of a batch";
    // One transaction, so that the counts are consistent.
    let transaction = connection.transaction().map_err(|error| failed(STATUS, error))?;
    let sql = format!("SELECT {}, num FROM batch WHERE id = ?1", batches::RECORD);
    let found = transaction.query_row(&sql, [batch.bytes()], |columns| {
        Ok((batches::record(columns)?, columns.get::<_, i64>(16)?))
    });
    let found = found.optional().map_err(|error| failed(STATUS, error))?;
    let (record, number) = found.ok_or_else(|| no_batch(STATUS))?;
    let read = || {
        let sql = "SELECT state, outcome, count(*) FROM row WHERE batch = ?1 GROUP BY 1, 2";
        let mut statement = transaction.prepare(sql)?;
        let counts = statement
            .query_map([number], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Int>(2)?.0)))?;
        let mut counts = counts.collect::<rusqlite::Result<Vec<_>>>()?;
        counts.sort_unstable();
        let (recent_results, recent_since) = recent(&transaction, number, time(now))?;
        Ok(Status {
            batch: record,
            counts,
            oldest_launched: oldest(&transaction, number, "r.state = 2")?,
            oldest_doubt: oldest(&transaction, number, "r.state = 3")?,
            workers: workers(&transaction)?,
            recent_results,
            recent_since,
            now: time(now),
        })
    };
    read().map_err(|error| failed(STATUS, error))
}

/// The state is a literal, so that its partial index is used.
fn oldest(
    connection: &Connection,
    batch: i64,
    state: &str,
) -> rusqlite::Result<Option<jiff::Timestamp>> {
    let sql = format!(
        "SELECT min(l.intent_at) FROM row r JOIN launch l ON l.batch = r.batch AND l.ord = r.ord \
         AND l.attempt = r.attempt WHERE r.batch = ?1 AND {state}"
    );
    connection.query_row(&sql, [batch], |row| Ok(row.get::<_, Option<i64>>(0)?.map(time)))
}

/// Returns the number of recently stored results, and the time of the first of them.
fn recent(
    connection: &Connection,
    batch: i64,
    now: jiff::Timestamp,
) -> rusqlite::Result<(u64, Option<jiff::Timestamp>)> {
    let from = now.saturating_sub(RECENT).unwrap_or(now).as_microsecond();
    let sql = "SELECT count(*), min(ended_at) FROM result WHERE batch = ?1 AND ended_at >= ?2";
    connection.query_row(sql, [batch, from], |row| {
        Ok((row.get::<_, Int>(0)?.0, row.get::<_, Option<i64>>(1)?.map(time)))
    })
}

fn workers(connection: &Connection) -> rusqlite::Result<Vec<WorkerRecord>> {
    let sql = format!("SELECT {WORKER} FROM worker w ORDER BY buried, until DESC LIMIT ?1");
    let mut statement = connection.prepare(&sql)?;
    let workers = statement.query_map([LISTED_WORKERS as i64], |columns| worker(columns, 0))?;
    workers.collect()
}

pub(super) fn not_buried(connection: &Connection) -> Result<Vec<WorkerRecord>, JournalError> {
    let read = || {
        let sql = format!("SELECT {WORKER} FROM worker w WHERE buried = 0");
        let mut statement = connection.prepare(&sql)?;
        let workers = statement.query_map([], |columns| worker(columns, 0))?;
        workers.collect::<rusqlite::Result<_>>()
    };
    read().map_err(|error| failed("list workers", error))
}

/// The columns of [`worker`], from `worker w`.
const WORKER: &str =
    "w.id, w.host, w.pid, w.started_at, w.until, w.buried, w.machine, w.process_started";

/// Reads [`WORKER`], starting at this column.
fn worker(columns: &SqlRow<'_>, from: usize) -> rusqlite::Result<WorkerRecord> {
    Ok(WorkerRecord {
        id: columns.get(from)?,
        host: columns.get(from + 1)?,
        pid: columns.get(from + 2)?,
        started_at: time(columns.get(from + 3)?),
        until: time(columns.get(from + 4)?),
        is_buried: columns.get(from + 5)?,
        process: match (columns.get(from + 6)?, columns.get::<_, Option<Int>>(from + 7)?) {
            (Some(machine), Some(started)) => Some(ProcessIdentity { machine, started: started.0 }),
            _ => None,
        },
    })
}

pub(super) fn page(
    connection: &Connection,
    batch: BatchId,
    (from, most): (u64, usize),
) -> Result<Vec<StoredRow>, JournalError> {
    const PAGE: &str = "read rows";
    let number = batch_number(connection, PAGE, batch)?;
    let read = || {
        let sql = format!(
            "SELECT {ROW}, r.ord, r.dup_of, i.raw, i.request, i.detail, s.http_status, s.body, \
             s.detail, s.cost, s.ended_at FROM row r \
             JOIN input i ON i.batch = r.batch AND i.ord = r.ord \
             LEFT JOIN worker w ON w.num = r.owner \
             LEFT JOIN result s ON s.batch = r.batch AND s.ord = r.ord AND s.attempt = r.attempt \
             WHERE r.batch = ?1 AND r.ord >= ?2 ORDER BY r.ord LIMIT ?3"
        );
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map(params![number, Int(from), most as i64], |columns| {
            let http_status: Option<u16> = columns.get(12)?;
            let result = match http_status {
                Some(http_status) => Some(JobResult {
                    http_status,
                    body: columns.get(13)?,
                    detail: columns.get(14)?,
                    cost: columns.get::<_, Option<i64>>(15)?.map(Usd::from_micros),
                    balance: None,
                }),
                None => None,
            };
            Ok(StoredRow {
                row: columns.get::<_, Int>(7)?.0,
                raw: columns.get(9)?,
                request: columns.get(10)?,
                state: row(columns, 0)?,
                duplicate_of: columns.get::<_, Option<Int>>(8)?.map(|row| row.0),
                detail: columns.get(11)?,
                result,
                ended_at: columns.get::<_, Option<i64>>(16)?.map(time),
            })
        })?;
        rows.collect::<rusqlite::Result<_>>()
    };
    read().map_err(|error| failed(PAGE, error))
}

pub(super) fn doubts(
    connection: &Connection,
    batch: BatchId,
    (from, most): (u64, usize),
) -> Result<Vec<DoubtRecord>, JournalError> {
    const DOUBTS: &str = "list doubts";
    let number = batch_number(connection, DOUBTS, batch)?;
    let read = || {
        let sql = format!(
            "SELECT r.ord, r.attempt, l.intent_at, l.ended, l.detail, i.raw, \
            {WORKER} FROM row r \
            JOIN input i ON i.batch = r.batch AND i.ord = r.ord \
            JOIN launch l ON l.batch = r.batch AND l.ord = r.ord AND l.attempt = r.attempt \
            LEFT JOIN worker w ON w.num = l.worker \
            WHERE r.batch = ?1 AND r.state = 3 AND r.ord >= ?2 ORDER BY r.ord LIMIT ?3"
        );
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map(params![number, Int(from), most as i64], |columns| {
            let known: Option<Vec<u8>> = columns.get(6)?;
            let end: Option<i16> = columns.get(3)?;
            Ok(DoubtRecord {
                fence: Fence::new(batch, columns.get::<_, Int>(0)?.0, columns.get(1)?),
                since: time(columns.get(2)?),
                worker: known.map(|_| worker(columns, 6)).transpose()?,
                end: end.and_then(AttemptEnd::from_code),
                detail: columns.get(4)?,
                raw: columns.get(5)?,
            })
        })?;
        rows.collect::<rusqlite::Result<_>>()
    };
    read().map_err(|error| failed(DOUBTS, error))
}
