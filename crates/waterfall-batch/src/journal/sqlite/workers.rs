//! Workers, their leases, and the budgets of keys.

use std::time::Duration;

use job_polling::limiter::RequestOutcome;
use rusqlite::{OptionalExtension, Transaction, params};

use super::sql::{Int, failed};
use crate::budget::{Budget, KeyHash, PermitAnswer, PermitId, PermitRequest};
use crate::error::{JournalError, JournalErrorKind};
use crate::id::WorkerId;
use crate::journal::{AttemptEnd, Buried, Heartbeat, NewWorker};
use crate::row::RowState;

pub(super) fn register(
    transaction: &Transaction<'_>,
    (now, until): (i64, i64),
    worker: &NewWorker,
) -> Result<WorkerId, JournalError> {
    let id = WorkerId::random();
    let sql = "INSERT INTO worker (id, host, pid, started_at, until, machine, process_started) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let process = worker.process.as_ref();
    let (machine, started) = (process.map(|it| &*it.machine), process.map(|it| Int(it.started)));
    let values = params![id.bytes(), worker.host, worker.pid, now, until, machine, started];
    transaction.execute(sql, values).map_err(|error| failed("register a worker", error))?;
    Ok(id)
}

pub(super) fn heartbeat(
    transaction: &Transaction<'_>,
    (now, until): (i64, i64),
    worker: WorkerId,
) -> Result<Heartbeat, JournalError> {
    let renew = || {
        let sql = "UPDATE worker SET until = ?3 WHERE id = ?1 AND buried = 0 AND until > ?2";
        if transaction.execute(sql, params![worker.bytes(), now, until])? == 0 {
            return Ok(Heartbeat::Ended);
        }
        let sql = "SELECT count(*) FROM worker WHERE buried = 0 AND until > ?1";
        let workers = transaction.query_row(sql, [now], |row| row.get(0))?;
        Ok(Heartbeat::Renewed { workers })
    };
    renew().map_err(|error| failed("renew a lease", error))
}

/// Returns the number of a worker whose lease lasts.
pub(super) fn alive(
    transaction: &Transaction<'_>,
    now: i64,
    worker: WorkerId,
) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT num FROM worker WHERE id = ?1 AND buried = 0 AND until > ?2";
    transaction.query_row(sql, params![worker.bytes(), now], |row| row.get(0)).optional()
}

/// Selects the workers to bury.
pub(super) enum Dead {
    /// All workers whose leases have ended.
    Ended,
    /// This worker, which stops.
    Leaves(WorkerId),
}

pub(super) fn bury(
    transaction: &Transaction<'_>,
    now: i64,
    dead: &Dead,
) -> Result<Buried, JournalError> {
    let bury = || {
        let numbers = match dead {
            Dead::Ended => {
                let mut statement = transaction
                    .prepare("SELECT num FROM worker WHERE buried = 0 AND until <= ?1")?;
                let numbers = statement.query_map([now], |row| row.get(0))?;
                numbers.collect::<rusqlite::Result<Vec<i64>>>()?
            }
            Dead::Leaves(worker) => {
                let sql = "SELECT num FROM worker WHERE buried = 0 AND id = ?1";
                let number = transaction.query_row(sql, [worker.bytes()], |row| row.get(0));
                number.optional()?.into_iter().collect()
            }
        };
        let mut buried = Buried { workers: numbers.len() as u64, ..Buried::default() };
        for number in numbers {
            bury_one(transaction, now, number, &mut buried)?;
        }
        Ok(buried)
    };
    bury().map_err(|error| failed("retire dead workers", error))
}

fn bury_one(
    transaction: &Transaction<'_>,
    now: i64,
    worker: i64,
    buried: &mut Buried,
) -> rusqlite::Result<()> {
    let (launching, launched, in_doubt) =
        (RowState::Launching.code(), RowState::Launched.code(), RowState::InDoubt.code());
    transaction.execute(
        "UPDATE launch SET ended = ?3 WHERE ended IS NULL AND (batch, ord, attempt) IN \
         (SELECT batch, ord, attempt FROM row WHERE owner = ?1 AND state = ?2)",
        params![worker, launching, AttemptEnd::Buried.code()],
    )?;
    let doubts = transaction.execute(
        "UPDATE row SET state = ?3, owner = NULL WHERE owner = ?1 AND state = ?2",
        params![worker, launching, in_doubt],
    )?;
    let released = transaction.execute(
        "UPDATE row SET owner = NULL WHERE owner = ?1 AND state = ?2",
        params![worker, launched],
    )?;
    transaction.execute(
        "UPDATE worker SET buried = 1, until = min(until, ?2) WHERE num = ?1",
        params![worker, now],
    )?;
    buried.doubts += doubts as u64;
    buried.released += released as u64;
    Ok(())
}

const BUDGET: &str = "query the key's budget";

pub(super) fn take_permit(
    transaction: &Transaction<'_>,
    now: Duration,
    request: &PermitRequest,
) -> Result<PermitAnswer, JournalError> {
    let mut budget = load(transaction, request.key)?.unwrap_or_else(|| Budget::new(request.policy));
    let answer = budget.take(now, request);
    store(transaction, request.key, &budget)?;
    Ok(answer)
}

pub(super) fn end_permit(
    transaction: &Transaction<'_>,
    now: Duration,
    key: KeyHash,
    (permit, outcome): (PermitId, RequestOutcome),
) -> Result<(), JournalError> {
    let Some(mut budget) = load(transaction, key)? else { return Ok(()) };
    budget.end(now, permit, outcome);
    store(transaction, key, &budget)
}

fn load(transaction: &Transaction<'_>, key: KeyHash) -> Result<Option<Budget>, JournalError> {
    let sql = "SELECT state FROM limiter WHERE key_hash = ?1";
    let text = transaction.query_row(sql, [key.bytes()], |row| row.get::<_, String>(0));
    let text = text.optional().map_err(|error| failed(BUDGET, error))?;
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable)
}

fn store(transaction: &Transaction<'_>, key: KeyHash, budget: &Budget) -> Result<(), JournalError> {
    let text = serde_json::to_string(budget).map_err(unreadable)?;
    let sql = "INSERT INTO limiter (key_hash, state) VALUES (?1, ?2) \
        ON CONFLICT (key_hash) DO UPDATE SET state = excluded.state";
    let stored = transaction.execute(sql, params![key.bytes(), text]);
    stored.map_err(|error| failed(BUDGET, error)).map(|_| ())
}

fn unreadable(error: serde_json::Error) -> JournalError {
    let problem = "its stored state can't be read";
    JournalError::new(JournalErrorKind::Corrupt, BUDGET, problem).because(error)
}
