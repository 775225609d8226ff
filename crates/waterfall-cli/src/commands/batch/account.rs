//! The account's report, for the limits and doubts of a batch.

use waterfall::{BoxError, BoxFuture, Client};
use waterfall_batch::{Account, AccountReport, Usd};

/// The counter of contact enrichments in an account's report.
const LAUNCHES: &str = "enrichment_contact_requests";

/// Fetches the API's report on the account of a key.
#[derive(Debug)]
pub(super) struct ApiAccount(pub(super) Client);

impl Account for ApiAccount {
    fn read(&self) -> BoxFuture<'_, Result<AccountReport, BoxError>> {
        Box::pin(async {
            let report = self.0.account().await?;
            let mut account = AccountReport::default();
            let balance = report.balance_remaining();
            account.balance =
                balance.and_then(|it| it.to_string().parse().ok()).and_then(Usd::from_f64);
            account.launches = report
                .key_counters()
                .find(|(name, _)| name == LAUNCHES)
                .and_then(|(_, count)| count.try_into().ok());
            let usage = report.key_usage();
            account.period = usage
                .and_then(|usage| serde_json::to_value(&*usage.start_date).ok())
                .and_then(|date| Some(date.as_str()?.to_owned()));
            Ok(account)
        })
    }
}
