//! Pass: the client sends through our transport.
//!
//! progenitor's client builds its own HTTP client, with a panic and time limits
//! of its own, and runs hooks around it. Ours is given everything.

use syn::{ImplItem, Item, parse_quote};

use crate::emit::code;

/// Replaces progenitor's constructors, hooks and re-exports.
pub(crate) fn behind_transport(file: &mut syn::File) {
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
            }));
            at = index + 1;
        }
    }
    file.items.insert(at, constructor());
    file.items.insert(at + 1, debug());
    file.items.insert(
        0,
        parse_quote!(
            #[allow(unused_imports)]
            use progenitor_client::{RequestBuilderExt, encode_path};
        ),
    );
    file.items.insert(
        1,
        parse_quote!(
            use crate::{OperationError, Decoded, Request};
        ),
    );
}

fn is_constructor(item: &ImplItem) -> bool {
    matches!(item, ImplItem::Fn(function) if function.sig.ident == "new_with_client")
}

fn constructor() -> Item {
    parse_quote! {
        impl Client {
            /// A client of the API at `baseurl` (scheme, host, and a path if
            /// there is one, without a slash at its end).
            ///
            /// `client` only builds requests; all of them are sent by `transport`.
            pub fn new(
                baseurl: &str,
                client: ::reqwest::Client,
                transport: ::std::sync::Arc<dyn crate::Transport>,
            ) -> Self {
                Self { baseurl: baseurl.to_owned(), client, transport }
            }
        }
    }
}

/// Debug of an HTTP client shows its default headers, keys among them.
fn debug() -> Item {
    parse_quote! {
        impl ::std::fmt::Debug for Client {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("Client").field("baseurl", &self.baseurl).finish_non_exhaustive()
            }
        }
    }
}
