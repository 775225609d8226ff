//! Stores rows: intents, events, claims.

use tokio_postgres::{Error as SqlError, Transaction};

use super::batches;
use super::sql::{
    ROW, attempt, attempt_number, batch_id, failed, job, no_batch, no_row, row, signed, unsigned,
};
use super::workers;
use crate::error::JournalError;
use crate::id::{BatchId, Fence, IntentToken, WorkerId};
use crate::journal::{
    AttemptEnd, Delivered, DeliveryRecord, EndedRow, Intention, JobResult, LaunchedRow, Record,
    Recorded,
};
use crate::limits::{Limits, Usage};
use crate::row::{Event, Row, RowState, Verdict};
use waterfall::Usd;

const INTEND: &str = "store the intent of a launch";

pub(super) async fn intend(
    transaction: &Transaction<'_>,
    (batch, worker, token): (BatchId, WorkerId, IntentToken),
    limits: &Limits,
) -> Result<Intention, JournalError> {
    // Locked, so that several workers together observe the limits exactly.
    let sql = "SELECT num, launches, spent, balance, stopped FROM batch WHERE id = $1 FOR UPDATE";
    let id = batch.bytes();
    let found = transaction.query_opt(sql, &[&id.as_slice()]).await;
    let found = found.map_err(|error| failed(INTEND, error))?.ok_or_else(|| no_batch(INTEND))?;
    let number: i64 = found.get(0);
    let usage = Usage {
        launches: unsigned(found.get(1)),
        spent: Usd::from_micros(found.get(2)),
        balance: found.get::<_, Option<i64>>(3).map(Usd::from_micros),
        is_stopped: found.get(4),
    };
    let intend = async {
        let Some(owner) = workers::alive(transaction, worker).await? else {
            return Ok(Intention::LeaseEnded);
        };
        if let Some(halt) = limits.check(&usage) {
            return Ok(Intention::Halted(halt));
        }
        // The partial index is used only if the state is a literal.
        let sql = format!(
            "SELECT {ROW}, r.ord, i.request FROM batch_row r \
             LEFT JOIN worker w ON w.num = r.owner \
             JOIN input i ON i.batch = r.batch AND i.ord = r.ord \
             WHERE r.batch = $1 AND r.state = 0 ORDER BY r.ord LIMIT 1 \
             FOR UPDATE OF r SKIP LOCKED"
        );
        let Some(columns) = transaction.query_opt(&sql, &[&number]).await? else {
            return Ok(Intention::NothingPending);
        };
        let (before, ord, request): (Row, i64, Vec<u8>) =
            (row(&columns, 0), columns.get(7), columns.get(8));
        let Verdict::Moved(next) = before.apply(Event::Intend { worker }) else {
            return Ok(Intention::NothingPending);
        };
        update(transaction, (number, ord), &next, Some(owner)).await?;
        let sql = "INSERT INTO launch (batch, ord, attempt, worker, token, intent_at) \
            VALUES ($1, $2, $3, $4, $5, now_us())";
        let token = token.bytes();
        let begun = attempt_number(next.attempt);
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&number, &ord, &begun, &owner, &token.as_slice()];
        transaction.execute(sql, &values).await?;
        let sql = "UPDATE batch SET launches = launches + 1 WHERE num = $1";
        transaction.execute(sql, &[&number]).await?;
        Ok(Intention::Begun { fence: Fence::new(batch, unsigned(ord), next.attempt), request })
    };
    intend.await.map_err(|error| failed(INTEND, error))
}

/// Writes a row that this transaction has locked.
async fn update(
    transaction: &Transaction<'_>,
    (batch, ord): (i64, i64),
    next: &Row,
    owner: Option<i64>,
) -> Result<(), SqlError> {
    let sql = "UPDATE batch_row SET state = $3, outcome = $4, attempt = $5, attempts = $6, \
        settled = $7, owner = $8, job = $9 WHERE batch = $1 AND ord = $2";
    let job = next.job.map(|job| job.bytes());
    let job = job.as_ref().map(<[u8; 16]>::as_slice);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] = [
        &batch,
        &ord,
        &next.state.code(),
        &next.outcome.map(|outcome| outcome.code()),
        &attempt_number(next.attempt),
        &attempt_number(next.attempts),
        &attempt_number(next.settled),
        &owner,
        &job,
    ];
    transaction.execute(sql, &values).await.map(|_| ())
}

pub(super) async fn intent(
    transaction: &Transaction<'_>,
    token: IntentToken,
) -> Result<Option<Fence>, SqlError> {
    let sql = "SELECT b.id, l.ord, l.attempt FROM launch l JOIN batch b ON b.num = l.batch \
        WHERE l.token = $1 AND (l.ended IS NULL OR l.ended >= 3)";
    let found = transaction.query_opt(sql, &[&token.bytes().as_slice()]).await?;
    Ok(found.map(|row| Fence::new(batch_id(&row, 0), unsigned(row.get(1)), attempt(row.get(2)))))
}

