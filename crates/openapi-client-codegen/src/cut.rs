//! Reduces two prepared documents to their differences.
//!
//! Generating a client is expensive, and two versions of an API are mostly equal. [`cut`] keeps the
//! parts of each document that can make its client differ from the other client. A schema of which
//! only the name is needed becomes a placeholder.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use openapi_document::document::Document;
use openapi_review::rust_names;
use openapi_review::surface::ClientSurface;
use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;
use serde_json::{Map, Value, json};

use crate::emit::{self, Emitted};
use crate::operations::{LINKS, Link, SOURCE};
use crate::{markers, surface};

/// The prefix of references to components.
const COMPONENT: &str = "#/components/schemas/";
/// The name of a placeholder for a cycle of schemas, without its number.
const CYCLE: &str = "PlaceholderCycle";

/// One of two documents, without their common parts.
pub(crate) struct Cut {
    pub(crate) document: Document,
    /// The types that are excluded from the comparison.
    placeholders: BTreeSet<String>,
    /// The types in requests of any operation, including removed operations.
    requests: BTreeSet<String>,
    /// Whether any operation of the whole document has a separate server.
    replaces_servers: bool,
}

impl Cut {
    /// Returns the surface of the client, without the types of placeholders.
    pub(crate) fn surface(self, mut emitted: Emitted) -> ClientSurface {
        emitted.requests.extend(self.requests);
        emitted.replaces_servers = self.replaces_servers;
        let mut surface = surface::of(&emitted);
        surface.types.retain(|name, _| !self.placeholders.contains(name));
        surface
    }
}

/// Cuts two documents that are prepared for the generator libraries.
pub(crate) fn cut(old: Document, new: Document) -> [Cut; 2] {
    let (old_parts, new_parts) = {
        let sides = [Side::new(&old.root), Side::new(&new.root)];
        let schemas = differing_schemas(&sides);
        let operations = differing_operations(&sides, &schemas);
        let whole = whole(&sides, schemas, &operations);
        let [old, new] = &sides;
        (old.parts(&whole, &operations), new.parts(&whole, &operations))
    };
    let cut = |mut document: Document, (paths, schemas, placeholders, requests): Parts| {
        let replaces_servers = emit::has_servers(&document.root);
        document.root["paths"] = Value::Object(paths);
        document.root["components"]["schemas"] = Value::Object(schemas);
        Cut { document, placeholders, requests, replaces_servers }
    };
    [cut(old, old_parts), cut(new, new_parts)]
}

/// Paths, schemas, the names of placeholders, and the types in requests.
type Parts = (Map<String, Value>, Map<String, Value>, BTreeSet<String>, BTreeSet<String>);

/// The path and method of an operation.
type Call<'a> = (&'a str, &'a str);

/// An index of one of the documents.
struct Side<'a> {
    root: &'a Value,
    schemas: HashMap<&'a str, &'a Value>,
    operations: BTreeMap<Call<'a>, &'a Value>,
    /// The number of the cycle that contains each schema. A schema contains itself if it directly
    /// contains a schema on the same cycle.
    cycles: HashMap<&'a str, usize>,
    /// The schemas in requests of any operation.
    requests: HashSet<&'a str>,
}

/// What a reference depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// The name of the schema, and that it is a type.
    Name,
    Content,
}

