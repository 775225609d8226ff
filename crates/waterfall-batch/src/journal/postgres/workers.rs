//! Workers, their leases, and the budgets of keys.

use std::time::Duration;

use job_polling::limiter::RequestOutcome;
use tokio_postgres::{Error as SqlError, Transaction};

use super::sql::{failed, signed};
use crate::budget::{Budget, KeyHash, PermitAnswer, PermitId, PermitRequest};
use crate::error::{JournalError, JournalErrorKind};
use crate::id::WorkerId;
use crate::journal::{AttemptEnd, Buried, Heartbeat, NewWorker};
use crate::row::RowState;

fn micros(lease: Duration) -> i64 {
    // Prevents the overflow of a lease of a thousand years.
    i64::try_from(lease.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 4)
}

pub(super) async fn register(
    transaction: &Transaction<'_>,
    worker: &NewWorker,
    lease: Duration,
) -> Result<WorkerId, SqlError> {
    let id = WorkerId::random();
    let sql = "INSERT INTO worker (id, host, pid, started_at, until, machine, process_started) \
        SELECT $1, $2, $3, now, now + $4, $5, $6 FROM now_us() now";
    let (bytes, pid) = (id.bytes(), i64::from(worker.pid));
    let process = worker.process.as_ref();
    let (machine, started) = (process.map(|it| &*it.machine), process.map(|it| signed(it.started)));
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&bytes.as_slice(), &worker.host, &pid, &micros(lease), &machine, &started];
    transaction.execute(sql, &values).await?;
    Ok(id)
}

pub(super) async fn heartbeat(
    transaction: &Transaction<'_>,
    worker: WorkerId,
    lease: Duration,
) -> Result<Heartbeat, SqlError> {
    let sql = "UPDATE worker SET until = now_us() + $2 \
        WHERE id = $1 AND NOT buried AND until > now_us()";
    let id = worker.bytes();
    if transaction.execute(sql, &[&id.as_slice(), &micros(lease)]).await? == 0 {
        return Ok(Heartbeat::Ended);
    }
    let sql = "SELECT count(*) FROM worker WHERE NOT buried AND until > now_us()";
    let workers: i64 = transaction.query_one(sql, &[]).await?.get(0);
    Ok(Heartbeat::Renewed { workers: u32::try_from(workers).unwrap_or(u32::MAX) })
}

/// Returns the number of a worker whose lease lasts. It can't be buried before the transaction
/// ends.
pub(super) async fn alive(
    transaction: &Transaction<'_>,
    worker: WorkerId,
) -> Result<Option<i64>, SqlError> {
    let sql = "SELECT num FROM worker WHERE id = $1 AND NOT buried AND until > now_us() FOR SHARE";
    let id = worker.bytes();
    Ok(transaction.query_opt(sql, &[&id.as_slice()]).await?.map(|row| row.get(0)))
}

/// Selects the workers to bury.
pub(super) enum Dead {
    /// All workers whose leases have ended.
    Ended,
    /// This worker, which stops.
    Leaves(WorkerId),
}

