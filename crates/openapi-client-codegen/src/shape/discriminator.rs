//! Discriminators: which values of which field name which schema.

use openapi_document::references;
use serde_json::Value;

/// The field and its values, as a discriminator gives them for one schema.
pub(super) struct Tag {
    pub(super) field: String,
    /// None if the schema is for all values that name no other schema.
    pub(super) values: Option<Vec<String>>,
}

/// The schemas that a mapping names.
pub(super) fn targets(mapping: &Value) -> impl Iterator<Item = String> {
    let targets = mapping.as_object().into_iter().flatten();
    targets.filter_map(|(_, target)| target.as_str()).map(target)
}

/// The name of the schema that a mapping means: it has references, and names.
fn target(text: &str) -> String {
    if let Some(name) = references::schema_name(text) {
        return references::unescape(name);
    }
    let last = text.rsplit(['/', '#']).find(|part| !part.is_empty()).unwrap_or(text);
    let stem = last.strip_suffix(".yaml").or(last.strip_suffix(".yml"));
    references::unescape(stem.or(last.strip_suffix(".json")).unwrap_or(last))
}

/// What a discriminator says of the schema `name`. Where the mapping does not
/// name it, its own name is the value.
pub(super) fn tag(discriminator: &Value, name: &str, is_fallback: bool) -> Option<Tag> {
    let field = discriminator["propertyName"].as_str()?.to_owned();
    let mapping = discriminator["mapping"].as_object();
    let values: Vec<String> = mapping
        .into_iter()
        .flatten()
        .filter(|(_, mapped)| mapped.as_str().is_some_and(|text| target(text) == name))
        .map(|(value, _)| value.clone())
        .collect();
    let is_default = discriminator["defaultMapping"].as_str().map(target).as_deref() == Some(name);
    let values = match values.is_empty() {
        true if is_fallback || is_default => None,
        true => Some(vec![name.to_owned()]),
        false => Some(values),
    };
    Some(Tag { field, values })
}
