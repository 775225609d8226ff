//! Rule: gives every object, enum, union and limited string a name.

use std::collections::BTreeMap;

use openapi_document::references;
use openapi_document::schemas;
use openapi_review::rust_names;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::idents::{self, NameSet};
use crate::normalize::components::Components;
use crate::operations::markers::STREAM;
use crate::report::Report;
use crate::shape::VARIANT;

/// The names that generated code, or a macro that it calls, uses.
const RESERVED: [&str; 23] = [
    "Ok",
    "Err",
    "Some",
    "None",
    "Option",
    "Result",
    "String",
    "Vec",
    "Box",
    "Timestamp",
    "Secret",
    "UnknownValue",
    "ByteStream",
    "Bytes",
    "Self_",
    "Default",
    "From",
    "Serialize",
    "Deserialize",
    "ResponseValue",
    "Nullable",
    "Required",
    "Optional",
];

/// Renames components so that their names are distinct and valid in Rust.
pub(super) fn rust_names(root: &mut Value, components: &mut Components, report: &mut Report) {
    let mut taken = NameSet::new(RESERVED.map(str::to_owned));
    let mut renamed = BTreeMap::new();
    let (fine, others): (Vec<&String>, Vec<&String>) =
        components.keys().partition(|name| rust_names::pascal(name) == **name);
    let clashes = fine.into_iter().filter(|name| !taken.take(name)).collect::<Vec<_>>();
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    for name in others.into_iter().chain(clashes) {
        let wanted = rust_names::pascal(name);
        if plain(name) && taken.take(&wanted) {
            continue;
        }
        let more = (2_usize..).map(|n| format!("{wanted}{n}"));
        let model = [wanted.clone(), format!("{wanted}Model")];
        let free = model.into_iter().chain(more).find(|name| taken.take(&rust_names::pascal(name)));
        renamed.insert(name.clone(), free.unwrap_or(wanted));
    }
    for (old, new) in &renamed {
        let at = openapi_document::pointer::child("/components/schemas", old);
        if rust_names::pascal(old) != *new {
            report.record(&at, &codes::TYPE_RENAMED, format!("`{old}` becomes {new}"));
        }
        if let Some(schema) = components.remove(old) {
            components.insert(new.clone(), schema);
        }
    }
    if renamed.is_empty() {
        return;
    }
    let mut rename = |schema: &mut Value, _: &str| {
        let name = schema["$ref"].as_str().and_then(references::schema_name);
        if let Some(new) = name.and_then(|name| renamed.get(name)) {
            schema["$ref"] = json!(references::to_schema(new));
        }
    };
    components.values_mut().for_each(|schema| schemas::within(schema, "", &mut rename));
    schemas::for_each(root, &mut rename);
}

/// Returns the current names of components.
fn taken(components: &Components) -> NameSet {
    let reserved = RESERVED.iter().map(|name| (*name).to_owned());
    NameSet::new(components.keys().map(|name| rust_names::pascal(name)).chain(reserved))
}

/// Converts inline schemas of bodies and parameters to components that are named after the
/// operation.
pub(super) fn name_bodies(root: &mut Value, components: &mut Components) {
    let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) else { return };
    let mut taken = taken(components);
    let items = paths.iter_mut().filter_map(|(path, item)| Some((path, item.as_object_mut()?)));
    let operations = items.flat_map(|(path, item)| {
        // The method that returns a stream shares the types of the one that does not.
        let shared = path.replace(&format!("{}{STREAM}", idents::SEPARATOR), "");
        item.iter_mut().map(move |(verb, operation)| ((shared.clone(), verb.clone()), operation))
    });
    let mut all_known = BTreeMap::new();
    for (shared, operation) in operations {
        let Some(id) = operation["operationId"].as_str().map(rust_names::joined) else { continue };
        let known = all_known.entry(shared).or_default();
        let mut place = Place { taken: &mut taken, known, components };
        place.media(operation.get_mut("requestBody"), &format!("{id}Body"));
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().map(idents::on_the_wire).unwrap_or_default();
            let name = format!("{id}{}", rust_names::joined(name));
            if let Some(schema) = parameter.get_mut("schema") {
                place.schema(schema, &name);
            }
        }
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
            continue;
        };
        for (status, response) in responses {
            let kind = if status.starts_with('2') { "Response" } else { "Error" };
            place.media(Some(response), &format!("{id}{kind}"));
        }
    }
}

