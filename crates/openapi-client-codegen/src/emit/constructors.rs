//! Pass: adds constructors, because structs are `#[non_exhaustive]`.
//!
//! A field that the API adds must not break callers, so other crates can't use struct literals. A
//! struct without required fields implements `Default`. A request type has `new` with its required
//! fields.

use std::collections::{BTreeMap, BTreeSet};

use openapi_review::surface::Presence;
use quote::quote;
use syn::visit::{self, Visit};
use syn::{Field, Fields, FnArg, ImplItem, Item, ItemStruct, PathSegment, parse_quote};

use crate::emit::code;
use crate::emit::fields::Presences;

/// Returns the types that operations take, including nested types.
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

/// Collects every name that occurs in a type.
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        self.0.insert(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }
}

/// Adds `Default` to structs without required fields, and `new` to `requests`. `new` also takes
/// required nullable fields, because they must be sent.
pub(crate) fn add(types: &mut Vec<Item>, requests: &BTreeSet<String>, presence: &Presences) {
    let mut constructors = Vec::new();
    for item in types.iter_mut() {
        let Item::Struct(item) = item else { continue };
        if !matches!(item.fields, Fields::Named(_)) || !code::derives_name(&item.attrs, "Serialize")
        {
            continue;
        }
        let type_name = item.ident.to_string();
        let is_request = requests.contains(&type_name);
        let is_nullable = |field: &Field| {
            let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            is_request && is_sent_as_null(presence.get(&(type_name.clone(), name)))
        };
        if !item.fields.iter().any(|field| is_required(field) || is_nullable(field)) {
            code::add_derive(&mut item.attrs, &quote!(Default));
        } else if is_request {
            constructors.push(constructor(item, is_nullable));
        }
    }
    types.extend(constructors);
}

/// Returns whether a constructor takes the field.
pub(crate) fn is_required(field: &Field) -> bool {
    !code::is_field(&field.ty) && !code::has_serde(&field.attrs, "flatten")
}

/// Returns whether a required field may be sent as null.
pub(crate) fn is_sent_as_null(presence: Option<&Presence>) -> bool {
    presence == Some(&Presence::RequiredNullable)
}

fn constructor(item: &ItemStruct, is_nullable: impl Fn(&Field) -> bool) -> Item {
    let arguments = item.fields.iter().filter(|field| is_required(field) || is_nullable(field));
    let arguments = arguments.map(|field| {
        let (name, ty) = (&field.ident, &field.ty);
        match code::argument(ty, "Field").filter(|_| is_nullable(field)) {
            Some(inner) => quote!(#name: ::std::option::Option<#inner>),
            None => quote!(#name: #ty),
        }
    });
    let fields = item.fields.iter().map(|field| {
        let name = &field.ident;
        match () {
            () if is_nullable(field) => {
                quote!(#name: #name.map_or_else(crate::Field::null, crate::Field::value))
            }
            () if is_required(field) => quote!(#name),
            () => quote!(#name: ::std::default::Default::default()),
        }
    });
    let name = &item.ident;
    parse_quote! {
        impl #name {
            /// Creates a value with the required fields. All other fields are absent.
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#fields,)* }
            }
        }
    }
}