impl<'a> Side<'a> {
    fn new(root: &'a Value) -> Self {
        let named = root["components"]["schemas"].as_object();
        let schemas: HashMap<&str, &Value> = named.into_iter().flatten().map(entry).collect();
        let mut operations = BTreeMap::new();
        for (path, item) in root["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                operations.insert((path.as_str(), method.as_str()), operation);
            }
        }
        let mut edges: DiGraphMap<&str, ()> = DiGraphMap::new();
        for (name, schema) in named.into_iter().flatten() {
            for inner in contents(schema) {
                edges.add_edge(name.as_str(), inner, ());
            }
        }
        let cycles = kosaraju_scc(&edges).into_iter().enumerate();
        let cycles =
            cycles.flat_map(|(number, names)| names.into_iter().map(move |name| (name, number)));
        let cycles = cycles.collect();
        let requests = requests(&operations, &schemas);
        Self { root, schemas, operations, cycles, requests }
    }

    /// Returns the schemas that a schema contains and that lead back to it. Their types are boxed.
    fn boxed(&self, name: &str) -> BTreeSet<&'a str> {
        let inner = self.schemas.get(name).map(|schema| contents(schema)).unwrap_or_default();
        let cycle = self.cycles.get(name);
        inner.into_iter().filter(|inner| self.cycles.get(inner) == cycle).collect()
    }

    fn security(&self, operation: &'a Value) -> Option<&'a Value> {
        operation.get("security").or_else(|| self.root.get("security"))
    }

    /// Returns the schemas whose content is needed to generate `name`.
    fn needed_by(&self, name: &str) -> Vec<&'a str> {
        let mut needed = Vec::new();
        let Some(schema) = self.schemas.get(name) else { return needed };
        references(schema, Needs::Content, &mut |inner, needs| {
            if needs == Needs::Content || !self.is_type(inner) {
                needed.push(inner);
            }
        });
        needed
    }

    /// Returns whether a schema becomes a type that is only referred to by name.
    fn is_type(&self, name: &str) -> bool {
        self.schemas.get(name).is_some_and(|schema| {
            let has = |keyword| schema.get(keyword).is_some();
            ["properties", "oneOf", "anyOf", "enum"].into_iter().any(has)
        })
    }

    /// Finds the schemas on the path from an operation's responses to the values of its links.
    fn linked(&self, operation: &'a Value, whole: &mut dyn FnMut(&'a str)) {
        let mut roots = Vec::new();
        references(&operation["responses"], Needs::Content, &mut |name, _| roots.push(name));
        for link in Link::read(&operation[LINKS]) {
            let mut at = roots.clone();
            for segment in link.value.split('/').skip(1) {
                let segment = openapi_document::references::unescape(segment);
                let mut next = Vec::new();
                for schema in at.iter().filter_map(|name| self.schemas.get(name)) {
                    let property = &schema["properties"][&segment];
                    references(property, Needs::Content, &mut |name, _| next.push(name));
                }
                next.iter().for_each(|name| whole(name));
                at = next;
            }
        }
    }

    /// Returns the remaining parts of this side.
    fn parts(&self, whole: &BTreeSet<&str>, operations: &BTreeSet<Call<'_>>) -> Parts {
        let mut paths = Map::new();
        for (call, operation) in
            self.operations.iter().filter(|(call, _)| operations.contains(*call))
        {
            let item = paths.entry(call.0).or_insert_with(|| Value::Object(Map::new()));
            item[call.1] = (*operation).clone();
        }
        let named = self.root["components"]["schemas"].as_object();
        let (mut schemas, mut wanted) = (Map::new(), BTreeSet::new());
        for (name, schema) in named.into_iter().flatten().map(entry) {
            if whole.contains(name) {
                references(schema, Needs::Content, &mut |inner, _| {
                    wanted.insert(inner);
                });
                schemas.insert(name.to_owned(), schema.clone());
            }
        }
        let mut placeholders = BTreeSet::new();
        let mut hubs: BTreeMap<usize, String> = BTreeMap::new();
        for name in wanted {
            if whole.contains(name) || !self.schemas.contains_key(name) {
                continue;
            }
            let hub = self.cycles.get(name).map(|cycle| {
                let known = hubs.entry(*cycle);
                known.or_insert_with(|| self.free_name(*cycle)).clone()
            });
            schemas.insert(name.to_owned(), placeholder(hub.iter().map(String::as_str)));
            placeholders.insert(rust_names::pascal(name));
        }
        for (cycle, hub) in hubs {
            let on_it = whole.iter().copied();
            let on_it = on_it.filter(|name| self.cycles.get(name) == Some(&cycle));
            let schema = placeholder(on_it.filter(|name| self.schemas.contains_key(name)));
            placeholders.insert(hub.clone());
            schemas.insert(hub, schema);
        }
        let requests = self.requests.iter().filter(|name| whole.contains(*name));
        let requests = requests.map(|name| rust_names::pascal(name)).collect();
        (paths, schemas, placeholders, requests)
    }

    fn free_name(&self, number: usize) -> String {
        let mut name = format!("{CYCLE}{number}");
        while self.schemas.contains_key(name.as_str()) {
            name.push('X');
        }
        name
    }
}

fn entry<'a>((name, value): (&'a String, &'a Value)) -> (&'a str, &'a Value) {
    (name, value)
}

/// Returns an object that contains these schemas.
fn placeholder<'n>(names: impl Iterator<Item = &'n str>) -> Value {
    let mut properties = Map::new();
    let text = json!({ "type": "string" });
    properties.insert("name".to_owned(), markers::mark(markers::OPTIONAL, vec![text]));
    for (index, name) in names.enumerate() {
        let inner = json!({ "$ref": format!("{COMPONENT}{name}") });
        let property = markers::mark(markers::OPTIONAL, vec![inner]);
        properties.insert(format!("inner{index}"), property);
    }
    json!({ "type": "object", "properties": properties })
}

/// Returns the operations whose code may differ. Linked operations are kept, because they form a
/// job kind together.
fn differing_operations<'a>(
    sides: &[Side<'a>; 2],
    schemas: &BTreeSet<&'a str>,
) -> BTreeSet<Call<'a>> {
    let [old, new] = sides;
    let is_touched = |operation: &Value| {
        let mut is_touched = false;
        for (part, needs) in [
            ("requestBody", Needs::Content),
            ("parameters", Needs::Content),
            ("responses", Needs::Name),
        ] {
            references(&operation[part], needs, &mut |name, needs| {
                is_touched |= schemas.contains(name) && shows(sides, name, needs);
            });
        }
        is_touched
    };
    let all = old.operations.keys().chain(new.operations.keys()).copied();
    all.filter(|call| match (old.operations.get(call), new.operations.get(call)) {
        (Some(before), Some(after)) => {
            let is_linked = [LINKS, SOURCE].iter().any(|name| before.get(name).is_some());
            is_linked
                || !same(before, after)
                || is_touched(after)
                || old.security(before) != new.security(after)
        }
        _ => true,
    })
    .collect()
}

