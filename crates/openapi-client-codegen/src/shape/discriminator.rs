//! Discriminators: the values that select a schema.

use openapi_document::references;
use serde_json::Value;

use crate::shape::schema::Schema;

/// The field of a discriminator, and the values that select one schema.
pub(super) struct Tag {
    pub(super) field: String,
    /// The selecting values; `None` for the schema that all other values select.
    pub(super) values: Option<Vec<String>>,
}

/// Returns the names of the schemas in a mapping.
pub(super) fn targets(mapping: &Value) -> impl Iterator<Item = String> {
    let targets = mapping.as_object().into_iter().flatten();
    targets.filter_map(|(_, target)| target.as_str()).map(target)
}

/// Returns the name of a schema in a mapping, which contains references and names.
fn target(text: &str) -> String {
    if let Some(name) = references::schema_name(text) {
        return references::unescape(name);
    }
    let last = text.rsplit(['/', '#']).find(|part| !part.is_empty()).unwrap_or(text);
    let stem = last.strip_suffix(".yaml").or(last.strip_suffix(".yml"));
    references::unescape(stem.or(last.strip_suffix(".json")).unwrap_or(last))
}

/// Returns the values in a mapping that lead to no component.
pub(super) fn dangling<'a>(
    discriminator: &'a Value,
    components: &Schema,
) -> impl Iterator<Item = &'a str> {
    let mapping = discriminator["mapping"].as_object().into_iter().flatten();
    let is_dangling =
        |to: &Value| to.as_str().is_none_or(|to| !components.contains_key(&target(to)));
    mapping.filter(move |(_, to)| is_dangling(to)).map(|(value, _)| value.as_str())
}

/// Returns the tag of the schema `name`. If the mapping does not contain the schema, its name is
/// the value, unless a value in the mapping leads to no component and may be meant for the schema.
pub(super) fn tag(
    discriminator: &Value,
    name: &str,
    is_fallback: bool,
    components: &Schema,
) -> Option<Tag> {
    let field = discriminator["propertyName"].as_str()?.to_owned();
    let mapping = discriminator["mapping"].as_object();
    let values: Vec<String> = mapping
        .into_iter()
        .flatten()
        .filter(|(_, mapped)| mapped.as_str().is_some_and(|text| target(text) == name))
        .map(|(value, _)| value.clone())
        .collect();
    if values.is_empty() && dangling(discriminator, components).next().is_some() {
        return None;
    }
    let is_default = discriminator["defaultMapping"].as_str().map(target).as_deref() == Some(name);
    let values = match values.is_empty() {
        true if is_fallback || is_default => None,
        true => Some(vec![name.to_owned()]),
        false => Some(values),
    };
    Some(Tag { field, values })
}
