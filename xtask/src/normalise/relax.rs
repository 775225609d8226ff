//! Rule: nothing is left that makes a decoder refuse or change a value.

use serde_json::Value;

/// Drops what would make a decoder stricter or a value different, and the
/// example, which is a fixture and not code.
///
/// typify writes a `default` back as if it had been sent, picks a narrower
/// number for a bound or a format, a set for `uniqueItems`, refuses what a
/// `pattern` doesn't match, and turns a required name that is no property into
/// one. A text's length limits stay: they hold for requests.
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
    let keeps_format = schema.get("type").is_some_and(|name| name == "string")
        && matches!(
            schema.get("format").and_then(Value::as_str),
            Some("uuid" | "date-time" | "binary")
        );
    if !keeps_format {
        schema.shift_remove("format");
    }
    let declared: Option<Vec<String>> = schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|all| all.keys().cloned().collect());
    if let (Some(declared), Some(Value::Array(required))) = (declared, schema.get_mut("required")) {
        required.retain(|name| {
            name.as_str().is_some_and(|name| declared.iter().any(|other| other == name))
        });
    }
}
