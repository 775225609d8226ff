//! Pass: refers to the runtime crate by its configured path, and to other crates through it.
//!
//! The preceding passes write `crate` for the runtime crate, which is right for code inside it. In
//! any other crate, the code calls the runtime crate `runtime`, and uses the re-exports of serde
//! and other crates in it, so that it needs no other dependency.

use std::collections::HashMap;
use std::{iter, mem};

use proc_macro2::{Group, Ident, Literal, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, ExprPath, Item, ItemMod, ItemUse, Macro, Meta, Path, QSelf, TypePath, parse_quote,
};

use crate::embed;
use crate::emit::code;

/// Crates that generated code uses and that the runtime crate re-exports.
const DEPENDENCIES: [&str; 5] = ["reqwest", "schemars", "serde", "serde_json", "uuid"];

/// Refers to the runtime crate by `path`. For the path `crate`, the code is already right.
pub(crate) fn name(file: &mut syn::File, path: &Path) -> syn::Result<()> {
    if path.is_ident("crate") {
        return Ok(());
    }
    let mut names = Names::new();
    names.visit_file_mut(file);
    // An embedded runtime is already a module of this name.
    if !path.is_ident(embed::MODULE) {
        file.items.insert(
            0,
            parse_quote!(
                #[allow(unused_imports)]
                use #path as runtime;
            ),
        );
    }
    mem::replace(&mut names.broken, Ok(()))?;
    for item in code::types_mut(file).into_iter().flatten() {
        names.derive_through_runtime(item);
    }
    Ok(())
}

/// Settings of serde and schemars whose value is a string with a path or type.
const PATHS: [&str; 5] =
    ["skip_serializing_if", "with", "serialize_with", "deserialize_with", "default"];