const RECORD: &str = "store the event of a row";

pub(super) async fn record(
    transaction: &Transaction<'_>,
    record: &Record,
) -> Result<Recorded, JournalError> {
    let number = batches::number(transaction, RECORD, record.batch).await?;
    apply(transaction, number, record).await
}

async fn apply(
    transaction: &Transaction<'_>,
    batch: i64,
    record: &Record,
) -> Result<Recorded, JournalError> {
    let at = (batch, signed(record.row));
    let sql = format!(
        "SELECT {ROW}, r.owner FROM batch_row r LEFT JOIN worker w ON w.num = r.owner \
         WHERE r.batch = $1 AND r.ord = $2 FOR UPDATE OF r"
    );
    let found = transaction.query_opt(&sql, &[&at.0, &at.1]).await;
    let found = found.map_err(|error| failed(RECORD, error))?.ok_or_else(|| no_row(RECORD))?;
    let (before, owner): (Row, Option<i64>) = (row(&found, 0), found.get(7));
    let verdict = before.apply(record.event);
    let apply = async {
        let mut after = before;
        if let Verdict::Moved(next) = verdict {
            after = next;
            let owner = match (next.owner, before.owner) {
                (None, _) => None,
                (same, known) if same == known => owner,
                (Some(worker), _) => workers::alive(transaction, worker).await?,
            };
            update(transaction, at, &next, owner).await?;
        }
        if verdict != Verdict::Rejected
            && let Some(attempt) = record.event.attempt()
        {
            let attempt = attempt_number(attempt);
            end_attempt(transaction, (at, attempt), record).await?;
            if let Some(result) = &record.result {
                let is_moved = matches!(verdict, Verdict::Moved(_));
                keep(transaction, (at, attempt), (is_moved, result)).await?;
            }
        }
        Ok(Recorded { verdict, row: after })
    };
    apply.await.map_err(|error| failed(RECORD, error))
}

/// Stores what an event reports about its attempt, unless the attempt's end is already certain.
async fn end_attempt(
    transaction: &Transaction<'_>,
    ((batch, ord), attempt): ((i64, i64), i32),
    record: &Record,
) -> Result<(), SqlError> {
    let Some(end) = AttemptEnd::of(&record.event) else { return Ok(()) };
    if let Some(job) = record.event.job() {
        let sql = "UPDATE launch SET job = $4 WHERE batch = $1 AND ord = $2 AND attempt = $3";
        let job = job.bytes();
        transaction.execute(sql, &[&batch, &ord, &attempt, &job.as_slice()]).await?;
    }
    let sql = "UPDATE launch SET ended = $4, answered_at = now_us(), \
        detail = coalesce($5, detail) \
        WHERE batch = $1 AND ord = $2 AND attempt = $3 AND (ended IS NULL OR ended >= 3)";
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&batch, &ord, &attempt, &end.code(), &record.detail];
    if transaction.execute(sql, &values).await? == 1
        && let Some(change) = counted(end)
    {
        let sql = format!("UPDATE batch SET {change} WHERE num = $1");
        transaction.execute(&sql, &[&batch]).await?;
    }
    Ok(())
}

/// Returns the change that the end of an attempt makes to the counts of its batch.
fn counted(end: AttemptEnd) -> Option<&'static str> {
    match end {
        AttemptEnd::Launched => Some("confirmed = confirmed + 1"),
        end if end.is_harmless() => Some("launches = greatest(launches - 1, 0)"),
        _ => None,
    }
}

/// The first result of an attempt is kept, unless a better one changes the row.
async fn keep(
    transaction: &Transaction<'_>,
    ((batch, ord), attempt): ((i64, i64), i32),
    (is_moved, result): (bool, &JobResult),
) -> Result<(), SqlError> {
    let sql = "SELECT coalesce(cost, 0) FROM result WHERE batch = $1 AND ord = $2 AND attempt = $3";
    let known = transaction.query_opt(sql, &[&batch, &ord, &attempt]).await?;
    let known: Option<i64> = known.map(|row| row.get(0));
    let (balance, cost) = (result.balance.map(Usd::micros), result.cost.map(Usd::micros));
    let is_kept = known.is_none() || is_moved;
    if is_kept {
        let sql = "INSERT INTO result \
            (batch, ord, attempt, http_status, body, detail, cost, ended_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, now_us()) ON CONFLICT (batch, ord, attempt) \
            DO UPDATE SET http_status = excluded.http_status, body = excluded.body, \
            detail = excluded.detail, cost = excluded.cost, ended_at = excluded.ended_at";
        let status = i32::from(result.http_status);
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
            [&batch, &ord, &attempt, &status, &result.body, &result.detail, &cost];
        transaction.execute(sql, &values).await?;
    }
    let spent = if is_kept { cost.unwrap_or(0) - known.unwrap_or(0) } else { 0 };
    if spent != 0 || balance.is_some() {
        let sql = "UPDATE batch SET spent = spent + $2, balance = coalesce($3, balance) \
            WHERE num = $1";
        transaction.execute(sql, &[&batch, &spent, &balance]).await?;
    }
    Ok(())
}

