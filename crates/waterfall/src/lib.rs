//! Launch contact enrichments with Waterfall's API and wait for them well.
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
//! # A job
//!
//! Enrichment runs as a job. [`Client::enrich`] launches one and waits for it; the
//! steps are there by themselves too:
//!
//! | call | does |
//! |---|---|
//! | [`client.launch(query)`](Client::launch) | starts a job, returns its [`Job`] handle |
//! | [`client.job(id)`](Client::job) | makes a handle from a stored [`JobId`], in any process |
//! | [`job.fetch()`](Job::fetch) | one read: a [`Snapshot`] |
//! | [`job.wait()`](Job::wait) | reads until the job is over, with a deadline |
//! | [`job.watch()`](Job::watch) | the same as a stream of snapshots |
//!
//! A wait lasts 5 minutes at most by default ([`DEFAULT_MAX_WAIT`]), and reads when
//! a read is worth it: a client learns how long jobs take, and weighs the lag of
//! the result against the cost of a read ([`PollPolicy`]). A read that
//! fails in passing does not end it.
//!
//! # The budget of a key
//!
//! Each key has so many requests a minute, launches and reads alike. A
//! [`RateLimiter`], which all clones of a client share, lets no request out without a
//! slot of that budget, so that requests wait here and are not refused there.
//! Clients that use the same key have to be given the same meter
//! ([`ClientBuilder::rate_limiter`]); of several processes with the same key, each uses a share of it
//! ([`RateLimiter::with_share`]). Work that is one of many goes behind what somebody
//! waits for, if it is done by [`Client::for_batch`].
//!
//! # Many at once
//!
//! [`Client::enrich_all`] takes a stream of queries, [`Client::enrich_each`] an
//! iterator, and [`Client::wait_all`] jobs that were launched before. Each returns a
//! [`Batch`]: results as they come, each with its input's index, and with its key where
//! the inputs are `(key, query)` pairs. New queries and known jobs can be mixed
//! ([`BatchInput`]). How many requests are under way is decided by the meter and the
//! schedule.
//!
//! # Webhooks
//!
//! With the feature `webhook`, results that are delivered end waits too: a job is over when
//! a verified delivery or a read says so, whichever comes first. A `webhook::Inbox` connects
//! the receiver of deliveries and a client ([`ClientBuilder::webhook_url`] names the
//! receiver to the API). Reads are then made only for deliveries that are overdue, so that a lost one
//! costs time and never the result, and a key's budget goes into launches: with one
//! delivery in a hundred lost, 49 jobs a minute on a key of 50 requests a minute, instead of
//! 24. This plays it in virtual time:
//!
//! ```sh
//! cargo run --release -p waterfall --example webhook_race -- --jobs 5000 --lost 0.01
//! ```
//!
//! # What a launch costs
//!
//! The API has no idempotency key: each launch starts, and may bill, a job. So
//! this crate repeats a launch only if it surely was not acted on (no connection
//! was made, or the answer was a 429), carries it through even if its future is
//! dropped, and says of each error whether it
//! [may have launched](Error::may_have_launched). Reads are made again after all
//! that passes. [`RetryPolicy`] has the details and the settings; what to do with
//! an [`Error`] is said by its [kind](ErrorKind).
//!
//! # Secrets and people
//!
//! The API key is sent to the base URL's origin only, redirects are not
//! followed, and plain `http` is refused but for this machine. The key is in no `Debug`,
//! no error and no log; neither are bodies, nor the password of a proxy.
//!
//! # Corporate networks
//!
//! `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and `SSL_CERT_DIR` are respected,
//! see [`ClientBuilder::build`]. A certificate that is not accepted and a proxy that wants a
//! password are not tried again; [`Error::connect_failure`] says which it is.
//!
//! # Observability
//!
//! What happens is told to [`tracing`]: a span for each job, an event for each
//! decision. Job ids, states, counts and times are in them, never the key, a query,
//! an answer's body or a URL. Without a subscriber it costs next to nothing. The
//! target is `waterfall`, names and fields stay; times are in seconds.
//!
//! | span (`info`) | is | fields |
//! |---|---|---|
//! | `waterfall.job` | [`Client::enrich`], [`Job::wait`], [`Job::watch`], each job of a [`Batch`] | `job.id`, `job.kind`, `job.launch_attempts`, `job.reads`, `job.outcome`, `job.lasted_s` (the job, by the API), `job.waited_s` (the wait), `error.type`, `batch.index` |
//! | `waterfall.launch` | [`Client::launch`] | `job.id`, `job.kind`, `job.launch_attempts`, `error.type` |
//! | `waterfall.fetch` | [`Job::fetch`] | `job.id`, `job.kind`, `job.reads`, `job.outcome`, `error.type` |
//!
//! `job.outcome` is the state of a job that is over, else the word for the
//! [`ErrorKind`]; it is missing where a wait was dropped. `error.type` is that word.
//!
//! | event | level | tells |
//! |---|---|---|
//! | `waterfall.launched` | debug | the job's id, and how long the launch took |
//! | `waterfall.launch.failed` | debug | nothing was launched |
//! | `waterfall.launch.in_doubt` | warn | a job may have been launched |
//! | `waterfall.launch.abandoned` | debug | a launch came to nothing and nobody waited for it |
//! | `waterfall.job.orphaned` | warn | nobody waits for the job any more; debug if there is an [`on_orphan`](ClientBuilder::on_orphan) |
//! | `waterfall.retry` | debug | which try failed and how, and the pause (`pause_s`) before the next one |
//! | `waterfall.retry.ended` | debug | `why` there is no other try: `not_safe`, `attempts`, `deadline` or `retry_after_beyond_deadline` |
//! | `waterfall.read` | debug | the job's state, which read it was, how long it took |
//! | `waterfall.read.failed` | debug | how a read failed, and whether the wait goes on (`survivable`) |
//! | `waterfall.delivered` | debug | a webhook said that the job is over: its state, and the reads that were made besides |
//! | `waterfall.deviation` | info | a value of an answer or delivery has an unexpected type, and reads as absent: `json.path`, `json.expected`, `json.found`; one event for each [`Deviation`] |
//! | `waterfall.read.planned` | debug | when the next read is (`pause_s`), and why then: `poll.policy`, the job's age at that time, the chance that it is over (`poll.chance_over`), the expected lag, and what a read costs now (`poll.read_cost_s`) |
//! | `waterfall.read.none` | debug | `why` there is no further read: `deadline` or `retry_after_beyond_deadline` |
//! | `waterfall.job.ended` | debug | outcome, reads and length of a wait |
//! | `waterfall.rate_limiter.waiting` | debug | a request has to wait for its turn, as one of so many |
//! | `waterfall.rate_limiter.frozen` | warn | a 429 keeps all requests with the key back (`pause_s`) |
//! | `waterfall.rate_limiter.limit` | info | the API told another limit |
//! | `waterfall.rate_limiter.shared` | debug | others use the key as well |
//!
//! What the module `webhook` refuses, or could not fetch, is told under the target
//! `waterfall::webhook`.
//!
//! Results count requests too: [`Snapshot::reads`], [`Snapshot::launch_attempts`],
//! [`Error::reads`], [`Error::launch_attempts`].
//!
//! # Tests
//!
//! [`ClientBuilder::transport`] replaces the network by anything that implements
//! [`Transport`]. The feature `testing` has a scripted one, `testing::MockTransport`; the crate
//! `waterfall-sandbox`, as a dev-dependency, has a mock server of the API in process:
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
//! The module `testing` says which of both to take. Everything here waits by tokio's clock, so a test with
//! `start_paused = true` waits for nothing; where dates are compared, as in webhooks,
//! [`Clock::tokio`] gives it a calendar.
//!
//! # Features
//!
//! - `tls` (default): `https` by rustls. Without it, only `http` to this machine and
//!   replaced transports work.
//! - `webhook`: results by webhook, verified. See the module `webhook`.
//! - `axum`: with it, a router and extractors that receive them.
//! - `testing`: what tests of applications need: the module `testing` with a scripted
//!   transport, and with `webhook` a signer of deliveries.

