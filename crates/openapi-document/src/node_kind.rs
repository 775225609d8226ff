//! Determines the kind of each node of an OpenAPI document from its path.

use serde_json::Value;

use crate::methods::METHODS;
use crate::pointer::child;
use crate::schemas::{self, Holds};

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// The document.
    Root,
    /// `info`.
    Info,
    /// A server.
    Server,
    /// A tag.
    Tag,
    /// A path item: the operations at one path, or of one webhook.
    PathItem,
    /// An operation.
    Operation,
    /// A parameter.
    Parameter,
    /// A request body.
    RequestBody,
    /// A response.
    Response,
    /// A header.
    Header,
    /// A body in one media type.
    MediaType,
    /// The encoding of one property of a body.
    Encoding,
    /// A schema.
    Schema,
    /// A named example.
    Example,
    /// A link.
    Link,
    /// A security scheme.
    SecurityScheme,
    /// `components`.
    Components,
    /// Paths by expression.
    Callback,
    /// A map or a list whose members all have the same kind.
    Many(Of),
    /// Data and extensions, whose contents have no meaning here.
    Data,
}

/// The kind of the members of a [`NodeKind::Many`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `NodeKind`")]
pub enum Of {
    Servers,
    Tags,
    PathItems,
    Parameters,
    RequestBodies,
    Responses,
    Headers,
    MediaTypes,
    Encodings,
    Schemas,
    Examples,
    Links,
    SecuritySchemes,
    Callbacks,
}

impl NodeKind {
    /// Returns the kind of the member `name` of a node of this kind.
    #[must_use]
    pub fn member(self, name: &str) -> Self {
        match self {
            Self::Data => Self::Data,
            Self::Many(Of::PathItems | Of::Responses | Of::Callbacks) if name.starts_with("x-") => {
                Self::Data
            }
            Self::Many(of) => of.kind(),
            _ if name.starts_with("x-") => Self::Data,
            Self::Schema => schema_member(name),
            Self::PathItem if METHODS.contains(&name) => Self::Operation,
            Self::Callback => Self::PathItem,
            Self::Root if name == "info" => Self::Info,
            Self::Root if name == "components" => Self::Components,
            _ => self.structural(name),
        }
    }

    fn structural(self, name: &str) -> Self {
        match (self, name) {
            (Self::Root, "paths" | "webhooks") | (Self::Components, "pathItems") => {
                Self::Many(Of::PathItems)
            }
            (Self::Root | Self::PathItem | Self::Operation, "servers") => Self::Many(Of::Servers),
            (Self::Root, "tags") => Self::Many(Of::Tags),
            (Self::PathItem | Self::Operation | Self::Components, "parameters") => {
                Self::Many(Of::Parameters)
            }
            (Self::Operation, "requestBody") => Self::RequestBody,
            (Self::Operation | Self::Components, "responses") => Self::Many(Of::Responses),
            (Self::Operation | Self::Components, "callbacks") => Self::Many(Of::Callbacks),
            (Self::Components, "schemas") => Self::Many(Of::Schemas),
            (Self::Components, "requestBodies") => Self::Many(Of::RequestBodies),
            (Self::Components, "securitySchemes") => Self::Many(Of::SecuritySchemes),
            (Self::Response | Self::Encoding | Self::Components, "headers") => {
                Self::Many(Of::Headers)
            }
            (Self::Response | Self::Components, "links") => Self::Many(Of::Links),
            (Self::MediaType, "encoding") => Self::Many(Of::Encodings),
            (Self::Parameter | Self::Header | Self::RequestBody | Self::Response, "content") => {
                Self::Many(Of::MediaTypes)
            }
            (Self::Components, "mediaTypes") => Self::Many(Of::MediaTypes),
            (Self::Parameter | Self::Header | Self::MediaType, "schema" | "itemSchema") => {
                Self::Schema
            }
            (Self::Parameter | Self::Header | Self::MediaType | Self::Components, "examples") => {
                Self::Many(Of::Examples)
            }
            _ => Self::Data,
        }
    }
}

fn schema_member(name: &str) -> NodeKind {
    match schemas::member(name).map(|member| member.holds) {
        Some(Holds::One) => NodeKind::Schema,
        Some(Holds::List | Holds::Named) => NodeKind::Many(Of::Schemas),
        None => NodeKind::Data,
    }
}

impl Of {
    fn kind(self) -> NodeKind {
        match self {
            Self::Servers => NodeKind::Server,
            Self::Tags => NodeKind::Tag,
            Self::PathItems => NodeKind::PathItem,
            Self::Parameters => NodeKind::Parameter,
            Self::RequestBodies => NodeKind::RequestBody,
            Self::Responses => NodeKind::Response,
            Self::Headers => NodeKind::Header,
            Self::MediaTypes => NodeKind::MediaType,
            Self::Encodings => NodeKind::Encoding,
            Self::Schemas => NodeKind::Schema,
            Self::Examples => NodeKind::Example,
            Self::Links => NodeKind::Link,
            Self::SecuritySchemes => NodeKind::SecurityScheme,
            Self::Callbacks => NodeKind::Callback,
        }
    }
}

/// Calls `visit` with the kind, the JSON pointer and the contents of every node that isn't data,
/// outer nodes before inner ones.
pub fn walk<'a>(root: &'a Value, visit: &mut impl FnMut(NodeKind, &str, &'a Value)) {
    step(NodeKind::Root, "", root, visit);
}

fn step<'a>(
    kind: NodeKind,
    pointer: &str,
    value: &'a Value,
    visit: &mut impl FnMut(NodeKind, &str, &'a Value),
) {
    if kind == NodeKind::Data {
        return;
    }
    visit(kind, pointer, value);
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                step(kind.member(name), &child(pointer, name), value, visit);
            }
        }
        Value::Array(items) if matches!(kind, NodeKind::Many(_)) => {
            for (index, item) in items.iter().enumerate() {
                step(kind.member(""), &child(pointer, index), item, visit);
            }
        }
        // Drafts before 2020-12 wrote `prefixItems` as `items: [A, B]`.
        Value::Array(items) if kind == NodeKind::Schema => {
            for (index, item) in items.iter().enumerate() {
                step(kind, &child(pointer, index), item, visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::load;

    #[test]
    fn node_kinds_are_determined_by_their_paths() {
        let text = "paths:\n  /a:\n    get:\n      parameters: [{schema: {}}]\n      responses: {\
                    200: {content: {a/b: {schema: {properties: {example: {}, x-y: {}}, example: \
                    {schema: {}}}}}}}\n      x-a: {schema: {}}\ncomponents: {schemas: {A: {enum: [{}], \
                    allOf: [{}], additionalProperties: {}}}}";
        let document = load("api.yaml", text).unwrap();
        let mut schemas = Vec::new();
        walk(&document.root, &mut |kind, pointer, _| {
            if kind == NodeKind::Schema {
                schemas.push(pointer.to_owned());
            }
        });
        let body = "/paths/~1a/get/responses/200/content/a~1b/schema";
        assert_eq!(
            schemas,
            [
                "/paths/~1a/get/parameters/0/schema".to_owned(),
                body.to_owned(),
                format!("{body}/properties/example"),
                format!("{body}/properties/x-y"),
                "/components/schemas/A".to_owned(),
                "/components/schemas/A/allOf/0".to_owned(),
                "/components/schemas/A/additionalProperties".to_owned(),
            ]
        );
    }
}
