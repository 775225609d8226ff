//! What some documents keep of Swagger, the version before OpenAPI 3: it is read as it is
//! meant.

use serde_json::{Map, Value, json};

/// A parameter that is described as in Swagger, its type beside its name, has a schema.
pub(crate) fn parameter(parameter: &mut Value) {
    const SCHEMA: [&str; 8] =
        ["type", "format", "items", "enum", "default", "minimum", "maximum", "pattern"];
    let is_described = ["schema", "content"].iter().any(|name| parameter.get(name).is_some());
    if is_described || !parameter["type"].is_string() {
        return;
    }
    let said = SCHEMA.iter().filter_map(|name| Some(((*name).to_owned(), parameter.get(name)?)));
    let schema: Map<String, Value> = said.map(|(name, said)| (name, said.clone())).collect();
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

/// A response that has its schema beside its description has it for JSON.
pub(crate) fn response(response: &mut Value) {
    if let Some(schema) = response.get("schema").filter(|_| response.get("content").is_none()) {
        response["content"] = json!({ "application/json": { "schema": schema.clone() } });
    }
}
