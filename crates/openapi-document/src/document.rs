//! A document in memory, with the source position of each node.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Place};

/// A JSON or YAML document with the place of every node.
#[derive(Debug, Clone)]
pub struct Document {
    /// The content.
    pub root: Value,
    /// Warnings about a file that could be read.
    pub warnings: Vec<Diagnostic>,
    /// The places as they were read. Copies of the document share them.
    places: Arc<HashMap<String, Place>>,
    /// The places of nodes that a stage added. They take precedence.
    moved: HashMap<String, Place>,
}

impl Document {
    /// Combines contents with the places of their nodes, by JSON pointer.
    pub fn new(root: Value, places: HashMap<String, Place>) -> Self {
        let (warnings, moved) = Default::default();
        Self { root, warnings, places: Arc::new(places), moved }
    }

    /// Returns the place of the node at `pointer`. A node that is in no file, because an earlier
    /// stage created it, has the place of its nearest ancestor.
    pub fn place(&self, pointer: &str) -> Option<&Place> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.moved.get(pointer).or_else(|| self.places.get(pointer)) {
                return Some(place);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// Records that the node at `pointer` is a copy of the one at `from`.
    pub fn set_origin(&mut self, pointer: &str, from: &str) {
        if let Some(place) = self.place(from).cloned() {
            self.moved.insert(pointer.to_owned(), place);
        }
    }

    /// Records that the node at `pointer` now has its place in `other`.
    pub fn import_location(&mut self, pointer: &str, other: &Self, from: &str) {
        if let Some(place) = other.place(from) {
            self.moved.insert(pointer.to_owned(), place.clone());
        }
    }

    /// Records that the node at `pointer` and all nodes within it come from `other`.
    pub fn import_locations(&mut self, pointer: &str, other: &Self) {
        let places = other.places.iter().chain(&other.moved);
        self.moved
            .extend(places.map(|(inner, place)| (format!("{pointer}{inner}"), place.clone())));
    }

    /// Creates a problem with the node at `pointer`.
    pub fn diagnostic(&self, pointer: &str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            message: message.into(),
            place: self.place(pointer).cloned(),
            pointer: Some(pointer.to_owned()),
            help: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_in_a_copy_stays_in_the_original() {
        let place = |line| Place { file: "api.yaml".into(), line, column: 1 };
        let read = HashMap::from([("/a", place(1)), ("/b", place(2))]);
        let read = read.into_iter().map(|(pointer, place)| (pointer.to_owned(), place));
        let original = Document::new(Value::Null, read.collect());
        let mut copy = original.clone();
        copy.set_origin("/a", "/b");
        copy.set_origin("/c/d", "/a/made/later");
        let lines = |document: &Document| {
            ["/a/b", "/b", "/c/d"].map(|at| document.place(at).map(|place| place.line))
        };
        assert_eq!(lines(&original), [Some(1), Some(2), None]);
        assert_eq!(lines(&copy), [Some(2), Some(2), Some(2)]);
        copy.import_locations("/e", &copy.clone());
        assert_eq!(copy.place("/e/a").map(|place| place.line), Some(2));
        assert_eq!(copy.place("/e/b").map(|place| place.line), Some(2));
    }
}
