//! Stage: converts OpenAPI 3.1 and 3.2 to 3.0, the version that progenitor accepts.
//!
//! Each rule is a function of one schema. `schema` calls the rules in order.

mod conditions;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::{schemas, version};
use serde_json::{Map, Value, json};

/// Converts the document in place.
///
/// A 3.0 document can't have webhooks. They are removed and returned. Their payloads remain
/// components.
pub fn down_convert(document: &mut Document) -> Result<Value, Diagnostic> {
    version::check(document)?;
    let root = &mut document.root;
    if root["openapi"].as_str().is_some_and(|version| version.starts_with("3.0")) {
        styles_of_parts(root);
        schemas::for_each(root, &mut |value, _| only_reference(value));
    }
    root["openapi"] = json!("3.0.3");
    let mut webhooks = Value::Null;
    if let Some(root) = root.as_object_mut() {
        webhooks = root.shift_remove("webhooks").unwrap_or_default();
        root.shift_remove("jsonSchemaDialect");
    }
    if let Some(info) = root["info"].as_object_mut() {
        info.shift_remove("summary");
    }
    let components = root["components"]["schemas"].clone();
    schemas::for_each(root, &mut |value, _| schema(value, &components));
    Ok(webhooks)
}

/// Removes the styles of encodings that are not for forms, because 3.0 ignores them.
fn styles_of_parts(root: &mut Value) {
    let items = root["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = items.filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    for operation in operations {
        let content = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
        for (media, described) in content.into_iter().flatten() {
            let encoding = described.get_mut("encoding").and_then(Value::as_object_mut);
            let parts = encoding.into_iter().flat_map(Map::values_mut);
            for part in parts.filter_map(Value::as_object_mut) {
                if !media.starts_with("application/x-www-form-urlencoded") {
                    part.retain(|name, _| {
                        !["style", "explode", "allowReserved"].contains(&name.as_str())
                    });
                }
            }
        }
    }
}

/// Removes the keywords beside a reference that restrict values, because 3.0 ignores them.
fn only_reference(schema: &mut Value) {
    const IGNORED: [&str; 10] = [
        "enum",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "allOf",
        "oneOf",
        "anyOf",
        "minLength",
        "maxLength",
    ];
    let Some(schema) = schema.as_object_mut() else { return };
    if schema.get("$ref").is_some_and(Value::is_string) {
        schema.retain(|name, _| !IGNORED.contains(&name.as_str()));
    }
}

fn schema(value: &mut Value, components: &Value) {
    boolean(value);
    let Some(schema) = value.as_object_mut() else { return };
    own_format(schema);
    discriminator(schema);
    integer_or_text(schema);
    deprecated(schema);
    one_value(schema);
    prefix_items(schema);
    pattern_properties(schema);
    conditions::optional(schema, components);
    null_in_enum(schema);
    null_in_type(schema);
    null_in_union(schema);
    exclusive_bounds(schema);
    examples(schema);
    beside_ref(schema);
}

/// Converts `true` to an unrestricted schema and `false` to a schema without values.
fn boolean(value: &mut Value) {
    match value {
        Value::Bool(true) => *value = json!({}),
        Value::Bool(false) => *value = json!({ "not": {} }),
        _ => {}
    }
}

/// Applies `x-format`, which replaces a `format` that is too strict, for example for a date-time
/// without an offset.
fn own_format(schema: &mut Map<String, Value>) {
    if let Some(format) = schema.shift_remove("x-format") {
        schema.entry("format").or_insert(format);
    }
}

/// Converts the discriminator of Swagger, which is only the name of the field.
fn discriminator(schema: &mut Map<String, Value>) {
    if let Some(Value::String(field)) = schema.get("discriminator") {
        let named = json!({ "propertyName": field });
        schema.insert("discriminator".into(), named);
    }
}

/// Converts a string in this format to a union of integer and string. Kubernetes describes ports in
/// this way.
fn integer_or_text(schema: &mut Map<String, Value>) {
    if schema.get("format") != Some(&json!("int-or-string")) {
        return;
    }
    schema.shift_remove("format");
    if schema.get("type") == Some(&json!("string")) {
        schema.insert("type".into(), json!(["integer", "string"]));
    }
}

/// Moves the deprecation to the description.
fn deprecated(schema: &mut Map<String, Value>) {
    if schema.shift_remove("deprecated") == Some(json!(true)) {
        let mut text =
            schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
        append_deprecation(&mut text);
        schema.insert("description".into(), json!(text));
    }
}

/// Appends a sentence about the deprecation to a description.
pub(crate) fn append_deprecation(description: &mut String) {
    if !description.is_empty() {
        description.push_str("\n\n");
    }
    description.push_str("Deprecated by the API description.");
}

