//! What the API takes as `custom_fields`.

use serde_json::{Map, Value};

use super::text;

const LONGEST_NAME: usize = 40;

/// A problem for each field that is not a scalar. Names are the caller's own and no personal
/// data; values are not shown.
pub(crate) fn problems(fields: &Map<String, Value>) -> impl Iterator<Item = String> {
    fields.iter().filter_map(|(name, value)| {
        let kind = match value {
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
        let name: String = text::clean(name).chars().take(LONGEST_NAME).collect();
        Some(format!(
            "custom_fields.{name} is {kind}; give text, a number, a boolean or null, such as the \
             value written as JSON text"
        ))
    })
}
