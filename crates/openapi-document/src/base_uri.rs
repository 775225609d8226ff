//! Base URIs: what references within a schema with an `$id` mean.
//!
//! An `$id` is the base of all references within its schema, up to the next `$id`, and
//! their fragments are looked up in that schema. Here, such references become references
//! from the root of the document, which is what everything else reads.

use serde_json::{Value, json};
use url::Url;

use crate::pointer::child;

/// The base of a document that does not name itself.
const UNNAMED: &str = "https://document.invalid/";
/// Members that hold data, in which nothing is a schema.
const DATA: [&str; 5] = ["example", "examples", "default", "const", "enum"];
/// Members whose own members have names that the document chooses.
const MAPS: [&str; 9] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "schemas",
    "responses",
    "headers",
    "paths",
];

/// A schema with an `$id`, or the document.
struct Resource {
    uri: Url,
    pointer: String,
}

/// Makes references that are relative to a base local, and takes the `$id` of a schema
/// away if nothing within needs it any longer.
///
/// A reference that leads nowhere from its base, but somewhere from the root of the
/// document, is left as it is, and so is the `$id` around it.
pub fn localize(root: &mut Value) {
    // Few documents have a base, and large ones take a while to go through.
    if root.get("$self").is_none() && !has_id(root) {
        return;
    }
    let Ok(unnamed) = Url::parse(UNNAMED) else { return };
    let itself = root["$self"].as_str().and_then(|text| unnamed.join(text).ok());
    let uri = itself.unwrap_or(unnamed);
    let mut all = vec![Resource { uri: without_fragment(uri.clone()), pointer: String::new() }];
    resources(root, "", &uri, false, &mut all);
    let mut edits = Vec::new();
    let mut rewrite = Rewrite { root, all: &all, edits: &mut edits };
    rewrite.within(root, "", &uri, false, false);
    for Edit { pointer, to } in edits {
        let Some(holder) = root.pointer_mut(&pointer).and_then(Value::as_object_mut) else {
            continue;
        };
        match to {
            Some(reference) => drop(holder.insert("$ref".to_owned(), json!(reference))),
            None => drop(holder.shift_remove("$id")),
        }
    }
}

fn has_id(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.get("$id").is_some_and(Value::is_string) || members.values().any(has_id)
        }
        Value::Array(items) => items.iter().any(has_id),
        _ => false,
    }
}

fn without_fragment(mut uri: Url) -> Url {
    uri.set_fragment(None);
    uri
}

/// The base within a schema.
fn base(value: &Value, outer: &Url, is_map: bool) -> Option<Url> {
    let id = value.get("$id")?.as_str().filter(|id| !is_map && !id.is_empty())?;
    outer.join(id).ok().map(without_fragment)
}

fn inner(value: &Value, is_map: bool) -> Vec<(String, &Value, bool)> {
    match value {
        Value::Object(members) => {
            let members =
                members.iter().filter(|(name, _)| is_map || !DATA.contains(&name.as_str()));
            members
                .map(|(name, value)| {
                    (name.clone(), value, !is_map && MAPS.contains(&name.as_str()))
                })
                .collect()
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.map(|(index, value)| (index.to_string(), value, false)).collect()
        }
        _ => Vec::new(),
    }
}

fn resources(value: &Value, pointer: &str, outer: &Url, is_map: bool, all: &mut Vec<Resource>) {
    let own = base(value, outer, is_map);
    if let Some(uri) = &own {
        all.push(Resource { uri: uri.clone(), pointer: pointer.to_owned() });
    }
    for (name, value, is_map) in inner(value, is_map) {
        resources(value, &child(pointer, name), own.as_ref().unwrap_or(outer), is_map, all);
    }
}

/// A changed `$ref` or a removed `$id`.
struct Edit {
    pointer: String,
    to: Option<String>,
}

struct Rewrite<'a> {
    root: &'a Value,
    all: &'a [Resource],
    edits: &'a mut Vec<Edit>,
}

