//! What was changed in a document on its way into code: one line each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;

use crate::codes::{Code, Loss};

/// One change to the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The JSON pointer of the node that changed.
    pub pointer: String,
    /// Its cause.
    pub code: &'static Code,
    /// What was done.
    pub text: String,
}

impl Rewrite {
    /// Whether something is lost.
    pub fn is_lossy(&self) -> bool {
        self.code.loss == Loss::Lossy
    }
}

/// An operation of the document that the client doesn't have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Its JSON pointer.
    pub pointer: String,
    /// The cause.
    pub code: &'static Code,
    /// Its method and path.
    pub operation: String,
    /// Why.
    pub reason: String,
}

/// Everything that happened to a document, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The changes.
    pub rewrites: Vec<Rewrite>,
    /// The operations that are gone.
    pub dropped: Vec<Dropped>,
    /// How many operations the document has.
    pub operations: usize,
    /// Where nodes of the rewritten operations were in the document.
    origins: BTreeMap<String, String>,
}

impl Report {
    /// Records a change, at the place where it happened.
    pub fn record(&mut self, pointer: &str, code: &'static Code, text: impl Into<String>) {
        let rewrite = Rewrite { pointer: self.original(pointer), code, text: text.into() };
        // Flattening comes by the same schema once for each of its uses.
        if self.rewrites.last() != Some(&rewrite) {
            self.rewrites.push(rewrite);
        }
    }

    /// Records an operation that is left out.
    pub fn drop_operation(
        &mut self,
        pointer: &str,
        code: &'static Code,
        operation: &str,
        reason: impl Into<String>,
    ) {
        self.dropped.push(Dropped {
            pointer: self.original(pointer),
            code,
            operation: operation.to_owned(),
            reason: reason.into(),
        });
    }

    /// From here on, pointers are those of the rewritten operations; `origins` has where
    /// their nodes were.
    pub(crate) fn set_origins(&mut self, origins: BTreeMap<String, String>) {
        self.origins = origins;
    }

    /// The pointer in the document of a node that may have moved.
    fn original(&self, pointer: &str) -> String {
        let mut moved = pointer;
        loop {
            if let Some(origin) = self.origins.get(moved) {
                return format!("{origin}{}", &pointer[moved.len()..]);
            }
            match moved.rfind('/') {
                Some(end) => moved = &moved[..end],
                None => return pointer.to_owned(),
            }
        }
    }

    /// Whether anything that the document says is lost.
    pub fn is_lossy(&self) -> bool {
        !self.dropped.is_empty() || self.rewrites.iter().any(Rewrite::is_lossy)
    }

    /// The report as text, with the places that `document` knows. Without
    /// `lossless`, changes that lose nothing are only counted.
    pub fn print(&self, document: &Document, lossless: bool) -> String {
        let mut text = String::new();
        let mut seen = BTreeSet::new();
        for rewrite in &self.rewrites {
            let loss = match rewrite.code.loss {
                Loss::Lossy => "lossy",
                Loss::Lossless if lossless => "lossless",
                Loss::Lossless => continue,
            };
            let Rewrite { pointer, code, text: what } = rewrite;
            let place = place(document, pointer);
            let line = format!("{place}: {loss}: {}: {what} ({pointer})\n", code.id);
            if seen.insert(line.clone()) {
                text.push_str(&line);
            }
        }
        for Dropped { pointer, code, operation, reason } in &self.dropped {
            let (place, id) = (place(document, pointer), code.id);
            // Writing to a string doesn't fail.
            let _ = writeln!(text, "{place}: dropped: {id}: {operation}: {reason} ({pointer})");
        }
        text + &self.summary()
    }

    /// What is lost, a line each, without the places: those move with every
    /// edit.
    pub fn losses(&self) -> String {
        let lossy = self.rewrites.iter().filter(|rewrite| rewrite.is_lossy());
        let lossy = lossy.map(|Rewrite { pointer, code, text }| {
            format!("lossy: {}: {text} ({pointer})\n", code.id)
        });
        let dropped = self.dropped.iter().map(|Dropped { pointer, code, operation, reason }| {
            format!("dropped: {}: {operation}: {reason} ({pointer})\n", code.id)
        });
        let lines: BTreeSet<String> = lossy.chain(dropped).collect();
        lines.into_iter().collect()
    }

    fn summary(&self) -> String {
        let mut counts = BTreeMap::from([(Loss::Lossless, 0), (Loss::Lossy, 0)]);
        for rewrite in &self.rewrites {
            *counts.entry(rewrite.code.loss).or_default() += 1;
        }
        format!(
            "{} of {} operations; {} rewrites lossless, {} lossy\n",
            self.operations - self.dropped.len().min(self.operations),
            self.operations,
            counts[&Loss::Lossless],
            counts[&Loss::Lossy],
        )
    }

    /// The first loss, as an error.
    pub fn strictly(&self, document: &Document) -> Result<(), Diagnostic> {
        if let Some(dropped) = self.dropped.first() {
            let Dropped { code, operation, reason, .. } = dropped;
            let message = format!("{}: {operation} would be dropped: {reason}", code.id);
            return Err(document.diagnostic(&dropped.pointer, message).help(HELP));
        }
        match self.rewrites.iter().find(|rewrite| rewrite.is_lossy()) {
            Some(lossy) => {
                let message = format!("{}: {}", lossy.code.id, lossy.text);
                Err(document.diagnostic(&lossy.pointer, message).help(HELP))
            }
            None => Ok(()),
        }
    }
}

const HELP: &str = "correct it in an overlay, or generate without --strict";

fn place(document: &Document, pointer: &str) -> String {
    document
        .place(pointer)
        .map_or_else(|| "document".to_owned(), |place| format!("{}:{}", place.file, place.line))
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;

    use super::*;
    use crate::codes;

    #[test]
    fn a_line_says_where_what_and_at_which_cost() {
        let document = load("api.yaml", "a: 1\nb:\n  c: 2\n").unwrap();
        let mut report = Report { operations: 2, ..Report::default() };
        report.record("/a", &codes::TYPE_RENAMED, "renamed");
        report.record("/b/c/d", &codes::ENUM_TYPES, "dropped a limit");
        report.drop_operation("/b", &codes::OPERATION_PATH, "GET /b", "no slash");
        insta::assert_snapshot!(report.print(&document, true), @r"
        api.yaml:1: lossless: type-renamed: renamed (/a)
        api.yaml:3: lossy: enum-types: dropped a limit (/b/c/d)
        api.yaml:2: dropped: operation-path: GET /b: no slash (/b)
        1 of 2 operations; 1 rewrites lossless, 1 lossy
        ");
        assert!(!report.print(&document, false).contains("renamed"));
        assert!(report.strictly(&document).is_err());
        report.dropped.clear();
        assert_eq!(report.strictly(&document).unwrap_err().message, "enum-types: dropped a limit");
    }
}
