//! Compares two documents on both levels of `diff`: the API and the generated clients.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_review::diff::{self, Change, ClientReport, Report};
use openapi_review::surface::ClientSurface;

use crate::config::Runtime;
use crate::cut::{self, Cut};
use crate::operations::Selection;
use crate::parallel::{self, Job};
use crate::report;
use crate::{bisect, pipeline, surface};

type Surface = Result<ClientSurface, Diagnostic>;

/// Compares two documents of version 3.0 or later. Overlays must already be applied.
pub fn compare(base: &str, old: &Document, new: &Document) -> Report {
    let jobs: Vec<Job<'_, Level>> = vec![
        Box::new(|| Level::Client(clients(old, new))),
        Box::new(|| Level::Api(diff::api(old, new))),
    ];
    let (mut api, mut client) = (Vec::new(), None);
    for level in parallel::all(jobs) {
        match level {
            Level::Api(changes) => api = changes,
            Level::Client(report) => client = Some(report),
        }
    }
    diff::report(base, api, client.expect("a result for each job"))
}

/// The result of one of the jobs.
enum Level {
    Api(Vec<Change>),
    Client(ClientReport),
}

/// Compares the clients of two documents. Only the differing parts of the prepared documents are
/// generated. The result is the same as for whole clients.
fn clients(old: &Document, new: &Document) -> ClientReport {
    match both([old, new], prepared) {
        [Ok(old), Ok(new)] => {
            let [old, new] = both(cut::cut(old, new), cut_surface);
            diff::compare_clients(old, new)
        }
        [old, new] => {
            let nothing =
                |prepared: Result<Document, Diagnostic>| prepared.map(|_| ClientSurface::default());
            diff::compare_clients(nothing(old), nothing(new))
        }
    }
}

/// Does the same as [`compare`], but generates both clients completely, which takes several times
/// as long and as much memory. Tests compare the results.
pub fn compare_whole(base: &str, old: &Document, new: &Document) -> Report {
    let sides = [old, new];
    let [old, new] = both(sides, |document| -> Surface {
        let mut document = prepared(document)?;
        let mut report = report::Report::default();
        Ok(surface::of(&bisect::emit(&mut document, &mut report, &Runtime::here())?))
    });
    diff::compare(base, sides[0], sides[1], diff::compare_clients(old, new))
}

/// Processes both sides in parallel.
fn both<T: Send, R: Send>(sides: [T; 2], work: impl Fn(T) -> R + Sync) -> [R; 2] {
    let [old, new] = sides;
    let work = &work;
    let jobs: Vec<Job<'_, R>> = vec![Box::new(move || work(old)), Box::new(move || work(new))];
    let mut done = parallel::all(jobs).into_iter();
    std::array::from_fn(|_| done.next().expect("a result for each job"))
}

/// Prepares the document for the generator libraries.
fn prepared(document: &Document) -> Result<Document, Diagnostic> {
    let mut document = document.clone();
    pipeline::prepare(&mut document, &Selection::default(), &mut report::Report::default())?;
    Ok(document)
}

fn cut_surface(mut cut: Cut) -> Surface {
    let mut report = report::Report::default();
    let emitted = bisect::emit(&mut cut.document, &mut report, &Runtime::here())?;
    Ok(cut.surface(emitted))
}
