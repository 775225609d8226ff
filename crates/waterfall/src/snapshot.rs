//! [`Snapshot`]: one answer about a job.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::types::{
    ContactEnrichmentJob, ContactEnrichmentTask, DomainAgeDays, JobState, Person, Usage,
};
use waterfall_api::{DecodeError, Decoded, Deviation, Response, Timestamp};

use crate::error::Last;
use crate::kind::{ContactEnrichment, JobKind};
use crate::{Clock, Error, JobId, clock};

/// What the API said of a job at one moment.
///
/// It has the answer in three depths: methods for what one usually wants, the
/// decoded whole in [`job`](Self::job), and the bytes in [`raw`](Self::raw). A
/// snapshot is cheap to clone.
///
/// `Debug` shows the id, the state and the times, never a person's data.
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
#[derive(Clone)]
pub struct Snapshot<K: JobKind = ContactEnrichment> {
    seen: Arc<Received<K>>,
    reads: u32,
    launch_attempts: Option<u32>,
}

struct Received<K: JobKind> {
    job_id: JobId,
    job: K::Job,
    envelope: Envelope,
    deviations: Vec<Deviation>,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    received_at: SystemTime,
    delivered: bool,
}

impl<K: JobKind> Received<K> {
    /// The server's clock when it answered; ours if the answer has no `Date`. A
    /// delivery is as old as its receipt.
    fn answered_at(&self) -> Option<jiff::Timestamp> {
        let date = if self.delivered { None } else { clock::date(&self.headers) };
        let received_at = || self.received_at.try_into().ok();
        date.and_then(|date| date.try_into().ok()).or_else(received_at)
    }
}

impl<K: JobKind> Snapshot<K> {
    /// From a decoded answer. It is no job if it tells no state.
    pub(crate) fn new(
        job_id: JobId,
        reply: Decoded<K::Job>,
        clock: &Clock,
    ) -> Result<Self, Box<(Response, DecodeError)>> {
        let (job, deviations, answer) = reply.into_parts();
        let envelope = match Envelope::of(&job, answer.body()) {
            Ok(envelope) => envelope,
            Err(mismatch) => return Err(Box::new((answer, mismatch))),
        };
        let (status, headers, body) = answer.into_parts();
        let received_at = clock.system_time();
        let delivered = false;
        let seen = Received {
            job_id,
            job,
            envelope,
            deviations,
            status,
            headers,
            body,
            received_at,
            delivered,
        };
        Ok(Self { seen: Arc::new(seen), reads: 1, launch_attempts: None })
    }

    pub(crate) fn with_reads(self, reads: u32) -> Self {
        Self { reads, ..self }
    }

    pub(crate) fn with_launch_attempts(self, launch_attempts: Option<u32>) -> Self {
        Self { launch_attempts, ..self }
    }

    /// Where the job stands. States are added without notice; one that this
    /// crate does not know is not final.
    pub fn state(&self) -> &JobState {
        &self.seen.envelope.state
    }

    /// The id that was asked about; of what a webhook delivered, the id that is in
    /// it, or the nil UUID if there is none.
    pub fn job_id(&self) -> JobId {
        self.seen.job_id
    }

    /// When the job was started, by the server's clock; `None` if the API sent no
    /// date-time.
    pub fn started_at(&self) -> Option<jiff::Timestamp> {
        self.seen.envelope.start_date.as_ref()?.instant()
    }

    /// When the job ended, by the server's clock; `None` while it is running.
    pub fn stopped_at(&self) -> Option<jiff::Timestamp> {
        self.seen.envelope.stop_date.as_ref()?.instant()
    }

    /// How long the job took or, while it is running, how old it was when the
    /// server answered.
    ///
    /// Both ends are on the server's clock (the `Date` of the answer, to the
    /// second; the local clock only if there is none). Zero if the clocks
    /// contradict each other.
    pub fn elapsed(&self) -> Option<Duration> {
        let end = if self.seen.envelope.stop_date.is_some() {
            self.stopped_at()?
        } else if self.is_final() {
            return None;
        } else {
            self.seen.answered_at()?
        };
        let elapsed = end.duration_since(self.started_at()?);
        Some(elapsed.try_into().unwrap_or(Duration::ZERO))
    }

    /// How long the job took, to be learnt from. One that took no time at all is a
    /// server that can't tell.
    pub(crate) fn lasted(&self) -> Option<Duration> {
        self.elapsed().filter(|lasted| !lasted.is_zero())
    }