/// Converts `const` to an enum with one value.
fn one_value(schema: &mut Map<String, Value>) {
    if let Some(value) = schema.shift_remove("const") {
        schema.insert("enum".into(), json!([value]));
    }
}

/// Converts a tuple to a list whose elements have any of the types.
fn prefix_items(schema: &mut Map<String, Value>) {
    let Some(Value::Array(mut members)) = schema.shift_remove("prefixItems") else { return };
    match schema.shift_remove("items") {
        Some(rest) if rest.is_object() && rest != json!({ "not": {} }) => members.push(rest),
        _ => {}
    }
    members.dedup();
    let items = match <[Value; 1]>::try_from(members) {
        Ok([only]) => only,
        Err(members) => json!({ "anyOf": members }),
    };
    schema.insert("items".into(), items);
    schema.entry("type").or_insert_with(|| json!("array"));
}

/// Converts patterns of names to additional properties with any of the types.
fn pattern_properties(schema: &mut Map<String, Value>) {
    let Some(Value::Object(patterns)) = schema.shift_remove("patternProperties") else { return };
    let mut all: Vec<Value> = patterns.into_iter().map(|(_, schema)| schema).collect();
    match schema.get("additionalProperties") {
        Some(rest @ Value::Object(_)) => all.push(rest.clone()),
        Some(Value::Bool(false)) => {}
        // Names that match no pattern are unrestricted, and the type can't distinguish them.
        _ if schema.contains_key("properties") => return,
        _ => {}
    }
    all.dedup();
    let rest = match <[Value; 1]>::try_from(all) {
        Ok([only]) => only,
        Err(all) if all.is_empty() => return,
        Err(all) => json!({ "anyOf": all }),
    };
    schema.insert("additionalProperties".into(), rest);
    schema.entry("type").or_insert_with(|| json!("object"));
}

/// Converts a null in an enum to `nullable`.
fn null_in_enum(schema: &mut Map<String, Value>) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else { return };
    let before = values.len();
    values.retain(|value| !value.is_null());
    if values.len() < before {
        schema.insert("nullable".into(), json!(true));
    }
}

/// Converts `type: [T, "null"]` to a nullable T, and several types to a union. A schema for null
/// only becomes a nullable enum without values.
fn null_in_type(schema: &mut Map<String, Value>) {
    // YAML reads an unquoted null as a value, not as the name of a type.
    let is_null = |name: &Value| *name == "null" || name.is_null();
    if schema.get("type").is_some_and(is_null) {
        schema.insert("type".into(), json!(["null"]));
    }
    let Some(Value::Array(types)) = schema.get_mut("type") else { return };
    let mut types = std::mem::take(types);
    let before = types.len();
    types.retain(|name| !is_null(name));
    let nullable = types.len() < before;
    match types.len() {
        0 => {
            schema.shift_remove("type");
            if nullable {
                schema.insert("enum".into(), json!([]));
            }
        }
        1 => drop(schema.insert("type".into(), types.remove(0))),
        _ if ["anyOf", "oneOf", "allOf", "$ref"].iter().any(|name| schema.contains_key(*name)) => {
            schema.shift_remove("type");
        }
        _ => {
            schema.shift_remove("type");
            let union: Vec<_> = types.iter().map(|name| json!({ "type": name })).collect();
            schema.insert("anyOf".into(), Value::Array(union));
        }
    }
    if nullable {
        schema.insert("nullable".into(), json!(true));
    }
}

/// Converts a null in a union to `nullable`, and a union of one alternative to this alternative.
fn null_in_union(schema: &mut Map<String, Value>) {
    for union in ["anyOf", "oneOf"] {
        let Some(Value::Array(alternatives)) = schema.get_mut(union) else { continue };
        let before = alternatives.len();
        alternatives.retain(|alternative| !is_null(alternative));
        if alternatives.len() == before {
            continue;
        }
        if let [alternative] = &mut alternatives[..] {
            let alternative = alternative.take();
            schema.shift_remove(union);
            absorb(schema, alternative);
        }
        schema.insert("nullable".into(), json!(true));
    }
}

/// Returns whether null is the only value. Null has already been removed from enums.
fn is_null(schema: &Value) -> bool {
    schema["nullable"] == json!(true) && schema["enum"].as_array().is_some_and(Vec::is_empty)
}

/// Merges the only alternative into its schema.
fn absorb(schema: &mut Map<String, Value>, alternative: Value) {
    match alternative {
        Value::Object(members) if !members.contains_key("$ref") => {
            for (name, value) in members {
                schema.entry(name).or_insert(value);
            }
        }
        alternative => drop(schema.insert("allOf".into(), json!([alternative]))),
    }
}

