//! Documents with one quirk each, and what the stages make of them.
//!
//! A new document is a new file, `<stage>/<rule>.yaml`, and no more: beside it
//! goes what was rewritten and what came out, and its client is a module among
//! those of all fixtures, which the tests compile. The one in `whole/` has many
//! quirks, for the tests that call its client.

use std::fs;
use std::path::Path;

use quote::format_ident;
use syn::{Item, parse_quote};

use crate::document::Problem;
use crate::pipeline::{self, Artefacts};
use crate::{load, outline};

/// The folder of the documents, from the top of the repository.
pub const DOCUMENTS: &str = "tests/fixtures/quirks";
/// Their clients.
pub const CLIENTS: &str = "tests/src/fixtures.rs";

/// The names of all documents: `<stage>/<rule>`, sorted.
pub fn names(top: &Path) -> Vec<String> {
    let folders = entries(&top.join(DOCUMENTS), "");
    let mut names: Vec<String> = folders
        .iter()
        .flat_map(|stage| {
            let rules = entries(&top.join(DOCUMENTS).join(stage), ".yaml");
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

/// For each document, what comes out of it; and the clients of all.
pub fn generate(top: &Path) -> Result<Artefacts, Problem> {
    let mut artefacts = Artefacts::new();
    let mut clients: syn::File = parse_quote! {
        //! The clients of the fixtures, one module each.
    };
    for name in names(top) {
        let path = format!("{DOCUMENTS}/{name}.yaml");
        let source = load::load(&path, &pipeline::read(top, &path)?)?;
        let made = pipeline::compile(&source)?;
        let mut text = made.report.print(&source, true);
        for (_, page) in outline::outline(&made.emitted) {
            text += &format!("\n{page}");
        }
        artefacts.insert(format!("{DOCUMENTS}/{name}.txt"), text);
        clients.items.push(module(&name, made.emitted.file.items));
    }
    let header = pipeline::header("cargo xtask generate --fixtures", &[DOCUMENTS]);
    artefacts.insert(CLIENTS.to_owned(), header + &prettyplease::unparse(&clients));
    Ok(artefacts)
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