impl Rewrite<'_> {
    /// Returns whether each reference below leads somewhere from its base.
    fn within(
        &mut self,
        value: &Value,
        pointer: &str,
        outer: &Url,
        is_map: bool,
        is_based: bool,
    ) -> bool {
        let own = base(value, outer, is_map);
        let (base, is_based) = (own.as_ref().unwrap_or(outer), is_based || own.is_some());
        let mut is_done = true;
        let reference = value.get("$ref").and_then(Value::as_str).filter(|_| !is_map);
        if let Some(reference) = reference {
            match self.local(reference, base) {
                Some(local) if local == reference => {}
                Some(local) => {
                    self.edits.push(Edit { pointer: pointer.to_owned(), to: Some(local) });
                }
                None => is_done = !is_based || !reference.starts_with('#'),
            }
        }
        for (name, value, is_map) in inner(value, is_map) {
            is_done &= self.within(value, &child(pointer, name), base, is_map, is_based);
        }
        if own.is_some() && is_done {
            self.edits.push(Edit { pointer: pointer.to_owned(), to: None });
        }
        is_done
    }

    /// The reference from the root of the document, if it leads into it.
    fn local(&self, reference: &str, base: &Url) -> Option<String> {
        let uri = base.join(reference).ok()?;
        let (_, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let uri = without_fragment(uri);
        let resource = self.all.iter().find(|resource| resource.uri == uri)?;
        let schema = self.root.pointer(&resource.pointer)?;
        let place = match fragment {
            "" => resource.pointer.clone(),
            _ if fragment.starts_with('/') => {
                let local = format!("#{fragment}");
                // From the document itself, a pointer may pass through references.
                if resource.pointer.is_empty() {
                    return Some(local);
                }
                schema.pointer(&crate::references::pointer(&local))?;
                return Some(format!("#{}{fragment}", resource.pointer));
            }
            // The root of the document has all anchors that are in no other resource.
            anchor if resource.pointer.is_empty() => return Some(format!("#{anchor}")),
            anchor => anchored(schema, &resource.pointer, anchor, true)?,
        };
        Some(format!("#{place}"))
    }
}

/// Where in a resource an anchor is.
fn anchored(value: &Value, pointer: &str, anchor: &str, is_top: bool) -> Option<String> {
    if !is_top && value.get("$id").is_some_and(Value::is_string) {
        return None;
    }
    let is_named = |member: &str| value.get(member).is_some_and(|name| name == anchor);
    if is_named("$anchor") || is_named("$dynamicAnchor") {
        return Some(pointer.to_owned());
    }
    let mut found = inner(value, false).into_iter();
    found.find_map(|(name, value, _)| anchored(value, &child(pointer, name), anchor, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::load;

    fn localized(schemas: &str) -> Value {
        let text = format!("components: {{schemas: {schemas}}}");
        let mut root = load("api.yaml", &text).unwrap().root;
        localize(&mut root);
        root["components"]["schemas"].take()
    }

    #[test]
    fn fragments_are_looked_up_in_the_schema_with_the_id() {
        let out = localized(
            "{Item: {type: string}, A: {$id: 'https://example.com/a', properties: {\
             pointer: {$ref: '#/$defs/Item'}, anchor: {$ref: '#item'}, itself: {$ref: '#'}, \
             $id: {type: string}}, $defs: {Item: {$anchor: item, type: integer}}}}",
        );
        let place = "#/components/schemas/A";
        let properties = &out["A"]["properties"];
        assert_eq!(properties["pointer"]["$ref"], format!("{place}/$defs/Item"));
        assert_eq!(properties["anchor"]["$ref"], format!("{place}/$defs/Item"));
        assert_eq!(properties["itself"]["$ref"], place);
        assert_eq!(properties["$id"]["type"], "string");
        assert!(out["A"].get("$id").is_none());
    }

    #[test]
    fn uris_are_relative_to_the_nearest_id() {
        let out = localized(
            "{A: {$id: 'https://example.com/x/a', properties: {b: {$ref: b}, c: {$ref: '/c#here'}}}, \
             B: {$id: 'https://example.com/x/b', $defs: {In: {$id: in/, properties: {b: {$ref: ../b}, d: {$ref: d}}, \
             $defs: {D: {$id: d}}}}}, \
             C: {$id: 'https://example.com/c', items: {$anchor: here}}, \
             D: {properties: {a: {$ref: 'https://example.com/x/a'}, other: {$ref: other.yaml}}}}",
        );
        let inner = &out["B"]["$defs"]["In"]["properties"];
        for (found, expected) in [
            (&out["A"]["properties"]["b"], "#/components/schemas/B"),
            (&out["A"]["properties"]["c"], "#/components/schemas/C/items"),
            (&inner["b"], "#/components/schemas/B"),
            (&inner["d"], "#/components/schemas/B/$defs/In/$defs/D"),
            (&out["D"]["properties"]["a"], "#/components/schemas/A"),
            (&out["D"]["properties"]["other"], "other.yaml"),
        ] {
            assert_eq!(found["$ref"], expected);
        }
    }

    #[test]
    fn what_only_the_document_has_stays_and_so_does_the_id() {
        let out = localized(
            "{B: {}, A: {$id: 'https://example.com/a', allOf: [{$ref: '#/components/schemas/B'}]}}",
        );
        assert_eq!(out["A"]["allOf"][0]["$ref"], "#/components/schemas/B");
        assert_eq!(out["A"]["$id"], "https://example.com/a");
    }

    #[test]
    fn a_document_may_name_itself() {
        let text = "$self: 'https://example.com/api.yaml'\n\
                    components: {schemas: {A: {$ref: 'https://example.com/api.yaml#/components/schemas/B'}, B: {}}}";
        let mut root = load("api.yaml", text).unwrap().root;
        localize(&mut root);
        assert_eq!(root["components"]["schemas"]["A"]["$ref"], "#/components/schemas/B");
    }
}
