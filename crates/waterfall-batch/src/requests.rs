//! The two requests of a row: its launch, and a read of its job. Each runs in its own task until
//! its outcome is stored.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use waterfall::{Client, Error, ErrorKind, JobId, Permit, StatusCode};

use crate::budget::{KeyHash, PermitId, PermitRequest};
use crate::envelope::Envelope;
use crate::error::JournalError;
use crate::id::{BatchId, Fence, IntentToken, WorkerId};
use crate::input::{BatchKind, StoredQuery};
use crate::journal::{Intention, JobResult, Journal, Record, Recorded};
use crate::limits::{Halt, Limits};
use crate::row::{Event, Outcome, Row, RowState};
use crate::worker::Worker;
use job_polling::limiter::{LimitPolicy, RequestOutcome};

/// The maximum time between taking a permit and sending its request.
const GRACE: Duration = Duration::from_secs(15);

/// The time after a launch during which an unknown job may still become known at the next read.
const TOO_YOUNG_TO_EXPIRE: Duration = Duration::from_secs(60);

/// The state that all requests of a batch share.
pub(crate) struct Sender {
    pub(crate) client: Client,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) worker: Arc<Worker>,
    pub(crate) batch: BatchId,
    pub(crate) limits: Limits,
    pub(crate) rate_limit: LimitPolicy,
    /// Returns the permits of completed requests.
    pub(crate) returns: UnboundedSender<ReturnedPermit>,
}

/// The outcome of a request, for the budget.
pub(crate) struct ReturnedPermit {
    key: KeyHash,
    permit: PermitId,
    outcome: RequestOutcome,
}

/// A permit, and the time at which it was taken.
pub(crate) struct HeldPermit {
    permit: Permit,
    at: Instant,
}

/// The outcome of a launch.
#[derive(Debug)]
pub(crate) enum Launch {
    /// The launch has a job.
    Launched { fence: Fence, job: JobId, took: Duration },
    /// The row has ended.
    Ended { row: u64, state: Row, result: Option<JobResult> },
    /// The API did not act on the launch, which can be repeated.
    NotLaunched(Option<Error>),
    /// It is unknown whether the API acted on the launch.
    InDoubt { fence: Fence, error: Error },
    /// The API would refuse every launch.
    Refused(Error),
    /// No row is pending.
    NothingPending,
    /// A limit is reached.
    Halted(Halt),
    /// The journal failed.
    Journal(JournalError),
}

/// The outcome of a read.
#[derive(Debug)]
pub(crate) enum Read {
    /// The row has ended.
    Ended { row: u64, state: Row, result: Option<JobResult>, lasted: Option<Duration> },
    /// The job is running.
    Running { age: Option<Duration> },
    /// The read failed, but the next one may succeed.
    Failed { retry_after: Option<Duration> },
    /// The API would refuse every read.
    Refused(Error),
    /// The journal failed.
    Journal(JournalError),
}

impl Sender {
    fn key(&self) -> KeyHash {
        KeyHash::of(&self.client)
    }

    /// Returns the maximum duration of a request.
    fn longest(&self) -> Duration {
        self.client.request_timeout()
    }

    /// Returns a request for a permit whose slot returns by itself if this process dies.
    pub(crate) fn wish(&self, within: Duration) -> PermitRequest {
        let timeout = self.longest().saturating_add(GRACE);
        let request = PermitRequest::new(self.key(), self.worker.id(), timeout);
        PermitRequest { policy: self.rate_limit, within, ..request }
    }

    /// Returns a permit that returns to the journal when it is dropped.
    pub(crate) fn taken(&self, key: KeyHash, permit: PermitId, at: Instant) -> HeldPermit {
        let returns = self.returns.clone();
        let permit = Permit::external(move |outcome| {
            // If the receiver is gone, the permit returns by itself.
            let _ = returns.send(ReturnedPermit { key, permit, outcome });
        });
        HeldPermit { permit, at }
    }

    /// Returns whether a request may be sent now: in time for its permit, and within the worker's
    /// lease.
    fn may_send(&self, worker: WorkerId, taken: &HeldPermit) -> bool {
        taken.at.elapsed() < GRACE && self.worker.may_send(worker, self.longest())
    }

