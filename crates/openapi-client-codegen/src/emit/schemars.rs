//! Pass: derives `JsonSchema` for every type, behind the feature `schemars`.

use quote::quote;
use syn::{Attribute, Item};

use crate::emit::code;

/// Adds the derive to every serializable type that does not implement it.
pub(crate) fn derive_behind_feature(types: &mut [Item]) {
    let derive = quote!(feature = "schemars", derive(::schemars::JsonSchema));
    let derive = code::attribute("cfg_attr", derive);
    for item in types {
        let attrs = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        if code::derives_name(attrs, "Serialize") {
            attrs.push(derive.clone());
        }
    }
}

/// Removes the attributes for schemars that preceding passes have added, for crates without this
/// feature.
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
