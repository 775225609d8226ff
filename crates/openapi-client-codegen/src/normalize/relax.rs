//! Rule: nothing is left that makes a decoder refuse or change a value.

use serde_json::Value;

use crate::shape::FORMAT;

/// Drops what would make a decoder stricter or a value different, and the
/// example, which is a fixture and not code.
///
/// typify writes a `default` back as if it had been sent, picks a narrower
/// number for a bound or a format, a set for `uniqueItems`, refuses what a
/// `pattern` doesn't match. A text's length limits stay: they hold for requests.
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
