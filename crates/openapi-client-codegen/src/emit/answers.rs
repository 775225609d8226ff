//! Pass: generates the tail of an operation, which sends the request through the transport and
//! reads the response.
//!
//! progenitor's methods discard status, headers and body if the body does not match, and support
//! only one type for all statuses.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, Type, parse_quote};

use crate::emit::code;
use crate::operations::markers::{Answer, AnswerKind, Call, Stream};

/// Documented statuses: pattern and outcome, as text.
pub(super) type Statuses = Vec<(String, String)>;

/// Returns the type that a method returns on success.
pub(super) fn success_type(call: &Call, success: &Type) -> Type {
    match call.stream {
        Some(
            Stream::Events | Stream::TextEvents | Stream::WholeEvents | Stream::WholeJsonEvents,
        ) => parse_quote!(crate::EventStream<#success>),
        Some(Stream::Lines) => parse_quote!(crate::JsonLines<#success>),
        Some(Stream::Bytes) => parse_quote!(crate::StreamingResponse),
        None => parse_quote!(Decoded<#success>),
    }
}

/// Returns the statements that send the request built by `request` and read the response.
pub(super) fn read(
    call: &Call,
    request: &TokenStream,
    success: &Type,
    error: &Type,
) -> (TokenStream, Statuses) {
    let mut statuses = Statuses::new();
    let mut arms: Vec<Arm> = Vec::new();
    for (index, answer) in call.answers.iter().enumerate() {
        let is_success = answer.status.starts_with('2');
        let status = pattern(&answer.status);
        let same = call.answers.iter().filter(|other| other.status == answer.status);
        let media = if same.count() > 1 { answer.media.join(" or ") } else { String::new() };
        statuses.push((words(&answer.status), outcome(answer, is_success, &media)));
        if answer.kind == AnswerKind::Stream {
            continue;
        }
        // The first response of a status also applies if there is no media type.
        let of_status = call.answers.iter().take(index).find(|one| one.status == answer.status);
        let media = match of_status {
            Some(_) => is_of(&answer.media),
            None => otherwise(call, index),
        };
        let guard = match (answer.status.as_str(), media) {
            // `default` describes errors; it does not apply to an undescribed success.
            ("default", None) => quote!(if !response.status().is_success()),
            ("default", Some(media)) => quote!(if !response.status().is_success() && #media),
            (_, Some(media)) => quote!(if #media),
            (_, None) => TokenStream::new(),
        };
        let ty = if is_success { success } else { error };
        let value = value(answer, ty);
        push(&mut arms, Arm { statuses: vec![status], guard, value });
    }
    let arms =
        arms.iter().map(|Arm { statuses, guard, value }| quote!(#(#statuses)|* #guard => #value,));
    let read = quote! {
        match response.status().as_u16() {
            #(#arms)*
            _ => Err(OperationError::undocumented(response)),
        }
    };
    (send(call, request, &read), statuses)
}

/// An arm of the match on the status of a response.
struct Arm {
    statuses: Vec<TokenStream>,
    guard: TokenStream,
    value: TokenStream,
}

/// Adds an arm, or merges it into the last arm if both do the same, because each arm takes time to
/// compile.
fn push(arms: &mut Vec<Arm>, arm: Arm) {
    let is_same = |last: &&mut Arm| {
        last.guard.is_empty()
            && arm.guard.is_empty()
            && last.value.to_string() == arm.value.to_string()
    };
    match arms.last_mut().filter(is_same) {
        Some(last) => last.statuses.extend(arm.statuses),
        None => arms.push(arm),
    }
}

fn send(call: &Call, request: &TokenStream, read: &TokenStream) -> TokenStream {
    let Some(stream) = call.stream else {
        return quote! {
            let request = #request;
            let response = self.transport.execute(request).await?;
            #read
        };
    };
    let patterns = call.answers.iter().filter(|answer| answer.kind == AnswerKind::Stream);
    let patterns = patterns.map(|answer| pattern(&answer.status));
    let stream = match stream {
        Stream::Events => quote!(crate::EventStream::json(response)),
        Stream::TextEvents => quote!(crate::EventStream::text(response)),
        Stream::WholeEvents => quote!(crate::EventStream::whole(response)),
        Stream::WholeJsonEvents => quote!(crate::EventStream::whole_json(response)),
        Stream::Lines => quote!(crate::JsonLines::json(response)),
        Stream::Bytes => quote!(response),
    };
    quote! {
        let request = #request;
        let response = self.transport.open(request).await?;
        if matches!(response.status().as_u16(), #(#patterns)|*) {
            return Ok(#stream);
        }
        let response = response.into_response().await?;
        #read
    }
}

/// Returns the pattern of a status, for example `400u16..=499u16` for `4XX`.
fn pattern(status: &str) -> TokenStream {
    let code = |code: String| code.parse().map(Literal::u16_suffixed).ok();
    match status.strip_suffix("XX") {
        Some(hundreds) => {
            let (from, to) = (code(format!("{hundreds}00")), code(format!("{hundreds}99")));
            quote!(#from..=#to)
        }
        None if status == "default" => quote!(_),
        None => {
            let code = code(status.to_owned());
            quote!(#code)
        }
    }
}

fn words(status: &str) -> String {
    match status.strip_suffix("XX") {
        Some(hundreds) => format!("{hundreds}00 ..= {hundreds}99"),
        None => status.to_owned(),
    }
}

fn outcome(answer: &Answer, is_success: bool, media: &str) -> String {
    let outcome = if is_success { "success" } else { "error" };
    let body = match answer.kind {
        AnswerKind::Json => "",
        AnswerKind::Text => ", text",
        AnswerKind::Bytes => ", bytes",
        AnswerKind::Empty => ", no body",
        AnswerKind::Stream => ", while it arrives",
    };
    let variant = answer.variant.as_ref().map(|variant| format!(": {variant}"));
    let media = if media.is_empty() { String::new() } else { format!(" of {media}") };
    format!("{outcome}{body}{media}{}", variant.unwrap_or_default())
}

/// Returns the condition that a response has one of the media types.
fn is_of(media: &[String]) -> Option<TokenStream> {
    if media.is_empty() || media.iter().any(|media| media == "*/*") {
        return None;
    }
    Some(quote!((#(response.is_of(#media))||*)))
}

/// Returns the condition that a response has none of the media types of the other responses with
/// the same status.
fn otherwise(call: &Call, index: usize) -> Option<TokenStream> {
    let answer = &call.answers[index];
    let others = call.answers.iter().skip(index + 1);
    let others = others.filter(|other| other.status == answer.status);
    let others: Vec<TokenStream> = others.filter_map(|other| is_of(&other.media)).collect();
    if others.is_empty() {
        return None;
    }
    let this = is_of(&answer.media);
    let this = this.map(|this| quote!(#this ||));
    Some(quote!((#this !(#(#others)||*))))
}

fn value(answer: &Answer, ty: &Type) -> TokenStream {
    let is_success = answer.status.starts_with('2');
    let variant = answer.variant.as_ref().map(|variant| format_ident!("{variant}"));
    let decoded = match (answer.kind, variant) {
        (AnswerKind::Json, None) if is_success => return quote!(response.into_decoded()),
        (AnswerKind::Json, None) => return quote!(Err(response.into_api_error())),
        (AnswerKind::Json, Some(variant)) => quote!(response.into_json_as(#ty::#variant)?),
        (AnswerKind::Text, variant) => converted(quote!(response.into_text()?), ty, variant),
        (AnswerKind::Bytes, variant) => converted(quote!(response.into_raw()), ty, variant),
        (_, Some(variant)) => quote!(response.into_empty().map(|()| #ty::#variant)),
        (_, None) => quote!(response.into_empty()),
    };
    match is_success {
        true => quote!(Ok(#decoded)),
        false => quote!(Err(OperationError::api(#decoded))),
    }
}

fn converted(decoded: TokenStream, ty: &Type, variant: Option<Ident>) -> TokenStream {
    match variant {
        Some(variant) => quote!(#decoded.map(#ty::#variant)),
        None => decoded,
    }
}

/// Returns the success and error types of progenitor's return type. A body that is not JSON is
/// returned as bytes.
pub(super) fn types(output: &syn::ReturnType) -> Option<(Type, Type)> {
    let syn::ReturnType::Type(_, ty) = output else { return None };
    let Type::Path(path) = &**ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    let success = bytes(code::argument(types.next()?, "ResponseValue")?);
    let error = bytes(code::argument(types.next()?, "Error")?);
    Some((success, error))
}

fn bytes(ty: &Type) -> Type {
    match code::type_name(ty).as_deref() {
        Some("ByteStream") => parse_quote!(crate::Bytes),
        _ => ty.clone(),
    }
}
