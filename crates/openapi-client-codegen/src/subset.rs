//! Parts of a document, for finding the element that the generator libraries fail on.

use std::ops::Range;
use std::str::FromStr;

use openapi_document::document::Document;
use openapi_document::methods::METHODS;
use openapi_document::pointer::child;
use openapi_document::reach;
use serde_json::{Map, Value};

/// A range of a document's operations or schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subset {
    /// Whether the part consists of schemas instead of operations.
    pub schemas: bool,
    /// The positions in the document's order.
    pub range: Range<usize>,
}

impl FromStr for Subset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').and_then(|(kind, range)| {
            let (start, end) = range.split_once("..")?;
            Some((kind == "schemas", start.parse().ok()?, end.parse().ok()?))
        });
        let (schemas, start, end) =
            parts.ok_or_else(|| format!("`{text}` is not a range such as `operations:0..2`"))?;
        Ok(Self { schemas, range: start..end })
    }
}

impl std::fmt::Display for Subset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.schemas { "schemas" } else { "operations" };
        write!(f, "{kind}:{}..{}", self.range.start, self.range.end)
    }
}

/// Returns the JSON pointers of all operations or schemas, in order.
pub fn all(root: &Value, schemas: bool) -> Vec<String> {
    if schemas {
        let named = root["components"]["schemas"].as_object().into_iter().flatten();
        return named.map(|(name, _)| child("/components/schemas", name)).collect();
    }
    let items = root["paths"].as_object().into_iter().flatten();
    let methods = items.filter_map(|(path, item)| Some((child("/paths", path), item.as_object()?)));
    methods
        .flat_map(|(path, item)| {
            let methods = item.keys().filter(|name| METHODS.contains(&name.as_str()));
            methods.map(move |method| child(&path, method)).collect::<Vec<_>>()
        })
        .collect()
}

/// Removes everything from the document except for the part and the schemas that it needs.
pub fn restrict(document: &mut Document, part: &Subset) {
    let root = &mut document.root;
    let all = all(root, part.schemas);
    let end = part.range.end.min(all.len());
    let kept = &all[part.range.start.min(end)..end];
    let needed = reach::with_places(root, kept.iter().cloned());
    if let Some(schemas) = root["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| needed.contains(&child("/components/schemas", name)));
    }
    if let Some(root) = root.as_object_mut() {
        root.shift_remove("webhooks");
    }
    if part.schemas {
        root["paths"] = Value::Object(Map::new());
        return;
    }
    for (path, item) in root["paths"].as_object_mut().into_iter().flatten() {
        let at = child("/paths", path);
        if let Some(item) = item.as_object_mut() {
            let is_kept = |name: &String| {
                !METHODS.contains(&name.as_str()) || kept.contains(&child(&at, name))
            };
            item.retain(|name, _| is_kept(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;

    use super::*;

    const TEXT: &str = "paths:\n  /a: {parameters: [], get: {x: {$ref: '#/components/schemas/A'}}, put: {}}\n  \
                        /b: {get: {}}\ncomponents: {schemas: {A: {items: {$ref: '#/components/schemas/B'}}, B: {}, C: {}}}";

    fn restricted(part: &str) -> Value {
        let mut document = load("api.yaml", TEXT).unwrap();
        restrict(&mut document, &part.parse().unwrap());
        document.root
    }

    #[test]
    fn a_part_includes_the_schemas_that_it_needs() {
        let root = restricted("operations:0..1");
        assert_eq!(all(&root, false), ["/paths/~1a/get"]);
        assert_eq!(all(&root, true), ["/components/schemas/A", "/components/schemas/B"]);
        assert_eq!(
            all(&restricted("operations:1..9"), false),
            ["/paths/~1a/put", "/paths/~1b/get"]
        );
        let root = restricted("schemas:1..2");
        assert_eq!(all(&root, true), ["/components/schemas/B"]);
        assert!(all(&root, false).is_empty());
        assert!("operations".parse::<Subset>().is_err());
    }
}
