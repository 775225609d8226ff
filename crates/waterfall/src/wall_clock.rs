//! [`Clock`]: what time it is for the dates in answers and deliveries.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The calendar that dates are compared with: those in a webhook's token (`exp`, `nbf`,
/// `iat`), in a `Retry-After`, and a running job's age where an answer has no `Date`.
///
/// The default is the [system's](Self::system). Pauses, deadlines, the rate limit and the
/// age of cached keys need no calendar: they go by tokio's clock in any case. On a paused clock
/// the system's calendar stands still while hours pass in the test, so tests use
/// [`Clock::tokio`], which runs with it. Cheap to clone; clones agree.
///
/// ```
/// use std::time::Duration;
/// use waterfall::Clock;
/// use waterfall::webhook::Verifier;
/// use waterfall::webhook::testing::Signer;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::webhook::Error> {
/// let clock = Clock::tokio();
/// let signer = Signer::new("test-key").clock(clock.clone());
/// let verifier = Verifier::new(signer.key_set()).clock(clock);
/// let body = r#"{"status":"SUCCEEDED","start_date":"2025-02-05T12:00:00Z","input":null}"#;
/// let headers = signer.headers(body);
/// verifier.verify(&headers, body).await?;
///
/// tokio::time::sleep(Duration::from_secs(2 * 60 * 60)).await; // no time at all
/// let error = verifier.verify(&headers, body).await.unwrap_err();
/// assert_eq!(error.code(), "too_old");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Clock(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    Tokio {
        start: Timestamp,
        since: Instant,
    },
    Function(Arc<dyn Fn() -> Timestamp + Send + Sync>),
}

impl Clock {
    /// The system's clock. It follows when the system's time is set.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Tokio's clock on a calendar: the system's time now, and from here on what passes on
    /// tokio's clock. If that is paused, make this inside the runtime that is paused.
    pub fn tokio() -> Self {
        Self::tokio_from(Timestamp::now())
    }

    /// The same, with this time now.
    pub fn tokio_from(start: Timestamp) -> Self {
        Self(Source::Tokio { start, since: Instant::now() })
    }

    /// A clock of your own, such as that of a mock server. It is called whenever the time is
    /// needed, and must not block.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Source::Function(Arc::new(now)))
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Tokio { start, since } => {
                let passed = SignedDuration::try_from(since.elapsed());
                let passed = passed.unwrap_or(SignedDuration::MAX);
                start.checked_add(passed).unwrap_or(Timestamp::MAX)
            }
            Source::Function(now) => now(),
        }
    }

    pub(crate) fn system_time(&self) -> SystemTime {
        self.now().into()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::System => f.write_str("Clock::system"),
            Source::Tokio { start, .. } => {
                f.debug_struct("Clock::tokio").field("start", start).finish_non_exhaustive()
            }
            Source::Function(_) => f.write_str("Clock::from_fn"),
        }
    }
}
