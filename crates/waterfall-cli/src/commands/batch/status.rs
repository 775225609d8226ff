//! `waterfall batch status`: reports the progress of a batch.

use serde_json::{Map, Value, json};
use waterfall_batch::{BatchKind, Outcome, RowState, Status, WorkerRecord};

use super::place::Existing;
use super::reporter::{dollars, failed, outcomes};
use crate::args::batch_kind::Kind;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::terminal_text::{count, time};

pub(super) async fn run<K: BatchKind>(opened: Existing<K>, json: bool) -> Result<Exit, Failure> {
    let status = opened.batch.status().await?;
    let text = match json {
        true => format!("{}\n", object(&status, opened.kind)),
        false => text(&status, opened.kind),
    };
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    Ok(exit(&status))
}

/// Returns whether a worker may be running.
pub(super) fn is_active(worker: &WorkerRecord, status: &Status) -> bool {
    !worker.is_buried && worker.until > status.now && !worker.has_ended()
}

/// Returns the exit code of a batch in this state.
pub(super) fn exit(status: &Status) -> Exit {
    if status.open() > 0 || status.count(RowState::InDoubt) > 0 || !status.batch.is_sealed {
        Exit::Incomplete
    } else if failed(status) + status.outcome(Outcome::Invalid) > 0 {
        Exit::SomeFailed
    } else if status.outcome(Outcome::Found) > 0 || status.outcome(Outcome::NotFound) == 0 {
        Exit::Found
    } else {
        Exit::NothingFound
    }
}

/// Formats the counts on one line.
pub(super) fn summary(status: &Status) -> String {
    let skipped = [
        (status.outcome(Outcome::Duplicate), "duplicate"),
        (status.outcome(Outcome::Invalid), "invalid"),
        (status.outcome(Outcome::Blank), "blank"),
        (status.open(), "left"),
    ];
    let mut text = format!("{}: {}", count(status.batch.rows as usize, "row"), outcomes(status));
    for (number, what) in skipped.into_iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!(", {number} {what}"));
    }
    format!("{text}; {}, {} spent", launches(status), dollars(status.batch.spent))
}

fn launches(status: &Status) -> String {
    match status.batch.launches {
        1 => "1 launch".to_owned(),
        launches => format!("{launches} launches"),
    }
}

fn text(status: &Status, kind: Kind) -> String {
    let batch = &status.batch;
    let mut text = format!("{}\n", summary(status));
    let mut row = |name: &str, value: String| text.push_str(&format!("  {name:<16} {value}\n"));
    row("batch", format!("{}, started {:.0}", batch.name, batch.created_at));
    row("kind", kind.to_string());
    for state in [RowState::Pending, RowState::Launching, RowState::Launched, RowState::InDoubt] {
        row(&state.as_str().replace('_', " "), status.count(state).to_string());
    }
    if let Some(rate) = status.rows_per_minute().filter(|_| status.open() > 0) {
        let left = status.remaining().map(|left| format!(", {} left", time(left)));
        row("rate", format!("{rate:.1} rows per minute{}", left.unwrap_or_default()));
    }
    if let Some(since) = status.oldest_launched {
        row("oldest job", format!("launched {since:.0}"));
    }
    if let Some(since) = status.oldest_doubt {
        row("oldest doubt", format!("{since:.0}; `waterfall batch doubts` explains it"));
    }
    if let Some(balance) = batch.balance {
        row("balance", dollars(balance));
    }
    if batch.is_stopped {
        row("stopped", "as requested; `batch run` continues".to_owned());
    }
    if !batch.is_sealed {
        row("import", "interrupted; `batch run` continues".to_owned());
    }
    for worker in status.workers.iter().filter(|worker| !worker.is_buried) {
        let state = match worker.until > status.now {
            _ if worker.has_ended() => "has ended; the next run takes over its rows".to_owned(),
            true => format!("is running; its lease ends {:.0}", worker.until),
            false => format!("does not respond; its lease ended {:.0}", worker.until),
        };
        let process = format!("process {} on {} {state}", worker.pid, worker.host);
        row("worker", process);
    }
    text
}

/// The keys are stable and always present.
pub(super) fn object(status: &Status, kind: Kind) -> Value {
    let batch = &status.batch;
    let states: Map<String, Value> = RowState::ALL
        .into_iter()
        .map(|state| (state.as_str().to_owned(), status.count(state).into()))
        .collect();
    let outcomes: Map<String, Value> = Outcome::ALL
        .into_iter()
        .map(|outcome| (outcome.as_str().to_owned(), status.outcome(outcome).into()))
        .collect();
    let workers: Vec<Value> = status
        .workers
        .iter()
        .map(|worker| {
            json!({
                "host": worker.host, "pid": worker.pid,
                "started_at": worker.started_at.to_string(), "lease_until": worker.until.to_string(),
                "is_active": is_active(worker, status),
            })
        })
        .collect();
    json!({
        "name": batch.name,
        "kind": kind.as_str(),
        "created_at": batch.created_at.to_string(),
        "rows": batch.rows,
        "is_imported": batch.is_sealed,
        "is_stopped": batch.is_stopped,
        "states": states,
        "outcomes": outcomes,
        "launches": batch.launches,
        "spent_usd": batch.spent.to_f64(),
        "balance_usd": batch.balance.map(|balance| balance.to_f64()),
        "rows_per_minute": status.rows_per_minute(),
        "remaining_seconds": status.remaining().map(|left| left.as_secs()),
        "oldest_launched": status.oldest_launched.map(|time| time.to_string()),
        "oldest_doubt": status.oldest_doubt.map(|time| time.to_string()),
        "workers": workers,
    })
}
