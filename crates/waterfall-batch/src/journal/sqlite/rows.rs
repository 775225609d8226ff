//! Stores rows: intents, events, claims.

use rusqlite::{OptionalExtension, Transaction, params};

use super::sql::{Int, ROW, batch_number, failed, no_batch, no_row, row};
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

pub(super) fn intend(
    transaction: &Transaction<'_>,
    now: i64,
    (batch, worker, token): (BatchId, WorkerId, IntentToken),
    limits: &Limits,
) -> Result<Intention, JournalError> {
    let sql = "SELECT num, launches, spent, balance, stopped FROM batch WHERE id = ?1";
    let found = transaction.query_row(sql, [batch.bytes()], |row| {
        let usage = Usage {
            launches: row.get::<_, Int>(1)?.0,
            spent: Usd::from_micros(row.get(2)?),
            balance: row.get::<_, Option<i64>>(3)?.map(Usd::from_micros),
            is_stopped: row.get(4)?,
        };
        Ok((row.get::<_, i64>(0)?, usage))
    });
    let found = found.optional().map_err(|error| failed(INTEND, error))?;
    let (number, usage) = found.ok_or_else(|| no_batch(INTEND))?;
    let intend = || -> rusqlite::Result<Intention> {
        let Some(owner) = workers::alive(transaction, now, worker)? else {
            return Ok(Intention::LeaseEnded);
        };
        if let Some(halt) = limits.check(&usage) {
            return Ok(Intention::Halted(halt));
        }
        // The partial index is used only if the state is a literal.
        let sql = format!(
            "SELECT {ROW}, r.ord, i.request FROM row r LEFT JOIN worker w ON w.num = r.owner \
             JOIN input i ON i.batch = r.batch AND i.ord = r.ord \
             WHERE r.batch = ?1 AND r.state = 0 ORDER BY r.ord LIMIT 1"
        );
        let next = transaction.query_row(&sql, [number], |columns| {
            Ok((row(columns, 0)?, columns.get::<_, Int>(7)?.0, columns.get(8)?))
        });
        let Some((before, ord, request)) = next.optional()? else {
            return Ok(Intention::NothingPending);
        };
        let Verdict::Moved(next) = before.apply(Event::Intend { worker }) else {
            return Ok(Intention::NothingPending);
        };
        update(transaction, (number, ord), &before, &next, Some(owner))?;
        transaction.execute(
            "INSERT INTO launch (batch, ord, attempt, worker, token, intent_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![number, Int(ord), next.attempt, owner, token.bytes(), now],
        )?;
        let sql = "UPDATE batch SET launches = launches + 1 WHERE num = ?1";
        transaction.execute(sql, [number])?;
        Ok(Intention::Begun { fence: Fence::new(batch, ord, next.attempt), request })
    };
    intend().map_err(|error| failed(INTEND, error))
}

/// Writes a row if it has not changed since it was read.
fn update(
    transaction: &Transaction<'_>,
    (batch, ord): (i64, u64),
    before: &Row,
    next: &Row,
    owner: Option<i64>,
) -> rusqlite::Result<()> {
    let sql = "UPDATE row SET state = ?5, outcome = ?6, attempt = ?7, attempts = ?8, settled = ?9, \
        owner = ?10, job = ?11 WHERE batch = ?1 AND ord = ?2 AND state = ?3 AND attempt = ?4";
    let changed = transaction.execute(
        sql,
        params![
            batch,
            Int(ord),
            before.state.code(),
            before.attempt,
            next.state.code(),
            next.outcome.map(|outcome| outcome.code()),
            next.attempt,
            next.attempts,
            next.settled,
            owner,
            next.job.map(|job| job.bytes()),
        ],
    )?;
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
}

pub(super) fn intent(
    transaction: &Transaction<'_>,
    token: IntentToken,
) -> Result<Option<Fence>, JournalError> {
    let sql = "SELECT b.id, l.ord, l.attempt FROM launch l JOIN batch b ON b.num = l.batch \
        WHERE l.token = ?1 AND (l.ended IS NULL OR l.ended >= 3)";
    let found = transaction.query_row(sql, [token.bytes()], |row| {
        Ok(Fence::new(row.get(0)?, row.get::<_, Int>(1)?.0, row.get(2)?))
    });
    found.optional().map_err(|error| failed("look up an intent", error))
}

const RECORD: &str = "store the event of a row";

pub(super) fn record(
    transaction: &Transaction<'_>,
    now: i64,
    record: &Record,
) -> Result<Recorded, JournalError> {
    let number = batch_number(transaction, RECORD, record.batch)?;
    apply(transaction, now, number, record)
}

