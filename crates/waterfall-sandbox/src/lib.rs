//! A mock server of Waterfall's API, for tests and demos.
//!
//! This crate is unofficial. A [`Sandbox`] behaves like the API: it has all of its operations,
//! validates requests, runs jobs for a configurable time, finds people and companies, enforces a
//! rate limit per API key, bills results and delivers webhooks. Jobs can end in any state, and
//! faults can be injected into any request. It needs no API key, no network and no real personal
//! data.
//!
//! Tests reach a sandbox in process through a [`SandboxTransport`]; any other HTTP client
//! connects to a [`Server`] on a local port.
//!
//! ```
//! use waterfall_sandbox::{Endpoint, Fault, JobTime, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let sandbox = Sandbox::builder()
//!     .job_time(JobTime::Fixed(std::time::Duration::from_secs(3)))
//!     .fault_rate(Fault::status(503), 0.1)
//!     .build();
//! sandbox.fault_next(Endpoint::Launch, Fault::Reset { processed: true });
//!
//! let server = sandbox.listen(0).await?;
//! println!("base URL for clients: {}", server.url());
//! server.shutdown().await?;
//! assert!(sandbox.launches().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Testing an application
//!
#![cfg_attr(not(doctest), doc = include_str!("../TESTING.md"))]
//!
//! # Time
//!
//! The sandbox uses tokio's clock and therefore works while it is paused. Calendar time is
//! an epoch plus the time elapsed since the sandbox was built. Each response has a
//! `Date` from that clock. Dates in bodies use the three formats of the API's examples,
//! one format per job.
//!
//! # People and companies
//!
//! The same query always finds the same person, with any seed. One query in ten finds nobody,
//! always the same ones. The following queries always find a person: the LinkedIn profiles
//! `jane-doe-abc123` (the person of the API's example, also found by `jane.doe@acme.com`),
//! `john-roe-42` and `kim-poe-7`, and everybody whom a search or Prospector lists. The following
//! never do: the profile `nobody`, an address `nobody@…`, and any query with the domain
//! `nobody.example`.
//!
//! Every other domain has a company with employees. Searches find the companies `acme.com`,
//! `example.com` and twelve under `.example`. Operations are consistent: a person's profile and
//! e-mail address lead to the same person everywhere, phone enrichment finds the same number as
//! `include_phones`, job change is based on the person's experiences, titles are those of the
//! listed people, and an address is valid if it belongs to a person. Two people can have the same
//! name and address if the caller invented their profiles.
//!
//! | result | query |
//! |---|---|
//! | a job change, `moved` | `professional_email` `FIRST.LAST@DOMAIN` with a domain of a person's earlier position |
//! | `left` | `kim-poe-7` and `example.com` |
//! | addresses that are `risky` | `kelpstudios.example`, whose server accepts every address |
//! | the company of an IP address | any of 192.0.2.0/24; 192.0.2.7 is `example.com` |
//! | an internet provider's address | any of 198.51.100.0/24 |
//! | company titles on several pages | `example.com`; a page has 5 titles |
//!
//! # Keys, features and cost
//!
//! By default, any key is accepted and has a separate account. [`DEMO_MASTER_KEY`], or
//! [`Builder::master_key`], is the master key of an enterprise account: it can list, create and
//! modify sub-keys, each with a rate limit, and shares jobs and balance with them. Other keys have
//! no master key; for them, `/v1/api-keys` returns a 404.
//!
//! A launch is billed for the results of its job, at the prices of [`Builder::balance_usd`].
//! `/v2/account` returns the counters and the balance. It is free, and does not count towards the
//! rate limit. The API is not known to count company titles. The sandbox does, as
//! `company_titles_requests` and `company_titles_found`, so that a client receives counters that
//! the description does not list. [`Builder::without`] disables features.
//!
//! # Controlling a job
//!
//! A launch controls its job with the custom field `sandbox`. Like all custom fields, it is
//! returned unchanged. Its value is a string, because the API guarantees custom fields only for
//! scalars; the same object as JSON text; or an object.
//!
//! ```json
//! { "sandbox": "state=FAILED seconds=12.5 person=null" }
//! { "sandbox": "{\"state\":\"FAILED\",\"seconds\":12.5,\"person\":null}" }
//! { "sandbox": { "state": "FAILED", "seconds": 12.5, "person": null } }
//! ```
//!
//! - `state`: the final state. A job with `RUNNING` never ends. A state that the API does not have
//!   is returned unchanged once the job ends, without `stop_date`.
//! - `seconds`: the duration of the job, 0 or more. An immediate operation then returns `RUNNING`,
//!   and its finder returns the result.
//! - `person`, for contact and phone enrichment: `null` finds nobody; an object always
//!   finds a person and overrides the fields it contains.
//! - `webhook`: the faults of its delivery, in the text form of [`DeliveryFault`].
//!
//! Other custom fields must be strings, numbers or booleans, as the API documents; the
//! sandbox rejects anything else.
//!
//! # Injecting faults
//!
//! [`Fault`] lists the faults. A request gets its faults from the first of these that
//! has any: the request header [`x-sandbox-fault`](FAULT_HEADER), the queue of
//! [`Sandbox::fault_next`] and [`Sandbox::faults_next`], and the probabilities of
//! [`Builder::fault_rate`].
//!
//! # Webhooks
//!
//! When a job that was launched with a `webhook_url` ends, in any state, the sandbox
//! delivers it: a POST of `application/json` whose body is the finder's response, byte
//! for byte, with the header `X-Webhook-Signature`. It delivers either to receivers in the
//! same process, see [`Sandbox::deliver_to`], or over HTTP. Over HTTP it uses no TLS and
//! connects only to loopback addresses unless [`Webhooks::to_any_host`] is set. HTTP
//! deliveries need a running clock: while the clock is paused, tokio treats waiting for
//! a socket as idle time, and attempts time out at once. Deliveries are tasks of the
//! tokio runtime that handled the launch. They end with the sandbox.
//!
//! `GET /.well-known/jwks.json` returns the current signing key, and each retired key for
//! as long as clients may cache the key set. [`Sandbox::rotate_keys`] creates a new key,
//! as does `POST /sandbox/rotate-keys`, which the API does not have. The keys are derived
//! from the seed and are not secret.
//!
//! [`Sandbox::deliveries`] returns the attempts so far. `GET /sandbox/deliveries`, which
//! the API does not have, returns them without bodies and signatures: an object with a
//! list `deliveries`, whose objects have the keys `job_id`, `at`, `to`, `attempt`,
//! `copy`, `faults`, `bytes`, `signed`, `outcome` (`pending`, `answered`, `timed_out`,
//! `no_answer`, `lost`, `not_sent`), `status` and `reason`.
//!
//! [`DeliveryFault`] lists the faults of deliveries. A delivery gets its faults from the
//! first of these that has any: the launch's custom fields,
//! [`Sandbox::fault_next_delivery`], and [`Builder::delivery_fault_rate`].
//!
//! # Inspecting launches
//!
//! [`Sandbox::launches`] returns the jobs so far. `GET /sandbox/launches`, which the API
//! does not have, returns them as JSON: an object with a list `launches`, whose objects
//! have the keys `job_id`, `kind`, `at`, `key` (a fingerprint), `status` (the current state),
//! `runs_for_seconds` (null for a job that never ends) and `body` (the launch as it was
//! sent). [`Builder::on_request`] reports each request when it is answered.
//!
//! # Replaying a recording
//!
//! [`Replay`] serves responses that were recorded from the API, with pseudonyms instead of personal
//! values.
//!
//! # The interactive page
//!
//! With the feature `docs`, a [`Server`] and a [router](Sandbox::router) serve the API
//! description at `/docs`, as a page whose requests go to the sandbox itself, with a key
//! that it accepts. The viewer is [Swagger UI](https://swagger.io/tools/swagger-ui/),
//! which is bundled, so that the page needs no network.
//!
//! [`DESCRIPTION`] is that description, with our corrections, as JSON.
//!
//! # Memory
//!
//! A job takes a few hundred bytes, regardless of its result. The sandbox keeps at most
//! [`Builder::max_jobs`] jobs. Beyond that, the oldest ones are treated as expired: reading one
//! returns a 404.
//!
//! # Order of checks
//!
//! Checks are made in this order: a missing key (401) or a wrong one (403); the rate limit (429);
//! an unknown path (404) or method (400); the launch or the finder's query (400, 404); features
//! that are not enabled (403); launches over the quota or the balance (402). A request that passes
//! the rate limit counts towards it, even if a later check rejects it. `/v2/account` does not
//! count. The key set, key rotation and the lists of deliveries and launches need no key and do not
//! count. A HEAD is answered like a GET, without a body.

