//! Bundles a document that consists of several files into one.
//!
//! Every node that a reference to another file leads to is copied into the document, under a
//! separate member, and the reference becomes local.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::base_uri;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::load;
use crate::pointer::child;
use crate::references;

/// The member that contains the other files.
pub const FILES: &str = "x-files";
/// The character between a file and an anchor in it, until all files have been read.
const MARK: &str = "\u{1f}";

/// Adds all files that the document at `path` refers to. Returns their paths in the order in which
/// they were read. In the document, files are named by their path relative to its folder.
pub fn bundle(document: &mut Document, path: &Path) -> Result<Vec<String>, Diagnostic> {
    base_uri::localize(&mut document.root);
    let mut read = Vec::new();
    let home = path.parent().unwrap_or(Path::new(""));
    let mut files: BTreeMap<String, Value> = BTreeMap::new();
    let mut missing: BTreeMap<String, Diagnostic> = BTreeMap::new();
    let own = path.file_name().map(PathBuf::from);
    let mut found = Links { own, home: home.to_path_buf(), ..Links::default() };
    ids(&document.root, "", &mut found.ids);
    found.localise(&mut document.root, "", None);
    while let Some((file, pointer)) = found.todo.pop() {
        let name = key(&file);
        if files.contains_key(&name) || missing.contains_key(&name) {
            continue;
        }
        let shown = home.join(&file).display().to_string();
        let Ok(bytes) = fs::read(home.join(&file)) else {
            missing.insert(name, document.diagnostic(&pointer, shown));
            continue;
        };
        let mut part = load::load_bytes(&shown, &bytes)?;
        let at = child(&format!("/{FILES}"), &name);
        document.import_locations(&at, &part);
        document.warnings.append(&mut part.warnings);
        let mut more = BTreeMap::new();
        ids(&part.root, &at, &mut more);
        // A relative `$id` is relative to the file.
        found.ids.extend(more.into_iter().filter(|(id, _)| is_url(id)));
        found.localise(&mut part.root, &at, Some(&file));
        read.push(shown);
        files.insert(name, part.root);
    }
    // The address may be the `$id` of a file that was read later.
    missing.retain(|name, _| match found.ids.get(name) {
        Some(place) => {
            files.insert(name.clone(), json!({ "$ref": format!("#{place}") }));
            false
        }
        None => true,
    });
    if !missing.is_empty() {
        return Err(not_there(missing));
    }
    if !files.is_empty() {
        document.root[FILES] = Value::Object(files.into_iter().collect());
        let root = document.root.clone();
        anchors(&mut document.root, &root);
        sections(&mut document.root);
    }
    Ok(read)
}

/// Replaces references to an anchor in another file by pointers.
fn anchors(value: &mut Value, root: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some((file, anchor)) = reference.split_once(MARK)
            {
                let there = references::target(root, file);
                let inside = there.and_then(|there| references::place_of_anchor(there, anchor));
                *reference =
                    inside.map_or(format!("#{anchor}"), |inside| format!("{file}{inside}"));
            }
            members.values_mut().for_each(|value| anchors(value, root));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| anchors(item, root)),
        _ => {}
    }
}

/// Inserts the files that contain a whole part of the document, for example all schemas.
fn sections(root: &mut Value) {
    for part in ["/paths", "/webhooks", "/components"] {
        section(root, part);
    }
    let names = root["components"].as_object().into_iter().flatten();
    let inner: Vec<String> = names.map(|(name, _)| child("/components", name)).collect();
    inner.iter().for_each(|at| section(root, at));
}

fn section(root: &mut Value, at: &str) {
    let reference = root.pointer(at).and_then(|part| part.get("$ref")?.as_str());
    let there = reference.and_then(|reference| references::target(root, reference)).cloned();
    if let (Some(Value::Object(mut there)), Some(Value::Object(own))) =
        (there, root.pointer_mut(at))
    {
        own.shift_remove("$ref");
        there.append(own);
        *own = there;
    }
}

/// Creates one message for all missing files, at the first reference to one of them.
fn not_there(missing: BTreeMap<String, Diagnostic>) -> Diagnostic {
    let names: Vec<String> = missing
        .iter()
        .map(|(name, diagnostic)| if is_url(name) { name } else { &diagnostic.message }.clone())
        .collect();
    let message = format!("the document refers to missing files: {}", names.join(", "));
    let first = missing.into_values().next().unwrap_or_else(|| Diagnostic::new(""));
    Diagnostic { message, ..first }.help("add them, or give a document in one file")
}