struct Names {
    /// The replacements of crate names.
    renamed: Vec<(&'static str, Path)>,
    /// The settings that have been changed. Most of them occur many times.
    settings: HashMap<String, Option<Literal>>,
    /// The number of changed names.
    count: usize,
    /// The first error.
    broken: syn::Result<()>,
}

impl Names {
    fn new() -> Self {
        let dependencies = DEPENDENCIES.into_iter().map(|name| {
            let ident = format_ident!("{name}");
            (name, parse_quote!(runtime::__private::#ident))
        });
        let renamed = iter::once(("crate", parse_quote!(runtime))).chain(dependencies).collect();
        Self { renamed, settings: HashMap::new(), count: 0, broken: Ok(()) }
    }

    /// Returns the replacement of `crate` or the name of a dependency.
    fn renamed(&self, first: &Ident) -> Option<&Path> {
        self.renamed.iter().find(|(name, _)| first == name).map(|(_, path)| path)
    }

    /// Replaces names in tokens, such as those of a macro call. In an attribute, serde and schemars
    /// accept strings with types and functions.
    fn tokens(&mut self, tokens: TokenStream, is_attribute: bool) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut out = Vec::with_capacity(tokens.len());
        let mut index = 0;
        while index < tokens.len() {
            let before = &tokens[..index];
            let leading = if is_path_separator(&tokens[index..]) { 2 } else { 0 };
            let renamed = match tokens.get(index + leading) {
                Some(TokenTree::Ident(ident))
                    if is_path_separator(&tokens[index + leading + 1..]) && is_start(before) =>
                {
                    self.renamed(ident).map(ToTokens::to_token_stream)
                }
                _ => None,
            };
            match (renamed, &tokens[index]) {
                (Some(renamed), _) => {
                    out.extend(renamed);
                    index += leading;
                }
                (None, TokenTree::Group(group)) => {
                    let inner = self.tokens(group.stream(), is_attribute);
                    let mut inner = Group::new(group.delimiter(), inner);
                    inner.set_span(group.span());
                    out.push(TokenTree::Group(inner));
                }
                (None, TokenTree::Literal(text)) if is_attribute && is_setting(before) => {
                    let renamed = self.in_text(text);
                    out.push(TokenTree::Literal(renamed.unwrap_or_else(|| text.clone())));
                }
                (None, token) => out.push(token.clone()),
            }
            index += 1;
        }
        out.into_iter().collect()
    }

    fn in_text(&mut self, literal: &Literal) -> Option<Literal> {
        let key = literal.to_string();
        if let Some(known) = self.settings.get(&key) {
            return known.clone();
        }
        let changed = match syn::Lit::new(literal.clone()) {
            syn::Lit::Str(text) => text.value().parse().ok().map(|path| {
                let renamed = self.tokens(path, false).to_string();
                Literal::string(&renamed.replace(' ', ""))
            }),
            _ => None,
        };
        self.settings.insert(key, changed.clone());
        changed
    }

    /// Derived code refers to `::serde` unless an attribute specifies another path.
    fn derive_through_runtime(&self, item: &mut Item) {
        let attrs = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => return,
        };
        let place = |name: &str| {
            let path = self.renamed(&format_ident!("{name}")).map(code::text);
            path.unwrap_or_default().replace(' ', "")
        };
        if ["Serialize", "Deserialize"].iter().any(|name| code::derives_name(attrs, name)) {
            let serde = place("serde");
            attrs.push(code::attribute("serde", quote!(crate = #serde)));
        }
        if attrs.iter().any(derives_schema) {
            let schemars = place("schemars");
            let schemars = quote!(feature = "schemars", schemars(crate = #schemars));
            attrs.push(code::attribute("cfg_attr", schemars));
        }
    }
}

/// Adjusts the position in `<T as Trait>::name` at which the path of the trait ends.
fn lengthen(qself: Option<&mut QSelf>, by: usize) {
    if let Some(qself) = qself.filter(|qself| qself.position > 0) {
        qself.position += by;
    }
}

/// Returns whether this is the attribute that the pass `schemars` adds.
fn derives_schema(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg_attr")
        && attr.to_token_stream().into_iter().any(|token| has_ident(&token, "JsonSchema"))
}

fn has_ident(token: &TokenTree, name: &str) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => group.stream().into_iter().any(|token| has_ident(&token, name)),
        _ => false,
    }
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    let colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    let is_joint = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
    matches!(tokens, [first, second, ..] if colon(first) && is_joint(first) && colon(second))
}

/// Returns whether these tokens end with `=` after the name of a setting whose value is a path.
fn is_setting(before: &[TokenTree]) -> bool {
    match before {
        [.., name, _] => PATHS.iter().any(|known| has_ident(name, known)),
        _ => false,
    }
}

/// Returns whether a path begins after these tokens.
fn is_start(before: &[TokenTree]) -> bool {
    const KEYWORDS: [&str; 7] = ["as", "dyn", "for", "impl", "in", "mut", "use"];
    match before {
        [.., TokenTree::Ident(last)] => KEYWORDS.iter().any(|keyword| last == keyword),
        [.., _, _] => !is_path_separator(&before[before.len() - 2..]),
        _ => true,
    }
}

impl VisitMut for Names {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let first = path.segments.first().filter(|_| path.segments.len() > 1);
        if let Some(renamed) = first.and_then(|first| self.renamed(&first.ident)) {
            let mut renamed = renamed.clone();
            renamed.segments.extend(mem::take(&mut path.segments).into_iter().skip(1));
            *path = renamed;
            self.count += 1;
        }
    }

    fn visit_expr_path_mut(&mut self, expr: &mut ExprPath) {
        let before = expr.path.segments.len();
        visit_mut::visit_expr_path_mut(self, expr);
        lengthen(expr.qself.as_mut(), expr.path.segments.len() - before);
    }

    fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
        let before = ty.path.segments.len();
        visit_mut::visit_type_path_mut(self, ty);
        lengthen(ty.qself.as_mut(), ty.path.segments.len() - before);
    }

    fn visit_item_mod_mut(&mut self, item: &mut ItemMod) {
        let before = self.count;
        visit_mut::visit_item_mod_mut(self, item);
        if self.count > before
            && let Some((_, items)) = &mut item.content
        {
            items.insert(
                0,
                parse_quote!(
                    use super::runtime;
                ),
            );
        }
    }

    fn visit_item_use_mut(&mut self, item: &mut ItemUse) {
        match syn::parse2(self.tokens(item.to_token_stream(), false)) {
            Ok(renamed) => {
                self.count += 1;
                *item = renamed;
            }
            Err(error) => self.broken = Err(error),
        }
    }

    fn visit_macro_mut(&mut self, item: &mut Macro) {
        visit_mut::visit_macro_mut(self, item);
        item.tokens = self.tokens(mem::take(&mut item.tokens), false);
    }

    fn visit_attribute_mut(&mut self, attr: &mut Attribute) {
        if let Meta::List(list) = &mut attr.meta {
            list.tokens = self.tokens(mem::take(&mut list.tokens), true);
        }
    }

    /// Visibilities such as `pub(crate)` refer to the crate that contains the code.
    fn visit_visibility_mut(&mut self, _: &mut syn::Visibility) {}
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn named(code: TokenStream) -> String {
        let mut file: syn::File = syn::parse2(code).unwrap();
        name(&mut file, &parse_quote!(::my_runtime)).unwrap();
        prettyplease::unparse(&file)
    }

    #[test]
    fn every_reference_to_a_crate_is_replaced() {
        let code = quote! {
            use crate::{OperationError, Decoded};
            use reqwest::{Method, Url};
            pub mod types {
                #[derive(::serde::Serialize, Clone)]
                #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
                pub struct A {
                    #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
                    #[cfg_attr(feature = "schemars", schemars(with = "crate::Timestamp"))]
                    pub a: crate::Field<::std::vec::Vec<::uuid::Uuid>>,
                    #[serde(rename = "crate::Field", flatten)]
                    pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
                }
                crate::__object! { A { field a = "::serde::a", } keep extra: ::serde_json::Map<String, ::serde_json::Value> }
                pub(crate) struct B;
            }
            fn e<T: A>() -> <T as ::serde::de::A>::B { <T::E as ::serde::de::Error>::custom(0) }
            fn f(serde: u8) -> reqwest::Result<types::A> { g(serde, crate::h, ::reqwest::Method::GET) }
        };
        insta::assert_snapshot!(named(code));
    }

    #[test]
    fn code_of_the_runtime_crate_is_unchanged() {
        let mut file: syn::File = parse_quote! {
            use crate::Decoded;
            fn f(a: crate::A, b: ::serde_json::Value) {}
        };
        let before = file.clone();
        name(&mut file, &parse_quote!(crate)).unwrap();
        assert_eq!(file, before);
    }
}
