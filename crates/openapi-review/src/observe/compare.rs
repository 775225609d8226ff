//! Compares observations with the description.

use std::collections::BTreeMap;

use crate::observe::description::Description;
use crate::observe::expected::{Expected, Schemas};
use crate::observe::finding::{Code, Finding, Place};
use crate::observe::format::Format;
use crate::observe::json_type::JsonType;
use crate::observe::node::Node;
use crate::observe::observations::Observations;
use crate::observe::path::{any_field, element, field};

/// Returns what responses contain but the description does not allow or know, and what it allows
/// but was never observed. The former come first; each part is sorted by code and path.
///
/// ```
/// use openapi_review::observe::{Code, Description, Observations, compare};
/// use serde_json::json;
///
/// let description = Description::new(&json!({"paths": {"/pet": {"get": {
///     "operationId": "getPet",
///     "responses": {"200": {"content": {"application/json": {"schema": {
///         "type": "object", "properties": {"name": {"type": "string"}},
///     }}}}},
/// }}}}));
/// let mut seen = Observations::default();
/// seen.add(&description, "getPet", 200, &json!({"name": null, "age": 7}))?;
/// let findings = compare(&description, &seen);
/// let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
/// assert_eq!(codes, [Code::UnknownField, Code::NullNotAllowed, Code::TypeNeverSeen]);
/// assert_eq!(findings[0].path(), "$.age");
/// # Ok::<(), openapi_review::observe::ObserveError>(())
/// ```
#[must_use]
pub fn compare(description: &Description, observations: &Observations) -> Vec<Finding> {
    let mut found = BTreeMap::new();
    for (operation, status, seen) in observations.folded().responses() {
        let schemas = description.schemas();
        let mut walk = Walk { schemas, operation, status, found: &mut found };
        let total = seen.root.total() + seen.unreadable;
        if seen.unreadable > 0 {
            let key = Key { code: Code::NotJson, ..Key::default() };
            walk.note(key, "$", (seen.unreadable, total), &Node::default());
        }
        match description.response(operation, status) {
            None => {
                let key = Key { code: Code::UndescribedResponse, ..Key::default() };
                walk.note(key, "$", (total, total), &Node::default());
            }
            Some(Some(index)) if seen.root.total() > 0 => walk.node(&seen.root, index, "$"),
            Some(_) => {}
        }
    }
    found.into_values().collect()
}

/// Findings with an equal key are merged, because they have the same correction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    code: Code,
    pointer: String,
    field: Option<String>,
    kind: Option<JsonType>,
    described: Option<String>,
    /// Findings about responses, which have no schema.
    operation: Option<(String, u16)>,
}

impl Default for Key {
    fn default() -> Self {
        let pointer = String::new();
        let code = Code::NotJson;
        Self { code, pointer, field: None, kind: None, described: None, operation: None }
    }
}

struct Walk<'a> {
    schemas: &'a Schemas,
    operation: &'a str,
    status: u16,
    found: &'a mut BTreeMap<Key, Finding>,
}

