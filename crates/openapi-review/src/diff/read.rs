//! Reads a schema of either version into its [`Shape`].

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use openapi_document::pointer::child;
use openapi_document::views;
use serde_json::{Map, Value};

use crate::diff::keywords::{binary, implied_bounds, is_docs, is_null, own, whole_bounds};
use crate::diff::shape::{Additional, Schemas, Shape, Union};
use crate::diff::types::Types;
use crate::diff::view::SpecView;

/// Keywords that are only compared for equality.
const OPAQUE: [&str; 17] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "unevaluatedItems",
    "contentSchema",
    "contentMediaType",
    "contentEncoding",
    "xml",
    "$dynamicRef",
];
/// The maximum nesting of unions. Deeper unions count as anything.
const DEPTH: usize = 12;
/// The maximum number of a schema's nodes that are visited when only equality matters.
const BUDGET: usize = 10_000;

impl SpecView<'_> {
    /// Returns the shape of a value for which all of `schemas` hold.
    pub(crate) fn shape(&self, schemas: &[String]) -> Rc<Shape> {
        match schemas {
            [only] => self.read(only),
            several => {
                let mut shape = Shape::default();
                several.iter().for_each(|pointer| shape.and(&self.read(pointer)));
                implied_bounds(&mut shape);
                Rc::new(shape)
            }
        }
    }

    fn read(&self, pointer: &str) -> Rc<Shape> {
        if let Some(shape) = self.shapes.borrow().get(pointer) {
            return Rc::clone(shape);
        }
        let shape = Rc::new(Reader { side: self, seen: BTreeSet::new(), depth: 0 }.read(pointer));
        self.shapes.borrow_mut().insert(pointer.to_owned(), Rc::clone(&shape));
        shape
    }

    /// Returns the schema at `pointer` with resolved references and without documentation, to
    /// compare keywords about which nothing else is known. `budget` bounds its size.
    fn expanded(&self, pointer: &str, depth: usize, budget: &mut usize) -> Value {
        let pointer = self.follow(pointer);
        *budget = budget.saturating_sub(1);
        let go_on = depth < DEPTH && *budget > 0;
        match self.get(&pointer) {
            Value::Object(members) if go_on => {
                let mut names: Vec<&String> =
                    members.keys().filter(|name| !is_docs(name)).collect();
                names.sort();
                let expand = |name: &String| {
                    (name.clone(), self.expanded(&child(&pointer, name), depth + 1, budget))
                };
                Value::Object(names.into_iter().map(expand).collect())
            }
            Value::Array(items) if go_on => (0..items.len())
                .map(|index| self.expanded(&child(&pointer, index), depth + 1, budget))
                .collect(),
            Value::Object(_) | Value::Array(_) => Value::Null,
            scalar => scalar.clone(),
        }
    }
}

struct Reader<'s, 'a> {
    side: &'s SpecView<'a>,
    /// Schemas that already hold: a schema that includes itself adds nothing.
    seen: BTreeSet<String>,
    depth: usize,
}

impl Reader<'_, '_> {
    fn read(&mut self, pointer: &str) -> Shape {
        let mut shape = Shape::default();
        if !self.seen.insert(pointer.to_owned()) {
            return shape;
        }
        let name = pointer.strip_prefix("/components/schemas/");
        shape.component = name.filter(|name| !name.contains('/')).map(ToOwned::to_owned);
        let schema = match self.side.get(pointer) {
            Value::Object(schema) => schema,
            Value::Bool(false) => {
                (shape.types, shape.own_types) = (Types::NONE, Types::NONE);
                return shape;
            }
            _ => return shape,
        };
        own(&mut shape, schema, pointer);
        self.schemas_in(&mut shape, schema, pointer);
        if let Some(target) = self.side.target(pointer) {
            shape.and(&self.read(&target));
        }
        let all = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..all {
            shape.and(&self.read(&child(&child(pointer, "allOf"), index)));
        }
        for keyword in ["oneOf", "anyOf"] {
            self.union(&mut shape, schema, pointer, keyword);
        }
        let lists_values = schema.get("enum").is_some_and(Value::is_array);
        if schema.get("nullable") == Some(&Value::Bool(true)) && !lists_values {
            shape.types = shape.types.or(Types::NULL);
            shape.own_types = shape.own_types.or(Types::NULL);
        }
        if shape.types.only_integers() {
            whole_bounds(&mut shape);
        }
        implied_bounds(&mut shape);
        shape
    }

