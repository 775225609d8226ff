//! Pass: gives fields types that distinguish absence, null and a value.
//!
//! typify uses `Option` both for fields that may be absent and for fields that may be null. The
//! markers of the stage `normalize` distinguish them. This pass replaces the markers by the types
//! and attributes of fields.

use std::collections::BTreeMap;

use openapi_document::diagnostic::Diagnostic;
use openapi_review::surface::Presence;
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Field, Item, Type, parse_quote};

use crate::emit::code;
use crate::markers;

/// The presence of each field, by type and name of the field.
pub type Presences = BTreeMap<(String, String), Presence>;

/// Replaces all markers. Returns the presence of fields.
pub(crate) fn fold(file: &mut syn::File) -> Result<Presences, Diagnostic> {
    let mut presences = Presences::new();
    let attributes = Attributes::new();
    for item in code::types_mut(file)? {
        if let Item::Struct(item) = item {
            for field in &mut item.fields {
                let Some(name) = field.ident.clone() else { continue };
                if let Some(presence) = fold_field(field, &attributes) {
                    presences.insert((item.ident.to_string(), name.to_string()), presence);
                }
            }
        }
    }
    Inner.visit_file_mut(file);
    Ok(presences)
}

fn fold_field(field: &mut Field, attributes: &Attributes) -> Option<Presence> {
    let marked = code::argument(&field.ty, "Option").unwrap_or(&field.ty);
    let (presence, inner) = [
        (markers::REQUIRED, Presence::Required),
        (markers::REQUIRED_NULLABLE, Presence::RequiredNullable),
        (markers::OPTIONAL, Presence::Optional),
        (markers::OPTIONAL_NULLABLE, Presence::OptionalNullable),
    ]
    .into_iter()
    .find_map(|(marker, presence)| Some((presence, code::argument(marked, marker)?.clone())))?;
    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    let wire = code::wire_name(&field.attrs, &name);
    field.attrs.retain(|attr| !attr.path().is_ident("serde"));
    if wire != name {
        field.attrs.push(code::attribute("serde", quote!(rename = #wire)));
    }
    if presence == Presence::Required {
        field.ty = inner;
    } else {
        field.attrs.extend(attributes.absent_and_null(presence, &inner));
        field.ty = parse_quote!(crate::Field<#inner>);
    }
    Some(presence)
}

/// Attributes that many fields have. They are created once.
struct Attributes {
    /// Omits an absent field.
    absent: Attribute,
    /// Makes the field required in its schema.
    required: Attribute,
}

impl Attributes {
    fn new() -> Self {
        let absent = quote!(default, skip_serializing_if = "crate::Field::is_absent");
        let required = quote!(feature = "schemars", schemars(!default, !skip_serializing_if));
        Self {
            absent: code::attribute("serde", absent),
            required: code::attribute("cfg_attr", required),
        }
    }

    /// Returns the attributes for schemars. Its schema must match the description: an optional
    /// field is not nullable, and a nullable field is not optional.
    fn absent_and_null(&self, presence: Presence, inner: &Type) -> Vec<Attribute> {
        let mut attrs = vec![self.absent.clone()];
        match presence {
            Presence::Optional => {
                let mut inner = inner.clone();
                Inner.visit_type_mut(&mut inner);
                let inner = code::text(&inner);
                let ty = quote!(feature = "schemars", schemars(with = #inner));
                attrs.push(code::attribute("cfg_attr", ty));
            }
            Presence::RequiredNullable => attrs.push(self.required.clone()),
            Presence::Required | Presence::OptionalNullable => {}
        }
        attrs
    }
}

/// Replaces the markers inside the types of fields.
struct Inner;

impl VisitMut for Inner {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Some(inner) = marked(ty, markers::NULLABLE) {
            *ty = parse_quote!(::std::option::Option<#inner>);
        } else if is_marker(ty) {
            match code::type_name(ty).as_deref() {
                Some(markers::TIMESTAMP) => *ty = parse_quote!(crate::Timestamp),
                Some(markers::SECRET) => *ty = parse_quote!(crate::Secret),
                Some(markers::NUMBER) => *ty = parse_quote!(::serde_json::Number),
                Some(markers::FILE) => *ty = parse_quote!(crate::File),
                _ => {}
            }
        }
    }
}

fn marked(ty: &Type, marker: &str) -> Option<Type> {
    is_marker(ty).then(|| code::argument(ty, marker).cloned())?
}

fn is_marker(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.path.segments.first().is_some_and(|first| first.ident == markers::CRATE)
        }
        _ => false,
    }
}
