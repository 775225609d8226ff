//! [`Expected`]: what a description allows at one path of a response.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use openapi_document::pointer::child;
use openapi_document::references;
use openapi_document::views;
use serde_json::Value;

use crate::observe::alternatives::{Alternative, alternatives};
use crate::observe::format::Format;
use crate::observe::json_type::JsonType;

/// The combination of all alternatives at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    /// The JSON pointer of the schema at this place; of the first one, if members of
    /// alternatives share a name.
    pub(super) site: String,
    /// The types, with `integer` wherever there is `number`.
    pub(super) types: BTreeSet<JsonType>,
    /// The listed texts.
    pub(super) values: Option<Known>,
    /// The formats of texts; `None` if any format is allowed.
    pub(super) formats: Option<Formats>,
    /// The fields of objects.
    pub(super) members: BTreeMap<String, usize>,
    /// The required fields.
    pub(super) required: BTreeMap<String, String>,
    /// Whether objects may have members of any name.
    pub(super) is_free: bool,
    /// The schemas of such members.
    pub(super) rest: Option<usize>,
    /// The pointer of the schema that has the fields, to which others can be added.
    pub(super) home: Option<String>,
    /// The elements of arrays.
    pub(super) items: Option<usize>,
    /// Whether anything is allowed.
    pub(super) is_anything: bool,
}

/// The listed texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) texts: BTreeSet<String>,
    /// The pointer of the schema that has the list.
    pub(super) home: String,
}

/// The described formats of texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Formats {
    pub(super) allowed: BTreeSet<Format>,
    /// The pointer of the schema that has the `format`.
    pub(super) home: String,
}

/// The expectations at all places of a description, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Schemas {
    all: Vec<Expected>,
    known: HashMap<Vec<String>, usize>,
    /// The places whose members have not been read yet.
    pending: Vec<(usize, Vec<String>)>,
}

impl Schemas {
    pub(super) fn get(&self, index: usize) -> &Expected {
        &self.all[index]
    }

    /// Returns the expectation for the schema at `pointer`, with everything below it.
    pub(super) fn read(&mut self, root: &Value, pointer: &str) -> usize {
        let index = self.number(vec![pointer.to_owned()]);
        while let Some((index, pointers)) = self.pending.pop() {
            self.all[index] = self.expected(root, pointers);
        }
        index
    }

    fn number(&mut self, pointers: Vec<String>) -> usize {
        if let Some(index) = self.known.get(&pointers) {
            return *index;
        }
        let index = self.all.len();
        self.all.push(Expected::default());
        self.known.insert(pointers.clone(), index);
        self.pending.push((index, pointers));
        index
    }

    fn expected(&mut self, root: &Value, pointers: Vec<String>) -> Expected {
        let site = pointers.first().cloned().unwrap_or_default();
        let all: Option<Vec<_>> =
            pointers.iter().map(|pointer| alternatives(root, pointer)).collect();
        let Some(all) = all.map(|all| all.into_iter().flatten().collect::<Vec<_>>()) else {
            return Expected { site, is_anything: true, is_free: true, ..Expected::default() };
        };
        let types: BTreeSet<JsonType> = all.iter().flat_map(|one| one.types(root)).collect();
        let is_anything = all.iter().any(|one| one.is_anything(root));
        let mut expected = Expected { site, types, is_anything, ..Expected::default() };
        let of = |kind| all.iter().filter(move |one| one.types(root).contains(&kind));
        texts(&mut expected, root, &of(JsonType::String).collect::<Vec<_>>());
        self.objects(&mut expected, root, &of(JsonType::Object).collect::<Vec<_>>());
        self.arrays(&mut expected, root, &of(JsonType::Array).collect::<Vec<_>>());
        expected
    }

    fn objects(&mut self, expected: &mut Expected, root: &Value, all: &[&Alternative]) {
        let mut members = BTreeMap::<String, Vec<String>>::new();
        let mut rest = Vec::new();
        for one in all {
            for pointer in one.parts() {
                let schema = root.pointer(pointer).unwrap_or(&Value::Null);
                let at = child(pointer, "properties");
                for (name, _) in views::members(&schema["properties"]) {
                    members.entry(name.to_owned()).or_default().push(child(&at, name));
                }
                if schema.get("properties").is_some() && expected.home.is_none() {
                    expected.home = Some(pointer.clone());
                }
                rest.extend(others(schema, pointer));
            }
            expected.is_free |= one.is_free(root);
        }
        expected.rest = (!rest.is_empty()).then(|| self.number(rest));
        expected.members = members.into_iter().map(|(name, at)| (name, self.number(at))).collect();
        let mut required = all.iter().map(|one| one.required(root));
        let mut common = required.next().unwrap_or_default();
        for required in required {
            common.retain(|name, _| required.contains_key(name));
        }
        expected.required = common;
    }

    fn arrays(&mut self, expected: &mut Expected, root: &Value, all: &[&Alternative]) {
        let of = |one: &Alternative| -> Vec<String> {
            let items = one.parts().iter().map(|pointer| child(pointer, "items"));
            items.filter(|pointer| root.pointer(pointer).is_some()).collect()
        };
        let all: Vec<Vec<String>> = all.iter().map(|one| of(one)).collect();
        if !all.is_empty() && all.iter().all(|one| !one.is_empty()) {
            expected.items = Some(self.number(all.concat()));
        }
    }
}

/// Returns the schemas of members with any name.
fn others(schema: &Value, pointer: &str) -> Vec<String> {
    let mut others = Vec::new();
    if schema["additionalProperties"].is_object() {
        others.push(child(pointer, "additionalProperties"));
    }
    let at = child(pointer, "patternProperties");
    let patterns = views::members(&schema["patternProperties"]);
    others.extend(patterns.map(|(pattern, _)| child(&at, pattern)));
    others
}

fn texts(expected: &mut Expected, root: &Value, all: &[&Alternative]) {
    let mut known = Known::default();
    for (pointer, list) in all.iter().filter_map(|one| one.listed(root)) {
        if known.home.is_empty() {
            known.home = pointer;
        }
        known.texts.extend(list);
    }
    expected.values = (!known.home.is_empty()).then_some(known);
    let formats: Option<Vec<_>> = all.iter().map(|one| one.formats(root)).collect();
    let Some(all) = formats.filter(|all| !all.is_empty()) else { return };
    let mut formats = Formats { home: all[0].0.clone(), ..Formats::default() };
    formats.allowed.extend(all.iter().flat_map(|(_, allowed)| *allowed));
    expected.formats = Some(formats);
}

/// Returns the pointer of the schema of a response's JSON, with resolved references.
pub(super) fn of_response(root: &Value, pointer: &str) -> Option<String> {
    let response = resolved(root, pointer);
    let content = child(&response, "content");
    let names = views::members(root.pointer(&content)?);
    let mut names: Vec<&str> = names.map(|(name, _)| name).filter(|name| is_json(name)).collect();
    names.sort_by_key(|name| *name != "application/json");
    let schema = child(&child(&content, names.first()?), "schema");
    root.pointer(&schema).map(|_| schema)
}

fn is_json(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    name.ends_with("/json") || name.ends_with("+json") || name == "*/*"
}

/// Returns the target of the references at `pointer`.
pub(super) fn resolved(root: &Value, pointer: &str) -> String {
    let mut pointer = pointer.to_owned();
    // Follows references; a cycle leads nowhere.
    for _ in 0..32 {
        let Some(reference) = root.pointer(&pointer).and_then(|node| node["$ref"].as_str()) else {
            break;
        };
        pointer = references::pointer(reference);
    }
    pointer
}
