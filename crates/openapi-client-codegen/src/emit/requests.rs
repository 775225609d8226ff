//! Pass: generates the head of an operation, which builds the request from the arguments.
//!
//! progenitor supports one style of parameters, three kinds of bodies and one accepted media type.
//! The markers of the rules about operations contain the rest.

use openapi_review::rust_names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde::Deserialize;
use serde_json::Value;
use syn::{FnArg, Ident, Pat, Signature, parse_quote};

use crate::idents;
use crate::operations::markers::{Body, BodyKind, Call, PLACEMENT, Placement};

/// The name of the argument for a body.
const BODY: &str = "body";

/// Makes the argument for an optional body optional.
pub(super) fn optional_body(signature: &mut Signature, call: &Call) {
    if !call.body.as_ref().is_some_and(|body| body.optional) {
        return;
    }
    for input in &mut signature.inputs {
        if let FnArg::Typed(argument) = input
            && matches!(&*argument.pat, Pat::Ident(name) if name.ident == BODY)
        {
            let ty = &argument.ty;
            argument.ty = parse_quote!(Option<#ty>);
        }
    }
}

/// Returns the expression that builds the request.
pub(super) fn build(constant: &Ident, parameters: &Value, call: &Call) -> TokenStream {
    let base = match &call.server {
        Some(server) => quote!(&self.server(#server)),
        None => quote!(&self.baseurl),
    };
    let list = parameters.as_array().into_iter().flatten();
    let parameters: Vec<Parameter> = list.filter_map(Parameter::of).collect();
    // Path parameters are in the order of the template, and so are the arguments.
    let written = parameters.iter().map(Parameter::write);
    let accept = (!call.accept.is_empty()).then(|| {
        let accept = &call.accept;
        quote!(.accept(#accept))
    });
    let body = call.body.as_ref().map(body);
    quote! {
        crate::__request::Builder::new(&operations::#constant, #base)
            #(#written)*
            #accept
            #body
            .build(&self.client)?
    }
}

/// The names of parameters and parts of bodies, each with its notation.
pub(super) fn notations(parameters: &Value, call: &Call) -> Vec<(String, String)> {
    let list = parameters.as_array().into_iter().flatten();
    let parameters = list.filter_map(Parameter::of).map(|parameter| {
        let Placement { place, style, reserved } = parameter.placement;
        let style = style.map(|style| format!(" as {style}")).unwrap_or_default();
        let reserved = if reserved { ", reserved characters kept" } else { "" };
        let name = match place.as_str() {
            "header" => parameter.wire.to_lowercase(),
            _ => parameter.wire,
        };
        (name, format!("in the {place}{style}{reserved}"))
    });
    let settings = call.body.iter().flat_map(|body| &body.settings);
    let settings = settings.map(|(name, setting)| (name.clone(), format!("as {setting}")));
    parameters.chain(settings).collect()
}

struct Parameter {
    argument: Ident,
    wire: String,
    placement: Placement,
}

impl Parameter {
    fn of(parameter: &Value) -> Option<Self> {
        let name = parameter["name"].as_str()?;
        Some(Self {
            argument: format_ident!("{}", rust_names::method(name)),
            wire: idents::on_the_wire(name).to_owned(),
            placement: Placement::deserialize(&parameter[PLACEMENT]).ok()?,
        })
    }

    fn write(&self) -> TokenStream {
        let Self { argument, wire, placement } = self;
        let method = match placement.place.as_str() {
            "querystring" if placement.style.as_deref() == Some("JSON") => {
                return quote!(.query_json(&#argument));
            }
            "querystring" => return quote!(.query_string(&#argument)),
            place => place,
        };
        match style(placement.style.as_deref(), placement.reserved) {
            Some(style) => {
                let method = format_ident!("{method}_as");
                quote!(.#method(#wire, #style, &#argument))
            }
            None => {
                let method = format_ident!("{method}");
                quote!(.#method(#wire, &#argument))
            }
        }
    }
}

/// Returns a style of the runtime crate, or `None` for the default style.
fn style(name: Option<&str>, reserved: bool) -> Option<TokenStream> {
    let name = name.or(reserved.then_some("FORM_EXPLODED"))?;
    let name = format_ident!("{name}");
    let reserved = reserved.then(|| quote!(.reserved()));
    Some(quote!(crate::__request::Style::#name #reserved))
}

fn body(body: &Body) -> TokenStream {
    let Body { kind, content_type, optional, settings } = body;
    let settings = settings.iter().filter_map(|(name, setting)| match kind {
        BodyKind::Form => {
            let plain = setting.strip_prefix("reserved ");
            let style = style(Some(plain.unwrap_or(setting)), plain.is_some())?;
            Some(quote!((#name, #style)))
        }
        _ => Some(quote!((#name, crate::__request::Part::new(#setting)))),
    });
    let write = match kind {
        BodyKind::Json => quote!(.json(#content_type, &body)),
        BodyKind::Form => quote!(.form(#content_type, &body, &[#(#settings),*])),
        BodyKind::Multipart => quote!(.multipart(#content_type, &body, &[#(#settings),*])),
        BodyKind::Raw => quote!(.raw(#content_type, body)),
    };
    match optional {
        true => quote!(.maybe(body, |request, body| request #write)),
        false => write,
    }
}