pub(super) async fn bury(transaction: &Transaction<'_>, dead: &Dead) -> Result<Buried, SqlError> {
    let bury = "UPDATE worker SET buried = true, until = least(until, now_us()) WHERE NOT buried";
    let numbers = match dead {
        Dead::Ended => {
            let sql = format!("{bury} AND until <= now_us() RETURNING num");
            transaction.query(&sql, &[]).await?
        }
        Dead::Leaves(worker) => {
            let sql = format!("{bury} AND id = $1 RETURNING num");
            transaction.query(&sql, &[&worker.bytes().as_slice()]).await?
        }
    };
    let numbers: Vec<i64> = numbers.iter().map(|row| row.get(0)).collect();
    let mut buried = Buried { workers: numbers.len() as u64, ..Buried::default() };
    if numbers.is_empty() {
        return Ok(buried);
    }
    let (launching, launched, in_doubt) =
        (RowState::Launching.code(), RowState::Launched.code(), RowState::InDoubt.code());
    let sql = "WITH doubt AS (UPDATE batch_row SET state = $3, owner = NULL \
            WHERE owner = ANY($1) AND state = $2 RETURNING batch, ord, attempt), \
        noted AS (UPDATE launch l SET ended = $4 FROM doubt d WHERE l.ended IS NULL \
            AND l.batch = d.batch AND l.ord = d.ord AND l.attempt = d.attempt) \
        SELECT count(*) FROM doubt";
    let end = AttemptEnd::Buried.code();
    let doubts = transaction.query_one(sql, &[&numbers, &launching, &in_doubt, &end]).await?;
    buried.doubts = doubts.get::<_, i64>(0).unsigned_abs();
    let sql = "UPDATE batch_row SET owner = NULL WHERE owner = ANY($1) AND state = $2";
    buried.released = transaction.execute(sql, &[&numbers, &launched]).await?;
    Ok(buried)
}

const BUDGET: &str = "query the key's budget";

/// Locks a budget until the transaction ends. Returns it with the time.
struct Locked {
    budget: Option<Budget>,
    now: Duration,
}

/// The key is locked even if nothing is stored for it yet.
async fn lock(transaction: &Transaction<'_>, key: KeyHash) -> Result<Locked, JournalError> {
    let lock = async {
        // Losing the latest state of a budget in a crash of the server is not dangerous.
        transaction.batch_execute("SET LOCAL synchronous_commit = off").await?;
        let insert = "INSERT INTO limiter (key_hash, state) VALUES ($1, '') \
            ON CONFLICT (key_hash) DO NOTHING";
        let sql = "SELECT state FROM limiter WHERE key_hash = $1 FOR UPDATE";
        let key = key.bytes().as_slice();
        let found = match transaction.query_opt(sql, &[&key]).await? {
            Some(found) => found,
            None => {
                transaction.execute(insert, &[&key]).await?;
                transaction.query_one(sql, &[&key]).await?
            }
        };
        let now: i64 = transaction.query_one("SELECT now_us()", &[]).await?.get(0);
        Ok((found.get::<_, String>(0), Duration::from_micros(now.unsigned_abs())))
    };
    let (text, now) = lock.await.map_err(|error| failed(BUDGET, error))?;
    let budget = match &*text {
        "" => None,
        text => Some(serde_json::from_str(text).map_err(unreadable)?),
    };
    Ok(Locked { budget, now })
}

async fn store(
    transaction: &Transaction<'_>,
    key: KeyHash,
    budget: &Budget,
) -> Result<(), JournalError> {
    let text = serde_json::to_string(budget).map_err(unreadable)?;
    let sql = "UPDATE limiter SET state = $2 WHERE key_hash = $1";
    let stored = transaction.execute(sql, &[&key.bytes().as_slice(), &text]).await;
    stored.map_err(|error| failed(BUDGET, error)).map(|_| ())
}

fn unreadable(error: serde_json::Error) -> JournalError {
    let problem = "its stored state can't be read";
    JournalError::new(JournalErrorKind::Corrupt, BUDGET, problem).because(error)
}

pub(super) async fn take_permit(
    transaction: &Transaction<'_>,
    request: &PermitRequest,
) -> Result<PermitAnswer, JournalError> {
    let Locked { budget, now } = lock(transaction, request.key).await?;
    let mut budget = budget.unwrap_or_else(|| Budget::new(request.policy));
    let answer = budget.take(now, request);
    store(transaction, request.key, &budget).await?;
    Ok(answer)
}

pub(super) async fn end_permit(
    transaction: &Transaction<'_>,
    key: KeyHash,
    permit: PermitId,
    outcome: RequestOutcome,
) -> Result<(), JournalError> {
    let Locked { budget, now } = lock(transaction, key).await?;
    let Some(mut budget) = budget else { return Ok(()) };
    budget.end(now, permit, outcome);
    store(transaction, key, &budget).await
}
