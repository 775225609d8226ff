//! The headers of a response: the rate limit, a pause, and the server's time.

pub(crate) mod rate_limit;
pub(crate) mod retry_after;
