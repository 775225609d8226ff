//! JSON lines, and JSON arrays.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// How many lines are looked at.
const SAMPLE: usize = 60;

/// Whether a text is JSON rather than a table. A list can have words beside its objects.
pub(super) fn is_json(text: &str) -> bool {
    let is_object = |line: &str| {
        line.trim_start().starts_with('{')
            && serde_json::from_str::<Map<String, Value>>(line).is_ok()
    };
    text.trim_start().starts_with(['{', '['])
        || text.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE).any(is_object)
}

/// The objects of a text with their lines, from 1. A line that is not JSON is a row as well, so
/// that its problem is reported with the others.
pub(super) fn split(text: &str) -> Result<Vec<(u64, String)>, String> {
    if text.trim_start().starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|error| format!("it is not a JSON array: {error}"))?;
        let line_of = |item: &RawValue| {
            let at = (item.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1
        };
        return Ok(items.into_iter().map(|item| (line_of(item), item.get().to_owned())).collect());
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    Ok(lines.map(|(index, line)| (index as u64 + 1, line.to_owned())).collect())
}

/// The members of a row; those of a word are one, without a name.
pub(super) fn members(raw: &str) -> Map<String, Value> {
    match serde_json::from_str(raw) {
        Ok(Value::Object(members)) => members,
        Ok(word) => Map::from_iter([(String::new(), word)]),
        Err(_) => Map::from_iter([(String::new(), Value::String(raw.to_owned()))]),
    }
}

/// A value as a cell.
pub(super) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
