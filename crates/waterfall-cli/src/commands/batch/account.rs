//! The account report, for the limits and doubts of a batch.

use waterfall::{BoxError, BoxFuture, Client};
use waterfall_batch::{Account, AccountReport};

use crate::args::batch_kind::Kind;

/// Returns the API's report about the account of a key, for launches of a kind.
#[derive(Debug)]
pub(super) struct ApiAccount(pub(super) Client, pub(super) Kind);

/// Returns the counter of a kind's launches in an account report, if it has one.
const fn counter(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Contact => Some("enrichment_contact_requests"),
        Kind::Phone => Some("enrichment_phone_requests"),
        Kind::Company => Some("enrichment_company_requests"),
        Kind::Prospect => Some("prospector_requests"),
        Kind::JobChange => Some("job_change_requests"),
        Kind::Reveal => Some("company_reveal_requests"),
        Kind::Titles => None,
    }
}

impl Account for ApiAccount {
    fn read(&self) -> BoxFuture<'_, Result<AccountReport, BoxError>> {
        Box::pin(async {
            let report = self.0.account().await?;
            let mut account = AccountReport::default();
            account.balance = report.balance_remaining();
            account.launches = report
                .key_counters()
                .find(|(name, _)| counter(self.1) == Some(&**name))
                .and_then(|(_, count)| count.try_into().ok());
            let usage = report.key_usage();
            account.period = usage
                .and_then(|usage| serde_json::to_value(&*usage.start_date).ok())
                .and_then(|date| Some(date.as_str()?.to_owned()));
            Ok(account)
        })
    }
}
