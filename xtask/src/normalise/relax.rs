//! Rule: nothing is left that makes a decoder refuse or change a value.

use serde_json::Value;

/// Drops what would make a decoder stricter or a value different, and the
/// example, which is a fixture and not code: typify writes
/// a `default` back as if it had been sent, picks a narrower integer for a
/// bound, a set for `uniqueItems`, and refuses what a `pattern` doesn't match.
/// A text's length limits stay: they hold for requests.
pub(super) fn relax(schema: &mut Value) {
    const DROPPED: [&str; 13] = [
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
    ];
    let Some(schema) = schema.as_object_mut() else { return };
    schema.retain(|name, _| !DROPPED.contains(&name.as_str()));
    if schema.get("type").is_some_and(|name| name == "string")
        && !matches!(
            schema.get("format").and_then(Value::as_str),
            None | Some("uuid" | "date-time" | "binary")
        )
    {
        schema.shift_remove("format");
    }
}