impl Walk<'_> {
    fn note(&mut self, mut key: Key, path: &str, (seen, of): (u64, u64), node: &Node) {
        if key.pointer.is_empty() {
            key.operation = Some((self.operation.to_owned(), self.status));
        }
        let (operation, path) = (self.operation.to_owned(), path.to_owned());
        let place = Place { operation, status: self.status, path, seen, of };
        let finding = self.found.entry(key.clone()).or_insert_with(|| Finding {
            code: key.code,
            pointer: key.pointer,
            field: key.field,
            kind: key.kind,
            described: key.described,
            places: Vec::new(),
            node: Node::default(),
        });
        finding.places.push(place);
        finding.node.merge(node);
    }

    fn node(&mut self, node: &Node, index: usize, path: &str) {
        let expected = self.schemas.get(index);
        if expected.is_anything {
            return;
        }
        self.types(node, expected, path);
        self.texts(node, expected, path);
        self.fields(node, expected, path);
        if let (Some(items), Some(index)) = (&node.items, expected.items) {
            self.node(items, index, &element(path));
        }
    }

    fn types(&mut self, node: &Node, expected: &Expected, path: &str) {
        let key = |code, kind| Key {
            code,
            kind: Some(kind),
            pointer: expected.site.clone(),
            ..Key::default()
        };
        for kind in node.types().filter(|kind| !expected.types.contains(kind)) {
            let code =
                if kind == JsonType::Null { Code::NullNotAllowed } else { Code::TypeMismatch };
            let of = node.total();
            self.note(key(code, kind), path, (node.count(kind), of), &node.only(kind));
        }
        for kind in &expected.types {
            // An integer is a number.
            let is_number = |kind| matches!(kind, JsonType::Integer | JsonType::Number);
            let is_seen = node.types().any(|seen| seen == *kind)
                || (is_number(*kind) && expected.types.contains(&JsonType::Number));
            if !is_seen {
                let described = Some(kind.name().to_owned());
                let key = Key { described, ..key(Code::TypeNeverSeen, *kind) };
                self.note(key, path, (0, node.total()), &Node::default());
            }
        }
    }

    fn texts(&mut self, node: &Node, expected: &Expected, path: &str) {
        if node.string == 0 || !expected.types.contains(&JsonType::String) {
            return;
        }
        if let Some(known) = &expected.values {
            let key = |code| Key { code, pointer: known.home.clone(), ..Key::default() };
            let seen: u64 = known.texts.iter().filter_map(|text| node.known.get(text)).sum();
            if node.string > seen {
                let seen = (node.string - seen, node.string);
                self.note(key(Code::UnknownValue), path, seen, &node.only(JsonType::String));
            }
            for text in known.texts.iter().filter(|text| !node.known.contains_key(*text)) {
                let key = Key { described: Some(text.clone()), ..key(Code::ValueNeverSeen) };
                self.note(key, path, (0, node.string), &Node::default());
            }
        }
        let Some(formats) = &expected.formats else { return };
        let allowed = |format: &Format| formats.allowed.contains(format);
        let others = node.formats.iter().filter(|(format, _)| !allowed(format));
        let seen: u64 = others.map(|(_, count)| count).sum();
        if seen > 0 {
            let is_date = formats.allowed.iter().any(|format| format.is_date());
            let code = if is_date { Code::DateShape } else { Code::FormatMismatch };
            let key = Key { code, pointer: formats.home.clone(), ..Key::default() };
            self.note(key, path, (seen, node.string), &node.only(JsonType::String));
        }
    }

    fn fields(&mut self, node: &Node, expected: &Expected, path: &str) {
        if node.object == 0 || !expected.types.contains(&JsonType::Object) {
            return;
        }
        let pointer = expected.home.as_ref().unwrap_or(&expected.site);
        for (name, member) in &node.members {
            let path = field(path, name);
            match expected.members.get(name) {
                Some(index) => self.node(member, *index, &path),
                None if expected.is_free => {}
                None => {
                    let key = unknown(pointer, Some(name));
                    self.note(key, &path, (member.total(), node.object), member);
                }
            }
        }
        match (&node.rest, expected.rest) {
            (Some(rest), Some(index)) => self.node(rest, index, &any_field(path)),
            (Some(rest), None) if !expected.is_free => {
                let path = any_field(path);
                self.note(unknown(pointer, None), &path, (rest.total(), node.object), rest);
            }
            _ => {}
        }
        self.absent(node, expected, path);
    }

    /// Finds fields that are described but were never observed.
    fn absent(&mut self, node: &Node, expected: &Expected, path: &str) {
        let count = |name: &String| node.members.get(name).map_or(0, Node::total);
        let named = |code, pointer: &String, name: &String| Key {
            code,
            pointer: pointer.clone(),
            field: Some(name.clone()),
            ..Key::default()
        };
        for (name, pointer) in &expected.required {
            let missing = node.object - count(name).min(node.object);
            if missing > 0 {
                let key = named(Code::FieldMissing, pointer, name);
                self.note(key, &field(path, name), (missing, node.object), &Node::default());
            }
        }
        for (name, index) in &expected.members {
            if count(name) == 0 {
                let key = named(Code::FieldNeverSeen, &self.schemas.get(*index).site, name);
                self.note(key, &field(path, name), (0, node.object), &Node::default());
            }
        }
    }
}

fn unknown(pointer: &str, name: Option<&String>) -> Key {
    let (code, field) = (Code::UnknownField, name.cloned());
    Key { code, pointer: pointer.to_owned(), field, ..Key::default() }
}
