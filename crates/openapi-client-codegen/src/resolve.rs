//! Stage: copies everything that an operation refers to into the operation, except for schemas,
//! which all become components.

mod hoist;
mod shared;

use openapi_document::document::Document;
use openapi_document::methods::METHODS;
use openapi_document::pointer::child;
use openapi_document::references;
use openapi_review::rust_names;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::operations::markers::{AT, MORE, UNRESOLVED};
use crate::report::Report;
use crate::swagger;

use self::hoist::hoist_schemas;
use self::shared::Uses;

/// The maximum length of a chain of references.
const MAX_CHAIN: usize = 32;

/// Resolves all references. Unresolvable references are reported.
pub fn resolve(document: &mut Document, report: &mut Report) {
    ensure_objects(&mut document.root);
    // References may lead to other paths, so the original paths are kept until the end.
    let mut paths = document.root["paths"].clone();
    let uses = Uses::of(&document.root);
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        let pointer = child("/paths", path);
        if item.get("$ref").is_some() {
            follow_item(document, item, &pointer, report);
        }
        path_item(document, item, &uses, &pointer, report);
    }
    callbacks(document, &mut paths, report);
    document.root["paths"] = paths;
    let mut webhooks = document.root.get("webhooks").cloned().unwrap_or_default();
    for (name, item) in webhooks.as_object_mut().into_iter().flatten() {
        if item.get("$ref").is_some() {
            follow_item(document, item, &child("/webhooks", name), report);
        }
        let at = child("/webhooks", name);
        path_item(document, item, &Uses::default(), &at, report);
        payloads(&mut document.root, name, item);
        report.record(
            &at,
            &codes::WEBHOOK_TYPES,
            "the payload has a type; the client does not receive it",
        );
    }
    if !webhooks.is_null() {
        document.root["webhooks"] = webhooks;
    }
    let mut schemes = document.root["components"]["securitySchemes"].clone();
    for (name, scheme) in schemes.as_object_mut().into_iter().flatten() {
        inline(document, Some(scheme), &child("/components/securitySchemes", name), report);
    }
    document.root["components"]["securitySchemes"] = schemes;
    hoist_schemas(document, report);
}

/// Replaces missing and malformed parts of the root by empty objects.
fn ensure_objects(root: &mut Value) {
    for part in ["paths", "components"] {
        if !root[part].is_object() {
            root[part] = json!({});
        }
    }
    if !root["components"]["schemas"].is_object() {
        root["components"]["schemas"] = json!({});
    }
}

/// Resolves the reference of a path item. The item's own members take precedence over the members
/// of the target.
fn follow_item(document: &Document, item: &mut Value, pointer: &str, report: &mut Report) {
    let own = item.as_object_mut().map(std::mem::take).unwrap_or_default();
    let mut found = follow(document, own.get("$ref"), pointer, report);
    if let Some(found) = found.as_object_mut() {
        found.extend(own.into_iter().filter(|(name, _)| name != "$ref"));
    }
    *item = found;
}

fn path_item(
    document: &Document,
    item: &mut Value,
    uses: &Uses,
    pointer: &str,
    report: &mut Report,
) {
    let Some(item) = item.as_object_mut() else { return };
    let mut parameters = parameters(document, item.get("parameters"), uses, pointer, report);
    item.shift_remove("parameters");
    if operations(item) > 1 {
        for parameter in &mut parameters {
            let at = parameter[AT].as_str().unwrap_or_default();
            if at.starts_with("/components/") {
                let reference = format!("#{at}");
                shared::share(parameter, &reference);
            }
        }
    }
    let servers = item.get("servers").cloned();
    let inherited = Inherited { parameters, servers, uses };
    let more = child(pointer, MORE);
    for (method, operation) in item.iter_mut() {
        if METHODS.contains(&method.as_str()) {
            let at = child(pointer, method);
            self::operation(document, operation, &inherited, &at, report);
        } else if method == MORE {
            for (method, operation) in operation.as_object_mut().into_iter().flatten() {
                let at = child(&more, method);
                self::operation(document, operation, &inherited, &at, report);
            }
        }
    }
}

/// Returns the number of operations of a path.
fn operations(item: &Map<String, Value>) -> usize {
    let fixed = METHODS.iter().filter(|method| item.contains_key(**method)).count();
    fixed + item.get(MORE).and_then(Value::as_object).map_or(0, Map::len)
}

/// What an operation has in common with others.
struct Inherited<'a> {
    parameters: Vec<Value>,
    servers: Option<Value>,
    uses: &'a Uses,
}

fn operation(
    document: &Document,
    operation: &mut Value,
    Inherited { parameters: shared, servers, uses }: &Inherited<'_>,
    pointer: &str,
    report: &mut Report,
) {
    if !operation.is_object() {
        return;
    }
    if operation.get("$ref").is_some() {
        inline(document, Some(operation), pointer, report);
        if operation.as_object().is_some_and(Map::is_empty) {
            operation[UNRESOLVED] = json!(true);
        }
    }
    if let Some(servers) = servers.as_ref().filter(|_| operation.get("servers").is_none()) {
        operation["servers"] = servers.clone();
    }
    let own = parameters(document, operation.get("parameters"), uses, pointer, report);
    let all = with_shared(shared, own);
    if !all.is_empty() {
        operation["parameters"] = Value::Array(all);
    }
    let at = child(pointer, "requestBody");
    if let Some(body) = operation.get_mut("requestBody") {
        let reference = reference_of(body);
        inline(document, Some(body), &at, report);
        uses.share(body, reference.as_deref());
        contents(document, body, &at, report);
    }
    let at = child(pointer, "responses");
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        let at = child(&at, status);
        let reference = reference_of(response);
        inline(document, Some(response), &at, report);
        uses.share(response, reference.as_deref());
        swagger::response(response);
        contents(document, response, &at, report);
        let headers = response.get_mut("headers").and_then(Value::as_object_mut);
        for (name, header) in headers.into_iter().flatten() {
            let at = child(&child(&at, "headers"), name);
            inline(document, Some(header), &at, report);
            contents(document, header, &at, report);
        }
        let links = response.get_mut("links").and_then(Value::as_object_mut);
        for (name, link) in links.into_iter().flatten() {
            inline(document, Some(link), &child(&child(&at, "links"), name), report);
        }
    }
}

