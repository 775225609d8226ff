//! Reads the surface of a client from the syntax tree of its code.

use std::collections::BTreeMap;

use openapi_review::surface::{
    Argument, ClientSurface, Constructor, Credential, Enum, EnumKind, Field, Job, Length,
    Operation, Presence, Struct, TypeItem, TypeRef, Variant,
};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, Fields, FnArg, GenericArgument, ImplItem, Item, ItemEnum, ItemStruct, Path,
    PathArguments, ReturnType, Type,
};

use crate::emit::{self, Emitted, code};

/// Returns the public surface of the client.
pub fn of(emitted: &Emitted) -> ClientSurface {
    let operations = emitted.operations.iter().map(|operation| {
        let name = operation.signature.ident.to_string();
        (name, self::operation(operation))
    });
    let types = code::types(&emitted.file).iter().filter_map(|item| match item {
        // A string with length limits is shown where it is used.
        Item::Struct(item) if emitted.lengths.contains_key(&item.ident.to_string()) => None,
        Item::Struct(item) => Some((item.ident.to_string(), struct_item(item, emitted))),
        Item::Enum(item) => Some((item.ident.to_string(), enum_item(item, emitted))),
        _ => None,
    });
    let jobs = emitted.jobs.iter().map(|job| {
        let (launch, find) = (job.launch.clone(), job.find.clone());
        (job.name.clone(), Job { launch, find, id: type_ref(&job.id) })
    });
    ClientSurface {
        operations: operations.collect(),
        types: types.collect(),
        limited: emitted.lengths.clone(),
        jobs: jobs.collect(),
        constants: constants(&emitted.file),
        headers: emitted
            .headers
            .iter()
            .map(|(name, fields)| {
                let fields = fields.iter().map(|(field, ty)| (field.clone(), type_ref(ty)));
                (name.clone(), fields.collect())
            })
            .collect(),
        schemes: emitted.schemes.clone(),
        servers: emitted.servers.clone(),
        replaces_servers: emitted.replaces_servers,
    }
}

/// Returns the constants of types by type and name.
fn constants(file: &syn::File) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for item in code::types(file) {
        let Item::Impl(item) = item else { continue };
        let Some(name) = code::type_name(&item.self_ty).filter(|_| item.trait_.is_none()) else {
            continue;
        };
        for member in &item.items {
            if let ImplItem::Const(constant) = member {
                // The value of a newtype is inside `Self(…)`.
                let value = match &constant.expr {
                    Expr::Call(call) => call.args.to_token_stream().to_string(),
                    value => value.to_token_stream().to_string(),
                };
                let value = value.replace("- ", "-");
                all.entry(name.clone()).or_default().insert(constant.ident.to_string(), value);
            }
        }
    }
    all
}

fn operation(operation: &emit::Operation) -> Operation {
    let emit::Operation { id, method, path, security, signature, statuses, call, .. } = operation;
    let credential = |one: &emit::Requirement| Credential {
        scheme: one.scheme.clone(),
        scopes: one.scopes.clone(),
    };
    let arguments = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(Argument {
            name: argument.pat.to_token_stream().to_string(),
            ty: type_ref(&argument.ty),
        }),
        FnArg::Receiver(_) => None,
    });
    Operation {
        id: id.clone(),
        method: method.clone(),
        path: path.clone(),
        security: security.iter().map(|all| all.iter().map(credential).collect()).collect(),
        is_deprecated: operation.deprecated,
        arguments: arguments.collect(),
        body: call.body.as_ref().map(|body| body.content_type.clone()),
        written: operation.written.clone(),
        accept: call.accept.clone(),
        server: call.server.clone(),
        returns: match &signature.output {
            ReturnType::Type(_, ty) => Some(type_ref(ty)),
            ReturnType::Default => None,
        },
        statuses: statuses.clone(),
    }
}

fn struct_item(item: &ItemStruct, emitted: &Emitted) -> TypeItem {
    if let Fields::Unnamed(fields) = &item.fields {
        let inner = fields.unnamed.first().map(|field| type_ref(&field.ty));
        return TypeItem::Newtype(inner.unwrap_or_else(|| TypeRef::Other(String::new())));
    }
    let fields = item.fields.iter().filter(|field| !code::has_serde(&field.attrs, "flatten"));
    let fields: BTreeMap<String, Field> =
        fields.filter_map(|field| self::field(field, item, emitted)).collect();
    let is_request = emitted.requests.contains(&item.ident.to_string());
    let constructor = match fields.values().any(|field| field.is_constructed) {
        false => Constructor::Default,
        true if is_request => Constructor::New,
        true => Constructor::None,
    };
    TypeItem::Struct(Struct {
        refuses_unknown: code::has_serde(&item.attrs, "deny_unknown_fields"),
        constructor,
        fields,
    })
}

