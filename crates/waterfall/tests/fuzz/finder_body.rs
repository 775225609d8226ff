//! Bodies of the finder: kept byte for byte, serialized unchanged, and rejected without showing any
//! of their contents.

use serde_json::{Map, Value};
use waterfall::{Error, ErrorKind, Snapshot};

use crate::answers::{check_text, fetch};

pub(crate) const SEEDS: &[&str] = &[
    r#"{"status":"RUNNING","start_date":"2025-02-05T12:00:00","input":null}"#,
    r#"{"status":"QUEUED","start_date":"soon","input":{},"output":{},"new":{"a":[1,2.5e3,null]}}"#,
    r#"{"status":"SUCCEEDED","start_date":"2025-02-05T12:00:00Z","stop_date":"2025-02-05T12:00:05Z",
        "input":{"task":{"job_id":"7d44db58-5de3-4e92-a2fb-8325d12c2e8b","custom_fields":{"a":{}}}},
        "output":{"person":{"first_name":"Jane-Somebody","domain_age_days":10957,"experiences":
        [{"title":"Head of Something","is_current":true}],"phone_numbers":null},"usage":null}}"#,
    r#"{"status":"FAILED","start_date":"","input":{"task":null},"error":"Provider error, again"}"#,
];

/// Seeds, separated by `¦`.
pub(crate) const WORDS: &str = "\
    {¦}¦[¦]¦:¦,¦\"status\":\"SUCCEEDED\",¦\"status\":7,¦\"start_date\":\"\",¦\"input\":null¦\
    \"input\":{\"task\":¦\"output\":{\"person\":¦\"usage\":¦\"a\"¦null¦true¦1e999¦-0¦0.1¦\
    123456789012345678901234567890¦\"\\ud800\"¦\"\\u0000\"¦\"secret-of-a-person\"¦\
    \"experiences\":[¦\"domain_age_days\":¦\"job_id\":";

pub(crate) fn check(body: &[u8]) {
    match fetch(200, &[], body) {
        Ok(snapshot) => check_snapshot(&snapshot, body),
        Err(error) => check_error(&error, body),
    }
}

fn check_snapshot(snapshot: &Snapshot, body: &[u8]) {
    assert_eq!(&snapshot.raw()[..], body);
    assert_eq!(snapshot.raw_json().as_bytes(), body);
    let came: Value = serde_json::from_slice(body).expect("it was decoded");
    let written = serde_json::to_value(snapshot.job()).expect("it was decoded");
    assert_eq!(plain(written), plain(came.clone()));
    assert_eq!(came["status"], snapshot.state().as_str());
    let is_final = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];
    assert_eq!(snapshot.is_final(), is_final.contains(&snapshot.state().as_str()));
    let person = &came["output"]["person"];
    assert_eq!(snapshot.person().is_some(), person.is_object());
    // The elapsed time can be computed for any dates.
    let _ = (snapshot.elapsed(), format!("{snapshot:?}"));
}

/// Normalizes the parts of a value that a decoder may write differently.
fn plain(value: Value) -> Value {
    match value {
        // 7 and 7.0 are the same number.
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        // A UUID has several spellings.
        Value::String(text) => uuid(&text).unwrap_or(Value::String(text)),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, plain(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

fn uuid(text: &str) -> Option<Value> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let rest: String = text.chars().filter(|c| !c.is_ascii_hexdigit()).collect();
    let is_uuid = digits.len() == 32 && rest.chars().all(|c| "-{}".contains(c));
    is_uuid.then(|| Value::from(digits.to_lowercase()))
}

fn check_error(error: &Error, body: &[u8]) {
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.json_path().is_some_and(|path| path.starts_with('$')));
    assert_eq!(error.body(), Some(body.get(..64 * 1024).unwrap_or(body)));
    check_text(error);
    let Ok(came) = serde_json::from_slice::<Value>(body) else { return };
    assert!(!came["status"].is_string(), "nothing else is indispensable: {error}");
    let mut values = Vec::new();
    texts(&came, &mut values);
    for value in values.iter().filter(|value| value.len() >= 12) {
        assert!(!error.to_string().contains(*value), "{error} has {value}");
    }
}

/// Returns the texts in a value, without the names of fields.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}
