//! A client for programs without asynchronous code. Needs the feature `blocking`.
//!
//! Each call blocks its thread until the result is available. Otherwise it behaves like the method
//! of the same name on the asynchronous [`Client`](crate::Client), whose documentation applies.
//!
//! ```
//! use waterfall::ContactQuery;
//! use waterfall::blocking::Client;
//! # use std::time::Duration;
//! # use waterfall::PollPolicy;
//! # use waterfall::testing::MockTransport;
//!
//! # fn main() -> Result<(), waterfall::Error> {
//! # let policy = PollPolicy::fixed(Duration::from_millis(1));
//! # let client = MockTransport::new().client_builder().poll_policy(policy).build_blocking()?;
//! # let _ = || {
//! let client = Client::from_env()?; // WATERFALL_API_KEY
//! # Ok::<_, waterfall::Error>(client) };
//! let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123"))?;
//! println!("{:?}", found.person());
//!
//! let people = ["jane-doe-abc123", "john-roe-def456"];
//! for done in client.enrich_each(people.map(ContactQuery::linkedin)) {
//!     println!("{}: {}", people[done.index], done.result.is_ok());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Settings, and everything else
//!
//! The methods of this client use the client's settings. For a call with other settings, or an
//! operation without a method here, pass the asynchronous call to [`Client::run`], and a stream to
//! [`Client::iter`]:
//!
//! ```
//! use std::time::Duration;
//! use waterfall::{ContactQuery, ContactSearch};
//! # use waterfall::{Method, PollPolicy};
//! # use waterfall::testing::{MockResponse, MockTransport};
//!
//! # fn main() -> Result<(), waterfall::Error> {
//! # let policy = PollPolicy::fixed(Duration::from_millis(1));
//! # let page = MockResponse::output(serde_json::json!({ "persons": [] }));
//! # let mock = MockTransport::new().on(Method::POST, "/v1/search/contact", [page]);
//! # let client = mock.client_builder().poll_policy(policy).build_blocking()?;
//! let query = ContactQuery::linkedin("jane-doe-abc123");
//! let enrich = client.as_async().enrich(query).max_wait(Duration::from_secs(60));
//! let found = client.run(enrich)?;
//! println!("{:?}", found.person());
//!
//! let search = ContactSearch::at_domain("acme.com");
//! let people = client.as_async().search_contacts(search).limit(25).items();
//! for person in client.iter(people) {
//!     println!("{:?}", person?.linkedin_url.as_deref());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Threads
//!
//! A client runs its connections and timers on its own thread. It can be cloned and used from any
//! number of threads. When the last of the client, its clones, jobs and iterators is dropped, the
//! drop waits for launches in flight, at most for the client's
//! [`timeout`](crate::ClientBuilder::timeout), so that no job ID is lost:
//! [`on_orphan`](crate::ClientBuilder::on_orphan) receives the jobs that have no caller. A client
//! in a `static` is never dropped.
//!
//! # In asynchronous code
//!
//! In an asynchronous function, or in a hook of this client, a call would block all other tasks of
//! the thread. Therefore it sends nothing and returns an error of the kind
//! [`Config`](crate::ErrorKind::Config); an iterator panics. Use the asynchronous client there, or
//! call this one in [`spawn_blocking`](tokio::task::spawn_blocking).

mod client;
mod iter;
mod job;
mod runtime;

pub use self::client::Client;
pub use self::iter::Iter;
pub use self::job::Job;
