//! Rule: the one-value field that identifies the variants of a union is known.

use openapi_document::references;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::normalize::components::{Components, reference};

/// The field of each variant of a union of objects whose value can be one only:
/// variant → field.
pub(super) fn tags(components: &Components) -> BTreeMap<String, String> {
    let unions = components.values().filter_map(|schema| {
        schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)
    });
    unions
        .flatten()
        .filter_map(|alternative| alternative["$ref"].as_str().and_then(references::schema_name))
        .filter_map(|variant| {
            let properties = components.get(variant)?["properties"].as_object()?;
            let (field, _) =
                properties.iter().find(|(_, property)| one_value(property, components))?;
            Some((variant.to_owned(), field.clone()))
        })
        .collect()
}

fn one_value(property: &Value, components: &Components) -> bool {
    let target = reference(property).and_then(|name| components.get(name)).unwrap_or(property);
    target["enum"].as_array().is_some_and(|values| values.len() == 1)
}
