//! [`Spent`]: the cost of jobs.

use waterfall_api::types::Usage;

use crate::spend::usd::Usd;

/// The cost of jobs, according to the `usage` in their results.
///
/// [`Client::spent`](crate::Client::spent) returns the total cost of a client. For one job, convert
/// its usage:
///
/// ```
/// use waterfall::{Client, ContactQuery, Spent};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// let found = client.enrich(ContactQuery::email("jane.doe@acme.com")).await?;
/// println!("this job: {:?}", found.usage().map(|usage| Spent::from(usage).total()));
/// println!("all jobs: ${}", client.spent().total());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    total: Usd,
    persons: Usd,
    phones: Usd,
    companies: Usd,
    persons_count: u64,
    phones_count: u64,
    companies_count: u64,
    jobs: u64,
    pub(super) jobs_without_usage: u64,
    balance_remaining: Option<Usd>,
}

impl Spent {
    /// Returns the sum of `total_usd`. For a result without it, the sum of its other prices is
    /// added.
    pub fn total(&self) -> Usd {
        self.total
    }

    /// Returns the part of the price for persons.
    pub fn persons(&self) -> Usd {
        self.persons
    }

    /// Returns the part of the price for phone numbers.
    pub fn phones(&self) -> Usd {
        self.phones
    }

    /// Returns the part of the price for companies.
    pub fn companies(&self) -> Usd {
        self.companies
    }

    /// Returns the number of persons found.
    pub fn persons_count(&self) -> u64 {
        self.persons_count
    }

    /// Returns the number of phone numbers found.
    pub fn phones_count(&self) -> u64 {
        self.phones_count
    }

    /// Returns the number of companies found.
    pub fn companies_count(&self) -> u64 {
        self.companies_count
    }

    /// Returns the number of jobs in the sum. Each page of a search is a job.
    pub fn jobs(&self) -> u64 {
        self.jobs
    }

    /// Returns the number of jobs that succeeded without a usage in their result. If there are any,
    /// the sum may be incomplete; [`Client::account`](crate::Client::account) has the account's own
    /// counters.
    pub fn jobs_without_usage(&self) -> u64 {
        self.jobs_without_usage
    }

    /// Returns the balance of the account after the last job, as the API reports it; for a
    /// pay-as-you-go account, the amount that it owes. The sign of the latter is not documented.
    pub fn balance_remaining(&self) -> Option<Usd> {
        self.balance_remaining
    }

    /// Adds the cost of more jobs, which ended after these.
    pub(crate) fn add(&mut self, other: &Self) {
        self.total += other.total;
        self.persons += other.persons;
        self.phones += other.phones;
        self.companies += other.companies;
        self.persons_count = self.persons_count.saturating_add(other.persons_count);
        self.phones_count = self.phones_count.saturating_add(other.phones_count);
        self.companies_count = self.companies_count.saturating_add(other.companies_count);
        self.jobs = self.jobs.saturating_add(other.jobs);
        self.jobs_without_usage += other.jobs_without_usage;
        self.balance_remaining = other.balance_remaining.or(self.balance_remaining);
    }

    /// A job that succeeded without a usage in its result.
    pub(crate) fn unknown() -> Self {
        Self { jobs_without_usage: 1, ..Self::default() }
    }
}

/// The cost of one job.
impl From<&Usage> for Spent {
    fn from(usage: &Usage) -> Self {
        let usd = |amount: &Option<f64>| amount.and_then(Usd::from_f64);
        let count = |count: &Option<i64>| count.and_then(|it| it.try_into().ok()).unwrap_or(0);
        let persons = usd(&usage.persons_usd).unwrap_or_default();
        let phones = usd(&usage.phones_usd).unwrap_or_default();
        let companies = usd(&usage.companies_usd).unwrap_or_default();
        Self {
            total: usd(&usage.total_usd).unwrap_or(persons + phones + companies),
            persons,
            phones,
            companies,
            persons_count: count(&usage.persons_count),
            phones_count: count(&usage.phones_count),
            companies_count: count(&usage.companies_count),
            jobs: 1,
            jobs_without_usage: 0,
            balance_remaining: usd(&usage.balance_remaining_usd),
        }
    }
}
