//! Taking a new document from the vendor in: everything is worked out in
//! memory, so that it is written as a whole or not at all.

mod actions;
mod page;
mod write;

use std::path::Path;

pub use self::actions::{Action, Fate, review};
pub use self::page::page;
pub use self::write::{File, write};
use crate::artefacts::{self, Stale};
use crate::canonical;
use crate::document::{Document, Problem};
use crate::pipeline::{self, DESCRIPTION};
use crate::{load, references};

/// What an import would do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The canonical text of the description as it is now; empty if there is
    /// none, or a broken one.
    pub before: String,
    /// The text on disk.
    pub on_disk: String,
    /// The new canonical text.
    pub after: String,
    /// Whether old and new say the same.
    pub same_content: bool,
    /// The new description after the overlay.
    pub corrected: Document,
    /// What became of the overlay's actions; only those that deserve a word.
    pub actions: Vec<Action>,
}

/// Works out what becomes of the description.
pub fn plan(top: &Path, document: &Document) -> Result<Plan, Problem> {
    version(document)?;
    let on_disk = pipeline::read(top, DESCRIPTION).unwrap_or_default().replace("\r\n", "\n");
    let previous = load::load(DESCRIPTION, &on_disk).map(|old| old.root).unwrap_or_default();
    let root = canonical::canonical(&document.root, &previous);
    let after = canonical::print(&root);
    let same_content = document.root == previous;
    if load::load(DESCRIPTION, &after)?.root != document.root {
        return Err(Problem::new("the canonical form would lose something")
            .help("this is a mistake in xtask/src/yaml.rs; please report it with the document"));
    }
    let before = match &previous {
        serde_json::Value::Object(_) => {
            canonical::print(&canonical::canonical(&previous, &previous))
        }
        _ => String::new(),
    };
    // Names and order of the new file, places of the one that was given.
    let mut corrected = document.clone();
    corrected.root = root;
    let actions = review(&mut corrected, &pipeline::corrections(top)?)?;
    Ok(Plan { before, on_disk, after, same_content, corrected, actions })
}

/// The generated files that change with the description.
pub fn regenerate(top: &Path, plan: &Plan) -> Result<Vec<Stale>, Problem> {
    references::check(&plan.corrected)?;
    let artefacts = pipeline::generate(top, plan.corrected.clone())?;
    Ok(artefacts::stale(top, &artefacts))
}

/// Refuses what isn't an OpenAPI 3 document.
pub fn version(document: &Document) -> Result<(), Problem> {
    let root = &document.root;
    if !root.is_object() {
        return Err(document.problem("", "not an OpenAPI document: not an object"));
    }
    if root.get("swagger").is_some() {
        return Err(document
            .problem("/swagger", "this is a Swagger 2.0 document, which is not supported")
            .help("ask the vendor for OpenAPI 3, or convert it: `npx swagger2openapi FILE`"));
    }
    match root["openapi"].as_str() {
        Some(version) if version.starts_with("3.") => {}
        Some(version) => {
            let message = format!("OpenAPI {version} is not supported");
            return Err(document.problem("/openapi", message).help("use a 3.x document"));
        }
        None => {
            return Err(document.problem("", "not an OpenAPI document: it has no text `openapi`"));
        }
    }
    for (name, needed) in [("info", true), ("paths", false), ("components", false)] {
        match root.get(name) {
            Some(part) if !part.is_object() => {
                let message = format!("`{name}` is not an object");
                return Err(document.problem(&format!("/{name}"), message));
            }
            None if needed => {
                let message = format!("not an OpenAPI document: it has no `{name}`");
                return Err(document.problem("", message));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        version(&load::load("api.yaml", text).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_openapi_3_is_refused_by_name() {
        insta::assert_snapshot!(refused("info: {}\nswagger: '2.0'\n"), @r"
        this is a Swagger 2.0 document, which is not supported
          --> api.yaml:2:1
          at  /swagger
          help: ask the vendor for OpenAPI 3, or convert it: `npx swagger2openapi FILE`
        ");
        assert!(refused("openapi: 4.0.0").contains("OpenAPI 4.0.0"));
        assert!(refused("[1]").contains("not an object"));
        assert!(refused("openapi: 3.1.0").contains("no `info`"));
        assert!(refused("{openapi: 3.1.0, info: {}, paths: []}").contains("`paths`"));
        assert!(refused("a: 1").contains("no text `openapi`"));
    }
}
