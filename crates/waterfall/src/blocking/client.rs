//! [`Client`]: each call blocks its thread.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use futures_core::Stream;

use super::iter::Iter;
use super::job::Job;
use super::runtime::Runtime;
use crate::batch::Batch;
use crate::batch::input::IntoBatchInput;
use crate::client;
use crate::client::builder::ClientBuilder;
use crate::error::Error;
use crate::job_id::JobId;
use crate::kind::{JobKind, JobQuery};
use crate::operations::account::AccountReport;
use crate::operations::company_search::CompanySearch;
use crate::operations::completed::Completed;
use crate::operations::contact_search::ContactSearch;
use crate::operations::job_change::JobChangeQuery;
use crate::operations::query::ToRequest;
use crate::operations::reveal::RevealQuery;
use crate::operations::titles::CompanyTitlesQuery;
use crate::operations::verify::EmailQuery;
use crate::snapshot::Snapshot;
use crate::spend::spent::Spent;

/// A batch as an iterator of results.
type BatchOf<Input> = Iter<Batch<<Input as IntoBatchInput>::Key, <Input as IntoBatchInput>::Kind>>;

/// The result of an immediate operation.
type Outcome<Q> = Result<Completed<<Q as ToRequest>::Job>, Error>;

/// A client of Waterfall's API with blocking calls: the blocking form of
/// [`waterfall::Client`](crate::Client), whose methods of the same names document each call.
///
/// Cheap to clone; clones share connections, settings and the [thread](super#threads) that runs
/// them.
///
/// # Errors
///
/// All calls return a [`Config`](crate::ErrorKind::Config) error in
/// [asynchronous code](super#in-asynchronous-code), and otherwise the errors of the asynchronous
/// call.
#[derive(Clone)]
pub struct Client {
    inner: client::Client,
    runtime: Arc<Runtime>,
}

impl ClientBuilder {
    /// Like [`build`](Self::build), for a [blocking client](crate::blocking). Starts its thread.
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build), and [`ErrorKind::Config`](crate::ErrorKind::Config) if the
    /// thread can't be started.
    ///
    /// ```
    /// let client = waterfall::Client::builder()
    ///     .api_key("wf_0123")
    ///     .base_url("http://127.0.0.1:8080")
    ///     .build_blocking()?;
    /// # Ok::<(), waterfall::Error>(())
    /// ```
    pub fn build_blocking(self) -> Result<Client, Error> {
        Client::from_async(self.build()?)
    }
}