/// Returns a field with its JSON name.
fn field(field: &syn::Field, item: &ItemStruct, emitted: &Emitted) -> Option<(String, Field)> {
    let name = field.ident.as_ref()?.to_string();
    let presence = emitted.presence.get(&(item.ident.to_string(), name.clone()));
    let ty = type_ref(&field.ty);
    let limited = match &ty {
        TypeRef::Named(name, arguments) if name == "Field" => arguments.first(),
        ty => Some(ty),
    };
    let length = match limited {
        Some(TypeRef::Named(name, _)) => emitted.lengths.get(name).copied(),
        _ => None,
    };
    let wire = code::wire_name(&field.attrs, &name);
    let is_request = emitted.requests.contains(&item.ident.to_string());
    let field = Field {
        name,
        presence: presence.copied().unwrap_or(Presence::Required),
        is_constructed: emit::is_required(field) || is_request && emit::is_sent_as_null(presence),
        length: length.unwrap_or_else(Length::default),
        ty,
    };
    Some((wire, field))
}

fn enum_item(item: &ItemEnum, emitted: &Emitted) -> TypeItem {
    let values = emitted.values.get(&item.ident.to_string());
    let variants = item.variants.iter().map(|variant| {
        let name = variant.ident.to_string();
        let value = values.and_then(|values| values.get(&name).cloned());
        let holds = variant.fields.iter().map(|field| type_ref(&field.ty)).collect();
        Variant { name, value, holds }
    });
    let kind = if values.is_some() { EnumKind::Open } else { EnumKind::Union };
    let mut variants: Vec<Variant> = variants.collect();
    if kind != EnumKind::Union {
        variants.sort_by(|a, b| a.name.cmp(&b.name));
    }
    TypeItem::Enum(Enum { kind, variants })
}

/// Converts a type, without the usual paths and lifetimes.
fn type_ref(ty: &Type) -> TypeRef {
    let named = match ty {
        Type::Path(path) => named(&path.path),
        Type::Reference(reference) if reference.mutability.is_none() => {
            Some(TypeRef::Reference(Box::new(type_ref(&reference.elem))))
        }
        _ => None,
    };
    named.unwrap_or_else(|| {
        let mut ty = ty.clone();
        Short.visit_type_mut(&mut ty);
        TypeRef::Other(code::text(&ty))
    })
}

fn named(path: &Path) -> Option<TypeRef> {
    let last = path.segments.last()?;
    let arguments = match &last.arguments {
        PathArguments::None => Vec::new(),
        PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter(|argument| !matches!(argument, GenericArgument::Lifetime(_)))
            .map(|argument| match argument {
                GenericArgument::Type(ty) => Some(type_ref(ty)),
                _ => None,
            })
            .collect::<Option<_>>()?,
        PathArguments::Parenthesized(_) => return None,
    };
    Some(TypeRef::Named(last.ident.to_string(), arguments))
}

/// Removes paths and lifetimes from a type.
struct Short;

impl VisitMut for Short {
    fn visit_path_mut(&mut self, path: &mut Path) {
        path.leading_colon = None;
        while path.segments.len() > 1 {
            path.segments = path.segments.iter().skip(1).cloned().collect();
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime = None;
        visit_mut::visit_type_reference_mut(self, reference);
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn types_are_shown_without_paths_and_lifetimes() {
        let rows: [(Type, &str); 6] = [
            (parse_quote!(::std::vec::Vec<types::Pet>), "Vec<Pet>"),
            (
                parse_quote!(crate::Field<BTreeMap<String, Option<Pet>>>),
                "Field<BTreeMap<String, Option<Pet>>>",
            ),
            (parse_quote!(&'a str), "&str"),
            (parse_quote!(Option<&'a types::Pet>), "Option<&Pet>"),
            (parse_quote!([::std::string::String; 2]), "[String; 2]"),
            (parse_quote!(Cow<'static, str>), "Cow<str>"),
        ];
        for (ty, expected) in rows {
            let shown = type_ref(&ty).to_string();
            assert_eq!(shown.replace(" ;", ";").replace("[ ", "[").replace(" ]", "]"), expected);
        }
    }
}
