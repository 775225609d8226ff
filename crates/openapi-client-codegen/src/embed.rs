//! Embeds the runtime crate as a module of the generated code, so that the code does not depend on
//! a crate of this project.
//!
//! The modules of the crate become nested modules of the module `runtime`. A path that starts with
//! `crate` becomes a path through as many `super` as the module is deep. Macros refer to `runtime`,
//! which every generated module imports.

use openapi_client_runtime::__sources::SOURCES;
use openapi_document::diagnostic::Diagnostic;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, File, Item, ItemMod, Lit, Meta, Path, UseTree, parse_quote};

/// The dependencies of code that embeds the runtime, with their requirements in `Cargo.toml`. The
/// user chooses the TLS features of `reqwest`.
pub const DEPENDENCIES: &[(&str, &str)] = &[
    ("bytes", r#""1.12""#),
    ("futures-core", r#""0.3""#),
    ("http-body", r#""1.0""#),
    ("jiff", r#"{ version = "0.2", default-features = false, features = ["std"] }"#),
    ("percent-encoding", r#""2.3""#),
    (
        "reqwest",
        r#"{ version = "0.13.5", default-features = false, features = ["json", "query"] }"#,
    ),
    ("serde", r#"{ version = "1", features = ["derive"] }"#),
    ("serde_json", r#"{ version = "1", features = ["float_roundtrip"] }"#),
    ("uuid", r#"{ version = "1.29", features = ["serde"] }"#),
];

/// The name of the module with the runtime.
pub(crate) const MODULE: &str = "runtime";

/// Returns the dependencies as lines of `Cargo.toml`.
pub fn dependencies() -> String {
    DEPENDENCIES.iter().map(|(name, requirement)| format!("{name} = {requirement}\n")).collect()
}

/// Returns the module with the runtime.
pub(crate) fn module() -> Result<Item, Diagnostic> {
    let mut root = source("lib")?;
    let mut macros = Vec::new();
    let mut items = Vec::new();
    for item in std::mem::take(&mut root.items) {
        match item {
            Item::Mod(module) if module.content.is_none() => {
                if is_left_out(&module.attrs) {
                    continue;
                }
                let file = source(&module.ident.to_string())?;
                if !is_left_out(&file.attrs) {
                    items.push(nested(module, file, &mut macros));
                }
            }
            item => items.push(item),
        }
    }
    root.items = items;
    let mut relative = Relative { depth: 0 };
    relative.visit_file_mut(&mut root);
    macros.iter_mut().for_each(|item| relative.visit_item_mut(item));
    let docs = root.attrs.iter().filter(|attr| attr.path().is_ident("doc")).map(|attr| {
        let mut attr = attr.clone();
        attr.style = syn::AttrStyle::Outer;
        attr
    });
    let (items, module) = (&root.items, format_ident!("{MODULE}"));
    Ok(parse_quote! {
        #(#docs)*
        #[allow(dead_code, missing_docs, unused_imports, unused_macros, unreachable_pub, clippy::all)]
        pub mod #module {
            #(#items)*
            #(#macros)*
        }
    })
}

fn source(name: &str) -> Result<File, Diagnostic> {
    let text = SOURCES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let broken = |reason: String| Diagnostic::new(format!("the runtime's module {name}: {reason}"));
    let text = text.ok_or_else(|| broken("its source is missing".to_owned()))?;
    let mut file = syn::parse_file(text).map_err(|error| broken(error.to_string()))?;
    LeaveOut.visit_file_mut(&mut file);
    Ok(file)
}

/// Returns a module with its content. Macros are moved to the root, because their paths start
/// there.
fn nested(mut module: ItemMod, file: File, macros: &mut Vec<Item>) -> Item {
    let (exported, items): (Vec<Item>, Vec<Item>) = file.items.into_iter().partition(is_exported);
    for mut item in exported {
        let Item::Macro(definition) = &mut item else { continue };
        definition.attrs.retain(|attr| attr.path().is_ident("doc"));
        definition.mac.tokens = named(std::mem::take(&mut definition.mac.tokens));
        let name = definition.ident.clone();
        macros.extend([item, parse_quote!(pub(crate) use #name;)]);
    }
    module.content = Some((Default::default(), items));
    module.semi = None;
    Item::Mod(module)
}

fn is_exported(item: &Item) -> bool {
    let is_export = |attr: &Attribute| attr.path().is_ident("macro_export");
    matches!(item, Item::Macro(item) if item.attrs.iter().any(is_export))
}

/// Replaces `$crate` by `runtime`.
fn named(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = TokenStream::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        index += 1;
        let is_dollar = matches!(token, TokenTree::Punct(punct) if punct.as_char() == '$');
        match (token, tokens.get(index)) {
            (_, Some(TokenTree::Ident(next))) if is_dollar && next == "crate" => {
                out.extend([TokenTree::Ident(Ident::new(MODULE, Span::call_site()))]);
                index += 1;
            }
            (TokenTree::Group(group), _) => {
                out.extend([TokenTree::Group(Group::new(
                    group.delimiter(),
                    named(group.stream()),
                ))]);
            }
            (token, _) => out.extend([token.clone()]),
        }
    }
    out
}

/// Returns whether an item is for tests, for the feature `schemars`, or for the generator.
fn is_left_out(attrs: &[Attribute]) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).any(|attr| {
        let condition = attr.meta.require_list().map(|list| list.tokens.to_string());
        condition.is_ok_and(|condition| condition == "test" || condition == SCHEMARS)
    }) || attrs.iter().any(|attr| attr.path().is_ident("doc") && is_sources(attr))
}

/// The condition on implementations of the traits of schemars. All other features of the crate are
/// enabled.
const SCHEMARS: &str = r#"feature = "schemars""#;

/// Returns whether this documentation attribute marks the module with the sources.
fn is_sources(attr: &Attribute) -> bool {
    attr.to_token_stream().to_string().contains("alias = \"sources\"")
}

/// Removes items that are left out, and examples, because they name the crate.
struct LeaveOut;

impl VisitMut for LeaveOut {
    fn visit_file_mut(&mut self, file: &mut File) {
        file.items.retain(|item| !is_left_out(attributes(item)));
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_mod_mut(&mut self, module: &mut ItemMod) {
        if let Some((_, items)) = &mut module.content {
            items.retain(|item| !is_left_out(attributes(item)));
        }
        visit_mut::visit_item_mod_mut(self, module);
    }

    fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
        attrs.retain(|attr| !attr.path().is_ident("cfg_attr") && !is_feature(attr));
        let mut is_example = false;
        attrs.retain(|attr| {
            let is_fence = documentation(attr).is_some_and(|text| text.trim().starts_with("```"));
            let stays = !is_fence && !is_example;
            is_example ^= is_fence;
            stays || documentation(attr).is_none()
        });
    }
}

/// Returns whether an attribute is a condition on a feature.
fn is_feature(attr: &Attribute) -> bool {
    let text = attr.to_token_stream().to_string().replace(' ', "");
    ["#[cfg(feature", "#[cfg(not(feature"].iter().any(|start| text.starts_with(start))
}

/// Returns the line of a documentation attribute.
fn documentation(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(line) = &attr.meta else { return None };
    match &line.value {
        Expr::Lit(literal) if line.path.is_ident("doc") => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Replaces `crate` by the path from a nested module to the module with the runtime.
struct Relative {
    depth: usize,
}

impl Relative {
    fn start(&self) -> Vec<Ident> {
        match self.depth {
            0 => vec![format_ident!("self")],
            depth => vec![format_ident!("super"); depth],
        }
    }

    fn tokens(&self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut out = TokenStream::new();
        for (index, token) in tokens.iter().enumerate() {
            let is_path =
                matches!(tokens.get(index + 1), Some(TokenTree::Punct(p)) if p.as_char() == ':');
            match token {
                TokenTree::Ident(ident) if ident == "crate" && is_path => {
                    let start = self.start();
                    out.extend(quote!(#(#start)::*));
                }
                TokenTree::Group(group) => {
                    let inner = self.tokens(group.stream());
                    out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
                }
                token => out.extend([token.clone()]),
            }
        }
        out
    }
}

impl VisitMut for Relative {
    fn visit_item_mod_mut(&mut self, module: &mut ItemMod) {
        self.visit_attributes_mut(&mut module.attrs);
        self.depth += 1;
        for item in module.content.iter_mut().flat_map(|(_, items)| items) {
            self.visit_item_mut(item);
        }
        self.depth -= 1;
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_none()
            && path.segments.len() > 1
            && path.segments.first().is_some_and(|first| first.ident == "crate")
        {
            let rest = path.segments.iter().skip(1).cloned();
            path.segments = self.start().into_iter().map(Into::into).chain(rest).collect();
        }
    }

    fn visit_use_tree_mut(&mut self, tree: &mut UseTree) {
        if let UseTree::Path(path) = tree
            && path.ident == "crate"
        {
            let rest = &path.tree;
            let start = self.start();
            *tree = parse_quote!(#(#start)::*::#rest);
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        visit_mut::visit_macro_mut(self, call);
        call.tokens = self.tokens(std::mem::take(&mut call.tokens));
    }

    fn visit_attribute_mut(&mut self, attr: &mut Attribute) {
        if let Some(text) = documentation(attr) {
            let start = self.start();
            let start = quote!(#(#start)::*).to_string().replace(' ', "");
            let text = text.replace("crate::", &format!("{start}::"));
            let style = attr.style;
            *attr = parse_quote!(#[doc = #text]);
            attr.style = style;
        }
    }

    fn visit_visibility_mut(&mut self, _: &mut syn::Visibility) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_refers_only_to_its_dependencies() {
        let module = module().unwrap();
        let code = prettyplease::unparse(&parse_quote!(#module));
        for gone in [
            "crate::",
            "$crate",
            "macro_export",
            "schemars::",
            "cfg(",
            "openapi_client_runtime",
            "```",
        ] {
            assert!(!code.contains(gone), "{gone}");
        }
        for there in [
            "pub struct Field<",
            "pub struct HttpTransport",
            "macro_rules! __object",
            "pub(crate) use __union",
        ] {
            assert!(code.contains(there), "{there}");
        }
    }

    #[test]
    fn requirements_match_the_workspace() {
        let manifest = include_str!("../../../Cargo.toml");
        for (name, requirement) in DEPENDENCIES {
            assert!(manifest.contains(&format!("\n{name} = {requirement}\n")), "{name}");
        }
        let runtime = include_str!("../../openapi-client-runtime/Cargo.toml");
        let listed = runtime.split("[dependencies]\n").nth(1).unwrap();
        let listed = listed.split("\n\n").next().unwrap().lines();
        let listed: Vec<&str> = listed
            .filter(|line| !line.contains("optional"))
            .filter_map(|line| line.split(['.', ' ']).next())
            .collect();
        let known: Vec<&str> = DEPENDENCIES.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, known);
    }
}
