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

/// Called each time right before a launch is sent.
pub(crate) type LaunchingHook = Box<dyn FnMut(&ContactQuery) + Send>;

/// Nothing was sent.
pub(crate) const NOT_TRIED: AttemptStats = AttemptStats { attempts: 0, spent: Duration::ZERO };

pub(crate) async fn launch(
    client: &Client,
    query: Arc<ContactQuery>,
    on_launching: Option<LaunchingHook>,
) -> Outcome {
    carry_through(client, query, None, on_launching).await
}

/// With a slot for its first try that was waited for.
pub(crate) async fn launch_by(
    client: &Client,
    query: Arc<ContactQuery>,
    permit: Permit,
    on_launching: Option<LaunchingHook>,
) -> Outcome {
    carry_through(client, query, Some(permit), on_launching).await
}

async fn carry_through(
    client: &Client,
    query: Arc<ContactQuery>,
    permit: Option<Permit>,
    on_launching: Option<LaunchingHook>,
) -> Outcome {
    let body = query.to_body().map_err(|error| error.of_launch(query.clone(), Some(NOT_TRIED)))?;
    let (sender, receiver) = oneshot::channel();
    let mut receiver = Receiver { client, receiver };
    let (client_of_task, query_of_task) = (client.clone(), query.clone());
    let launching = Launching {
        client: client_of_task,
        query: query_of_task,
        body,
        permit,
        on_launching,
        sender,
    };
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
    on_launching: Option<LaunchingHook>,
    sender: oneshot::Sender<Outcome>,
}

/// Why a launch that waits is not sent.
enum Halt {
    /// The caller has dropped its future.
    Unwanted,
    /// The client, or the batch, launches nothing more.
    Stopped,
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

    /// Sends the launch until it is known what became of it. While nothing is in
    /// flight, it ends as soon as the caller loses interest (there is nothing to
    /// report then) or launching is stopped.
    async fn launch(&mut self) -> Option<Outcome> {
        let client = self.client.clone();
        let delivered = client.address(&mut self.body);
        // One of many stands in line for as long as it takes, again after a 429 too.
        let patient = self.permit.is_some();
        let permit = match self.permit.take() {
            Some(permit) => self.while_wanted(std::future::ready(Ok(permit))).await,
            None => self.while_wanted(client.permit(RequestKind::Launch)).await,
        };
        let mut permit = match permit {
            Ok(Ok(permit)) => permit,
            Ok(Err(error)) => return self.failed(error, Some(NOT_TRIED)),
            Err(Halt::Unwanted) => return None,
            Err(Halt::Stopped) => return self.stopped(NOT_TRIED, None),
        };
        let mut tries = client.tries().patient(patient);
        loop {
            if let Some(hook) = &mut self.on_launching {
                hook(&self.query);
            }
            let error = match client.send_launch(permit, &self.body).await {
                Ok(job) => {
                    let job = job.with_launch_attempts(tries.answered().attempts);
                    return Some(Ok(job.delivered_here(delivered)));
                }
                Err(error) => error,
            };
            let Some(pause) = tries.after(&error) else {
                return self.failed(error, Some(tries.failed()));
            };
            let next = client.permit_after(RequestKind::Launch, pause, &tries);
            permit = match self.while_wanted(next).await {
                Ok(Some(permit)) => permit,
                Ok(None) | Err(Halt::Unwanted) => {
                    return self.failed(error, Some(tries.failed()));
                }
                Err(Halt::Stopped) => return self.stopped(tries.failed(), Some(error)),
            };
            tries.resume();
        }
    }

    fn failed(&self, error: Error, tried: Option<AttemptStats>) -> Option<Outcome> {
        Some(Err(error.of_launch(self.query.clone(), tried)))
    }

    fn stopped(&self, tried: AttemptStats, last: Option<Error>) -> Option<Outcome> {
        self.failed(Error::stopped(&self.client.call(RequestKind::Launch), last), Some(tried))
    }

    /// Waits for the right to send, unless nobody wants the launch any longer.
    async fn while_wanted<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Halt> {
        let stop = self.client.launch_stop().clone();
        let (mut work, mut stopped) = (pin!(work), pin!(stop.cancelled()));
        poll_fn(|cx| {
            if self.sender.poll_closed(cx).is_ready() {
                return Poll::Ready(Err(Halt::Unwanted));
            }
            if stopped.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(Halt::Stopped));
            }
            Poll::Ready(Ok(ready!(work.as_mut().poll(cx))))
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
