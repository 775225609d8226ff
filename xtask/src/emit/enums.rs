//! Pass: string enums survive a value nobody knew.
//!
//! typify's enums are closed, and one new value would fail a whole answer. Each
//! gets a variant for unknown values and its text conversions from a macro. The
//! one-value enum that tells the variants of a union apart stays closed: open,
//! it would take the tag of any other variant for its own.

use std::collections::BTreeSet;

use quote::quote;
use syn::{Fields, Ident, Item, ItemEnum, Variant, parse_quote};

use super::code;

/// Opens all string enums but `closed`.
pub(crate) fn open(types: &mut Vec<Item>, closed: &BTreeSet<String>) {
    let opened: Vec<(Ident, Item)> = types
        .iter_mut()
        .filter_map(|item| match item {
            Item::Enum(item)
                if is_string_enum(item) && !closed.contains(&item.ident.to_string()) =>
            {
                Some((item.ident.clone(), open_one(item)))
            }
            _ => None,
        })
        .collect();
    types.retain(|item| !opened.iter().any(|(name, _)| is_text_conversion(item, name)));
    unparsed_unions(types);
    types.extend(opened.into_iter().map(|(_, conversions)| conversions));
}

/// typify reads a union from text by trying its variants; an open enum takes
/// any text, so that nothing behind it is ever tried.
fn unparsed_unions(types: &mut Vec<Item>) {
    let unions: Vec<Ident> = types
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) if code::has_serde(&item.attrs, "untagged") => {
                Some(item.ident.clone())
            }
            _ => None,
        })
        .collect();
    let is_parser = |item: &Item| matches!(item, Item::Impl(item) if !is_trait(item, "Display"));
    types.retain(|item| {
        !(is_parser(item) && unions.iter().any(|name| is_text_conversion(item, name)))
    });
}

fn is_trait(item: &syn::ItemImpl, name: &str) -> bool {
    item.trait_
        .as_ref()
        .is_some_and(|(path, _)| path.segments.last().is_some_and(|last| last.ident == name))
}

/// Enums whose variants are all plain.
pub(crate) fn is_string_enum(item: &ItemEnum) -> bool {
    item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
        && code::derives_name(&item.attrs, "Deserialize")
}

fn open_one(item: &mut ItemEnum) -> Item {
    let unknown = free_name(item);
    let conversions = item.variants.iter_mut().map(|variant| {
        let name = &variant.ident;
        let text = code::wire_name(&variant.attrs, &name.to_string());
        let pair = quote!(#name = #text);
        variant.attrs.retain(|attr| !attr.path().is_ident("serde"));
        let doc = format!("`{text}`");
        variant.attrs.push(parse_quote!(#[doc = #doc]));
        pair
    });
    let name = &item.ident;
    let conversions = parse_quote!(crate::__open_enum! { #name, #unknown { #(#conversions),* } });
    let variant: Variant = parse_quote! {
        /// A value that the API description does not list.
        #unknown(crate::UnknownValue)
    };
    item.variants.push(variant);
    code::remove_derives(&mut item.attrs, &["Copy", "Serialize", "Deserialize"]);
    item.attrs.push(parse_quote!(#[non_exhaustive]));
    conversions
}

fn free_name(item: &ItemEnum) -> Ident {
    let mut name: Ident = parse_quote!(Unknown);
    while item.variants.iter().any(|variant| variant.ident == name) {
        name = quote::format_ident!("{name}Value");
    }
    name
}

/// typify's own conversions between the enum and text.
fn is_text_conversion(item: &Item, name: &Ident) -> bool {
    let Item::Impl(item) = item else { return false };
    let converts = item.trait_.as_ref().is_some_and(|(path, _)| {
        path.segments.last().is_some_and(|last| {
            ["Display", "FromStr", "TryFrom"].iter().any(|known| last.ident == known)
        })
    });
    converts && code::type_name(&item.self_ty).is_some_and(|ty| name == ty.as_str())
}
