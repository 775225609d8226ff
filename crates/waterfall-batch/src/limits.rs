//! [`Limits`]: when a batch stops launching, without a clock or I/O.

use std::fmt;

use waterfall::Usd;

/// The limits at which a batch stops launching. By default, there are none.
///
/// The limits are checked in the transaction that stores the intent of each launch, so that several
/// workers together observe them. `max_launches` is exact. The cost of launches in flight is not
/// known yet, so the amounts may be exceeded by that cost.
///
/// ```
/// use waterfall_batch::{Halt, Limits, Usd, Usage};
///
/// let limits = Limits::default().max_launches(500).max_spend(Usd::from_micros(25_000_000));
/// let mut usage = Usage::default();
/// assert_eq!(limits.check(&usage), None);
/// usage.launches = 500;
/// assert_eq!(limits.check(&usage), Some(Halt::MaxLaunches));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum number of launches that may have started a job, in the whole batch.
    pub max_launches: Option<u64>,
    /// Nothing is launched once the results of the batch have cost this much.
    pub max_spend: Option<Usd>,
    /// Nothing is launched once the account's balance is below this.
    pub stop_below_balance: Option<Usd>,
}

impl Limits {
    /// Sets [`max_launches`](Self::max_launches).
    #[must_use]
    pub fn max_launches(self, launches: u64) -> Self {
        Self { max_launches: Some(launches), ..self }
    }

    /// Sets [`max_spend`](Self::max_spend).
    #[must_use]
    pub fn max_spend(self, amount: Usd) -> Self {
        Self { max_spend: Some(amount), ..self }
    }

    /// Sets [`stop_below_balance`](Self::stop_below_balance).
    #[must_use]
    pub fn stop_below_balance(self, amount: Usd) -> Self {
        Self { stop_below_balance: Some(amount), ..self }
    }

    /// Returns why the next launch is not allowed, if it is not.
    pub fn check(&self, usage: &Usage) -> Option<Halt> {
        if usage.is_stopped {
            return Some(Halt::Stopped);
        }
        if self.max_launches.is_some_and(|most| usage.launches >= most) {
            return Some(Halt::MaxLaunches);
        }
        if self.max_spend.is_some_and(|most| usage.spent >= most) {
            return Some(Halt::MaxSpend);
        }
        match (self.stop_below_balance, usage.balance) {
            (Some(least), Some(balance)) if balance < least => Some(Halt::LowBalance),
            _ => None,
        }
    }
}

/// The usage of a batch so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Usage {
    /// Launches that may have started a job, including those in flight.
    pub launches: u64,
    /// The cost of the results.
    pub spent: Usd,
    /// The latest known balance of the account.
    pub balance: Option<Usd>,
    /// Whether the batch was asked to stop.
    pub is_stopped: bool,
}

/// The reason why a batch launches nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Halt {
    /// It was asked to stop.
    Stopped,
    /// [`Limits::max_launches`] is reached.
    MaxLaunches,
    /// [`Limits::max_spend`] is reached.
    MaxSpend,
    /// The balance is below [`Limits::stop_below_balance`].
    LowBalance,
}

impl Halt {
    /// Returns the reason as a word, for example `max_spend`. These words are stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::MaxLaunches => "max_launches",
            Self::MaxSpend => "max_spend",
            Self::LowBalance => "low_balance",
        }
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOLLAR: Usd = Usd::from_micros(1_000_000);

    #[test]
    fn each_limit_stops_at_its_value() {
        let all = Limits::default().max_launches(3).max_spend(DOLLAR).stop_below_balance(DOLLAR);
        let usage = Usage { launches: 2, balance: Some(DOLLAR), ..Usage::default() };
        assert_eq!(all.check(&usage), None);
        let rows = [
            (Usage { launches: 3, ..usage }, Halt::MaxLaunches),
            (Usage { spent: DOLLAR, ..usage }, Halt::MaxSpend),
            (Usage { balance: Some(Usd::from_micros(999_999)), ..usage }, Halt::LowBalance),
            (Usage { is_stopped: true, ..usage }, Halt::Stopped),
        ];
        for (usage, halt) in rows {
            assert_eq!(all.check(&usage), Some(halt));
        }
        let none = Usage { launches: u64::MAX, spent: DOLLAR, ..Usage::default() };
        assert_eq!(Limits::default().check(&none), None);
        assert_eq!(all.check(&Usage { balance: None, ..usage }), None, "the balance is unknown");
    }
}
