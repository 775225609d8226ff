//! Runs the stages between the overlay and the output.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::{base_uri, version};

use crate::bisect;
use crate::config::Runtime;
use crate::emit::Emitted;
use crate::operations::{self, Selection};
use crate::report::Report;
use crate::{directions, down_convert, drafts, keywords, normalize, resolve, shape};

/// The result of the stages.
pub(crate) struct Compiled {
    pub(crate) emitted: Emitted,
    /// The changes that the stages made.
    pub(crate) report: Report,
}

/// Runs the stages from `resolve` to `emit`.
pub(crate) fn compile(source: &Document, runtime: &Runtime) -> Result<Compiled, Diagnostic> {
    let (mut document, mut report) = (source.clone(), Report::default());
    prepare(&mut document, &Selection::default(), &mut report)?;
    let emitted = bisect::emit(&mut document, &mut report, runtime)?;
    Ok(Compiled { emitted, report })
}

/// Runs the stages from `resolve` to `normalize`. The result is a document that the generator
/// libraries accept.
pub fn prepare(
    document: &mut Document,
    selection: &Selection,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    version::check(document)?;
    base_uri::localize(&mut document.root);
    drafts::convert(&mut document.root);
    let dropped = keywords::dropped(&document.root, selection);
    resolve::resolve(document, report);
    down_convert::down_convert(document)?;
    operations::rewrite(document, selection, report);
    keywords::report(dropped, report);
    directions::split(document, report);
    shape::shape(document, report);
    normalize::normalize(document, report);
    Ok(())
}
