//! Drives the outbox: waits, sends, and records outcomes.

use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::UNIX_EPOCH;

use axum::http::{Request, Response};
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until, timeout};

use super::destination::Destination;
use super::fault::DeliveryFault;
use super::outbox::{Action, Attempt, Outbox, PendingDelivery};
use super::record::{DeliveryAttempt, DeliveryOutcome};
use super::token::{SignedDelivery, sign_delivery};
use crate::fault_injector::FaultInjector;
use crate::jobs::Job;
use crate::operation::Launch;
use crate::sandbox::Sandbox;
use crate::sandbox::{Inner, State};

/// An attempt in progress.
struct Sending {
    attempt: Attempt,
    /// Its sequence number in the outbox.
    number: u64,
    /// Its number in the list of recorded attempts.
    entry: u64,
    signed: SignedDelivery,
    destination: Destination,
}

impl Sandbox {
    /// Registers a receiver in this process for deliveries to URLs that begin with
    /// `prefix`. No socket is used, so the clock may be paused. Of several matching
    /// prefixes, the longest applies. Registering a prefix again replaces its receiver.
    ///
    /// A receiver is an async function from a request to a response, of which only the
    /// status matters. If it does not respond, the attempt times out. It may be called
    /// again before it has responded. A receiver that holds a clone of the sandbox, or a
    /// client that uses it, keeps the sandbox alive.
    ///
    /// ```
    /// use axum::http::Response;
    /// use waterfall_sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::new();
    /// sandbox.deliver_to("https://hooks.example.com/", async |request| {
    ///     println!("received {} bytes", request.body().len());
    ///     Response::new(())
    /// });
    /// ```
    ///
    /// With a tower service, such as an axum router:
    ///
    /// ```
    /// use axum::body::Body;
    /// use axum::{Router, routing::post};
    /// use tower::ServiceExt;
    /// use waterfall_sandbox::Sandbox;
    ///
    /// let router: Router = Router::new().route("/hook", post(async || "OK"));
    /// let sandbox = Sandbox::new();
    /// sandbox.deliver_to("https://hooks.example.com/", move |request| {
    ///     let response = router.clone().oneshot(request.map(Body::from));
    ///     async { response.await.unwrap_or_else(|never| match never {}) }
    /// });
    /// ```
    pub fn deliver_to<F, A, B>(&self, prefix: &str, receiver: F)
    where
        F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
        A: Future<Output = Response<B>> + Send + 'static,
    {
        self.state().receivers.add(prefix, receiver);
    }

    /// Returns the last 10,000 delivery attempts, in the order in which they were made.
    pub fn deliveries(&self) -> Vec<DeliveryAttempt> {
        self.state().deliveries.to_vec()
    }

    /// Waits until no delivery of a launched job is outstanding: each has been answered or has run
    /// out of attempts. This includes deliveries of running jobs; jobs that never end have none.
    ///
    /// It has no time limit; use [`tokio::time::timeout`]. The future can be dropped at any
    /// time.
    pub async fn delivered(&self) {
        loop {
            let outbox_changed = self.inner.outbox_changed.notified();
            let mut outbox_changed = std::pin::pin!(outbox_changed);
            outbox_changed.as_mut().enable();
            if self.state().outbox.is_empty() {
                return;
            }
            outbox_changed.await;
        }
    }

    /// Queues a fault for the delivery of the next job that is launched with a
    /// `webhook_url`. Each call affects one further job. Jobs that request faults in their
    /// custom fields do not use the queue.
    pub fn fault_next_delivery(&self, fault: DeliveryFault) {
        self.state().fault_injector.queue_delivery(fault);
    }

    /// Signs deliveries with a new key from now on. Returns its `kid`. The old key is published for
    /// as long as clients may cache the key set.
    pub fn rotate_keys(&self) -> String {
        self.state().keyring.rotate(Instant::now()).to_owned()
    }

    /// Returns the delivery of a job, and when it is due.
    pub(crate) fn delivery(
        &self,
        fault_injector: &mut FaultInjector,
        job: &Job,
        launch: &Launch,
    ) -> Option<(PendingDelivery, Instant)> {
        let (url, due) = (launch.webhook_url()?.to_owned(), job.ends()?);
        let body = job.answer_to(launch, &self.inner.clock, due).body();
        let faults = fault_injector.pick_for_delivery(&self.inner.config, job, launch);
        Some((PendingDelivery { job_id: job.id, url, body, faults }, due))
    }

