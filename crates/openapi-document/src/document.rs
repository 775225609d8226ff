//! A document in memory, and where each of its nodes was read.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt::{self, Write};
use std::sync::Arc;

use serde_json::Value;

/// A place in a source file. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it; all nodes of a file share the text.
    pub file: Arc<str>,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A JSON or YAML document with the place of every node.
#[derive(Debug, Clone)]
pub struct Document {
    /// The content.
    pub root: Value,
    /// What is odd about the file though it could be read.
    pub warnings: Vec<Problem>,
    /// As they were read; copies of the document share them.
    places: Arc<HashMap<String, Place>>,
    /// Those of nodes that a stage put there. They come first.
    moved: HashMap<String, Place>,
}

impl Document {
    /// Joins a content to the places of its nodes, by JSON pointer.
    pub fn new(root: Value, places: HashMap<String, Place>) -> Self {
        let (warnings, moved) = Default::default();
        Self { root, warnings, places: Arc::new(places), moved }
    }

    /// Where the node at `pointer` was read. A node that no file holds (an
    /// earlier stage made it) has the place of its nearest ancestor.
    pub fn place(&self, pointer: &str) -> Option<&Place> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.moved.get(pointer).or_else(|| self.places.get(pointer)) {
                return Some(place);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// The node at `pointer` is a copy of the one at `from`.
    pub fn moved(&mut self, pointer: &str, from: &str) {
        if let Some(place) = self.place(from).cloned() {
            self.moved.insert(pointer.to_owned(), place);
        }
    }

    /// The node at `pointer` now comes from where `other` has it.
    pub fn adopt(&mut self, pointer: &str, other: &Self, from: &str) {
        if let Some(place) = other.place(from) {
            self.moved.insert(pointer.to_owned(), place.clone());
        }
    }

    /// The node at `pointer` and all within it come from `other`.
    pub fn adopt_all(&mut self, pointer: &str, other: &Self) {
        let places = other.places.iter().chain(&other.moved);
        self.moved
            .extend(places.map(|(inner, place)| (format!("{pointer}{inner}"), place.clone())));
    }

    /// A problem with the node at `pointer`.
    pub fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        Problem {
            message: message.into(),
            place: self.place(pointer).cloned(),
            pointer: Some(pointer.to_owned()),
            help: None,
        }
    }
}

/// What is wrong with an input, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// The place in the source file, if there is one.
    pub place: Option<Place>,
    /// The JSON pointer of the node, if there is one.
    pub pointer: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem that has no place in a document.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, pointer: None, help: None }
    }

    /// A file that can't be read.
    pub fn unreadable(file: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(format!("can't read {file}: {error}"))
            .help("name a file that is there; `--top` names the top of the repository")
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {place}")?;
        }
        if let Some(pointer) = self.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            write!(f, "\n  at  {pointer}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl StdError for Problem {}

/// The JSON pointer of a member, by its name, or of an element, by its index.
pub fn child(pointer: &str, segment: impl fmt::Display) -> String {
    let mut child = String::with_capacity(pointer.len() + 24);
    child.push_str(pointer);
    push(&mut child, segment);
    child
}

/// Appends a member name or an index to a JSON pointer.
pub fn push(pointer: &mut String, segment: impl fmt::Display) {
    let at = pointer.len() + 1;
    // Writing to a string doesn't fail.
    let _ = write!(pointer, "/{segment}");
    let segment = &pointer[at..];
    if segment.contains(['~', '/']) {
        let escaped = segment.replace('~', "~0").replace('/', "~1");
        pointer.replace_range(at.., &escaped);
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
        copy.moved("/a", "/b");
        copy.moved("/c/d", "/a/made/later");
        let lines = |document: &Document| {
            ["/a/b", "/b", "/c/d"].map(|at| document.place(at).map(|place| place.line))
        };
        assert_eq!(lines(&original), [Some(1), Some(2), None]);
        assert_eq!(lines(&copy), [Some(2), Some(2), Some(2)]);
        copy.adopt_all("/e", &copy.clone());
        assert_eq!(copy.place("/e/a").map(|place| place.line), Some(2));
        assert_eq!(copy.place("/e/b").map(|place| place.line), Some(2));
    }

    #[test]
    fn segments_are_escaped() {
        assert_eq!(child("/paths", "/a/{b~c}"), "/paths/~1a~1{b~0c}");
        assert_eq!(child("", 3), "/3");
    }
}