    /// Whether the job is over: the state is `SUCCEEDED`, `FAILED`, `TIMED_OUT`
    /// or `ABORTED`. A state that this crate does not know is not final.
    pub fn is_final(&self) -> bool {
        ends_job(self.state()).unwrap_or(false)
    }

    /// Whether the job has done its work, with or without finding somebody.
    pub fn is_success(&self) -> bool {
        *self.state() == JobState::Succeeded
    }

    /// Turns a job that ended in another state than `SUCCEEDED` into an error, as
    /// [`Job::wait`](crate::Job::wait) does. A job that is running is no error.
    ///
    /// # Errors
    ///
    /// [`JobFailed`](crate::ErrorKind::JobFailed), with this snapshot in it.
    pub fn into_result(self) -> Result<Self, Error> {
        if self.is_final() && !self.is_success() {
            Err(Error::job_failed(self.job_id(), self.error_message(), Last::from(&self)))
        } else {
            Ok(self)
        }
    }

    /// What the job cost, if the API says so.
    pub fn usage(&self) -> Option<&Usage> {
        self.seen.envelope.usage.as_ref()
    }

    /// Why the job failed, for people to read.
    pub fn error_message(&self) -> Option<&str> {
        self.seen.envelope.error.as_deref()
    }

    /// The whole job, decoded, with the fields that this crate does not know.
    pub fn job(&self) -> &K::Job {
        &self.seen.job
    }

    /// Where the answer deviates from the API's description: fields, elements and
    /// map values whose JSON does not match their type. They read as absent in
    /// [`job`](Self::job), which keeps and serializes their JSON. Empty for an
    /// answer that matches.
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
    /// #         let answer = Response::new(StatusCode::OK, request.http.url().clone());
    /// #         Box::pin(async move { Ok(answer.with_body(body)) })
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
        &self.seen.deviations
    }

    /// The body of the answer, exactly as it was received.
    pub fn raw(&self) -> &Bytes {
        &self.seen.body
    }

    /// The body of the answer as text, exactly as it was received.
    pub fn raw_json(&self) -> &str {
        // Decoding has checked every string; JSON has nothing else but ASCII.
        std::str::from_utf8(self.raw()).unwrap_or_default()
    }

    /// Whether it came by a webhook, and not by a read.
    pub fn was_delivered(&self) -> bool {
        self.seen.delivered
    }

    /// The HTTP status of the answer. A delivery has none of its own and counts as
    /// 200.
    pub fn status(&self) -> StatusCode {
        self.seen.status
    }

    /// The headers of the answer, or of the delivery.
    pub fn headers(&self) -> &HeaderMap {
        &self.seen.headers
    }

    /// How many reads the wait had made when it got this answer, this one and
    /// failed ones included. For [`Job::fetch`](crate::Job::fetch) 1, or more if it
    /// had to read again; 0 for what a webhook delivered, unless a wait had read before.
    pub fn reads(&self) -> u32 {
        self.reads
    }

    /// Where the result is delivered, if the answer tells: it may be nowhere.
    pub(crate) fn delivery_url(&self) -> Option<Option<&str>> {
        let task = contact(self.job())?.input.as_ref()?.task.as_ref()?;
        Some(task.webhook_url.as_deref())
    }

    /// The same as a snapshot of another kind, if it is one.
    pub(crate) fn of_kind<L: JobKind>(self) -> Option<Snapshot<L>> {
        let seen: Arc<dyn Any + Send + Sync> = self.seen;
        let seen = seen.downcast::<Received<L>>().ok()?;
        Some(Snapshot { seen, reads: self.reads, launch_attempts: self.launch_attempts })
    }

    /// How often the launch was sent, see
    /// [`Job::launch_attempts`](crate::Job::launch_attempts). `None` if the handle
    /// was made from an id, and in the items of a [`Watch`](crate::Watch).
    pub fn launch_attempts(&self) -> Option<u32> {
        self.launch_attempts
    }
}

impl Snapshot {
    /// What a webhook brought.
    #[cfg(feature = "webhook")]
    pub(crate) fn delivered(
        job: ContactEnrichmentJob,
        deviations: Vec<Deviation>,
        headers: HeaderMap,
        body: Bytes,
        received_at: jiff::Timestamp,
    ) -> Self {
        let job_id = named_job(&job).unwrap_or(JobId::from(uuid::Uuid::nil()));
        let (status, received_at) = (StatusCode::OK, received_at.into());
        let delivered = true;
        let envelope = Envelope::from(&job);
        let seen = Received {
            job_id,
            job,
            envelope,
            deviations,
            status,
            headers,
            body,
            received_at,
            delivered,
        };
        Self { seen: Arc::new(seen), reads: 0, launch_attempts: None }
    }

