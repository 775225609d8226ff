//! Helpers for reading and changing syntax trees.

use openapi_document::diagnostic::Diagnostic;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    AttrStyle, Attribute, Expr, ExprLit, GenericArgument, Item, ItemMacro, Lit, LitStr, Macro,
    MacroDelimiter, Meta, MetaList, MetaNameValue, Path, PathArguments, Type,
};

use crate::idents;

/// Returns the items of `pub mod types`, or none if there is no such module.
pub(crate) fn types(file: &syn::File) -> &[Item] {
    let types = file.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => {
            module.content.as_ref().map(|(_, items)| items.as_slice())
        }
        _ => None,
    });
    types.unwrap_or_default()
}

/// Returns the items of `pub mod types`.
pub(crate) fn types_mut(file: &mut syn::File) -> Result<&mut Vec<Item>, Diagnostic> {
    file.items
        .iter_mut()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == "types" => {
                module.content.as_mut().map(|(_, items)| items)
            }
            _ => None,
        })
        .ok_or_else(|| Diagnostic::new("progenitor's code has no module `types`"))
}

/// Returns `Argument` of `Name<Argument>`, by the last segment of the path.
pub(crate) fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(argument)) if arguments.args.len() == 1 => Some(argument),
        _ => None,
    }
}

/// Returns the last segment of a path type.
pub(crate) fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// Returns whether a type is `crate::Field<…>`, or `runtime::Field<…>` of a separate runtime crate.
pub(crate) fn is_field(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            let names = path.path.segments.iter().map(|segment| segment.ident.to_string());
            let names: Vec<String> = names.collect();
            matches!(&names[..], [first, last] if (first == "crate" || first == "runtime") && last == "Field")
        }
        _ => false,
    }
}

/// Creates `#[name(tokens)]`. Passes write thousands of attributes, so this avoids a parser.
pub(crate) fn attribute(name: &str, tokens: TokenStream) -> Attribute {
    let delimiter = MacroDelimiter::Paren(syn::token::Paren::default());
    outer(Meta::List(MetaList { path: path(name), delimiter, tokens }))
}

/// Creates `#[name]`.
pub(crate) fn word(name: &str) -> Attribute {
    outer(Meta::Path(path(name)))
}

/// Creates `#[doc = "text"]`.
pub(crate) fn doc(text: &str) -> Attribute {
    let lit = Lit::Str(LitStr::new(text, Span::call_site()));
    let value = Expr::Lit(ExprLit { attrs: Vec::new(), lit });
    outer(Meta::NameValue(MetaNameValue { path: path("doc"), eq_token: Default::default(), value }))
}

fn outer(meta: Meta) -> Attribute {
    let (pound_token, bracket_token) = Default::default();
    Attribute { pound_token, style: AttrStyle::Outer, bracket_token, meta }
}

fn path(name: &str) -> Path {
    Path::from(Ident::new(name, Span::call_site()))
}

/// Creates `path! { tokens }`.
pub(crate) fn call(path: Path, tokens: TokenStream) -> Item {
    let delimiter = MacroDelimiter::Brace(syn::token::Brace::default());
    let mac = Macro { path, bang_token: Default::default(), delimiter, tokens };
    Item::Macro(ItemMacro { attrs: Vec::new(), ident: None, mac, semi_token: None })
}

