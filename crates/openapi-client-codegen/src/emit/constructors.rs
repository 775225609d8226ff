//! Pass: structs stay constructible though they are `#[non_exhaustive]`.
//!
//! A field that the API adds must not break whoever builds a struct, so a
//! struct literal is not for other crates. What has no required field gets
//! `Default`; what is sent gets `new` with its required fields.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Field, Fields, FnArg, ImplItem, Item, ItemStruct, PathSegment, parse_quote};

use crate::emit::code;

/// The types that some operation takes, and all that they are made of.
pub(crate) fn request_types(file: &syn::File) -> BTreeSet<String> {
    let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut reached = BTreeSet::new();
    for item in &file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                for item in module.content.iter().flat_map(|(_, items)| items) {
                    match item {
                        Item::Struct(item) => {
                            drop(parts.insert(item.ident.to_string(), names(&item.fields)))
                        }
                        Item::Enum(item) => {
                            let variants =
                                item.variants.iter().flat_map(|variant| names(&variant.fields));
                            parts.insert(item.ident.to_string(), variants.collect());
                        }
                        _ => {}
                    }
                }
            }
            Item::Impl(item) => {
                for item in &item.items {
                    if let ImplItem::Fn(function) = item {
                        for input in &function.sig.inputs {
                            if let FnArg::Typed(argument) = input {
                                reached.extend(names_in(|names| names.visit_type(&argument.ty)));
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut todo: Vec<String> = reached.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        let inner = parts.get(&name).into_iter().flatten();
        todo.extend(inner.filter(|inner| reached.insert((*inner).clone())).cloned());
    }
    reached
}

fn names(fields: &Fields) -> BTreeSet<String> {
    names_in(|names| fields.iter().for_each(|field| names.visit_type(&field.ty)))
}

fn names_in(visit: impl FnOnce(&mut Names)) -> BTreeSet<String> {
    let mut names = Names(BTreeSet::new());
    visit(&mut names);
    names.0
}

/// Every name that occurs in a type.
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        self.0.insert(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }
}

/// Adds `Default` where nothing is required, and `new` to `requests`.
pub(crate) fn offer(types: &mut Vec<Item>, requests: &BTreeSet<String>) {
    let mut constructors = Vec::new();
    for item in types.iter_mut() {
        let Item::Struct(item) = item else { continue };
        if !matches!(item.fields, Fields::Named(_)) || !code::derives_name(&item.attrs, "Serialize")
        {
            continue;
        }
        if !item.fields.iter().any(is_required) {
            code::add_derive(&mut item.attrs, parse_quote!(Default));
        } else if requests.contains(&item.ident.to_string()) {
            constructors.push(constructor(item));
        }
    }
    types.extend(constructors);
}

/// Whether a constructor takes the field.
pub(crate) fn is_required(field: &Field) -> bool {
    !code::is_field(&field.ty) && !code::has_serde(&field.attrs, "flatten")
}

fn constructor(item: &ItemStruct) -> Item {
    let (required, others): (Vec<&Field>, Vec<&Field>) =
        item.fields.iter().partition(|field| is_required(field));
    let (names, types): (Vec<_>, Vec<_>) =
        required.iter().map(|field| (&field.ident, &field.ty)).unzip();
    let others = others.iter().map(|field| &field.ident);
    let name = &item.ident;
    parse_quote! {
        impl #name {
            /// With what is required; everything else is absent.
            pub fn new(#(#names: #types),*) -> Self {
                Self { #(#names,)* #(#others: ::std::default::Default::default(),)* }
            }
        }
    }
}
