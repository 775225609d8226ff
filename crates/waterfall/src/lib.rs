//! An unofficial client for the B2B data API of [Waterfall](https://waterfall.io).
//!
//! Describe a person; Waterfall runs an enrichment job and returns their professional data. This
//! crate launches jobs, waits for their results with as few requests as possible, and never loses a
//! paid result.
//!
//! ```
//! use waterfall::{Client, ContactQuery};
//! # use waterfall_sandbox::Sandbox;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), waterfall::Error> {
//! # let sandbox = Sandbox::builder().build();
//! # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
//! # let _ = || {
//! let client = Client::from_env()?; // WATERFALL_API_KEY
//! # Ok::<_, waterfall::Error>(client) };
//! let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
//! match found.person() {
//!     Some(person) => println!("{:?}", person.professional_email.as_deref()),
//!     None => println!("nobody found, nothing billed"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Jobs
//!
//! Enrichment runs as a job. [`Client::enrich`] launches one and waits for it; the steps are also
//! available separately:
//!
//! | call | does |
//! |---|---|
//! | [`client.launch(query)`](Client::launch) | starts a job, returns its [`Job`] handle |
//! | [`client.job(id)`](Client::job) | creates a handle from a stored [`JobId`], in any process |
//! | [`job.fetch()`](Job::fetch) | reads the job once, returns a [`Snapshot`] |
//! | [`job.wait()`](Job::wait) | reads until the job is finished, with a deadline |
//! | [`job.watch()`](Job::watch) | like `wait`, as a stream of snapshots |
//!
//! A wait has a deadline ([`DEFAULT_MAX_WAIT`] by default), and reads when a read is worth its
//! cost: a client learns job durations, and weighs the delay of the result against the cost of a
//! read ([`PollPolicy`]). Transient failures of reads don't end a wait.
//!
//! # Kinds
//!
//! | query | kind | result |
//! |---|---|---|
//! | [`ContactQuery`] | [`ContactEnrichment`], the default | `person()` |
//! | [`PhoneQuery`] | [`PhoneEnrichment`] | `phone_numbers()`, `person()` |
//! | [`CompanyQuery`] | [`CompanyEnrichment`] | `company()` |
//! | [`ProspectorQuery`] | [`Prospector`] | `persons()`, `company()` |
//!
//! All calls, batches and webhooks work for each kind; the type of the query determines that of the
//! result. An ID prints and parses with its kind (`phone/7d44...`); an ID without a kind belongs to
//! a contact enrichment. [`Client::job_of`] continues with a job of one kind, and
//! [`Client::any_job`] with one of any kind:
//!
//! ```
//! use waterfall::{Client, PhoneEnrichment, PhoneQuery};
//! # use waterfall::testing::MockTransport;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let client: Client = MockTransport::new().client_builder().build()?;
//! let job = client.launch(PhoneQuery::linkedin("jane-doe-abc123")).await?;
//! let stored = job.id().to_string();
//!
//! let found = client.job_of::<PhoneEnrichment>(stored.parse::<waterfall::JobId>()?).wait().await?;
//! println!("{:?}", found.phone_numbers());
//! # Ok(())
//! # }
//! ```
//!
//! # Batches
//!
//! [`Client::enrich_all`] accepts a stream of queries, [`Client::enrich_each`] an iterator, and
//! [`Client::wait_all`] jobs that were launched before. Each returns a [`Batch`]: a stream of results
//! as jobs finish, each with the index of its input, and with its key if the inputs are `(key, query)`
//! pairs. New queries and known jobs can be mixed ([`BatchInput`]). The rate limiter and the schedule
//! determine the number of concurrent requests.
//!
//! # Rate limits
//!
//! Each key has a limit of requests per minute, which includes launches and reads. A
//! [`RateLimiter`], which all clones of a client share, sends no request without a permit, so that
//! requests wait in the client instead of being rejected by the API. Separate clients that use the
//! same key must get the same rate limiter ([`ClientBuilder::rate_limiter`]). If several processes
//! use the same key, each must get a share of the limit ([`RateLimiter::with_share`]). Batch work
//! yields to interactive requests ([`Client::with_low_priority`]).
//!
//! # Immediate operations
//!
//! | call | does |
//! |---|---|
//! | [`client.search_contacts(search)`](Client::search_contacts) | searches for people, page by page |
//! | [`client.search_companies(search)`](Client::search_companies) | searches for companies, page by page |
//! | [`client.company_titles(query)`](Client::company_titles) | lists the job titles at a company |
//! | [`client.detect_job_change(query)`](Client::detect_job_change) | checks whether a person still works at a company |
//! | [`client.reveal_company(ip)`](Client::reveal_company) | looks up the company behind an IP address |
//! | [`client.verify_email(email)`](Client::verify_email) | verifies an e-mail address |
//! | [`client.account()`](Client::account) | reports what the account has used, and what is left |
//! | [`client.api_keys()`](Client::api_keys) | lists, creates and modifies API keys |
//! | [`client.request(method, path)`](Client::request) | calls any other operation |
//!
//! The API answers these operations at once, without a job to wait for. Queries are checked before
//! anything is sent. Pages and their items are streams, which request a page when they are polled
//! for it. [`Client::spent`] returns the total cost of all results.
//!
//! # Webhooks
//!
//! With the feature `webhook`, deliveries end waits as well: a job is finished when a verified
//! delivery or a read reports it, whichever comes first. A `webhook::Inbox` connects the receiver
//! of deliveries to a client, and [`ClientBuilder::webhook_url`] is the receiver's URL. Jobs are
//! then read only if their delivery is overdue. A lost delivery costs time but never the result,
//! and the rate limit is available for launches: with one delivery in a hundred lost, a key with 50
//! requests per minute completes 49 jobs per minute, instead of 24. This command simulates it in
//! virtual time:
//!
//! ```sh
//! cargo run --release -p waterfall --example webhook_race -- --jobs 5000 --lost 0.01
//! ```
//!
//! # Failures
//!
//! The API has no idempotency key: each launch starts, and may bill, a job. Therefore a launch
//! - is retried only if the API certainly did not act on it: no connection was made, or the response
//!   was a 429;
//! - completes in the background if its future is dropped while it is in flight;
//! - reports in each error whether it [may have launched](Error::may_have_launched) a job.
//!
//! The same rules apply to immediate operations, which are billed as well. Reads are retried after
//! all transient failures. [`RetryPolicy`] has the settings, and [`ErrorKind`] documents how to
//! handle each kind of [`Error`].
//!
//! # Security and privacy
//!
//! The API key is sent to the base URL's origin only, redirects are not followed, and plain `http`
//! is rejected except for this machine. The key, bodies and the password of a proxy never appear in
//! `Debug` output, errors or logs.
//!
//! # Corporate networks
//!
//! `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and `SSL_CERT_DIR` are respected; see
//! [`ClientBuilder::build`]. Nothing is retried after a rejected certificate, or if a proxy
//! requires a password; [`Error::connect_failure`] is the reason.
//!
//! # Observability
//!
//! The module [`telemetry`] lists the `tracing` spans and events, which contain no personal data.
//! [`Client::deviations`] counts how responses deviate from the API's description, and
//! [`ClientBuilder::observer`] sets a hook for them.
//!
//! # Tests
//!
//! [`ClientBuilder::transport`] replaces the network with any implementation of [`Transport`]. The
//! feature `testing` has a scripted one, `testing::MockTransport`. The crate `waterfall-sandbox`,
//! as a dev-dependency, is a mock server of the API in the same process:
//!
//! ```
//! use waterfall::{Client, ContactQuery};
//! use waterfall_sandbox::Sandbox;
//!
//! # /*
//! #[tokio::test(start_paused = true)]
//! # */
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn finds_jane() -> Result<(), waterfall::Error> {
//!     let sandbox = Sandbox::new();
//!     let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
//!     let found = client.enrich(ContactQuery::email("jane.doe@acme.com")).await?;
//!     assert!(found.person().is_some());
//!     assert_eq!(sandbox.launches().len(), 1);
//!     Ok(())
//! }
//! # fn main() { finds_jane().unwrap() }
//! ```
//!
//! The module `testing` compares both. All waits use tokio's clock, so a test with `start_paused =
//! true` doesn't wait in real time. Where dates are compared, as in webhooks, use [`Clock::tokio`].
//!
//! # Features
//!
//! - `tls` (default): enables `https`, with rustls. Without it, only `http` to this machine and
//!   replaced transports work.
//! - `webhook`: receives and verifies results by webhook. See the module `webhook`.
//! - `axum`: adds a router and extractors for webhooks.
//! - `blocking`: the module `blocking` with a client for programs without asynchronous code.
//! - `recording`: the module `recording`, which records requests and responses without personal data.
//! - `testing`: the module `testing` with a scripted transport; together with `webhook`, a signer of
//!   deliveries.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod batch;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod clock;
mod environment;
mod error;
mod headers;
mod http;
mod job;
mod job_id;
mod job_state;
mod kind;
mod known_kinds;
mod observer;
mod operations;
mod query;
#[cfg(feature = "recording")]
pub mod recording;
mod request;
mod snapshot;
mod spend;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(not(feature = "webhook"))]
#[path = "webhook/disabled.rs"]
mod webhook;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use self::batch::Batch;
pub use self::batch::input::{BatchInput, IntoBatchInput};
pub use self::batch::item::BatchItem;
pub use self::client::Client;
pub use self::client::builder::{
    ClientBuilder, DEFAULT_MAX_BODY, DEFAULT_MAX_WAIT, DEFAULT_TIMEOUT,
};
pub use self::clock::Clock;
pub use self::error::{ConnectFailure, Error, ErrorKind};
pub use self::http::api_key::RotatingKey;
pub use self::http::base_url::DEFAULT_BASE_URL;
pub use self::http::http_transport::DEFAULT_CONNECT_TIMEOUT;
pub use self::http::request_options::RequestOptions;
#[cfg(feature = "tls")]
pub use self::http::root_certificates::RootCertificates;
pub use self::job::Job;
pub use self::job::any::{AnyJob, AnyWait, AnyWatch};
pub use self::job::enrich::Enrich;
pub use self::job::wait::Wait;
pub use self::job::watch::Watch;
pub use self::job_id::{JobId, JobIdError};
pub use self::kind::{
    CompanyEnrichment, ContactEnrichment, JobKind, JobQuery, PhoneEnrichment, Prospector,
};
pub use self::observer::observed::{DeviationCount, ObservedDeviation, ObservedResponse, Observer};
pub use self::operations::account::{AccountReport, AccountRequest};
pub use self::operations::api_keys::{ApiKeys, CreateKey, ManagedKey, ModifyKey};
pub use self::operations::company_search::CompanySearch;
pub use self::operations::completed::Completed;
pub use self::operations::contact_search::ContactSearch;
pub use self::operations::job::ImmediateJob;
pub use self::operations::job_change::JobChangeQuery;
pub use self::operations::pages::{Items, Pages};
pub use self::operations::query::{ImmediateQuery, PagedQuery, SizedPages};
pub use self::operations::request::ImmediateRequest;
pub use self::operations::reveal::RevealQuery;
pub use self::operations::secret_key::SecretKey;
pub use self::operations::titles::CompanyTitlesQuery;
pub use self::operations::verify::EmailQuery;
pub use self::query::company::CompanyQuery;
pub use self::query::contact::{ContactIdentity, ContactQuery};
pub use self::query::identity::QueryIdentity;
pub use self::query::phone::PhoneQuery;
pub use self::query::prospector::ProspectorQuery;
pub use self::query::title_filter::{TitleFilter, TitleFilterError};
pub use self::request::{CustomRequest, CustomResponse};
pub use self::snapshot::Snapshot;
pub use self::snapshot::any::AnySnapshot;
pub use self::snapshot::unknown::UnknownJob;
pub use self::spend::spent::Spent;
pub use self::spend::usd::{Usd, UsdError};