    /// Stores an event. Waits as long as the journal can't be reached.
    async fn record(&self, record: Record) -> Result<Recorded, JournalError> {
        let store = || self.journal.record(record.clone());
        self.worker.persist("store the event of a row", store).await
    }

    /// Launches the first pending row: takes the permit, stores the intent, and then sends the
    /// request.
    pub(crate) async fn launch<K: BatchKind>(&self, taken: HeldPermit) -> Launch {
        let worker = self.worker.id();
        if !self.may_send(worker, &taken) {
            return Launch::NotLaunched(None);
        }
        let token = IntentToken::random();
        let intention = self.journal.intend(self.batch, worker, token, self.limits).await;
        let (fence, request) = match intention {
            Ok(Intention::Begun { fence, request }) => (fence, request),
            Ok(Intention::NothingPending) => return Launch::NothingPending,
            Ok(Intention::Halted(halt)) => return Launch::Halted(halt),
            Ok(Intention::LeaseEnded) => return Launch::NotLaunched(None),
            Err(error) => {
                self.worker.report(&error);
                return match self.undo(token).await {
                    Ok(()) if error.is_transient() => Launch::NotLaunched(None),
                    Ok(()) => Launch::Journal(error),
                    Err(error) => Launch::Journal(error),
                };
            }
        };
        // Storing the intent took time. The API can't check the fence, so the lease is checked at
        // the last moment.
        if !self.may_send(worker, &taken) {
            let event = Event::NotLaunched { attempt: fence.attempt };
            return match self.record(self.event(fence, event)).await {
                Ok(_) => Launch::NotLaunched(None),
                Err(error) => Launch::Journal(error),
            };
        }
        let sent_at = Instant::now();
        let query = StoredQuery::<K>::new(request, fence);
        let launched = self.client.launch_with(query, taken.permit).await;
        let stored = match launched {
            Ok(job) => self.launched(fence, job.id(), sent_at.elapsed()).await,
            Err(error) => self.launch_failed(fence, error, sent_at.elapsed()).await,
        };
        stored.unwrap_or_else(Launch::Journal)
    }

    fn event(&self, fence: Fence, event: Event) -> Record {
        Record::new(fence.batch, fence.row, event)
    }

    /// Handles a lost response to the commit of an intent. Nothing was sent, so if the intent is
    /// stored after all, the row becomes pending again.
    async fn undo(&self, token: IntentToken) -> Result<(), JournalError> {
        let look = || self.journal.intent(token);
        let Some(fence) = self.worker.persist("look up an intent", look).await? else {
            return Ok(());
        };
        let event = Event::NotLaunched { attempt: fence.attempt };
        self.record(self.event(fence, event)).await.map(|_| ())
    }

    async fn launched(
        &self,
        fence: Fence,
        job: JobId,
        took: Duration,
    ) -> Result<Launch, JournalError> {
        let event = Event::Launched { attempt: fence.attempt, job: job.into() };
        let recorded = self.record(self.event(fence, event)).await?;
        Ok(match recorded.row.state {
            RowState::Done => Launch::Ended { row: fence.row, state: recorded.row, result: None },
            _ => Launch::Launched { fence, job, took },
        })
    }

    async fn launch_failed(
        &self,
        fence: Fence,
        error: Error,
        took: Duration,
    ) -> Result<Launch, JournalError> {
        let attempt = fence.attempt;
        if let Some(job) = error.job_id() {
            return self.launched(fence, job, took).await;
        }
        let detail = Some(error.to_string());
        if error.may_have_launched() {
            let event = Event::Doubt { attempt };
            let recorded = self.record(Record { detail, ..self.event(fence, event) }).await?;
            return Ok(match recorded.row.state {
                RowState::Done => {
                    Launch::Ended { row: fence.row, state: recorded.row, result: None }
                }
                _ => Launch::InDoubt { fence, error },
            });
        }
        if is_about_the_row(&error) {
            let mut result = failure(&error);
            result.detail = Some(match error.messages() {
                [] => error.to_string(),
                messages => messages.join("; "),
            });
            let event = Event::Refused { attempt };
            let result = Some(result);
            let record = Record { result: result.clone(), detail, ..self.event(fence, event) };
            let recorded = self.record(record).await?;
            return Ok(Launch::Ended { row: fence.row, state: recorded.row, result });
        }
        let event = Event::NotLaunched { attempt };
        self.record(Record { detail, ..self.event(fence, event) }).await?;
        Ok(if is_about_every_launch(&error) {
            Launch::Refused(error)
        } else {
            Launch::NotLaunched(Some(error))
        })
    }

