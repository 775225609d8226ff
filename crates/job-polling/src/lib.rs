//! Adaptive polling of asynchronous jobs under a rate limit.
//!
//! An API that answers a launch with a job ID leaves several decisions to its clients: when to read
//! the job, how much a read costs while a key's requests are limited, what may be retried, and in
//! which order to launch and read ten thousand jobs. This crate provides state machines for these
//! decisions. They take the time as an argument: they have no clock, do no I/O and know no
//! particular API. Therefore they can be tested and simulated in virtual time, and driven by any
//! loop.
//!
//! | module | determines |
//! |---|---|
//! | [`policy`] | the pause between two reads: fixed, exponential, recommended, or adaptive |
//! | [`schedule`] | when a read is worth its cost, from the durations of earlier jobs |
//! | [`wait_state`] | when one job is read, up to a deadline |
//! | [`batch`] | the order in which many jobs are launched and read |
//! | [`limiter`] | when a request may be sent under a key's rate limit |
//! | [`retry`] | whether a failed request is sent again, and after what pause |
//!
//! With the feature `tokio`, [`limiter::RateLimiter`] drives the rate limiter on tokio's clock.
//! With the feature `serde`, [`DurationHistory`] can be stored.

pub mod batch;
pub mod limiter;
pub mod policy;
pub mod retry;
pub mod schedule;
pub mod wait_state;

#[cfg(feature = "tokio")]
pub use self::limiter::RateLimiter;
pub use self::policy::{
    DEFAULT_READ_COST, PollPolicy, PollPolicyError, PollProgress, PollStrategy,
};
pub use self::retry::RetryPolicy;
pub use self::schedule::DurationHistory;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
