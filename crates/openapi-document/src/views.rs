//! Typed views of the nodes of a document.
//!
//! A document may lack any node or have an unexpected node in its place. A member that is missing
//! or of another kind is treated as empty.
//!
//! ```
//! use openapi_document::{load::load, views};
//!
//! let text = "paths: {/pets: {get: {operationId: listPets}, summary: Pets}}";
//! let document = load("api.yaml", text)?;
//! let ids: Vec<_> = views::operations(&document.root).filter_map(|one| one.id()).collect();
//! assert_eq!(ids, ["listPets"]);
//! # Ok::<(), openapi_document::diagnostic::Diagnostic>(())
//! ```

use serde_json::Value;

use crate::methods::METHODS;
use crate::pointer::child;

/// Returns the members of an object, in order.
pub fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

/// Returns the elements of an array.
pub fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Returns the texts in an array.
pub fn texts(value: &Value) -> impl Iterator<Item = &str> {
    items(value).filter_map(Value::as_str)
}

/// Returns the component schemas, by name.
pub fn schemas(root: &Value) -> impl Iterator<Item = (&str, Schema<'_>)> {
    members(&root["components"]["schemas"]).map(|(name, schema)| (name, Schema(schema)))
}

/// Returns the path items.
pub fn path_items(root: &Value) -> impl Iterator<Item = PathItem<'_>> {
    let items = members(&root["paths"]).filter(|(path, _)| !path.starts_with("x-"));
    items.map(|(path, value)| PathItem { path, value })
}

/// Returns the operations of all paths.
pub fn operations(root: &Value) -> impl Iterator<Item = Operation<'_>> {
    path_items(root).flat_map(PathItem::operations)
}

/// A path with its path item.
#[derive(Debug, Clone, Copy)]
pub struct PathItem<'d> {
    /// The path template.
    pub path: &'d str,
    value: &'d Value,
}

impl<'d> PathItem<'d> {
    /// Returns its JSON pointer.
    #[must_use]
    pub fn pointer(self) -> String {
        child("/paths", self.path)
    }

    /// Returns its operations, in the order of the methods.
    pub fn operations(self) -> impl Iterator<Item = Operation<'d>> {
        let Self { path, value } = self;
        METHODS.into_iter().filter_map(move |method| {
            let value = value.get(method).filter(|value| value.is_object())?;
            Some(Operation { path, method, value })
        })
    }
}

/// An operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'d> {
    /// The path template.
    pub path: &'d str,
    /// The HTTP method, in lower case.
    pub method: &'static str,
    value: &'d Value,
}

impl<'d> Operation<'d> {
    /// Returns its JSON pointer.
    #[must_use]
    pub fn pointer(self) -> String {
        child(&child("/paths", self.path), self.method)
    }

    /// Returns method and path in a readable form.
    #[must_use]
    pub fn name(self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Returns the `operationId`.
    #[must_use]
    pub fn id(self) -> Option<&'d str> {
        self.value["operationId"].as_str()
    }

    /// Returns its responses, by status.
    pub fn responses(self) -> impl Iterator<Item = (&'d str, &'d Value)> {
        members(&self.value["responses"])
    }

    /// Returns the accepted credentials, if the operation defines them itself.
    #[must_use]
    pub fn security(self) -> Option<&'d Value> {
        self.value.get("security")
    }

    /// Returns the node itself.
    #[must_use]
    pub fn value(self) -> &'d Value {
        self.value
    }
}

/// A schema.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'d>(pub &'d Value);

impl<'d> Schema<'d> {
    /// Returns the fields of an object.
    pub fn properties(self) -> impl Iterator<Item = (&'d str, Schema<'d>)> {
        members(&self.0["properties"]).map(|(name, schema)| (name, Self(schema)))
    }

    /// Returns the names of the required fields.
    pub fn required(self) -> impl Iterator<Item = &'d str> {
        texts(&self.0["required"])
    }

    /// Returns the members of its `allOf`.
    pub fn parts(self) -> impl Iterator<Item = Schema<'d>> {
        items(&self.0["allOf"]).map(Self)
    }

    /// Returns its examples: those of `examples`, then `example`.
    pub fn examples(self) -> impl Iterator<Item = &'d Value> {
        items(&self.0["examples"]).chain(self.0.get("example"))
    }

    /// Returns whether a keyword is `true`.
    #[must_use]
    pub fn is(self, keyword: &str) -> bool {
        self.0[keyword] == Value::Bool(true)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_or_of_another_kind_is_empty() {
        for root in [json!({}), json!({"paths": [], "components": 1}), json!(null)] {
            assert_eq!((operations(&root).count(), schemas(&root).count()), (0, 0));
        }
        let schema = json!({"properties": 1, "required": {}, "allOf": "x"});
        let schema = Schema(&schema);
        assert_eq!(schema.properties().count() + schema.required().count(), 0);
        assert_eq!(schema.parts().count(), 0);
    }

    #[test]
    fn a_schema_lists_its_members() {
        let schema = json!({
            "required": ["a", "b"],
            "properties": {"a": {"type": "string"}},
            "allOf": [{"required": ["c"]}],
        });
        let schema = Schema(&schema);
        assert_eq!(schema.required().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(schema.properties().map(|(name, _)| name).collect::<Vec<_>>(), ["a"]);
        assert_eq!(schema.parts().flat_map(Schema::required).collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn operations_have_names_and_pointers() {
        let root = json!({"paths": {
            "/a/{b}": {"post": {"responses": {"200": {}}}, "get": {"security": []}, "parameters": []},
            "x-more": {"get": {}},
        }});
        let all: Vec<_> = operations(&root).collect();
        let names: Vec<_> = all.iter().map(|one| (one.name(), one.pointer())).collect();
        let pointer = |method| format!("/paths/~1a~1{{b}}/{method}");
        assert_eq!(names.len(), 2);
        assert!(names.contains(&("GET /a/{b}".to_owned(), pointer("get"))));
        let post = all.iter().find(|one| one.method == "post").unwrap();
        assert_eq!(post.responses().map(|(status, _)| status).collect::<Vec<_>>(), ["200"]);
        assert!(post.security().is_none());
    }
}
