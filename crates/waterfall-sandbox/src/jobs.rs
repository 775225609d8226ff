//! Jobs: their outcome, and the finder's response over time.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::accounts::Usage;
use crate::clock::{Clock, DateShape};
use crate::config::Config;
use crate::endpoint::JobType;
use crate::keys::{AccountId, Caller, KeyId};
use crate::names;
use crate::operation::{JobOperation, Launch};
use crate::operations;
use crate::reply::Reply;
use crate::rng::{Rng, fingerprint};

/// A job, whose outcome is fixed at its launch.
///
/// A sandbox stores many jobs, so values that can be derived from the launch are derived for each
/// response.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    pub(crate) kind: JobType,
    pub(crate) key: KeyId,
    account: AccountId,
    pub(crate) launched: Instant,
    /// `None` for a job that never ends.
    pub(crate) runs_for: Option<Duration>,
    /// The final state.
    pub(crate) state: Cow<'static, str>,
    /// The body of its launch, as it was received.
    pub(crate) launch: Arc<[u8]>,
    usage: Usage,
    /// The fingerprint of its query, and the ordinal number of its launch among launches of that
    /// query.
    query: u64,
    nth: u64,
}

impl Job {
    fn shape(&self) -> DateShape {
        DateShape::of(fingerprint(&[self.id.as_bytes()]))
    }

    /// Returns the launcher's response.
    pub(crate) fn launched_body(&self, clock: &Clock) -> Value {
        json!({ "job_id": self.id, "start_date": clock.date(self.launched, self.shape()) })
    }

    /// Returns when the job ends; `None` for a job that never does.
    pub(crate) fn ends(&self) -> Option<Instant> {
        self.launched.checked_add(self.runs_for?)
    }

    /// Returns the finder's response at a time.
    pub(crate) fn answer(&self, clock: &Clock, now: Instant) -> Reply {
        match Launch::parse(operations::operation(self.kind), &self.launch) {
            Ok(launch) => self.answer_to(&launch, clock, now),
            Err(error) => error.into(),
        }
    }

    /// Like [`response`](Self::response), for a parsed launch; also the body of a delivery.
    pub(crate) fn answer_to(&self, launch: &Launch, clock: &Clock, now: Instant) -> Reply {
        Reply::json(self.body(launch, clock, now)).with_custom_fields(launch.custom_fields.clone())
    }

    /// The custom fields are a placeholder; see [`Content::Json`](crate::reply::Content).
    fn body(&self, launch: &Launch, clock: &Clock, now: Instant) -> Value {
        let operation = operations::operation(self.kind);
        let mut body = json!({
            "status": "RUNNING",
            "start_date": clock.date(self.launched, self.shape()),
            "input": { "task": self.echo(operation, launch) },
        });
        let Some(ended) = self.ends().filter(|ended| *ended <= now) else { return body };
        body["status"] = json!(self.state);
        if matches!(&*self.state, "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED") {
            body["stop_date"] = json!(clock.date(ended, self.shape()));
        }
        if self.state == "SUCCEEDED" {
            // The launch was checked when the job started.
            let found = operation.findings(launch).unwrap_or_default();
            let mut output = Value::Object(found.output);
            output["usage"] = self.usage.to_json();
            body["output"] = output;
        }
        if self.state == "FAILED" {
            body["error"] = json!("Provider error");
        }
        body
    }

    /// Returns every field of the launch, null if it was absent, and the ID.
    fn echo(&self, operation: &JobOperation, launch: &Launch) -> Value {
        let mut task = Map::new();
        for (name, _) in operation.form {
            let sent = launch.fields.get(*name);
            if sent.is_none() && operation.only_if_sent.contains(name) {
                continue;
            }
            let renamed = operation.renamed.iter().find(|(from, _)| from == name);
            let name = renamed.map_or(*name, |(_, to)| to);
            task.insert(name.to_owned(), sent.cloned().unwrap_or_default());
        }
        task.insert("job_id".to_owned(), json!(self.id));
        task.insert("context_id".to_owned(), json!(self.id));
        Value::Object(task)
    }
}

/// A launch to be started as a job.
pub(crate) struct NewJob<'a> {
    pub(crate) operation: &'static JobOperation,
    pub(crate) caller: Caller,
    pub(crate) launch: &'a Launch,
    pub(crate) body: &'a [u8],
    pub(crate) usage: Usage,
}

/// All jobs, and the counts of repeated queries.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    by_id: HashMap<Uuid, Job>,
    in_order: VecDeque<Uuid>,
    /// The number of launches of each query that still has a job.
    repeats: HashMap<u64, u64>,
    /// An upper bound of that number for all other queries, so that IDs remain unique.
    removed_max: u64,
}

impl Jobs {
    /// Starts a job. Its ID and duration follow from the seed, the query and the number of earlier
    /// launches of that query. Other launches do not change them until jobs are removed.
    pub(crate) fn launch(&mut self, config: &Config, new: NewJob<'_>, now: Instant) -> &Job {
        self.make_room(config, now);
        let NewJob { operation, caller, launch, body, usage } = new;
        let query = query_number(operation.kind, launch.identity);
        let nth = self.repeats.entry(query).or_insert(self.removed_max);
        *nth += 1;
        let nth = *nth;
        let parts = [config.seed.to_le_bytes(), query.to_le_bytes(), nth.to_le_bytes()];
        let id = names::uuid(&[b"job", &parts.concat()]);
        let drawn = if operation.at_once {
            Duration::ZERO
        } else {
            config.job_time.draw(&mut Rng::new(fingerprint(&[b"time", &parts.concat()])))
        };
        let directive = &launch.directive;
        let state = directive.state.clone().map_or(Cow::Borrowed("SUCCEEDED"), Cow::Owned);
        let runs_for = (state != "RUNNING").then(|| directive.runs_for.unwrap_or(drawn));
        self.in_order.push_back(id);
        self.by_id.entry(id).or_insert(Job {
            id,
            kind: operation.kind,
            key: caller.key,
            account: caller.account,
            launched: now,
            runs_for,
            state,
            launch: body.into(),
            usage,
            query,
            nth,
        })
    }

    /// Returns the job, if it has this kind, belongs to this account and has not expired.
    pub(crate) fn find(
        &self,
        config: &Config,
        (kind, account): (JobType, AccountId),
        id: Uuid,
        now: Instant,
    ) -> Option<&Job> {
        let is_kept = |job: &&Job| now.duration_since(job.launched) < config.job_expiry;
        let is_theirs = |job: &&Job| job.account == account && job.kind == kind;
        self.by_id.get(&id).filter(is_theirs).filter(is_kept)
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
}

/// Identifies a query among those of all kinds.
fn query_number(kind: JobType, identity: u64) -> u64 {
    match kind {
        JobType::Contact => identity,
        _ => fingerprint(&[kind.to_string().as_bytes(), &identity.to_le_bytes()]),
    }
}
