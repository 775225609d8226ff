//! Both levels of `diff`: the API, and the clients that come out.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_review::diff::{self, Pages, Report};

use crate::operations::Selection;
use crate::parallel::{self, Job};
use crate::report;
use crate::{bisect, outline, pipeline};

type Outlined = Result<Pages, Diagnostic>;

/// Compares two documents of version 3.0 or later. Their overlays, if they
/// have some, are applied already.
pub fn compare(base: &str, old: &Document, new: &Document) -> Report {
    let jobs =
        [old, new].map(|document| -> Job<'_, Outlined> { Box::new(|| outline_of(document)) });
    let mut outlines = parallel::all(jobs.into()).into_iter();
    let mut next = || outlines.next().unwrap_or_else(|| Ok(Pages::new()));
    let (first, second) = (next(), next());
    diff::compare(base, old, new, diff::compare_clients(first, second))
}

/// The outline of the client of a document.
fn outline_of(document: &Document) -> Outlined {
    let mut document = document.clone();
    let mut report = report::Report::default();
    pipeline::prepare(&mut document, &Selection::default(), &mut report)?;
    Ok(outline::outline(&bisect::emit(&mut document, &mut report)?))
}
