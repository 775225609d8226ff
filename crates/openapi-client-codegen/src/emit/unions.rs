//! Pass: converts a union to an enum that decodes to the variant that was sent.
//!
//! [`normalize`](crate::normalize) has described the union as an object with a field for each
//! variant. The enum keeps values that match no variant, so that a new kind of value does not fail
//! the decoding of the surrounding value.

use std::collections::BTreeMap;

use openapi_review::rust_names;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use serde_json::Value;
use syn::{Ident, Item, ItemEnum, ItemStruct, Type, parse_quote};

use crate::emit::code;
use crate::idents::NameSet;
use crate::normalize::{VARIANTS, field};
use crate::shape::{SHAPES, UNION};

/// A union as described by `normalize`.
struct Union<'a> {
    names: Vec<&'a str>,
    plan: &'a Value,
}

/// Returns all unions of a document by the names of their types.
fn unions(root: &Value) -> BTreeMap<String, Union<'_>> {
    let components = root["components"]["schemas"].as_object().into_iter().flatten();
    let unions = components.filter_map(|(name, schema)| {
        let names = schema[VARIANTS].as_array()?.iter().filter_map(Value::as_str).collect();
        Some((rust_names::pascal(name), Union { names, plan: &schema[UNION] }))
    });
    unions.collect()
}

/// Converts the objects for unions to enums.
pub(crate) fn restore(types: &mut [Item], root: &Value) {
    let unions = unions(root);
    for item in types {
        if let Item::Struct(object) = item
            && let Some(union) = unions.get(&object.ident.to_string())
        {
            *item = Item::Enum(enum_of(object, union));
        }
    }
}

/// Adds the decoders. The types of variants must be final.
pub(crate) fn decode(types: &mut Vec<Item>, root: &Value) {
    let unions = unions(root);
    let mut decoders = Vec::new();
    for item in types.iter() {
        if let Item::Enum(item) = item
            && let Some(union) = unions.get(&item.ident.to_string())
        {
            decoders.extend(conversions(item));
            decoders.push(decoder(item, union));
        }
    }
    if !decoders.is_empty() {
        types.extend(decoders);
        types.push(shapes(&root[SHAPES]));
    }
}

fn enum_of(object: &mut ItemStruct, union: &Union<'_>) -> ItemEnum {
    let mut attrs = std::mem::take(&mut object.attrs);
    code::remove_derives(&mut attrs, &["Deserialize", "Default"]);
    attrs.push(parse_quote!(#[serde(untagged)]));
    attrs.push(parse_quote!(#[non_exhaustive]));
    let name = &object.ident;
    let variants = union.names.iter().enumerate().filter_map(|(number, variant)| {
        let number = field(number);
        let field = object
            .fields
            .iter()
            .find(|field| field.ident.as_ref().is_some_and(|ident| *ident == number))?;
        let (variant, ty) = (format_ident!("{variant}"), &field.ty);
        Some(quote!(#variant(#ty)))
    });
    let unknown = unknown(union);
    let mut restored: ItemEnum = parse_quote! {
        pub enum #name {
            #(#variants,)*
            /// A value that matches no other variant, as it was received.
            #[cfg_attr(feature = "schemars", schemars(skip))]
            #unknown(::serde_json::Value),
        }
    };
    restored.attrs = attrs;
    restored
}

/// Returns the name of the variant for all other values.
fn unknown(union: &Union<'_>) -> Ident {
    let mut taken = NameSet::new(union.names.iter().map(|name| (*name).to_owned()));
    let mut name = "Unknown".to_owned();
    while !taken.take(&name) {
        name.push_str("Value");
    }
    format_ident!("{name}")
}

/// Implements `From` for each type that only one variant has.
fn conversions(union: &ItemEnum) -> Vec<Item> {
    let text = |ty: &Type| ty.to_token_stream().to_string();
    let all = typed(union);
    let (name, count) =
        (&union.ident, |ty: &Type| all.iter().filter(|(_, one)| text(one) == text(ty)).count());
    let single = all.iter().filter(|(_, ty)| count(ty) == 1);
    single
        .map(|(variant, ty)| {
            parse_quote! {
                impl ::std::convert::From<#ty> for #name {
                    fn from(value: #ty) -> Self {
                        Self::#variant(value)
                    }
                }
            }
        })
        .collect()
}

/// Returns the variants and their types, without the variant for all other values.
fn typed(union: &ItemEnum) -> Vec<(&Ident, &Type)> {
    let known = union.variants.iter().take(union.variants.len().saturating_sub(1));
    known.filter_map(|variant| Some((&variant.ident, &variant.fields.iter().next()?.ty))).collect()
}

fn decoder(union: &ItemEnum, said: &Union<'_>) -> Item {
    let plan = Literal::string(&said.plan.to_string());
    let unknown = unknown(said);
    let variants = typed(union).into_iter().map(|(variant, ty)| quote!(#variant(#ty)));
    let name = &union.ident;
    parse_quote!(crate::__union! { #name, #unknown, SHAPES, #plan { #(#variants,)* } })
}

/// Returns the shapes of the types that variants refer to, for the decoders.
fn shapes(shapes: &Value) -> Item {
    let shapes: Vec<TokenStream> = shapes
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, shape)| {
            let shape = Literal::string(&shape.to_string());
            quote!((#name, #shape))
        })
        .collect();
    parse_quote! {
        static SHAPES: crate::__decode::Shapes = crate::__decode::Shapes::new(&[#(#shapes),*]);
    }
}
