//! Launching without losing an id: the request runs in a task of its own, so
//! that dropping the caller's future neither cuts it nor forgets its answer.

use tokio::sync::oneshot;
use tracing::Instrument;

use crate::error::Task;
use crate::{Client, ContactQuery, Error, Job};

type Outcome = Result<Job, Error>;

pub(crate) async fn launch(client: &Client, query: &ContactQuery) -> Outcome {
    let body = query.to_body()?;
    let (sender, receiver) = oneshot::channel();
    let mut receiver = Receiver { client, receiver };
    let sending = client.clone();
    let task = async move {
        let outcome = sending.send_launch(&body).await;
        if let Err(unwanted) = sender.send(outcome) {
            abandon(&sending, unwanted);
        }
    };
    tokio::spawn(task.in_current_span());
    let outcome = (&mut receiver.receiver).await;
    outcome.unwrap_or_else(|_| Err(Error::abandoned(&client.call(Task::Launch))))
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
            None if error.may_have_launched() => {
                let (kind, status) = (error.kind(), error.status());
                tracing::warn!(%kind, ?status, "an abandoned launch is in doubt");
            }
            None => tracing::debug!(kind = %error.kind(), "an abandoned launch failed"),
        },
    }
}

/// Hands a job that nobody waits for to the client's hook.
pub(crate) fn orphan(job: Job) {
    let hook = job.client().settings().on_orphan.clone();
    hook(job);
}
