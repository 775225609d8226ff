//! Pass: gives variants readable names if their values begin with a digit or have no letter.
//!
//! typify adds the prefix `X` to a digit and removes all signs, so the names of `1.0` and `-10`
//! would both be `X10`.

use std::collections::HashSet;

use openapi_review::rust_names;
use quote::quote;
use syn::{Ident, ItemEnum, Variant};

use crate::emit::code;
use crate::idents;
use crate::shape;

/// The prefix of names that would begin with a digit.
const PREFIX: &str = "Value";

/// Renames variants with unreadable names.
pub(super) fn readable(item: &mut ItemEnum) {
    let names: Vec<Option<String>> = item.variants.iter().map(better).collect();
    let kept = item.variants.iter().zip(&names).filter(|(_, name)| name.is_none());
    let mut taken: HashSet<String> = kept.map(|(variant, _)| variant.ident.to_string()).collect();
    for (variant, name) in item.variants.iter_mut().zip(names) {
        let Some(name) = name else { continue };
        let numbered = (2_usize..).map(|n| format!("{name}_{n}"));
        let mut free = std::iter::once(name.clone()).chain(numbered);
        let free = free.find(|name| taken.insert(name.clone())).unwrap_or(name);
        if let Ok(ident) = syn::parse_str::<Ident>(&free) {
            call(variant, ident);
        }
    }
}

/// Renames a variant and keeps its value.
pub(super) fn call(variant: &mut Variant, name: Ident) {
    if variant.ident != name {
        let text = code::wire_name(&variant.attrs, &variant.ident.to_string());
        variant.attrs.retain(|attr| !attr.path().is_ident("serde"));
        variant.attrs.push(code::attribute("serde", quote!(rename = #text)));
        variant.ident = name;
    }
}

/// Returns a better name, or `None` if the document or typify provides a readable name.
fn better(variant: &Variant) -> Option<String> {
    let current = variant.ident.to_string();
    let text = code::wire_name(&variant.attrs, &current);
    if let Some(name) = signed(idents::on_the_wire(&text)) {
        return Some(name);
    }
    let is_made = current.starts_with('X') || current == "Plus1" || current == "Minus1";
    name(&text).filter(|_| is_made)
}

/// Returns a name for a word after a sign, as in an order of sorting. For example, `-created`
/// becomes `MinusCreated`.
fn signed(text: &str) -> Option<String> {
    let (sign, word) = text.split_at_checked(1).filter(|(sign, _)| ["-", "+"].contains(sign))?;
    let is_word = word.starts_with(char::is_alphabetic);
    is_word.then(|| words(sign).map(|sign| format!("{sign}{}", rust_names::pascal(word))))?
}

/// Returns a name for a value that begins with a digit, after any signs, or has neither letter nor
/// digit. For example, `1.0` becomes `Value1_0`, `-1` becomes `Minus1`, and the empty string
/// becomes `Empty`.
fn name(text: &str) -> Option<String> {
    let Some(start) = text.find(char::is_alphanumeric) else {
        return shape::symbol(text).map(|words| rust_names::pascal(&words));
    };
    let (signs, rest) = text.split_at(start);
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let end = rest.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let mut name = words(signs).unwrap_or_else(|| PREFIX.to_owned());
    for part in rest[..end].split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if is_digit(name.chars().last()) && is_digit(part.chars().next()) {
            name.push('_');
        }
        name.push_str(&capitalized(part));
    }
    name.push_str(&words(&rest[end..]).unwrap_or_default());
    Some(name)
}

/// Returns a part of a name. A letter before a digit is added for the conversion and removed again.
fn capitalized(part: &str) -> String {
    if !part.starts_with(|c: char| c.is_ascii_digit()) {
        return rust_names::pascal(part);
    }
    let name = rust_names::pascal(&format!("v{part}"));
    name.strip_prefix('V').map_or(name.clone(), str::to_owned)
}

/// Returns signs in words.
fn words(signs: &str) -> Option<String> {
    let words = shape::symbol(signs).filter(|_| !signs.is_empty())?;
    Some(rust_names::pascal(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_signs_are_readable() {
        let rows = [
            ("1.0", "Value1_0"),
            ("10", "Value10"),
            ("-1", "Minus1"),
            ("+1", "Plus1"),
            ("-1.5", "Minus1_5"),
            (">=5", "GreaterEqual5"),
            ("1st", "Value1st"),
            ("3d_model", "Value3dModel"),
            ("2024-01-01", "Value2024_01_01"),
            ("100%", "Value100Percent"),
            ("10-K", "Value10K"),
            ("", "Empty"),
            ("*", "Star"),
        ];
        for (text, expected) in rows {
            assert_eq!(name(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(signed("-created_at").as_deref(), Some("MinusCreatedAt"));
        assert_eq!((signed("a-b"), signed("--a"), signed("-1")), (None, None, None));
        assert_eq!((name("a1"), name("v1.0"), name("名"), name("§")), (None, None, None, None));
    }
}
