//! A twin of Waterfall's contact-enrichment API for tests and demos.
//!
//! A [`Sandbox`] answers as the API does: it validates launches, runs jobs for
//! some time, finds people, keeps each key to its rate limit. It can be told to
//! end jobs in any state and to misbehave. Tests reach it without a socket
//! through a [`SandboxTransport`], everybody else over HTTP through a [`Server`].
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
//! println!("a client can have {} as its base URL now", server.url());
//! server.shutdown().await?;
//! assert!(sandbox.launches().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # In tests of applications
//!
#![cfg_attr(not(doctest), doc = include_str!("../TESTING.md"))]
//!
//! # Time
//!
//! All of it is tokio's, and so runs on a paused clock; the calendar is an epoch
//! and what has passed since. Every answer has a `Date` on that clock, and dates
//! in bodies come in the three shapes that the API's samples show, one for each
//! job.
//!
//! # Who is found
//!
//! The same query finds the same person, whatever the seed; one in ten finds
//! nobody, always the same ones. Sure to find somebody: the LinkedIn profiles
//! `jane-doe-abc123` (the person of the API's sample, as by `jane.doe@acme.com`)
//! and `john-roe-42`. Sure to find nobody: the profile `nobody`, an address
//! `nobody@…`, and whoever is asked for at the domain `nobody.example`.
//!
//! # Asking for an ending
//!
//! A launch can say what is to become of it, in `sandbox` in its custom fields, which come
//! back unchanged like all of them: as a text, because the API promises custom fields only
//! for scalars, as the same object written as JSON text, or as an object.
//!
//! ```json
//! { "sandbox": "state=FAILED seconds=12.5 person=null" }
//! { "sandbox": "{\"state\":\"FAILED\",\"seconds\":12.5,\"person\":null}" }
//! { "sandbox": { "state": "FAILED", "seconds": 12.5, "person": null } }
//! ```
//!
//! - `state`: how the job ends. `RUNNING` never does; a text that is no state of
//!   the API comes as it is, once the time is over, without `stop_date`.
//! - `seconds`: how long the job runs, from 0.
//! - `person`: `null` finds nobody; an object finds somebody in any case, and
//!   lays its fields over theirs.
//! - `webhook`: what goes wrong with its delivery, as [`DeliveryFault`] writes it.
//!
//! Apart from this object, custom fields are strings, numbers and booleans: that is
//! what the API promises to take, and the sandbox refuses the rest.
//!
//! # Asking for trouble
//!
//! See [`Fault`] for what there is. Faults come by the request header
//! [`x-sandbox-fault`](FAULT_HEADER), by [`Sandbox::fault_next`] and
//! [`Sandbox::faults_next`], and by probability with [`Builder::fault_rate`]. The
//! first of these that has one for a request is taken.
//!
//! # Webhooks
//!
//! A job that was launched with a `webhook_url` is delivered there when it is
//! over, in whichever state: the finder's answer, byte for byte, in a POST of
//! `application/json` with the header `X-Webhook-Signature`. Ways there are two:
//! receivers in this process, see [`Sandbox::deliver_to`], and HTTP, without TLS
//! and to loopback addresses only unless [`Webhooks::to_any_host`] says
//! otherwise. Over HTTP the clock must run: while it is paused, waiting for a
//! socket counts as idle, and attempts time out at once. Deliveries are tasks of
//! the tokio runtime that handled the launch, and end with the sandbox.
//!
//! The keys are in the set at `/.well-known/jwks.json`, with those before them
//! for as long as a set may be kept. [`Sandbox::rotate_keys`] makes a new one; so
//! does a `POST` to `/sandbox/rotate-keys`, which the API doesn't have. They
//! follow from the seed, and are no secret.
//!
//! [`Sandbox::deliveries`] has the attempts so far; so has, without bodies and
//! signatures, the answer to a `GET` of `/sandbox/deliveries`, which the API doesn't
//! have either: an object with a list `deliveries`, whose objects have the keys
//! `job_id`, `at`, `to`, `attempt`, `copy`, `faults`, `bytes`, `signed`, `outcome`
//! (`pending`, `answered`, `timed_out`, `no_answer`, `lost`, `not_sent`), `status`
//! and `reason`.
//!
//! See [`DeliveryFault`] for what can go wrong. Such faults come by a launch's custom
//! fields, by [`Sandbox::fault_next_delivery`], and by probability with
//! [`Builder::delivery_fault_rate`], in this order of precedence.
//!
//! # What was launched
//!
//! [`Sandbox::launches`] returns the jobs so far. So does, as JSON, the answer to a
//! `GET` of `/sandbox/launches`, which the API doesn't have: an object with a list
//! `launches`, whose objects have the keys `job_id`, `at`, `key` (a fingerprint),
//! `status` (the present state), `runs_for_seconds` (null for a job that never ends)
//! and `body` (the launch as it was sent). [`Builder::on_request`] reports each request
//! as it is answered.
//!
//! # Memory
//!
//! A job takes some hundred bytes, whatever it found. At most
//! [`Builder::max_jobs`] are kept; beyond that, reading the oldest ones is answered
//! like reading an expired job, with a 404.
//!
//! # What is refused, in order
//!
//! A missing key (401) or a wrong one (403); a request over the rate limit (429);
//! a path that isn't there (404), or not with this method (400); what the launch or
//! the finder's query says (400, 404); phones without permission (403); launches over the quota
//! (402). What was refused after the rate limit has counted towards it. The
//! webhook keys, rotating them, and the lists of deliveries and launches need no key
//! and don't count. A HEAD is answered like a GET, without a body.

mod builder;
mod clock;
mod config;
mod directive;
mod domain;
mod email;
mod envelope;
mod fault;
mod fault_effects;
mod fault_injector;
mod fault_rule;
mod fault_syntax;
mod fault_table;
mod gzip_bomb;
mod jobs;
mod keys;
mod limit;
mod names;
mod people;
mod record;
mod reply;
mod rng;
mod routes;
mod samples;
mod sandbox;
mod serve;
mod transport;
mod validate;
mod webhook;
mod wire;

pub use builder::Builder;
pub use config::JobTime;
pub use fault::{FAULT_HEADER, Fault, FaultBody};
pub use fault_rule::FaultRule;
pub use fault_syntax::FaultError;
pub use keys::{DEMO_KEY, KeyId};
pub use limit::RateLimit;
pub use record::{Endpoint, Launched, RecordedRequest};
pub use sandbox::Sandbox;
pub use serve::Server;
pub use transport::SandboxTransport;
pub use webhook::fault::{DeliveryFault, DeliveryRule};
pub use webhook::record::{DeliveryAttempt, DeliveryOutcome};
pub use webhook::settings::Webhooks;