fn apply(
    transaction: &Transaction<'_>,
    now: i64,
    batch: i64,
    record: &Record,
) -> Result<Recorded, JournalError> {
    let at = (batch, record.row);
    let sql = format!(
        "SELECT {ROW}, r.owner FROM row r LEFT JOIN worker w ON w.num = r.owner \
         WHERE r.batch = ?1 AND r.ord = ?2"
    );
    let found = transaction.query_row(&sql, params![at.0, Int(at.1)], |columns| {
        Ok((row(columns, 0)?, columns.get(7)?))
    });
    let found = found.optional().map_err(|error| failed(RECORD, error))?;
    let (before, owner): (Row, Option<i64>) = found.ok_or_else(|| no_row(RECORD))?;
    let verdict = before.apply(record.event);
    let apply = || {
        let mut after = before;
        if let Verdict::Moved(next) = verdict {
            after = next;
            let owner = match (next.owner, before.owner) {
                (None, _) => None,
                (same, known) if same == known => owner,
                (Some(worker), _) => workers::alive(transaction, now, worker)?,
            };
            update(transaction, at, &before, &next, owner)?;
        }
        if verdict != Verdict::Rejected
            && let Some(attempt) = record.event.attempt()
        {
            end_attempt(transaction, now, (at, attempt), record)?;
            if let Some(result) = &record.result {
                let is_moved = matches!(verdict, Verdict::Moved(_));
                keep(transaction, now, (at, attempt), (is_moved, result))?;
            }
        }
        Ok(Recorded { verdict, row: after })
    };
    apply().map_err(|error| failed(RECORD, error))
}

/// Stores what an event reports about its attempt, unless the attempt's end is already certain.
fn end_attempt(
    transaction: &Transaction<'_>,
    now: i64,
    ((batch, ord), attempt): ((i64, u64), u32),
    record: &Record,
) -> rusqlite::Result<()> {
    let Some(end) = AttemptEnd::of(&record.event) else { return Ok(()) };
    let at = params![batch, Int(ord), attempt, record.event.job().map(|job| job.bytes())];
    let sql = "UPDATE launch SET job = coalesce(?4, job) WHERE batch = ?1 AND ord = ?2 \
        AND attempt = ?3";
    transaction.execute(sql, at)?;
    let sql = "UPDATE launch SET ended = ?4, answered_at = ?5, detail = coalesce(?6, detail) \
        WHERE batch = ?1 AND ord = ?2 AND attempt = ?3 AND (ended IS NULL OR ended >= 3)";
    let values = params![batch, Int(ord), attempt, end.code(), now, record.detail];
    if transaction.execute(sql, values)? == 1
        && let Some(change) = counted(end)
    {
        transaction.execute(&format!("UPDATE batch SET {change} WHERE num = ?1"), [batch])?;
    }
    Ok(())
}

/// Returns the change that the end of an attempt makes to the counts of its batch.
fn counted(end: AttemptEnd) -> Option<&'static str> {
    match end {
        AttemptEnd::Launched => Some("confirmed = confirmed + 1"),
        end if end.is_harmless() => Some("launches = max(launches - 1, 0)"),
        _ => None,
    }
}

/// The first result of an attempt is kept, unless a better one changes the row.
fn keep(
    transaction: &Transaction<'_>,
    now: i64,
    ((batch, ord), attempt): ((i64, u64), u32),
    (is_moved, result): (bool, &JobResult),
) -> rusqlite::Result<()> {
    let sql = "SELECT coalesce(cost, 0) FROM result WHERE batch = ?1 AND ord = ?2 AND attempt = ?3";
    let known = transaction.query_row(sql, params![batch, Int(ord), attempt], |row| row.get(0));
    let known: Option<i64> = known.optional()?;
    let balance = result.balance.map(Usd::micros);
    let sql = "UPDATE batch SET balance = coalesce(?2, balance) WHERE num = ?1";
    transaction.execute(sql, params![batch, balance])?;
    if known.is_some() && !is_moved {
        return Ok(());
    }
    let cost = result.cost.map(Usd::micros);
    transaction.execute(
        "INSERT INTO result (batch, ord, attempt, http_status, body, detail, cost, ended_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (batch, ord, attempt) DO UPDATE SET \
         http_status = excluded.http_status, body = excluded.body, detail = excluded.detail, \
         cost = excluded.cost, ended_at = excluded.ended_at",
        params![
            batch,
            Int(ord),
            attempt,
            result.http_status,
            result.body,
            result.detail,
            cost,
            now
        ],
    )?;
    let spent = cost.unwrap_or(0) - known.unwrap_or(0);
    transaction
        .execute("UPDATE batch SET spent = spent + ?2 WHERE num = ?1", params![batch, spent])?;
    Ok(())
}