/// Returns the schemas that are kept unchanged.
fn whole<'a>(
    sides: &[Side<'a>; 2],
    differing: BTreeSet<&'a str>,
    operations: &BTreeSet<Call<'a>>,
) -> BTreeSet<&'a str> {
    let mut whole = differing;
    for side in sides {
        for operation in operations.iter().filter_map(|call| side.operations.get(call)) {
            references(operation, Needs::Content, &mut |name, _| {
                whole.insert(name);
            });
            side.linked(operation, &mut |name| {
                whole.insert(name);
            });
        }
    }
    let mut todo: Vec<&str> = whole.iter().copied().collect();
    while let Some(name) = todo.pop() {
        for needed in sides.iter().flat_map(|side| side.needed_by(name)) {
            if whole.insert(needed) {
                todo.push(needed);
            }
        }
    }
    whole
}

/// Returns the schemas whose types differ, directly or through the schemas that they contain.
fn differing_schemas<'a>(sides: &[Side<'a>; 2]) -> BTreeSet<&'a str> {
    let [old, new] = sides;
    let mut users: HashMap<&str, Vec<(&str, Needs)>> = HashMap::new();
    for (name, schema) in sides.iter().flat_map(|side| &side.schemas) {
        references(schema, Needs::Content, &mut |inner, needs| {
            users.entry(inner).or_default().push((name, needs));
        });
    }
    let all = old.schemas.keys().chain(new.schemas.keys()).copied();
    let differs = |name: &&str| match (old.schemas.get(name), new.schemas.get(name)) {
        (Some(before), Some(after)) => {
            !same(before, after)
                || old.requests.contains(name) != new.requests.contains(name)
                || old.boxed(name) != new.boxed(name)
        }
        _ => true,
    };
    let mut differing: BTreeSet<&str> = all.filter(differs).collect();
    let mut todo: Vec<&str> = differing.iter().copied().collect();
    while let Some(name) = todo.pop() {
        for (user, needs) in users.get(name).into_iter().flatten() {
            if shows(sides, name, *needs) && differing.insert(user) {
                todo.push(user);
            }
        }
    }
    differing
}

/// Returns whether an element that refers to a schema may depend on more than its name.
fn shows(sides: &[Side<'_>; 2], name: &str, needs: Needs) -> bool {
    needs == Needs::Content || sides.iter().any(|side| !side.is_type(name))
}

/// Returns whether two nodes differ at most in documentation.
fn same(a: &Value, b: &Value) -> bool {
    let is_read =
        |name: &str, value: &Value| value.is_string() && matches!(name, "description" | "summary");
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let count = |members: &Map<String, Value>| {
                members.iter().filter(|(name, value)| !is_read(name, value)).count()
            };
            let mut members = a.iter().filter(|(name, value)| !is_read(name, value));
            count(a) == count(b)
                && members.all(|(name, value)| b.get(name).is_some_and(|other| same(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (a, b) => a == b,
    }
}

/// Returns the schemas in requests of operations, including nested schemas.
fn requests<'a>(
    operations: &BTreeMap<Call<'a>, &'a Value>,
    schemas: &HashMap<&'a str, &'a Value>,
) -> HashSet<&'a str> {
    let mut todo = Vec::new();
    for operation in operations.values() {
        for part in ["requestBody", "parameters"] {
            references(&operation[part], Needs::Content, &mut |name, _| todo.push(name));
        }
    }
    let mut requests = HashSet::new();
    while let Some(name) = todo.pop() {
        if requests.insert(name)
            && let Some(schema) = schemas.get(name)
        {
            references(schema, Needs::Content, &mut |name, _| todo.push(name));
        }
    }
    requests
}

fn component(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(COMPONENT)
}

/// Calls `found` with every referenced schema.
fn references<'v>(value: &'v Value, needs: Needs, found: &mut dyn FnMut(&'v str, Needs)) {
    if let Some(name) = component(value) {
        found(name, needs);
    }
    match value {
        Value::Object(members) => {
            for (keyword, inner) in members {
                match (keyword.as_str(), inner) {
                    ("properties", Value::Object(properties)) => {
                        properties.values().for_each(|inner| references(inner, Needs::Name, found));
                    }
                    ("items" | "additionalProperties" | "x-rust-type", inner) => {
                        references(inner, Needs::Name, found);
                    }
                    (_, inner) => references(inner, needs, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, needs, found)),
        _ => {}
    }
}

/// Returns the schemas that a value of this schema contains directly, not through lists and maps.
fn contents(schema: &Value) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut todo = vec![schema];
    while let Some(schema) = todo.pop() {
        names.extend(component(schema));
        todo.extend(schema["properties"].as_object().into_iter().flat_map(Map::values));
        let parameters = &schema["x-rust-type"]["parameters"];
        for inner in [parameters, &schema["allOf"], &schema["oneOf"], &schema["anyOf"]] {
            todo.extend(inner.as_array().into_iter().flatten());
        }
    }
    names
}
