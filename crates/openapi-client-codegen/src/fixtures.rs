//! Documents that each have one quirk, and the results of the stages for them.
//!
//! To add a fixture, add the file `<stage>/<rule>.yaml`. The report and the outline are written to
//! a file beside it. The client becomes a module in the file with the clients of all fixtures,
//! which the tests compile. The fixture in `whole/` has many quirks. Tests call its client.

use std::fs;
use std::path::Path;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::load;
use quote::format_ident;
use syn::{Expr, Ident, Item, parse_quote};

use crate::artifacts::Artifacts;
use crate::config::Config;
use crate::emit::code;
use crate::{outline, pipeline, print, project, surface};

/// Returns the names of all documents, `<stage>/<rule>`, sorted.
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

/// Returns the names of a folder's entries that end in `end`, without this suffix.
fn entries(folder: &Path, end: &str) -> Vec<String> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(end)?.to_owned()))
        .collect()
}

/// Generates the report and the outline of each document, and the clients of all. Returns nothing
/// if the repository has no fixtures.
pub fn generate(root: &Path, config: &Config) -> Result<Artifacts, Diagnostic> {
    let Some(fixtures) = &config.fixtures else { return Ok(Artifacts::new()) };
    let documents = &fixtures.documents;
    let mut artifacts = Artifacts::new();
    let mut clients: syn::File = parse_quote! {
        //! The clients of the fixtures, one module each.
    };
    let mut unions = Vec::new();
    for name in names(root, documents) {
        let path = format!("{documents}/{name}.yaml");
        let source = load::load(&path, &project::read(root, &path)?)?;
        let made = pipeline::compile(&source, &config.runtime)?;
        let mut text = made.report.print(&source, true);
        for (_, page) in outline::outline(&surface::of(&made.emitted)) {
            text += &format!("\n{page}");
        }
        artifacts.insert(format!("{documents}/{name}.txt"), text);
        unions.extend(union_names(&made.emitted.file).map(|union| self::union(&name, union)));
        clients.items.push(module(&name, made.emitted.file.items));
    }
    clients.items.push(parse_quote! {
        /// The unions of all fixtures: document, type, and a function that decodes a text and
        /// returns the name of the variant.
        #[allow(clippy::type_complexity)]
        pub fn unions() -> Vec<(&'static str, &'static str, fn(&str) -> String)> {
            vec![#(#unions),*]
        }
    });
    let header = project::header(&format!("{} --fixtures", config.generate()), &[documents]);
    artifacts.insert(fixtures.clients.clone(), header + &print::print(&mut clients));
    Ok(artifacts)
}

fn union_names(file: &syn::File) -> impl Iterator<Item = &Ident> {
    code::types(file).iter().filter_map(|item| match item {
        Item::Enum(item) if code::has_serde(&item.attrs, "untagged") => Some(&item.ident),
        _ => None,
    })
}

fn union(fixture: &str, union: &Ident) -> Expr {
    let (module, name) = (module_name(fixture), union.to_string());
    parse_quote!((#fixture, #name, crate::variant::<#module::types::#union>))
}

fn module_name(fixture: &str) -> Ident {
    format_ident!("{}", fixture.replace('/', "_"))
}

/// Returns the client of a fixture as a module. For example, `shape/unions` becomes `shape_unions`.
fn module(name: &str, items: Vec<Item>) -> Item {
    let ident = module_name(name);
    let doc = format!("`{name}.yaml`");
    parse_quote! {
        #[doc = #doc]
        pub mod #ident {
            #(#items)*
        }
    }
}
