//! The usage, costs and balances of accounts and keys.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::config::Config;
use crate::envelope::{ApiError, Code};
use crate::keys::{AccountId, Caller, KeyId};
use crate::operation::{Cents, Findings, JobOperation};
use crate::operations;
use crate::prices::{self, dollars};
use crate::query_string::parameter;

/// The balance that is reported if none was set, in cents.
const DEFAULT_BALANCE: u64 = 100_000;

/// The cost of a job and the number of its results.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    persons: u32,
    phones: u32,
    companies: u32,
    cents: Cents,
    balance_cents: u64,
}

impl Usage {
    /// Returns the API's usage object.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "total_usd": dollars(self.cents.total()),
            "persons_usd": dollars(self.cents.persons),
            "phones_usd": dollars(self.cents.phones),
            "companies_usd": dollars(self.cents.companies),
            "persons_count": self.persons,
            "phones_count": self.phones,
            "companies_count": self.companies,
            "balance_remaining_usd": dollars(self.balance_cents),
        })
    }
}

/// Counters by name.
type Tally = BTreeMap<&'static str, u64>;

/// The usage and the spending of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    launches: HashMap<KeyId, u64>,
    spent_cents: HashMap<AccountId, u64>,
    /// By account, key and day.
    days: HashMap<AccountId, HashMap<KeyId, BTreeMap<Date, Tally>>>,
}

impl Accounts {
    /// Returns whether launches of this caller are refused.
    pub(crate) fn is_used_up(&self, config: &Config, caller: &Caller) -> bool {
        let launches = self.launches.get(&caller.key).copied().unwrap_or_default();
        launches >= config.quota || config.balance_cents.is_some() && self.left(config, caller) == 0
    }

    fn left(&self, config: &Config, caller: &Caller) -> u64 {
        let spent = self.spent_cents.get(&caller.account).copied().unwrap_or_default();
        config.balance_cents.unwrap_or(DEFAULT_BALANCE).saturating_sub(spent)
    }

    /// Counts a launch and charges what its job finds. A job that finds nothing is free, as in the
    /// API.
    pub(crate) fn bill(
        &mut self,
        config: &Config,
        caller: &Caller,
        operation: &JobOperation,
        found: &Findings,
        today: Date,
    ) -> Usage {
        *self.launches.entry(caller.key).or_default() += 1;
        *self.spent_cents.entry(caller.account).or_default() += found.cents.total();
        let keys = self.days.entry(caller.account).or_default();
        let tally = keys.entry(caller.key).or_default().entry(today).or_default();
        if let Some(names) = &operation.counters {
            *tally.entry(names.requests).or_default() += 1;
            *tally.entry(names.found).or_default() += u64::from(found.found);
            if let Some(name) = names.phones {
                *tally.entry(name).or_default() += u64::from(found.phones);
            }
        }
        Usage {
            persons: found.persons,
            phones: found.phones,
            companies: found.companies,
            cents: found.cents,
            balance_cents: self.left(config, caller),
        }
    }

    /// Handles `GET /v2/account` for a period of days. Only the master key gets prices.
    pub(crate) fn report(
        &self,
        config: &Config,
        caller: &Caller,
        (start, end): (Date, Date),
    ) -> Value {
        let nothing = HashMap::new();
        let keys = self.days.get(&caller.account).unwrap_or(&nothing);
        let in_period = |days: &BTreeMap<Date, Tally>| -> Vec<Tally> {
            days.range(start..end).map(|(_, tally)| tally.clone()).collect()
        };
        let of_key = keys.get(&caller.key).map(in_period).unwrap_or_default();
        let of_account: Vec<Tally> = keys.values().flat_map(in_period).collect();
        let mut report = json!({
            "key_usage": sum(&of_key, start, end),
            "account_usage": sum(&of_account, start, end),
            "balance_remaining_usd": dollars(self.left(config, caller)),
        });
        if caller.is_master {
            report["price"] = json!({
                "persons_safe_usd": dollars(prices::PERSON),
                "mobile_phones_usd": dollars(prices::PHONE),
                "search_contact_found_usd": dollars(prices::FOUND_CONTACT),
            });
        }
        report
    }
}

/// Returns all counters of a period.
fn sum(tallies: &[Tally], start: Date, end: Date) -> Value {
    let mut sum = json!({ "start_date": start.to_string(), "end_date": end.to_string() });
    for names in operations::all().filter_map(|operation| operation.counters.as_ref()) {
        for name in [Some(names.requests), Some(names.found), names.phones].into_iter().flatten() {
            sum[name] = tallies.iter().filter_map(|tally| tally.get(name)).sum::<u64>().into();
        }
    }
    sum
}

/// Returns the period of a request, whose end is the first day after it: a month, by default the
/// current one, or the days between two dates.
pub(crate) fn period(query: Option<&str>, today: Date) -> Result<(Date, Date), ApiError> {
    let fault = |text: &str| ApiError::new(Code::BadQuery).details(vec![text.to_owned()]);
    let [month, start, end] =
        ["month", "start_date", "end_date"].map(|name| parameter(query, name));
    let (start, end) = match (month, start, end) {
        (month, None, None) => {
            let first = match month {
                None => Some(today.first_of_month()),
                Some(month) => first_day(&month),
            };
            let pattern = r"month: String should match pattern '^\d{4}-\d{2}$'";
            let first = first.ok_or_else(|| fault(pattern))?;
            return first
                .checked_add(1.month())
                .map(|end| (first, end))
                .map_err(|_| fault(pattern));
        }
        (None, Some(start), Some(end)) => (start, end),
        (Some(_), _, _) => {
            return Err(fault(
                "month: can't be combined with start_date or \
            end_date",
            ));
        }
        _ => return Err(fault("start_date and end_date: each requires the other")),
    };
    let date = |name: &str, text: &str| {
        let date = if text.len() == 10 { text.parse::<Date>().ok() } else { None };
        date.ok_or_else(|| fault(&format!("{name}: must be a date, YYYY-MM-DD")))
    };
    let (start, end) = (date("start_date", &start)?, date("end_date", &end)?);
    let year_ago = today.checked_sub(12.months()).unwrap_or(Date::MIN);
    let latest = start.checked_add(12.months()).unwrap_or(Date::MAX);
    if start >= end || end > latest || start < year_ago {
        return Err(fault(
            "start_date: must be before end_date, by at most 12 months, and at most 12 months ago",
        ));
    }
    Ok((start, end))
}

/// Parses the first day of a month, `YYYY-MM`.
fn first_day(month: &str) -> Option<Date> {
    let (year, number) = month.split_once('-')?;
    let is_number =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(year, 4) || !is_number(number, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, number.parse().ok()?, 1).ok()
}
