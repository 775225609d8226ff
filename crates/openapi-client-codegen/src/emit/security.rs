//! Pass: the client says which servers the description names, and how its security
//! schemes are applied.

use std::collections::BTreeMap;

use openapi_review::rust_names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Item, parse_quote};

use crate::idents::NameSet;
use crate::operations::{SCHEMES, SERVERS, servers};

/// Adds `SERVERS`, if the description has some. Returns the URLs.
pub(crate) fn servers(file: &mut syn::File, root: &Value) -> Vec<String> {
    let servers = root[SERVERS].as_array().into_iter().flatten();
    let servers: Vec<&Value> = servers.filter(|server| server["url"].is_string()).collect();
    let urls: Vec<String> = servers.iter().filter_map(|server| servers::url(server)).collect();
    if !servers.is_empty() {
        let doc = variables(&servers);
        let servers = &urls;
        file.items.push(parse_quote! {
            /// The servers in the API description, with the default values of their variables.
            #doc
            pub const SERVERS: &[&str] = &[#(#servers),*];
        });
    }
    urls
}

/// Adds `mod security`, if the description has schemes. Returns how each constant's scheme is applied.
pub(crate) fn schemes(file: &mut syn::File, root: &Value) -> BTreeMap<String, String> {
    let mut names = NameSet::default();
    let mut applied = BTreeMap::new();
    let schemes = root[SCHEMES].as_object().into_iter().flatten();
    let schemes: Vec<TokenStream> = schemes
        .filter(|(name, _)| names.take(&constant(name)))
        .map(|(name, scheme)| one(name, scheme, &mut applied))
        .collect();
    if !schemes.is_empty() {
        let security: Item = parse_quote! {
            /// The security schemes of the API description.
            pub mod security {
                #[allow(unused_imports)]
                use crate::{OAuthFlow, SchemeKind, SecurityScheme};
                #(#schemes)*
            }
        };
        file.items.push(security);
    }
    applied
}

fn constant(name: &str) -> String {
    rust_names::snake(name).to_uppercase()
}

fn one(name: &str, scheme: &Value, applied: &mut BTreeMap<String, String>) -> TokenStream {
    let constant = constant(name);
    let ident = format_ident!("{constant}");
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
    applied.insert(constant, format!("{name:?}, {}", way(scheme)));
    let doc = match text("description") {
        "" => format!("The security scheme `{name}`."),
        description => description.to_owned(),
    };
    let flows: Vec<TokenStream> = flows(scheme).map(|flow| flow.expression()).collect();
    let flows = (!flows.is_empty()).then(|| quote!(.with_flows(&[#(#flows),*])));
    quote! {
        #[doc = #doc]
        pub static #ident: SecurityScheme = SecurityScheme::new(#name, #kind) #flows;
    }
}

/// Describes how a scheme is applied: where its credential is sent, and how a token is obtained.
fn way(scheme: &Value) -> String {
    let text = |member: &str| scheme[member].as_str().unwrap_or_default();
    let mut way = match (text("type"), text("in"), text("scheme").to_lowercase().as_str()) {
        ("apiKey", place, _) => format!("{place} {:?}", text("name")),
        ("http", _, scheme @ ("basic" | "bearer")) => scheme.to_owned(),
        ("oauth2" | "openIdConnect", ..) => "bearer".to_owned(),
        (other, ..) => other.to_owned(),
    };
    for flow in flows(scheme) {
        way += &format!(", {}", flow.words());
    }
    way
}

/// Returns the descriptions of variables in the URLs of servers.
fn variables(servers: &[&Value]) -> Option<TokenStream> {
    let mut lines = Vec::new();
    for server in servers.iter().filter(|server| server["variables"].is_object()) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lines.push(format!("`{}`:", text(&server["url"])));
        for (name, variable) in server["variables"].as_object().into_iter().flatten() {
            let values =
                variable["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let values: Vec<String> = values.map(|value| format!("`{value}`")).collect();
            let mut line = format!("- `{name}`, by default `{}`", text(&variable["default"]));
            if !values.is_empty() {
                line += &format!("; one of {}", values.join(", "));
            }
            if let Some(description) = variable["description"].as_str() {
                line += &format!(": {description}");
            }
            lines.push(line);
        }
    }
    let doc = format!("\n\n{}", lines.join("\n"));
    (!lines.is_empty()).then(|| quote!(#[doc = #doc]))
}

/// An OAuth flow.
struct Flow<'a> {
    name: &'a str,
    urls: Vec<(&'a str, &'a str)>,
    /// The scopes, with their descriptions.
    scopes: Vec<(&'a str, &'a str)>,
}

impl Flow<'_> {
    fn expression(&self) -> TokenStream {
        let Self { name, urls, scopes } = self;
        let pair = |(name, text): &(&str, &str)| quote!((#name, #text));
        let (urls, scopes) = (urls.iter().map(pair), scopes.iter().map(pair));
        quote!(OAuthFlow::new(#name, &[#(#urls),*], &[#(#scopes),*]))
    }

    fn words(&self) -> String {
        let urls = self.urls.iter().map(|(name, url)| format!(" {name} {url}"));
        let scopes = self.scopes.iter().map(|(name, _)| format!(" {name}"));
        let scopes: String = scopes.collect();
        let scopes = if scopes.is_empty() { scopes } else { format!(" for{scopes}") };
        format!("{}{}{scopes}", self.name, urls.collect::<String>())
    }
}

/// Returns the OAuth flows of a scheme.
fn flows(scheme: &Value) -> impl Iterator<Item = Flow<'_>> {
    let discovery = ["openIdConnectUrl", "oauth2MetadataUrl"].into_iter();
    let discovery = discovery.filter_map(|name| {
        Some(Flow { name, urls: vec![(name, scheme[name].as_str()?)], scopes: Vec::new() })
    });
    let flows = scheme["flows"].as_object().into_iter().flatten();
    let flows = flows.filter(|(name, _)| !name.starts_with("x-")).map(|(name, flow)| {
        let members = flow.as_object().into_iter().flatten();
        let urls = members.filter(|(name, _)| name.ends_with("Url"));
        let scopes = flow["scopes"].as_object().into_iter().flatten();
        Flow {
            name,
            urls: urls.filter_map(|(name, url)| Some((name.as_str(), url.as_str()?))).collect(),
            scopes: scopes
                .map(|(name, text)| (name.as_str(), text.as_str().unwrap_or_default()))
                .collect(),
        }
    });
    discovery.chain(flows)
}
