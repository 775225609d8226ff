//! Pass: the client says which servers the description names, and how its security
//! schemes are applied.

use openapi_review::rust_names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Item, parse_quote};

use crate::idents::NameSet;
use crate::operations::{SCHEMES, SERVERS};

/// Adds `SERVERS` and `mod security`, if there is something to say.
pub(crate) fn describe(file: &mut syn::File, root: &Value) {
    let servers = root[SERVERS].as_array().into_iter().flatten();
    let servers: Vec<&str> = servers.filter_map(|server| server["url"].as_str()).collect();
    if !servers.is_empty() {
        file.items.push(parse_quote! {
            /// The servers that the API description names.
            pub const SERVERS: &[&str] = &[#(#servers),*];
        });
    }
    let mut names = NameSet::default();
    let schemes = root[SCHEMES].as_object().into_iter().flatten();
    let schemes: Vec<TokenStream> = schemes
        .filter(|(name, _)| names.take(&constant(name)))
        .map(|(name, scheme)| one(name, scheme))
        .collect();
    if !schemes.is_empty() {
        let security: Item = parse_quote! {
            /// The security schemes of the API description.
            pub mod security {
                use crate::{SchemeKind, SecurityScheme};
                #(#schemes)*
            }
        };
        file.items.push(security);
    }
}

fn constant(name: &str) -> String {
    rust_names::snake(name).to_uppercase()
}

fn one(name: &str, scheme: &Value) -> TokenStream {
    let ident = format_ident!("{}", constant(name));
    let text = |member: &str| scheme[member].as_str().unwrap_or_default();
    let wire = text("name");
    let kind = match (text("type"), text("in"), text("scheme").to_lowercase().as_str()) {
        ("apiKey", "header", _) => quote!(SchemeKind::Header(#wire)),
        ("apiKey", "query", _) => quote!(SchemeKind::Query(#wire)),
        ("apiKey", "cookie", _) => quote!(SchemeKind::Cookie(#wire)),
        ("http", _, "basic") => quote!(SchemeKind::Basic),
        ("http", _, "bearer") | ("oauth2" | "openIdConnect", ..) => quote!(SchemeKind::Bearer),
        (other, ..) => quote!(SchemeKind::Other(#other)),
    };
    let doc = match text("description") {
        "" => format!("The security scheme `{name}`."),
        description => description.to_owned(),
    };
    let scopes = scopes(scheme);
    let doc = match scopes.is_empty() {
        true => doc,
        false => format!("{doc}\n\nScopes: {}", scopes.join(", ")),
    };
    quote! {
        #[doc = #doc]
        pub static #ident: SecurityScheme = SecurityScheme::new(#name, #kind);
    }
}

fn scopes(scheme: &Value) -> Vec<String> {
    let flows = scheme["flows"].as_object().into_iter().flatten();
    let scopes = flows.filter_map(|(_, flow)| flow["scopes"].as_object()).flatten();
    let mut names: Vec<String> = scopes.map(|(name, _)| format!("`{name}`")).collect();
    names.sort();
    names.dedup();
    names
}
