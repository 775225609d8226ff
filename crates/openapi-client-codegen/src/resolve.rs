//! Stage: copies everything that an operation refers to into the operation, except for schemas,
//! which all become components.

mod shared;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use openapi_document::bundle;
use openapi_document::document::Document;
use openapi_document::methods::METHODS;
use openapi_document::pointer::child;
use openapi_document::references;
use openapi_document::schemas;
use openapi_review::rust_names;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::operations::markers::{AT, MORE, UNRESOLVED};
use crate::report::Report;
use crate::swagger;

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

/// Makes the targets of all references to schemas components, repeatedly until no other target is
/// left.
fn hoist_schemas(document: &mut Document, report: &mut Report) {
    definitions(&mut document.root);
    let ambiguous = ambiguous(&document.root);
    let mut clear = |schema: &mut Value, pointer: &str| {
        let reference = schema["$dynamicRef"].as_str().unwrap_or_default();
        if ambiguous.contains(reference.trim_start_matches('#')) {
            let text =
                format!("`{reference}` can refer to several schemas; every value is accepted");
            report.record(pointer, &codes::REFERENCE_AMBIGUOUS, text);
            *schema = json!({});
        }
    };
    if !ambiguous.is_empty() {
        schemas::for_each(&mut document.root, &mut clear);
    }
    let mut hoisted: BTreeMap<String, Value> = BTreeMap::new();
    let mut known = HashSet::new();
    loop {
        // The references, each with the pointer of the first schema that has it.
        let mut todo: Vec<(String, String)> = Vec::new();
        let mut root = document.root.take();
        schemas::for_each(&mut root, &mut |schema, pointer| {
            let found = reference(schema).map(str::to_owned);
            for reference in found.into_iter().chain(mapped(schema)) {
                if known.insert(reference.clone()) {
                    todo.push((reference, pointer.to_owned()));
                }
            }
        });
        document.root = root;
        if todo.is_empty() {
            break;
        }
        for (reference, pointer) in todo {
            let component = hoist(document, &reference, &pointer, report);
            hoisted.insert(reference, component);
        }
    }
    // A longer reference leads to a schema that may be inside the target of a shorter one.
    for (reference, component) in hoisted.iter().rev() {
        move_to(&mut document.root, reference, component);
    }
    schemas::for_each(&mut document.root, &mut |schema, _| {
        if let Some(component) = schema["$ref"].as_str().and_then(|text| hoisted.get(text)) {
            schema["$ref"] = component.clone();
        }
        let mapping = schema.pointer_mut("/discriminator/mapping").and_then(Value::as_object_mut);
        for target in mapping.into_iter().flat_map(Map::values_mut) {
            if let Some(component) = target.as_str().and_then(|text| hoisted.get(text)) {
                *target = component.clone();
            }
        }
    });
}

/// Returns the targets of a discriminator in other files.
fn mapped(schema: &Value) -> Vec<String> {
    let mapping = schema["discriminator"]["mapping"].as_object().into_iter().flatten();
    let files = format!("#/{}/", bundle::FILES);
    let targets = mapping.filter_map(|(_, target)| target.as_str());
    targets.filter(|target| target.starts_with(&files)).map(str::to_owned).collect()
}

/// Replaces the original of a component by a reference, so that both have the same type. Inner
/// originals precede outer ones.
fn move_to(root: &mut Value, reference: &str, component: &Value) {
    let place = references::pointer(reference);
    let name = component.as_str().and_then(references::schema_name).map(references::unescape);
    let Some(name) = name.filter(|name| place != child("/components/schemas", name)) else {
        return;
    };
    let Some(original) = root.pointer_mut(&place).filter(|there| shared::becomes_type(there))
    else {
        return;
    };
    let moved = std::mem::replace(original, json!({ "$ref": component }));
    root["components"]["schemas"][&name] = moved;
}

/// Returns the names of anchors that several schemas define. The target of a `$dynamicRef` to such
/// an anchor depends on the path to the reference.
fn ambiguous(root: &Value) -> BTreeSet<String> {
    fn count(value: &Value, counts: &mut BTreeMap<String, usize>) {
        match value {
            Value::Object(members) => {
                if let Some(name) = members.get("$dynamicAnchor").and_then(Value::as_str) {
                    *counts.entry(name.to_owned()).or_default() += 1;
                }
                members.values().for_each(|value| count(value, counts));
            }
            Value::Array(items) => items.iter().for_each(|item| count(item, counts)),
            _ => {}
        }
    }

    let mut counts = BTreeMap::new();
    count(root, &mut counts);
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect()
}