    fn schemas_in(&self, shape: &mut Shape, schema: &Map<String, Value>, pointer: &str) {
        let one =
            |keyword: &str| -> Schemas { vec![self.side.follow_alone(&child(pointer, keyword))] };
        let named = |keyword: &str| {
            let members = schema.get(keyword).and_then(Value::as_object);
            let at = child(pointer, keyword);
            let pairs = members.into_iter().flatten();
            pairs
                .map(|(name, _)| (name.clone(), vec![self.side.follow_alone(&child(&at, name))]))
                .collect()
        };
        shape.properties = named("properties");
        shape.field_at = shape
            .properties
            .keys()
            .map(|name| (name.clone(), child(&child(pointer, "properties"), name)))
            .collect();
        self.subtypes(shape, schema);
        shape.patterned = named("patternProperties");
        for keyword in ["unevaluatedProperties", "additionalProperties"] {
            match schema.get(keyword) {
                Some(Value::Bool(false)) => shape.additional = Additional::Nothing,
                Some(Value::Object(inner)) if !inner.is_empty() => {
                    shape.additional = Additional::Only(one(keyword));
                }
                _ => {}
            }
        }
        if schema.get("items").is_some_and(|items| !items.is_array()) {
            shape.items = Some(one("items"));
        }
        let prefix = child(pointer, "prefixItems");
        let length = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        shape.prefix =
            (0..length).map(|index| vec![self.side.follow_alone(&child(&prefix, index))]).collect();
        for keyword in OPAQUE.iter().filter(|keyword| schema.contains_key(**keyword)) {
            let value = self.side.expanded(&child(pointer, keyword), 0, &mut BUDGET.clone());
            shape.opaque.entry((*keyword).to_owned()).or_default().push(value);
        }
        binary(shape);
    }

    /// Returns the targets of a discriminator's values.
    fn subtypes(&self, shape: &mut Shape, schema: &Map<String, Value>) {
        let union = schema.contains_key("oneOf") || schema.contains_key("anyOf");
        let Some(discriminator) = schema.get("discriminator").filter(|_| !union) else { return };
        let tag = discriminator["propertyName"].clone();
        shape.opaque.entry("discriminator".to_owned()).or_default().push(tag);
        for (value, target) in mapping(discriminator) {
            shape.subtypes.insert(value, vec![target]);
        }
    }

    /// Returns the alternatives, except those that are another notation of something simpler.
    fn union(
        &mut self,
        shape: &mut Shape,
        schema: &Map<String, Value>,
        pointer: &str,
        keyword: &str,
    ) {
        let Some(members) = schema.get(keyword).and_then(Value::as_array) else { return };
        let at = child(pointer, keyword);
        let mut nullable = false;
        let mut alternatives = Vec::new();
        for (index, member) in members.iter().enumerate() {
            if is_null(member) {
                nullable = true;
            } else {
                alternatives.push(self.side.follow_alone(&child(&at, index)));
            }
        }
        if self.depth >= DEPTH {
            return;
        }
        let mut shapes: Vec<Shape> = alternatives
            .iter()
            .map(|alternative| {
                let seen = self.seen.clone();
                Reader { side: self.side, seen, depth: self.depth + 1 }.read(alternative)
            })
            .collect();
        let mut union = Shape::default();
        let types =
            |shapes: &[Shape]| shapes.iter().map(|shape| shape.types).fold(Types::NONE, Types::or);
        if let [_] = &shapes[..] {
            union = shapes.remove(0);
        } else if shapes.iter().all(Shape::only_types) || shapes.iter().all(Shape::only_values) {
            union.types = types(&shapes);
            union.own_types = union.types;
            for alternative in shapes {
                if let Some(values) = alternative.values {
                    union.values.get_or_insert_default().extend(values);
                }
                for (name, values) in alternative.docs {
                    union
                        .docs
                        .entry(format!("{name} of an alternative"))
                        .or_default()
                        .extend(values);
                }
            }
        } else {
            union.types = types(&shapes);
            let targets = alternatives.iter().map(|one| self.side.component_of(one)).collect();
            let mut found = found(schema, at.clone(), keyword, alternatives);
            found.targets = targets;
            union.unions.push(found);
        }
        if nullable {
            union.types = union.types.or(Types::NULL);
            if !union.own_types.is_all() {
                union.own_types = union.own_types.or(Types::NULL);
            }
        }
        union.at.insert("type".to_owned(), pointer.to_owned());
        shape.and(&union);
    }
}

fn found(schema: &Map<String, Value>, at: String, keyword: &str, alternatives: Schemas) -> Union {
    let discriminator = schema.get("discriminator").unwrap_or(&Value::Null);
    Union {
        pointer: at,
        exactly_one: keyword == "oneOf",
        alternatives,
        targets: Schemas::new(),
        tag: discriminator["propertyName"].as_str().map(ToOwned::to_owned),
        mapping: mapping(discriminator),
    }
}

/// Returns the pointer that each value of a discriminator leads to. A target may be the bare name
/// of a component.
fn mapping(discriminator: &Value) -> BTreeMap<String, String> {
    let pairs = views::members(&discriminator["mapping"]);
    let pairs = pairs.filter_map(|(value, target)| {
        let target = target.as_str()?;
        let pointer = match target.strip_prefix('#') {
            Some(pointer) => pointer.to_owned(),
            None => child("/components/schemas", target),
        };
        Some((value.to_owned(), pointer))
    });
    pairs.collect()
}
