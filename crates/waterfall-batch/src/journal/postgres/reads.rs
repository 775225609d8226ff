//! Reads counts, pages and doubts.

use tokio_postgres::{Error as SqlError, Row as SqlRow, Transaction};

use super::batches;
use super::sql::{
    ROW, attempt, failed, no_batch, outcome, row, signed, state, time, unsigned, worker_id,
};
use crate::error::JournalError;
use crate::id::{BatchId, Fence};
use crate::journal::records::RECENT;
use crate::journal::{AttemptEnd, DoubtRecord, JobResult, Status, StoredRow, WorkerRecord};
use crate::process::ProcessIdentity;
use waterfall::Usd;

/// The maximum number of workers that a status lists.
const LISTED_WORKERS: i64 = 100;

pub(super) async fn status(
    transaction: &Transaction<'_>,
    batch: BatchId,
) -> Result<Status, JournalError> {
    const STATUS: &str = "count the rows of a batch";
    let sql = format!("SELECT {}, num FROM batch WHERE id = $1", batches::RECORD);
    let id = batch.bytes();
    let found = transaction.query_opt(&sql, &[&id.as_slice()]).await;
    let found = found.map_err(|error| failed(STATUS, error))?.ok_or_else(|| no_batch(STATUS))?;
    let (record, number): (_, i64) = (batches::record(&found), found.get(16));
    let read = async {
        let sql = "SELECT state, outcome, count(*) FROM batch_row WHERE batch = $1 GROUP BY 1, 2";
        let counts = transaction.query(sql, &[&number]).await?;
        let count = |row: &SqlRow| (state(row.get(0)), outcome(row.get(1)), unsigned(row.get(2)));
        let mut counts: Vec<_> = counts.iter().map(count).collect();
        counts.sort_unstable();
        let recent = "SELECT count(*), min(ended_at) FROM result \
            WHERE batch = $1 AND ended_at >= now_us() - $2";
        let window = i64::try_from(RECENT.as_micros()).unwrap_or(i64::MAX);
        let recent = transaction.query_one(recent, &[&number, &window]).await?;
        Ok(Status {
            batch: record,
            counts,
            oldest_launched: oldest(transaction, number, "r.state = 2").await?,
            oldest_doubt: oldest(transaction, number, "r.state = 3").await?,
            workers: workers(transaction).await?,
            recent_results: unsigned(recent.get(0)),
            recent_since: recent.get::<_, Option<i64>>(1).map(time),
            now: time(transaction.query_one("SELECT now_us()", &[]).await?.get(0)),
        })
    };
    read.await.map_err(|error| failed(STATUS, error))
}

/// The state is a literal, so that its partial index is used.
async fn oldest(
    transaction: &Transaction<'_>,
    batch: i64,
    state: &str,
) -> Result<Option<jiff::Timestamp>, SqlError> {
    let sql = format!(
        "SELECT min(l.intent_at) FROM batch_row r JOIN launch l ON l.batch = r.batch \
         AND l.ord = r.ord AND l.attempt = r.attempt WHERE r.batch = $1 AND {state}"
    );
    let oldest = transaction.query_one(&sql, &[&batch]).await?;
    Ok(oldest.get::<_, Option<i64>>(0).map(time))
}

async fn workers(transaction: &Transaction<'_>) -> Result<Vec<WorkerRecord>, SqlError> {
    let sql = format!("SELECT {WORKER} FROM worker w ORDER BY buried, until DESC LIMIT $1");
    let workers = transaction.query(&sql, &[&LISTED_WORKERS]).await?;
    Ok(workers.iter().filter_map(|columns| worker(columns, 0)).collect())
}

pub(super) async fn not_buried(
    transaction: &Transaction<'_>,
) -> Result<Vec<WorkerRecord>, SqlError> {
    let sql = format!("SELECT {WORKER} FROM worker w WHERE NOT buried");
    let workers = transaction.query(&sql, &[]).await?;
    Ok(workers.iter().filter_map(|columns| worker(columns, 0)).collect())
}

/// The columns of [`worker`], from `worker w`.
const WORKER: &str =
    "w.id, w.host, w.pid, w.started_at, w.until, w.buried, w.machine, w.process_started";

