//! Selects the faults of a request or a delivery: those that it requests itself, otherwise the next
//! in the queue, otherwise the first matching rule.

use std::collections::{HashMap, VecDeque};

use axum::http::HeaderMap;

use crate::config::Config;
use crate::endpoint::Endpoint;
use crate::envelope::{ApiError, Code};
use crate::fault::{FAULT_HEADER, Fault};
use crate::jobs::Job;
use crate::operation::Launch;
use crate::rng::{Rng, fingerprint};
use crate::webhook::fault::DeliveryFault;

#[derive(Debug, Default)]
pub(crate) struct FaultInjector {
    queues: HashMap<Endpoint, VecDeque<Vec<Fault>>>,
    deliveries: VecDeque<DeliveryFault>,
    requests: u64,
}

impl FaultInjector {
    /// Queues faults that apply to one request together.
    pub(crate) fn queue(&mut self, endpoint: Endpoint, faults: Vec<Fault>) {
        self.queues.entry(endpoint).or_default().push_back(faults);
    }

    pub(crate) fn queue_delivery(&mut self, fault: DeliveryFault) {
        self.deliveries.push_back(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.queues.clear();
        self.deliveries.clear();
    }

    /// Random numbers are seeded by the job, so that other jobs do not change them.
    pub(crate) fn pick_for_delivery(
        &mut self,
        config: &Config,
        job: &Job,
        launch: &Launch,
    ) -> Vec<DeliveryFault> {
        if let Some(requested) = &launch.directive.webhook {
            return requested.clone();
        }
        if let Some(fault) = self.deliveries.pop_front() {
            return vec![fault];
        }
        let seed = config.seed.to_le_bytes();
        let mut rng = Rng::new(fingerprint(&[b"delivery", &seed, job.id.as_bytes()]));
        let mut rules = config.delivery_rules.iter();
        let hit = rules.find(|rule| rng.hits(rule.probability));
        hit.map(|rule| rule.fault.clone()).into_iter().collect()
    }

    /// An invalid header causes an error response, because it is a mistake in a test.
    pub(crate) fn pick(
        &mut self,
        config: &Config,
        endpoint: Endpoint,
        headers: &HeaderMap,
    ) -> Result<Vec<Fault>, ApiError> {
        self.requests += 1;
        if let Some(text) = headers.get(FAULT_HEADER) {
            let text = String::from_utf8_lossy(text.as_bytes());
            return Fault::parse_list(&text).map_err(|error| {
                ApiError::new(Code::BadRequest).details(vec![format!("{FAULT_HEADER}: {error}")])
            });
        }
        if let Some(faults) = self.queues.get_mut(&endpoint).and_then(VecDeque::pop_front) {
            return Ok(faults);
        }
        let seed = [config.seed.to_le_bytes(), self.requests.to_le_bytes()].concat();
        let mut rng = Rng::new(fingerprint(&[b"fault", &seed]));
        for rule in &config.rules {
            // Drawn for every rule, so that rules do not change each other's numbers.
            let hits = rng.hits(rule.probability);
            if hits && rule.endpoint.is_none_or(|only| only == endpoint) {
                return Ok(vec![rule.fault.clone()]);
            }
        }
        Ok(Vec::new())
    }
}