mod api_key;
mod base_url;
mod batch;
mod builder;
mod client;
mod clock;
mod enrich;
mod environment;
mod error;
mod job;
mod kind;
mod launch;
mod network;
mod options;
mod outbound;
mod planners;
mod query;
mod retry;
mod snapshot;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod told;
mod wait;
mod wall_clock;
mod watch;
#[cfg(not(feature = "webhook"))]
#[path = "no_webhook.rs"]
mod webhook;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use api_key::RotatingKey;
pub use base_url::DEFAULT_BASE_URL;
pub use batch::{Batch, BatchInput, BatchItem, IntoBatchInput};
pub use builder::{ClientBuilder, DEFAULT_MAX_BODY, DEFAULT_MAX_WAIT, DEFAULT_TIMEOUT};
pub use client::Client;
pub use enrich::Enrich;
pub use error::{Error, ErrorKind};
pub use job::{Job, JobId, JobIdError};
pub use kind::{ContactEnrichment, JobKind, JobQuery};
#[cfg(feature = "tls")]
pub use network::RootCertificates;
pub use network::{ConnectFailure, DEFAULT_CONNECT_TIMEOUT};
pub use options::RequestOptions;
pub use query::{ContactIdentity, ContactQuery};
pub use snapshot::Snapshot;
pub use wait::Wait;
pub use wall_clock::Clock;
pub use watch::Watch;

pub use job_polling::limiter::Permit;
pub use job_polling::schedule::QuotaPressure;
pub use job_polling::{
    DEFAULT_READ_COST, DurationHistory, PollPolicy, PollPolicyError, PollProgress, PollStrategy,
    RateLimiter, RetryPolicy,
};
pub use reqwest;
/// The generated client and types of the API, for [`Client::raw`].
pub use waterfall_api as api;
pub use waterfall_api::types::{
    ContactEnrichmentInput, ContactEnrichmentJob, ContactEnrichmentOutput, ContactEnrichmentTask,
    CustomFields, DomainAgeDays, ErrorCategory, ErrorCode, Experience, JobState, Person, Usage,
};
pub use waterfall_api::{
    BoxError, BoxFuture, Bytes, Deviation, DispatchState, Field, HeaderMap, HeaderName,
    HeaderValue, List, Map, Method, Operation, Request, Response, StatusCode, Timestamp, Transport,
    TransportError, UnknownValue, Url,
};

/// The sandbox's example compiles and passes. It is tried here, as the sandbox does not depend
/// on this crate.
#[cfg(doctest)]
#[doc = include_str!("../../waterfall-sandbox/TESTING.md")]
struct SandboxTesting;

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
