//! Pass: generates a job kind for each launcher and the finder that its response links to.
//!
//! The launcher must have a body, the finder must require only the linked value, and both types of
//! this value must be equal. The kind is named after the words that both ids have in common, in
//! singular or plural: `launchContactEnrichment` and `findContactEnrichment` result in
//! `ContactEnrichment`, `searchCompanies` and `findCompanySearch` in `CompanySearch`.

use openapi_document::references;
use openapi_review::rust_names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, FnArg, GenericArgument, Ident, Item, Pat, PathArguments, ReturnType, Type};
use syn::{parse_quote, visit_mut, visit_mut::VisitMut};

use crate::emit::code;
use crate::emit::operations::Operation;
use crate::idents::NameSet;

/// A job kind: its name, and the methods that launch and find a job.
#[derive(Debug, Clone)]
pub struct Job {
    /// The type that represents the kind.
    pub name: String,
    /// The method that launches a job.
    pub launch: String,
    /// The method that finds a job.
    pub find: String,
    /// The type of a job's id.
    pub id: Type,
}

/// The parts of an implementation.
struct Kind<'a> {
    launch: &'a Operation,
    find: &'a Operation,
    request: Type,
    launched: [Type; 2],
    found: [Type; 2],
    id: Type,
    /// The arguments of both methods.
    arguments: [Vec<Expr>; 2],
    /// The statements that get the id from the success response.
    steps: Vec<TokenStream>,
}

/// Adds `pub mod jobs` if there are job kinds.
pub(crate) fn implement(file: &mut syn::File, operations: &[Operation]) -> Vec<Job> {
    let types = code::types(file);
    let mut names = NameSet::default();
    let (mut jobs, mut items) = (Vec::new(), Vec::new());
    for launch in operations {
        let kind = launch.links.iter().find_map(|link| {
            let find = operations.iter().find(|operation| operation.source == link.target)?;
            kind(launch, find, &link.parameter, &link.value, types)
        });
        let Some(kind) = kind else { continue };
        let Some(words) = name(launch, kind.find, &mut names) else { continue };
        let ident = format_ident!("{}", rust_names::pascal(&words));
        items.extend(code(&kind, &ident, &words));
        jobs.push(Job {
            name: ident.to_string(),
            launch: launch.signature.ident.to_string(),
            find: kind.find.signature.ident.to_string(),
            id: kind.id,
        });
    }
    if !items.is_empty() {
        file.items.push(parse_quote! {
            /// The job kinds: pairs of operations that the API description links.
            #[allow(deprecated)]
            pub mod jobs {
                use super::{Client, operations, types};
                #(#items)*
            }
        });
    }
    jobs
}

/// Returns the job kind that a link describes, or `None` if it describes none.
fn kind<'a>(
    launch: &'a Operation,
    find: &'a Operation,
    parameter: &str,
    value: &str,
    types: &[Item],
) -> Option<Kind<'a>> {
    let launched = outcome(launch)?;
    let (id, steps) = linked(value, &launched[0], types)?;
    let (body, launching) = call(launch, "body", &parse_quote!(request))?;
    let Type::Reference(request) = body else { return None };
    let request = (*request.elem).clone();
    if code::type_name(&request)? == "str" {
        return None;
    }
    let (argument, finding) = call(find, &rust_names::method(parameter), &parse_quote!(id))?;
    let finding = match argument {
        Type::Reference(argument) if is_same(&argument.elem, &id) => finding,
        by_value if is_same(by_value, &id) && is_copy(by_value) => {
            let by_value =
                |expr: Expr| if expr == parse_quote!(id) { parse_quote!(*id) } else { expr };
            finding.into_iter().map(by_value).collect()
        }
        _ => return None,
    };
    let found = outcome(find)?;
    let arguments = [launching, finding];
    Some(Kind { launch, find, request, launched, found, id, arguments, steps })
}

/// Returns the types of success and error.
fn outcome(operation: &Operation) -> Option<[Type; 2]> {
    let ReturnType::Type(_, ty) = &operation.signature.output else { return None };
    let arguments = arguments(ty);
    let [success, error] = arguments.as_slice() else { return None };
    let error = code::argument(error, "OperationError")?;
    Some([code::argument(success, "Decoded")?.clone(), error.clone()])
}

fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let last = path.path.segments.last();
    let Some(PathArguments::AngleBracketed(arguments)) = last.map(|last| &last.arguments) else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// Returns the type of the method's only required argument if it has this name, and the arguments
/// of the call: `value` for this argument and `None` for all others.
fn call<'o>(operation: &'o Operation, name: &str, value: &Expr) -> Option<(&'o Type, Vec<Expr>)> {
    let mut required = None;
    let mut expressions = Vec::new();
    for input in &operation.signature.inputs {
        let FnArg::Typed(argument) = input else { continue };
        if code::argument(&argument.ty, "Option").is_some() {
            expressions.push(parse_quote!(::std::option::Option::None));
            continue;
        }
        let is_it = matches!(&*argument.pat, Pat::Ident(pattern) if pattern.ident == name);
        if !is_it || required.replace(&*argument.ty).is_some() {
            return None;
        }
        expressions.push(value.clone());
    }
    Some((required?, expressions))
}

