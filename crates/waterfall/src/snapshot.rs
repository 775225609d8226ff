//! [`Snapshot`]: the API's response about a job.

mod accessors;
pub(crate) mod any;
mod company;
mod contact;
#[cfg(feature = "webhook")]
mod delivered;
#[cfg(feature = "webhook")]
pub(crate) mod delivered_body;
mod facts;
mod in_error;
mod phone;
mod prospector;
mod received;
pub(crate) mod unknown;

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::types::{JobState, Usage};
use waterfall_api::{DecodeError, Decoded, Deviation, Response};

use self::accessors::accessors;
use self::facts::Facts;
use self::received::Received;
use crate::clock::Clock;
use crate::job_id::JobId;
use crate::kind::{ContactEnrichment, JobKind};

/// The API's response about a job, from a read or a webhook.
///
/// It provides three views: methods for the usual values, the complete decoded job in
/// [`job`](Self::job), and the bytes in [`raw`](Self::raw). Cheap to clone.
///
/// `Debug` shows the ID, the state and the times, never personal data.
///
/// ```
/// use waterfall::{Client, ContactQuery, JobState};
/// # use waterfall_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), waterfall::Error> {
/// # let sandbox = Sandbox::builder().build();
/// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
/// let done = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
/// assert_eq!(*done.state(), JobState::Succeeded);
/// if let Some(person) = done.person() {
///     println!("{:?}, {:?}", person.title.as_deref(), person.professional_email.as_deref());
/// }
/// println!("took {:?} and {} reads", done.elapsed(), done.reads());
/// # Ok(())
/// # }
/// ```
pub struct Snapshot<K: JobKind = ContactEnrichment> {
    received: Arc<Received<K::Job>>,
    reads: u32,
    launch_attempts: Option<u32>,
}

accessors!([K: JobKind] Snapshot<K>);

impl<K: JobKind> Snapshot<K> {
    /// Creates a snapshot from a decoded response. A response without a state is not a job.
    pub(crate) fn new(
        job_id: JobId,
        decoded: Decoded<K::Job>,
        clock: &Clock,
    ) -> Result<Self, Box<(Response, DecodeError)>> {
        let (job, deviations, response) = decoded.into_parts();
        let facts = match Facts::of(&*job, response.body()) {
            Ok(facts) => facts,
            Err(mismatch) => return Err(Box::new((response, mismatch))),
        };
        let (status, headers, body) = response.into_parts();
        let received = Received {
            job_id,
            job,
            facts,
            deviations,
            status,
            headers,
            body,
            received_at: clock.system_time(),
            delivered: false,
        };
        Ok(Self { received: Arc::new(received), reads: 1, launch_attempts: None })
    }

    pub(crate) fn with_reads(self, reads: u32) -> Self {
        Self { reads, ..self }
    }

    pub(crate) fn with_launch_attempts(self, launch_attempts: Option<u32>) -> Self {
        Self { launch_attempts, ..self }
    }

    /// Returns the state of the job. States are added without notice; an unknown state is not
    /// final.
    pub fn state(&self) -> &JobState {
        &self.received.facts.state
    }

    /// Returns the ID that was read. For a delivery, the ID that it contains, or the nil UUID if it
    /// contains none.
    pub fn job_id(&self) -> JobId {
        self.received.job_id
    }

    /// Returns the duration of the job, for the history of durations. Zero is sent by servers that
    /// don't know the duration, and is omitted.
    pub(crate) fn lasted(&self) -> Option<Duration> {
        self.elapsed().filter(|lasted| !lasted.is_zero())
    }

    /// Returns the complete decoded job, including fields that this crate does not know.
    pub fn job(&self) -> &K::Job {
        &self.received.job
    }

    /// Returns the deviations of the response from the API's description: fields, elements and map
    /// values whose JSON does not match their type. They are absent in [`job`](Self::job), which
    /// keeps and serializes their JSON. Empty for a response that matches.
    ///
    /// ```
    /// # use waterfall::{Response, BoxFuture, Request, StatusCode, Transport, TransportError};
    /// # use waterfall::{Client, JobId};
    /// # #[derive(Debug)]
    /// # struct Odd;
    /// # impl Transport for Odd {
    /// #     fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
    /// #         let body = r#"{"status":"SUCCEEDED","output":{"person":{"start_year":"2014",
    /// #             "first_name":"Jane","email_verified":"true"}}}"#;
    /// #         let response = Response::new(StatusCode::OK, request.http.url().clone());
    /// #         Box::pin(async move { Ok(response.with_body(body)) })
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let client = Client::builder().api_key("test").transport(Odd).build()?;
    /// # let id: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap();
    /// let done = client.job(id).fetch().await?;
    /// for deviation in done.deviations() {
    ///     assert_eq!(deviation.path(), "$.output.person.email_verified");
    ///     assert_eq!((deviation.expected(), deviation.found()), ("a boolean", "a string"));
    /// }
    /// let person = done.person().unwrap();
    /// assert_eq!(person.first_name.as_deref(), Some("Jane"));
    /// assert_eq!(*person.email_verified, None);
    /// assert_eq!(person.email_verified.deviating().unwrap(), "true");
    /// # Ok(())
    /// # }
    /// ```
    pub fn deviations(&self) -> &[Deviation] {
        &self.received.deviations
    }

    /// Returns the HTTP status of the response; 200 for a delivery.
    pub fn status(&self) -> StatusCode {
        self.received.status
    }

    /// Returns the number of reads that the wait had made, including this one and failed ones. For
    /// [`Job::fetch`](crate::Job::fetch), 1, or more if there were retries; for a delivery, 0,
    /// unless a wait had read before.
    pub fn reads(&self) -> u32 {
        self.reads
    }

    /// Returns the URL to which the result is delivered, if the response contains it. The inner
    /// value may be `None`.
    pub(crate) fn delivery_url(&self) -> Option<Option<&str>> {
        self.received.facts.delivery_url.as_ref().map(Option::as_deref)
    }

    /// Returns the snapshot as one of the kind `L`, if it has that kind.
    pub(crate) fn of_kind<L: JobKind>(self) -> Option<Snapshot<L>> {
        let snapshot: Box<dyn Any> = Box::new(self);
        snapshot.downcast().ok().map(|snapshot| *snapshot)
    }

    /// Returns how many times the launch was sent; see
    /// [`Job::launch_attempts`](crate::Job::launch_attempts). `None` if the handle was created from
    /// an ID, and in the items of a [`Watch`](crate::Watch).
    pub fn launch_attempts(&self) -> Option<u32> {
        self.launch_attempts
    }
}

impl<K: JobKind> Clone for Snapshot<K> {
    fn clone(&self) -> Self {
        let Self { received, reads, launch_attempts } = self;
        Self { received: received.clone(), reads: *reads, launch_attempts: *launch_attempts }
    }
}

impl<K: JobKind> fmt::Debug for Snapshot<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("job_id", &self.job_id())
            .field("state", &self.state().as_str())
            .field("elapsed", &self.elapsed())
            .field("found", &self.received.facts.has_output)
            .field("reads", &self.reads)
            .finish_non_exhaustive()
    }
}