/// Returns the derives of an item.
fn derives(attrs: &[Attribute]) -> Vec<Vec<TokenTree>> {
    let lists = attrs.iter().filter(|attr| attr.path().is_ident("derive"));
    let lists = lists.filter_map(|attr| attr.meta.require_list().ok());
    let all = lists.flat_map(|list| {
        let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
        tokens.split(is_comma).map(<[TokenTree]>::to_vec).collect::<Vec<_>>()
    });
    all.filter(|derive| !derive.is_empty()).collect()
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// Returns whether an item derives `name`.
pub(crate) fn derives_name(attrs: &[Attribute], name: &str) -> bool {
    find_argument(attrs, "derive", |path| is_name(path.last(), name).then_some(())).is_some()
}

/// Adds a derive unless an equal path is already derived.
pub(crate) fn add_derive(attrs: &mut Vec<Attribute>, derive: &TokenStream) {
    let mut all = derives(attrs);
    let text = derive.to_string();
    let is_there =
        |one: &Vec<TokenTree>| one.iter().cloned().collect::<TokenStream>().to_string() == text;
    if !all.iter().any(is_there) {
        all.push(derive.clone().into_iter().collect());
        replace_derives(attrs, &all);
    }
}

/// Removes names from an item's derives.
pub(crate) fn remove_derives(attrs: &mut Vec<Attribute>, names: &[&str]) {
    let mut kept = derives(attrs);
    kept.retain(|path| !names.iter().any(|name| is_name(path.last(), name)));
    replace_derives(attrs, &kept);
}

fn replace_derives(attrs: &mut Vec<Attribute>, derives: &[Vec<TokenTree>]) {
    // The derives precede the attributes that belong to them.
    let at = attrs.iter().position(|attr| attr.path().is_ident("derive")).unwrap_or(attrs.len());
    attrs.retain(|attr| !attr.path().is_ident("derive"));
    if !derives.is_empty() {
        attrs.insert(at, attribute("derive", quote!(#(#(#derives)*),*)));
    }
}

/// Applies `find` to the arguments of `#[name(…)]` attributes and returns the first result. Reading
/// tokens costs far less than parsing them.
fn find_argument<T>(
    attrs: &[Attribute],
    name: &str,
    find: impl Fn(&[TokenTree]) -> Option<T>,
) -> Option<T> {
    let lists = attrs.iter().filter(|attr| attr.path().is_ident(name));
    lists.filter_map(|attr| attr.meta.require_list().ok()).find_map(|list| {
        let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
        tokens.split(is_comma).find_map(&find)
    })
}

fn is_name(token: Option<&TokenTree>, name: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == name)
}

/// Returns whether `#[serde(name)]` or `#[serde(name = …)]` is present.
pub(crate) fn has_serde(attrs: &[Attribute], name: &str) -> bool {
    find_argument(attrs, "serde", |setting| is_name(setting.first(), name).then_some(())).is_some()
}

/// Returns the JSON name: that of `#[serde(rename = "…")]`, or `name`.
pub(crate) fn wire_name(attrs: &[Attribute], name: &str) -> String {
    let renamed = find_argument(attrs, "serde", |setting| match setting {
        [rename, TokenTree::Punct(_), TokenTree::Literal(name)]
            if is_name(Some(rename), "rename") =>
        {
            match syn::Lit::new(name.clone()) {
                syn::Lit::Str(name) => Some(name.value()),
                _ => None,
            }
        }
        _ => None,
    });
    let wire = renamed.unwrap_or_else(|| name.trim_start_matches("r#").to_owned());
    idents::on_the_wire(&wire).to_owned()
}

/// Returns syntax as one line of text with the usual spacing.
pub(crate) fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" > ", ">"),
        (" >", ">"),
        ("< ", "<"),
        (" ,", ","),
        ("& ", "&"),
    ] {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn attributes_are_read_and_changed() {
        let item: syn::ItemStruct = parse_quote! {
            #[derive(::serde::Serialize, Debug)]
            #[derive(Clone)]
            #[doc = "default"]
            #[serde(skip_serializing_if = "Option::is_none", rename = "a-b", default)]
            struct A;
        };
        for name in ["Serialize", "Debug", "Clone"] {
            assert!(derives_name(&item.attrs, name), "{name}");
        }
        for name in ["skip_serializing_if", "rename", "default"] {
            assert!(has_serde(&item.attrs, name), "{name}");
        }
        assert!(!derives_name(&item.attrs, "serde"));
        assert!(!has_serde(&item.attrs, "Option"));
        assert_eq!(wire_name(&item.attrs, "a_b"), "a-b");
        let mut attrs = item.attrs;
        add_derive(&mut attrs, &quote!(Clone));
        assert_eq!(attrs.len(), 4, "the derive is not repeated");
        add_derive(&mut attrs, &quote!(::serde::Deserialize));
        remove_derives(&mut attrs, &["Debug", "Default"]);
        let expected: [Attribute; 2] = [
            parse_quote!(#[derive(::serde::Serialize, Clone, ::serde::Deserialize)]),
            parse_quote!(#[doc = "default"]),
        ];
        assert_eq!(attrs[..2], expected);
        assert_eq!(doc("default"), expected[1]);
        assert_eq!(wire_name(&[], "r#type"), "type");
    }
}
