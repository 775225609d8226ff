//! Jobs: what becomes of a launch, and what the finder says of it over time.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::chance::{Dice, fingerprint};
use crate::clock::{Clock, DateShape};
use crate::config::Config;
use crate::directive::Wanted;
use crate::keys::KeyId;
use crate::names;
use crate::people::Lead;
use crate::reply::Reply;
use crate::validate::{Launch, Query};
use crate::webhook::DeliveryFault;

/// A job, decided in full at its launch; time only uncovers it.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    pub(crate) key: KeyId,
    pub(crate) launched: Instant,
    /// `None` for a job that never ends.
    pub(crate) runs_for: Option<Duration>,
    /// The state that it ends in.
    pub(crate) state: String,
    custom_fields: Option<Arc<RawValue>>,
    /// What its launch asks to go wrong with its delivery.
    pub(crate) delivery_faults: Option<Vec<DeliveryFault>>,
    fields: Map<String, Value>,
    person: Option<Value>,
    usage: Value,
}

impl Job {
    fn shape(&self) -> DateShape {
        DateShape::of(fingerprint(&[self.id.as_bytes()]))
    }

    /// The launcher's answer.
    pub(crate) fn launched_body(&self, clock: &Clock) -> Value {
        json!({ "job_id": self.id, "start_date": clock.date(self.launched, self.shape()) })
    }

    /// When it is over; `None` for a job that never is.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.launched.checked_add(self.runs_for?)
    }

    pub(crate) fn webhook_url(&self) -> Option<&str> {
        self.fields.get("webhook_url")?.as_str()
    }

    /// The finder's answer at a time, which is also what is delivered.
    pub(crate) fn answer(&self, clock: &Clock, now: Instant) -> Reply {
        Reply::json(self.body(clock, now)).with_custom_fields(self.custom_fields.clone())
    }

    /// The custom fields in it are a place-holder, see
    /// [`Content::Json`](crate::reply::Content).
    fn body(&self, clock: &Clock, now: Instant) -> Value {
        let mut body = json!({
            "status": "RUNNING",
            "start_date": clock.date(self.launched, self.shape()),
            "input": { "task": self.echo() },
        });
        let Some(ended) = self.ends().filter(|ended| *ended <= now) else { return body };
        body["status"] = json!(self.state);
        if matches!(self.state.as_str(), "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED") {
            body["stop_date"] = json!(clock.date(ended, self.shape()));
        }
        if self.state == "SUCCEEDED" {
            body["output"] = json!({ "person": self.person, "usage": self.usage });
        }
        if self.state == "FAILED" {
            body["error"] = json!("Provider error");
        }
        body
    }

    /// Every field of the launch, null where it was not given, as the finder's
    /// page has it: `linkedin` under the name `linkedin_url`, and
    /// `include_phones` only where it was given.
    fn echo(&self) -> Value {
        let sent = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let mut task = json!({
            "linkedin_url": sent("linkedin"),
            "first_name": sent("first_name"),
            "last_name": sent("last_name"),
            "full_name": sent("full_name"),
            "domain": sent("domain"),
            "email": sent("email"),
            "webhook_url": sent("webhook_url"),
            "custom_fields": sent("custom_fields"),
            "job_id": self.id,
            "context_id": self.id,
        });
        if let Some(phones) = self.fields.get("include_phones") {
            task["include_phones"] = phones.clone();
        }
        task
    }
}

/// All jobs, and what launching them left behind.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    by_id: HashMap<Uuid, Job>,
    in_order: VecDeque<Uuid>,
    /// How often each query was launched.
    repeats: HashMap<u64, u64>,
    accounts: HashMap<KeyId, Account>,
}

/// What a key has launched and spent.
#[derive(Debug, Clone, Copy, Default)]
struct Account {
    launches: u64,
    spent_cents: u64,
}

impl Jobs {
    pub(crate) fn is_over_quota(&self, config: &Config, key: KeyId) -> bool {
        self.accounts.get(&key).is_some_and(|account| account.launches >= config.quota)
            || config.quota == 0
    }

