//! The outline of the client: a page that a reviewer reads instead of the code.
//!
//! One file for each operation and each type; in it one line for each status,
//! field and value, in an order that doesn't depend on the document's.

use std::collections::BTreeMap;
use std::fmt::Write;

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Fields, FnArg, Item, ItemEnum, ItemStruct, Path, ReturnType, Type};

use crate::emit::{Emitted, Operation, Presence, code, is_string_enum};

/// The files of the outline, by name without extension.
pub fn outline(emitted: &Emitted) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for operation in &emitted.operations {
        let name = operation.signature.ident.to_string();
        files.insert(format!("operations/{name}"), operation_page(operation));
    }
    let types = emitted.file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => {
            module.content.as_ref().map(|(_, items)| items)
        }
        _ => None,
    });
    let types: Vec<&Item> = types.flatten().collect();
    let limited = limited_strings(&types);
    for item in types {
        match item {
            // What there is to say of one stands where it is used.
            Item::Struct(item) if limited.contains_key(&item.ident.to_string()) => {}
            Item::Struct(item) => {
                files.insert(format!("types/{}", item.ident), struct_page(item, &limited, emitted));
            }
            Item::Enum(item) => {
                files.insert(format!("types/{}", item.ident), enum_page(item));
            }
            _ => {}
        }
    }
    files
}

fn operation_page(operation: &Operation) -> String {
    let Operation { id, method, path, security, signature, statuses, .. } = operation;
    let ways: Vec<String> = security.iter().map(|all| all.join(" and ")).collect();
    let security = if ways.is_empty() { "no credentials".to_owned() } else { ways.join(" or ") };
    let mut page = format!("operation {id}: {method} {path}, {security}\n");
    let arguments = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => {
            Some((argument.pat.to_token_stream().to_string(), short(&argument.ty)))
        }
        FnArg::Receiver(_) => None,
    });
    line(&mut page, format_args!("fn {}", signature.ident));
    for (name, ty) in arguments {
        line(&mut page, format_args!("argument {name}: {ty}"));
    }
    if let ReturnType::Type(_, ty) = &signature.output {
        line(&mut page, format_args!("returns {}", short(ty)));
    }
    for (status, outcome) in statuses {
        line(&mut page, format_args!("{status}: {outcome}"));
    }
    page
}

/// The limits of each string type that has some, by its name.
fn limited_strings(types: &[&Item]) -> BTreeMap<String, String> {
    types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => match &item.fields {
                Fields::Unnamed(fields) => {
                    Some((item.ident.to_string(), limits(fields.unnamed.first()?)?))
                }
                _ => None,
            },
            _ => None,
        })
        .collect()
}

fn struct_page(item: &ItemStruct, limited: &BTreeMap<String, String>, emitted: &Emitted) -> String {
    let name = &item.ident;
    if let Fields::Unnamed(fields) = &item.fields {
        let ty = fields.unnamed.first().map(|field| short(&field.ty)).unwrap_or_default();
        return format!("newtype {name}({ty})\n");
    }
    let unknown =
        if code::has_serde(&item.attrs, "deny_unknown_fields") { "refused" } else { "kept" };
    let mut page = format!("struct {name}, unknown fields {unknown}\n");
    let mut lines: Vec<String> = item
        .fields
        .iter()
        .filter(|field| !code::has_serde(&field.attrs, "flatten"))
        .filter_map(|field| {
            let ident = field.ident.as_ref()?.to_string();
            let presence = match emitted.presence.get(&(name.to_string(), ident.clone())) {
                Some(Presence::Required) | None => "required",
                Some(Presence::RequiredNullable) => "required, nullable",
                Some(Presence::Optional) => "optional",
                Some(Presence::OptionalNullable) => "optional, nullable",
            };
            let wire = code::wire_name(&field.attrs, &ident);
            let wire = if wire == ident { String::new() } else { format!(" = {wire:?}") };
            let ty = short(&field.ty);
            let inner = ty.trim_start_matches("Field<").trim_end_matches('>');
            let limits = limited.get(inner).map(String::as_str).unwrap_or_default();
            Some(format!("{ident}{wire}: {ty}, {presence}{limits}"))
        })
        .collect();
    lines.sort();
    lines.iter().for_each(|text| line(&mut page, format_args!("{text}")));
    page
}

/// The limits that the field's `schemars(length(…))` carries.
fn limits(field: &syn::Field) -> Option<String> {
    let attrs = field.attrs.iter().map(code::text);
    let tail = attrs.filter_map(|attr| Some(attr.split_once("length")?.1.to_owned())).next()?;
    let bounds = tail.trim_start_matches([' ', '(']).split_once(')')?.0.to_owned();
    Some(format!(", length {bounds}"))
}

fn enum_page(item: &ItemEnum) -> String {
    let open = item.variants.iter().any(|variant| {
        variant
            .fields
            .iter()
            .any(|field| code::type_name(&field.ty).as_deref() == Some("UnknownValue"))
    });
    let kind = match (open, is_string_enum(item)) {
        (true, _) => "open",
        (false, true) => "closed",
        (false, false) => "one of",
    };
    let mut page = format!("enum {}, {kind}\n", item.ident);
    let mut lines: Vec<String> = item
        .variants
        .iter()
        .map(|variant| match &variant.fields {
            Fields::Unit => {
                let doc = variant.attrs.iter().rev().find_map(wire_value).unwrap_or_default();
                format!("{}{doc}", variant.ident)
            }
            fields => {
                let types: Vec<String> = fields.iter().map(|field| short(&field.ty)).collect();
                format!("{}({})", variant.ident, types.join(", "))
            }
        })
        .collect();
    if kind != "one of" {
        // The order of a union is the order in which its variants are tried.
        lines.sort();
    }
    lines.iter().for_each(|text| line(&mut page, format_args!("{text}")));
    page
}

fn wire_value(attr: &syn::Attribute) -> Option<String> {
    let text = code::text(attr);
    let value = text.split('`').nth(1)?;
    Some(format!(" = {value:?}"))
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string doesn't fail.
    let _ = writeln!(page, "  {text}");
}

/// A type without the paths and lifetimes that everybody knows.
fn short(ty: &Type) -> String {
    struct Short;
    impl VisitMut for Short {
        fn visit_path_mut(&mut self, path: &mut Path) {
            path.leading_colon = None;
            while path.segments.len() > 1 {
                path.segments = path.segments.iter().skip(1).cloned().collect();
            }
            visit_mut::visit_path_mut(self, path);
        }

        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            reference.lifetime = None;
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }
    let mut ty = ty.clone();
    Short.visit_type_mut(&mut ty);
    code::text(&ty)
}
