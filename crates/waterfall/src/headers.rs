//! What the headers of a response report: the rate limit, a pause, and the server's time.

pub(crate) mod rate_limit;
pub(crate) mod retry_after;