/// Adds the parameters of a path to those of an operation, which take precedence.
fn with_shared(shared: &[Value], own: Vec<Value>) -> Vec<Value> {
    let same = |a: &Value, b: &Value| a["name"] == b["name"] && a["in"] == b["in"];
    let mut all: Vec<Value> =
        shared.iter().filter(|shared| !own.iter().any(|own| same(own, shared))).cloned().collect();
    all.extend(own);
    all
}

fn parameters(
    document: &Document,
    list: Option<&Value>,
    uses: &Uses,
    pointer: &str,
    report: &mut Report,
) -> Vec<Value> {
    let mut list = list.and_then(Value::as_array).cloned().unwrap_or_default();
    let at = child(pointer, "parameters");
    for (index, parameter) in list.iter_mut().enumerate() {
        let at = child(&at, index);
        let reference = reference_of(parameter);
        let origin = reference.as_deref().map_or_else(|| at.clone(), references::pointer);
        inline(document, Some(parameter), &at, report);
        uses.share(parameter, reference.as_deref());
        contents(document, parameter, &at, report);
        if parameter.is_object() {
            swagger::parameter(parameter);
            parameter[AT] = json!(origin);
        }
    }
    let mut index = 0;
    list.retain(|parameter| {
        let missing = ["name", "in"].iter().find(|member| !parameter[**member].is_string());
        // A reference that can't be resolved has been reported.
        let is_empty = parameter.as_object().is_some_and(Map::is_empty);
        if let Some(missing) = missing.filter(|_| !is_empty) {
            let text = format!("a parameter without `{missing}`; omitted");
            report.record(&child(&at, index), &codes::PARAMETER_OMITTED, text);
        }
        index += 1;
        missing.is_none()
    });
    list
}

/// Resolves the references of media types, which 3.2 allows.
fn contents(document: &Document, holder: &mut Value, pointer: &str, report: &mut Report) {
    let content = holder.get_mut("content").and_then(Value::as_object_mut);
    for (name, media) in content.into_iter().flatten() {
        inline(document, Some(media), &child(&child(pointer, "content"), name), report);
    }
}

/// Makes the payloads of callbacks components. Callbacks without a payload are kept in place.
fn callbacks(document: &mut Document, paths: &mut Value, report: &mut Report) {
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let Some(Value::Object(callbacks)) = operation.get_mut("callbacks") else { continue };
            let at = child(&child(&child("/paths", path), method), "callbacks");
            callbacks.retain(|name, callback| {
                let at = child(&at, name);
                inline(document, Some(callback), &at, report);
                let mut has_payload = false;
                for (address, item) in callback.as_object_mut().into_iter().flatten() {
                    let at = child(&at, address);
                    if item.get("$ref").is_some() {
                        follow_item(document, item, &at, report);
                    }
                    path_item(document, item, &Uses::default(), &at, report);
                    has_payload |= payloads(&mut document.root, name, item);
                }
                if has_payload {
                    let text = "the payload has a type; the client does not receive it";
                    report.record(&at, &codes::WEBHOOK_TYPES, text);
                }
                !has_payload
            });
        }
    }
}

/// Makes the payload of a webhook a component, so that it gets a type. Returns whether there is a
/// payload.
fn payloads(root: &mut Value, webhook: &str, item: &Value) -> bool {
    let mut has_some = false;
    for operation in item.as_object().into_iter().flat_map(Map::values) {
        let content = operation["requestBody"]["content"].as_object();
        for media in content.into_iter().flat_map(Map::values) {
            let schema = &media["schema"];
            has_some |= schema.is_object();
            let name = format!("{}Payload", rust_names::pascal(webhook));
            let components = &mut root["components"]["schemas"];
            if schema.is_object() && schema.get("$ref").is_none() && components.get(&name).is_none()
            {
                components[&name] = schema.clone();
            }
        }
    }
    has_some
}

/// Returns the reference in place of a part, if it leads to the same document.
fn reference_of(part: &Value) -> Option<String> {
    part["$ref"].as_str().filter(|text| text.starts_with('#')).map(str::to_owned)
}

/// Replaces a reference by its target.
fn inline(document: &Document, value: Option<&mut Value>, pointer: &str, report: &mut Report) {
    if let Some(value) = value
        && value.get("$ref").is_some()
    {
        *value = follow(document, value.get("$ref"), pointer, report);
    }
}

fn follow(
    document: &Document,
    reference: Option<&Value>,
    pointer: &str,
    report: &mut Report,
) -> Value {
    let mut found = json!({ "$ref": reference });
    for _ in 0..MAX_CHAIN {
        let Some(reference) = found["$ref"].as_str().map(str::to_owned) else { return found };
        match references::target(&document.root, &reference) {
            Some(target) => found = target.clone(),
            None => {
                report.record(
                    pointer,
                    &codes::REFERENCE_UNRESOLVED,
                    format!("`{reference}` can't be resolved; omitted"),
                );
                return json!({});
            }
        }
    }
    report.record(pointer, &codes::REFERENCE_LOOP, "the reference leads back to itself; omitted");
    json!({})
}
