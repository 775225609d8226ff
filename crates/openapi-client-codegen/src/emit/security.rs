//! Pass: the client says which servers the description names, and how its security
//! schemes are applied.

use openapi_review::rust_names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Item, parse_quote};

use crate::idents::NameSet;
use crate::operations::{SCHEMES, SERVERS, servers};

/// Adds `SERVERS` and `mod security`, if there is something to say.
pub(crate) fn describe(file: &mut syn::File, root: &Value) {
    let servers = root[SERVERS].as_array().into_iter().flatten();
    let servers: Vec<&Value> = servers.filter(|server| server["url"].is_string()).collect();
    if !servers.is_empty() {
        let doc = variables(&servers);
        let servers = servers.iter().filter_map(|server| servers::url(server));
        file.items.push(parse_quote! {
            /// The servers in the API description, with the default values of their variables.
            #doc
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
                #[allow(unused_imports)]
                use crate::{OAuthFlow, SchemeKind, SecurityScheme};
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
    let flows = flows(scheme).collect::<Vec<_>>();
    let flows = (!flows.is_empty()).then(|| quote!(.with_flows(&[#(#flows),*])));
    quote! {
        #[doc = #doc]
        pub static #ident: SecurityScheme = SecurityScheme::new(#name, #kind) #flows;
    }
}

/// What the document says of variables in the URLs of servers.
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

/// The ways to obtain a token, as expressions.
fn flows(scheme: &Value) -> impl Iterator<Item = TokenStream> {
    let discovery = ["openIdConnectUrl", "oauth2MetadataUrl"].into_iter();
    let discovery = discovery.filter_map(|name| {
        let url = scheme[name].as_str()?;
        Some(quote!(OAuthFlow::new(#name, &[(#name, #url)], &[])))
    });
    let flows = scheme["flows"].as_object().into_iter().flatten();
    let flows = flows.filter(|(name, _)| !name.starts_with("x-")).map(|(name, flow)| {
        let members = || flow.as_object().into_iter().flatten();
        let urls = members().filter(|(name, _)| name.ends_with("Url"));
        let urls = urls.filter_map(|(name, url)| Some((name, url.as_str()?)));
        let urls = urls.map(|(name, url)| quote!((#name, #url)));
        let scopes = flow["scopes"].as_object().into_iter().flatten();
        let scopes = scopes.map(|(name, text)| {
            let text = text.as_str().unwrap_or_default();
            quote!((#name, #text))
        });
        quote!(OAuthFlow::new(#name, &[#(#urls),*], &[#(#scopes),*]))
    });
    discovery.chain(flows)
}
