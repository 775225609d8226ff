//! Jobs: their outcome, and the finder's response over time.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::clock::{Clock, DateShape};
use crate::config::Config;
use crate::directive::Wanted;
use crate::keys::KeyId;
use crate::names;
use crate::people::Persona;
use crate::reply::Reply;
use crate::rng::{Rng, fingerprint};
use crate::validate::{Launch, Query};

/// A job, whose outcome is fixed at its launch.
///
/// A sandbox keeps many jobs, so what can be derived from the launch is derived again
/// for each response.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    pub(crate) key: KeyId,
    pub(crate) launched: Instant,
    /// `None` for a job that never ends.
    pub(crate) runs_for: Option<Duration>,
    /// The final state.
    pub(crate) state: Cow<'static, str>,
    /// The body of its launch, as it was received.
    pub(crate) launch: Arc<[u8]>,
    usage: Usage,
    /// The fingerprint of its query, and the ordinal of its launch among launches of that
    /// query.
    query: u64,
    nth: u64,
}

/// The cost of a job and the number of its results.
#[derive(Debug, Clone, Copy)]
struct Usage {
    phones: u32,
    found: bool,
    cost_cents: u64,
    balance_cents: u64,
}

impl Usage {
    /// The API's usage object.
    fn to_json(self) -> Value {
        let dollars = |cents: u64| cents as f64 / 100.0;
        let phones_cents = PHONE_CENTS * u64::from(self.phones);
        json!({
            "total_usd": dollars(self.cost_cents),
            "persons_usd": dollars(self.cost_cents - phones_cents),
            "phones_usd": dollars(phones_cents),
            "companies_usd": 0.0,
            "persons_count": u32::from(self.found),
            "phones_count": self.phones,
            "companies_count": 0,
            "balance_remaining_usd": dollars(self.balance_cents),
        })
    }
}

/// The prices are the sandbox's own.
const PERSON_CENTS: u64 = 10;
const PHONE_CENTS: u64 = 1;

impl Job {
    fn shape(&self) -> DateShape {
        DateShape::of(fingerprint(&[self.id.as_bytes()]))
    }

    /// The launcher's response.
    pub(crate) fn launched_body(&self, clock: &Clock) -> Value {
        json!({ "job_id": self.id, "start_date": clock.date(self.launched, self.shape()) })
    }

    /// When the job ends; `None` for a job that never does.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.launched.checked_add(self.runs_for?)
    }

    /// The finder's response at a time.
    pub(crate) fn answer(&self, clock: &Clock, now: Instant) -> Reply {
        match Launch::parse(&self.launch) {
            Ok(launch) => self.answer_to(&launch, clock, now),
            Err(error) => error.into(),
        }
    }

    /// The same for a parsed launch; also the body of a delivery.
    pub(crate) fn answer_to(&self, launch: &Launch, clock: &Clock, now: Instant) -> Reply {
        Reply::json(self.body(launch, clock, now)).with_custom_fields(launch.custom_fields.clone())
    }

    /// Its custom fields are a placeholder, see
    /// [`Content::Json`](crate::reply::Content).
    fn body(&self, launch: &Launch, clock: &Clock, now: Instant) -> Value {
        let mut body = json!({
            "status": "RUNNING",
            "start_date": clock.date(self.launched, self.shape()),
            "input": { "task": self.echo(launch) },
        });
        let Some(ended) = self.ends().filter(|ended| *ended <= now) else { return body };
        body["status"] = json!(self.state);
        if matches!(&*self.state, "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED") {
            body["stop_date"] = json!(clock.date(ended, self.shape()));
        }
        if self.state == "SUCCEEDED" {
            body["output"] = json!({ "person": person_of(launch), "usage": self.usage.to_json() });
        }
        if self.state == "FAILED" {
            body["error"] = json!("Provider error");
        }
        body
    }

    /// Every field of the launch, null if it was absent, as the finder's documentation
    /// has it: `linkedin` is named `linkedin_url`, and `include_phones` appears only if
    /// the launch had it.
    fn echo(&self, launch: &Launch) -> Value {
        let sent = |name: &str| launch.fields.get(name).cloned().unwrap_or_default();
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
        if let Some(phones) = launch.fields.get("include_phones") {
            task["include_phones"] = phones.clone();
        }
        task
    }
}

