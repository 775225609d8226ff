//! Events of the rate limiter.

use std::time::Duration;

use super::seconds;

/// A request must wait for a permit.
pub(crate) fn waiting(waiting: usize) {
    event!(debug, "waterfall.rate_limiter.waiting", "waiting for a permit", waiting);
}

/// A 429 pauses all requests with the key.
pub(crate) fn paused(pause: Duration) {
    event!(
        warn,
        "waterfall.rate_limiter.paused",
        "rate limited (429): requests with this key are paused",
        pause_s = seconds(pause),
    );
}

/// A response reports a limit that differs from the known one.
pub(crate) fn limit(requests: u32, window: Duration) {
    event!(
        info,
        "waterfall.rate_limiter.limit",
        "the API reports the key's rate limit",
        requests,
        window_s = seconds(window),
    );
}

/// The API counted requests that this client did not send.
pub(crate) fn shared(requests: u32) {
    event!(debug, "waterfall.rate_limiter.shared", "other clients use the same key", requests);
}