pub(super) async fn deliver(
    transaction: &Transaction<'_>,
    delivery: &DeliveryRecord,
) -> Result<Delivered, JournalError> {
    const FIND: &str = "find the row of a delivery";
    let found = match (delivery.fence, delivery.job) {
        (Some(fence), _) => {
            let sql = "SELECT b.num, b.id, r.ord, $3::integer FROM batch b \
                JOIN batch_row r ON r.batch = b.num WHERE b.id = $1 AND r.ord = $2";
            let (id, ord) = (fence.batch.bytes(), signed(fence.row));
            let attempt = attempt_number(fence.attempt);
            transaction.query_opt(sql, &[&id.as_slice(), &ord, &attempt]).await
        }
        (None, Some(job)) => {
            let sql = "SELECT b.num, b.id, l.ord, l.attempt FROM launch l \
                JOIN batch b ON b.num = l.batch WHERE l.job = $1 LIMIT 1";
            transaction.query_opt(sql, &[&job.bytes().as_slice()]).await
        }
        (None, None) => Ok(None),
    };
    let Some(columns) = found.map_err(|error| failed(FIND, error))? else {
        return Ok(Delivered::Unknown);
    };
    let (number, batch): (i64, _) = (columns.get(0), batch_id(&columns, 1));
    let fence = Fence::new(batch, unsigned(columns.get(2)), attempt(columns.get(3)));
    let DeliveryRecord { job, outcome, result, .. } = delivery.clone();
    let event = Event::Delivered { attempt: fence.attempt, job, outcome };
    let record = Record { result: Some(result), ..Record::new(fence.batch, fence.row, event) };
    Ok(Delivered::Recorded(fence, apply(transaction, number, &record).await?))
}

pub(super) async fn claim(
    transaction: &Transaction<'_>,
    (batch, worker): (BatchId, WorkerId),
    most: usize,
) -> Result<Vec<LaunchedRow>, JournalError> {
    const CLAIM: &str = "take over launched jobs";
    let number = batches::number(transaction, CLAIM, batch).await?;
    let claim = async {
        let Some(owner) = workers::alive(transaction, worker).await? else {
            return Ok(Vec::new());
        };
        let sql = "WITH free AS (SELECT r.batch, r.ord, l.intent_at FROM batch_row r JOIN launch l \
                ON l.batch = r.batch AND l.ord = r.ord AND l.attempt = r.attempt \
                WHERE r.batch = $1 AND r.state = 2 AND r.owner IS NULL AND r.job IS NOT NULL \
                ORDER BY l.intent_at, r.ord LIMIT $3 FOR UPDATE OF r SKIP LOCKED), \
            taken AS (UPDATE batch_row r SET owner = $2 FROM free f WHERE r.batch = f.batch \
                AND r.ord = f.ord RETURNING r.ord, r.attempt, r.job, f.intent_at) \
            SELECT ord, attempt, job FROM taken ORDER BY intent_at, ord";
        let most = signed(most as u64);
        let taken = transaction.query(sql, &[&number, &owner, &most]).await?;
        let row = |columns: &tokio_postgres::Row| {
            let fence = Fence::new(batch, unsigned(columns.get(0)), attempt(columns.get(1)));
            Some(LaunchedRow { fence, job: job(columns, 2)? })
        };
        Ok(taken.iter().filter_map(row).collect())
    };
    claim.await.map_err(|error| failed(CLAIM, error))
}

pub(super) async fn ended_elsewhere(
    transaction: &Transaction<'_>,
    batch: BatchId,
    worker: WorkerId,
) -> Result<Vec<EndedRow>, JournalError> {
    const LIST: &str = "list rows that ended elsewhere";
    let number = batches::number(transaction, LIST, batch).await?;
    let list = async {
        let sql = format!(
            "WITH ended AS (UPDATE batch_row SET owner = NULL WHERE batch = $1 AND state = $3 \
                AND owner = (SELECT num FROM worker WHERE id = $2) RETURNING *) \
             SELECT {ROW}, r.ord, s.cost FROM ended r LEFT JOIN worker w ON w.num = r.owner \
             LEFT JOIN result s ON s.batch = r.batch AND s.ord = r.ord \
             AND s.attempt = r.attempt ORDER BY r.ord"
        );
        let (id, done) = (worker.bytes(), RowState::Done.code());
        let ended = transaction.query(&sql, &[&number, &id.as_slice(), &done]).await?;
        let ended = ended.iter().map(|columns| EndedRow {
            row: unsigned(columns.get(7)),
            state: row(columns, 0),
            cost: columns.get::<_, Option<i64>>(8).map(Usd::from_micros),
        });
        Ok(ended.collect())
    };
    list.await.map_err(|error| failed(LIST, error))
}
