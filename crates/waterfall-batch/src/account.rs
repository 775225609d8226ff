//! [`Account`]: what an account reports about itself.

use std::fmt;

use waterfall::{BoxError, BoxFuture};

use crate::money::Usd;

/// Reports the balance of an account and its count of launches, for
/// [`Limits::stop_below_balance`](crate::Limits::stop_below_balance) and for settling doubts.
pub trait Account: fmt::Debug + Send + Sync + 'static {
    /// Asks the API. This must not be counted by the key's rate limit.
    fn read(&self) -> BoxFuture<'_, Result<AccountReport, BoxError>>;
}

/// What an account reports. `None` stands for what it does not.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AccountReport {
    /// The balance that is left.
    pub balance: Option<Usd>,
    /// The launches that this key has made in the billing period.
    pub launches: Option<u64>,
    /// The start of the billing period, as the API reports it.
    pub period: Option<String>,
}
