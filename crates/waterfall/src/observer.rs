//! Counts how the responses that a client receives deviate from the API's description, reports them
//! to a hook, and logs each place once.

pub(crate) mod ledger;
pub(crate) mod observed;

use serde::de::DeserializeOwned;
use waterfall_api::types::ErrorEnvelope;
use waterfall_api::{Decoded, Deviation, Operation, OperationError};

use self::observed::{DeviationCount, ObservedDeviation, Observer};
use crate::client::Client;
use crate::client::builder::ClientBuilder;
use crate::job_id::JobId;
use crate::kind::JobKind;
use crate::snapshot::Snapshot;
use crate::telemetry::deviations;

impl ClientBuilder {
    /// Sets a hook that is called with each decoded response and its deviations from the API's
    /// description. None by default; [`Client::deviations`] counts deviations in any case.
    ///
    /// The hook is called by the task that has received the response, so it must not block. If it
    /// panics, a warning is logged, and the result is still returned (unless panics abort the
    /// program).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use waterfall::{Client, ObservedResponse};
    ///
    /// let odd = Arc::new(AtomicUsize::new(0));
    /// let counter = odd.clone();
    /// let client = Client::builder()
    ///     .api_key("wf_0123")
    ///     .base_url("http://127.0.0.1:8080")
    ///     .observer(move |response: &ObservedResponse<'_>| {
    ///         counter.fetch_add(response.deviations().len(), Ordering::Relaxed);
    ///     })
    ///     .build()?;
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    pub fn observer(self, observer: impl Observer) -> Self {
        self.observer_hook(std::sync::Arc::new(observer))
    }
}

impl Client {
    /// Returns how the responses that this client and its clones have received deviate from the
    /// API's description: one entry for each operation, place and kind of deviation, the most
    /// frequent one first. The entries contain no values of the responses.
    ///
    /// The counts include the responses to all methods, except to those of the [generated
    /// client](Self::raw) and to [`request`](Self::request), and the deliveries that ended a wait.
    /// Error responses count if the description has their status and their body can be decoded as
    /// its error. Each attempt of a request that is retried counts.
    ///
    /// ```
    /// use serde_json::json;
    /// use waterfall::ContactQuery;
    /// use waterfall::testing::{MockResponse, MockTransport};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// let person = json!({ "first_name": "Jane", "mood": "sunny" });
    /// let mock = MockTransport::new().reads([MockResponse::succeeded(person)]);
    /// let client = mock.client_builder().build()?;
    /// client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
    ///
    /// let found = &client.deviations()[0];
    /// assert_eq!((found.operation(), found.path()), ("findContactEnrichment", "$.output.person.mood"));
    /// assert_eq!((found.responses(), found.observed()), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "drift")]
    pub fn deviations(&self) -> Vec<DeviationCount> {
        self.settings().observations.counts()
    }

    /// Counts the deviations of a response.
    pub(crate) fn observe<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        job_id: Option<JobId>,
        decoded: &Decoded<T>,
    ) {
        let additions = decoded.additions();
        self.observe_all(operation, job_id, decoded.deviations().iter().chain(&additions));
    }

    /// Counts the deviations of an error response that the description documents. All operations
    /// use the same error.
    pub(crate) fn observe_error<E>(
        &self,
        operation: &'static Operation,
        job_id: Option<JobId>,
        error: &OperationError<E>,
    ) {
        let OperationError::Api(decoded) = error else { return };
        let additions = waterfall_api::additions::<ErrorEnvelope>(decoded.response().body());
        self.observe_all(operation, job_id, decoded.deviations().iter().chain(&additions));
    }

    /// Counts the deviations of a result that was delivered.
    pub(crate) fn observe_delivery<K: JobKind>(&self, snapshot: &Snapshot<K>) {
        let additions = waterfall_api::additions::<K::Job>(snapshot.raw());
        let all = snapshot.deviations().iter().chain(&additions);
        self.observe_all(K::FIND, Some(snapshot.job_id()), all);
    }

    fn observe_all<'a>(
        &self,
        operation: &'static Operation,
        job_id: Option<JobId>,
        deviations: impl Iterator<Item = &'a Deviation>,
    ) {
        let mut observed: Vec<_> = deviations.map(ObservedDeviation::from).collect();
        observed.sort();
        observed.dedup();
        for new in self.settings().observations.count(operation.id, &observed) {
            deviations::first(job_id, operation.id, new.kind, &new.path, &new.expected, new.found);
        }
        if self.settings().observations.report(operation.id, &observed).is_err() {
            deviations::observer_panicked(operation.id);
        }
    }
}
