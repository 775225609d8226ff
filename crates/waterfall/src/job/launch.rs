//! Launching without losing an ID: the request runs in its own task, so that dropping the caller's
//! future neither cancels it nor discards its response.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use job_polling::limiter::Permit;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Instrument;

use super::Job;
use super::orphan::orphan;
use crate::client::Client;
use crate::error::{AttemptStats, Error, RequestKind};
use crate::job_id::JobId;
use crate::kind::{JobKind, JobQuery, Query};
use crate::telemetry::launches;

impl Client {
    /// Launches a job and returns its handle as soon as the API has returned its ID.
    ///
    /// A launch is retried, as the [`RetryPolicy`](crate::RetryPolicy) allows, only if the API
    /// certainly did not act on it: no connection was made, or the response was a 429. In any doubt
    /// it is not retried: the API has no idempotency key, and a second launch is a second job.
    ///
    /// # Errors
    ///
    /// [`InvalidQuery`](crate::ErrorKind::InvalidQuery) before anything is sent; otherwise any
    /// [`ErrorKind`](crate::ErrorKind) of a request, from the last attempt. If
    /// [`Error::may_have_launched`], don't simply repeat the call.
    ///
    /// # Cancellation
    ///
    /// Nothing is sent before the future is first polled. If the future is dropped while it waits
    /// for a permit or for a retry, nothing more is sent. A request in flight is completed by its
    /// own task: if the future is dropped (by a timeout, by `select!`) before the response arrives,
    /// the request completes in the background, and the job is passed to
    /// [`ClientBuilder::on_orphan`](crate::ClientBuilder::on_orphan). Only a shutdown of the
    /// runtime interrupts it. [`stop_launching`](Self::stop_launching) ends a waiting launch
    /// without dropping its future.
    ///
    /// ```
    /// use waterfall::{Client, ContactQuery};
    /// # use waterfall_sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// let job = client.launch(ContactQuery::full_name("Jane Doe", "acme.com")).await?;
    /// println!("launched {}", job.id());
    /// let done = job.wait().await?;
    /// # assert!(done.is_success());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn launch<Q: JobQuery>(&self, query: Q) -> Result<Job<Q::Kind>, Error> {
        let span = launches::span(<Q::Kind as waterfall_api::JobKind>::NAME);
        let outcome = launch(self, Arc::new(query), None).instrument(span.clone()).await;
        launches::ended(&span, summary(&outcome));
        outcome
    }

    /// Launches a job with one request whose permit is issued elsewhere, for example by a queue
    /// that keeps the key's request budget in a database and decides about retries itself.
    ///
    /// The client's [`RateLimiter`](crate::RateLimiter) is not involved, and nothing is retried.
    /// Otherwise this is the same as [`launch`](Self::launch), including cancellation.
    ///
    /// # Errors
    ///
    /// Those of [`launch`](Self::launch). See [`Error::may_have_launched`].
    ///
    /// ```
    /// use waterfall::{Client, ContactQuery, Permit};
    /// # use waterfall_sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), waterfall::Error> {
    /// # let sandbox = Sandbox::builder().build();
    /// # let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;
    /// let permit = Permit::external(|outcome| println!("the slot returns: {outcome:?}"));
    /// let job = client.launch_with(ContactQuery::email("jane.doe@acme.com"), permit).await?;
    /// # let _ = job;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn launch_with<Q: JobQuery>(
        &self,
        query: Q,
        permit: Permit,
    ) -> Result<Job<Q::Kind>, Error> {
        let span = launches::span(<Q::Kind as waterfall_api::JobKind>::NAME);
        let launch = launch_detached(self, Arc::new(query), Some(permit), None, Retry::Never);
        let outcome = launch.instrument(span.clone()).await;
        launches::ended(&span, summary(&outcome));
        outcome
    }

    /// Sends a launch once.
    async fn send_launch<K: JobKind>(
        &self,
        permit: Permit,
        body: &K::Request,
    ) -> Result<Job<K>, Error> {
        let start = Instant::now();
        let sent = K::launch(&self.generated::<K>(Some(permit)), body).await;
        let call = || self.call(RequestKind::Launch);
        let failed = |error| {
            self.observe_error(K::LAUNCH, None, &error);
            Error::from_call(&call(), error)
        };
        let launched = sent.map_err(failed).and_then(|decoded| {
            let id = K::job_id(&decoded).copied().map(JobId::of::<K>);
            self.observe(K::LAUNCH, id, &decoded);
            id.ok_or_else(|| Error::without_job_id(&call(), decoded))
        });
        let took = start.elapsed();
        match launched {
            Ok(id) => {
                launches::launched(id, took);
                Ok(Job::launched(self.clone(), id, took))
            }
            Err(error) => {
                let error = error.with_job_id_of(JobId::of::<K>);
                launches::failed(&error);
                Err(error)
            }
        }
    }
}

