//! A client with an inbox, and a sandbox that delivers to it, on a paused clock.

use std::time::Duration;

use axum::http::Response;
use tokio::time::{Instant, sleep};
use waterfall::webhook::{Inbox, Jwks, Receiver, Verifier};
use waterfall::{Client, ClientBuilder, Clock, ContactQuery, JobId};
use waterfall_sandbox::{DeliveryFault, DeliveryOutcome, Sandbox, Webhooks};

pub(crate) const HOOK: &str = "https://hooks.example.com/hook";

pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

pub(crate) struct WebhookHarness {
    pub(crate) sandbox: Sandbox,
    pub(crate) inbox: Inbox,
    pub(crate) client: Client,
    pub(crate) start: Instant,
}

impl WebhookHarness {
    pub(crate) fn new() -> Self {
        Self::with(Inbox::new(), |builder| builder)
    }

    /// With this inbox, and settings for the client.
    pub(crate) fn with(inbox: Inbox, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        Self::verifying(inbox, set, |verifier| verifier)
    }

    pub(crate) fn verifying(
        inbox: Inbox,
        set: impl FnOnce(ClientBuilder) -> ClientBuilder,
        rules: impl FnOnce(Verifier) -> Verifier,
    ) -> Self {
        let sandbox = Sandbox::builder().webhooks(Webhooks::default().with_attempts(1)).build();
        let keys = Jwks::builder().transport(sandbox.transport().without_key()).build().unwrap();
        deliver(&sandbox, inbox.receiver(rules(Verifier::new(keys).clock(Clock::tokio()))));
        let client = set(Self::builder(&sandbox).inbox(inbox.clone())).build().unwrap();
        Self { sandbox, inbox, client, start: Instant::now() }
    }

    pub(crate) fn builder(sandbox: &Sandbox) -> ClientBuilder {
        Client::builder().api_key("test").transport(sandbox.transport())
    }

    /// Returns the times of the reads of a job, in seconds.
    pub(crate) fn reads(&self, id: JobId) -> Vec<f64> {
        let reads = self.sandbox.reads(id.into());
        reads.iter().map(|read| (read.at - self.start).as_secs_f64()).collect()
    }

    pub(crate) fn fault(&self, fault: DeliveryFault) {
        self.sandbox.fault_next_delivery(fault);
    }

    /// Returns the response statuses of the deliveries.
    pub(crate) async fn statuses(&self) -> Vec<u16> {
        sleep(seconds(0.1)).await;
        let attempts = self.sandbox.deliveries();
        let status = attempts.iter().filter_map(|attempt| match attempt.outcome {
            DeliveryOutcome::Answered(status) => Some(status),
            _ => None,
        });
        status.collect()
    }
}

fn deliver(sandbox: &Sandbox, receiver: Receiver) {
    sandbox.deliver_to(HOOK, move |request| {
        let receiver = receiver.clone();
        async move {
            let (head, body) = request.into_parts();
            let mut response = Response::new(());
            *response.status_mut() = receiver.receive(&head.headers, body).await.status();
            response
        }
    });
}

/// Returns a job of this duration without a webhook.
pub(crate) fn polled(takes: f64) -> ContactQuery {
    ContactQuery::email("jane.doe@acme.com")
        .custom_field("sandbox", format!("seconds={takes} state=SUCCEEDED"))
}

/// Returns a job of this duration with a webhook.
pub(crate) fn query(takes: f64) -> ContactQuery {
    polled(takes).webhook_url(HOOK)
}
