//! How the sandbox signs and delivers.

use std::time::Duration;

/// How long a key set is good for where its answer doesn't say, by the API's
/// documentation.
const USUAL_CACHE_TIME: Duration = Duration::from_secs(300);

/// How webhooks are signed and delivered; [`Builder::webhooks`] takes one.
///
/// What the API says about it: a delivery is the finder's payload, signed in the
/// header `X-Webhook-Signature` by a compact JWT with the claim `body_hash`; the
/// key set may be kept for five minutes, and old and new keys overlap at least
/// as long. It doesn't say which other claims there are, nor when a
/// delivery is tried again: the defaults for these are this sandbox's own.
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
    pub(crate) anywhere: bool,
}

impl Webhooks {
    /// What `Cache-Control` says of the key set, in whole seconds; `None` leaves
    /// the header out. The default is the API's, 300 s.
    ///
    /// A key is served for this long after a rotation has retired it, or for
    /// 300 s if the header is left out.
    #[must_use]
    pub fn with_jwks_max_age(mut self, max_age: impl Into<Option<Duration>>) -> Self {
        self.max_age = max_age.into();
        self
    }

    /// Rotates the keys by itself: with the first delivery, or request for the
    /// key set, for which the key in use is as old as this. By default it
    /// doesn't; see [`Sandbox::rotate_keys`](crate::Sandbox::rotate_keys).
    #[must_use]
    pub fn rotating_every(mut self, interval: Duration) -> Self {
        self.rotates_every = Some(interval);
        self
    }

    /// Leaves the claim `iat` out of tokens. By default it is the time of the
    /// attempt in whole seconds.
    #[must_use]
    pub fn without_issue_time(mut self) -> Self {
        self.issue_time = false;
        self
    }

    /// How long after the attempt, in whole seconds, a token expires (`exp`);
    /// `None` leaves the claim out. The default is 300 s.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: impl Into<Option<Duration>>) -> Self {
        self.lifetime = lifetime.into();
        self
    }

    /// How often a delivery is tried at most, at least once. The default is 4.
    /// It is tried again after a status from 500 or without an answer; any other
    /// status ends it. Every attempt is signed anew.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The pause after the first attempt; each later one is twice as long as
    /// the one before. The default is 1 s.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Duration) -> Self {
        self.backoff = backoff;
        self
    }

    /// How long an attempt waits for the answer's head. The default is 10 s.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Delivers to any host over plain HTTP. By default only to this machine's
    /// loopback addresses, whatever launches ask for, so that a sandbox is no
    /// way to send requests elsewhere.
    #[must_use]
    pub fn to_any_host(mut self) -> Self {
        self.anywhere = true;
        self
    }

    pub(crate) fn key_overlap(&self) -> Duration {
        self.max_age.unwrap_or(USUAL_CACHE_TIME)
    }

    /// The pause after an attempt that failed, counted from 1; `None` if it was
    /// the last.
    pub(crate) fn pause_after(&self, attempt: u32) -> Option<Duration> {
        let doublings = 2_u32.saturating_pow(attempt.saturating_sub(1));
        (attempt < self.attempts).then(|| self.backoff.saturating_mul(doublings))
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            max_age: Some(USUAL_CACHE_TIME),
            rotates_every: None,
            issue_time: true,
            lifetime: Some(Duration::from_secs(300)),
            attempts: 4,
            backoff: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            anywhere: false,
        }
    }
}
