//! Stage: converts every schema to one of the few shapes that typify handles well.
//!
//! The result is a reference, a scalar, a list, an object, a union of alternatives without other
//! keywords, or an unrestricted schema. It has no `allOf`, except for one around a single
//! reference, and no keyword that does not apply to its type. A union has the outlines of its
//! variants in `UNION`. Each alternative has the name of its variant in `VARIANT`.

mod discriminator;
mod distinct;
mod flatten;
mod inherited;
mod numbers;
mod outline;
mod schema;
mod shaper;
mod tags;
mod unions;
mod values;
mod variant;
mod variants;

use openapi_document::document::Document;
use openapi_document::pointer::child;
use serde_json::{Map, Value, json};

pub(crate) use self::numbers::{EXACT, is_wide};
use self::schema::leads_to;
use self::shaper::Shaper;
pub(crate) use self::unions::VARIANT;
pub(crate) use self::values::{FORMAT, KNOWN, NAMES, symbol};
pub(crate) use self::variants::{SHAPES, UNION};
use crate::codes;
use crate::report::Report;

/// Rewrites all schemas of a 3.0 document. The operations must have been
/// [rewritten](crate::operations).
pub fn shape(document: &mut Document, report: &mut Report) {
    let mut source = match document.root["components"]["schemas"].take() {
        Value::Object(source) => source,
        _ => Map::new(),
    };
    inherited::unions(&mut source, report);
    let mut shaper = Shaper::new(&source, report);
    let mut shaped = Map::new();
    for (name, schema) in &source {
        let at = child("/components/schemas", name);
        let mut stack = vec![name.clone()];
        shaper.copied = 0;
        let mut schema = shaper.canonical(schema, &at, &mut stack);
        if leads_to(&source, &schema, name) {
            shaper.report.record(
                &at,
                &codes::REFERENCE_LOOP,
                "it only refers to itself; every value is accepted",
            );
            schema = json!({});
        }
        shaped.insert(name.clone(), schema);
    }
    let mut paths = document.root["paths"].take();
    outside(&mut paths, "/paths", &mut shaper);
    document.root["paths"] = paths;
    let tags = std::mem::take(&mut shaper.tags);
    tags::mark(&tags, &mut shaped, report);
    document.root["components"]["schemas"] = Value::Object(shaped);
    variants::describe(&mut document.root, report);
}

/// Rewrites the schemas in operations.
fn outside(value: &mut Value, pointer: &str, shaper: &mut Shaper<'_>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let at = child(pointer, name);
                if name == "schema" {
                    shaper.copied = 0;
                    *value = shaper.canonical(value, &at, &mut Vec::new());
                } else {
                    outside(value, &at, shaper);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                outside(item, &child(pointer, index), shaper);
            }
        }
        _ => {}
    }
}
