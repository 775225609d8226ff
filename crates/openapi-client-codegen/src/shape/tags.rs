//! Rule: in each variant, the field of the discriminator becomes an enum of the values that select
//! this variant.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use openapi_review::rust_names;
use serde_json::{Value, json};

use crate::codes;
use crate::idents::{self, NameSet};
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
            let is_closed = schema["additionalProperties"] == json!(false);
            let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
            let Some(properties) = properties else { continue };
            let described = properties.keys().find(|name| idents::on_the_wire(name) == field);
            let name = match described {
                Some(name) => name.clone(),
                None if !is_closed => continue,
                // A closed variant without the field would reject the value that selects it.
                None => {
                    let name = free_name(properties, field);
                    properties.insert(name.clone(), json!({ "type": "string" }));
                    name
                }
            };
            let property = properties.get_mut(&name);
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

/// Returns a name for the field that differs in Rust from the names of the properties.
fn free_name(properties: &Schema, field: &str) -> String {
    let names = properties.keys().map(|name| rust_names::snake(name));
    let mut taken = NameSet::new(names);
    taken.distinct(field, rust_names::snake).unwrap_or_else(|| field.to_owned())
}

fn is_any_text(property: &Value) -> bool {
    const ANNOTATIONS: [&str; 3] = ["type", "description", "nullable"];
    property["type"] == "string"
        && property.as_object().is_some_and(|property| {
            property.keys().all(|name| ANNOTATIONS.contains(&name.as_str()))
        })
}
