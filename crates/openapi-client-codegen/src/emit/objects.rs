//! Pass: keeps unknown fields at every level.
//!
//! `#[serde(flatten)]` would make serde buffer the whole object first. So a macro of the runtime
//! crate implements the decoders of structs. Encoders and schemas are still derived.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Field, Fields, Ident, Item, ItemStruct, parse_quote};

use crate::emit::code;

/// Replaces `derive(Deserialize)` on every struct with named fields.
pub(crate) fn decode_by_hand(types: &mut Vec<Item>) {
    let mut decoders = Vec::new();
    let extra = extra();
    for item in types.iter_mut() {
        if let Item::Struct(item) = item
            && code::derives_name(&item.attrs, "Deserialize")
            && matches!(item.fields, Fields::Named(_))
        {
            decoders.push(decoder(item, &extra));
            code::remove_derives(&mut item.attrs, &["Deserialize"]);
            item.attrs.push(code::word("non_exhaustive"));
        }
    }
    types.extend(decoders);
}

/// Returns the field for unknown fields.
fn extra() -> Field {
    parse_quote! {
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>
    }
}

fn decoder(item: &mut ItemStruct, extra: &Field) -> Item {
    let rest = rest(item, extra);
    let fields = item.fields.iter().filter(|field| !code::has_serde(&field.attrs, "flatten"));
    let fields = fields.filter_map(|field| {
        let name = field.ident.as_ref()?;
        let wire = code::wire_name(&field.attrs, &name.to_string());
        let kind = if code::is_field(&field.ty) { quote!(field) } else { quote!(required) };
        Some(quote!(#kind #name = #wire,))
    });
    let name = &item.ident;
    code::call(parse_quote!(crate::__object), quote!(#name { #(#fields)* } #rest))
}

/// Returns the handling of fields that the description does not list. An open struct gets a map for
/// them.
fn rest(item: &mut ItemStruct, extra: &Field) -> TokenStream {
    if code::has_serde(&item.attrs, "deny_unknown_fields") {
        return quote!(deny);
    }
    let flattened = item.fields.iter().find(|field| code::has_serde(&field.attrs, "flatten"));
    if let Some((name, ty)) =
        flattened.and_then(|field| Some((field.ident.clone()?, field.ty.clone())))
    {
        return quote!(keep #name: #ty);
    }
    let name = free_name(item);
    if let Fields::Named(fields) = &mut item.fields {
        fields.named.push(Field { ident: Some(name.clone()), ..extra.clone() });
    }
    let ty = &extra.ty;
    quote!(keep #name: #ty)
}

fn free_name(item: &ItemStruct) -> Ident {
    let taken = |name: &Ident| item.fields.iter().any(|field| field.ident.as_ref() == Some(name));
    let mut name: Ident = parse_quote!(extra);
    while taken(&name) {
        name = quote::format_ident!("{name}_");
    }
    name
}
