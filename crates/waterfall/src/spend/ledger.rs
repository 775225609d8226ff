//! [`SpendLedger`]: adds up the costs of jobs and counts each job once.

use std::collections::{HashMap, VecDeque};

use parking_lot::{Mutex, MutexGuard};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use waterfall_api::decode;
use waterfall_api::types::{JobState, Usage};

use crate::job_id::JobId;
use crate::job_state;
use crate::spend::spent::Spent;

/// The maximum number of jobs that are remembered to count each once.
const REMEMBERED: usize = 65_536;

/// The sum of the costs of a client's jobs.
#[derive(Debug, Default)]
pub(crate) struct SpendLedger(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    spent: Spent,
    /// The jobs that were counted, and whether their usage was known.
    counted: HashMap<Uuid, bool>,
    order: VecDeque<Uuid>,
}

/// The relevant parts of a response. The rest is skipped without being decoded.
#[derive(Deserialize)]
struct Body {
    status: Option<Value>,
    output: Option<Output>,
}

/// The part of a response that names its job.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    input: Value,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    usage: Value,
}

impl SpendLedger {
    pub(crate) fn spent(&self) -> Spent {
        self.state().spent
    }

    /// Counts the job in the body of a response, if it is finished. `requested` is the job that the
    /// request asked for; the body may omit its ID.
    pub(crate) fn observe(&self, requested: Option<JobId>, body: &[u8]) {
        let Ok(Body { status, output }) = serde_json::from_slice(body) else { return };
        let state = status.as_ref().and_then(Value::as_str).map(JobState::from);
        if state.as_ref().is_some_and(|state| job_state::is_final(state) != Some(true)) {
            return;
        }
        let job_id = requested.or_else(|| named(body));
        let usage = output.map(|output| output.usage).filter(Value::is_object);
        let usage = usage.and_then(|usage| decode::<Usage>(usage.to_string().as_bytes()).ok());
        let usage = usage.as_ref().map(|(usage, _)| usage);
        self.count(job_id, state == Some(JobState::Succeeded), usage);
    }

    /// Counts a finished job.
    pub(crate) fn count(&self, job_id: Option<JobId>, succeeded: bool, usage: Option<&Usage>) {
        if usage.is_none() && !succeeded {
            return;
        }
        let mut state = self.state();
        let job_id = job_id.map(|id| id.uuid());
        match job_id.and_then(|id| state.counted.get(&id).copied()) {
            Some(true) => return,
            Some(false) => state.spent.jobs_without_usage -= 1,
            None => {}
        }
        if let Some(id) = job_id {
            state.remember(id, usage.is_some());
        }
        let cost = usage.map_or_else(Spent::unknown, Spent::from);
        state.spent.add(&cost);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// Returns the job that a body names.
fn named(body: &[u8]) -> Option<JobId> {
    let Named { input } = serde_json::from_slice(body).ok()?;
    input.pointer("/task/job_id")?.as_str()?.parse().ok()
}

impl State {
    fn remember(&mut self, id: Uuid, with_usage: bool) {
        if self.counted.insert(id, with_usage).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.counted.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::PhoneEnrichment;

    fn id(number: usize) -> JobId {
        Uuid::from_u128(number as u128).into()
    }

    fn observe(ledger: &SpendLedger, number: usize, rest: &str) {
        ledger.observe(Some(id(number)), format!("{{{rest}}}").as_bytes());
    }

    #[test]
    fn only_finished_jobs_count_and_each_once() {
        let ledger = SpendLedger::default();
        let priced =
            r#""status":"SUCCEEDED","output":{"usage":{"total_usd":0.1,"persons_count":1}}"#;
        observe(&ledger, 1, r#""status":"RUNNING","output":{"usage":{"total_usd":9}}"#);
        observe(&ledger, 1, r#""job_id":"00000000-0000-0000-0000-000000000001""#);
        assert_eq!(ledger.spent(), Spent::default());
        observe(&ledger, 1, priced);
        observe(&ledger, 1, priced);
        observe(&ledger, 2, priced);
        observe(&ledger, 3, priced);
        let spent = ledger.spent();
        assert_eq!((spent.total().to_string().as_str(), spent.jobs()), ("0.30", 3));
        assert_eq!(spent.persons_count(), 3);
    }

    #[test]
    fn a_usage_that_comes_later_replaces_the_gap() {
        let ledger = SpendLedger::default();
        observe(&ledger, 1, r#""status":"SUCCEEDED","output":{}"#);
        observe(&ledger, 1, r#""status":"SUCCEEDED","output":{"usage":"free"}"#);
        observe(&ledger, 2, r#""status":"FAILED""#);
        assert_eq!((ledger.spent().jobs(), ledger.spent().jobs_without_usage()), (0, 1));
        observe(&ledger, 1, r#""status":"SUCCEEDED","output":{"usage":{"phones_usd":0.5}}"#);
        let spent = ledger.spent();
        assert_eq!((spent.jobs(), spent.jobs_without_usage()), (1, 0));
        assert_eq!(spent.total(), spent.phones());
    }

    #[test]
    fn jobs_that_no_one_names_count_each_time_and_junk_never() {
        let ledger = SpendLedger::default();
        let unnamed =
            br#"{"status":"SUCCEEDED","input":null,"output":{"usage":{"total_usd":0.05}}}"#;
        ledger.observe(None, unnamed);
        ledger.observe(None, unnamed);
        let named = r#"{"input":{"task":{"job_id":"00000000-0000-0000-0000-000000000007"}},
            "status":"SUCCEEDED","output":{"usage":{"total_usd":0.05}}}"#;
        ledger.observe(None, named.as_bytes());
        ledger.observe(Some(id(7)), named.as_bytes());
        for junk in ["", "[]", "<html>", r#"{"output":7}"#, r#"{"output":{"usage":[]}}"#] {
            ledger.observe(None, junk.as_bytes());
        }
        assert_eq!(ledger.spent().total().to_string(), "0.15");
        assert_eq!(ledger.spent().jobs_without_usage(), 0);
    }

    #[test]
    fn a_job_counts_once_with_and_without_its_kind() {
        let ledger = SpendLedger::default();
        let mut usage = Usage::default();
        usage.total_usd = 0.1.into();
        ledger.count(Some(JobId::of::<PhoneEnrichment>(id(1).uuid())), true, Some(&usage));
        ledger.count(Some(id(1)), true, Some(&usage));
        assert_eq!(
            (ledger.spent().jobs(), ledger.spent().total().to_string().as_str()),
            (1, "0.10")
        );
    }

    #[test]
    fn memory_is_bounded() {
        let ledger = SpendLedger::default();
        for number in 0..REMEMBERED + 10 {
            ledger.count(Some(id(number)), true, None);
        }
        let state = ledger.state();
        assert_eq!((state.counted.len(), state.order.len()), (REMEMBERED, REMEMBERED));
    }
}
