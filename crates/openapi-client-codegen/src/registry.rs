//! Which Rust type each schema of the description became, so that tests reach
//! all of them without naming one.

use openapi_document::document::Document;
use openapi_review::rust_names;
use syn::Item;

use crate::emit::Emitted;

/// The names of the description's schemas.
pub fn schemas(document: &Document) -> Vec<String> {
    let mut names: Vec<String> = document.root["components"]["schemas"]
        .as_object()
        .into_iter()
        .flat_map(|schemas| schemas.keys().cloned())
        .collect();
    names.sort();
    names
}

/// A macro that calls another one with every schema's name and type. A schema
/// that became no type of its own is not there.
pub fn print(schemas: &[String], emitted: &Emitted) -> String {
    let typed = schemas.iter().map(|name| (name, rust_names::pascal(name)));
    let pairs: String = typed
        .filter(|(_, type_name)| has_type(emitted, type_name))
        .map(|(name, type_name)| format!("            {name:?} => {type_name},\n"))
        .collect();
    "//! Which Rust type each schema of the description became.\n\n\
        /// Calls `$callback!` with `\"Schema\" => Type,` for every schema.\n\
        #[macro_export]\n\
        macro_rules! for_each_schema {\n    \
            ($callback:path) => {\n        $callback! {\n"
        .to_owned()
        + &pairs
        + "        }\n    };\n}\n"
}

fn has_type(emitted: &Emitted, name: &str) -> bool {
    emitted.file.items.iter().any(|item| match item {
        Item::Mod(module) if module.ident == "types" => {
            module.content.iter().flat_map(|(_, items)| items).any(|item| match item {
                Item::Struct(item) => item.ident == name,
                Item::Enum(item) => item.ident == name,
                _ => false,
            })
        }
        _ => false,
    })
}