/// Returns the reference of a schema, if any.
fn reference(schema: &mut Value) -> Option<&str> {
    // If no schema overrides the anchor, `$dynamicRef` is a plain reference.
    if let Some(schema) = schema.as_object_mut()
        && let Some(target) = schema.shift_remove("$dynamicRef")
    {
        schema.entry("$ref").or_insert(target);
    }
    if schema.get("$ref").is_some_and(|reference| !reference.is_string()) {
        schema.as_object_mut().map(|schema| schema.shift_remove("$ref"));
    }
    schema.get("$ref").and_then(Value::as_str)
}

/// Makes the target of a reference a component. Returns the new reference.
fn hoist(document: &mut Document, reference: &str, pointer: &str, report: &mut Report) -> Value {
    let target = references::target(&document.root, reference);
    // An anchor may be that of a whole component.
    let components = document.root["components"]["schemas"].as_object().into_iter().flatten();
    let whole = components.into_iter().find(|(_, component)| {
        !reference.contains('/') && target.is_some_and(|target| std::ptr::eq(*component, target))
    });
    if let Some((name, _)) = whole {
        return json!(references::to_schema(name));
    }
    let found = target.cloned();
    if let Some(name) = references::schema_name(reference)
        && found.is_some()
        && !name.contains('/')
    {
        // A name may contain escaped characters.
        return json!(references::to_schema(&references::unescape(name)));
    }
    let found = found.unwrap_or_else(|| {
        report.record(
            pointer,
            &codes::REFERENCE_UNRESOLVED,
            format!("`{reference}` can't be resolved; every value is accepted"),
        );
        json!({})
    });
    let wanted = name_of(reference);
    let components = &mut document.root["components"]["schemas"];
    let kind = reference.split('/').nth(2).and_then(|part| match part {
        "responses" => Some("Response"),
        "requestBodies" => Some("Body"),
        "parameters" => Some("Parameter"),
        _ => None,
    });
    let with_kind =
        kind.filter(|kind| !wanted.ends_with(kind)).map(|kind| format!("{wanted}{kind}"));
    let numbered = (2_usize..).map(|number| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.clone()).chain(with_kind).chain(numbered);
    let is_free = |name: &String| components.get(name).is_none_or(|there| *there == found);
    let name = names.find(is_free).unwrap_or(wanted);
    components[&name] = found;
    let component = references::to_schema(&name);
    let place = references::pointer(reference);
    let at = child("/components/schemas", &name);
    document.set_origin(&at, &place);
    report.record(
        pointer,
        &codes::SCHEMA_HOISTED,
        format!("`{reference}` becomes the component {name}"),
    );
    json!(component)
}

/// Derives a name from the meaningful parts of a reference.
fn name_of(reference: &str) -> String {
    const PLUMBING: [&str; 19] = [
        "components",
        "schemas",
        "properties",
        "paths",
        "responses",
        "content",
        "schema",
        "items",
        "$defs",
        "definitions",
        "parameters",
        "requestBody",
        "requestBodies",
        "application",
        "json",
        "allOf",
        "oneOf",
        "anyOf",
        "application/json",
    ];
    let parts = reference.trim_start_matches('#').split('/').skip(1).map(references::unescape);
    let parts: Vec<String> = parts.collect();
    // A schema from another file has the name that it has there, or the name of the file.
    let (file, parts) = match &parts[..] {
        [files, file, rest @ ..] if files == bundle::FILES => (Some(file), rest),
        parts => (None, parts),
    };
    let mut name: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| !PLUMBING.contains(part)).collect();
    if parts.last().is_some_and(|last| last == "items") && !name.is_empty() {
        name.push("Item");
    }
    if let Some(file) = file.filter(|_| name.is_empty()) {
        let last = file.rsplit('/').next().unwrap_or(file);
        name.push(last.split('.').next().unwrap_or(last));
    }
    if parts.is_empty() && file.is_none() {
        name.push(reference.trim_start_matches('#'));
    }
    match rust_names::pascal(&name.join("-")) {
        name if name == "X" => "Anything".to_owned(),
        name => name,
    }
}

/// Moves the `$defs` of the document to its components.
fn definitions(root: &mut Value) {
    for part in ["$defs", "definitions"] {
        let Some(Value::Object(definitions)) = root.get(part).cloned() else { continue };
        for (name, schema) in definitions {
            let components = &mut root["components"]["schemas"];
            if components.get(&name).is_none() {
                components[&name] = schema;
            }
        }
    }
}
