//! Writes descriptions in a canonical form, so that two versions of an API differ only where their
//! meanings differ.
//!
//! - Members whose names OpenAPI defines are in the order of [`order`]. Other members (mostly
//!   extensions) follow, sorted by name.
//! - Names that the vendor chose (paths, schemas, properties, members of examples) keep their
//!   positions of the previous version. New names follow the name that precedes them in the
//!   vendor's document, so a vendor whose tool shuffles maps causes no diff. Without a previous
//!   version, the vendor's order is kept.
//! - Lists are never reordered.
//! - An empty line separates the parts of the document, paths, operations and components.
//! - Other rules are documented in [`crate::yaml`]. Comments are not kept: they belong in the
//!   overlay.

use serde_json::{Map, Value};

use crate::methods::METHODS;
use crate::node_kind::{NodeKind, Of};
use crate::yaml;

/// Sorts a description into canonical order. `previous` is the version with which it will be
/// compared, or null without such a version.
#[must_use]
pub fn canonical(description: &Value, previous: &Value) -> Value {
    ordered(NodeKind::Root, &aligned(description, previous))
}

/// Writes a description that is in canonical order.
#[must_use]
pub fn print(description: &Value) -> String {
    yaml::print(description, &blank_before)
}

/// Returns whether an empty line separates the node: it is a part of the document, a path, an
/// operation or a component.
fn blank_before(pointer: &str) -> bool {
    let segments: Vec<&str> = pointer.split('/').skip(1).collect();
    match segments[..] {
        [_] => true,
        ["paths" | "webhooks", _] | ["components", _] | ["components", _, _] => true,
        ["paths" | "webhooks", _, member] => METHODS.contains(&member),
        _ => false,
    }
}

/// Sorts the members of all objects in the order of `previous`.
fn aligned(value: &Value, previous: &Value) -> Value {
    match (value, previous) {
        (Value::Object(members), Value::Object(before)) => {
            let mut aligned = Map::new();
            for name in merged(members, before) {
                let value = &members[&name];
                aligned.insert(name.clone(), aligned_or_same(value, before.get(&name)));
            }
            Value::Object(aligned)
        }
        (Value::Array(items), Value::Array(before)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| aligned_or_same(item, before.get(index)))
            .collect(),
        (value, _) => value.clone(),
    }
}

fn aligned_or_same(value: &Value, previous: Option<&Value>) -> Value {
    previous.map_or_else(|| value.clone(), |previous| aligned(value, previous))
}

/// Returns the names of `members`: old ones in their old order, and each new one after the name
/// before it.
fn merged(members: &Map<String, Value>, before: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> =
        before.keys().filter(|name| members.contains_key(*name)).cloned().collect();
    let mut last: Option<&String> = None;
    for name in members.keys() {
        if !before.contains_key(name) {
            let after = |last| names.iter().position(|name| name == last).map_or(0, |at| at + 1);
            let at = last.map_or(0, after);
            names.insert(at, name.clone());
        }
        last = Some(name);
    }
    names
}

fn ordered(kind: NodeKind, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut ordered_members = Map::new();
            for name in names(kind, members) {
                let value = ordered(kind.member(name), &members[name]);
                ordered_members.insert(name.clone(), value);
            }
            Value::Object(ordered_members)
        }
        Value::Array(items) => {
            let kind = if kind == NodeKind::Schema { kind } else { kind.member("") };
            items.iter().map(|item| ordered(kind, item)).collect()
        }
        value => value.clone(),
    }
}

fn names(kind: NodeKind, members: &Map<String, Value>) -> Vec<&String> {
    let mut names: Vec<&String> = members.keys().collect();
    let order = order(kind);
    match kind {
        // A range follows the statuses that it covers; `default` is last.
        NodeKind::Many(Of::Responses) => {
            let rank = |name: &str| match name.as_bytes() {
                b"default" => 3,
                [digit, b'X' | b'x', ..] if digit.is_ascii_digit() => 2,
                [digit, ..] if digit.is_ascii_digit() => 1,
                _ => 0,
            };
            names.sort_by(|a, b| match (rank(a), rank(b)) {
                (0, 0) => std::cmp::Ordering::Equal,
                (left, right) => (left, a).cmp(&(right, b)),
            });
        }
        _ if !order.is_empty() => names.sort_by_key(|name| {
            let place = order.iter().position(|known| known == name);
            (place.unwrap_or(order.len()), if place.is_none() { name.as_str() } else { "" })
        }),
        _ => {}
    }
    names
}

