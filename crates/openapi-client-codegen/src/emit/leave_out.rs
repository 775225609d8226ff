//! Pass: removes code of progenitor that later passes replace, before the code is parsed.
//!
//! These are the bodies of operations and the text conversions of string enums. Parsing, visiting
//! and freeing them would cost more than most passes.

use std::collections::HashSet;
use std::mem;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The traits by which typify converts its types from and to strings.
const CONVERSIONS: [&str; 3] = ["Display", "FromStr", "TryFrom"];

/// Returns the code without the bodies of operations and the conversions of string enums.
pub(super) fn replaced(file: TokenStream) -> TokenStream {
    let mut items = items(file);
    for item in &mut items {
        let [.., TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Group(content)] =
            item.as_mut_slice()
        else {
            continue;
        };
        if keyword == "mod" && name == "types" {
            *content = braced(without_conversions(content.stream()));
        } else if keyword == "impl" && name == "Client" {
            *content = braced(without_bodies(content.stream()));
        }
    }
    items.into_iter().flatten().collect()
}

/// Splits code after each `;` and each block.
fn items(code: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut items = vec![Vec::new()];
    for token in code {
        let is_last = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        if let Some(item) = items.last_mut() {
            item.push(token);
        }
        if is_last {
            items.push(Vec::new());
        }
    }
    items
}

fn braced(content: TokenStream) -> Group {
    Group::new(Delimiter::Brace, content)
}

fn without_bodies(methods: TokenStream) -> TokenStream {
    let mut is_async = false;
    let methods = methods.into_iter().map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            match mem::take(&mut is_async) {
                true => braced(TokenStream::new()).into(),
                false => group.into(),
            }
        }
        token => {
            is_async |= is_ident(&token, "async");
            token
        }
    });
    methods.collect()
}

fn without_conversions(types: TokenStream) -> TokenStream {
    let items = items(types);
    let enums: HashSet<String> = items.iter().filter_map(|item| string_enum(item)).collect();
    let is_kept = |item: &Vec<TokenTree>| {
        conversion(item).is_none_or(|name| !enums.contains(&name.to_string()))
    };
    items.into_iter().filter(is_kept).flatten().collect()
}

/// Returns the name of an enum that derives `Deserialize` and has only plain variants.
fn string_enum(item: &[TokenTree]) -> Option<String> {
    let [head @ .., TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Group(variants)] =
        item
    else {
        return None;
    };
    let is_plain = |token: &TokenTree| match token {
        // The brackets of an attribute.
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        _ => true,
    };
    let is_string_enum = keyword == "enum"
        && head.iter().any(derives_deserialize)
        && variants.stream().into_iter().all(|token| is_plain(&token));
    is_string_enum.then(|| name.to_string())
}

/// Returns whether a token is the content of `#[derive(…)]` with `Deserialize`.
fn derives_deserialize(token: &TokenTree) -> bool {
    let TokenTree::Group(attribute) = token else { return false };
    let mut tokens = attribute.stream().into_iter();
    tokens.next().is_some_and(|name| is_ident(&name, "derive"))
        && tokens.next().is_some_and(|list| match list {
            TokenTree::Group(list) => {
                list.stream().into_iter().any(|name| is_ident(&name, "Deserialize"))
            }
            _ => false,
        })
}

/// Returns the type of a conversion, for example `Name` for `impl FromStr for Name { … }`.
fn conversion(item: &[TokenTree]) -> Option<&Ident> {
    let [head @ .., TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Group(_)] = item
    else {
        return None;
    };
    let is_generic =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<');
    let path = head.split(is_generic).next()?;
    let is_conversion = keyword == "for"
        && path.iter().any(|token| is_ident(token, "impl"))
        && path.last().is_some_and(|last| CONVERSIONS.iter().any(|name| is_ident(last, name)));
    is_conversion.then_some(name)
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn only_replaced_code_is_removed() {
        let code = quote! {
            use progenitor_client::{Error, ResponseValue};
            pub mod types {
                pub mod error { pub struct ConversionError; }
                #[derive(::serde::Deserialize, Clone)]
                pub enum Text { #[serde(rename = "a")] A, B }
                impl ::std::fmt::Display for Text { fn fmt() {} }
                impl ::std::str::FromStr for Text { type Err = E; }
                impl ::std::convert::TryFrom<&str> for Text { type Error = E; }
                impl ::std::convert::From<u8> for Text { fn from() {} }
                #[derive(::serde::Deserialize)]
                pub enum Union { A(u8), B }
                impl ::std::fmt::Display for Union { fn fmt() {} }
                #[derive(Clone)]
                pub enum Kept { A }
                impl ::std::fmt::Display for Kept { fn fmt() {} }
                pub struct Limited(pub String);
                impl ::std::str::FromStr for Limited { type Err = E; }
            }
            impl Client { pub fn new() -> Self { Self {} } }
            impl Client {
                pub async fn one<'a>(&'a self, async_: bool) -> Result<(), ()> { { 1 } }
                fn two() { 2 }
            }
        };
        let expected = quote! {
            use progenitor_client::{Error, ResponseValue};
            pub mod types {
                pub mod error { pub struct ConversionError; }
                #[derive(::serde::Deserialize, Clone)]
                pub enum Text { #[serde(rename = "a")] A, B }
                impl ::std::convert::From<u8> for Text { fn from() {} }
                #[derive(::serde::Deserialize)]
                pub enum Union { A(u8), B }
                impl ::std::fmt::Display for Union { fn fmt() {} }
                #[derive(Clone)]
                pub enum Kept { A }
                impl ::std::fmt::Display for Kept { fn fmt() {} }
                pub struct Limited(pub String);
                impl ::std::str::FromStr for Limited { type Err = E; }
            }
            impl Client { pub fn new() -> Self { Self {} } }
            impl Client {
                pub async fn one<'a>(&'a self, async_: bool) -> Result<(), ()> {}
                fn two() { 2 }
            }
        };
        assert_eq!(replaced(code).to_string(), expected.to_string());
    }
}
