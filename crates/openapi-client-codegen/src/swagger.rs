//! Supports remnants of Swagger, the predecessor of OpenAPI 3, that occur in OpenAPI documents.

use serde_json::{Map, Value, json};

/// Moves a type that is described beside the name of a parameter, as in Swagger, into a schema.
pub(crate) fn parameter(parameter: &mut Value) {
    const SCHEMA: [&str; 8] =
        ["type", "format", "items", "enum", "default", "minimum", "maximum", "pattern"];
    let is_described = ["schema", "content"].iter().any(|name| parameter.get(name).is_some());
    if is_described || !parameter["type"].is_string() {
        return;
    }
    let members = SCHEMA.iter().filter_map(|name| Some(((*name).to_owned(), parameter.get(name)?)));
    let schema: Map<String, Value> =
        members.map(|(name, members)| (name, members.clone())).collect();
    if parameter["type"] == "array" && parameter.get("style").is_none() {
        let (style, explode) = match parameter["collectionFormat"].as_str() {
            Some("multi") => ("form", true),
            Some("ssv") => ("spaceDelimited", false),
            Some("pipes") => ("pipeDelimited", false),
            _ => ("form", false),
        };
        if parameter["in"] == "query" {
            parameter["style"] = json!(style);
            parameter["explode"] = json!(explode);
        }
    }
    parameter["schema"] = Value::Object(schema);
}

/// Moves a schema that is described beside the description of a response, as in Swagger, into JSON
/// content.
pub(crate) fn response(response: &mut Value) {
    if let Some(schema) = response.get("schema").filter(|_| response.get("content").is_none()) {
        response["content"] = json!({ "application/json": { "schema": schema.clone() } });
    }
}
