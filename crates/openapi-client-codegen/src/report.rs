//! What was changed in a document on its way into code: one line each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;

/// Whether a rewrite keeps everything that the document says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The client can say and understand all that it could without it.
    Lossless,
    /// Something that the document says does not reach the client.
    Lossy,
}

/// One change to the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The JSON pointer of the node that the rule changed.
    pub pointer: String,
    /// The rule.
    pub rule: &'static str,
    /// What it costs.
    pub loss: Loss,
    /// What was done.
    pub text: String,
}

/// An operation of the document that the client doesn't have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Its JSON pointer.
    pub pointer: String,
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
}

impl Report {
    /// Records a change that loses nothing.
    pub fn lossless(&mut self, pointer: &str, rule: &'static str, text: impl Into<String>) {
        self.record(pointer, rule, Loss::Lossless, text.into());
    }

    /// Records a change that loses something.
    pub fn lossy(&mut self, pointer: &str, rule: &'static str, text: impl Into<String>) {
        self.record(pointer, rule, Loss::Lossy, text.into());
    }

    fn record(&mut self, pointer: &str, rule: &'static str, loss: Loss, text: String) {
        let rewrite = Rewrite { pointer: pointer.to_owned(), rule, loss, text };
        // Flattening comes by the same schema once for each of its uses.
        if self.rewrites.last() != Some(&rewrite) {
            self.rewrites.push(rewrite);
        }
    }

    /// Records an operation that is left out.
    pub fn drop_operation(&mut self, pointer: &str, operation: &str, reason: impl Into<String>) {
        self.dropped.push(Dropped {
            pointer: pointer.to_owned(),
            operation: operation.to_owned(),
            reason: reason.into(),
        });
    }

    /// Whether anything that the document says is lost.
    pub fn is_lossy(&self) -> bool {
        !self.dropped.is_empty() || self.rewrites.iter().any(|rewrite| rewrite.loss == Loss::Lossy)
    }

    /// The report as text, with the places that `document` knows. Without
    /// `lossless`, changes that lose nothing are only counted.
    pub fn print(&self, document: &Document, lossless: bool) -> String {
        let mut text = String::new();
        let mut seen = BTreeSet::new();
        for rewrite in &self.rewrites {
            let loss = match rewrite.loss {
                Loss::Lossy => "lossy",
                Loss::Lossless if lossless => "lossless",
                Loss::Lossless => continue,
            };
            let Rewrite { pointer, rule, text: what, .. } = rewrite;
            let place = place(document, pointer);
            let line = format!("{place}: {loss}: {rule}: {what} ({pointer})\n");
            if seen.insert(line.clone()) {
                text.push_str(&line);
            }
        }
        for Dropped { pointer, operation, reason } in &self.dropped {
            let place = place(document, pointer);
            // Writing to a string doesn't fail.
            let _ = writeln!(text, "{place}: dropped: {operation}: {reason} ({pointer})");
        }
        text + &self.summary()
    }

    /// What is lost, a line each, without the places: those move with every
    /// edit.
    pub fn losses(&self) -> String {
        let lossy = self.rewrites.iter().filter(|rewrite| rewrite.loss == Loss::Lossy);
        let lossy = lossy.map(|Rewrite { pointer, rule, text, .. }| {
            format!("lossy: {rule}: {text} ({pointer})\n")
        });
        let dropped = self.dropped.iter().map(|Dropped { pointer, operation, reason }| {
            format!("dropped: {operation}: {reason} ({pointer})\n")
        });
        let lines: BTreeSet<String> = lossy.chain(dropped).collect();
        lines.into_iter().collect()
    }

    fn summary(&self) -> String {
        let mut counts = BTreeMap::from([(Loss::Lossless, 0), (Loss::Lossy, 0)]);
        for rewrite in &self.rewrites {
            *counts.entry(rewrite.loss).or_default() += 1;
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
            let message = format!("{} would be dropped: {}", dropped.operation, dropped.reason);
            return Err(document.diagnostic(&dropped.pointer, message).help(HELP));
        }
        match self.rewrites.iter().find(|rewrite| rewrite.loss == Loss::Lossy) {
            Some(lossy) => {
                let message = format!("{}: {}", lossy.rule, lossy.text);
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

    #[test]
    fn a_line_says_where_what_and_at_which_cost() {
        let document = load("api.yaml", "a: 1\nb:\n  c: 2\n").unwrap();
        let mut report = Report { operations: 2, ..Report::default() };
        report.lossless("/a", "names", "renamed");
        report.lossy("/b/c/d", "values", "dropped a limit");
        report.drop_operation("/b", "GET /b", "multipart");
        insta::assert_snapshot!(report.print(&document, true), @r"
        api.yaml:1: lossless: names: renamed (/a)
        api.yaml:3: lossy: values: dropped a limit (/b/c/d)
        api.yaml:2: dropped: GET /b: multipart (/b)
        1 of 2 operations; 1 rewrites lossless, 1 lossy
        ");
        assert!(!report.print(&document, false).contains("renamed"));
        assert!(report.strictly(&document).is_err());
        report.dropped.clear();
        assert_eq!(report.strictly(&document).unwrap_err().message, "values: dropped a limit");
    }
}
