//! Stage: rewrites valid 3.0 constructs that progenitor rejects or converts to unsuitable types.
//! Each rule has its module.

mod components;
mod names;
mod presence;
mod relax;
mod unions;

use openapi_document::document::Document;
use openapi_document::schemas;
use serde_json::Value;

use self::components::Components;
pub(crate) use self::unions::{VARIANTS, field};
use crate::report::Report;

/// Rewrites a 3.0 document in place.
pub fn normalize(document: &mut Document, report: &mut Report) {
    let root = &mut document.root;
    schemas::for_each(root, &mut |schema, _| relax::relax(schema));
    let mut components = take_components(root);
    names::rust_names(root, &mut components, report);
    names::name_bodies(root, &mut components);
    names::name_inner(&mut components);
    let nullable = presence::strip_null(&mut components);
    for schema in components.values_mut() {
        schemas::within(schema, "", &mut |schema, _| presence::mark(schema, &nullable));
    }
    unions::to_objects(&mut components);
    // Outside the components, only lists and scalars are left.
    schemas::for_each(root, &mut |schema, _| presence::mark(schema, &nullable));
    root["components"]["schemas"] = Value::Object(components.into_iter().collect());
}

fn take_components(root: &mut Value) -> Components {
    match root.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(named)) => named.into_iter().collect(),
        _ => Components::new(),
    }
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;
    use serde_json::json;

    use super::*;

    /// Returns the components after normalization.
    fn normalized(schemas: &str) -> Value {
        let text = format!("{{paths: {{}}, components: {{schemas: {schemas}}}}}");
        let mut document = load("api.yaml", &text).unwrap();
        normalize(&mut document, &mut Report::default());
        document.root["components"]["schemas"].take()
    }

    /// Returns the marker of a field and the schema in it.
    fn field(schemas: &Value, pointer: &str) -> (String, Value) {
        let marked = &schemas.pointer(pointer).unwrap()["x-rust-type"];
        let marker = marked["path"].as_str().unwrap().rsplit("::").next().unwrap().to_owned();
        (marker, marked["parameters"][0].clone())
    }

    #[test]
    fn constraints_on_decoding_are_removed() {
        let out = normalized("{A: {type: integer, minimum: 1, default: 2, example: 3}}");
        assert_eq!(out, json!({"A": {"type": "integer"}}));
        let out = normalized("{A: {type: string, pattern: a, format: email, maxLength: 9}}");
        assert_eq!(out, json!({"A": {"type": "string", "maxLength": 9}}));
    }

    #[test]
    fn a_property_named_example_is_kept() {
        let out =
            normalized("{A: {type: object, properties: {example: {type: string, example: x}}}}");
        let (marker, inner) = field(&out, "/A/properties/example");
        assert_eq!((marker.as_str(), inner), ("Optional", json!({"type": "string"})));
    }

    #[test]
    fn fields_are_marked_as_absent_or_nullable() {
        let out = normalized(
            "{N: {type: object, nullable: true}, A: {type: object, required: [a, b], properties: {\
             a: {type: string}, b: {type: string, nullable: true}, c: {type: string}, \
             d: {allOf: [{$ref: '#/components/schemas/N'}], description: x}}}}",
        );
        let text = json!({"type": "string"});
        let reference = json!({"$ref": "#/components/schemas/N"});
        for (name, marker, inner) in [
            ("a", "Required", &text),
            ("b", "RequiredNullable", &text),
            ("c", "Optional", &text),
            ("d", "OptionalNullable", &reference),
        ] {
            let (found, inside) = field(&out, &format!("/A/properties/{name}"));
            assert_eq!((found.as_str(), &inside), (marker, inner), "{name}");
        }
        assert_eq!(out["A"]["properties"]["d"]["description"], "x");
    }

    #[test]
    fn inline_schemas_get_an_unused_name() {
        let out = normalized(
            "{AB: {type: string}, A: {type: object, properties: {\
             b: {type: object, properties: {c_d: {type: string, enum: [x]}}}, \
             e: {type: array, items: {type: string, maxLength: 3}}}}}",
        );
        let names: Vec<&String> = out.as_object().unwrap().keys().collect();
        assert_eq!(names, ["A", "AB", "ABInner", "ABInnerCD", "AEItem"]);
        let (_, list) = field(&out, "/A/properties/e");
        assert_eq!(list["items"], json!({"$ref": "#/components/schemas/AEItem"}));
    }
}
