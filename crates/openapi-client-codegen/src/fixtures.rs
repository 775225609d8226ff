//! Documents with one quirk each, and what the stages make of them.
//!
//! A new document is a new file, `<stage>/<rule>.yaml`, and nothing else: beside it
//! goes what was rewritten and what came out, and its client is a module among
//! those of all fixtures, which the tests compile. The one in `whole/` has many
//! quirks, for the tests that call its client.

use std::fs;
use std::path::Path;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::load;
use quote::format_ident;
use syn::{Item, parse_quote};

use crate::artifacts::Artifacts;
use crate::config::Config;
use crate::{outline, pipeline, project, surface};

/// The names of all documents: `<stage>/<rule>`, sorted.
pub fn names(root: &Path, documents: &str) -> Vec<String> {
    let documents = root.join(documents);
    let folders = entries(&documents, "");
    let mut names: Vec<String> = folders
        .iter()
        .flat_map(|stage| {
            let rules = entries(&documents.join(stage), ".yaml");
            rules.into_iter().map(move |rule| format!("{stage}/{rule}"))
        })
        .collect();
    names.sort();
    names
}

/// The names in a folder that end so, without the end.
fn entries(folder: &Path, end: &str) -> Vec<String> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(end)?.to_owned()))
        .collect()
}

/// For each document, what comes out of it; and the clients of all. Nothing
/// where a repository has no fixtures.
pub fn generate(root: &Path, config: &Config) -> Result<Artifacts, Diagnostic> {
    let Some(fixtures) = &config.fixtures else { return Ok(Artifacts::new()) };
    let documents = &fixtures.documents;
    let mut artifacts = Artifacts::new();
    let mut clients: syn::File = parse_quote! {
        //! The clients of the fixtures, one module each.
    };
    for name in names(root, documents) {
        let path = format!("{documents}/{name}.yaml");
        let source = load::load(&path, &project::read(root, &path)?)?;
        let made = pipeline::compile(&source, &config.runtime)?;
        let mut text = made.report.print(&source, true);
        for (_, page) in outline::outline(&surface::of(&made.emitted)) {
            text += &format!("\n{page}");
        }
        artifacts.insert(format!("{documents}/{name}.txt"), text);
        clients.items.push(module(&name, made.emitted.file.items));
    }
    let header = project::header(&format!("{} --fixtures", config.generate()), &[documents]);
    artifacts.insert(fixtures.clients.clone(), header + &prettyplease::unparse(&clients));
    Ok(artifacts)
}

/// The client of a fixture as a module: `shape/unions` is `shape_unions`.
fn module(name: &str, items: Vec<Item>) -> Item {
    let ident = format_ident!("{}", name.replace('/', "_"));
    let doc = format!("`{name}.yaml`");
    parse_quote! {
        #[doc = #doc]
        pub mod #ident {
            #(#items)*
        }
    }
}
