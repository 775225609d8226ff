//! Pass: every answer keeps status, headers and bytes.
//!
//! progenitor's methods end in a match that throws them away wherever a body
//! doesn't fit. Each method keeps its head, which builds the request, and gets
//! a new tail, which sends it through the transport.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_review::rust_names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Block, Expr, ExprCall, ExprMatch, Ident, ImplItem, ImplItemFn, Item, Pat, ReturnType,
    Stmt, Type, UseTree, parse_quote,
};

use super::code;
use crate::idents;
use crate::operations::{CONTENT_TYPE, LINKS, Link, SOURCE};

/// One operation, as the description and the code know it.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its id in the description.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The ways to be let in, each a list of security schemes that are all
    /// needed.
    pub security: Vec<Vec<String>>,
    /// The content type of its body, if progenitor would send another one.
    pub content_type: Option<String>,
    /// The media type of its body.
    pub body: Option<String>,
    /// The Rust method, without its body.
    pub signature: syn::Signature,
    /// What each documented status comes back as: pattern and outcome.
    pub statuses: Vec<(String, String)>,
    /// Where the operation is in the description.
    pub source: String,
    /// The operations that its success response links to.
    pub links: Vec<Link>,
}

impl Operation {
    pub(super) fn constant(&self) -> Ident {
        format_ident!(
            "{}",
            self.signature.ident.to_string().trim_start_matches("r#").to_uppercase()
        )
    }
}

/// Replaces the tail of every operation, and describes each in a constant.
pub(crate) fn keep_answers(
    file: &mut syn::File,
    document: &Document,
) -> Result<Vec<Operation>, Diagnostic> {
    let mut described = describe(&document.root);
    let mut operations = Vec::new();
    for item in &mut file.items {
        let Item::Impl(item) = item else { continue };
        for function in item.items.iter_mut().filter_map(method) {
            let name = function.sig.ident.to_string();
            let mut operation =
                described.remove(name.trim_start_matches("r#")).ok_or_else(|| {
                    Diagnostic::new(format!("no operation is called `{name}` in the document"))
                })?;
            rewrite(function, &mut operation)?;
            operations.push(operation);
        }
    }
    if operations.is_empty() {
        // A client without operations sends nothing.
        for item in &mut file.items {
            if let Item::Struct(client) = item {
                client.attrs.push(parse_quote!(#[allow(dead_code)]));
            }
        }
        file.items.retain(|item| !matches!(item, Item::Use(import) if is_of_runtime(&import.tree)));
    }
    if let Some(lost) = described.values().next() {
        return Err(Diagnostic::new(format!(
            "the operation `{}` did not come out of progenitor",
            lost.id
        )));
    }
    file.items.push(constants(&operations));
    Ok(operations)
}

fn media_type(operation: &Value) -> Option<String> {
    let written = || operation["requestBody"]["content"].as_object()?.keys().next().cloned();
    operation[CONTENT_TYPE].as_str().map(str::to_owned).or_else(written)
}

fn method(item: &mut ImplItem) -> Option<&mut ImplItemFn> {
    match item {
        ImplItem::Fn(function) if function.sig.asyncness.is_some() => Some(function),
        _ => None,
    }
}

/// The operations of the document, by the names of their methods: progenitor
/// derives those from the ids.
fn describe(root: &Value) -> BTreeMap<String, Operation> {
    let mut operations = BTreeMap::new();
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let security = operation.get("security").or_else(|| root.get("security"));
            let described = Operation {
                id: id.to_owned(),
                method: method.to_uppercase(),
                path: idents::template_on_the_wire(path),
                security: schemes(security),
                content_type: operation[CONTENT_TYPE].as_str().map(str::to_owned),
                body: media_type(operation),
                signature: parse_quote!(fn unknown()),
                statuses: Vec::new(),
                source: operation[SOURCE].as_str().unwrap_or_default().to_owned(),
                links: Link::read(&operation[LINKS]),
            };
            operations.insert(rust_names::method(id), described);
        }
    }
    operations
}

/// The names in a list of security requirements.
fn schemes(security: Option<&Value>) -> Vec<Vec<String>> {
    security
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|requirement| requirement.keys().cloned().collect())
        .collect()
}

