//! [`Shaper`]: the shared state of the rules that reshape one schema at a time.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use serde_json::{Value, json};

use crate::codes;
use crate::idents;
use crate::operations::markers::VARIANTS;
use crate::report::Report;
use crate::shape::schema::Schema;
use crate::shape::tags::Tags;
use crate::shape::{outline, values};

/// The maximum depth of an inline schema.
const MAX_DEPTH: usize = 64;
/// The maximum number of schemas that an `allOf` may copy into one schema.
pub(super) const MAX_COPIED: usize = 2_000;

pub(super) struct Shaper<'a> {
    /// The original components.
    pub(super) source: &'a Schema,
    pub(super) report: &'a mut Report,
    /// Components with flattened `allOf`s, by name.
    pub(super) memo: BTreeMap<String, Schema>,
    depth: usize,
    /// The names of the alternatives, from the outside in, that are being combined with the
    /// keywords beside their union.
    pub(super) joined: Vec<Option<String>>,
    /// The components that the last `allOf` consists of.
    pub(super) parts: Vec<String>,
    /// The components whose copies contain this schema.
    pub(super) within: Vec<String>,
    /// The number of schemas in such copies within this component.
    pub(super) copied: usize,
    /// The values by which discriminators select components.
    pub(super) tags: Tags,
}

impl<'a> Shaper<'a> {
    pub(super) fn new(source: &'a Schema, report: &'a mut Report) -> Self {
        Self {
            source,
            report,
            memo: BTreeMap::new(),
            depth: 0,
            joined: Vec::new(),
            parts: Vec::new(),
            within: Vec::new(),
            copied: 0,
            tags: Tags::new(),
        }
    }

    /// Returns the shape of a schema. `stack` has the names of the components that are being
    /// flattened.
    pub(super) fn canonical(&mut self, schema: &Value, at: &str, stack: &mut Vec<String>) -> Value {
        self.depth += 1;
        let shape = if self.depth > MAX_DEPTH {
            self.report.record(
                at,
                &codes::SCHEMA_DEPTH,
                "nested too deeply; every value is accepted",
            );
            json!({})
        } else {
            self.parts.clear();
            let flat = self.flatten(schema, at, stack);
            let outside = self.within.len();
            self.within.append(&mut self.parts);
            self.copied += usize::from(!self.within.is_empty());
            let shape = Value::Object(self.one_shape(flat, at, stack));
            self.within.truncate(outside);
            shape
        };
        self.depth -= 1;
        shape
    }

    fn one_shape(&mut self, mut flat: Schema, at: &str, stack: &[String]) -> Schema {
        let kept = annotations(&flat);
        if let Some(reference) = flat.shift_remove("$ref").or_else(|| flat.shift_remove("allOf")) {
            return annotated(refer(reference), kept);
        }
        let shape = if flat.contains_key("oneOf") {
            self.union(flat, at, stack)
        } else {
            self.plain(flat, at)
        };
        annotated(shape, kept)
    }

    /// Returns the shape of a schema that is neither a reference nor a union.
    pub(super) fn plain(&mut self, flat: Schema, at: &str) -> Schema {
        let Some(kind) = values::kind(&flat) else {
            let declared = ["type", "enum"].iter().find_map(|name| flat.get(*name));
            // A nullable schema whose only value was null is intentionally unrestricted.
            let is_null = declared.and_then(Value::as_array).is_some_and(Vec::is_empty);
            if let Some(declared) = declared.filter(|_| !(is_null && flat.contains_key("nullable")))
            {
                let text = format!("no single type matches {declared}; every value is accepted");
                self.report.record(at, &codes::ENUM_TYPES, text);
            }
            return Schema::new();
        };
        let listed = flat.get("enum").and_then(Value::as_array);
        let text = match listed.map(Vec::is_empty) {
            Some(false) if ["object", "array"].contains(&kind) => {
                Some(format!("every {kind} is accepted, not only the listed values"))
            }
            // A nullable enum without other values is null.
            Some(true) if !flat.contains_key("nullable") => {
                Some(format!("the enum lists no values; every {kind} is accepted"))
            }
            _ => None,
        };
        if let Some(text) = text {
            self.report.record(at, &codes::ENUM_OPEN, text);
        }
        match kind {
            "object" => self.object(flat, at),
            "array" => self.array(flat, at),
            kind => values::scalar(kind, flat, at, self.report),
        }
    }

