//! Sends a request of an immediate operation, with retries where they are safe.
//!
//! A request with an effect runs in its own task, so that dropping the caller's future neither
//! cancels it nor discards its response.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, ready};

use job_polling::limiter::Permit;
use tokio::sync::oneshot;
use tracing::Instrument;
use waterfall_api::BoxFuture;

use crate::client::Client;
use crate::client::attempts::Attempts;
use crate::error::{AttemptStats, Effect, Error, OperationCall, RequestKind};
use crate::telemetry::operations;

/// Sends the request once.
pub(crate) type Attempt<T> =
    Box<dyn FnMut(Permit) -> BoxFuture<'static, Result<T, Error>> + Send + Sync>;

/// Whether requests need a permit of the client's rate limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    RateLimiter,
    /// The API does not count the requests.
    Free,
}

/// A request, and how it is sent.
pub(crate) struct Sending<T> {
    pub(crate) client: Client,
    pub(crate) call: OperationCall,
    pub(crate) budget: Budget,
    pub(crate) attempt: Attempt<T>,
    /// Handles a response whose caller was dropped.
    pub(crate) unclaimed: fn(&Client, T),
}

/// Why a waiting request is not sent.
enum Halt {
    /// The caller has dropped its future.
    Dropped,
    /// The client has stopped launching.
    Stopped,
}

impl<T: Send + 'static> Sending<T> {
    /// Sends until the outcome is known.
    pub(crate) async fn send(self) -> Result<T, Error> {
        let (client, call) = (self.client.clone(), self.call);
        let abandoned = || Error::abandoned(&client.call(RequestKind::Operation(call)));
        if call.effect == Effect::None {
            let outcome = self.attempts(|_| Poll::Pending).await;
            return outcome.unwrap_or_else(|| Err(abandoned()));
        }
        let (sender, receiver) = oneshot::channel();
        let mut claim = Claim { client: client.clone(), receiver, unclaimed: self.unclaimed };
        let counted = client.in_flight().count();
        let task = async move {
            self.run(sender).await;
            drop(counted);
        };
        tokio::spawn(task.in_current_span());
        let outcome = (&mut claim.receiver).await;
        outcome.unwrap_or_else(|_| Err(abandoned()))
    }

    /// The task of a request with an effect.
    async fn run(self, mut sender: oneshot::Sender<Result<T, Error>>) {
        let (client, unclaimed) = (self.client.clone(), self.unclaimed);
        let mut stopped = Box::pin(client.launch_stop().clone().cancelled_owned());
        let outcome = self
            .attempts(|cx| {
                if sender.poll_closed(cx).is_ready() {
                    return Poll::Ready(Halt::Dropped);
                }
                stopped.as_mut().poll(cx).map(|()| Halt::Stopped)
            })
            .await;
        if let Some(Err(Ok(lost))) = outcome.map(|outcome| sender.send(outcome)) {
            unclaimed(&client, lost);
        }
    }

    /// Sends until the outcome is known. Returns `None` if the caller is gone before anything was
    /// sent. While nothing is in flight, `halt` ends it.
    async fn attempts(
        mut self,
        mut halt: impl FnMut(&mut Context<'_>) -> Poll<Halt>,
    ) -> Option<Result<T, Error>> {
        let request = RequestKind::Operation(self.call);
        let stopped = |client: &Client, stats, last| {
            let error = Error::stopped(&client.call(request), last);
            Some(Err(error.with_attempts(stats)))
        };
        let mut permit = match unless(&mut halt, self.permit(request)).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(error)) => return Some(Err(error)),
            Err(Halt::Dropped) => return None,
            Err(Halt::Stopped) => return stopped(&self.client, AttemptStats::NONE, None),
        };
        let mut attempts = self.client.attempts();
        loop {
            let error = match (self.attempt)(permit).await {
                Ok(outcome) => return Some(Ok(outcome)),
                Err(error) => error,
            };
            operations::failed(self.call, &error);
            let next = match attempts.after(&error) {
                Some(pause) => {
                    let next = self.permit_after(request, pause, &attempts);
                    unless(&mut halt, next).await
                }
                None => Ok(None),
            };
            permit = match next {
                Ok(Some(permit)) => permit,
                Ok(None) | Err(Halt::Dropped) => {
                    return Some(Err(error.with_attempts(attempts.failed())));
                }
                Err(Halt::Stopped) => {
                    return stopped(&self.client, attempts.failed(), Some(error));
                }
            };
        }
    }

    async fn permit(&self, request: RequestKind) -> Result<Permit, Error> {
        match self.budget {
            Budget::RateLimiter => self.client.permit(request).await,
            Budget::Free => Ok(Permit::external(drop)),
        }
    }

    async fn permit_after(
        &self,
        request: RequestKind,
        pause: std::time::Duration,
        attempts: &Attempts,
    ) -> Option<Permit> {
        match self.budget {
            Budget::RateLimiter => self.client.permit_after(request, pause, attempts).await,
            Budget::Free => {
                tokio::time::sleep(pause).await;
                Some(Permit::external(drop))
            }
        }
    }
}

/// Runs the work, unless it is halted first.
async fn unless<T>(
    halt: &mut impl FnMut(&mut Context<'_>) -> Poll<Halt>,
    work: impl Future<Output = T>,
) -> Result<T, Halt> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        if let Poll::Ready(why) = halt(cx) {
            return Poll::Ready(Err(why));
        }
        Poll::Ready(Ok(ready!(work.as_mut().poll(cx))))
    })
    .await
}

/// The caller's end of the channel. When the caller drops its future, the outcome may have been
/// sent but not yet received.
struct Claim<T> {
    client: Client,
    receiver: oneshot::Receiver<Result<T, Error>>,
    unclaimed: fn(&Client, T),
}

impl<T> Drop for Claim<T> {
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(Ok(lost)) = self.receiver.try_recv() {
            (self.unclaimed)(&self.client, lost);
        }
    }
}
