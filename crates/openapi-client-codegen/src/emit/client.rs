//! Pass: makes the client send requests through a transport.
//!
//! progenitor's client builds an HTTP client with fixed time limits, can panic in doing so, and
//! runs hooks around it. Here, the caller provides the client and the transport.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ImplItem, Item, parse_quote};

use crate::emit::code;

/// Replaces progenitor's constructors, hooks and re-exports.
pub(crate) fn behind_transport(file: &mut syn::File, has_servers: bool) {
    let servers: Option<TokenStream> =
        has_servers.then(|| quote!(servers: crate::__request::Servers,));
    file.items.retain(|item| match item {
        Item::Use(_) => false,
        Item::Mod(module) => module.ident != "prelude",
        Item::Impl(item) => item.trait_.is_none() && !item.items.iter().any(is_constructor),
        _ => true,
    });
    let mut at = 0;
    for (index, item) in file.items.iter_mut().enumerate() {
        if let Item::Struct(item) = item
            && item.ident == "Client"
        {
            code::remove_derives(&mut item.attrs, &["Debug", "Clone"]);
            item.attrs.push(parse_quote!(#[derive(Clone)]));
            item.fields = syn::Fields::Named(parse_quote!({
                baseurl: ::std::string::String,
                client: ::reqwest::Client,
                transport: ::std::sync::Arc<dyn crate::Transport>,
                #servers
            }));
            at = index + 1;
        }
    }
    file.items.insert(at, constructor(has_servers));
    file.items.insert(at + 1, debug());
    if has_servers {
        file.items.insert(at + 1, self::servers());
    }
    file.items.insert(
        0,
        parse_quote!(
            #[allow(unused_imports)]
            use crate::{OperationError, Decoded};
        ),
    );
}

fn is_constructor(item: &ImplItem) -> bool {
    matches!(item, ImplItem::Fn(function) if function.sig.ident == "new_with_client")
}

fn constructor(has_servers: bool) -> Item {
    let servers = has_servers.then(|| quote!(, servers: ::std::default::Default::default()));
    parse_quote! {
        impl Client {
            /// Creates a client of the API at `baseurl`, which consists of the scheme, the host and
            /// an optional path without a slash at its end.
            ///
            /// `client` only builds requests; `transport` sends them.
            pub fn new(
                baseurl: &str,
                client: ::reqwest::Client,
                transport: ::std::sync::Arc<dyn crate::Transport>,
            ) -> Self {
                Self { baseurl: baseurl.to_owned(), client, transport #servers }
            }
        }
    }
}

/// Some operations have separate servers.
fn servers() -> Item {
    parse_quote! {
        impl Client {
            /// Replaces the server of operations for which the API description specifies the server
            /// `described`: they are sent to `baseurl`.
            #[must_use]
            pub fn with_server(mut self, described: &str, baseurl: &str) -> Self {
                self.servers.replace(described, baseurl);
                self
            }

            fn server(&self, described: &str) -> ::std::string::String {
                self.servers.url(&self.baseurl, described)
            }
        }
    }
}

/// Implements `Debug` without the HTTP client, which would show its default headers with keys.
fn debug() -> Item {
    parse_quote! {
        impl ::std::fmt::Debug for Client {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("Client").field("baseurl", &self.baseurl).finish_non_exhaustive()
            }
        }
    }
}