type Outcome<K> = Result<Job<K>, Error>;

/// Called right before each attempt to launch.
pub(crate) type LaunchingHook<K> = Box<dyn FnMut(&dyn JobQuery<Kind = K>) + Send>;

/// Returns a hook for queries of one type.
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

/// Returns the outcome of a launch, for its span.
pub(crate) fn summary<K: JobKind>(outcome: &Outcome<K>) -> Result<(JobId, Option<u32>), &Error> {
    outcome.as_ref().map(|job| (job.id(), job.launch_attempts()))
}

pub(crate) async fn launch<K: JobKind>(
    client: &Client,
    query: Query<K>,
    on_launching: Option<LaunchingHook<K>>,
) -> Outcome<K> {
    launch_detached(client, query, None, on_launching, Retry::ByPolicy).await
}

/// Like [`launch`], with the permit of the first attempt.
pub(crate) async fn launch_with<K: JobKind>(
    client: &Client,
    query: Query<K>,
    permit: Permit,
    on_launching: Option<LaunchingHook<K>>,
) -> Outcome<K> {
    launch_detached(client, query, Some(permit), on_launching, Retry::ByPolicy).await
}

/// Whether a launch is sent again if the API certainly did not act on it.
#[derive(Debug, Clone, Copy)]
enum Retry {
    ByPolicy,
    Never,
}

/// Launches in a separate task.
async fn launch_detached<K: JobKind>(
    client: &Client,
    query: Query<K>,
    permit: Option<Permit>,
    on_launching: Option<LaunchingHook<K>>,
    retry: Retry,
) -> Outcome<K> {
    let url = delivery_url(client, &*query);
    let body = query.to_request(url.as_deref());
    let body = body.map_err(|error| error.of_launch(query.clone(), Some(AttemptStats::NONE)))?;
    let (sender, receiver) = oneshot::channel();
    let mut receiver = Receiver { client, receiver };
    let launching = Launching {
        client: client.clone(),
        query: query.clone(),
        body,
        delivered: query.accepts_webhook() && client.delivers_to::<K>(url.as_deref()),
        permit,
        on_launching,
        retry,
        sender,
    };
    let counted = client.in_flight().count();
    let task = async move {
        launching.run().await;
        drop(counted);
    };
    tokio::spawn(task.in_current_span());
    let outcome = (&mut receiver.receiver).await;
    outcome.unwrap_or_else(|_| {
        Err(Error::abandoned(&client.call(RequestKind::Launch)).of_launch(query, None))
    })
}

/// Returns the URL to which the result of a launch is delivered: that of its query, or that of the
/// client for this kind.
fn delivery_url<K: JobKind>(client: &Client, query: &dyn JobQuery<Kind = K>) -> Option<String> {
    if query.accepts_webhook() {
        query.delivery_url().or_else(|| client.webhook_url::<K>())
    } else {
        None
    }
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
    retry: Retry,
    sender: oneshot::Sender<Outcome<K>>,
}

/// Why a waiting launch is not sent.
enum Halt {
    /// The caller has dropped its future.
    Dropped,
    /// The client, or the batch, has stopped launching.
    Stopped,
}