fn key(file: &Path) -> String {
    file.display().to_string()
}

fn is_url(file: &str) -> bool {
    file.contains("://")
}

/// The referenced files, each with the place of the reference.
#[derive(Default)]
struct Links {
    /// The name of the document's own file.
    own: Option<PathBuf>,
    /// The folder of the document.
    home: PathBuf,
    todo: Vec<(PathBuf, String)>,
    /// The schemas with an `$id`, and their places.
    ids: BTreeMap<String, String>,
}

/// Collects the places of the schemas with an `$id`.
fn ids(value: &Value, pointer: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            let id = members.get("$id").and_then(Value::as_str).map(|id| id.trim_end_matches('#'));
            if let Some(id) = id.filter(|id| !id.is_empty() && !pointer.ends_with("/properties")) {
                found.entry(id.to_owned()).or_insert_with(|| pointer.to_owned());
            }
            let inner = members.iter().filter(|(name, _)| !is_example(name));
            inner.for_each(|(name, value)| ids(value, &child(pointer, name), found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| ids(item, &child(pointer, index), found));
        }
        _ => {}
    }
}

fn is_example(name: &str) -> bool {
    ["example", "examples", "default", "const", "enum"].contains(&name)
}

impl Links {
    /// Makes references to other files local, and records the files. `this` is the file that
    /// contains `value`, if it is not the document itself.
    fn localise(&mut self, value: &mut Value, pointer: &str, this: Option<&Path>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref")
                    && let Some(local) = self.local(reference, &child(pointer, "$ref"), this)
                {
                    members.insert("$ref".to_owned(), json!(local));
                }
                if pointer.ends_with("/discriminator") {
                    self.mapping(members, pointer, this);
                }
                // A `$ref` within an extension is not a reference. A header's name may also begin
                // with `x-`.
                let is_map = pointer.ends_with("/headers") || pointer.ends_with("/properties");
                members
                    .iter_mut()
                    .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
                    .filter(|(name, _)| is_map || !name.starts_with("x-"))
                    .for_each(|(name, value)| self.localise(value, &child(pointer, name), this));
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.localise(item, &child(pointer, index), this);
                }
            }
            _ => {}
        }
    }

    /// Makes the files in the mapping of a discriminator local. Other targets are names of schemas,
    /// or were files before the document was bundled.
    fn mapping(&mut self, members: &mut Map<String, Value>, pointer: &str, this: Option<&Path>) {
        let mapping = members.get_mut("mapping").and_then(Value::as_object_mut);
        let here = self.home.join(this.and_then(Path::parent).unwrap_or(Path::new("")));
        let is_file = |text: &str| {
            let file = text.split('#').next().unwrap_or_default();
            let is_there = || here.join(references::percent_decoded(file)).is_file();
            [".yaml", ".yml", ".json"].iter().any(|end| file.ends_with(end)) && is_there()
                || (this.is_some() && text.starts_with("#/"))
        };
        for target in mapping.into_iter().flat_map(Map::values_mut) {
            if let Some(text) = target.as_str().filter(|text| is_file(text))
                && let Some(local) = self.local(text, pointer, this)
            {
                *target = json!(local);
            }
        }
    }

    fn local(&mut self, reference: &str, pointer: &str, this: Option<&Path>) -> Option<String> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if let Some(pointer) = self.ids.get(file).filter(|_| !file.is_empty()) {
            let is_pointer = fragment.is_empty() || fragment.starts_with('/');
            let pointer = if is_pointer { pointer.as_str() } else { "" };
            return Some(format!("#{pointer}{fragment}"));
        }
        let here = this.and_then(Path::parent).unwrap_or(Path::new(""));
        let file = match (file, this) {
            ("", None) => return None,
            ("", Some(this)) => this.to_path_buf(),
            // Files on other servers are reported as missing, under their own names.
            (file, _) if is_url(file) => PathBuf::from(file),
            (file, _) => normal(&here.join(references::percent_decoded(file))),
        };
        if self.own.as_ref() == Some(&file) {
            return Some(format!("#{fragment}"));
        }
        let mark = if fragment.is_empty() || fragment.starts_with('/') { "" } else { MARK };
        let local = format!("#{}{mark}{fragment}", child(&format!("/{FILES}"), key(&file)));
        self.todo.push((file, pointer.to_owned()));
        Some(local)
    }
}

/// Removes `.` and `..`, so that a file has one name.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "
paths:
  /a: {get: {schema: {$ref: './parts/pet.yaml#/Pet'}}}