/// All jobs, the accounts of the keys, and the counts of repeated queries.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    by_id: HashMap<Uuid, Job>,
    in_order: VecDeque<Uuid>,
    /// The number of launches of each query that still has a job.
    repeats: HashMap<u64, u64>,
    /// An upper bound of that number for all other queries, so that ids stay unique.
    removed_max: u64,
    accounts: HashMap<KeyId, Account>,
}

/// The launches and the spending of a key.
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

    /// Starts a job. Its id and duration follow from the seed, the query and the number
    /// of earlier launches of that query. Other launches do not change them until jobs
    /// are removed.
    pub(crate) fn launch(
        &mut self,
        config: &Config,
        key: KeyId,
        launch: &Launch,
        body: &[u8],
        now: Instant,
    ) -> &Job {
        self.make_room(config, now);
        let query = query_number(&launch.query);
        let nth = self.repeats.entry(query).or_insert(self.removed_max);
        *nth += 1;
        let nth = *nth;
        let parts = [config.seed.to_le_bytes(), query.to_le_bytes(), nth.to_le_bytes()];
        let id = names::uuid(&[b"job", &parts.concat()]);
        let drawn = config.job_time.draw(&mut Rng::new(fingerprint(&[b"time", &parts.concat()])));
        let usage = self.bill(config, key, person_of(launch).as_ref());
        let directive = &launch.directive;
        let state = directive.state.clone().map_or(Cow::Borrowed("SUCCEEDED"), Cow::Owned);
        let runs_for = (state != "RUNNING").then(|| directive.runs_for.unwrap_or(drawn));
        self.in_order.push_back(id);
        self.by_id.entry(id).or_insert(Job {
            id,
            key,
            launched: now,
            runs_for,
            state,
            launch: body.into(),
            usage,
            query,
            nth,
        })
    }

    /// The job, if it belongs to this key and has not expired.
    pub(crate) fn find(&self, config: &Config, key: KeyId, id: Uuid, now: Instant) -> Option<&Job> {
        let is_kept = |job: &&Job| now.duration_since(job.launched) < config.job_expiry;
        self.by_id.get(&id).filter(|job| job.key == key).filter(is_kept)
    }

    /// Removes expired jobs, and the oldest jobs until there is room for one more.
    fn make_room(&mut self, config: &Config, now: Instant) {
        while let Some(id) = self.in_order.front() {
            let oldest = self.by_id.get(id).map(|job| job.launched);
            let is_kept = oldest.is_some_and(|at| now.duration_since(at) < config.job_expiry);
            if is_kept && self.in_order.len() < config.max_jobs {
                break;
            }
            let job = self.by_id.remove(id);
            self.in_order.pop_front();
            if let Some(job) = job
                && self.repeats.get(&job.query) == Some(&job.nth)
            {
                self.repeats.remove(&job.query);
                self.removed_max = self.removed_max.max(job.nth);
            }
        }
    }

    /// A job that finds nobody is free, as in the API.
    fn bill(&mut self, config: &Config, key: KeyId, person: Option<&Value>) -> Usage {
        let phones = person.and_then(|p| p["phone_numbers"].as_array()).map_or(0, Vec::len);
        let phones = u32::try_from(phones).unwrap_or(u32::MAX);
        let found = person.is_some();
        let cost_cents = if found { PERSON_CENTS + PHONE_CENTS * u64::from(phones) } else { 0 };
        let account = self.accounts.entry(key).or_default();
        account.launches += 1;
        account.spent_cents += cost_cents;
        let balance_cents = config.balance_cents.saturating_sub(account.spent_cents);
        Usage { phones, found, cost_cents, balance_cents }
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

/// Only a job that succeeds has a person, and is billed for one.
fn person_of(launch: &Launch) -> Option<Value> {
    if launch.directive.state.as_deref().is_some_and(|state| state != "SUCCEEDED") {
        return None;
    }
    let persona = Persona::of(&launch.query);
    match &launch.directive.person {
        Wanted::AsFound => persona.find(launch.wants_phones()),
        Wanted::Nobody => None,
        Wanted::With(fields) => {
            let mut person = persona.always_find(launch.wants_phones());
            for (name, value) in fields {
                person[name.as_str()] = value.clone();
            }
            Some(person)
        }
    }
}
