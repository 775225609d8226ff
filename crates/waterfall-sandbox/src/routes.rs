//! Handles requests.
//!
//! Checks run in this order: key, rate limit, route, request contents, permissions of
//! the account. Paths that need no key check the method only. A request that passes the
//! rate limit counts towards it, even if a later check rejects it.

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Method};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::accounts;
use crate::clock::DateShape;
use crate::endpoint::{Endpoint, Feature, is_open, is_path};
use crate::envelope::{ApiError, Code};
use crate::fault::Fault;
use crate::fault_effects::ResponseDraft;
use crate::fault_table::apply;
use crate::jobs::{Job, NewJob};
use crate::keys::Caller;
use crate::operation::{JobOperation, Launch};
use crate::operations::{self, JobRequest};
use crate::query_string::job_id;
use crate::record::{LaunchRecord, RecordedRequest, listed};
use crate::reply::{Ending, Outcome, Reply};
use crate::sandbox::Sandbox;
use crate::sandbox::State;
use crate::webhook::record::to_json;

/// The maximum size of a request body, more than any launch needs.
pub(crate) const MAX_BODY: usize = 1 << 20;

/// A request that was received over HTTP or in process.
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    /// `None` if it was too large or incomplete.
    pub(crate) body: Option<Bytes>,
}

impl Call {
    pub(crate) fn new(method: Method, path: &str, query: Option<&str>, headers: HeaderMap) -> Self {
        Self {
            endpoint: Endpoint::of(method.as_str(), path),
            method,
            path: path.to_owned(),
            query: query.map(str::to_owned),
            headers,
            body: Some(Bytes::new()),
        }
    }

    pub(crate) fn with_body(self, body: Option<Bytes>) -> Self {
        Self { body, ..self }
    }

    /// Returns the error for an unknown path, or for a known path with another method.
    fn no_route(&self) -> ApiError {
        ApiError::new(if is_path(&self.path) { Code::InvalidRoute } else { Code::NotFound })
    }
}

impl Sandbox {
    /// Answers a request. It is processed atomically on arrival; dropping the future
    /// afterwards undoes nothing.
    pub(crate) async fn handle(&self, call: Call) -> Outcome {
        let picked = {
            let config = &self.inner.config;
            self.state().fault_injector.pick(config, call.endpoint, &call.headers)
        };
        if let Ok(faults) = &picked {
            for fault in faults {
                if let Fault::DelayRequest(time) = fault {
                    tokio::time::sleep(*time).await;
                }
            }
        }
        let (outcome, recorded) = self.answer(&call, picked);
        if let Some(observer) = &self.inner.config.observer {
            observer.call(call.method.as_str(), &call.path, &recorded);
        }
        if !outcome.delay.is_zero() {
            tokio::time::sleep(outcome.delay).await;
        }
        outcome
    }

    fn answer(
        &self,
        call: &Call,
        picked: Result<Vec<Fault>, ApiError>,
    ) -> (Outcome, RecordedRequest) {
        let mut state = self.state();
        // Read under the lock, so that times are in the order of processing.
        let now = Instant::now();
        let mut recorded = RecordedRequest::new(call.endpoint, now);
        let (reply, faults) = match picked {
            Ok(faults) if faults.iter().all(Fault::is_processed) => {
                recorded.processed = true;
                let reply = self.process(&mut state, call, &mut recorded).unwrap_or_else(|error| {
                    recorded.code = Some(error.code.as_str());
                    error.into()
                });
                (reply, faults)
            }
            // One of the faults replaces this response.
            Ok(faults) => (ApiError::new(Code::Unclassified).into(), faults),
            Err(error) => (error.into(), Vec::new()),
        };
        let mut draft = ResponseDraft::new(reply);
        for fault in &faults {
            apply(fault, &mut draft, &self.inner.config.rate_limit);
        }
        let outcome = self.outcome(draft, now);
        let is_answered = !matches!(outcome.ending, Ending::Reset | Ending::Refuse);
        recorded.status = is_answered.then_some(outcome.status.as_u16());
        state.requests.push(recorded.clone());
        (outcome, recorded)
    }

    fn outcome(&self, draft: ResponseDraft, now: Instant) -> Outcome {
        let ResponseDraft { reply, ending, delay, clock_jump, headers: replaced } = draft;
        let body = reply.body();
        let mut headers = reply.headers;
        if let Ok(date) = HeaderValue::from_str(&self.inner.clock.http_date(now, clock_jump)) {
            headers.insert("date", date);
        }
        headers.extend(replaced);
        Outcome { status: reply.status, headers, body, ending, delay }
    }

    /// Processes a request like the API.
    fn process(
        &self,
        state: &mut State,
        call: &Call,
        recorded: &mut RecordedRequest,
    ) -> Result<Reply, ApiError> {
        match call.endpoint {
            Endpoint::Keys => return Ok(self.webhook_keys(state, recorded.at)),
            Endpoint::RotateKeys => {
                let kid = state.keyring.rotate(recorded.at);
                return Ok(Reply::json(json!({ "kid": kid })));
            }
            Endpoint::Deliveries => {
                let to_json = |attempt| to_json(attempt, &self.inner.clock);
                let all: Vec<Value> = state.deliveries.iter().map(to_json).collect();
                return Ok(Reply::json(json!({ "deliveries": all })));
            }
            Endpoint::Launches => {
                let listed =
                    |record: &LaunchRecord| listed(&record.read(), &self.inner.clock, recorded.at);
                let all: Vec<Value> = state.launches.iter().map(listed).collect();
                return Ok(Reply::json(json!({ "launches": all })));
            }
            Endpoint::Other if is_open(&call.path) => return Err(call.no_route()),
            _ => {}
        }
        let config = &self.inner.config;
        let caller = state.managed_keys.caller(config, &call.headers)?;
        recorded.key = Some(caller.key);
        if call.endpoint == Endpoint::GetAccount {
            return self.account(state, call, &caller, recorded.at);
        }
        let limit = config.rate_limit.or_requests(caller.per_interval);
        let window = state.windows.entry(caller.key).or_default();
        let limit_headers = window.admit(&limit, recorded.at).map_err(|headers| {
            recorded.refused = true;
            ApiError::new(Code::RateLimitExceeded).with_headers(headers)
        })?;
        match self.respond_to(state, call, &caller, recorded) {
            Ok(mut reply) => {
                reply.headers.extend(limit_headers);
                Ok(reply)
            }
            Err(error) => Err(error.with_headers(limit_headers)),
        }
    }

