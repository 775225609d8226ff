//! Deliveries that the in-process sandbox signs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use tokio::time::sleep;
use tower::ServiceExt;
use waterfall::webhook::axum::router;
use waterfall::webhook::{Delivery, Jwks, Receiver, Verifier};
use waterfall::{Client, ContactQuery};
use waterfall_sandbox::{DeliveryFault, DeliveryOutcome, Sandbox};

const HOOK: &str = "https://hooks.example.com/hook";

struct WebhookHarness {
    sandbox: Sandbox,
    client: Client,
    taken: Arc<Mutex<Vec<Delivery>>>,
}

impl WebhookHarness {
    fn new() -> Self {
        let sandbox = Sandbox::builder().build();
        let client = Client::builder().api_key("test").transport(sandbox.transport());
        let keys = Jwks::builder().transport(sandbox.transport().without_key()).build().unwrap();
        let taken: Arc<Mutex<Vec<Delivery>>> = Arc::default();
        let shelf = taken.clone();
        let receiver = Receiver::new(Verifier::new(keys), move |delivery| {
            shelf.lock().unwrap().push(delivery);
            async { Ok::<(), ()>(()) }
        });
        let app: Router = router("/hook", receiver);
        sandbox.deliver_to(HOOK, move |request| {
            let answer = app.clone().oneshot(request.map(Body::from));
            async { answer.await.unwrap_or_else(|never| match never {}) }
        });
        Self { sandbox, client: client.build().unwrap(), taken }
    }

    /// Returns the response status of a job's delivery, if it was sent.
    async fn job(&self, fault: Option<DeliveryFault>) -> Vec<u16> {
        if let Some(fault) = fault {
            self.sandbox.fault_next_delivery(fault);
        }
        let before = self.sandbox.deliveries().len();
        let query = ContactQuery::linkedin("jane-doe-abc123").webhook_url(HOOK);
        let done = self.client.enrich(query).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        if let Some(delivery) = self.taken.lock().unwrap().last()
            && delivery.job_id() == Some(done.job_id())
        {
            assert_eq!(delivery.snapshot().raw(), done.raw(), "the same as from the finder");
        }
        let attempts = self.sandbox.deliveries();
        let answered = attempts[before..].iter().filter_map(|attempt| match attempt.outcome {
            DeliveryOutcome::Answered(status) => Some(status),
            _ => None,
        });
        answered.collect()
    }

    fn count(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

#[tokio::test(start_paused = true)]
async fn deliveries_verify_across_a_key_rotation() {
    let harness = WebhookHarness::new();
    assert_eq!(harness.job(None).await, [200]);
    let old = harness.taken.lock().unwrap()[0].verified().key_id().unwrap().to_owned();
    let new = harness.sandbox.rotate_keys();
    assert_ne!(old, new);
    assert_eq!(harness.job(None).await, [200]);
    let taken = harness.taken.lock().unwrap();
    assert_eq!(taken[1].verified().key_id(), Some(new.as_str()));
    assert!(taken.iter().all(Delivery::is_signed));
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_handled_once() {
    let harness = WebhookHarness::new();
    assert_eq!(harness.job(Some(DeliveryFault::Duplicate(3))).await, [200; 4]);
    assert_eq!(harness.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn forged_deliveries_are_refused() {
    use DeliveryFault::{
        Expired, TamperBody, TamperSignature, UnknownKey, Unsign, WrongHash, WrongKid,
    };

    let harness = WebhookHarness::new();
    for fault in [TamperBody, TamperSignature, Unsign, WrongKid, UnknownKey, Expired, WrongHash] {
        assert_eq!(harness.job(Some(fault.clone())).await, [400], "{fault:?}");
    }
    assert_eq!(harness.count(), 0);
    assert_eq!(harness.job(None).await, [200]);
    assert_eq!(harness.count(), 1);
}
