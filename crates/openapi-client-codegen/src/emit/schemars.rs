//! Pass: `JsonSchema` on every type, behind the feature `schemars`.

use syn::{Attribute, Item, parse_quote};

use super::code;

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
