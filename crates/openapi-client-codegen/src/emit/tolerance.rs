//! Pass: makes responses tolerate values of unexpected types.
//!
//! The types of fields already do. Arrays and maps get types that keep elements that do not match.
//! The limits of strings, which apply to requests, are not checked by decoders.

use std::collections::BTreeSet;

use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, Ident, ImplItem, Item, PathArguments, Type, parse_quote};

use crate::emit::code;

/// Replaces arrays and maps by those of the runtime crate, in all types and in the return types of
/// operations.
pub(crate) fn keep_elements(file: &mut syn::File) {
    for item in &mut file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => Containers.visit_item_mod_mut(module),
            Item::Impl(item) => {
                for item in &mut item.items {
                    if let ImplItem::Fn(function) = item {
                        Containers.visit_return_type_mut(&mut function.sig.output);
                    }
                }
            }
            _ => {}
        }
    }
}

struct Containers;

impl VisitMut for Containers {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        let Type::Path(path) = &*ty else { return };
        let is_container = |ident: &Ident| ident == "Vec" || ident == "BTreeMap";
        let last = path.path.segments.last().filter(|last| is_container(&last.ident));
        let Some(last) = last else { return };
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return };
        let types: Vec<&GenericArgument> = arguments.args.iter().collect();
        *ty = match (last.ident.to_string().as_str(), &types[..]) {
            ("Vec", [element]) => parse_quote!(crate::List<#element>),
            ("BTreeMap", [_, value]) => parse_quote!(crate::Map<#value>),
            _ => return,
        };
    }
}

/// Replaces decoders that parse a string and check its limits.
pub(crate) fn accept_any_text(types: &mut Vec<Item>) {
    let mut limited = BTreeSet::new();
    types.retain(|item| match item {
        Item::Impl(item) => {
            let is_decoder = item.trait_.as_ref().is_some_and(|(path, _)| {
                path.segments.last().is_some_and(|last| last.ident == "Deserialize")
            });
            !is_decoder || !limited.insert(code::type_name(&item.self_ty))
        }
        _ => true,
    });
    for item in types {
        if let Item::Struct(item) = item
            && limited.contains(&Some(item.ident.to_string()))
        {
            code::add_derive(&mut item.attrs, &quote!(::serde::Deserialize));
        }
    }
}
