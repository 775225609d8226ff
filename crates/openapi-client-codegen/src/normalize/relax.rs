//! Rule: removes everything that makes a decoder reject or change a value.

use serde_json::Value;

use crate::shape::FORMAT;

/// Removes the keywords that make decoding stricter or change values, and the example, which is not
/// needed.
///
/// typify would add a `default` as if it had been received, use a narrower type for a number with
/// bounds or a format, use a set for `uniqueItems`, and reject strings that do not match a
/// `pattern`. Length limits of strings are kept for requests.
pub(super) fn relax(schema: &mut Value) {
    const DROPPED: [&str; 14] = [
        "example",
        "default",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        FORMAT,
    ];
    let Some(schema) = schema.as_object_mut() else { return };
    schema.retain(|name, _| !DROPPED.contains(&name.as_str()));
    let format = schema.get("format").and_then(Value::as_str);
    let keeps_format = match schema.get("type").and_then(Value::as_str) {
        Some("string") => matches!(format, Some("uuid" | "date-time" | "password" | "binary")),
        Some("integer") => format == Some("uint64"),
        _ => false,
    };
    if !keeps_format {
        schema.shift_remove("format");
    }
}