    /// Schedules a delivery.
    pub(crate) fn enqueue(&self, outbox: &mut Outbox, delivery: PendingDelivery, due: Instant) {
        let first = outbox.add(delivery, due);
        self.wake_at(first);
    }

    /// Sends due deliveries, unless the sandbox has been dropped.
    fn wake_at(&self, time: Instant) {
        let sandbox = Arc::downgrade(&self.inner);
        let waking = async move {
            sleep_until(time).await;
            if let Some(sandbox) = Self::upgrade(&sandbox) {
                sandbox.send_due();
            }
        };
        // The callers are requests and deliveries, which run on tokio.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(waking);
        }
    }

    fn upgrade(inner: &Weak<Inner>) -> Option<Self> {
        inner.upgrade().map(|inner| Self { inner })
    }

    fn send_due(&self) {
        let mut state = self.state();
        let now = Instant::now();
        while let Some(action) = state.outbox.next(now) {
            match action {
                Action::CallAt(time) => self.wake_at(time),
                Action::Send(attempt, number) => {
                    if let Some(sending) = self.prepare(&mut state, attempt, number, now) {
                        state.outbox.started();
                        tokio::spawn(self.send(sending));
                    }
                }
            }
        }
        self.inner.outbox_changed.notify_waiters();
    }

    /// Signs and records an attempt. Returns `None` if nothing is to be sent.
    fn prepare(
        &self,
        state: &mut State,
        attempt: Attempt,
        number: u64,
        now: Instant,
    ) -> Option<Sending> {
        let settings = &self.inner.config.webhooks;
        let delivery = &attempt.delivery;
        state.keyring.catch_up(settings, now);
        let since = self.inner.clock.calendar(now).duration_since(UNIX_EPOCH).unwrap_or_default();
        let signed = sign_delivery(delivery, &state.keyring, settings, since.as_secs());
        let destination = if delivery.faults.contains(&DeliveryFault::Lose) {
            Err(DeliveryOutcome::Lost)
        } else {
            Destination::to(&delivery.url, &state.receivers, &self.inner.sender, settings.any_host)
                .map_err(DeliveryOutcome::NotSent)
        };
        let entry = state.deliveries.push(DeliveryAttempt {
            job_id: delivery.job_id,
            url: delivery.url.clone(),
            at: now,
            attempt: attempt.nth,
            copy: attempt.copy,
            faults: delivery.faults.clone(),
            body: signed.body.clone(),
            signature: signed.token.clone(),
            outcome: destination.as_ref().err().cloned().unwrap_or(DeliveryOutcome::Pending),
        });
        destination.ok().map(|destination| Sending { attempt, number, entry, signed, destination })
    }

    /// Makes an attempt. The sandbox may be dropped in the meantime.
    fn send(&self, sending: Sending) -> impl Future<Output = ()> + Send + use<> {
        let sandbox = Arc::downgrade(&self.inner);
        let limit = self.inner.config.webhooks.timeout;
        async move {
            let Sending { attempt, number, entry, signed, destination } = sending;
            let result = timeout(limit, destination.send(&attempt.delivery.url, signed)).await;
            let outcome = result.unwrap_or(DeliveryOutcome::TimedOut);
            if let Some(sandbox) = Self::upgrade(&sandbox) {
                sandbox.record_outcome(attempt, number, entry, outcome);
                sandbox.send_due();
            }
        }
    }

    fn record_outcome(&self, attempt: Attempt, number: u64, entry: u64, outcome: DeliveryOutcome) {
        let mut state = self.state();
        let now = Instant::now();
        let pause = self.inner.config.webhooks.pause_after(attempt.nth);
        if let Some(pause) = pause.filter(|_| outcome.is_failure()) {
            let due = now.checked_add(pause).unwrap_or(now);
            state.outbox.put(Attempt { nth: attempt.nth + 1, ..attempt }, due);
            self.wake_at(due);
        }
        if let Some(attempt) = state.deliveries.get_mut(entry) {
            attempt.outcome = outcome;
        }
        state.outbox.over(number, now);
    }
}
