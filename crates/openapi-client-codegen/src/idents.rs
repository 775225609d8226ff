//! The Rust identifiers that the generator libraries derive from names in a document.
//!
//! Two names of a document can result in the same identifier. A rule then appends [`SEPARATOR`] and
//! a distinguishing suffix. The passes of `emit` remove the suffix wherever the name is sent or
//! received.

use std::collections::BTreeSet;

/// The character between a name and the suffix that makes it unique in Rust.
pub const SEPARATOR: char = '\u{1f}';

/// Returns the name without the suffix.
pub fn on_the_wire(text: &str) -> &str {
    text.split(SEPARATOR).next().unwrap_or(text)
}

/// Returns the path template without the suffixes of the names in it.
pub fn template_on_the_wire(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (index, part) in path.split(SEPARATOR).enumerate() {
        let end = if index == 0 { 0 } else { part.find('}').unwrap_or(part.len()) };
        out.push_str(&part[end..]);
    }
    out
}

/// A set of names that are in use.
#[derive(Debug, Default)]
pub struct NameSet(BTreeSet<String>);

impl NameSet {
    /// Creates a set that contains these names.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().collect())
    }

    /// Adds a name. Returns false if the name is already in use.
    pub fn take(&mut self, name: &str) -> bool {
        self.0.insert(name.to_owned())
    }

    /// Returns the name, with a number after a [`SEPARATOR`] if its identifier is already in use.
    pub fn distinct(&mut self, name: &str, ident: fn(&str) -> String) -> Option<String> {
        if self.take(&ident(name)) {
            return None;
        }
        (2_usize..).map(|n| format!("{name}{SEPARATOR}{n}")).find(|name| self.take(&ident(name)))
    }
}

#[cfg(test)]
mod tests {
    use openapi_review::rust_names::pascal;

    use super::*;

    #[test]
    fn names_with_the_same_identifier_get_a_suffix() {
        let mut taken = NameSet::default();
        assert_eq!(taken.distinct("asc", pascal), None);
        let other = taken.distinct("ASC", pascal).unwrap();
        assert_eq!((pascal(&other).as_str(), on_the_wire(&other)), ("Asc2", "ASC"));
        let path = format!("/{{a}}/{{a{SEPARATOR}2}}.json");
        assert_eq!(template_on_the_wire(&path), "/{a}/{a}.json");
    }
}
