//! Rule: merges an `allOf` into one schema, because typify's merge takes exponential time.

use openapi_document::pointer::child;
use openapi_document::references;
use serde_json::{Value, json};

use crate::codes;
use crate::shape::schema::{STRUCTURAL, Schema, leads_to, reference};
use crate::shape::shaper::{MAX_COPIED, Shaper};
use crate::shape::unions::only_restricts_fields;

/// The maximum depth of a hierarchy of schemas.
const MAX_EXTENDED: usize = 8;

impl Shaper<'_> {
    /// Returns the schema without `allOf`, except for an `allOf` around a single reference.
    pub(super) fn flatten(&mut self, schema: &Value, at: &str, stack: &mut Vec<String>) -> Schema {
        let Value::Object(schema) = schema else { return Schema::new() };
        let mut flat = schema.clone();
        one_union(&mut flat);
        if flat.contains_key("$ref") {
            return self.known_reference(flat);
        }
        let Some(parts) = flat.shift_remove("allOf") else { return flat };
        let all = parts.as_array().map(Vec::as_slice).unwrap_or_default();
        if all.iter().any(|part| part["nullable"] == json!(true) && only_annotates(part)) {
            flat.insert("nullable".to_owned(), json!(true));
        }
        let has_reference = all.iter().any(|part| part.get("$ref").is_some());
        let parts: Vec<&Value> = all
            .iter()
            .filter(|part| affects_type(part) && !(has_reference && only_annotates(part)))
            .collect();
        let alone = !STRUCTURAL.iter().any(|keyword| flat.contains_key(*keyword));
        match &parts[..] {
            [part] if alone && part.get("$ref").is_some() => {
                self.refer_to(&part["$ref"], &mut flat)
            }
            parts => {
                if let Some(recursive) = self.recursive_reference(parts) {
                    let text = "it extends a schema that contains it; the extension is omitted";
                    self.report.record(at, &codes::ALL_OF_RECURSION, text);
                    self.refer_to(&recursive, &mut flat);
                    return flat;
                }
                // The only part may be a nullable reference, of which `expand` keeps the target.
                if let [only] = parts
                    && alone
                    && only["nullable"] == json!(true)
                {
                    flat.insert("nullable".to_owned(), json!(true));
                }
                for (index, part) in parts.iter().enumerate() {
                    let at = child(&child(at, "allOf"), index);
                    let part = self.expand(part, &at, stack);
                    self.merge(&mut flat, part, &at);
                }
            }
        }
        flat
    }

    fn refer_to(&mut self, reference: &Value, flat: &mut Schema) {
        let only = Schema::from_iter([("$ref".to_owned(), reference.clone())]);
        let known = self.known_reference(only);
        if known.contains_key("$ref") {
            flat.insert("allOf".to_owned(), json!([known]));
        }
    }

    /// Returns a reference to a component whose copy already contains this schema. Copying the
    /// component again would not end.
    fn recursive_reference(&self, parts: &[&Value]) -> Option<Value> {
        let too_many = self.copied > MAX_COPIED;
        let known = |name: &&str| too_many || self.within.iter().any(|there| there == name);
        let name = parts.iter().filter_map(|part| reference(part)).find(known)?;
        Some(json!(references::to_schema(name)))
    }

    fn known_reference(&mut self, flat: Schema) -> Schema {
        let target = flat["$ref"].as_str().and_then(references::schema_name);
        if target.is_some_and(|name| self.source.contains_key(name)) { flat } else { Schema::new() }
    }

    /// Returns a part of an `allOf` with its references resolved.
    fn expand(&mut self, part: &Value, at: &str, stack: &mut Vec<String>) -> Schema {
        let Some(name) = reference(part).map(str::to_owned) else {
            return self.flatten(part, at, stack);
        };
        if stack.contains(&name) {
            return Schema::new();
        }
        self.parts.push(name.clone());
        if let Some(known) = self.memo.get(&name) {
            return self.without_recursive_union(known.clone(), stack);
        }
        let Some(target) = self.source.get(&name) else { return Schema::new() };
        stack.push(name.clone());
        let mut flat = self.flatten(target, at, stack);
        while let Some(next) = reference(&Value::Object(flat.clone())).map(str::to_owned) {
            flat = self.expand(&json!({ "$ref": references::to_schema(&next) }), at, stack);
        }
        stack.pop();
        // These keywords apply only where the target is described.
        flat.retain(|name, _| {
            !["description", "nullable", "discriminator"].contains(&name.as_str())
        });
        if !leads_to(self.source, target, &name) {
            self.memo.insert(name.clone(), flat.clone());
        }
        self.without_recursive_union(flat, stack)
    }

    /// Removes the union from a base if the union contains the schema that extends the base.
    fn without_recursive_union(&self, mut flat: Schema, stack: &[String]) -> Schema {
        let back = |alternative: &Value| {
            reference(alternative).is_some_and(|name| stack.iter().any(|there| there == name))
        };
        if flat.get("oneOf").and_then(Value::as_array).is_some_and(|all| all.iter().any(back)) {
            flat.shift_remove("oneOf");
        }
        flat
    }

    /// Returns whether the component `name` extends `base`.
    fn extends(&self, name: &str, base: &str, depth: usize) -> bool {
        let parts = self.source.get(name).and_then(|schema| schema["allOf"].as_array());
        let mut parts = parts.into_iter().flatten().filter_map(reference);
        depth < MAX_EXTENDED
            && parts.any(|part| part == base || self.extends(part, base, depth + 1))
    }

    /// Merges the descriptions of fields. Of two descriptions of a field, the more specific one is
    /// used; if they are equally specific, the later one, which belongs to the extension. Two
    /// objects are merged.
    fn properties(&mut self, there: &mut Value, more: Value, at: &str) {
        let (Some(there), Value::Object(more)) = (there.as_object_mut(), more) else { return };
        for (name, schema) in more {
            let Some(old) = there.get(&name) else {
                there.insert(name, schema);
                continue;
            };
            if is_object(old)
                && is_object(&schema)
                && without_annotations(old) != without_annotations(&schema)
            {
                let both = json!([old, schema]);
                there.insert(name, json!({ "allOf": both }));
                continue;
            }
            let mut schema = schema;
            if common_values(old, &mut schema) {
                there.insert(name, schema);
                continue;
            }
            if self.differ(old, &schema) {
                let text = format!("`{name}` has several descriptions; one is used");
                self.report.record(at, &codes::ALL_OF_FIELDS, text);
            }
            if weight(old) <= weight(&schema) {
                there.insert(name, schema);
            }
        }
    }

    /// Returns whether the types in two descriptions conflict, so that neither is contained in the
    /// other.
    fn differ(&self, old: &Value, new: &Value) -> bool {
        let is_number = |kind: &str| ["integer", "number"].contains(&kind);
        if let (Some(kind), Some(other)) = (old["type"].as_str(), new["type"].as_str())
            && kind != other
            && !(is_number(kind) && is_number(other))
        {
            return true;
        }
        if weight(old) != weight(new)
            || weight(old) < 2
            || without_annotations(old) == without_annotations(new)
        {
            return false;
        }
        if let (Some(old), Some(new)) = (reference(old), reference(new)) {
            return !self.extends(new, old, 0);
        }
        if let (Some(old), Some(new)) = (old["enum"].as_array(), new["enum"].as_array()) {
            return !new.iter().all(|value| old.contains(value));
        }
        // A format restricts a string or number.
        let narrows = |schema: &Value| {
            ["items", "additionalProperties", "properties", "oneOf", "anyOf", "$ref", "allOf"]
                .iter()
                .all(|name| schema.get(*name).is_none())
        };
        !(narrows(old) && narrows(new) && old["type"] == new["type"])
    }

    fn merge(&mut self, flat: &mut Schema, part: Schema, at: &str) {
        let stays_closed = flat.get("additionalProperties") == Some(&Value::Bool(false))
            && describes_no_field(&part, flat.get("type"));
        if restricts_fields(flat, &part) || restricts_fields(&part, flat) {
            let text = "a part restricts the fields of others to a type; they keep their own types";
            self.report.record(at, &codes::ALL_OF_CLOSED, text);
        }
        for (name, value) in part {
            let Some(there) = flat.get_mut(&name) else {
                flat.insert(name, value);
                continue;
            };
            match name.as_str() {
                "properties" => self.properties(there, value, at),
                "required" => required(there, value),
                "enum" if !narrower(there, &value) => {
                    let text = format!(
                        "{there} and {value} have no value in common; the first list is used"
                    );
                    self.report.record(at, &codes::ALL_OF_VALUES, text);
                }
                "additionalProperties" if there.is_boolean() => *there = value,
                "additionalProperties" | "items"
                    if value.is_object() && self.differ(there, &value) =>
                {
                    let text = format!("`{name}` has several descriptions; the first is used");
                    self.report.record(at, &codes::ALL_OF_FIELDS, text);
                }
                "type" if *there != value => {
                    if value == "integer" && *there == "number" {
                        *there = value;
                    } else if !(value == "number" && *there == "integer") {
                        let text = format!("both {there} and {value}; the first type is used");
                        self.report.record(at, &codes::ALL_OF_TYPES, text);
                    }
                }
                "oneOf" if *there != value => {
                    self.report.record(
                        at,
                        &codes::ALL_OF_UNIONS,
                        "more than one union; only the first is used",
                    );
                }
                _ => {}
            }
        }
        // A closed object would reject the fields of the other parts.
        if !stays_closed && flat.get("additionalProperties") == Some(&Value::Bool(false)) {
            flat.shift_remove("additionalProperties");
            let text = "a part rejects the fields of others; the type allows all fields";
            self.report.record(at, &codes::ALL_OF_CLOSED, text);
        }
    }
}

