//! A bar for many jobs, on stderr if that is a terminal.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use waterfall::RateLimiter;

use crate::run::many::ledger::{Counts, Shared, lock};
use crate::session::Session;
use crate::status::is_live;
use crate::text;

/// A bar, or nothing.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// None where it would be in the way: with `--json`, with `--verbose`, and where
    /// nobody watches.
    pub(crate) fn start(
        session: &Session,
        ledger: &Shared,
        total: Option<usize>,
        rate_limiter: &RateLimiter,
    ) -> Self {
        let wanted = !session.json && session.verbose.is_none() && is_live();
        Self(wanted.then(|| bar(ledger.clone(), total, rate_limiter.clone())))
    }

    /// Does something that writes, with the bar out of the way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
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

fn bar(ledger: Shared, total: Option<usize>, rate_limiter: RateLimiter) -> ProgressBar {
    let line = move |state: &ProgressState, out: &mut dyn Write| {
        let counts = lock(&ledger).counts;
        let _ = out.write_str(&line(&counts, total, state.elapsed(), rate_limiter.available()));
    };
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {line}") {
        bar.set_style(style.with_key("line", line));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// How far it is, how fast, and how many requests the key may make now.
fn line(counts: &Counts, total: Option<usize>, elapsed: Duration, free: u32) -> String {
    let done = counts.done();
    let mut parts = vec![match total {
        Some(total) => format!("{} {done} of {total}", drawn(done, total)),
        None => format!("{done} done"),
    }];
    parts.push(format!("{} pending", counts.inputs.saturating_sub(done)));
    if counts.failed > 0 {
        parts.push(format!("{} failed", counts.failed));
    }
    let rate = done as f64 / elapsed.as_secs_f64().max(0.1);
    parts.push(format!("{:.1}/min", rate * 60.0));
    if let Some(total) = total.filter(|total| done > 0 && *total > done) {
        let left = Duration::try_from_secs_f64((total - done) as f64 / rate).unwrap_or_default();
        parts.push(format!("{} left", text::time(left)));
    }
    if free < u32::MAX {
        parts.push(format!("budget {free}"));
    }
    parts.join(", ")
}

/// The bar itself.
fn drawn(done: usize, total: usize) -> String {
    const LENGTH: usize = 10;

    let filled = (done * LENGTH).checked_div(total).unwrap_or(LENGTH).min(LENGTH);
    format!("[{}{}]", "#".repeat(filled), "-".repeat(LENGTH - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_how_fast_and_what_is_left() {
        let counts = Counts { inputs: 30, found: 8, nobody: 1, failed: 1, ..Counts::default() };
        let half_a_minute = Duration::from_secs(30);
        let known =
            "[##--------] 10 of 40, 20 pending, 1 failed, 20.0/min, 1 min 30 s left, budget 7";
        assert_eq!(line(&counts, Some(40), half_a_minute, 7), known);
        let unknown = "10 done, 20 pending, 1 failed, 20.0/min";
        assert_eq!(line(&counts, None, half_a_minute, u32::MAX), unknown);
        let nothing = "[----------] 0 of 3, 0 pending, 0.0/min, budget 1";
        assert_eq!(line(&Counts::default(), Some(3), Duration::ZERO, 1), nothing);
    }
}
