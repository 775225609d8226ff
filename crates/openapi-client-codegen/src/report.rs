//! [`Report`]: lists the changes that the stages made to a document.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;

use crate::codes::{Code, Loss};

/// A change to the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The JSON pointer of the changed element.
    pub pointer: String,
    /// The cause of the change.
    pub code: &'static Code,
    /// A description of the change.
    pub text: String,
}

impl Rewrite {
    /// Returns whether the change loses information.
    pub fn is_lossy(&self) -> bool {
        self.code.loss == Loss::Lossy
    }
}

/// An operation of the document that the client omits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The JSON pointer of the operation.
    pub pointer: String,
    /// The cause.
    pub code: &'static Code,
    /// The method and path.
    pub operation: String,
    /// The reason.
    pub reason: String,
}

/// All changes to a document, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The changes.
    pub rewrites: Vec<Rewrite>,
    /// The omitted operations.
    pub dropped: Vec<Dropped>,
    /// The number of operations in the document.
    pub operations: usize,
    /// The original pointers of the elements of rewritten operations.
    origins: BTreeMap<String, String>,
}

impl Report {
    /// Records a change at a pointer.
    pub fn record(&mut self, pointer: &str, code: &'static Code, text: impl Into<String>) {
        let rewrite = Rewrite { pointer: self.original(pointer), code, text: text.into() };
        // Flattening visits the same schema once for each of its uses.
        if self.rewrites.last() != Some(&rewrite) {
            self.rewrites.push(rewrite);
        }
    }

    /// Records an omitted operation.
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

    /// Makes subsequent pointers refer to the rewritten operations. `origins` maps them to the
    /// original pointers.
    pub(crate) fn set_origins(&mut self, origins: BTreeMap<String, String>) {
        self.origins = origins;
    }

    /// Returns the original pointer of an element that may have moved.
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

    /// Returns whether any information is lost.
    pub fn is_lossy(&self) -> bool {
        !self.dropped.is_empty() || self.rewrites.iter().any(Rewrite::is_lossy)
    }

    /// Formats the report as text, with file positions from `document`. Unless `lossless` is set,
    /// lossless changes are only counted.
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

    /// Returns the losses, one line each. The lines have no file positions, because those change
    /// with every edit.
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

    /// Returns an error for the first loss.
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
    fn lines_have_a_position_a_loss_a_code_and_a_text() {
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