/// Returns the type of the value at the pointer, and the statements that get it from `value`.
fn linked(pointer: &str, root: &Type, types: &[Item]) -> Option<(Type, Vec<TokenStream>)> {
    let (mut ty, mut steps) = (root.clone(), Vec::new());
    for segment in pointer.strip_prefix('/')?.split('/') {
        let wire = references::unescape(segment);
        let name = code::type_name(&ty)?;
        let fields = types.iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == name => Some(&item.fields),
            _ => None,
        })?;
        let (field, ident) = fields.iter().find_map(|field| {
            let ident = field.ident.as_ref()?;
            let is_extra = code::has_serde(&field.attrs, "flatten");
            let is_it = !is_extra && code::wire_name(&field.attrs, &ident.to_string()) == wire;
            is_it.then_some((field, ident))
        })?;
        steps.push(quote!(let value = &value.#ident;));
        ty = field.ty.clone();
        let optional = ["Field", "Option"].iter().find_map(|name| code::argument(&ty, name));
        if let Some(inner) = optional.cloned() {
            steps.push(quote!(let value = value.as_ref()?;));
            ty = inner;
        }
    }
    Some((in_types(ty), steps))
}

/// Adds the module to the types of `mod types`, so that other modules can use them.
fn in_types(mut ty: Type) -> Type {
    if let Type::Path(path) = &ty
        && path.path.leading_colon.is_none()
        && let Some(name) = path.path.get_ident()
        && !is_copy(&ty)
    {
        ty = parse_quote!(types::#name);
    }
    ty
}

/// Returns whether an argument accepts a value of a type. `str` accepts a `String`.
fn is_same(argument: &Type, value: &Type) -> bool {
    argument == value
        || (code::type_name(argument).as_deref() == Some("str")
            && code::type_name(value).as_deref() == Some("String"))
}

fn is_copy(ty: &Type) -> bool {
    const NUMBERS: [&str; 11] =
        ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool"];
    matches!(ty, Type::Path(path) if NUMBERS.iter().any(|name| path.path.is_ident(name)))
}

/// Returns the words of the finder that the launcher also has. Returns the launcher's words if
/// there are none, or if another kind has this name.
fn name(launch: &Operation, find: &Operation, names: &mut NameSet) -> Option<String> {
    let words = |operation: &Operation| -> Vec<String> {
        rust_names::snake(&operation.id).split('_').map(str::to_owned).collect()
    };
    let all = words(launch);
    let is_shared = |word: &String| all.iter().any(|other| singular(other) == singular(word));
    let shared: Vec<String> = words(find).into_iter().filter(is_shared).collect();
    let candidates = [shared, all].into_iter().filter(|words| !words.is_empty());
    let candidates = candidates.map(|words| words.join("_"));
    let method = launch.signature.ident.to_string();
    candidates.chain([method]).find(|words| names.take(&rust_names::pascal(words)))
}

/// Returns the word without a regular plural ending, for comparisons only.
fn singular(word: &str) -> String {
    match (word.strip_suffix("ies"), word.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) => stem.to_owned(),
        (None, None) => word.to_owned(),
    }
}

/// Removes lifetimes of the method, which do not exist in the implementation.
struct NoLifetimes;

impl VisitMut for NoLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime = None;
        visit_mut::visit_type_reference_mut(self, reference);
    }
}

fn code(kind: &Kind<'_>, ident: &Ident, words: &str) -> [Item; 2] {
    let Kind { launch, find, request, launched, found, id, arguments, steps } = kind;
    let ([launched, launch_error], [found, find_error]) = (launched, found);
    let mut request = request.clone();
    NoLifetimes.visit_type_mut(&mut request);
    let (launch_method, find_method) = (&launch.signature.ident, &find.signature.ident);
    let (launch_constant, find_constant) = (launch.constant(), find.constant());
    let [launching, finding] = arguments;
    let doc = format!("`{} {}`, then `{} {}`.", launch.method, launch.path, find.method, find.path);
    let kind = parse_quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum #ident {}
    };
    let implementation = parse_quote! {
        impl crate::JobKind for #ident {
            type Client = Client;
            type Request = #request;
            type Launched = #launched;
            type LaunchError = #launch_error;
            type Id = #id;
            type Job = #found;
            type FindError = #find_error;
            const NAME: &'static str = #words;
            const LAUNCH: &'static crate::Operation = &operations::#launch_constant;
            const FIND: &'static crate::Operation = &operations::#find_constant;
            fn client(
                baseurl: &str,
                requests: ::reqwest::Client,
                transport: ::std::sync::Arc<dyn crate::Transport>,
            ) -> Client {
                Client::new(baseurl, requests, transport)
            }
            async fn launch(
                client: &Client,
                request: &Self::Request,
            ) -> ::std::result::Result<
                crate::Decoded<Self::Launched>,
                crate::OperationError<Self::LaunchError>,
            > {
                client.#launch_method(#(#launching),*).await
            }
            async fn find(
                client: &Client,
                id: &Self::Id,
            ) -> ::std::result::Result<
                crate::Decoded<Self::Job>,
                crate::OperationError<Self::FindError>,
            > {
                client.#find_method(#(#finding),*).await
            }
            fn job_id(launched: &Self::Launched) -> ::std::option::Option<&Self::Id> {
                let value = launched;
                #(#steps)*
                ::std::option::Option::Some(value)
            }
        }
    };
    [kind, implementation]
}
