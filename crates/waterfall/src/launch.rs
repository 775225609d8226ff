//! Launching without losing an id: the request runs in a task of its own, so
//! that dropping the caller's future neither cuts it nor forgets its answer.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::Instrument;

use crate::error::RequestKind;
use crate::kind::{JobKind, JobQuery, Query};
use crate::retry::AttemptStats;
use crate::{Client, Error, Job, telemetry};
use job_polling::limiter::Permit;

type Outcome<K> = Result<Job<K>, Error>;

/// Called each time right before a launch is sent.
pub(crate) type LaunchingHook<K> = Box<dyn FnMut(&dyn JobQuery<Kind = K>) + Send>;

/// A hook that is for queries of one type.
pub(crate) fn of_query<Q: JobQuery>(
    mut hook: impl FnMut(&Q) + Send + 'static,
) -> LaunchingHook<Q::Kind> {
    Box::new(move |query| {
        let query: &dyn Any = query;
        if let Some(query) = query.downcast_ref() {
            hook(query);
        }
    })
}

/// Nothing was sent.
pub(crate) const NOT_TRIED: AttemptStats = AttemptStats { attempts: 0, spent: Duration::ZERO };

pub(crate) async fn launch<K: JobKind>(
    client: &Client,
    query: Query<K>,
    on_launching: Option<LaunchingHook<K>>,
) -> Outcome<K> {
    carry_through(client, query, None, on_launching, Repeat::AsThePolicySays).await
}

/// With a slot for its first try that was waited for.
pub(crate) async fn launch_by<K: JobKind>(
    client: &Client,
    query: Query<K>,
    permit: Permit,
    on_launching: Option<LaunchingHook<K>>,
) -> Outcome<K> {
    carry_through(client, query, Some(permit), on_launching, Repeat::AsThePolicySays).await
}

/// With a permit from elsewhere, which is for one request.
pub(crate) async fn launch_once<K: JobKind>(
    client: &Client,
    query: Query<K>,
    permit: Permit,
) -> Outcome<K> {
    carry_through(client, query, Some(permit), None, Repeat::Never).await
}

/// Whether a launch that surely was not acted on is sent again.
#[derive(Debug, Clone, Copy)]
enum Repeat {
    AsThePolicySays,
    Never,
}

async fn carry_through<K: JobKind>(
    client: &Client,
    query: Query<K>,
    permit: Option<Permit>,
    on_launching: Option<LaunchingHook<K>>,
    repeat: Repeat,
) -> Outcome<K> {
    let url = client.delivery_url(&*query);
    let body = query.to_request(url.as_deref());
    let body = body.map_err(|error| error.of_launch(query.clone(), Some(NOT_TRIED)))?;
    let (sender, receiver) = oneshot::channel();
    let mut receiver = Receiver { client, receiver };
    let (client_of_task, query_of_task) = (client.clone(), query.clone());
    let launching = Launching {
        client: client_of_task,
        query: query_of_task,
        body,
        delivered: client.delivers_to(url.as_deref()),
        permit,
        on_launching,
        repeat,
        sender,
    };
    tokio::spawn(launching.run().in_current_span());
    let outcome = (&mut receiver.receiver).await;
    outcome.unwrap_or_else(|_| {
        Err(Error::abandoned(&client.call(RequestKind::Launch)).of_launch(query, None))
    })
}

/// A launch in its task.
struct Launching<K: JobKind> {
    client: Client,
    query: Query<K>,
    body: K::Request,
    /// Whether the result is delivered to this client.
    delivered: bool,
    permit: Option<Permit>,
    on_launching: Option<LaunchingHook<K>>,
    repeat: Repeat,
    sender: oneshot::Sender<Outcome<K>>,
}

/// Why a launch that waits is not sent.
enum Halt {
    /// The caller has dropped its future.
    Unwanted,
    /// The client, or the batch, launches nothing more.
    Stopped,
}

impl<K: JobKind> Launching<K> {
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
    async fn launch(&mut self) -> Option<Outcome<K>> {
        let client = self.client.clone();
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
                hook(&*self.query);
            }
            let error = match client.send_launch::<K>(permit, &self.body).await {
                Ok(job) => {
                    let job = job.with_launch_attempts(tries.answered().attempts);
                    return Some(Ok(job.delivered_here(self.delivered)));
                }
                Err(error) => error,
            };
            if let Repeat::Never = self.repeat {
                return self.failed(error, Some(tries.answered()));
            }
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

    fn failed(&self, error: Error, tried: Option<AttemptStats>) -> Option<Outcome<K>> {
        Some(Err(error.of_launch(self.query.clone(), tried)))
    }

    fn stopped(&self, tried: AttemptStats, last: Option<Error>) -> Option<Outcome<K>> {
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
struct Receiver<'a, K: JobKind> {
    client: &'a Client,
    receiver: oneshot::Receiver<Outcome<K>>,
}

impl<K: JobKind> Drop for Receiver<'_, K> {
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(unwanted) = self.receiver.try_recv() {
            abandon(self.client, unwanted);
        }
    }
}

/// Nobody is there to take the outcome of a launch.
fn abandon<K: JobKind>(client: &Client, outcome: Outcome<K>) {
    match outcome {
        Ok(job) => orphan(job),
        Err(error) => match error.job_id() {
            Some(id) => orphan(client.job_of::<K>(id)),
            // If it is in doubt, that was told when it failed.
            None => telemetry::launch_abandoned(Some(&error)),
        },
    }
}

/// Hands a job that nobody waits for to the client's hook, if there is one.
pub(crate) fn orphan<K: JobKind>(job: Job<K>) {
    let hook = job.client().orphan_hook::<K>();
    telemetry::orphaned(job.id(), K::NAME, hook.is_some());
    if let Some(hook) = hook {
        hook(job);
    }
}

/// A launch's outcome on its way to the caller: dropped unclaimed, its job is an
/// orphan.
pub(crate) struct Unclaimed<K: JobKind> {
    client: Client,
    outcome: Option<Outcome<K>>,
}

impl<K: JobKind> Unclaimed<K> {
    pub(crate) fn new(client: &Client, outcome: Outcome<K>) -> Self {
        Self { client: client.clone(), outcome: Some(outcome) }
    }

    pub(crate) fn claim(mut self) -> Outcome<K> {
        let outcome = self.outcome.take();
        outcome.unwrap_or_else(|| Err(Error::abandoned(&self.client.call(RequestKind::Launch))))
    }
}

impl<K: JobKind> Drop for Unclaimed<K> {
    fn drop(&mut self) {
        if let Some(outcome) = self.outcome.take() {
            abandon(&self.client, outcome);
        }
    }
}

/// The job is an orphan when its guard is dropped unreleased.
pub(crate) struct Guard<K: JobKind>(Option<Job<K>>);

impl<K: JobKind> Guard<K> {
    pub(crate) fn new(job: &Job<K>) -> Self {
        Self(Some(job.clone()))
    }

    pub(crate) fn release(mut self) {
        self.0 = None;
    }
}

impl<K: JobKind> Drop for Guard<K> {
    fn drop(&mut self) {
        if let Some(job) = self.0.take() {
            orphan(job);
        }
    }
}
