//! `waterfall batch doubts`: lists and settles launches that may or may not have started a job.

use serde_json::json;
use waterfall::JobQuery;
use waterfall_batch::{BatchKind, Doubt, DoubtCount, DoubtReason};

use super::account::ApiAccount;
use super::confirm::confirm;
use super::kind::with_query;
use super::place::{self, Existing};
use crate::args::batch::{Doubts, RowChoice};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;
use crate::terminal_text::{clean, count, cut};

/// Reported if the account's counter provides no evidence.
const UNCOUNTED: &str = "the account does not report how many of the rows in doubt were launched: \
    its counter is missing or was not known when the batch began, or another billing period has \
    begun";

/// The maximum width of an input, in columns.
const INPUT_COLUMNS: usize = 60;

pub(super) async fn run(args: &Doubts, session: &Session) -> Result<Exit, Failure> {
    let found = place::find(&args.which).await?;
    let account = match args.account {
        true => Some(ApiAccount(session.connect()?, found.kind)),
        false => None,
    };
    with_query!(found.kind, Q => {
        settle(args, session, found.open::<<Q as JobQuery>::Kind>(account).await?).await
    })
}

async fn settle<K: BatchKind>(
    args: &Doubts,
    session: &Session,
    opened: Existing<K>,
) -> Result<Exit, Failure> {
    let doubts = opened.batch.doubts().await?;
    let launched = match args.account && !doubts.is_empty() {
        true => opened.batch.count_doubts().await?,
        false => DoubtCount::Unknown,
    };
    if args.account && !session.json && !doubts.is_empty() {
        output::stderr(&counted(launched).unwrap_or_else(|| UNCOUNTED.to_owned()));
    }
    if !args.relaunch.is_empty() {
        let is_harmless = launched == DoubtCount::NoneLaunched;
        return relaunch(&opened, chosen(doubts, &args.relaunch)?, args.yes || is_harmless).await;
    }
    if !args.give_up.is_empty() {
        let chosen = chosen(doubts, &args.give_up)?;
        let rows = count(chosen.len(), "row");
        confirm(&format!("end {rows} without a result? Late results are stored"), args.yes)?;
        let ended = opened.batch.give_up(&chosen).await?;
        output::stderr(&format!("{} given up", count(ended as usize, "row")));
        return Ok(Exit::Found);
    }
    let text: String = match session.json {
        true => doubts.iter().map(|doubt| format!("{}\n", object(doubt))).collect(),
        false => doubts.iter().map(text).collect(),
    };
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    match session.json {
        true if args.account => output::stderr(&event(launched).to_string()),
        true => {}
        false => output::stderr(&advice(&doubts)),
    }
    Ok(if doubts.is_empty() { Exit::Found } else { Exit::Incomplete })
}

fn chosen(doubts: Vec<Doubt>, choices: &[RowChoice]) -> Result<Vec<Doubt>, Failure> {
    let has = |row: u64| doubts.iter().any(|doubt| doubt.fence.row + 1 == row);
    for choice in choices {
        if let RowChoice::Row(row) = choice
            && !has(*row)
        {
            return Err(Failure::Config {
                what: format!("row {row} is not in doubt"),
                hint: "`waterfall batch doubts` lists the rows that are.",
            });
        }
    }
    let is_chosen = |doubt: &Doubt| {
        choices.contains(&RowChoice::All) || choices.contains(&RowChoice::Row(doubt.fence.row + 1))
    };
    Ok(doubts.into_iter().filter(is_chosen).collect())
}

async fn relaunch<K: BatchKind>(
    opened: &Existing<K>,
    doubts: Vec<Doubt>,
    yes: bool,
) -> Result<Exit, Failure> {
    let harmful = doubts.iter().filter(|doubt| !doubt.is_harmless()).count();
    if harmful > 0 {
        let rows = count(harmful, "row");
        confirm(&format!("launch {rows} again? Each may be paid for twice"), yes)?;
    }
    let consented = opened.batch.consent(&doubts).await?;
    let rows = count(consented as usize, "row");
    output::stderr(&format!("the next `batch run` launches {rows} again"));
    Ok(Exit::Found)
}

/// Returns the explanation of a doubt. Row numbers are counted from 1.
fn explanation(doubt: &Doubt) -> String {
    let text = doubt.to_string();
    let rest = text.strip_prefix(&format!("row {}", doubt.fence.row)).unwrap_or(&text);
    format!("row {}{rest}", doubt.fence.row + 1)
}

fn text(doubt: &Doubt) -> String {
    let input = cut(&clean(&String::from_utf8_lossy(&doubt.raw)), INPUT_COLUMNS);
    format!("{}\n    {input}\n", clean(&explanation(doubt)))
}

fn object(doubt: &Doubt) -> serde_json::Value {
    json!({
        "row": doubt.fence.row + 1,
        "attempt": doubt.fence.attempt,
        "since": doubt.since.to_string(),
        "reason": match doubt.reason {
            DoubtReason::WorkerLost => "worker_lost",
            DoubtReason::NoResponse => "no_response",
            DoubtReason::NotLaunched => "not_launched",
            _ => "unknown",
        },
        "is_harmless": doubt.is_harmless(),
        "error": doubt.detail,
        "input": String::from_utf8_lossy(&doubt.raw),
    })
}

fn advice(doubts: &[Doubt]) -> String {
    if doubts.is_empty() {
        return "no row is in doubt".to_owned();
    }
    format!(
        "{} in doubt: each may have been launched and paid for. A late delivery settles a doubt. \
        Otherwise, launch the row again with --relaunch ROW (it may be paid for twice), or end it \
        with --give-up ROW. --account queries the account for how many were launched",
        count(doubts.len(), "row")
    )
}

/// Returns the evidence that the account's counter provides about the doubts, as an event.
fn event(launched: DoubtCount) -> serde_json::Value {
    let most = match launched {
        DoubtCount::NoneLaunched => Some(0),
        DoubtCount::Launched(launched) => Some(launched),
        _ => None,
    };
    json!({ "event": "account", "launched_at_most": most })
}

/// Describes the evidence that the account's counter provides about the doubts.
pub(super) fn counted(count: DoubtCount) -> Option<String> {
    match count {
        DoubtCount::NoneLaunched => Some(
            "according to the account's counter, none of the rows in doubt was launched, if \
            nothing else launches with this key"
                .to_owned(),
        ),
        DoubtCount::Launched(launched) => Some(format!(
            "according to the account's counter, at most {launched} of the rows in doubt were \
            launched"
        )),
        _ => None,
    }
}