    /// Reads a job once, and stores its end.
    pub(crate) async fn read<K: BatchKind>(
        &self,
        taken: HeldPermit,
        fence: Fence,
        (job, launched_at): (JobId, Option<Instant>),
    ) -> Read {
        if taken.at.elapsed() >= GRACE {
            return Read::Failed { retry_after: None };
        }
        let read = self.client.job_of::<K>(job).fetch_with(taken.permit).await;
        let stored = match read {
            Ok(snapshot) => {
                let body = snapshot.raw();
                let envelope = Envelope::parse(body);
                match envelope.and_then(|envelope| Some((envelope.outcome()?, envelope))) {
                    Some((outcome, envelope)) => {
                        let result = envelope.result(snapshot.status().as_u16(), body);
                        let lasted = snapshot.elapsed().filter(|lasted| !lasted.is_zero());
                        self.finish(fence, outcome, result, lasted).await
                    }
                    None => Ok(Read::Running { age: snapshot.elapsed() }),
                }
            }
            Err(error) => self.read_failed(fence, error, launched_at).await,
        };
        stored.unwrap_or_else(Read::Journal)
    }

    async fn read_failed(
        &self,
        fence: Fence,
        error: Error,
        launched_at: Option<Instant>,
    ) -> Result<Read, JournalError> {
        let is_young = launched_at.is_some_and(|at| at.elapsed() < TOO_YOUNG_TO_EXPIRE);
        match error.status() {
            Some(StatusCode::NOT_FOUND) if is_young => Ok(Read::Failed { retry_after: None }),
            Some(StatusCode::NOT_FOUND) => {
                self.finish(fence, Outcome::Expired, failure(&error), None).await
            }
            _ if error.kind() == ErrorKind::InvalidResponse
                && (error.final_state().is_some() || !error.is_retryable()) =>
            {
                self.finish(fence, Outcome::Unreadable, failure(&error), None).await
            }
            _ if error.is_retryable() => Ok(Read::Failed { retry_after: error.retry_after() }),
            _ => Ok(Read::Refused(error)),
        }
    }

    async fn finish(
        &self,
        fence: Fence,
        outcome: Outcome,
        result: JobResult,
        lasted: Option<Duration>,
    ) -> Result<Read, JournalError> {
        let event = Event::Finished { attempt: fence.attempt, outcome };
        let record = Record { result: Some(result.clone()), ..self.event(fence, event) };
        let recorded = self.record(record).await?;
        let (state, result) = (recorded.row, Some(result));
        Ok(Read::Ended { row: fence.row, state, result, lasted })
    }
}

/// Returns permits to the budget, until all their holders are gone.
pub(crate) async fn return_permits(
    journal: Arc<dyn Journal>,
    mut returns: tokio::sync::mpsc::UnboundedReceiver<ReturnedPermit>,
) {
    while let Some(ReturnedPermit { key, permit, outcome }) = returns.recv().await {
        // A 429 and a new limit matter to all workers, so another attempt is made. Without it, the
        // slot returns by itself.
        for _ in 0..3 {
            match journal.end_permit(key, permit, outcome).await {
                Err(error) if error.is_transient() => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                _ => break,
            }
        }
    }
}

/// Returns the part of an error response that is stored.
fn failure(error: &Error) -> JobResult {
    let status = error.status().map_or(0, |status| status.as_u16());
    let mut result = JobResult::new(status, error.body().unwrap_or_default());
    result.detail = Some(error.to_string());
    result
}

/// Returns whether a launch was refused because of its content.
fn is_about_the_row(error: &Error) -> bool {
    error.kind() == ErrorKind::InvalidQuery || error.status() == Some(StatusCode::BAD_REQUEST)
}

/// Returns whether any other launch would be refused as well.
fn is_about_every_launch(error: &Error) -> bool {
    let refused = error.status().is_some_and(|status| status != StatusCode::TOO_MANY_REQUESTS);
    refused || error.connect_failure().is_some() || error.kind() == ErrorKind::Config
}