    fn inner(&mut self, schema: &Value, at: &str) -> Value {
        self.canonical(schema, at, &mut Vec::new())
    }

    fn array(&mut self, mut flat: Schema, at: &str) -> Schema {
        let at = child(at, "items");
        let items = flat.get("items").map(|items| self.inner(items, &at));
        let mut array = Schema::from_iter([
            ("type".to_owned(), json!("array")),
            ("items".to_owned(), items.unwrap_or_else(|| json!({}))),
        ]);
        // The length can distinguish the variants of a union.
        for name in outline::LENGTHS {
            if let Some(count @ Value::Number(_)) = flat.shift_remove(name) {
                array.insert(name.to_owned(), count);
            }
        }
        array
    }

    fn object(&mut self, flat: Schema, at: &str) -> Schema {
        let mut properties = Schema::new();
        let pointer = child(at, "properties");
        for (name, schema) in
            flat.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            properties.insert(name.clone(), self.inner(schema, &child(&pointer, name)));
        }
        let required = values::names(flat.get("required"));
        let is_closed = flat.get("additionalProperties") == Some(&Value::Bool(false));
        for name in
            required.iter().filter(|name| !properties.contains_key(*name)).collect::<Vec<_>>()
        {
            // An open object keeps such a field with the undescribed fields.
            let text = format!("`{name}` is required but not described; it may be absent");
            self.report.record(at, &codes::UNDECLARED_FIELD, text);
            if is_closed {
                properties.insert(name.clone(), json!({}));
            }
        }
        // This is typify's name for the map of additional properties.
        let reserved = flat.get("additionalProperties").filter(|rest| rest.is_object());
        values::distinct_fields(&mut properties, reserved.map(|_| "extra"));
        let mut object = Schema::from_iter([("type".to_owned(), json!("object"))]);
        let required: Vec<&String> = properties
            .keys()
            .filter(|name| required.iter().any(|there| there == idents::on_the_wire(name)))
            .collect();
        let required = json!(required);
        if !properties.is_empty() {
            object.insert("properties".to_owned(), Value::Object(properties));
        }
        if required != json!([]) {
            object.insert("required".to_owned(), required);
        }
        match flat.get("additionalProperties") {
            // A closed object without fields would need a named type, which would be useless.
            Some(Value::Bool(false)) if !object.contains_key("properties") => {
                let text = "an object without fields is a map, which may have any fields";
                self.report.record(at, &codes::OBJECT_EMPTY, text);
            }
            Some(Value::Bool(flag)) => {
                drop(object.insert("additionalProperties".to_owned(), json!(flag)))
            }
            Some(schema @ Value::Object(_)) => {
                let schema = self.inner(schema, &child(at, "additionalProperties"));
                object.insert("additionalProperties".to_owned(), schema);
            }
            _ => {}
        }
        object
    }
}

/// Returns a schema that contains only a reference.
fn refer(reference: Value) -> Schema {
    match reference {
        Value::Array(_) => Schema::from_iter([("allOf".to_owned(), reference)]),
        reference => Schema::from_iter([("$ref".to_owned(), reference)]),
    }
}

/// Returns the keywords of a schema that do not affect its type.
fn annotations(flat: &Schema) -> Schema {
    let mut kept = Schema::new();
    if let Some(text @ Value::String(_)) = flat.get("description") {
        kept.insert("description".to_owned(), text.clone());
    }
    if flat.get("nullable") == Some(&json!(true)) {
        kept.insert("nullable".to_owned(), json!(true));
    }
    if let Some(variants) = flat.get(VARIANTS) {
        kept.insert(VARIANTS.to_owned(), variants.clone());
    }
    kept
}

fn annotated(mut shape: Schema, kept: Schema) -> Schema {
    if kept.is_empty() {
        return shape;
    }
    if let Some(reference) = shape.shift_remove("$ref") {
        shape.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
    for (name, value) in kept {
        shape.insert(name, value);
    }
    shape
}
