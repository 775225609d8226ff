//! Pass: `JsonSchema` on every type, behind the feature `schemars`.

use syn::{Attribute, Item, parse_quote};

use crate::emit::code;

/// Adds the derive to every type that serde knows and that has no schema yet.
pub(crate) fn derive_behind_feature(types: &mut [Item]) {
    for item in types {
        let attrs = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        if code::derives_name(attrs, "Serialize") {
            let derive: Attribute =
                parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]);
            attrs.push(derive);
        }
    }
}

/// Takes out what the passes before this one say to schemars: the crate that
/// the code is for has no such feature.
pub(crate) fn remove(types: &mut [Item]) {
    let is_other = |attr: &Attribute| !attr.path().is_ident("cfg_attr");
    for item in types {
        match item {
            Item::Struct(item) => {
                item.fields.iter_mut().for_each(|field| field.attrs.retain(is_other));
            }
            Item::Enum(item) => {
                item.variants.iter_mut().for_each(|variant| variant.attrs.retain(is_other));
            }
            _ => {}
        }
    }
}
