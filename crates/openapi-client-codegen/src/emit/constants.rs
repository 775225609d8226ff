//! Pass: adds constants for the listed values of integers.
//!
//! The type remains an integer, because the server may send other values.

use std::collections::HashMap;

use openapi_review::rust_names;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Item, ItemStruct, Type, parse_quote};

use crate::emit::code;
use crate::idents::{self, NameSet};
use crate::shape::{KNOWN, NAMES};

/// Adds constants to newtypes, and to structs for their fields.
pub(crate) fn add(types: &mut Vec<Item>, root: &Value) {
    let components = root["components"]["schemas"].as_object().into_iter().flatten();
    let structs: HashMap<String, &ItemStruct> = types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let mut implementations: Vec<Item> = Vec::new();
    for (name, schema) in components {
        let Some(item) = structs.get(&rust_names::pascal(name)) else { continue };
        let constants = match is_integer_newtype(item) {
            true => of_newtype(schema),
            false => of_fields(schema),
        };
        if !constants.is_empty() {
            let ident = &item.ident;
            implementations.push(parse_quote!(impl #ident { #(#constants)* }));
        }
    }
    types.extend(implementations);
}

fn is_integer_newtype(item: &ItemStruct) -> bool {
    let mut fields = item.fields.iter();
    let is_integer = |ty: &Type| matches!(code::type_name(ty).as_deref(), Some("i64" | "u64"));
    matches!(item.fields, syn::Fields::Unnamed(_))
        && fields.next().is_some_and(|field| is_integer(&field.ty))
}

fn of_newtype(schema: &Value) -> Vec<TokenStream> {
    let constants = constants(schema, "").into_iter();
    constants
        .map(|(name, value, doc)| {
            let (name, value) = (format_ident!("{name}"), Literal::i128_unsuffixed(value));
            quote!(#[doc = #doc] pub const #name: Self = Self(#value);)
        })
        .collect()
}

fn of_fields(schema: &Value) -> Vec<TokenStream> {
    let mut taken = NameSet::default();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .flat_map(|(field, property)| {
            // The schema of a field is inside the marker of its presence.
            let inner = &property["x-rust-type"]["parameters"][0];
            let field = rust_names::snake(idents::on_the_wire(field)).to_uppercase();
            let ty = match inner["format"] == "uint64" {
                true => quote!(u64),
                false => quote!(i64),
            };
            let constants = constants(inner, &format!("{}_", field.trim_matches('_')));
            constants.into_iter().map(move |(name, value, doc)| (name, value, doc, ty.clone()))
        })
        .filter(|(name, ..)| taken.take(name))
        .map(|(name, value, doc, ty)| {
            let (name, value) = (format_ident!("{name}"), Literal::i128_unsuffixed(value));
            quote!(#[doc = #doc] pub const #name: #ty = #value;)
        })
        .collect()
}

/// Returns the name, value and documentation of each listed value.
fn constants(schema: &Value, prefix: &str) -> Vec<(String, i128, String)> {
    if schema["type"] != "integer" {
        return Vec::new();
    }
    let mut taken = NameSet::default();
    let integer =
        |value: &Value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    let known = schema[KNOWN].as_array().into_iter().flatten().filter_map(integer);
    known
        .filter_map(|value| {
            let sign = if value < 0 { "MINUS_" } else { "" };
            let number = format!("{sign}{}", value.unsigned_abs());
            let title = schema[NAMES][value.to_string()].as_str();
            let name = match title {
                Some(title) => rust_names::snake(title).to_uppercase(),
                None if prefix.is_empty() => format!("VALUE_{number}"),
                None => number,
            };
            let name = format!("{prefix}{name}");
            let doc =
                title.map_or_else(|| format!("`{value}`"), |title| format!("{title}, `{value}`"));
            taken.take(&name).then_some((name, value, doc))
        })
        .collect()
}
