//! The named examples of an API description.

use serde_json::{Map, Value};

use crate::document::Document;

/// A named example, and its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Its name, unique in the document.
    pub name: String,
    /// The name of the component schema.
    pub schema: String,
    /// The example.
    pub value: Value,
}

/// Returns every example of a media type whose schema is a component, by name. An example that is
/// used in several places counts once for each schema.
pub fn collect(document: &Document) -> Vec<Example> {
    let mut found = Vec::new();
    walk(&document.root, &document.root, &mut found);
    found.sort_by(|a, b| (&a.name, &a.schema).cmp(&(&b.name, &b.schema)));
    found.dedup();
    found
}

fn walk(root: &Value, value: &Value, found: &mut Vec<Example>) {
    match value {
        Value::Object(members) => {
            if let (Some(schema), Some(examples)) =
                (schema(members), members.get("examples").and_then(Value::as_object))
            {
                for (name, example) in examples {
                    if let Some(value) =
                        resolve(root, example).and_then(|example| example.get("value"))
                    {
                        found.push(Example {
                            name: name.clone(),
                            schema: schema.clone(),
                            value: value.clone(),
                        });
                    }
                }
            }
            members.values().for_each(|value| walk(root, value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| walk(root, value, found)),
        _ => {}
    }
}

fn schema(media: &Map<String, Value>) -> Option<String> {
    media.get("examples")?;
    let reference = media.get("schema")?.get("$ref")?.as_str()?;
    Some(reference.rsplit('/').next()?.to_owned())
}

fn resolve<'a>(root: &'a Value, example: &'a Value) -> Option<&'a Value> {
    match example.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.strip_prefix('#')?),
        None => Some(example),
    }
}