    /// The person who was found. `None` while the job is running, and for a job
    /// that found nobody, which is a normal outcome and not billed.
    pub fn person(&self) -> Option<&Person> {
        person(self.job())
    }

    /// The age in days of the domain of the person's company, whether it came as a
    /// number or as text. `None` if it is not known, or the text is not a number.
    pub fn domain_age_days(&self) -> Option<i64> {
        match self.person()?.domain_age_days.as_ref()? {
            DomainAgeDays::Integer(days) => Some(*days),
            DomainAgeDays::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The query as the API echoes it, with the `custom_fields` of the launch.
    pub fn query(&self) -> Option<&ContactEnrichmentTask> {
        self.job().input.as_ref()?.task.as_ref()
    }
}

fn person(job: &ContactEnrichmentJob) -> Option<&Person> {
    job.output.as_ref()?.person.as_ref()
}

/// The job, if it is a contact enrichment.
fn contact<J: Any>(job: &J) -> Option<&ContactEnrichmentJob> {
    (job as &dyn Any).downcast_ref()
}

/// What the answer about a job has in any kind.
struct Envelope {
    state: JobState,
    start_date: Option<Timestamp>,
    stop_date: Option<Timestamp>,
    error: Option<String>,
    usage: Option<Usage>,
}

impl Envelope {
    /// Of a job of any kind. It is read from the body where the type is not known; what
    /// does not fit there reads as absent.
    fn of<J: Any>(job: &J, body: &[u8]) -> Result<Self, DecodeError> {
        match contact(job) {
            Some(job) => Ok(Self::from(job)),
            None => {
                waterfall_api::decode::<ContactEnrichmentJob>(body).map(|(job, _)| (&job).into())
            }
        }
    }
}

impl From<&ContactEnrichmentJob> for Envelope {
    fn from(job: &ContactEnrichmentJob) -> Self {
        Self {
            state: job.status.clone(),
            start_date: job.start_date.as_ref().cloned(),
            stop_date: job.stop_date.as_ref().cloned(),
            error: job.error.as_ref().cloned(),
            usage: job.output.as_ref().and_then(|output| output.usage.as_ref().cloned()),
        }
    }
}

impl<K: JobKind> From<&Snapshot<K>> for Last {
    fn from(snapshot: &Snapshot<K>) -> Self {
        let (state, elapsed) = (snapshot.state().clone(), snapshot.elapsed());
        Self { state, elapsed, whole: Arc::new(snapshot.clone()) }
    }
}

/// Whether a job in this state is over; `None` for a state that this crate does not know.
pub(crate) const fn ends_job(state: &JobState) -> Option<bool> {
    match state {
        JobState::Running => Some(false),
        JobState::Succeeded | JobState::Failed | JobState::TimedOut | JobState::Aborted => {
            Some(true)
        }
        _ => None,
    }
}

/// The generated enum is non-exhaustive, so that the compiler does not ask for a new state
/// of the description above. This does.
const _: () = {
    let mut known = JobState::KNOWN;
    while let [state, rest @ ..] = known {
        assert!(ends_job(state).is_some(), "ends_job does not know a state of the description");
        known = rest;
    }
};

/// The id that a job gives as its own.
#[cfg(feature = "webhook")]
pub(crate) fn named_job(job: &ContactEnrichmentJob) -> Option<JobId> {
    job.input.as_ref()?.task.as_ref()?.job_id.as_ref().copied().map(JobId::from)
}

impl<K: JobKind> fmt::Debug for Snapshot<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("job_id", &self.job_id())
            .field("state", &self.state().as_str())
            .field("elapsed", &self.elapsed())
            .field("found", &contact(self.job()).is_some_and(|job| person(job).is_some()))
            .field("reads", &self.reads)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_final_if_the_description_says_so() {
        let rows = [
            ("RUNNING", Some(false)),
            ("SUCCEEDED", Some(true)),
            ("FAILED", Some(true)),
            ("TIMED_OUT", Some(true)),
            ("ABORTED", Some(true)),
            ("PAUSED", None),
            ("succeeded", None),
        ];
        for (text, expected) in rows {
            assert_eq!(ends_job(&JobState::from(text)), expected, "{text}");
        }
        let known: Vec<_> = JobState::KNOWN.iter().map(JobState::as_str).collect();
        let listed = rows.iter().filter(|row| row.1.is_some()).map(|row| row.0);
        assert_eq!(known, listed.collect::<Vec<_>>());
    }
}