impl<K: JobKind> Launching<K> {
    async fn run(mut self) {
        let Some(outcome) = self.launch().await else {
            launches::abandoned(None);
            return;
        };
        if let Err(unclaimed) = self.sender.send(outcome) {
            abandon(&self.client, unclaimed);
        }
    }

    /// Sends the launch until its outcome is known. While nothing is in flight, it ends as soon as
    /// the caller drops its future (then there is nothing to report) or launching is stopped.
    async fn launch(&mut self) -> Option<Outcome<K>> {
        let client = self.client.clone();
        // A launch of a batch waits for permits without a deadline, after a 429 as well.
        let patient = self.permit.is_some();
        let permit = match self.permit.take() {
            Some(permit) => self.unless_halted(std::future::ready(Ok(permit))).await,
            None => self.unless_halted(client.permit(RequestKind::Launch)).await,
        };
        let mut permit = match permit {
            Ok(Ok(permit)) => permit,
            Ok(Err(error)) => return self.failed(error, Some(AttemptStats::NONE)),
            Err(Halt::Dropped) => return None,
            Err(Halt::Stopped) => return self.stopped(AttemptStats::NONE, None),
        };
        let mut attempts = client.attempts().patient(patient);
        loop {
            if let Some(hook) = &mut self.on_launching {
                hook(&*self.query);
            }
            let error = match client.send_launch::<K>(permit, &self.body).await {
                Ok(job) => {
                    let job = job.with_launch_attempts(attempts.completed().attempts);
                    return Some(Ok(job.delivered_here(self.delivered)));
                }
                Err(error) => error,
            };
            if let Retry::Never = self.retry {
                return self.failed(error, Some(attempts.completed()));
            }
            let Some(pause) = attempts.after(&error) else {
                return self.failed(error, Some(attempts.failed()));
            };
            let next = client.permit_after(RequestKind::Launch, pause, &attempts);
            permit = match self.unless_halted(next).await {
                Ok(Some(permit)) => permit,
                Ok(None) | Err(Halt::Dropped) => {
                    return self.failed(error, Some(attempts.failed()));
                }
                Err(Halt::Stopped) => return self.stopped(attempts.failed(), Some(error)),
            };
            attempts.resume();
        }
    }

    fn failed(&self, error: Error, attempts: Option<AttemptStats>) -> Option<Outcome<K>> {
        Some(Err(error.of_launch(self.query.clone(), attempts)))
    }

    fn stopped(&self, attempts: AttemptStats, last: Option<Error>) -> Option<Outcome<K>> {
        self.failed(Error::stopped(&self.client.call(RequestKind::Launch), last), Some(attempts))
    }

    /// Waits for a permit, unless the launch is no longer wanted.
    async fn unless_halted<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Halt> {
        let stop = self.client.launch_stop().clone();
        let (mut work, mut stopped) = (pin!(work), pin!(stop.cancelled()));
        poll_fn(|cx| {
            if self.sender.poll_closed(cx).is_ready() {
                return Poll::Ready(Err(Halt::Dropped));
            }
            if stopped.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(Halt::Stopped));
            }
            Poll::Ready(Ok(ready!(work.as_mut().poll(cx))))
        })
        .await
    }
}

/// The caller's end of the channel. When the caller drops its future, the outcome may have been
/// sent but not yet received.
struct Receiver<'a, K: JobKind> {
    client: &'a Client,
    receiver: oneshot::Receiver<Outcome<K>>,
}

impl<K: JobKind> Drop for Receiver<'_, K> {
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(unclaimed) = self.receiver.try_recv() {
            abandon(self.client, unclaimed);
        }
    }
}

/// Handles the outcome of a launch without a receiver.
fn abandon<K: JobKind>(client: &Client, outcome: Outcome<K>) {
    match outcome {
        Ok(job) => orphan(job),
        Err(error) => match error.job_id() {
            Some(id) => orphan(client.job_of::<K>(id)),
            // A launch in doubt was logged when it failed.
            None => launches::abandoned(Some(&error)),
        },
    }
}

/// A launch's outcome on its way to the caller. If it is dropped unclaimed, its job is an orphan.
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
