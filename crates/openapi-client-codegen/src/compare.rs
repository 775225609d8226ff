//! Both levels of `diff`: the API, and the clients that come out.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_review::diff::{self, Report};
use openapi_review::surface::ClientSurface;

use crate::config::Runtime;
use crate::operations::Selection;
use crate::parallel::{self, Job};
use crate::report;
use crate::{bisect, pipeline, surface};

type Surface = Result<ClientSurface, Diagnostic>;

/// Compares two documents of version 3.0 or later. Their overlays, if they
/// have some, are applied already.
pub fn compare(base: &str, old: &Document, new: &Document) -> Report {
    let jobs = [old, new].map(|document| -> Job<'_, Surface> { Box::new(|| surface_of(document)) });
    let mut surfaces = parallel::all(jobs.into()).into_iter();
    let mut next = || surfaces.next().unwrap_or_else(|| Ok(ClientSurface::default()));
    let (first, second) = (next(), next());
    diff::compare(base, old, new, diff::compare_clients(first, second))
}

/// The surface of the client of a document.
fn surface_of(document: &Document) -> Surface {
    let mut document = document.clone();
    let mut report = report::Report::default();
    pipeline::prepare(&mut document, &Selection::default(), &mut report)?;
    Ok(surface::of(&bisect::emit(&mut document, &mut report, &Runtime::here())?))
}
