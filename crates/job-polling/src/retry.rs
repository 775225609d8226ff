//! Retries failed requests: [`RetryPolicy`] limits them, and [`Retrier`] decides on each.

mod policy;
mod retrier;

pub use self::policy::RetryPolicy;
pub use self::retrier::{NoRetry, Retrier, RetryDecision};
