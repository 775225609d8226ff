//! Detects duplicate names, which would not compile.
//!
//! The rules make all names distinct. Remaining duplicates are detected here, while the schema or
//! operation that causes them can still be omitted.

use std::collections::BTreeSet;

use openapi_document::diagnostic::Diagnostic;
use syn::{FnArg, ImplItem, Item, Pat};

/// Returns an error for the first name that occurs twice in a scope.
pub(super) fn check(file: &syn::File) -> Result<(), Diagnostic> {
    scope("module", file.items.iter().filter_map(type_name))?;
    file.items.iter().try_for_each(item)
}

fn item(item: &Item) -> Result<(), Diagnostic> {
    match item {
        Item::Mod(module) => {
            let items = module.content.as_ref().map(|(_, items)| items.as_slice());
            let items = items.unwrap_or_default();
            scope("module", items.iter().filter_map(type_name))?;
            items.iter().try_for_each(self::item)
        }
        Item::Struct(item) => {
            let fields =
                item.fields.iter().filter_map(|field| Some(field.ident.as_ref()?.to_string()));
            scope(&format!("struct {}", item.ident), fields)
        }
        Item::Enum(item) => {
            let variants = item.variants.iter().map(|variant| variant.ident.to_string());
            scope(&format!("enum {}", item.ident), variants)
        }
        Item::Impl(item) if item.trait_.is_none() => {
            item.items.iter().filter_map(method).try_for_each(arguments)
        }
        _ => Ok(()),
    }
}

fn method(item: &ImplItem) -> Option<&syn::Signature> {
    match item {
        ImplItem::Fn(function) => Some(&function.sig),
        _ => None,
    }
}

fn arguments(signature: &syn::Signature) -> Result<(), Diagnostic> {
    let names = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(name) => Some(name.ident.to_string()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    scope(&format!("fn {}", signature.ident), names)
}

fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn scope(place: &str, names: impl Iterator<Item = String>) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            return Err(Diagnostic::new(format!("`{name}` would occur twice in {place}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn duplicates_in_each_scope_are_detected() {
        let files: [(syn::File, &str); 4] = [
            (
                parse_quote!(
                    mod types {
                        struct A;
                        enum A {}
                    }
                ),
                "`A` would occur twice in module",
            ),
            (
                parse_quote!(
                    struct A {
                        b: u8,
                        b: u8,
                    }
                ),
                "`b` would occur twice in struct A",
            ),
            (
                parse_quote!(
                    mod types {
                        enum A {
                            B,
                            B,
                        }
                    }
                ),
                "`B` would occur twice in enum A",
            ),
            (
                parse_quote!(impl C { fn f(&self, a: u8, a: u8) {} }),
                "`a` would occur twice in fn f",
            ),
        ];
        for (file, expected) in files {
            assert_eq!(check(&file).unwrap_err().message, expected);
        }
        assert_eq!(
            check(&parse_quote!(
                mod types {
                    struct A {
                        b: u8,
                    }
                }
                struct A;
            )),
            Ok(())
        );
    }
}
