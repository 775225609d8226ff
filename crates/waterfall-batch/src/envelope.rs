//! [`Envelope`]: the parts of a response about a job of any kind other than its output.

use std::collections::HashMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use waterfall::{JobId, JobState};

use crate::id::Fence;
use crate::journal::JobResult;
use crate::row::Outcome;
use waterfall::Usd;

/// The custom field by which a response identifies its row.
pub const ROW_KEY: &str = "waterfall_batch";

/// Members of an output that are not results: the price, an echo, and values that are also reported
/// if nothing was found.
const ASIDE: [&str; 6] = ["usage", "ip", "ip_geo", "type", "confidence_score", "has_more_pages"];

/// If an output has one of these lists, the list is the result, and all other members are ignored.
const PERSONS: &str = "persons";

/// The member that reports a job change, and its value that is not a result.
const JOB_CHANGE: &str = "job_change_status";
const UNKNOWN: &str = "unknown";

/// The parts of a response about a job other than its output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Envelope {
    pub(crate) state: JobState,
    pub(crate) found: bool,
    pub(crate) cost: Option<Usd>,
    pub(crate) balance: Option<Usd>,
    pub(crate) job: Option<JobId>,
    pub(crate) fence: Option<Fence>,
    pub(crate) error: Option<String>,
}

impl Envelope {
    /// Returns `None` if the body is not an object with a `status`.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let body: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let state = JobState::from(body.get("status")?.as_str()?);
        let output = body.get("output");
        let usage = output.and_then(|output| output.get("usage"));
        let dollars = |name: &str| Usd::from_f64(usage?.get(name)?.as_f64()?);
        let task = body.get("input").and_then(|input| input.get("task"));
        let text = |name: &str| task?.get(name)?.as_str();
        let fence = task.and_then(|task| task.get("custom_fields")?.get(ROW_KEY)?.as_str());
        Some(Self {
            state,
            found: output.is_some_and(has_content),
            cost: dollars("total_usd"),
            balance: dollars("balance_remaining_usd"),
            job: text("job_id").and_then(|id| id.parse().ok()),
            fence: fence.and_then(|fence| fence.parse().ok()),
            error: body.get("error").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// Returns how the job ended; `None` while it is running or in an unknown state.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        match self.state {
            JobState::Succeeded if self.found => Some(Outcome::Found),
            JobState::Succeeded => Some(Outcome::NotFound),
            JobState::Failed | JobState::TimedOut | JobState::Aborted => Some(Outcome::Failed),
            _ => None,
        }
    }

    /// Returns the response as it is stored.
    pub(crate) fn result(&self, http_status: u16, body: &[u8]) -> JobResult {
        let mut result = JobResult::new(http_status, body);
        result.cost = self.cost;
        result.balance = self.balance;
        result.detail = match self.outcome() {
            Some(Outcome::Failed) => {
                let state = self.state.as_str();
                Some(match &self.error {
                    Some(error) => format!("the job ended as {state}: {error}"),
                    None => format!("the job ended as {state}"),
                })
            }
            _ => None,
        };
        result
    }
}

/// Returns whether an output contains anything except its price.
fn has_content(output: &Value) -> bool {
    match output {
        Value::Object(members) => match members.get(PERSONS) {
            Some(persons) => is_filled(persons) || members.get("person").is_some_and(is_filled),
            None => members.iter().any(|(name, value)| match &**name {
                JOB_CHANGE => is_filled(value) && value != UNKNOWN,
                name => !ASIDE.contains(&name) && is_filled(value),
            }),
        },
        other => is_filled(other),
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(is_filled),
        Value::Object(members) => members.values().any(is_filled),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Returns the body without the row's key in `input.task.custom_fields`. All other bytes are
/// unchanged, unless the launch had no other custom field: then `custom_fields` is null, as for a
/// launch without the key.
pub(crate) fn without_row_key(body: &[u8]) -> Vec<u8> {
    cut(body).unwrap_or_else(|| body.to_vec())
}

fn cut(body: &[u8]) -> Option<Vec<u8>> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        input: &'a RawValue,
    }
    #[derive(serde::Deserialize)]
    struct Input<'a> {
        #[serde(borrow)]
        task: &'a RawValue,
    }
    #[derive(serde::Deserialize)]
    struct Task<'a> {
        #[serde(borrow)]
        custom_fields: &'a RawValue,
    }
    let text = std::str::from_utf8(body).ok()?;
    let input: Body<'_> = serde_json::from_str(text).ok()?;
    let task: Input<'_> = serde_json::from_str(input.input.get()).ok()?;
    let fields: Task<'_> = serde_json::from_str(task.task.get()).ok()?;
    let fields = fields.custom_fields.get();
    let members: HashMap<String, &RawValue> = serde_json::from_str(fields).ok()?;
    let value = members.get(ROW_KEY)?.get();
    let rest = match members.len() {
        1 => "null".to_owned(),
        _ => without_member(fields, offset(fields, value)?, value.len())?,
    };
    let start = offset(text, fields)?;
    let mut cut = text.get(..start)?.as_bytes().to_vec();
    cut.extend_from_slice(rest.as_bytes());
    cut.extend_from_slice(text.get(start + fields.len()..)?.as_bytes());
    Some(cut)
}

