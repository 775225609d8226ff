//! Pass: converts the outcome of statuses with different types to an enum with a variant for each
//! status.
//!
//! The rules about operations have described the outcome as an object with a field for each status
//! with JSON. The status selects the variant, so the enum needs no decoder.

use std::collections::BTreeMap;

use openapi_review::rust_names;
use quote::{format_ident, quote};
use serde::Deserialize;
use serde_json::Value;
use syn::{Item, ItemEnum, ItemStruct, parse_quote};

use crate::emit::code;
use crate::operations::markers::{AnswerKind, VARIANTS, Variant};

/// Converts the objects for several statuses to enums.
pub(crate) fn restore(types: &mut [Item], root: &Value) {
    let components = root["components"]["schemas"].as_object().into_iter().flatten();
    let all: BTreeMap<String, Vec<Variant>> = components
        .filter_map(|(name, schema)| {
            let variants = Vec::deserialize(schema.get(VARIANTS)?).ok()?;
            Some((rust_names::pascal(name), variants))
        })
        .collect();
    for item in types {
        if let Item::Struct(object) = item
            && let Some(variants) = all.get(&object.ident.to_string())
        {
            *item = Item::Enum(enum_of(object, variants));
        }
    }
}

fn enum_of(object: &mut ItemStruct, variants: &[Variant]) -> ItemEnum {
    let mut attrs = std::mem::take(&mut object.attrs);
    code::remove_derives(&mut attrs, &["Serialize", "Deserialize", "Default"]);
    attrs.retain(|attr| !attr.path().is_ident("serde"));
    attrs.push(parse_quote!(#[non_exhaustive]));
    let name = &object.ident;
    let variants = variants.iter().map(|Variant { name, kind }| {
        let variant = format_ident!("{name}");
        match kind {
            AnswerKind::Json => {
                let field = object.fields.iter().find(|field| {
                    let ident = field.ident.as_ref().map(ToString::to_string);
                    code::wire_name(&field.attrs, &ident.unwrap_or_default()) == *name
                });
                let ty = field.map(|field| &field.ty);
                quote!(#variant(#ty))
            }
            AnswerKind::Text => quote!(#variant(::std::string::String)),
            AnswerKind::Bytes => quote!(#variant(crate::Bytes)),
            AnswerKind::Empty | AnswerKind::Stream => quote!(#variant),
        }
    });
    let mut restored: ItemEnum = parse_quote!(pub enum #name { #(#variants),* });
    restored.attrs = attrs;
    restored
}
