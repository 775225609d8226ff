//! Generates all files that a repository keeps for its client.

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

/// Reads the description, applies the corrections, and checks the version of OpenAPI. The result
/// still has the vendor's form.
pub fn description(root: &Path, config: &Config) -> Result<Document, Diagnostic> {
    let document = corrected(root, config)?;
    version::check(&document)?;
    Ok(document)
}

/// Reads the description and applies the corrections, without checking the version of OpenAPI.
pub fn corrected(root: &Path, config: &Config) -> Result<Document, Diagnostic> {
    let mut document = load::load(&config.description, &read(root, &config.description)?)?;
    // A repository's own file must have no warnings, because it can be corrected.
    if let Some(warning) = document.warnings.first() {
        return Err(warning.clone());
    }
    overlay::apply(&mut document, &corrections(root, config)?, Policy::Maintained)?;
    Ok(document)
}

/// Reads the overlay.
pub fn corrections(root: &Path, config: &Config) -> Result<Document, Diagnostic> {
    load::load(&config.overlay, &read(root, &config.overlay)?)
}

/// Runs all stages and returns the generated files. Writes nothing.
pub fn run(root: &Path, config: &Config) -> Result<Artifacts, Diagnostic> {
    generate(&description(root, config)?, config)
}

/// Runs the stages that follow [`description`] and returns the generated files. Writes nothing.
pub fn generate(document: &Document, config: &Config) -> Result<Artifacts, Diagnostic> {
    Ok(generated(document, config)?.0)
}

/// Does the same as [`generate`], and returns the report.
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

/// The files, and the report about their generation.
type Generated = Result<(Artifacts, Report), Diagnostic>;

/// Generates the files that depend on the description.
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

/// Returns the description in canonical form.
fn description_files(document: &Document, config: &Config) -> Artifacts {
    let path = config.document.iter();
    let file = |path: &String| {
        let ordered = canonical::canonical(&document.root, &Value::Null);
        (path.clone(), format!("{ordered:#}\n"))
    };
    path.map(file).collect()
}

/// Generates the baseline types. If progenitor rejects the description, the existing baseline is
/// kept.
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
    // Code that checks patterns would require another dependency for benches.
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

/// Returns the first lines of a generated file.
pub(crate) fn header(command: &str, sources: &[&str]) -> String {
    format!(
        "// @generated by `{command}` from {}.\n\
         // Do not edit. Change the source and run the command again.\n\n",
        sources.join(" and ")
    )
}