/// Returns whether a part describes no fields, but only restricts which fields are required.
fn describes_no_field(part: &Schema, kind: Option<&Value>) -> bool {
    part.iter().all(|(name, value)| match name.as_str() {
        "required" => true,
        "type" => Some(value) == kind,
        "oneOf" => value
            .as_array()
            .is_some_and(|all| all.iter().all(|one| only_restricts_fields(one, kind))),
        _ => false,
    })
}

/// Returns whether the additional properties of a part have a type that a field of another part
/// does not have.
fn restricts_fields(part: &Schema, other: &Schema) -> bool {
    let Some(allowed @ Value::Object(_)) = part.get("additionalProperties") else { return false };
    let allowed = without_annotations(allowed);
    let own = part.get("properties").and_then(Value::as_object);
    let fields = other.get("properties").and_then(Value::as_object).into_iter().flatten();
    allowed != json!({})
        && fields
            .filter(|(name, _)| own.is_none_or(|own| !own.contains_key(*name)))
            .any(|(_, field)| without_annotations(field) != allowed)
}

/// Converts `anyOf` to `oneOf`, because both are tried in order.
fn one_union(flat: &mut Schema) {
    if let Some(any) = flat.shift_remove("anyOf") {
        flat.entry("oneOf").or_insert(any);
    }
    if flat.get("oneOf").is_some_and(|union| union.as_array().is_none_or(Vec::is_empty)) {
        flat.shift_remove("oneOf");
    }
}

