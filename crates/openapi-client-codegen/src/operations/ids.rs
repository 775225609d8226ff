//! Rule: gives every operation an id that results in a distinct method name.

use openapi_document::pointer::child;
use openapi_review::rust_names::method;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::idents::{NameSet, SEPARATOR, template_on_the_wire};
use crate::operations::markers::{CALL, STREAM};
use crate::report::Report;

/// The names of other methods and fields of the client.
const RESERVED: [&str; 7] =
    ["new", "baseurl", "client", "transport", "api_version", "server", "with_server"];

/// Replaces missing and duplicate ids.
pub(super) fn unique(paths: &mut Map<String, Value>, report: &mut Report) {
    let mut taken = NameSet::new(RESERVED.map(str::to_owned));
    let mut nameless = Vec::new();
    // The ids in the document take precedence over those derived for streams.
    let is_stream = |path: &String| path.ends_with(&format!("{SEPARATOR}{STREAM}"));
    let mut items: Vec<(&String, &mut Value)> = paths.iter_mut().collect();
    items.sort_by_key(|(path, _)| is_stream(path));
    for (path, item) in items {
        for (verb, operation) in item.as_object_mut().into_iter().flatten() {
            let id = operation["operationId"].as_str().map(str::trim).unwrap_or_default();
            if id.is_empty() || !taken.take(&method(id)) {
                nameless.push((path.clone(), verb.clone()));
            }
        }
    }
    for (path, verb) in nameless {
        let sent = paths[&path][&verb][CALL]["method"].as_str().map(str::to_lowercase);
        let sent = sent.as_deref().unwrap_or(&verb);
        let mut wanted = method(&from_path(sent, &template_on_the_wire(&path)));
        if is_stream(&path) {
            wanted = format!("{wanted}_{STREAM}");
        }
        let free = (2_usize..).map(|n| format!("{wanted}_{n}"));
        let Some(id) =
            std::iter::once(wanted.clone()).chain(free).find(|id| taken.take(&method(id)))
        else {
            continue;
        };
        let operation = &mut paths[&path][&verb];
        let text = match operation["operationId"].as_str() {
            Some(old) if RESERVED.contains(&method(old).as_str()) => {
                format!("`{old}` is the name of another part of the client; the id becomes `{id}`")
            }
            Some(old) if old.trim().is_empty() => {
                format!("the `operationId` is empty; the id becomes `{id}`")
            }
            Some(old) => {
                format!("`{old}` is also the id of another operation; this one becomes `{id}`")
            }
            None => format!("no `operationId`; the id becomes `{id}`"),
        };
        let at = child(&child("/paths", &path), &verb);
        report.record(&at, &codes::OPERATION_ID, text);
        operation["operationId"] = json!(id);
    }
}

/// Derives an id from a path, for example `get users by id posts` from `GET /users/{id}/posts`.
fn from_path(verb: &str, path: &str) -> String {
    let mut name = verb.to_owned();
    for part in path.split(['/', '.', '?', '#', '&', '=']).filter(|part| !part.is_empty()) {
        name.push('_');
        name.push_str(&part.replace('{', "by_").replace('}', "_"));
    }
    name
}
