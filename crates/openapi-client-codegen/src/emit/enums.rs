//! Pass: makes string enums open to unknown values.
//!
//! typify's enums are closed, so a single new value would fail the decoding of a whole response.
//! Each enum gets a variant for unknown values. A macro implements its text conversions; those of
//! typify are [removed](crate::emit::leave_out).

use std::collections::{BTreeMap, HashMap, HashSet};

use openapi_review::rust_names;
use quote::quote;
use serde_json::Value;
use syn::{Fields, Ident, Item, ItemEnum, Variant, parse_quote};

use crate::emit::{code, value_names};
use crate::shape::NAMES;

/// The values of variants, by enum and variant.
pub type Values = BTreeMap<String, BTreeMap<String, String>>;

/// Opens all string enums and returns the values of their variants.
pub(crate) fn open(types: &mut Vec<Item>, root: &Value) -> Values {
    let named = named(root);
    let mut values = Values::new();
    let unknown: Variant = parse_quote! {
        /// A value that the API description does not list.
        Unknown(crate::UnknownValue)
    };
    let opened: Vec<Item> = types
        .iter_mut()
        .filter_map(|item| match item {
            Item::Enum(item) if is_string_enum(item) => {
                if let Some(names) = named.get(&item.ident.to_string()) {
                    rename(item, names);
                }
                value_names::readable(item);
                values.insert(item.ident.to_string(), self::values(item));
                Some(open_one(item, &unknown))
            }
            _ => None,
        })
        .collect();
    types.extend(opened);
    values
}

/// Returns the names that the document gives to values, by type.
fn named(root: &Value) -> HashMap<String, &Value> {
    let components = root["components"]["schemas"].as_object().into_iter().flatten();
    let named = components
        .filter_map(|(name, schema)| Some((rust_names::pascal(name), schema.get(NAMES)?)));
    named.collect()
}

/// Renames the variants to the names in the document, if those names are distinct.
fn rename(item: &mut ItemEnum, names: &Value) {
    let renamed: Vec<Ident> = item
        .variants
        .iter()
        .map(|variant| {
            let text = code::wire_name(&variant.attrs, &variant.ident.to_string());
            let name = names[&text].as_str().map(rust_names::pascal);
            name.map_or_else(|| variant.ident.clone(), |name| quote::format_ident!("{name}"))
        })
        .collect();
    let distinct: HashSet<&Ident> = renamed.iter().collect();
    if distinct.len() < renamed.len() {
        return;
    }
    for (variant, name) in item.variants.iter_mut().zip(renamed) {
        value_names::call(variant, name);
    }
}

fn values(item: &ItemEnum) -> BTreeMap<String, String> {
    let variants = item.variants.iter().map(|variant| {
        let name = variant.ident.to_string();
        let text = code::wire_name(&variant.attrs, &name);
        (name, text)
    });
    variants.collect()
}

/// Returns whether all variants of an enum are plain.
fn is_string_enum(item: &ItemEnum) -> bool {
    item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
        && code::derives_name(&item.attrs, "Deserialize")
}

fn open_one(item: &mut ItemEnum, variant: &Variant) -> Item {
    let unknown = free_name(item);
    let conversions = item.variants.iter_mut().map(|variant| {
        let name = &variant.ident;
        let text = code::wire_name(&variant.attrs, &name.to_string());
        let pair = quote!(#name = #text);
        variant.attrs.retain(|attr| !attr.path().is_ident("serde"));
        variant.attrs.push(code::doc(&format!("`{text}`")));
        pair
    });
    let name = &item.ident;
    let conversions = quote!(#name, #unknown { #(#conversions,)* });
    let conversions = code::call(parse_quote!(crate::__open_enum), conversions);
    item.variants.push(Variant { ident: unknown, ..variant.clone() });
    code::remove_derives(&mut item.attrs, &["Copy", "Serialize", "Deserialize"]);
    item.attrs.push(code::word("non_exhaustive"));
    conversions
}

fn free_name(item: &ItemEnum) -> Ident {
    let mut name: Ident = parse_quote!(Unknown);
    while item.variants.iter().any(|variant| variant.ident == name) {
        name = quote::format_ident!("{name}Value");
    }
    name
}
