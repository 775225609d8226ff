//! [`ImmediateRequest`]: one request of an immediate operation.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument;
use waterfall_api::BoxFuture;

use super::completed::Completed;
use super::job::JobParts;
use super::operation::{Operation, into_result};
use super::query::{ImmediateQuery, Page};
use super::send::{Budget, Sending};
use crate::client::Client;
use crate::error::{Error, RequestKind};
use crate::kind::ContactEnrichment;
use crate::telemetry::operations;

/// A request of an immediate operation, such as [`Client::search_contacts`]. Await it for the
/// result or, for an operation with pages, for the first page. For all pages, see
/// [`pages`](Self::pages) and [`items`](Self::items).
///
/// # Retries
///
/// The request is billed work, and the API has no idempotency key. It is therefore retried, as the
/// [`RetryPolicy`](crate::RetryPolicy) allows, only if the API certainly did not act on it: no
/// connection was made, or the response was a 429.
///
/// # Running jobs
///
/// If the response is a job that is still running, the finder of the operation is read until the
/// job is finished, as by [`Wait`](crate::Wait), with the same deadline. Email verification has no
/// finder, so a running job is an [`InvalidResponse`](crate::ErrorKind::InvalidResponse).
///
/// # Errors
///
/// - [`InvalidQuery`](crate::ErrorKind::InvalidQuery) before anything is sent.
/// - [`JobFailed`](crate::ErrorKind::JobFailed) if the job ended in a state other than `SUCCEEDED`;
///   [`Error::completed`] is its response.
/// - [`WaitTimeout`](crate::ErrorKind::WaitTimeout) if a running job was not finished in time. Read
///   its result later by the error's [`job_id`](Error::job_id).
/// - Any [`ErrorKind`](crate::ErrorKind) of a request. If [`Error::may_have_launched`], the request
///   may have been processed and billed: don't simply repeat it. If there is a `job_id`, the result
///   can be read again.
///
/// # Cancellation
///
/// Nothing is sent before the first poll, or after [`Client::stop_launching`]. If the future is
/// dropped while it waits for a permit or for a retry, nothing more is sent. If it is dropped while
/// the request is in flight, the request completes in the background, and its job is passed to
/// [`ClientBuilder::on_orphan_of`](crate::ClientBuilder::on_orphan_of).
#[must_use = "nothing is sent until it is awaited"]
pub struct ImmediateRequest<Q: ImmediateQuery> {
    pub(super) client: Client,
    pub(super) query: Q,
    pub(super) max_wait: Duration,
    pub(super) first_page: Option<u32>,
    pub(super) page_size: Option<u32>,
    pub(super) limit: Option<usize>,
}

impl<Q: ImmediateQuery> Clone for ImmediateRequest<Q> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), query: self.query.clone(), ..*self }
    }
}

impl<Q: ImmediateQuery> ImmediateRequest<Q> {
    pub(super) fn new(client: &Client, query: Q) -> Self {
        let max_wait = client.settings().max_wait;
        let client = client.clone();
        Self { client, query, max_wait, first_page: None, page_size: None, limit: None }
    }

    /// Sets the maximum duration of the wait for a job that the response reports as running; by
    /// default [`ClientBuilder::max_wait`](crate::ClientBuilder::max_wait).
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// Requests one page.
    pub(super) async fn page(self, page: Page) -> Result<Completed<Q::Job>, Error> {
        let span = operations::span(Q::Job::CALL);
        let outcome = async {
            let body = self.query.to_request(page)?;
            let completed = send::<Q::Job>(&self.client, body).await?;
            into_result(finished(self.client, completed, self.max_wait).await?)
        };
        let outcome = outcome.instrument(span.clone()).await;
        operations::ended(&span, outcome.as_ref().map(Completed::job_id));
        outcome
    }
}

impl<Q: ImmediateQuery> IntoFuture for ImmediateRequest<Q> {
    type Output = Result<Completed<Q::Job>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let page = self.first();
        Box::pin(self.page(page))
    }
}

async fn send<J: Operation>(client: &Client, body: J::Request) -> Result<Completed<J>, Error> {
    let (sender, body) = (client.clone(), Arc::new(body));
    let sending = Sending {
        client: client.clone(),
        call: J::CALL,
        budget: Budget::RateLimiter,
        unclaimed: J::unclaimed,
        attempt: Box::new(move |permit| {
            let (client, body) = (sender.clone(), body.clone());
            Box::pin(async move {
                let generated = client.generated::<ContactEnrichment>(Some(permit));
                let sent = <J as JobParts>::send(&generated, &body).await;
                let call = || client.call(RequestKind::Operation(J::CALL));
                let decoded = sent.map_err(|error| {
                    client.observe_error(J::SENT, None, &error);
                    Error::from_call(&call(), error).with_job_id_of(J::job_id)
                })?;
                client.observe(J::SENT, decoded.parts().job_id, &decoded);
                Ok(Completed::of_response(decoded))
            })
        }),
    };
    sending.send().await
}

/// Waits for a job that is not finished.
async fn finished<J: Operation>(
    client: Client,
    completed: Completed<J>,
    max_wait: Duration,
) -> Result<Completed<J>, Error> {
    if completed.is_final() {
        return Ok(completed);
    }
    let call = client.call(RequestKind::Operation(J::CALL));
    let unfinished =
        |why| Error::unfinished(&call, completed.response(), completed.last_state(), why);
    let Some(id) = completed.job_id() else {
        return Err(unfinished("its ID, by which to wait for it, is missing"));
    };
    match J::finish(client, id, max_wait) {
        Some(finished) => finished.await,
        None => Err(unfinished("this operation has no finder by which to wait for it")),
    }
}

impl<Q: ImmediateQuery> fmt::Debug for ImmediateRequest<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImmediateRequest")
            .field("operation", &Q::Job::CALL.name)
            .field("max_wait", &self.max_wait)
            .field("first_page", &self.first_page)
            .field("page_size", &self.page_size)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
