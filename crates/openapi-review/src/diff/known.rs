//! Values that are computed once for each list of schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use crate::diff::sets::{FieldPart, Set, SetId};
use crate::diff::shape::{Schemas, Shape};
use crate::diff::view::{SpecView, Views, component_name};

impl SpecView<'_> {
    /// Returns the number of a list of schemas.
    pub(crate) fn set(&self, schemas: &[String]) -> SetId {
        if let Some(id) = self.sets.ids.borrow().get(schemas) {
            return *id;
        }
        let schemas: Rc<[String]> = schemas.into();
        let mut all = self.sets.all.borrow_mut();
        let id = SetId(u32::try_from(all.len()).expect("fewer schemas than bytes in a document"));
        self.sets.ids.borrow_mut().insert(Rc::clone(&schemas), id);
        let (shape, fields, unions, leaf, is_met) = Default::default();
        all.push(Rc::new(Set { schemas, shape, fields, unions, leaf, is_met }));
        id
    }

    /// Returns the list of schemas with this number.
    pub(crate) fn known(&self, id: SetId) -> Rc<Set> {
        Rc::clone(&self.sets.all.borrow()[id.0 as usize])
    }

    /// Returns the constraints on a value of the schemas.
    pub(crate) fn shape_of(&self, set: &Set) -> Rc<Shape> {
        Rc::clone(set.shape.get_or_init(|| self.shape(&set.schemas)))
    }

    /// Returns the names that the schemas declare or require, in order.
    pub(crate) fn fields(&self, set: &Set) -> Rc<[FieldPart]> {
        Rc::clone(set.fields.get_or_init(|| {
            let shape = self.shape_of(set);
            let names: BTreeSet<&String> = shape.properties.keys().chain(&shape.required).collect();
            names.into_iter().map(|name| self.field_part(&shape, name)).collect()
        }))
    }

    fn field_part(&self, shape: &Shape, name: &str) -> FieldPart {
        let nothing = Schemas::new();
        let declared = shape.properties.get(name);
        let schemas = declared.unwrap_or(&nothing);
        FieldPart {
            name: name.to_owned(),
            schemas: self.set(schemas),
            is_declared: declared.is_some(),
            is_required: shape.required.contains(name),
            is_never: schemas.iter().any(|schema| self.get(schema) == &Value::Bool(false)),
            read_only: self.is_marked(schemas, "readOnly"),
            write_only: self.is_marked(schemas, "writeOnly"),
        }
    }

    fn is_marked(&self, schemas: &[String], keyword: &str) -> bool {
        // Most schemas have the mark themselves; only references must be resolved.
        if let [only] = schemas
            && let Some(schema) = self.get(only).as_object()
            && ["$ref", "allOf", "anyOf", "oneOf"]
                .iter()
                .all(|keyword| !schema.contains_key(*keyword))
        {
            return schema.get(keyword) == Some(&Value::Bool(true));
        }
        let shape = self.shape_of(&self.known(self.set(schemas)));
        if keyword == "readOnly" { shape.read_only } else { shape.write_only }
    }

    /// Returns the alternatives of each union of the schemas.
    pub(crate) fn alternatives(&self, set: &Set) -> Rc<[Vec<SetId>]> {
        let one = |pointer: &String| self.set(std::slice::from_ref(pointer));
        Rc::clone(set.unions.get_or_init(|| {
            let shape = self.shape_of(set);
            shape.unions.iter().map(|union| union.alternatives.iter().map(one).collect()).collect()
        }))
    }
}

impl Views<'_> {
    /// Returns the number of a schema that contains no schema.
    pub(crate) fn leaf(&self, side: &SpecView<'_>, set: &Set) -> Option<u32> {
        *set.leaf.get_or_init(|| {
            let [pointer] = &set.schemas[..] else { return None };
            let members = side.get(pointer).as_object()?;
            let is_leaf = members.iter().all(|(name, value)| name != "$ref" && is_scalar(value));
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            let text = is_leaf.then(|| serde_json::to_string(&sorted).ok())??;
            let name = component_name(pointer).unwrap_or_default();
            let mut numbers = self.leaves.0.borrow_mut();
            let next = u32::try_from(numbers.len()).ok()?;
            Some(*numbers.entry(format!("{name}/{text}")).or_insert(next))
        })
    }
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| !item.is_object() && !item.is_array()),
        value => !value.is_object(),
    }
}