/// Returns the order of the members that OpenAPI defines: identity, documentation, and then
/// contents. Empty if the vendor chooses the names.
#[must_use]
pub fn order(kind: NodeKind) -> Vec<&'static str> {
    let order = match kind {
        NodeKind::Root => {
            "openapi $self jsonSchemaDialect info servers security tags externalDocs \
             paths webhooks components"
        }
        NodeKind::Info => "title summary description termsOfService contact license version",
        NodeKind::Server => "url name description variables",
        NodeKind::Tag => "name summary description parent kind externalDocs",
        NodeKind::PathItem => {
            "$ref summary description servers parameters get post put patch delete head \
             options trace query additionalOperations"
        }
        NodeKind::Operation => {
            "tags summary description externalDocs operationId deprecated security \
             servers parameters requestBody responses callbacks"
        }
        NodeKind::Parameter | NodeKind::Header => {
            "$ref name in required deprecated summary description allowEmptyValue style \
             explode allowReserved schema content example examples"
        }
        NodeKind::RequestBody | NodeKind::Response => {
            "$ref summary description required headers content links"
        }
        NodeKind::MediaType => "$ref description schema itemSchema encoding example examples",
        NodeKind::Encoding => "contentType headers style explode allowReserved",
        NodeKind::Example => "$ref summary description value externalValue",
        NodeKind::Link => "$ref operationId operationRef description parameters requestBody server",
        NodeKind::SecurityScheme => {
            "$ref type scheme bearerFormat name in flows openIdConnectUrl description"
        }
        NodeKind::Components => {
            "schemas responses parameters requestBodies headers examples securitySchemes \
             links callbacks pathItems"
        }
        NodeKind::Schema => SCHEMA,
        NodeKind::Callback | NodeKind::Many(_) | NodeKind::Data => "",
    };
    order.split_whitespace().collect()
}

/// Type and constraints, documentation, contents, examples.
const SCHEMA: &str = "
    $schema $id $anchor $dynamicAnchor $ref $dynamicRef title type nullable format const
    enum minimum exclusiveMinimum maximum exclusiveMaximum multipleOf minLength
    maxLength pattern contentMediaType contentEncoding contentSchema minItems maxItems
    uniqueItems prefixItems items contains minContains maxContains allOf anyOf oneOf not
    if then else default deprecated readOnly writeOnly description required
    minProperties maxProperties properties patternProperties propertyNames
    additionalProperties unevaluatedProperties unevaluatedItems dependentRequired
    dependentSchemas discriminator xml externalDocs example examples $comment $defs
    definitions
";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::load::load;
    use crate::yaml::tests::values;

    const GIVEN: &str = "
components: {schemas: {B: {properties: {z: {example: {z: 1, a: 2}, type: string}, a: {}}, type: object}}}
paths:
  /b: {post: {responses: {default: {description: x}, 4XX: {description: x}, 404: {description: x},
       200: {description: x}}}, get: {operationId: b, tags: [t]}}
  /a: {get: {x-b: {d: 1, c: 2}, x-a: 1, operationId: a}}
info: {version: '1', title: A}
openapi: 3.1.0
";

    #[test]
    fn members_have_their_order_and_names_the_vendors() {
        let document = load("api.yaml", GIVEN).unwrap();
        insta::assert_snapshot!(print(&canonical(&document.root, &Value::Null)));
    }

    #[test]
    fn nothing_is_lost_and_writing_is_idempotent() {
        for text in [GIVEN, include_str!("../../../openapi/waterfall.yaml")] {
            let given = load("api.yaml", text).unwrap().root;
            let once = print(&canonical(&given, &Value::Null));
            let read = load("api.yaml", &once).unwrap().root;
            assert_eq!(read, given);
            assert_eq!(print(&canonical(&read, &given)), print(&canonical(&given, &given)));
            assert_eq!(print(&canonical(&read, &Value::Null)), once);
        }
    }

    #[test]
    fn names_keep_their_positions_and_new_ones_their_predecessor() {
        let before = json!({"components": {"schemas": {"A": {}, "B": {}, "C": {}, "D": {}}}});
        let vendor =
            json!({"components": {"schemas": {"N": {}, "D": {}, "M": {}, "B": {}, "A": {}}}});
        let aligned = canonical(&vendor, &before);
        let schemas = aligned["components"]["schemas"].as_object().unwrap();
        assert_eq!(schemas.keys().collect::<Vec<_>>(), ["N", "A", "B", "D", "M"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

        #[test]
        fn any_value_after_any_other_is_kept(value in values(), previous in values()) {
            let given = json!({ "paths": { "/a": { "get": value } }, "x-a": value });
            let previous = json!({ "x-a": previous, "paths": { "/a": { "get": previous } } });
            let once = canonical(&given, &previous);
            let text = print(&once);
            let read = load("test.yaml", &text).map_err(|diagnostic| TestCaseError::fail(diagnostic.to_string()))?;
            prop_assert_eq!(&read.root, &given);
            prop_assert_eq!(print(&canonical(&read.root, &read.root)), text);
        }
    }
}
