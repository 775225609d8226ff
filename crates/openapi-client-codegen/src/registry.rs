//! A macro that maps each schema of the description to its Rust type, so that tests cover all types
//! without naming them.

use openapi_document::document::Document;
use openapi_review::rust_names;
use syn::Item;

use crate::emit::Emitted;

/// Returns the names of the description's schemas.
pub fn schemas(document: &Document) -> Vec<String> {
    let mut names: Vec<String> = document.root["components"]["schemas"]
        .as_object()
        .into_iter()
        .flat_map(|schemas| schemas.keys().cloned())
        .collect();
    names.sort();
    names
}

/// Prints a macro that calls another macro with the name and the type of every schema. Schemas
/// without a Rust type are omitted.
pub fn print(schemas: &[String], emitted: &Emitted) -> String {
    let typed = schemas.iter().map(|name| (name, rust_names::pascal(name)));
    let pairs: String = typed
        .filter(|(_, type_name)| has_type(emitted, type_name))
        .map(|(name, type_name)| format!("            {name:?} => {type_name},\n"))
        .collect();
    "//! The Rust type of each schema of the description.\n\n\
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