impl Client {
    /// Creates a client with this key and default settings. [`ClientBuilder::build_blocking`]
    /// accepts other settings.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::build_blocking`].
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        client::Client::builder().api_key(api_key).build_blocking()
    }

    /// Creates a client with the key in `WATERFALL_API_KEY`, the base URL in `WATERFALL_BASE_URL`
    /// if it is set, and default settings.
    ///
    /// # Errors
    ///
    /// Those of [`ClientBuilder::build_blocking`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build_blocking()
    }

    /// Creates the blocking form of a client, with the same settings, priority, rate limiter and
    /// learned durations. Don't use the asynchronous form elsewhere at the same time: pooled
    /// connections belong to the runtime that opened them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the thread can't be started.
    pub fn from_async(client: client::Client) -> Result<Self, Error> {
        let inner = client.with_own_count();
        let runtime = Runtime::start(inner.in_flight().clone())?;
        Ok(Self { inner, runtime: Arc::new(runtime) })
    }

    /// Returns the asynchronous form of the client, which creates calls for [`run`](Self::run) and
    /// streams for [`iter`](Self::iter).
    pub fn as_async(&self) -> &client::Client {
        &self.inner
    }

    /// Makes any asynchronous call, and waits for its result.
    ///
    /// ```
    /// # use waterfall::{Method, testing::{MockResponse, MockTransport}};
    /// # fn main() -> Result<(), waterfall::Error> {
    /// # let list = MockResponse::body(200, r#"{ "api_keys": [] }"#);
    /// # let mock = MockTransport::new().on(Method::GET, "/v1/api-keys", [list]);
    /// # let client = mock.client_builder().build_blocking()?;
    /// let keys = client.run(client.as_async().api_keys().list())?;
    /// println!("{} keys", keys.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn run<T, C>(&self, call: C) -> Result<T, Error>
    where
        C: IntoFuture<Output = Result<T, Error>>,
    {
        self.runtime.block_on(call.into_future())?
    }

    /// Iterates over the items of any stream of the asynchronous client: a batch, a watch, pages or
    /// their items.
    pub fn iter<S: Stream + Unpin>(&self, stream: S) -> Iter<S> {
        Iter::new(stream, self.runtime.clone())
    }

    /// Launches a job and waits for its result.
    pub fn enrich<Q: JobQuery>(&self, query: Q) -> Result<Snapshot<Q::Kind>, Error> {
        self.run(self.inner.enrich(query))
    }

    /// Launches a job, without waiting for its result.
    pub fn launch<Q: JobQuery>(&self, query: Q) -> Result<Job<Q::Kind>, Error> {
        self.run(self.inner.launch(query)).map(|job| self.blocking(job))
    }

    /// Returns a handle to the contact enrichment with this ID. Sends nothing.
    pub fn job(&self, id: impl Into<JobId>) -> Job {
        self.job_of(id)
    }

    /// Like [`job`](Self::job), for a job of any kind.
    pub fn job_of<K: JobKind>(&self, id: impl Into<JobId>) -> Job<K> {
        self.blocking(self.inner.job_of(id))
    }

    /// Launches a job for each query and iterates over the results in the order in which jobs finish.
    ///
    /// Inputs are taken shortly before they can be launched, while the iterator waits for a result.
    pub fn enrich_each<I>(&self, inputs: I) -> BatchOf<I::Item>
    where
        I: IntoIterator<Item: IntoBatchInput>,
        I::IntoIter: Send + 'static,
    {
        self.iter(self.inner.enrich_each(inputs))
    }

    /// Waits for many jobs at once, and iterates over the results in the order in which they finish.
    pub fn wait_all<K: JobKind>(
        &self,
        jobs: impl IntoIterator<Item = Job<K>>,
    ) -> Iter<Batch<(), K>> {
        let jobs = jobs.into_iter().map(|job| job.as_async().clone());
        self.iter(self.inner.wait_all(jobs))
    }

    /// Searches for people and returns the first page. To get all pages, pass the page stream of
    /// [`as_async`](Self::as_async) to [`iter`](Self::iter).
    pub fn search_contacts(&self, search: ContactSearch) -> Outcome<ContactSearch> {
        self.run(self.inner.search_contacts(search))
    }

    /// Searches for companies and returns the first page.
    pub fn search_companies(&self, search: CompanySearch) -> Outcome<CompanySearch> {
        self.run(self.inner.search_companies(search))
    }

    /// Lists the job titles at a company and returns the first page.
    pub fn company_titles(&self, query: CompanyTitlesQuery) -> Outcome<CompanyTitlesQuery> {
        self.run(self.inner.company_titles(query))
    }

    /// Checks whether a person still works at a company.
    pub fn detect_job_change(&self, query: JobChangeQuery) -> Outcome<JobChangeQuery> {
        self.run(self.inner.detect_job_change(query))
    }

    /// Looks up the company behind an IP address.
    pub fn reveal_company(&self, query: impl Into<RevealQuery>) -> Outcome<RevealQuery> {
        self.run(self.inner.reveal_company(query))
    }

    /// Verifies an e-mail address.
    pub fn verify_email(&self, email: impl Into<EmailQuery>) -> Outcome<EmailQuery> {
        self.run(self.inner.verify_email(email))
    }

    /// Reports the usage of this key and its account, and what is left.
    pub fn account(&self) -> Result<AccountReport, Error> {
        self.run(self.inner.account())
    }

    /// Returns the total cost of all results of this client.
    pub fn spent(&self) -> Spent {
        self.inner.spent()
    }

    /// Stops launches by this client, its clones and their batches. Can be called from any thread,
    /// for example from that of a signal handler.
    pub fn stop_launching(&self) {
        self.inner.stop_launching();
    }

    fn blocking<K: JobKind>(&self, job: crate::job::Job<K>) -> Job<K> {
        Job::new(job, self.runtime.clone())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