    /// Starts a job. Id and time follow from the seed, the query, and how often
    /// it was launched before: other launches don't change them.
    pub(crate) fn launch(
        &mut self,
        config: &Config,
        key: KeyId,
        launch: Launch,
        now: Instant,
    ) -> &Job {
        self.forget_expired(config, now);
        let query = query_number(&launch.query);
        let nth = self.repeats.entry(query).or_default();
        *nth += 1;
        let parts = [config.seed.to_le_bytes(), query.to_le_bytes(), nth.to_le_bytes()];
        let id = names::uuid(&[b"job", &parts.concat()]);
        let drawn = config.job_time.draw(&mut Dice::new(fingerprint(&[b"time", &parts.concat()])));
        let person = person_of(&launch);
        let usage = self.bill(config, key, person.as_ref());
        let directive = launch.directive;
        let state = directive.state.unwrap_or_else(|| "SUCCEEDED".to_owned());
        let runs_for = (state != "RUNNING").then(|| directive.runs_for.unwrap_or(drawn));
        self.in_order.push_back(id);
        self.by_id.entry(id).or_insert(Job {
            id,
            key,
            launched: now,
            runs_for,
            state,
            custom_fields: launch.custom_fields,
            delivery_faults: directive.webhook,
            fields: launch.fields,
            person,
            usage,
        })
    }

    /// The job, if it is this key's and has not expired.
    pub(crate) fn find(&self, config: &Config, key: KeyId, id: Uuid, now: Instant) -> Option<&Job> {
        let is_kept = |job: &&Job| now.duration_since(job.launched) < config.job_expiry;
        self.by_id.get(&id).filter(|job| job.key == key).filter(is_kept)
    }

    fn forget_expired(&mut self, config: &Config, now: Instant) {
        while let Some(job) = self.in_order.front().and_then(|id| self.by_id.get(id)) {
            if now.duration_since(job.launched) < config.job_expiry {
                break;
            }
            self.by_id.remove(&job.id.clone());
            self.in_order.pop_front();
        }
    }

    /// Nobody found costs nothing, as the API has it; the prices are ours.
    fn bill(&mut self, config: &Config, key: KeyId, person: Option<&Value>) -> Value {
        let phones = person.and_then(|p| p["phone_numbers"].as_array()).map_or(0, Vec::len) as u64;
        let cost = if person.is_some() { 10 + phones } else { 0 };
        let account = self.accounts.entry(key).or_default();
        account.launches += 1;
        account.spent_cents += cost;
        let balance = config.balance_cents.saturating_sub(account.spent_cents);
        json!({
            "total_usd": cost as f64 / 100.0,
            "balance_remaining_usd": balance as f64 / 100.0,
            "persons_count": u32::from(person.is_some()),
            "phones_count": phones,
        })
    }
}

fn query_number(query: &Query) -> u64 {
    match query {
        Query::Email(email) => {
            fingerprint(&[b"e", email.local.as_bytes(), email.domain.as_bytes()])
        }
        Query::Linkedin(slug) => fingerprint(&[b"l", slug.as_bytes()]),
        Query::Name { first, last, domain } => {
            fingerprint(&[b"n", first.as_bytes(), last.as_bytes(), domain.as_bytes()])
        }
    }
}

/// Only a job that succeeds has a person; the others are not billed for one.
fn person_of(launch: &Launch) -> Option<Value> {
    if launch.directive.state.as_deref().is_some_and(|state| state != "SUCCEEDED") {
        return None;
    }
    let lead = Lead::of(&launch.query);
    match &launch.directive.person {
        Wanted::AsFound => lead.follow(launch.wants_phones()),
        Wanted::Nobody => None,
        Wanted::With(fields) => {
            let mut person = lead.insist(launch.wants_phones());
            for (name, value) in fields {
                person[name.as_str()] = value.clone();
            }
            Some(person)
        }
    }
}
