//! A progress bar for a batch, on stderr if that is a terminal.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use waterfall::RateLimiter;

use crate::batch::inputs::Total;
use crate::batch::progress_state::{Counts, SharedState};
use crate::session::Session;
use crate::status::is_live;
use crate::terminal_text;

/// A bar, if it is displayed.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Displays no bar with `--json` or `--verbose`, or if stderr is not a terminal.
    pub(crate) fn start(
        session: &Session,
        state: &SharedState,
        total: Total,
        rate_limiter: &RateLimiter,
    ) -> Self {
        let wanted = !session.json && session.verbose.is_none() && is_live();
        Self(wanted.then(|| bar(state.clone(), total, rate_limiter.clone())))
    }

    /// Runs `write` while the bar is hidden.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn bar(state: SharedState, total: Total, rate_limiter: RateLimiter) -> ProgressBar {
    let line = move |bar: &indicatif::ProgressState, out: &mut dyn Write| {
        let (counts, launching) = {
            let state = state.lock();
            (state.counts, state.launching())
        };
        let now = Now {
            counts,
            launching,
            total: total.get().copied(),
            elapsed: bar.elapsed(),
            next_slot: rate_limiter.next_slot(),
        };
        // If the terminal wrapped the line, it would not be erased completely.
        let _ = out.write_str(&terminal_text::cut(&now.line(), columns().saturating_sub(MARGIN)));
    };
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {line}") {
        bar.set_style(style.with_key("line", line));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The columns for the spinner, a space, the ellipsis of a truncated line, and the last column,
/// after which some terminals wrap.
pub(crate) const MARGIN: usize = 4;

/// Returns the width of the terminal.
pub(crate) fn columns() -> usize {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stderr())
        && size.ws_col > 0
    {
        return size.ws_col.into();
    }
    terminal_text::COLUMNS
}

/// The shortest rate-limit pause that is shown.
const SHOWN_PAUSE: Duration = Duration::from_secs(1);

/// The progress at one moment.
struct Now {
    counts: Counts,
    /// Launches without an ID.
    launching: usize,
    total: Option<usize>,
    elapsed: Duration,
    /// The pause until the rate limit allows the next request.
    next_slot: Option<Duration>,
}

impl Now {
    fn line(&self) -> String {
        let done = self.counts.done();
        let mut parts = vec![match self.total {
            Some(total) => format!("{} {done} of {total}", drawn(done, total)),
            None => format!("{done} done"),
        }];
        if self.counts.failed > 0 {
            parts.push(format!("{} failed", self.counts.failed));
        }
        parts.extend(self.left().map(|left| format!("{} left", terminal_text::time(left))));
        parts.push(self.waits_for());
        parts.join(", ")
    }

    /// Returns the remaining time at the current rate.
    fn left(&self) -> Option<Duration> {
        let done = self.counts.done();
        let left = self.total?.checked_sub(done).filter(|left| *left > 0 && done > 0)?;
        let rate = done as f64 / self.elapsed.as_secs_f64().max(0.1);
        Duration::try_from_secs_f64(left as f64 / rate).ok()
    }

    fn waits_for(&self) -> String {
        let pending = self.counts.inputs.saturating_sub(self.counts.done());
        let running = pending.saturating_sub(self.launching);
        let is_all = self.total == Some(self.counts.inputs);
        match self.next_slot {
            Some(pause) if pause > SHOWN_PAUSE && !(is_all && pending == 0) => {
                format!(
                    "{running} running, waiting for the rate limit ({})",
                    terminal_text::time(pause)
                )
            }
            _ if running > 0 => format!("waiting for {}", terminal_text::count(running, "job")),
            _ if self.launching > 0 => "launching".to_owned(),
            _ if is_all => "finishing".to_owned(),
            _ => "waiting for input".to_owned(),
        }
    }
}

/// Returns the bar itself.
pub(crate) fn drawn(done: usize, total: usize) -> String {
    const LENGTH: usize = 10;

    let filled = (done * LENGTH).checked_div(total).unwrap_or(LENGTH).min(LENGTH);
    format!("[{}{}]", "#".repeat(filled), "-".repeat(LENGTH - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(counts: Counts) -> Now {
        let elapsed = Duration::from_secs(30);
        Now { counts, launching: 0, total: None, elapsed, next_slot: None }
    }

    #[test]
    fn the_line_has_the_progress_and_what_is_waited_for() {
        let counts = Counts { inputs: 30, found: 8, nobody: 1, failed: 1, ..Counts::default() };
        let start = Counts::default();
        let pause = Some(Duration::from_secs(12));
        let rows = [
            (
                Now { total: Some(40), next_slot: pause, ..now(counts) },
                "[##--------] 10 of 40, 1 failed, 1 min 30 s left, 20 running, waiting for the \
                 rate limit (12.0 s)",
            ),
            (now(counts), "10 done, 1 failed, waiting for 20 jobs"),
            (
                Now { total: Some(30), launching: 20, ..now(counts) },
                "[###-------] 10 of 30, 1 failed, 1 min 0 s left, launching",
            ),
            (
                Now { total: Some(3), next_slot: Some(Duration::ZERO), ..now(start) },
                "[----------] 0 of 3, waiting for input",
            ),
            (now(start), "0 done, waiting for input"),
        ];
        for (now, expected) in rows {
            assert_eq!(now.line(), expected);
        }
    }
}