pub(super) fn deliver(
    transaction: &Transaction<'_>,
    now: i64,
    delivery: DeliveryRecord,
) -> Result<Delivered, JournalError> {
    let found = match (delivery.fence, delivery.job) {
        (Some(fence), _) => {
            let sql = "SELECT r.batch, b.id, r.ord, ?3 FROM batch b JOIN row r ON r.batch = b.num \
                WHERE b.id = ?1 AND r.ord = ?2";
            let values = params![fence.batch.bytes(), Int(fence.row), fence.attempt];
            transaction.query_row(sql, values, place).optional()
        }
        (None, Some(job)) => {
            let sql = "SELECT l.batch, b.id, l.ord, l.attempt FROM launch l \
                JOIN batch b ON b.num = l.batch WHERE l.job = ?1";
            transaction.query_row(sql, [job.bytes()], place).optional()
        }
        (None, None) => Ok(None),
    };
    let found = found.map_err(|error| failed("find the row of a delivery", error))?;
    let Some((number, fence)) = found else { return Ok(Delivered::Unknown) };
    let DeliveryRecord { job, outcome, result, .. } = delivery;
    let event = Event::Delivered { attempt: fence.attempt, job, outcome };
    let record = Record { result: Some(result), ..Record::new(fence.batch, fence.row, event) };
    Ok(Delivered::Recorded(fence, apply(transaction, now, number, &record)?))
}

fn place(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, Fence)> {
    Ok((row.get(0)?, Fence::new(row.get(1)?, row.get::<_, Int>(2)?.0, row.get(3)?)))
}

pub(super) fn claim(
    transaction: &Transaction<'_>,
    now: i64,
    (batch, worker): (BatchId, WorkerId),
    most: usize,
) -> Result<Vec<LaunchedRow>, JournalError> {
    const CLAIM: &str = "take over launched jobs";
    let number = batch_number(transaction, CLAIM, batch)?;
    let claim = || {
        let Some(owner) = workers::alive(transaction, now, worker)? else { return Ok(Vec::new()) };
        let mut statement = transaction.prepare(
            "UPDATE row SET owner = ?2 WHERE batch = ?1 AND ord IN (\
                SELECT r.ord FROM row r JOIN launch l \
                ON l.batch = r.batch AND l.ord = r.ord AND l.attempt = r.attempt \
                WHERE r.batch = ?1 AND r.state = 2 AND r.owner IS NULL AND r.job IS NOT NULL \
                ORDER BY l.intent_at, r.ord LIMIT ?3) \
             RETURNING ord, attempt, job, (SELECT intent_at FROM launch l WHERE l.batch = row.batch \
                AND l.ord = row.ord AND l.attempt = row.attempt)",
        )?;
        let rows = statement.query_map(params![number, owner, most as i64], |row| {
            let fence = Fence::new(batch, row.get::<_, Int>(0)?.0, row.get(1)?);
            Ok((row.get::<_, i64>(3)?, LaunchedRow { fence, job: row.get(2)? }))
        })?;
        let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.sort_by_key(|(at, row)| (*at, row.fence));
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    };
    claim().map_err(|error| failed(CLAIM, error))
}

pub(super) fn ended_elsewhere(
    transaction: &Transaction<'_>,
    batch: BatchId,
    worker: WorkerId,
) -> Result<Vec<EndedRow>, JournalError> {
    const LIST: &str = "list rows that ended elsewhere";
    let number = batch_number(transaction, LIST, batch)?;
    let list = || {
        let sql = format!(
            "SELECT {ROW}, r.ord, (SELECT cost FROM result s WHERE s.batch = r.batch \
                AND s.ord = r.ord AND s.attempt = r.attempt) \
             FROM row r JOIN worker w ON w.num = r.owner \
             WHERE r.owner = (SELECT num FROM worker WHERE id = ?2) AND r.state = ?3 \
             AND r.batch = ?1"
        );
        let values = params![number, worker.bytes(), RowState::Done.code()];
        let mut statement = transaction.prepare(&sql)?;
        let ended = statement.query_map(values, |columns| {
            let state = Row { owner: None, ..row(columns, 0)? };
            Ok(EndedRow {
                row: columns.get::<_, Int>(7)?.0,
                state,
                cost: columns.get::<_, Option<i64>>(8)?.map(Usd::from_micros),
            })
        })?;
        let ended = ended.collect::<rusqlite::Result<Vec<_>>>()?;
        if !ended.is_empty() {
            transaction.execute(
                "UPDATE row SET owner = NULL WHERE owner = (SELECT num FROM worker WHERE id = ?2) \
                 AND state = ?3 AND batch = ?1",
                values,
            )?;
        }
        Ok(ended)
    };
    list().map_err(|error| failed(LIST, error))
}
