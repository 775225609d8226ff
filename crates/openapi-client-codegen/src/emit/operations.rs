//! Pass: makes each method send the described request and decode the described responses.
//!
//! progenitor provides the name, documentation, arguments and types of a method. This pass replaces
//! the body, based on the markers of the stage `operations`.

use std::collections::BTreeMap;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_review::rust_names;
use quote::{format_ident, quote};
use serde::Deserialize;
use serde_json::Value;
use syn::{Block, Ident, ImplItem, ImplItemFn, Item, UseTree, parse_quote};

use crate::emit::{answers, requests};
use crate::idents;
use crate::operations::markers::{CALL, Call};
use crate::operations::{LINKS, Link, SOURCE};

/// An operation in the description and in the code.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The id in the description.
    pub id: String,
    /// The HTTP method in uppercase.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The alternative security requirements. Each is a list of security schemes that are all
    /// required.
    pub security: Vec<Vec<Requirement>>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The request and the responses.
    pub call: Call,
    /// The Rust method, without its body.
    pub signature: syn::Signature,
    /// The names of parameters and parts of bodies, each with its notation.
    pub written: Vec<(String, String)>,
    /// What each documented status comes back as: pattern and outcome.
    pub statuses: Vec<(String, String)>,
    /// The pointer in the description.
    pub source: String,
    /// The links of the success response.
    pub links: Vec<Link>,
    /// The parameters, with their placements.
    parameters: Value,
}

impl Operation {
    pub(super) fn constant(&self) -> Ident {
        format_ident!(
            "{}",
            self.signature.ident.to_string().trim_start_matches("r#").to_uppercase()
        )
    }
}

/// Writes the body of every method, and a constant for each operation.
pub(crate) fn write(
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
                    Diagnostic::new(format!(
                        "the document has no operation for the method `{name}`"
                    ))
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
            "progenitor generated no method for the operation `{}`",
            lost.id
        )));
    }
    file.items.push(constants(&operations));
    Ok(operations)
}

/// Returns whether any operation has a separate server.
pub(crate) fn has_servers(root: &Value) -> bool {
    let items = root["paths"].as_object().into_iter().flatten();
    let mut operations =
        items.filter_map(|(_, item)| item.as_object()).flat_map(|item| item.values());
    operations.any(|operation| operation[CALL]["server"].is_string())
}

fn method(item: &mut ImplItem) -> Option<&mut ImplItemFn> {
    match item {
        ImplItem::Fn(function) if function.sig.asyncness.is_some() => Some(function),
        _ => None,
    }
}

/// Returns the operations of the document by the names of their methods, which progenitor derives
/// from the ids.
fn describe(root: &Value) -> BTreeMap<String, Operation> {
    let mut operations = BTreeMap::new();
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let security = operation.get("security").or_else(|| root.get("security"));
            let call = Call::deserialize(&operation[CALL]).unwrap_or_default();
            let described = Operation {
                id: id.to_owned(),
                method: call.method.clone().unwrap_or_else(|| method.to_uppercase()),
                path: idents::template_on_the_wire(path),
                security: requirements(security),
                deprecated: operation["deprecated"] == Value::Bool(true),
                call,
                signature: parse_quote!(fn unknown()),
                written: Vec::new(),
                statuses: Vec::new(),
                source: operation[SOURCE].as_str().unwrap_or_default().to_owned(),
                links: Link::read(&operation[LINKS]),
                parameters: operation["parameters"].clone(),
            };
            operations.insert(rust_names::method(id), described);
        }
    }
    operations
}

/// A required security scheme, and the scopes that it has to grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The name of the scheme.
    pub scheme: String,
    /// The scopes, or the roles.
    pub scopes: Vec<String>,
}

/// Returns the alternative security requirements.
fn requirements(security: Option<&Value>) -> Vec<Vec<Requirement>> {
    let requirement = |(scheme, scopes): (&String, &Value)| {
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
        Requirement { scheme: scheme.clone(), scopes: scopes.map(str::to_owned).collect() }
    };
    security
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|all| all.iter().map(requirement).collect())
        .collect()
}

fn rewrite(function: &mut ImplItemFn, operation: &mut Operation) -> Result<(), Diagnostic> {
    let (success, error) = answers::types(&function.sig.output).ok_or_else(|| {
        Diagnostic::new(format!("progenitor's `{}` returns no Result", operation.id))
    })?;
    let call = &operation.call;
    let returned = answers::success_type(call, &success);
    function.sig.output = parse_quote!(-> ::std::result::Result<#returned, OperationError<#error>>);
    requests::optional_body(&mut function.sig, call);
    operation.signature = function.sig.clone();
    let in_order = in_order(&operation.path, &operation.parameters);
    let request = requests::build(&operation.constant(), &in_order, call);
    let written = requests::notations(&in_order, call);
    let (statements, statuses) = answers::read(call, &request, &success, &error);
    if operation.deprecated {
        function.attrs.push(parse_quote!(#[deprecated = "by the API description"]));
    }
    let block: Block = parse_quote!({ #statements });
    function.block = block;
    (operation.written, operation.statuses) = (written, statuses);
    Ok(())
}

/// Returns the parameters. Those of the path are in the order of its template.
fn in_order(template: &str, parameters: &Value) -> Value {
    let mut all: Vec<Value> = parameters.as_array().cloned().unwrap_or_default();
    all.sort_by_key(|parameter| {
        let name = parameter["name"].as_str().unwrap_or_default();
        match parameter["in"].as_str() {
            Some("path") => {
                let wire = idents::on_the_wire(name);
                let place = template.find(&format!("{{{wire}}}")).unwrap_or(template.len());
                // A repeated name has a number as its suffix.
                (0, place, name.to_owned())
            }
            Some("query") => (1, 0, name.to_owned()),
            _ => (2, 0, name.to_owned()),
        }
    });
    Value::Array(all)
}

fn is_of_runtime(import: &UseTree) -> bool {
    matches!(import, UseTree::Path(path) if path.ident == "crate")
}

fn constants(operations: &[Operation]) -> Item {
    let constants = operations.iter().map(|operation| {
        let Operation { id, method, path, security, .. } = operation;
        let constant = operation.constant();
        let has_scopes = security.iter().flatten().any(|one| !one.scopes.is_empty());
        let scopes = has_scopes.then(|| {
            let scopes = security.iter().map(|all| {
                let scopes = all.iter().map(|Requirement { scopes, .. }| quote!(&[#(#scopes),*]));
                quote!(&[#(#scopes),*])
            });
            quote!(.with_scopes(&[#(#scopes),*]))
        });
        let security = security.iter().map(|all| {
            let all = all.iter().map(|one| &one.scheme);
            quote!(&[#(#all),*])
        });
        let doc = format!("`{method} {path}`");
        quote! {
            #[doc = #doc]
            pub static #constant: Operation = Operation::new(#id, #method, #path, &[#(#security),*]) #scopes;
        }
    });
    let import = (!operations.is_empty()).then(|| {
        quote!(
            use crate::Operation;
        )
    });
    parse_quote! {
        /// The operations of the API description.
        pub mod operations {
            #import
            #(#constants)*
        }
    }
}
