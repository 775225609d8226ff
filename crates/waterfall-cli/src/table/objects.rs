//! Reads JSON lines and JSON arrays.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The number of lines in the sample.
const SAMPLE: usize = 60;

/// Returns whether a text that begins like this is JSON rather than a table. A list can contain
/// words as well as objects.
pub(super) fn is_json(head: &str) -> bool {
    let is_object = |line: &str| {
        line.trim_start().starts_with('{')
            && serde_json::from_str::<Map<String, Value>>(line).is_ok()
    };
    head.trim_start().starts_with(['{', '['])
        || head.lines().filter(|line| !line.trim().is_empty()).take(SAMPLE).any(is_object)
}

/// Returns whether a text that begins like this is a JSON array.
pub(super) fn is_array(head: &str) -> bool {
    head.trim_start().starts_with('[')
}

/// Returns the items of a JSON array with their lines, counted from 1.
pub(super) fn items(text: &str) -> Result<Vec<(u64, String)>, String> {
    let items: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|error| format!("it is not a JSON array: {error}"))?;
    let (mut line, mut at) = (1, 0);
    let located = items.into_iter().map(|item| {
        let start = (item.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        line += text.as_bytes()[at..start].iter().filter(|byte| **byte == b'\n').count() as u64;
        at = start;
        (line, item.get().to_owned())
    });
    Ok(located.collect())
}

/// Returns the members of a row. A word has one member, without a name.
pub(super) fn members(raw: &str) -> Map<String, Value> {
    match serde_json::from_str(raw) {
        Ok(Value::Object(members)) => members,
        Ok(word) => Map::from_iter([(String::new(), word)]),
        Err(_) => Map::from_iter([(String::new(), Value::String(raw.to_owned()))]),
    }
}

/// Returns a value as a cell.
pub(super) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
