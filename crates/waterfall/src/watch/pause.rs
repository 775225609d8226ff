//! [`Pause`]: the time until a read, which may become shorter.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// So often it is looked whether a dear read has become cheaper.
const LOOK: Duration = Duration::from_secs(2);

/// What is not sooner than this share of the time that is left is the same, as
/// times are spread.
const MUCH_SOONER: f64 = 0.8;

/// The time until a read.
pub(super) struct Pause {
    due: Instant,
    expensive: bool,
    sleep: Pin<Box<Sleep>>,
}

impl Pause {
    /// `expensive` says that the read was planned at a high price, which may fall before the
    /// pause is over.
    pub(super) fn new(due: Instant, expensive: bool) -> Self {
        let sleep = Box::pin(sleep_until(next_look(due, expensive)));
        Self { due, expensive, sleep }
    }

    /// When the read is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Ready when the pause is over, and before that when it is time to
    /// look whether it may be shorter.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // A timer that is due fires with its driver's next turn only.
        if self.sleep.deadline() <= Instant::now() {
            return Poll::Ready(());
        }
        self.sleep.as_mut().poll(cx)
    }

    pub(super) fn is_over(&self) -> bool {
        self.due <= Instant::now()
    }

    /// The read is due at this time by what is known now. Tells whether that is so
    /// much sooner that it was moved.
    pub(super) fn move_to(&mut self, due: Instant) -> bool {
        let now = Instant::now();
        let left = self.due.saturating_duration_since(now).mul_f64(MUCH_SOONER);
        let sooner = due.saturating_duration_since(now) < left;
        if sooner {
            self.due = due.max(now);
        }
        self.sleep.as_mut().reset(next_look(self.due, self.expensive));
        sooner
    }
}

fn next_look(due: Instant, expensive: bool) -> Instant {
    if expensive { due.min(Instant::now() + LOOK) } else { due }
}
