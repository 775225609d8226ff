//! `waterfall drift`: compares responses with the API's description, without a checkout of the
//! repository.

mod formats;

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;

use openapi_review::observe::report::{self, Shown};
use openapi_review::observe::sources::Progress;
use openapi_review::observe::{Description, Observations, Reader, compare};
use waterfall_sandbox::DESCRIPTION;

use self::formats::{KIND_ENDING, formats};
use crate::args::drift::Drift;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

const SOURCES: &str = "`waterfall drift --help` lists what it can read.";

pub(super) async fn run(args: Drift, json: bool) -> Result<Exit, Failure> {
    // Readers of databases have their own runtime.
    let work = tokio::task::spawn_blocking(move || observe(&args, json));
    work.await.map_err(|error| {
        Failure::system("the responses could not be read", io::Error::other(error))
    })?
}

fn observe(args: &Drift, json: bool) -> Result<Exit, Failure> {
    let description = serde_json::from_str(DESCRIPTION)
        .map_err(|error| Failure::system("the description could not be read", error.into()))?;
    let description = Description::new(&description).kind_ending(KIND_ENDING);
    let observations = read(args, &description)?;
    if let Some(file) = &args.output {
        let is_shown = |path: &str| args.show_values.iter().any(|shown| shown == path);
        fs::write(file, observations.to_json(&is_shown)).map_err(|error| {
            Failure::system(&format!("{} could not be written", file.display()), error)
        })?;
    }
    let findings = compare(&description, &observations);
    let shown = Shown { values: args.show_values.clone(), never_seen: args.all };
    let text = match json {
        true => format!("{}\n", report::json(&observations, &findings, &shown)),
        false => report::text(&observations, &findings, &shown),
    };
    output::stdout(text.as_bytes()).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    let drifts = findings.iter().any(|finding| finding.code.is_drift());
    Ok(if drifts { Exit::CheckFailed } else { Exit::Found })
}

fn read(args: &Drift, description: &Description) -> Result<Observations, Failure> {
    let mut reader =
        Reader::new(description, formats(args.operation.clone())).on_progress(progress);
    for source in &args.sources {
        for file in files(source)? {
            reader
                .read(&file)
                .map_err(|error| Failure::Config { what: error.to_string(), hint: SOURCES })?;
        }
    }
    if io::stderr().is_terminal() {
        output::stderr("");
    }
    let summary = reader.progress().summary();
    if !summary.is_empty() {
        output::stderr(&summary);
    }
    Ok(reader.into_observations())
}

/// Returns the files of a recording, or the source itself.
fn files(source: &str) -> Result<Vec<String>, Failure> {
    let directory = Path::new(source);
    if !directory.is_dir() {
        return Ok(vec![source.to_owned()]);
    }
    let failed = |error| Failure::system(&format!("{source} could not be read"), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "har") {
            files.push(path.to_string_lossy().into_owned());
        }
    }
    files.sort();
    match files.is_empty() {
        true => {
            Err(Failure::Config { what: format!("{source} is not a recording"), hint: SOURCES })
        }
        false => Ok(files),
    }
}

fn progress(progress: Progress) {
    if io::stderr().is_terminal() {
        eprint!("\r{progress}");
    }
}
