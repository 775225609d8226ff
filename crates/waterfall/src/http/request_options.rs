//! [`RequestOptions`]: settings for some requests of a client.

use std::fmt;
use std::time::Duration;

use reqwest::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
    TRANSFER_ENCODING,
};

use job_polling::RetryPolicy;

use super::api_key::API_KEY_HEADER;
use crate::error::Error;

/// Headers that the client sets itself.
const RESERVED: [HeaderName; 6] =
    [API_KEY_HEADER, HOST, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, CONNECTION];

/// Settings that override those of a client for some of its requests:
/// [`Client::with_options`](crate::Client::with_options). By default, nothing is overridden.
///
/// ```
/// use std::time::Duration;
/// use waterfall::{Client, ContactQuery, RequestOptions, RetryPolicy};
/// # use waterfall::testing::MockTransport;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = MockTransport::new().client_builder().build()?;
/// let options = RequestOptions::new()
///     .header("traceparent".try_into()?, "00-0af7651916cd43dd8448eb211c80319c-01".try_into()?)
///     .timeout(Duration::from_secs(5))
///     .retry(RetryPolicy::none());
/// let job = client.with_options(options)?.launch(ContactQuery::email("jane.doe@acme.com")).await?;
/// # let _ = job;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing unless a client has them"]
pub struct RequestOptions {
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
}

impl RequestOptions {
    /// Creates options without settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a header to each request, replacing any header of this name. The `User-Agent` can be
    /// replaced; the headers that [`Client::with_options`](crate::Client::with_options) lists
    /// can't.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the time limit of one request, instead of
    /// [`ClientBuilder::timeout`](crate::ClientBuilder::timeout). If it is shorter than the
    /// [`connect_timeout`](crate::ClientBuilder::connect_timeout), a launch that can't connect in
    /// time is in doubt, although nothing was sent.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Sets how launches and [`fetch`](crate::Job::fetch) are retried, instead of
    /// [`ClientBuilder::retry`](crate::ClientBuilder::retry).
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.timeout.is_some_and(|limit| limit.is_zero()) {
            return Err(Error::config("the time limit of a request is zero"));
        }
        match RESERVED.iter().find(|name| self.headers.contains_key(*name)) {
            Some(name) => Err(Error::config(format!(
                "the header {name} is set by the client and can't be an option of a request"
            ))),
            None => Ok(()),
        }
    }

    /// Returns these settings, and those of `base` that these leave open.
    pub(crate) fn over(mut self, base: &Self) -> Self {
        for (name, value) in &base.headers {
            self.headers.entry(name).or_insert_with(|| value.clone());
        }
        self.timeout = self.timeout.or(base.timeout);
        self.retry = self.retry.or(base.retry);
        self
    }
}

/// Shows only the names of headers: their values may be secret.
impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions")
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish()
    }
}