/// The destination of an operation's inline schemas.
struct Place<'a> {
    taken: &'a mut NameSet,
    /// The inline schemas of this operation so far. Equal schemas share a component.
    known: &'a mut Vec<(Value, Value)>,
    components: &'a mut Components,
}

impl Place<'_> {
    fn media(&mut self, body: Option<&mut Value>, name: &str) {
        let media = body.and_then(|body| body.get_mut("content")).and_then(Value::as_object_mut);
        for media in media.into_iter().flat_map(Map::values_mut) {
            if let Some(schema) = media.get_mut("schema") {
                self.schema(schema, name);
            }
        }
    }

    fn schema(&mut self, schema: &mut Value, name: &str) {
        if let Some((_, known)) = self.known.iter().find(|(there, _)| there == schema) {
            *schema = known.clone();
            return;
        }
        let before = schema.clone();
        name_one(schema, name, self.taken, self.components);
        self.known.push((before, schema.clone()));
    }
}

/// Converts inline schemas in components to components that are named after their location,
/// repeatedly until none is left.
pub(super) fn name_inner(components: &mut Components) {
    let mut taken = taken(components);
    let mut todo: Vec<String> = components.keys().cloned().collect();
    while let Some(name) = todo.pop() {
        let Some(mut schema) = components.remove(&name) else { continue };
        let mut inner = Components::new();
        name_members(&mut schema, &name, &mut taken, &mut inner);
        components.insert(name, schema);
        todo.extend(inner.keys().cloned());
        // `append` would traverse all components each time.
        components.extend(inner);
    }
}

fn name_members(schema: &mut Value, name: &str, taken: &mut NameSet, inner: &mut Components) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (field, property) in properties {
            name_one(property, &format!("{name}{}", rust_names::joined(field)), taken, inner);
        }
    }
    for (member, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        if let Some(element) = schema.get_mut(member) {
            name_one(element, &format!("{name}{suffix}"), taken, inner);
        }
    }
    for union in ["oneOf", "anyOf"] {
        if let Some(Value::Array(alternatives)) = schema.get_mut(union) {
            for alternative in alternatives {
                let members = alternative.as_object_mut();
                let variant = members.and_then(|members| members.shift_remove(VARIANT));
                let variant = variant.unwrap_or_default();
                let suffix = variant.as_str().unwrap_or_default();
                name_one(alternative, &format!("{name}{suffix}"), taken, inner);
                alternative[VARIANT] = variant;
            }
        }
    }
}

fn name_one(schema: &mut Value, name: &str, taken: &mut NameSet, inner: &mut Components) {
    if !needs_name(schema) {
        // An array or map of inline schemas needs no name, but the inline schemas do.
        return name_members(schema, name, taken, inner);
    }
    let mut free = name.to_owned();
    while !taken.take(&rust_names::pascal(&free)) {
        free.push_str("Inner");
    }
    hoist(schema, &free, inner);
}

fn hoist(schema: &mut Value, name: &str, components: &mut Components) {
    let nullable = schema.as_object_mut().and_then(|schema| schema.shift_remove("nullable"));
    let description = schema.get("description").cloned();
    components.insert(name.to_owned(), schema.take());
    *schema = json!({ "$ref": references::to_schema(name) });
    if nullable.is_some() || description.is_some() {
        let reference = schema.take();
        *schema = json!({ "allOf": [reference] });
        for (member, value) in [("nullable", nullable), ("description", description)] {
            if let Some(value) = value {
                schema[member] = value;
            }
        }
    }
}

/// Returns whether a schema needs a name, because it becomes a Rust type: objects with fields,
/// enums, unions and limited strings.
fn needs_name(schema: &Value) -> bool {
    ["properties", "enum", "oneOf", "anyOf"].iter().any(|member| schema.get(member).is_some())
        || schema["type"] == "string"
            && (schema.get("maxLength").is_some() || schema.get("minLength").is_some())
}
