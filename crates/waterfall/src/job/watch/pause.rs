//! [`Pause`]: the time until a read, which may be shortened.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The interval at which an expensive read is planned again.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// A read is moved only if this shortens the remaining time to less than this share. Times are
/// randomized, so smaller differences are not significant.
const MUCH_SOONER: f64 = 0.8;

/// The time until a read.
pub(super) struct Pause {
    due: Instant,
    expensive: bool,
    sleep: Pin<Box<Sleep>>,
}

impl Pause {
    /// `expensive`: the read was planned at a high cost, which may fall before the pause ends.
    pub(super) fn new(due: Instant, expensive: bool) -> Self {
        let sleep = Box::pin(sleep_until(next_check(due, expensive)));
        Self { due, expensive, sleep }
    }

    /// Returns when the read is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Ready when the pause is over, and earlier whenever the read is to be planned again.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // A due timer fires only when its driver runs the next time.
        if self.sleep.deadline() <= Instant::now() {
            return Poll::Ready(());
        }
        self.sleep.as_mut().poll(cx)
    }

    pub(super) fn is_over(&self) -> bool {
        self.due <= Instant::now()
    }

    /// Moves the read to this time if that is much earlier. Returns whether it was moved.
    pub(super) fn move_to(&mut self, due: Instant) -> bool {
        let now = Instant::now();
        let left = self.due.saturating_duration_since(now).mul_f64(MUCH_SOONER);
        let sooner = due.saturating_duration_since(now) < left;
        if sooner {
            self.due = due.max(now);
        }
        self.sleep.as_mut().reset(next_check(self.due, self.expensive));
        sooner
    }
}

fn next_check(due: Instant, expensive: bool) -> Instant {
    if expensive { due.min(Instant::now() + CHECK_INTERVAL) } else { due }
}