mod accounts;
mod builder;
mod clock;
mod companies;
mod config;
mod directive;
mod directory;
#[cfg(feature = "docs")]
mod docs;
mod domain;
mod email;
mod endpoint;
mod envelope;
mod fault;
mod fault_effects;
mod fault_injector;
mod fault_rule;
mod fault_syntax;
mod fault_table;
mod form;
mod gzip_bomb;
mod jobs;
mod keys;
mod limit;
mod managed_keys;
mod names;
mod operation;
mod operations;
mod people;
mod person_query;
mod prices;
mod query_string;
mod record;
mod replay;
mod reply;
mod rng;
mod routes;
mod samples;
mod sandbox;
mod serve;
mod title_filter;
mod transport;
mod webhook;
mod wire;

pub use builder::Builder;
pub use config::JobTime;
#[cfg(feature = "docs")]
pub use docs::DESCRIPTION;
pub use endpoint::{Endpoint, Feature, JobType, UnknownFeature};
pub use fault::{FAULT_HEADER, Fault, FaultBody};
pub use fault_rule::FaultRule;
pub use fault_syntax::FaultError;
pub use keys::{DEMO_KEY, DEMO_MASTER_KEY, KeyId};
pub use limit::RateLimit;
pub use record::{Launched, RecordedRequest};
pub use replay::{Replay, ReplayError, ReplayTransport};
pub use sandbox::Sandbox;
pub use serve::Server;
pub use transport::SandboxTransport;
pub use webhook::fault::{DeliveryFault, DeliveryRule};
pub use webhook::record::{DeliveryAttempt, DeliveryOutcome};
pub use webhook::settings::Webhooks;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
