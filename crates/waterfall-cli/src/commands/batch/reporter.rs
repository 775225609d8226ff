//! [`Reporter`]: reports the progress of a run on stderr: a live line on a terminal, otherwise a
//! line per minute.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::time::Instant;
use waterfall_batch::{Outcome, Progress, RowState, Status, Usd};

use crate::batch::progress_bar::{MARGIN, columns, drawn};
use crate::output;
use crate::status::is_live;
use crate::terminal_text::{cut, money, time};

/// The interval between lines without a terminal.
const PAUSE: Duration = Duration::from_secs(60);

/// Reports the progress of a run.
#[derive(Debug)]
pub(super) struct Reporter {
    json: bool,
    live: Option<ProgressBar>,
    last: Option<Instant>,
}

impl Reporter {
    /// Displays no live line with `--json` or `--verbose`, or if stderr is not a terminal.
    pub(super) fn new(json: bool, verbose: bool) -> Self {
        let live = (!json && !verbose && is_live()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { json, live, last: None }
    }

    pub(super) fn progress(&mut self, progress: &Progress) {
        if let Some(bar) = &self.live {
            // If the terminal wrapped the line, it would not be erased completely.
            bar.set_message(cut(&line(progress), columns().saturating_sub(MARGIN)));
            return;
        }
        let now = Instant::now();
        if self.last.is_none_or(|last| now.saturating_duration_since(last) >= PAUSE) {
            self.last = Some(now);
            let text = if self.json { object(progress).to_string() } else { line(progress) };
            output::stderr(&text);
        }
    }

    /// Prints a note above the live line.
    pub(super) fn note(&self, text: &str) {
        let write = || match self.json {
            true => output::stderr(&json!({ "event": "note", "message": text }).to_string()),
            false => output::stderr(text),
        };
        match &self.live {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Removes the live line.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.live {
            bar.finish_and_clear();
        }
    }
}

/// Returns the number of rows that have ended, and the total number of rows to launch.
fn ended(status: &Status) -> (u64, u64) {
    let done = status.count(RowState::Done);
    (done, done + status.open() + status.count(RowState::InDoubt))
}

fn line(progress: &Progress) -> String {
    let status = &progress.status;
    let (done, total) = ended(status);
    let mut parts = vec![format!("{} {done} of {total}", drawn(done as usize, total as usize))];
    parts.push(outcomes(status));
    parts.push(dollars(status.batch.spent));
    if let Some(rate) = progress.rows_per_minute {
        parts.push(format!("{rate:.0}/min"));
    }
    if let Some(left) = progress.remaining.filter(|_| status.open() > 0) {
        parts.push(format!("{} left", time(left)));
    }
    parts.join(", ")
}

/// Formats the counts of outcomes: found and not found always, the others if there are any.
pub(super) fn outcomes(status: &Status) -> String {
    let mut parts = vec![
        format!("{} found", status.outcome(Outcome::Found)),
        format!("{} not found", status.outcome(Outcome::NotFound)),
    ];
    let others = [
        (failed(status), "failed"),
        (status.count(RowState::InDoubt), "in doubt"),
        (status.outcome(Outcome::GivenUp), "given up"),
    ];
    let others = others.into_iter().filter(|(number, _)| *number > 0);
    parts.extend(others.map(|(number, what)| format!("{number} {what}")));
    parts.join(", ")
}

/// Returns the number of rows that ended without a result of their job.
pub(super) fn failed(status: &Status) -> u64 {
    [Outcome::Failed, Outcome::Refused, Outcome::Expired, Outcome::Unreadable]
        .into_iter()
        .map(|outcome| status.outcome(outcome))
        .sum()
}

pub(super) fn dollars(amount: Usd) -> String {
    money(amount.to_f64())
}

fn object(progress: &Progress) -> Value {
    let status = &progress.status;
    let (done, total) = ended(status);
    json!({
        "event": "progress",
        "done": done,
        "of": total,
        "found": status.outcome(Outcome::Found),
        "not_found": status.outcome(Outcome::NotFound),
        "failed": failed(status),
        "in_doubt": status.count(RowState::InDoubt),
        "spent_usd": status.batch.spent.to_f64(),
        "rows_per_minute": progress.rows_per_minute,
        "remaining_seconds": progress.remaining.map(|it| it.as_secs()),
    })
}
