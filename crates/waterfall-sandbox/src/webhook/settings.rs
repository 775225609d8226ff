//! [`Webhooks`]: how deliveries are signed and sent.

use std::time::Duration;

/// The time for which a key set without `Cache-Control` may be cached, according to the API's
/// documentation.
const DEFAULT_CACHE_TIME: Duration = Duration::from_secs(300);

/// Settings for signing and delivering webhooks; see [`Builder::webhooks`].
///
/// The API documents that a delivery is the finder's payload, signed in the header
/// `X-Webhook-Signature` by a compact JWT with the claim `body_hash`; that the key set may
/// be cached for five minutes; and that old and new keys overlap for at least that long.
/// Other claims and the schedule of retries are undocumented; their defaults are the
/// sandbox's own.
///
/// ```
/// use std::time::Duration;
/// use waterfall_sandbox::{Sandbox, Webhooks};
///
/// let webhooks = Webhooks::default().with_attempts(1).with_lifetime(Duration::from_secs(30));
/// let sandbox = Sandbox::builder().webhooks(webhooks).build();
/// # drop(sandbox);
/// ```
///
/// [`Builder::webhooks`]: crate::Builder::webhooks
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhooks {
    pub(crate) max_age: Option<Duration>,
    pub(crate) rotates_every: Option<Duration>,
    pub(crate) issue_time: bool,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) attempts: u32,
    pub(crate) backoff: Duration,
    pub(crate) timeout: Duration,
    pub(crate) any_host: bool,
}

impl Webhooks {
    /// Sets the `max-age` of the key set's `Cache-Control`, in whole seconds; `None` omits the
    /// header. The default is the API's, 300 s.
    ///
    /// A retired key is published for this time, or for 300 s without the header.
    #[must_use]
    pub fn with_jwks_max_age(mut self, max_age: impl Into<Option<Duration>>) -> Self {
        self.max_age = max_age.into();
        self
    }

    /// Rotates the keys automatically, with the first delivery or request for the key set at which
    /// the current key is at least this old. By default, keys rotate only by
    /// [`Sandbox::rotate_keys`](crate::Sandbox::rotate_keys).
    #[must_use]
    pub fn rotating_every(mut self, interval: Duration) -> Self {
        self.rotates_every = Some(interval);
        self
    }

    /// Omits the claim `iat`. By default, it is the time of the attempt in whole seconds.
    #[must_use]
    pub fn without_issue_time(mut self) -> Self {
        self.issue_time = false;
        self
    }

    /// Sets how long after the attempt a token expires (`exp`), in whole seconds; `None` omits the
    /// claim. The default is 300 s.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: impl Into<Option<Duration>>) -> Self {
        self.lifetime = lifetime.into();
        self
    }

    /// Sets the maximum number of attempts at a delivery, at least 1. The default is 4. A delivery
    /// is retried after a status of 500 or more, or without a response; any other status ends it.
    /// Each attempt is signed separately.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the pause after the first attempt, which doubles with each further attempt. The default
    /// is 1 s.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Duration) -> Self {
        self.backoff = backoff;
        self
    }

    /// Sets how long an attempt waits for the response head. The default is 10 s.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Delivers to any host over plain HTTP. By default, deliveries go to loopback
    /// addresses only, so that launches cannot make the sandbox send requests to other
    /// hosts.
    #[must_use]
    pub fn to_any_host(mut self) -> Self {
        self.any_host = true;
        self
    }

    pub(crate) fn key_overlap(&self) -> Duration {
        self.max_age.unwrap_or(DEFAULT_CACHE_TIME)
    }

    /// Returns the pause after a failed attempt, counted from 1; `None` after the last.
    pub(crate) fn pause_after(&self, attempt: u32) -> Option<Duration> {
        let doublings = 2_u32.saturating_pow(attempt.saturating_sub(1));
        (attempt < self.attempts).then(|| self.backoff.saturating_mul(doublings))
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            max_age: Some(DEFAULT_CACHE_TIME),
            rotates_every: None,
            issue_time: true,
            lifetime: Some(Duration::from_secs(300)),
            attempts: 4,
            backoff: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            any_host: false,
        }
    }
}
