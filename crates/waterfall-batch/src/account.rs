//! [`Account`]: the source of an account's balance and launch count.

use std::fmt;

use waterfall::{BoxError, BoxFuture};

use waterfall::Usd;

/// Reports the balance of an account and its count of launches, for
/// [`Limits::stop_below_balance`](crate::Limits::stop_below_balance) and for settling doubts.
pub trait Account: fmt::Debug + Send + Sync + 'static {
    /// Queries the API. The request must not count towards the key's rate limit.
    fn read(&self) -> BoxFuture<'_, Result<AccountReport, BoxError>>;
}

/// The values that an account reports. `None` means that a value is not reported.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AccountReport {
    /// The remaining balance.
    pub balance: Option<Usd>,
    /// The launches of this key in the billing period.
    pub launches: Option<u64>,
    /// The start of the billing period, as the API reports it.
    pub period: Option<String>,
}