/// Converts an exclusive bound to a bound with a flag.
fn exclusive_bounds(schema: &mut Map<String, Value>) {
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Number(limit)) = schema.get(exclusive).cloned() {
            schema.insert(bound.into(), Value::Number(limit));
            schema.insert(exclusive.into(), json!(true));
        }
    }
}

/// Converts the first of several examples to the `example` of 3.0.
fn examples(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(examples)) = schema.shift_remove("examples")
        && let Some(first) = examples.into_iter().next()
    {
        schema.insert("example".into(), first);
    }
}

/// Moves a `$ref` with siblings into an `allOf`, because 3.0 ignores the siblings of a `$ref`.
fn beside_ref(schema: &mut Map<String, Value>) {
    if schema.len() > 1
        && let Some(reference) = schema.shift_remove("$ref")
    {
        schema.insert("allOf".into(), json!([{ "$ref": reference }]));
    }
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;

    use super::*;

    /// Returns a schema after the conversion.
    fn converted(yaml: &str) -> Value {
        let mut value = load("test.yaml", yaml).unwrap().root;
        schemas::within(&mut value, "", &mut |value, _| schema(value, &Value::Null));
        value
    }

    #[test]
    fn each_rule_converts_its_keywords() {
        let rows = [
            ("{type: [string, 'null']}", json!({"type": "string", "nullable": true})),
            ("{type: [string]}", json!({"type": "string"})),
            ("{type: 'null'}", json!({"enum": [], "nullable": true})),
            ("{type: null}", json!({"enum": [], "nullable": true})),
            ("{type: [string, null]}", json!({"type": "string", "nullable": true})),
            ("{type: ['null']}", json!({"enum": [], "nullable": true})),
            (
                "{type: [string, integer]}",
                json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            ),
            (
                "{prefixItems: [{type: string}, {type: integer}], items: false}",
                json!({"items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "type": "array"}),
            ),
            (
                "{patternProperties: {'^x': {type: string}}, additionalProperties: false}",
                json!({"additionalProperties": {"type": "string"}, "type": "object"}),
            ),
            (
                "{type: string, x-format: date-time}",
                json!({"type": "string", "format": "date-time"}),
            ),
            ("{format: uuid, x-format: date-time}", json!({"format": "uuid"})),
            (
                "{properties: {a: {}}, if: {}, then: {required: [b], properties: {a: {type: string}, b: {}}}}",
                json!({"properties": {"a": {}, "b": {}}}),
            ),
            (
                "{properties: {a: {}}, patternProperties: {'^x': {type: string}}}",
                json!({"properties": {"a": {}}}),
            ),
            ("{const: a}", json!({"enum": ["a"]})),
            ("{enum: [a, null]}", json!({"enum": ["a"], "nullable": true})),
            (
                "{anyOf: [{$ref: '#/a'}, {type: 'null'}]}",
                json!({"allOf": [{"$ref": "#/a"}], "nullable": true}),
            ),
            (
                "{oneOf: [{type: string}, {type: 'null'}], title: x}",
                json!({"title": "x", "type": "string", "nullable": true}),
            ),
            ("{exclusiveMinimum: 3}", json!({"minimum": 3, "exclusiveMinimum": true})),
            (
                "{exclusiveMinimum: true, minimum: 3}",
                json!({"exclusiveMinimum": true, "minimum": 3}),
            ),
            ("{examples: [1, 2]}", json!({"example": 1})),
            (
                "{$ref: '#/a', description: x}",
                json!({"description": "x", "allOf": [{"$ref": "#/a"}]}),
            ),
            ("{$ref: '#/a'}", json!({"$ref": "#/a"})),
            (
                "{items: {type: [string, 'null']}}",
                json!({"items": {"type": "string", "nullable": true}}),
            ),
            ("{items: true}", json!({"items": {}})),
            ("{additionalProperties: false}", json!({"additionalProperties": false})),
        ];
        for (given, expected) in rows {
            assert_eq!(converted(given), expected, "{given}");
        }
    }

    #[test]
    fn a_swagger_document_is_rejected_at_its_version() {
        let mut document = load("api.yaml", "swagger: '2.0'").unwrap();
        assert!(down_convert(&mut document).is_err());
        let mut document = load("api.yaml", "info: {}\nopenapi: 4.0.0").unwrap();
        insta::assert_snapshot!(down_convert(&mut document).unwrap_err(), @r"
        OpenAPI 4.0.0 is not supported
          --> api.yaml:2:1
          at  /openapi
          help: use a 3.0, 3.1 or 3.2 document
        ");
    }
}
