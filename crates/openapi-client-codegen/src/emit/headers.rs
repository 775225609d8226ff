//! Pass: adds types of the described response headers.

use std::collections::BTreeMap;

use openapi_review::rust_names;
use quote::{format_ident, quote};
use syn::{Ident, Type, parse_quote};

use crate::emit::operations::Operation;
use crate::idents::NameSet;
use crate::operations::markers::Header;

/// The types of the fields of each struct, by name.
pub type Headers = BTreeMap<String, BTreeMap<String, Type>>;

/// Adds `mod headers`, with a struct for each operation that has some.
pub(crate) fn describe(file: &mut syn::File, operations: &[Operation]) -> Headers {
    let mut all = Headers::new();
    let described = operations.iter().filter(|operation| !operation.call.headers.is_empty());
    let mut names = NameSet::default();
    let structs: Vec<_> = described.map(|operation| one(operation, &mut names, &mut all)).collect();
    if !structs.is_empty() {
        file.items.push(parse_quote! {
            /// Headers of responses, by operation.
            pub mod headers {
                #(#structs)*
            }
        });
    }
    all
}

fn one(operation: &Operation, names: &mut NameSet, all: &mut Headers) -> proc_macro2::TokenStream {
    let method = operation.signature.ident.to_string();
    let mut name = rust_names::pascal(method.trim_start_matches("r#"));
    while !names.take(&name) {
        name.push_str("Headers");
    }
    let ident = format_ident!("{name}");
    let doc = format!("Headers of `{} {}`.", operation.method, operation.path);
    let mut taken = NameSet::default();
    let fields: Vec<(Ident, &Header)> = operation
        .call
        .headers
        .iter()
        .filter(|header| taken.take(&rust_names::snake(&header.name)))
        .map(|header| (format_ident!("{}", rust_names::snake(&header.name)), header))
        .collect();
    let types = fields.iter().map(|(field, header)| (field.to_string(), ty(&header.kind)));
    all.insert(name, types.collect());
    let members = fields.iter().map(|(field, header)| {
        let (ty, doc) = (self::ty(&header.kind), &header.text);
        quote!(#[doc = #doc] pub #field: ::std::option::Option<#ty>,)
    });
    let read = fields.iter().map(|(field, header)| {
        let name = header.name.to_lowercase();
        quote!(#field: crate::__request::header(headers, #name),)
    });
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #ident {
            #(#members)*
        }

        impl #ident {
            /// Reads the headers of a response. A header is `None` if it is missing or has another
            /// type.
            pub fn read(headers: &crate::HeaderMap) -> Self {
                Self { #(#read)* }
            }
        }
    }
}

fn ty(kind: &str) -> Type {
    match kind {
        "integer" => parse_quote!(i64),
        "number" => parse_quote!(f64),
        "boolean" => parse_quote!(bool),
        _ => parse_quote!(::std::string::String),
    }
}