/// Returns the position of a part of a text within the text.
fn offset(text: &str, part: &str) -> Option<usize> {
    (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)
}

/// Parses an object with several members and returns it without the row's key, whose value is
/// stored here.
fn without_member(object: &str, at: usize, len: usize) -> Option<String> {
    let (before, after) = (object.get(..at)?, object.get(at + len..)?);
    let before = &before[..before.rfind(&format!("\"{ROW_KEY}\""))?];
    Some(match after.trim_start().strip_prefix(',') {
        Some(after) => format!("{before}{}", after.trim_start()),
        None => format!("{}{after}", before.trim_end().strip_suffix(',')?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_of_all_kinds() {
        let rows = [
            (r#"{"status":"RUNNING"}"#, None),
            (r#"{"status":"PAUSED"}"#, None),
            (r#"{"status":"FAILED","error":"no"}"#, Some(Outcome::Failed)),
            (r#"{"status":"SUCCEEDED"}"#, Some(Outcome::NotFound)),
            (r#"{"status":"SUCCEEDED","output":{"person":null}}"#, Some(Outcome::NotFound)),
            (
                r#"{"status":"SUCCEEDED","output":{"person":{},"persons":[{}],"usage":{"total_usd":0}}}"#,
                Some(Outcome::NotFound),
            ),
            (r#"{"status":"SUCCEEDED","output":{"person":{"title":"CFO"}}}"#, Some(Outcome::Found)),
            (r#"{"status":"SUCCEEDED","output":{"persons":[{"id":1}]}}"#, Some(Outcome::Found)),
            (
                r#"{"status":"SUCCEEDED","output":{"company":{"domain":"a.b"},"persons":[]}}"#,
                Some(Outcome::NotFound),
            ),
            (
                r#"{"status":"SUCCEEDED","output":{"job_change_status":"unknown","person":null}}"#,
                Some(Outcome::NotFound),
            ),
            (
                r#"{"status":"SUCCEEDED","output":{"job_change_status":"left"}}"#,
                Some(Outcome::Found),
            ),
            (
                r#"{"status":"SUCCEEDED","output":{"ip":"192.0.2.7","type":"isp","company":{}}}"#,
                Some(Outcome::NotFound),
            ),
            (
                r#"{"status":"SUCCEEDED","output":{"titles":[],"has_more_pages":false}}"#,
                Some(Outcome::NotFound),
            ),
        ];
        for (body, expected) in rows {
            assert_eq!(Envelope::parse(body.as_bytes()).unwrap().outcome(), expected, "{body}");
        }
        for body in ["", "[]", "{}", r#"{"status":7}"#] {
            assert_eq!(Envelope::parse(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn the_price_and_the_row_are_read() {
        let body = br#"{"status":"SUCCEEDED","input":{"task":{
            "job_id":"7d44db58-5de3-4e92-a2fb-8325d12c2e8b",
            "custom_fields":{"waterfall_batch":"00000000000000000000000000000001/17/2"}}},
            "output":{"usage":{"total_usd":0.1,"balance_remaining_usd":99.5}}}"#;
        let envelope = Envelope::parse(body).unwrap();
        assert_eq!(envelope.cost, Some(Usd::from_micros(100_000)));
        assert_eq!(envelope.balance, Some(Usd::from_micros(99_500_000)));
        assert_eq!(envelope.fence.map(|fence| (fence.row, fence.attempt)), Some((17, 2)));
        assert!(envelope.job.is_some());
    }

    #[test]
    fn only_the_key_of_the_row_is_removed() {
        let with = |fields: &str| {
            format!(
                r#"{{ "b": 1.50, "input" : {{"task":{{"custom_fields": {fields} ,"x":"é"}}}}}}"#
            )
        };
        let rows = [
            (r#"{"waterfall_batch":"a/1/1"}"#, "null"),
            (r#"{"crm":"7", "waterfall_batch" : "a/1/1" , "z": 1.0}"#, r#"{"crm":"7", "z": 1.0}"#),
            (r#"{ "waterfall_batch":"a/1/1","b":1}"#, r#"{ "b":1}"#),
            (r#"{"z":"7" , "waterfall_batch":"a/1/1"}"#, r#"{"z":"7" }"#),
            (r#"{"crm":"7"}"#, r#"{"crm":"7"}"#),
            ("null", "null"),
        ];
        for (fields, expected) in rows {
            let cut = without_row_key(with(fields).as_bytes());
            assert_eq!(String::from_utf8(cut).unwrap(), with(expected));
        }
        for body in ["", "not JSON", "{}", r#"{"input":7}"#] {
            assert_eq!(without_row_key(body.as_bytes()), body.as_bytes());
        }
    }
}
