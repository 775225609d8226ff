//! [`Clock`]: the time with which dates in responses and deliveries are compared.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The current date and time, with which other dates are compared: those in a webhook's token
/// (`exp`, `nbf`, `iat`), a `Retry-After`, and the start of a running job if a response has no
/// `Date`.
///
/// The default is the [system's](Self::system) clock. Pauses, deadlines, the rate limit and the
/// age of cached keys always use tokio's clock. A test with a paused clock needs
/// [`Clock::tokio`], which advances together with it. Cheap to clone; clones agree.
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
/// tokio::time::sleep(Duration::from_secs(2 * 60 * 60)).await; // takes no real time
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
    /// Returns the system's clock. It follows changes of the system's time.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Returns a clock that starts at the system's time and then advances with tokio's clock. If
    /// tokio's clock is paused, create this inside the paused runtime.
    pub fn tokio() -> Self {
        Self::tokio_from(Timestamp::now())
    }

    /// Returns a clock that starts at a given time and then advances with tokio's clock.
    pub fn tokio_from(start: Timestamp) -> Self {
        Self(Source::Tokio { start, since: Instant::now() })
    }

    /// Returns a user-defined clock, such as that of a mock server. The function is called whenever
    /// the time is needed, and must not block.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Source::Function(Arc::new(now)))
    }

    /// Returns the current time.
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