/// Reads [`WORKER`], starting at this column.
fn worker(columns: &SqlRow, from: usize) -> Option<WorkerRecord> {
    Some(WorkerRecord {
        id: worker_id(columns, from)?,
        host: columns.get(from + 1),
        pid: u32::try_from(columns.get::<_, i64>(from + 2)).unwrap_or(0),
        started_at: time(columns.get(from + 3)),
        until: time(columns.get(from + 4)),
        is_buried: columns.get(from + 5),
        process: match (columns.get(from + 6), columns.get::<_, Option<i64>>(from + 7)) {
            (Some(machine), Some(started)) => {
                Some(ProcessIdentity { machine, started: unsigned(started) })
            }
            _ => None,
        },
    })
}

pub(super) async fn page(
    transaction: &Transaction<'_>,
    batch: BatchId,
    (from, most): (u64, usize),
) -> Result<Vec<StoredRow>, JournalError> {
    const PAGE: &str = "read rows";
    let number = batches::number(transaction, PAGE, batch).await?;
    let sql = format!(
        "SELECT {ROW}, r.ord, r.dup_of, i.raw, i.request, i.detail, s.http_status, s.body, \
         s.detail, s.cost, s.ended_at FROM batch_row r \
         JOIN input i ON i.batch = r.batch AND i.ord = r.ord \
         LEFT JOIN worker w ON w.num = r.owner \
         LEFT JOIN result s ON s.batch = r.batch AND s.ord = r.ord AND s.attempt = r.attempt \
         WHERE r.batch = $1 AND r.ord >= $2 ORDER BY r.ord LIMIT $3"
    );
    let (from, most) = (signed(from), signed(most as u64));
    let rows = transaction.query(&sql, &[&number, &from, &most]).await;
    Ok(rows.map_err(|error| failed(PAGE, error))?.iter().map(stored).collect())
}

fn stored(columns: &SqlRow) -> StoredRow {
    let http_status: Option<i32> = columns.get(12);
    let result = http_status.map(|http_status| JobResult {
        http_status: u16::try_from(http_status).unwrap_or(0),
        body: columns.get(13),
        detail: columns.get(14),
        cost: columns.get::<_, Option<i64>>(15).map(Usd::from_micros),
        balance: None,
    });
    StoredRow {
        row: unsigned(columns.get(7)),
        raw: columns.get(9),
        request: columns.get(10),
        state: row(columns, 0),
        duplicate_of: columns.get::<_, Option<i64>>(8).map(unsigned),
        detail: columns.get(11),
        result,
        ended_at: columns.get::<_, Option<i64>>(16).map(time),
    }
}

pub(super) async fn doubts(
    transaction: &Transaction<'_>,
    batch: BatchId,
    (from, most): (u64, usize),
) -> Result<Vec<DoubtRecord>, JournalError> {
    const DOUBTS: &str = "list doubts";
    let number = batches::number(transaction, DOUBTS, batch).await?;
    let sql = format!(
        "SELECT r.ord, r.attempt, l.intent_at, l.ended, l.detail, i.raw, \
        {WORKER} FROM batch_row r \
        JOIN input i ON i.batch = r.batch AND i.ord = r.ord \
        JOIN launch l ON l.batch = r.batch AND l.ord = r.ord AND l.attempt = r.attempt \
        LEFT JOIN worker w ON w.num = l.worker \
        WHERE r.batch = $1 AND r.state = 3 AND r.ord >= $2 ORDER BY r.ord LIMIT $3"
    );
    let (from, most) = (signed(from), signed(most as u64));
    let rows = transaction.query(&sql, &[&number, &from, &most]).await;
    let rows = rows.map_err(|error| failed(DOUBTS, error))?;
    let doubt = |columns: &SqlRow| DoubtRecord {
        fence: Fence::new(batch, unsigned(columns.get(0)), attempt(columns.get(1))),
        since: time(columns.get(2)),
        worker: worker_id(columns, 6).and_then(|_| worker(columns, 6)),
        end: columns.get::<_, Option<i16>>(3).and_then(AttemptEnd::from_code),
        detail: columns.get(4),
        raw: columns.get(5),
    };
    Ok(rows.iter().map(doubt).collect())
}
