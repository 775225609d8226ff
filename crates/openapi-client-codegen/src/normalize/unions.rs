//! Rule: converts a union to an object with one field for each variant. [`emit`](crate::emit)
//! converts the object to an enum.
//!
//! typify would merge and name the alternatives of a union by its own rules, but does not change
//! an object.

use serde_json::{Map, Value, json};

use crate::markers;
use crate::normalize::components::Components;
use crate::normalize::presence;
use crate::shape::{UNION, VARIANT};

/// The member of a component with the names of its variants, in the order of the fields.
pub(crate) const VARIANTS: &str = "x-variants";

/// Returns the name of the field for the variant with this number.
pub(crate) fn field(number: usize) -> String {
    format!("v{number}")
}

/// Converts all unions to objects.
pub(super) fn to_objects(components: &mut Components) {
    for schema in components.values_mut() {
        let Some(Value::Array(alternatives)) = schema.get_mut("oneOf").map(Value::take) else {
            continue;
        };
        let names: Vec<Value> = alternatives.iter().map(|one| one[VARIANT].clone()).collect();
        let fields: Map<String, Value> = alternatives
            .into_iter()
            .enumerate()
            .map(|(number, one)| {
                (field(number), markers::mark(markers::REQUIRED, vec![presence::core(one)]))
            })
            .collect();
        let required: Vec<&String> = fields.keys().collect();
        let mut object = json!({ "type": "object", "required": required, "properties": fields });
        object[VARIANTS] = json!(names);
        for member in [UNION, "description"] {
            if let Some(value) = schema.get(member) {
                object[member] = value.clone();
            }
        }
        *schema = object;
    }
}