components: {schemas: {Own: {}, Same: {$ref: '#/components/schemas/Own'}}}
";
    const PET: &str = "
Pet: {properties: {next: {$ref: '#/Pet'}, tag: {$ref: '../tag.yaml'}}}
";

    /// Returns the bundled document in a folder with these files.
    fn bundled(files: &[(&str, &str)]) -> (Document, Result<Vec<String>, Diagnostic>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut document = load::load("main.yaml", MAIN).unwrap();
        let read = bundle(&mut document, &folder.path().join("main.yaml"));
        (document, read)
    }

    #[test]
    fn files_are_added_and_references_become_local() {
        let (document, read) = bundled(&[("parts/pet.yaml", PET), ("tag.yaml", "{type: string}")]);
        let names = read.unwrap();
        assert_eq!(names.len(), 2);
        assert!(
            names[0].ends_with("parts/pet.yaml") && names[1].ends_with("tag.yaml"),
            "{names:?}"
        );
        let root = &document.root;
        let at = |pointer: &str| root.pointer(pointer).unwrap();
        assert_eq!(at("/paths/~1a/get/schema/$ref"), "#/x-files/parts~1pet.yaml/Pet");
        assert_eq!(at("/components/schemas/Same/$ref"), "#/components/schemas/Own");
        let pet = at("/x-files/parts~1pet.yaml/Pet/properties");
        assert_eq!(pet["next"]["$ref"], "#/x-files/parts~1pet.yaml/Pet");
        assert_eq!(pet["tag"]["$ref"], "#/x-files/tag.yaml");
        assert_eq!(at("/x-files/tag.yaml/type"), "string");
    }

    #[test]
    fn schemas_are_found_by_their_ids_and_files_by_their_encoded_names() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a b.yaml"), "{type: string}").unwrap();
        let main = "
components:
  schemas:
    A: {$id: 'https://example.com/a', $defs: {B: {type: integer}}, properties: {$id: {type: string}}}
    C: {$ref: 'https://example.com/a'}
    D: {$ref: 'https://example.com/a#/$defs/B'}
    E: {$ref: 'a%20b.yaml'}
";
        let mut document = load::load("main.yaml", main).unwrap();
        assert_eq!(bundle(&mut document, &folder.path().join("main.yaml")).unwrap().len(), 1);
        let at = |name: &str| document.root["components"]["schemas"][name]["$ref"].clone();
        assert_eq!(at("C"), "#/components/schemas/A");
        assert_eq!(at("D"), "#/components/schemas/A/$defs/B");
        assert_eq!(at("E"), "#/x-files/a b.yaml");
    }

    #[test]
    fn files_may_refer_to_the_document_to_anchors_and_to_ids_of_files() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            (
                "all.yaml",
                "{B: {$ref: 'main.yaml#/components/schemas/Own'}, C: {$ref: '#c'}, D: {$anchor: c}}",
            ),
            ("id.yaml", "{$id: 'https://example.com/id', type: string}"),
            (
                "kind.yaml",
                "{discriminator: {propertyName: k, mapping: {a: kind_a.yaml, b: Own, c: gone.yaml}}}",
            ),
            ("kind_a.yaml", "{type: object}"),
        ];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let main = "
components:
  schemas: {$ref: all.yaml, Own: {}, Id: {$ref: 'https://example.com/id'}, File: {$ref: id.yaml}, Kind: {$ref: kind.yaml}}
";
        let mut document = load::load("main.yaml", main).unwrap();
        assert_eq!(bundle(&mut document, &folder.path().join("main.yaml")).unwrap().len(), 4);
        let mapping = &document.root["x-files"]["kind.yaml"]["discriminator"]["mapping"];
        assert_eq!(*mapping, json!({"a": "#/x-files/kind_a.yaml", "b": "Own", "c": "gone.yaml"}));
        let schemas = &document.root["components"]["schemas"];
        assert_eq!(schemas["B"]["$ref"], "#/components/schemas/Own");
        assert_eq!(schemas["C"]["$ref"], "#/x-files/all.yaml/D");
        let id = references::target(&document.root, schemas["Id"]["$ref"].as_str().unwrap());
        assert_eq!(id.unwrap()["$ref"], "#/x-files/id.yaml");
        assert!(schemas.get("$ref").is_none());
    }

    #[test]
    fn a_missing_file_is_named() {
        let (_, read) = bundled(&[("parts/pet.yaml", PET)]);
        let message = read.unwrap_err().message;
        assert!(message.contains("missing files") && message.contains("tag.yaml"), "{message}");
    }
}
