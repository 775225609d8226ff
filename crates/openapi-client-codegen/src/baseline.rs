//! The types that progenitor generates without the passes of this crate, as a baseline for benches.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use syn::{Item, ItemMod, parse_quote};

use crate::emit;

/// Returns the module `types` of progenitor's client for a 3.0 document.
pub fn types(document: &Document) -> Result<syn::File, Diagnostic> {
    let mut file = emit::progenitor(document, false)?;
    file.items.retain(|item| matches!(item, Item::Mod(ItemMod { ident, .. }) if ident == "types"));
    file.attrs
        .push(parse_quote!(#![doc = " The types that progenitor generates from the description on its own."]));
    Ok(file)
}