/// Returns whether a part affects the type.
fn affects_type(part: &Value) -> bool {
    let Some(part) = part.as_object() else { return false };
    part.contains_key("$ref")
        || part.contains_key("allOf")
        || part.contains_key("nullable")
        || part.contains_key("format")
        || part.contains_key("type")
        || STRUCTURAL.iter().any(|keyword| part.contains_key(*keyword))
}

/// Returns whether a part adds nothing to the component that is referred to beside it.
fn only_annotates(part: &Value) -> bool {
    const ANNOTATIONS: [&str; 6] =
        ["type", "nullable", "description", "title", "default", "example"];
    part.as_object()
        .is_some_and(|part| part.keys().all(|name| ANNOTATIONS.contains(&name.as_str())))
}

/// Returns whether this is an object whose fields are described in place.
fn is_object(schema: &Value) -> bool {
    let is_union = ["oneOf", "anyOf"].iter().any(|name| schema.get(*name).is_some());
    schema["properties"].is_object() && !is_union
}

/// Returns a schema without the keywords that do not affect its type.
fn without_annotations(schema: &Value) -> Value {
    const ANNOTATIONS: [&str; 5] = ["description", "title", "example", "default", "nullable"];
    let mut schema = schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|name, _| !ANNOTATIONS.contains(&name.as_str()));
    }
    schema
}

fn weight(schema: &Value) -> u8 {
    let has = |name: &str| schema.get(name).is_some();
    match () {
        () if has("enum") || has("properties") || has("oneOf") || has("anyOf") => 4,
        () if has("$ref") || has("allOf") => 3,
        () if has("items") || has("format") || has("additionalProperties") => 2,
        () if has("type") => 1,
        () => 0,
    }
}

fn required(there: &mut Value, more: Value) {
    if let (Value::Array(there), Value::Array(more)) = (there, more) {
        for name in more {
            if !there.contains(&name) {
                there.push(name);
            }
        }
    }
}

/// Restricts an enum to the values of another one. Returns false if one of the schemas is not an
/// enum, or if they have no value in common.
fn common_values(old: &Value, new: &mut Value) -> bool {
    old["enum"].is_array() && new["enum"].is_array() && narrower(&mut new["enum"], &old["enum"])
}

/// Keeps the values that are in both lists. Returns false if there are none.
fn narrower(there: &mut Value, other: &Value) -> bool {
    let (Value::Array(values), Value::Array(other)) = (there, other) else { return true };
    let both: Vec<Value> = values.iter().filter(|value| other.contains(value)).cloned().collect();
    let has_any = !both.is_empty();
    if has_any {
        *values = both;
    }
    has_any
}
