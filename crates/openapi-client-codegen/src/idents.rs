//! The Rust names that the generators make of a document's names.
//!
//! Two names of a document can become one in Rust. Where that happens, a rule
//! appends [`SEPARATOR`] and something that distinguishes them; the syn passes
//! cut it off again wherever the text goes on the wire.

use std::collections::BTreeSet;

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
    use openapi_review::rust_names::pascal;

    use super::*;

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
