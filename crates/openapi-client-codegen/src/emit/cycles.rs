//! Pass: boxes types that contain themselves.
//!
//! typify boxes the cycles that it detects, but it does not detect cycles through a marker.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;
use syn::visit_mut::{self, VisitMut};
use syn::{Field, Fields, GenericArgument, Item, PathArguments, Type, parse_quote};

use crate::emit::code;

/// The types that each type contains without an allocation in between.
type Contents = BTreeMap<String, BTreeSet<String>>;

/// Boxes every field of a struct that leads back to the struct, and the variants of unions that
/// lead back without passing a struct.
pub(crate) fn box_types(types: &mut [Item]) {
    let contents: Contents = types.iter().filter_map(contents).collect();
    let cycles = cycles(&contents);
    let structs: BTreeSet<String> = types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if matches!(item.fields, Fields::Named(_)) => {
                Some(item.ident.to_string())
            }
            _ => None,
        })
        .collect();
    for item in types {
        let (ident, fields): (_, Vec<&mut Field>) = match item {
            Item::Struct(item) if matches!(item.fields, Fields::Named(_)) => {
                (&item.ident, item.fields.iter_mut().collect())
            }
            Item::Enum(item) => {
                let fields = item.variants.iter_mut().flat_map(|variant| &mut variant.fields);
                (&item.ident, fields.collect())
            }
            _ => continue,
        };
        let this = cycles.get(ident.to_string().as_str());
        let is_struct = structs.contains(&ident.to_string());
        for field in fields {
            let mut names = BTreeSet::new();
            inline(&field.ty, &mut names);
            // The fields of a struct in a variant are boxed themselves.
            names.retain(|name| {
                cycles.get(name.as_str()) == this && (is_struct || !structs.contains(name))
            });
            if !names.is_empty() {
                InBox(&names).visit_type_mut(&mut field.ty);
            }
        }
    }
}

fn contents(item: &Item) -> Option<(String, BTreeSet<String>)> {
    let mut names = BTreeSet::new();
    let ident = match item {
        Item::Struct(item) => {
            item.fields.iter().for_each(|field| inline(&field.ty, &mut names));
            &item.ident
        }
        Item::Enum(item) => {
            let fields = item.variants.iter().flat_map(|variant| variant.fields.iter());
            fields.for_each(|field| inline(&field.ty, &mut names));
            &item.ident
        }
        _ => return None,
    };
    Some((ident.to_string(), names))
}

/// Collects the names of the types that `ty` contains directly.
fn inline(ty: &Type, names: &mut BTreeSet<String>) {
    match ty {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return };
            match (last.ident.to_string().as_str(), &last.arguments) {
                ("Field" | "Option", PathArguments::AngleBracketed(arguments)) => {
                    for argument in &arguments.args {
                        if let GenericArgument::Type(ty) = argument {
                            inline(ty, names);
                        }
                    }
                }
                (name, PathArguments::None) if is_own(ty) => drop(names.insert(name.to_owned())),
                _ => {}
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| inline(ty, names)),
        Type::Array(array) => inline(&array.elem, names),
        _ => {}
    }
}

/// Returns the number of the cycle of each type. A type leads back to a type that contains it if
/// both are on the same cycle.
fn cycles(contents: &Contents) -> HashMap<&str, usize> {
    let edges = contents
        .iter()
        .flat_map(|(outer, inner)| inner.iter().map(move |inner| (outer.as_str(), inner.as_str())));
    let graph: DiGraphMap<&str, ()> = edges.collect();
    let cycles = kosaraju_scc(&graph).into_iter().enumerate();
    cycles.flat_map(|(number, types)| types.into_iter().map(move |name| (name, number))).collect()
}

/// Returns whether a type belongs to the client. Types of other crates have a path and may have the
/// same name.
fn is_own(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.get_ident().is_some())
}

struct InBox<'a>(&'a BTreeSet<String>);

impl VisitMut for InBox<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if is_own(ty) && code::type_name(ty).is_some_and(|name| self.0.contains(&name)) {
            *ty = parse_quote!(::std::boxed::Box<#ty>);
            return;
        }
        // Lists, maps and boxes already allocate.
        let is_open = code::argument(ty, "Field").or(code::argument(ty, "Option")).is_some();
        if is_open {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    /// Returns whether a chain of contents leads from one type to another.
    fn leads_to(contents: &Contents, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut todo = vec![from];
        while let Some(name) = todo.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name) {
                todo.extend(contents.get(name).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }

    proptest! {
        #[test]
        fn types_that_lead_back_are_on_the_same_cycle(edges in btree_set((0..9_u8, 0..9_u8), 0..16)) {
            let mut contents = Contents::new();
            for (outer, inner) in edges {
                contents.entry(outer.to_string()).or_default().insert(inner.to_string());
            }
            let cycles = cycles(&contents);
            for (outer, inner) in contents.iter().flat_map(|(a, all)| all.iter().map(move |b| (a, b))) {
                let same = cycles.get(outer.as_str()) == cycles.get(inner.as_str());
                prop_assert_eq!(same, leads_to(&contents, inner, outer), "{} in {}", inner, outer);
            }
        }
    }

    #[test]
    fn only_types_that_contain_themselves_are_boxed() {
        let file: syn::File = syn::parse_quote! {
            struct A { a: crate::Field<A>, b: B, list: Vec<A>, text: String }
            struct B { a: crate::Field<A>, c: C }
            struct C { a: Vec<A> }
            enum D { A(E), Unknown(::other::D) }
            enum E { A(D) }
        };
        let mut items = file.items;
        box_types(&mut items);
        let text: String = items.iter().map(code::text).collect();
        let text = text.replace(' ', "");
        assert!(text.contains("a:crate::Field<::std::boxed::Box<A>>"), "{text}");
        assert!(text.contains("b:::std::boxed::Box<B>"), "{text}");
        assert!(text.contains("c:C"), "{text}");
        assert!(text.contains("list:Vec<A>"), "{text}");
        assert!(text.contains("Unknown(::other::D)"), "{text}");
        assert!(text.contains("enumE{A(::std::boxed::Box<D>)"), "{text}");
    }
}
