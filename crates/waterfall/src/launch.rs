//! Launching without losing an id: the request runs in a task of its own, so
//! that dropping the caller's future neither cuts it nor forgets its answer.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::Instrument;
use waterfall_api::types::ContactEnrichmentLaunch;

use crate::error::RequestKind;
use crate::retry::AttemptStats;
use crate::{Client, ContactQuery, Error, Job, telemetry};
use job_polling::limiter::Permit;

type Outcome = Result<Job, Error>;

/// Nothing was sent.
pub(crate) const NOT_TRIED: AttemptStats = AttemptStats { attempts: 0, spent: Duration::ZERO };

pub(crate) async fn launch(client: &Client, query: Arc<ContactQuery>) -> Outcome {
    carry_through(client, query, None).await
}

/// With a slot for its first try that was waited for.
pub(crate) async fn launch_by(
    client: &Client,
    query: Arc<ContactQuery>,
    permit: Permit,
) -> Outcome {
    carry_through(client, query, Some(permit)).await
}

async fn carry_through(
    client: &Client,
    query: Arc<ContactQuery>,
    permit: Option<Permit>,
) -> Outcome {
    let body = query.to_body().map_err(|error| error.of_launch(query.clone(), Some(NOT_TRIED)))?;
    let (sender, receiver) = oneshot::channel();
    let mut receiver = Receiver { client, receiver };
    let launching =
        Launching { client: client.clone(), query: query.clone(), body, permit, sender };
    tokio::spawn(launching.run().in_current_span());
    let outcome = (&mut receiver.receiver).await;
    outcome.unwrap_or_else(|_| {
        Err(Error::abandoned(&client.call(RequestKind::Launch)).of_launch(query, None))
    })
}

/// A launch in its task.
struct Launching {
    client: Client,
    query: Arc<ContactQuery>,
    body: ContactEnrichmentLaunch,
    permit: Option<Permit>,
    sender: oneshot::Sender<Outcome>,
}

impl Launching {
    async fn run(mut self) {
        let Some(outcome) = self.launch().await else {
            telemetry::launch_abandoned(None);
            return;
        };
        if let Err(unwanted) = self.sender.send(outcome) {
            abandon(&self.client, unwanted);
        }
    }

    /// Sends the launch until it is known what became of it. If the caller loses
    /// interest while nothing is under way, that is the end of it, and without a
    /// try there is nothing to tell.
    async fn launch(&mut self) -> Option<Outcome> {
        let client = self.client.clone();
        let delivered = client.address(&mut self.body);
        // One of many stands in line for as long as it takes, again after a 429 too.
        let patient = self.permit.is_some();
        let permit = match self.permit.take() {
            Some(permit) => Ok(permit),
            None => self.while_wanted(client.permit(RequestKind::Launch)).await?,
        };
        let mut permit = match permit {
            Ok(permit) => permit,
            Err(error) => {
                return Some(Err(error.of_launch(self.query.clone(), Some(NOT_TRIED))));
            }
        };
        let mut tries = client.tries().patient(patient);
        loop {
            let error = match client.send_launch(permit, &self.body).await {
                Ok(job) => {
                    let job = job.with_launch_attempts(tries.answered().attempts);
                    return Some(Ok(job.delivered_here(delivered)));
                }
                Err(error) => error,
            };
            let next = match tries.after(&error) {
                Some(pause) => self
                    .while_wanted(client.permit_after(RequestKind::Launch, pause, &tries))
                    .await
                    .flatten(),
                None => None,
            };
            let Some(next) = next else {
                let tried = Some(tries.failed());
                return Some(Err(error.of_launch(self.query.clone(), tried)));
            };
            tries.resume();
            permit = next;
        }
    }

    /// Waits for something as long as somebody waits for the launch.
    async fn while_wanted<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if self.sender.poll_closed(cx).is_ready() {
                return Poll::Ready(None);
            }
            Poll::Ready(Some(ready!(work.as_mut().poll(cx))))
        })
        .await
    }
}

/// The caller's end. The answer may lie here, sent and not yet taken, when the
/// caller goes away.
struct Receiver<'a> {
    client: &'a Client,
    receiver: oneshot::Receiver<Outcome>,
}

impl Drop for Receiver<'_> {
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(unwanted) = self.receiver.try_recv() {
            abandon(self.client, unwanted);
        }
    }
}

/// Nobody is there to take the outcome of a launch.
fn abandon(client: &Client, outcome: Outcome) {
    match outcome {
        Ok(job) => orphan(job),
        Err(error) => match error.job_id() {
            Some(id) => orphan(client.job(id)),
            // If it is in doubt, that was told when it failed.
            None => telemetry::launch_abandoned(Some(&error)),
        },
    }
}

/// Hands a job that nobody waits for to the client's hook, if there is one.
pub(crate) fn orphan(job: Job) {
    let hook = job.client().settings().on_orphan.clone();
    telemetry::orphaned(&job, hook.is_some());
    if let Some(hook) = hook {
        hook(job);
    }
}

/// A launch's outcome on its way to the caller: dropped unclaimed, its job is an
/// orphan.
pub(crate) struct Unclaimed {
    client: Client,
    outcome: Option<Outcome>,
}

impl Unclaimed {
    pub(crate) fn new(client: &Client, outcome: Outcome) -> Self {
        Self { client: client.clone(), outcome: Some(outcome) }
    }

    pub(crate) fn claim(mut self) -> Outcome {
        let outcome = self.outcome.take();
        outcome.unwrap_or_else(|| Err(Error::abandoned(&self.client.call(RequestKind::Launch))))
    }
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        if let Some(outcome) = self.outcome.take() {
            abandon(&self.client, outcome);
        }
    }
}

/// The job is an orphan when its guard is dropped unreleased.
pub(crate) struct Guard(Option<Job>);

impl Guard {
    pub(crate) fn new(job: &Job) -> Self {
        Self(Some(job.clone()))
    }

    pub(crate) fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(job) = self.0.take() {
            orphan(job);
        }
    }
}
