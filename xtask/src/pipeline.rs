//! The stages, one after the other, from files to artefacts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::document::{Document, Problem};
use crate::operations::{self, Selection};
use crate::parallel::{self, Job};
use crate::report::Report;
use crate::{
    down_convert, emit, foreign, keywords, load, normalise, outline, overlay, plain, registry,
    resolve, shape, version,
};

/// The API description, from the top of the repository.
pub const DESCRIPTION: &str = "openapi/waterfall.yaml";
/// Its corrections.
pub const OVERLAY: &str = "openapi/overlay.yaml";
/// The lint findings in our own description that are accepted.
pub const EXCEPTIONS: &str = "xtask/lint.yaml";
/// The generated client.
pub const CLIENT: &str = "crates/waterfall-api/src/generated.rs";
/// The folder of the outline; all of its files are generated.
pub const OUTLINE: &str = "tests/snapshots/outline";
/// What the description says and the client can't; there only if there is
/// something of the kind.
pub const LOSSES: &str = "tests/snapshots/outline/losses.txt";
/// Which Rust type each schema became, for tests.
pub const REGISTRY: &str = "tests/src/registry.rs";
/// What progenitor makes of the description on its own, for benches.
pub const PLAIN: &str = "tests/benches/decode/plain.rs";

/// The command that writes the generated files.
const GENERATE: &str = "cargo xtask generate";

/// Every generated file by its path from the top of the repository.
pub type Artefacts = BTreeMap<String, String>;

/// The description after its corrections, still as the vendor writes it: stages
/// 1 and 2.
pub fn description(top: &Path) -> Result<Document, Problem> {
    let document = corrected(top)?;
    version::check(&document)?;
    Ok(document)
}

/// The description after its corrections, whatever is wrong with it.
pub fn corrected(top: &Path) -> Result<Document, Problem> {
    let mut document = load::load(DESCRIPTION, &read(top, DESCRIPTION)?)?;
    // Ours is ours to mend.
    if let Some(warning) = document.warnings.first() {
        return Err(warning.clone());
    }
    overlay::apply(&mut document, &corrections(top)?)?;
    Ok(document)
}

/// The overlay.
pub fn corrections(top: &Path) -> Result<Document, Problem> {
    load::load(OVERLAY, &read(top, OVERLAY)?)
}

/// All stages, in memory.
pub fn run(top: &Path) -> Result<Artefacts, Problem> {
    generate(&description(top)?)
}

/// The stages behind [`description`], in memory.
pub fn generate(document: &Document) -> Result<Artefacts, Problem> {
    Ok(generated(document)?.0)
}

/// The same, with what had to be rewritten on the way.
pub fn generated(document: &Document) -> Result<(Artefacts, Report), Problem> {
    let jobs: Vec<Job<'_, Made>> = vec![
        Box::new(|| ours(document)),
        Box::new(|| Ok((plain_types(document), Report::default()))),
    ];
    let (mut artefacts, mut report) = (Artefacts::new(), None);
    for made in parallel::all(jobs) {
        let (files, rewritten) = made?;
        artefacts.extend(files);
        report.get_or_insert(rewritten);
    }
    Ok((artefacts, report.unwrap_or_default()))
}

/// Files, and what had to be rewritten for them.
type Made = Result<(Artefacts, Report), Problem>;

/// What is made of our description.
fn ours(document: &Document) -> Made {
    let schemas = registry::schemas(document);
    let client = compile(document)?;
    let header = header(GENERATE, &[DESCRIPTION, OVERLAY]);
    let mut artefacts = Artefacts::from([
        (CLIENT.to_owned(), header.clone() + &prettyplease::unparse(&client.emitted.file)),
        (REGISTRY.to_owned(), header + &registry::print(&schemas, &client.emitted)),
    ]);
    for (name, text) in outline::outline(&client.emitted) {
        artefacts.insert(format!("{OUTLINE}/{name}.txt"), text);
    }
    if client.report.is_lossy() {
        artefacts.insert(LOSSES.to_owned(), client.report.losses());
    }
    Ok((artefacts, client.report))
}

/// What progenitor makes of our description on its own. A description that it
/// can't take keeps the baseline it had.
fn plain_types(document: &Document) -> Artefacts {
    baseline(document).map_or_else(
        |_| Artefacts::new(),
        |file| {
            let header = header(GENERATE, &[DESCRIPTION, OVERLAY]);
            Artefacts::from([(PLAIN.to_owned(), header + &prettyplease::unparse(&file))])
        },
    )
}

fn baseline(source: &Document) -> Result<syn::File, Problem> {
    let mut document = source.clone();
    down_convert::down_convert(&mut document)?;
    plain::types(&document)
}

/// What the later stages make of a document.
pub(crate) struct Compiled {
    pub(crate) emitted: emit::Emitted,
    /// What had to be rewritten.
    pub(crate) report: Report,
}

/// Stages 3 to 5.
pub(crate) fn compile(source: &Document) -> Result<Compiled, Problem> {
    let (mut document, mut report) = (source.clone(), Report::default());
    prepare(&mut document, &Selection::default(), &mut report)?;
    let emitted = foreign::emit(&mut document, &mut report)?;
    Ok(Compiled { emitted, report })
}

/// Stages 3 and 4: any document becomes one that the generators take.
pub fn prepare(
    document: &mut Document,
    selection: &Selection,
    report: &mut Report,
) -> Result<(), Problem> {
    version::check(document)?;
    let dropped = keywords::dropped(&document.root, selection);
    resolve::resolve(document, report);
    down_convert::down_convert(document)?;
    operations::rewrite(document, selection, report);
    keywords::report(dropped, report);
    shape::shape(document, report);
    normalise::normalise(document, report);
    Ok(())
}

pub(crate) fn read(top: &Path, path: &str) -> Result<String, Problem> {
    fs::read_to_string(top.join(path)).map_err(|error| Problem::unreadable(path, &error))
}

/// What the first lines of a generated file say.
pub(crate) fn header(command: &str, sources: &[&str]) -> String {
    format!(
        "// @generated by `{command}` from {}.\n\
         // Do not edit: change that, and run the command again.\n\n",
        sources.join(" and ")
    )
}
