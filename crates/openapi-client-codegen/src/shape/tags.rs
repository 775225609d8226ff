//! Rule: in each variant, the field of the discriminator becomes an enum of the values that select
//! this variant.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use serde_json::{Value, json};

use crate::codes;
use crate::report::Report;
use crate::shape::schema::Schema;
use crate::shape::values;

/// The values by variant and field.
pub(super) type Tags = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Records that `values` of `field` select `variant`.
pub(super) fn note(tags: &mut Tags, variant: &str, field: &str, values: &[String]) {
    let known = tags.entry(variant.to_owned()).or_default().entry(field.to_owned()).or_default();
    for value in values {
        if !known.contains(value) {
            known.push(value.clone());
        }
    }
}

/// Adds the values to fields of the variants that are unrestricted strings.
pub(super) fn mark(tags: &Tags, shaped: &mut Schema, report: &mut Report) {
    for (variant, fields) in tags {
        let at = child("/components/schemas", variant);
        for (field, values) in fields {
            let Some(schema) = shaped.get_mut(variant) else { continue };
            // A closed variant without the field would reject the value that selects it.
            if schema["additionalProperties"] == json!(false)
                && schema["properties"].get(field).is_none()
            {
                schema["properties"][field] = json!({ "type": "string" });
            }
            let property =
                schema.get_mut("properties").and_then(|properties| properties.get_mut(field));
            let Some(property) = property.filter(|property| is_any_text(property)) else {
                continue;
            };
            let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            report.record(
                &at,
                &codes::DISCRIMINATOR_VALUES,
                format!("`{field}` is restricted to {}", quoted.join(" or ")),
            );
            let mut listed: Vec<Value> = values.iter().map(|value| json!(value)).collect();
            values::distinct_values(&mut listed);
            property["enum"] = json!(listed);
        }
    }
}

fn is_any_text(property: &Value) -> bool {
    const ANNOTATIONS: [&str; 3] = ["type", "description", "nullable"];
    property["type"] == "string"
        && property.as_object().is_some_and(|property| {
            property.keys().all(|name| ANNOTATIONS.contains(&name.as_str()))
        })
}
