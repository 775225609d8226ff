//! All files that a repository keeps of its client.

use std::fs;
use std::path::Path;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::overlay::Policy;
use openapi_document::{canonical, load, overlay, schemas, version};
use serde_json::Value;

use crate::artifacts::Artifacts;
use crate::config::Config;
use crate::parallel::{self, Job};
use crate::report::Report;
use crate::{baseline, down_convert, outline, pipeline, print, registry, surface};

/// The description after its corrections, still as the vendor writes it: stages
/// 1 and 2.
pub fn description(root: &Path, config: &Config) -> Result<Document, Diagnostic> {
    let document = corrected(root, config)?;
    version::check(&document)?;
    Ok(document)
}

/// The description after its corrections, whatever is wrong with it.
pub fn corrected(root: &Path, config: &Config) -> Result<Document, Diagnostic> {
    let mut document = load::load(&config.description, &read(root, &config.description)?)?;
    // Our own file is corrected instead.
    if let Some(warning) = document.warnings.first() {
        return Err(warning.clone());
    }
    overlay::apply(&mut document, &corrections(root, config)?, Policy::Maintained)?;
    Ok(document)
}

/// The overlay.
pub fn corrections(root: &Path, config: &Config) -> Result<Document, Diagnostic> {
    load::load(&config.overlay, &read(root, &config.overlay)?)
}

/// All stages, in memory.
pub fn run(root: &Path, config: &Config) -> Result<Artifacts, Diagnostic> {
    generate(&description(root, config)?, config)
}

/// The stages behind [`description`], in memory.
pub fn generate(document: &Document, config: &Config) -> Result<Artifacts, Diagnostic> {
    Ok(generated(document, config)?.0)
}

/// The same, with what had to be rewritten on the way.
pub fn generated(document: &Document, config: &Config) -> Result<(Artifacts, Report), Diagnostic> {
    let jobs: Vec<Job<'_, Generated>> = vec![
        Box::new(|| ours(document, config)),
        Box::new(|| Ok((baseline_types(document, config), Report::default()))),
        Box::new(|| Ok((description_files(document, config), Report::default()))),
    ];
    let (mut artifacts, mut report) = (Artifacts::new(), None);
    for made in parallel::all(jobs) {
        let (files, rewritten) = made?;
        artifacts.extend(files);
        report.get_or_insert(rewritten);
    }
    Ok((artifacts, report.unwrap_or_default()))
}

/// Files, and what had to be rewritten for them.
type Generated = Result<(Artifacts, Report), Diagnostic>;

/// What is made of our description.
fn ours(document: &Document, config: &Config) -> Generated {
    let schemas = registry::schemas(document);
    let mut client = pipeline::compile(document, &config.runtime)?;
    let header = header(&config.generate(), &[&config.description, &config.overlay]);
    let code = header.clone() + &print::print(&mut client.emitted.file);
    let mut artifacts = Artifacts::from([(config.client.clone(), code)]);
    if let Some(path) = &config.registry {
        let registry = header + &registry::print(&schemas, &client.emitted);
        artifacts.insert(path.clone(), registry);
    }
    for (name, text) in outline::outline(&surface::of(&client.emitted)) {
        artifacts.insert(format!("{}/{name}.txt", config.outline), text);
    }
    if client.report.is_lossy() {
        artifacts.insert(config.losses(), client.report.losses());
    }
    Ok((artifacts, client.report))
}

/// The description itself, in a canonical form.
fn description_files(document: &Document, config: &Config) -> Artifacts {
    let path = config.document.iter();
    let file = |path: &String| {
        let ordered = canonical::canonical(&document.root, &Value::Null);
        (path.clone(), format!("{ordered:#}\n"))
    };
    path.map(file).collect()
}

/// What progenitor makes of our description on its own. A description that it
/// can't take keeps the baseline it had.
fn baseline_types(document: &Document, config: &Config) -> Artifacts {
    let mut artifacts = Artifacts::new();
    if let Some(path) = &config.baseline
        && let Ok(file) = progenitor_only(document)
    {
        let header = header(&config.generate(), &[&config.description, &config.overlay]);
        artifacts.insert(path.clone(), header + &prettyplease::unparse(&file));
    }
    artifacts
}

fn progenitor_only(source: &Document) -> Result<syn::File, Diagnostic> {
    let mut document = source.clone();
    down_convert::down_convert(&mut document)?;
    // Code that checks patterns needs a crate that benches would have to depend on.
    schemas::for_each(&mut document.root, &mut |schema, _| {
        if let Some(schema) = schema.as_object_mut() {
            schema.shift_remove("pattern");
        }
    });
    baseline::types(&document)
}

pub(crate) fn read(root: &Path, path: &str) -> Result<String, Diagnostic> {
    fs::read_to_string(root.join(path)).map_err(|error| Diagnostic::unreadable(path, &error))
}

/// What the first lines of a generated file say.
pub(crate) fn header(command: &str, sources: &[&str]) -> String {
    format!(
        "// @generated by `{command}` from {}.\n\
         // Do not edit: change that, and run the command again.\n\n",
        sources.join(" and ")
    )
}