    /// Answers a request that the rate limit admits.
    fn respond_to(
        &self,
        state: &mut State,
        call: &Call,
        caller: &Caller,
        recorded: &mut RecordedRequest,
    ) -> Result<Reply, ApiError> {
        let config = &self.inner.config;
        match operations::request(call.endpoint) {
            Some(JobRequest::Launch(operation)) => {
                return self.launch(state, call, (operation, caller), recorded);
            }
            Some(JobRequest::Find(operation)) => {
                return self.find(state, call, (operation, caller), recorded);
            }
            None => {}
        }
        let body = match call.endpoint {
            Endpoint::ListApiKeys => state.managed_keys.list(config, caller)?,
            Endpoint::CreateApiKey => {
                state.managed_keys.create(config, caller, json_body(call)?)?
            }
            Endpoint::ModifyApiKey => {
                state.managed_keys.modify(config, caller, json_body(call)?)?
            }
            _ => return Err(call.no_route()),
        };
        Ok(Reply::json(body))
    }

    fn launch(
        &self,
        state: &mut State,
        call: &Call,
        (operation, caller): (&'static JobOperation, &Caller),
        recorded: &mut RecordedRequest,
    ) -> Result<Reply, ApiError> {
        let config = &self.inner.config;
        let body = json_body(call)?;
        let launch = Launch::parse(operation, body)?;
        if let Some((feature, code)) = operation.needs(&launch) {
            let denied = feature == Feature::Phone && !config.keys.may_have_phones(caller.key);
            if denied || config.disabled.contains(&feature) {
                return Err(ApiError::new(code));
            }
        }
        if state.accounts.is_used_up(config, caller) {
            return Err(ApiError::new(Code::OverQuota));
        }
        let found = operation.findings(&launch)?;
        let today = self.inner.clock.day(recorded.at);
        let usage = state.accounts.bill(config, caller, operation, &found, today);
        let new = NewJob { operation, caller: *caller, launch: &launch, body, usage };
        let job = state.jobs.launch(config, new, recorded.at);
        recorded.job_id = Some(job.id);
        state.launches.push(LaunchRecord {
            job_id: job.id,
            kind: job.kind,
            key: job.key,
            at: job.launched,
            runs_for: job.runs_for,
            state: job.state.clone(),
            body: job.launch.clone(),
        });
        let reply = self.launched(operation, job, &launch);
        if let Some((delivery, due)) = self.delivery(&mut state.fault_injector, job, &launch) {
            self.enqueue(&mut state.outbox, delivery, due);
        }
        Ok(reply)
    }

    /// Returns the response to a launch: the job's ID, or the result if it is available at once.
    fn launched(&self, operation: &JobOperation, job: &Job, launch: &Launch) -> Reply {
        let clock = &self.inner.clock;
        if operation.at_once {
            job.answer_to(launch, clock, job.launched)
        } else {
            Reply::json(job.launched_body(clock))
        }
    }

    fn find(
        &self,
        state: &State,
        call: &Call,
        (operation, caller): (&'static JobOperation, &Caller),
        recorded: &mut RecordedRequest,
    ) -> Result<Reply, ApiError> {
        let id = job_id(call.query.as_deref())?;
        recorded.job_id = Some(id);
        let of = (operation.kind, caller.account);
        let job = state.jobs.find(&self.inner.config, of, id, recorded.at);
        let job = job.ok_or_else(|| ApiError::new(Code::JobNotFound))?;
        Ok(job.answer(&self.inner.clock, recorded.at))
    }

    fn account(
        &self,
        state: &State,
        call: &Call,
        caller: &Caller,
        now: Instant,
    ) -> Result<Reply, ApiError> {
        let clock = &self.inner.clock;
        let period = accounts::period(call.query.as_deref(), clock.day(now))?;
        let mut report = state.accounts.report(&self.inner.config, caller, period);
        report["server_date"] = json!(clock.date(now, DateShape::Offset));
        Ok(Reply::json(report))
    }

    fn webhook_keys(&self, state: &mut State, now: Instant) -> Reply {
        let settings = &self.inner.config.webhooks;
        state.keyring.catch_up(settings, now);
        let mut reply = Reply::json(state.keyring.published());
        if let Some(max_age) = settings.max_age {
            let text = format!("public, max-age={}", max_age.as_secs());
            let value = HeaderValue::from_str(&text);
            reply.headers.extend(value.ok().map(|value| (CACHE_CONTROL, value)));
        }
        reply
    }
}

/// Returns the body, if its content type is JSON; other bodies count as missing.
fn json_body(call: &Call) -> Result<&[u8], ApiError> {
    let body = call.body.as_deref().ok_or_else(|| {
        ApiError::new(Code::BadRequest).details(vec![format!("body: over {MAX_BODY} bytes")])
    })?;
    let kind = call.headers.get("content-type").and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if body.trim_ascii().is_empty() || !kind.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::new(Code::MissingBody));
    }
    Ok(body)
}