fn rewrite(function: &mut ImplItemFn, operation: &mut Operation) -> Result<(), Diagnostic> {
    let unexpected =
        |what: &str| Diagnostic::new(format!("progenitor's `{}` {what}", operation.id));
    let statements = &mut function.block.stmts;
    let tail = match statements.pop() {
        Some(Stmt::Expr(Expr::Match(tail), _)) => tail,
        _ => return Err(unexpected("doesn't end in a match on the status")),
    };
    let head = statements
        .iter()
        .position(|statement| is_let(statement, "info"))
        .ok_or_else(|| unexpected("has no operation info"))?;
    statements.truncate(head);
    let request =
        statements.last().and_then(bound).ok_or_else(|| unexpected("builds no request"))?;
    function.sig.output =
        our_types(&function.sig.output).ok_or_else(|| unexpected("returns no Result"))?;
    operation.signature = function.sig.clone();
    let constant = operation.constant();
    let tail = rewrite_match(tail, &mut operation.statuses);
    let send: Block = parse_quote!({
        let response = self.transport.execute(Request::new(&operations::#constant, #request)).await?;
        #tail
    });
    function.block.stmts.extend(send.stmts);
    NoVersionHeader.visit_block_mut(&mut function.block);
    OnTheWire { content_type: operation.content_type.take() }.visit_block_mut(&mut function.block);
    Ok(())
}

fn is_let(statement: &Stmt, name: &str) -> bool {
    bound(statement).is_some_and(|ident| ident == name)
}

/// The name that a `let` binds.
fn bound(statement: &Stmt) -> Option<Ident> {
    match statement {
        Stmt::Local(local) => match &local.pat {
            Pat::Ident(pattern) => Some(pattern.ident.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// `Result<ResponseValue<T>, Error<E>>` → `Result<Decoded<T>, OperationError<E>>`.
fn our_types(output: &ReturnType) -> Option<ReturnType> {
    let ReturnType::Type(_, ty) = output else { return None };
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
    Some(parse_quote!(-> ::std::result::Result<Decoded<#success>, OperationError<#error>>))
}

/// A body that is not JSON is read like any other, and handed out as bytes.
fn bytes(ty: &Type) -> Type {
    match code::type_name(ty).as_deref() {
        Some("ByteStream") => parse_quote!(crate::Bytes),
        _ => ty.clone(),
    }
}

fn rewrite_match(tail: ExprMatch, statuses: &mut Vec<(String, String)>) -> TokenStream {
    // progenitor sorts ranges before codes, which would shadow them.
    let mut arms: Vec<&Arm> = tail.arms.iter().collect();
    arms.sort_by_key(|arm| match arm.pat {
        Pat::Wild(_) => 2,
        Pat::Range(_) => 1,
        _ => 0,
    });
    let arms = arms.into_iter().map(|arm| {
        let outcome = outcome(&arm.body);
        let pattern = &arm.pat;
        if !matches!(pattern, Pat::Wild(_)) || outcome.documented {
            statuses.push((code::text(pattern).replace("u16", ""), outcome.name.to_owned()));
        }
        let body = outcome.code;
        quote!(#pattern => #body,)
    });
    quote!(match response.status().as_u16() { #(#arms)* })
}

struct Outcome {
    name: &'static str,
    documented: bool,
    code: TokenStream,
}

/// What progenitor does with an answer, done without losing any of it.
fn outcome(body: &Expr) -> Outcome {
    let calls = Names::of(|names| names.visit_expr(body));
    let is_error = calls.has("ErrorResponse");
    let (name, code) = if calls.has("UnexpectedResponse") {
        return Outcome {
            name: "undocumented",
            documented: false,
            code: quote!(Err(OperationError::undocumented(response))),
        };
    } else if calls.has("from_response") && is_error {
        ("error", quote!(Err(response.into_api_error())))
    } else if calls.has("from_response") {
        ("success", quote!(response.into_decoded()))
    } else if calls.has("stream") && is_error {
        ("error, bytes", quote!(Err(OperationError::api(response.into_raw()))))
    } else if calls.has("stream") {
        ("success, bytes", quote!(Ok(response.into_raw())))
    } else if is_error {
        ("error, no body", quote!(Err(OperationError::api(response.into_empty()))))
    } else {
        ("success, no body", quote!(Ok(response.into_empty())))
    };
    Outcome { name, documented: true, code }
}

/// The names of what code calls: the last segments of paths, and methods.
struct Names(BTreeSet<String>);

impl Names {
    fn of(visit: impl FnOnce(&mut Self)) -> Self {
        let mut names = Self(BTreeSet::new());
        visit(&mut names);
        names
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.extend(path.segments.last().map(|last| last.ident.to_string()));
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.0.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }
}

/// progenitor sends the document's version with every request; the API knows
/// no such header.
struct NoVersionHeader;

impl VisitMut for NoVersionHeader {
    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain(|statement| !is_version(statement));
        let has_headers = block.stmts.iter().any(|statement| {
            !is_let(statement, "request")
                && Names::of(|names| names.visit_stmt(statement)).has("append")
        });
        if !has_headers {
            block.stmts.retain(|statement| !is_let(statement, "header_map"));
            NoHeaders.visit_block_mut(block);
        }
    }
}

fn is_version(statement: &Stmt) -> bool {
    struct Calls(bool);

    impl<'ast> Visit<'ast> for Calls {
        fn visit_expr_call(&mut self, call: &'ast ExprCall) {
            if let Expr::Path(path) = &*call.func {
                let names: Vec<String> =
                    path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                self.0 |= names == ["Self", "api_version"];
            }
            visit::visit_expr_call(self, call);
        }
    }

    let mut calls = Calls(false);
    calls.visit_stmt(statement);
    calls.0
}

/// `.headers(header_map)` → nothing.
struct NoHeaders;

impl VisitMut for NoHeaders {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr
            && call.method == "headers"
        {
            *expr = (*call.receiver).clone();
        }
    }
}

/// What goes on the wire is what the description says: names without what made
/// them unique, and the body's own content type.
struct OnTheWire {
    content_type: Option<String>,
}

impl VisitMut for OnTheWire {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        if text.contains(idents::SEPARATOR) {
            *literal = syn::LitStr::new(idents::on_the_wire(&text), literal.span());
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Try(fallible) = expr
            && matches!(&*fallible.expr, Expr::MethodCall(call) if call.method == "form_urlencoded")
        {
            let form = &fallible.expr;
            *expr = parse_quote! {
                #form.map_err(|error: progenitor_client::Error<()>| {
                    OperationError::Build(error.to_string().into())
                })?
            };
        }
        let Expr::MethodCall(call) = expr else { return };
        match call.method.to_string().as_str() {
            // reqwest has no methods of these names.
            method @ ("options" | "trace") if call.args.len() == 1 => {
                let method = format_ident!("{}", method.to_uppercase());
                let (receiver, url) = (&call.receiver, &call.args);
                *expr = parse_quote!(#receiver.request(::reqwest::Method::#method, #url));
            }
            // The first header of a name is kept.
            "json" => {
                if let Some(content_type) = self.content_type.take() {
                    let receiver = &call.receiver;
                    call.receiver = parse_quote! {
                        #receiver.header(::reqwest::header::CONTENT_TYPE, #content_type)
                    };
                }
            }
            "header" if call.args.iter().any(is_bytes) => {
                if let Some(content_type) = self.content_type.take() {
                    call.args = parse_quote!(::reqwest::header::CONTENT_TYPE, #content_type);
                }
            }
            _ => {}
        }
    }
}

/// Whether it is the content type that progenitor sends bytes with.
fn is_bytes(argument: &Expr) -> bool {
    struct Texts(bool);

    impl<'ast> Visit<'ast> for Texts {
        fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
            self.0 |= text.value() == "application/octet-stream";
        }
    }

    let mut texts = Texts(false);
    texts.visit_expr(argument);
    texts.0
}

fn is_of_runtime(import: &UseTree) -> bool {
    matches!(import, UseTree::Path(path) if path.ident == "crate")
}

fn constants(operations: &[Operation]) -> Item {
    let constants = operations.iter().map(|operation| {
        let Operation { id, method, path, security, .. } = operation;
        let constant = operation.constant();
        let security = security.iter().map(|all| quote!(&[#(#all),*]));
        let doc = format!("`{method} {path}`");
        quote! {
            #[doc = #doc]
            pub static #constant: Operation = Operation::new(#id, #method, #path, &[#(#security),*]);
        }
    });
    let import = (!operations.is_empty()).then(|| {
        quote!(
            use crate::Operation;
        )
    });
    parse_quote! {
        /// What the API description says of each operation.
        pub mod operations {
            #import
            #(#constants)*
        }
    }
}
