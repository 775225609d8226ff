//! Pass: adds the limits of strings to their schemas.
//!
//! typify checks `minLength` and `maxLength` when it parses the newtype, which schemars does not
//! see.

use std::collections::BTreeMap;

use openapi_review::surface::Length;
use proc_macro2::Literal;
use quote::{format_ident, quote};
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Expr, ExprBinary, Fields, Item, ItemImpl, Lit, parse_quote};

use crate::emit::code;

/// The length limits of string newtypes, by name.
pub type Lengths = BTreeMap<String, Length>;

fn attribute(length: Length) -> Attribute {
    let bounds = [("min", length.min), ("max", length.max)].into_iter();
    let bounds = bounds.filter_map(|(name, bound)| {
        let (name, bound) = (format_ident!("{name}"), Literal::usize_unsuffixed(bound?));
        Some(quote!(#name = #bound))
    });
    parse_quote!(#[cfg_attr(feature = "schemars", schemars(length(#(#bounds),*)))])
}

/// Adds the limits of each string newtype to its field. Returns the limits.
pub(crate) fn annotate(types: &mut [Item]) -> Lengths {
    let mut lengths: Lengths = types
        .iter()
        .filter_map(|item| match item {
            Item::Impl(item) if is_from_str(item) => {
                Some((code::type_name(&item.self_ty)?, read(item)))
            }
            _ => None,
        })
        .collect();
    lengths.retain(|_, length| !length.is_any());
    for item in &mut *types {
        if let Item::Struct(item) = item
            && let Fields::Unnamed(fields) = &mut item.fields
            && let Some(length) = lengths.get(&item.ident.to_string())
            && let Some(field) = fields.unnamed.first_mut()
        {
            field.attrs.push(attribute(*length));
        }
    }
    lengths
}

fn is_from_str(item: &ItemImpl) -> bool {
    item.trait_
        .as_ref()
        .is_some_and(|(path, _)| path.segments.last().is_some_and(|last| last.ident == "FromStr"))
}

fn read(item: &ItemImpl) -> Length {
    let mut checks = Checks(Length::default());
    checks.visit_item_impl(item);
    checks.0
}

/// Reads the limits from the checks in a parser.
struct Checks(Length);

impl<'ast> Visit<'ast> for Checks {
    fn visit_expr_binary(&mut self, check: &'ast ExprBinary) {
        if let Expr::Lit(literal) = &*check.right
            && let Lit::Int(limit) = &literal.lit
        {
            match check.op {
                BinOp::Gt(_) => self.0.max = limit.base10_parse().ok(),
                BinOp::Lt(_) => self.0.min = limit.base10_parse().ok(),
                _ => {}
            }
        }
        visit::visit_expr_binary(self, check);
    }
}
