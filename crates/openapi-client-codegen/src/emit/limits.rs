//! Pass: the schema of a limited string says its limits.
//!
//! typify checks `minLength` and `maxLength` when it parses the newtype, where
//! schemars can't see them.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Expr, ExprBinary, Fields, Item, ItemImpl, Lit, parse_quote};

use super::code;

#[derive(Default)]
struct Limits {
    min: Option<usize>,
    max: Option<usize>,
}

impl Limits {
    fn attribute(&self) -> Option<Attribute> {
        let bounds: Vec<TokenStream> = [("min", self.min), ("max", self.max)]
            .into_iter()
            .filter_map(|(name, bound)| {
                let (name, bound) = (format_ident!("{name}"), Literal::usize_unsuffixed(bound?));
                Some(quote!(#name = #bound))
            })
            .collect();
        (!bounds.is_empty()).then(
            || parse_quote!(#[cfg_attr(feature = "schemars", schemars(length(#(#bounds),*)))]),
        )
    }
}

/// Writes the limits of each string newtype on its field.
pub(crate) fn carry(types: &mut [Item]) {
    let limits: BTreeMap<String, Limits> = types
        .iter()
        .filter_map(|item| match item {
            Item::Impl(item) if is_from_str(item) => {
                Some((code::type_name(&item.self_ty)?, read(item)))
            }
            _ => None,
        })
        .collect();
    for item in types {
        if let Item::Struct(item) = item
            && let Fields::Unnamed(fields) = &mut item.fields
            && let Some(limits) = limits.get(&item.ident.to_string())
            && let Some(field) = fields.unnamed.first_mut()
        {
            field.attrs.extend(limits.attribute());
        }
    }
}

fn is_from_str(item: &ItemImpl) -> bool {
    item.trait_
        .as_ref()
        .is_some_and(|(path, _)| path.segments.last().is_some_and(|last| last.ident == "FromStr"))
}

fn read(item: &ItemImpl) -> Limits {
    let mut limits = Limits::default();
    limits.visit_item_impl(item);
    limits
}

impl<'ast> Visit<'ast> for Limits {
    fn visit_expr_binary(&mut self, check: &'ast ExprBinary) {
        if let Expr::Lit(literal) = &*check.right
            && let Lit::Int(limit) = &literal.lit
        {
            match check.op {
                BinOp::Gt(_) => self.max = limit.base10_parse().ok(),
                BinOp::Lt(_) => self.min = limit.base10_parse().ok(),
                _ => {}
            }
        }
        visit::visit_expr_binary(self, check);
    }
}
