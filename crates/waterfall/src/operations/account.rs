//! [`AccountRequest`] and [`AccountReport`]: the usage of the account.

use std::fmt;
use std::future::IntoFuture;

use reqwest::StatusCode;
use serde_json::Value;
use tracing::Instrument;
use waterfall_api::operations::GET_ACCOUNT;
use waterfall_api::types::{Account, AccountUsage};
use waterfall_api::{BoxFuture, Bytes, Decoded, Deviation};

use super::send::{Budget, Sending};
use crate::client::Client;
use crate::error::{Effect, Error, OperationCall, RequestKind};
use crate::kind::ContactEnrichment;
use crate::query::text;
use crate::spend::usd::Usd;
use crate::telemetry::operations;

const CALL: OperationCall = OperationCall::new("account report", Effect::None);

/// A request for the account report, from [`Client::account`]. Await it.
///
/// # Errors
///
/// [`InvalidQuery`](crate::ErrorKind::InvalidQuery) for an invalid month, before anything is sent;
/// otherwise any [`ErrorKind`](crate::ErrorKind) of a request.
#[must_use = "nothing is sent until it is awaited"]
#[derive(Debug, Clone)]
pub struct AccountRequest {
    client: Client,
    month: Option<String>,
}

impl Client {
    /// Reports the usage of this key and its account, and what is left.
    ///
    /// The request is free and does not count towards the rate limit. It waits neither for a permit
    /// nor for the end of a pause after a 429. It is retried like a read.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use waterfall::Method;
    /// # use waterfall::testing::{MockResponse, MockTransport};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let body = json!({
    /// #     "key_usage": { "start_date": "2026-11-01", "enrichment_contact_requests": 3 },
    /// #     "balance_remaining_usd": 99.5,
    /// # });
    /// # let report = MockResponse::body(200, body.to_string());
    /// # let mock = MockTransport::new().on(Method::GET, "/v2/account", [report]);
    /// # let client = mock.client_builder().build()?;
    /// let report = client.account().month("2026-11").await?;
    /// if let Some(balance) = report.balance_remaining() {
    ///     println!("${balance} left");
    /// }
    /// for (name, count) in report.key_counters() {
    ///     println!("{name}: {count}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn account(&self) -> AccountRequest {
        AccountRequest { client: self.clone(), month: None }
    }
}

impl AccountRequest {
    /// Sets the month of the report, `YYYY-MM`. The default is the current month or, according to
    /// another document of the vendor, the current billing period.
    pub fn month(mut self, month: impl Into<String>) -> Self {
        self.month = Some(month.into());
        self
    }

    async fn run(self) -> Result<AccountReport, Error> {
        let span = operations::span(CALL);
        let outcome = self.send().instrument(span.clone()).await;
        operations::ended(&span, outcome.as_ref().map(|_| None));
        outcome
    }

    async fn send(self) -> Result<AccountReport, Error> {
        let month = self.month.as_deref().map(checked_month).transpose()?;
        let client = self.client.clone();
        let sending = Sending {
            client: self.client,
            call: CALL,
            budget: Budget::Free,
            unclaimed: |_, _| {},
            attempt: Box::new(move |permit| {
                let (client, month) = (client.clone(), month.clone());
                Box::pin(async move {
                    let generated = client.generated::<ContactEnrichment>(Some(permit));
                    let sent = generated.get_account(None, month.as_deref(), None).await;
                    let call = || client.call(RequestKind::Operation(CALL));
                    let decoded = sent.map_err(|error| {
                        client.observe_error(&GET_ACCOUNT, None, &error);
                        Error::from_call(&call(), error)
                    })?;
                    client.observe(&GET_ACCOUNT, None, &decoded);
                    Ok(decoded)
                })
            }),
        };
        Ok(AccountReport(sending.send().await?))
    }
}

fn checked_month(given: &str) -> Result<String, Error> {
    let month = text::clean(given);
    let first: Result<jiff::civil::Date, _> = format!("{month}-01").parse();
    match first {
        Ok(first) if first.strftime("%Y-%m").to_string() == month => Ok(month),
        _ => Err(Error::invalid_query(vec![format!(
            "month {} is not a month; give one such as 2026-11",
            text::short(&month)
        )])),
    }
}

impl IntoFuture for AccountRequest {
    type Output = Result<AccountReport, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// The usage of an API key and its account, from [`Client::account`].
///
/// The types in [`api::types`](waterfall_api::types) have the known counters as fields; the iterators
/// return all of them, including those that this crate does not know.
#[derive(Clone)]
pub struct AccountReport(Decoded<Account>);

impl AccountReport {
    /// Returns the usage of this key.
    pub fn key_usage(&self) -> Option<&AccountUsage> {
        self.0.key_usage.as_ref()
    }

    /// Returns the usage of all keys of the account.
    pub fn account_usage(&self) -> Option<&AccountUsage> {
        self.0.account_usage.as_ref()
    }

    /// Returns the counters of this key, known and unknown, with their names in the API, sorted by
    /// name.
    pub fn key_counters(&self) -> impl Iterator<Item = (String, i64)> {
        counters(self.key_usage())
    }

    /// Returns the counters of all keys of the account, known and unknown, with their names in the
    /// API, sorted by name.
    pub fn account_counters(&self) -> impl Iterator<Item = (String, i64)> {
        counters(self.account_usage())
    }

    /// Returns the remaining balance of the account or, for a pay-as-you-go account, the amount
    /// that it owes. The sign of the latter is not documented.
    pub fn balance_remaining(&self) -> Option<Usd> {
        self.0.balance_remaining_usd.and_then(Usd::from_f64)
    }

    /// Returns the unit prices of the latest payment, known and unknown, with their names in the
    /// API, such as `persons_safe_usd`, sorted by name. The API returns them only for the master
    /// key.
    pub fn prices(&self) -> impl Iterator<Item = (String, Usd)> {
        let prices = members(self.0.price.as_ref());
        prices.filter_map(|(name, price)| Some((name, Usd::from_f64(price.as_f64()?)?)))
    }

    /// Returns the complete decoded report, including fields that this crate does not know.
    pub fn account(&self) -> &Account {
        &self.0
    }

    /// Returns the deviations of the response from the API's description. See
    /// [`Snapshot::deviations`](crate::Snapshot::deviations).
    pub fn deviations(&self) -> &[Deviation] {
        self.0.deviations()
    }

    /// Returns the body of the response, exactly as it was received.
    pub fn raw(&self) -> &Bytes {
        self.0.response().body()
    }

    /// Returns the HTTP status of the response.
    pub fn status(&self) -> StatusCode {
        self.0.response().status()
    }
}

/// Returns the integer members of an object.
fn counters(usage: Option<&AccountUsage>) -> impl Iterator<Item = (String, i64)> + use<> {
    members(usage).filter_map(|(name, count)| Some((name, count.as_i64()?)))
}

/// Returns the members of a value as JSON, sorted.
fn members<T: serde::Serialize>(
    value: Option<&T>,
) -> impl Iterator<Item = (String, Value)> + use<T> {
    let members = match value.map(serde_json::to_value) {
        Some(Ok(Value::Object(members))) => members,
        _ => serde_json::Map::new(),
    };
    let mut members: Vec<_> = members.into_iter().collect();
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.into_iter()
}

impl fmt::Debug for AccountReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountReport")
            .field("key_counters", &self.key_counters().count())
            .field("account_counters", &self.account_counters().count())
            .field("balance_remaining", &self.balance_remaining())
            .finish_non_exhaustive()
    }
}
