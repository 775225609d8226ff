//! The Rust names that the generators make of a document's names.
//!
//! Two names of a document can become one in Rust. Where that happens, a rule
//! appends [`SEPARATOR`] and something that tells them apart; the syn passes
//! cut it off again wherever the text goes on the wire.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// Stands between a name and what makes it unique in Rust.
pub const SEPARATOR: char = '\u{1f}';

/// The text without what made it unique.
pub fn on_the_wire(text: &str) -> &str {
    text.split(SEPARATOR).next().unwrap_or(text)
}

/// The path template without what made the names in it unique.
pub fn template_on_the_wire(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (index, part) in path.split(SEPARATOR).enumerate() {
        let end = if index == 0 { 0 } else { part.find('}').unwrap_or(part.len()) };
        out.push_str(&part[end..]);
    }
    out
}

/// The name of a type or of an enum's variant.
pub fn pascal(name: &str) -> String {
    identifier(name, str::to_pascal_case, "X")
}

/// The name of a field.
pub fn snake(name: &str) -> String {
    identifier(name, str::to_snake_case, "x")
}

/// The name of a method or of its argument.
pub fn method(name: &str) -> String {
    identifier(name, str::to_snake_case, "_")
}

fn identifier(name: &str, case: fn(&str) -> String, prefix: &str) -> String {
    let name = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c: char| !is_xid_continue(c), "-")),
    };
    let name = match name.chars().next() {
        None => case("x"),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("{prefix}{name}"),
    };
    if syn::parse_str::<syn::Ident>(&name).is_ok() && name != "gen" { name } else { name + "_" }
}

/// Names that are taken.
#[derive(Debug, Default)]
pub struct NameSet(BTreeSet<String>);

impl NameSet {
    /// These are taken from the start.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().collect())
    }

    /// Takes a name; false if it was taken.
    pub fn take(&mut self, name: &str) -> bool {
        self.0.insert(name.to_owned())
    }

    /// Names that are alike in Rust get a number, behind a [`SEPARATOR`].
    pub fn distinct(&mut self, name: &str, ident: fn(&str) -> String) -> Option<String> {
        if self.take(&ident(name)) {
            return None;
        }
        (2_usize..).map(|n| format!("{name}{SEPARATOR}{n}")).find(|name| self.take(&ident(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        for (name, pascal_name, snake_name) in [
            ("two words", "TwoWords", "two_words"),
            ("type", "Type", "type_"),
            ("self", "Self_", "self_"),
            ("", "X", "x"),
            ("3d", "X3d", "x3d"),
            (">=", "X", "x"),
            ("it's", "Its", "its"),
        ] {
            assert_eq!((pascal(name).as_str(), snake(name).as_str()), (pascal_name, snake_name));
        }
    }

    #[test]
    fn names_that_are_one_in_rust_are_told_apart() {
        let mut taken = NameSet::default();
        assert_eq!(taken.distinct("asc", pascal), None);
        let other = taken.distinct("ASC", pascal).unwrap();
        assert_eq!((pascal(&other).as_str(), on_the_wire(&other)), ("Asc2", "ASC"));
        let path = format!("/{{a}}/{{a{SEPARATOR}2}}.json");
        assert_eq!(template_on_the_wire(&path), "/{a}/{a}.json");
    }
}