// Types of sibling crates are documented as part of this crate.
#[doc(inline)]
pub use job_polling::limiter::Permit;
pub use job_polling::schedule::QuotaPressure;
#[doc(inline)]
pub use job_polling::{
    DEFAULT_READ_COST, DurationHistory, PollPolicy, PollPolicyError, PollProgress, PollStrategy,
    RateLimiter, RetryPolicy,
};
#[doc(inline)]
pub use waterfall_api::types::{
    Company, CompanyEnrichmentInput, CompanyEnrichmentJob, CompanyEnrichmentOutput,
    CompanyEnrichmentTask, ContactEnrichmentInput, ContactEnrichmentJob, ContactEnrichmentOutput,
    ContactEnrichmentTask, CustomFields, DomainAgeDays, ErrorCategory, ErrorCode, Experience,
    JobState, Person, PhoneEnrichmentInput, PhoneEnrichmentJob, PhoneEnrichmentOutput,
    PhoneEnrichmentTask, ProspectorCompany, ProspectorInput, ProspectorJob, ProspectorOutput,
    ProspectorTask, Usage,
};
#[doc(inline)]
pub use waterfall_api::{
    BoxError, BoxFuture, Deviation, DeviationKind, DispatchState, Field, List, Map, Operation,
    Request, Response, Timestamp, Transport, TransportError, UnknownValue,
};

// Types of other projects are listed under "Re-exports".
#[doc(no_inline)]
pub use reqwest;
/// The generated client and types of the API, for [`Client::raw`].
#[doc(no_inline)]
pub use waterfall_api as api;
#[doc(no_inline)]
pub use waterfall_api::{Bytes, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Url};

/// Compiles and runs the sandbox's example here, because the sandbox does not depend on this crate.
#[cfg(doctest)]
#[doc = include_str!("../../waterfall-sandbox/TESTING.md")]
struct SandboxTesting;

/// Compiles the README's examples.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// Compiles the guide's examples.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/library.md")]
struct Guide;
