//! Writes the rows with their results: beside the original columns, or as JSON lines.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tempfile::NamedTempFile;
use waterfall::{ContactEnrichment, JobId};
use waterfall_batch::{Batch, ExportRow, Outcome, RowState};

use super::place;
use super::settings::Settings;
use crate::args::batch;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// The columns after those of the input, before the fields of the person.
const COLUMNS: [&str; 4] = ["status", "error", "job_id", "cost_usd"];

/// The prefix of a column whose name the input has as well.
const PREFIX: &str = "waterfall_";

pub(super) async fn run(args: &batch::Export) -> Result<Exit, Failure> {
    let opened = place::existing(&args.which).await?;
    let mut settings = opened.settings;
    if let Some(fields) = &args.fields {
        settings.fields.clone_from(fields);
    }
    match args.to.as_deref() {
        Some(path) if path == Path::new("-") => {
            let mut stdout = BufWriter::new(output::Stdout);
            Writer::new(&settings, false).write(&opened.batch, &mut stdout).await?;
            stdout.flush().map_err(|error| Failure::NotWritten { error, job_id: None })?;
        }
        to => {
            let path = to.unwrap_or(&settings.output);
            let rows = to_file(&opened.batch, &settings, path).await?;
            output::stderr(&format!("{rows} rows are in {}", path.display()));
        }
    }
    Ok(Exit::Found)
}

/// Atomically replaces a file with the current rows. Returns the number of rows.
pub(super) async fn to_file(
    batch: &Batch<ContactEnrichment>,
    settings: &Settings,
    path: &Path,
) -> Result<u64, Failure> {
    let failed = |error: io::Error| Failure::System {
        what: format!("{} could not be written", path.display()),
        error,
        hint: Some("The results are in the journal: `waterfall batch export` writes them."),
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(parent.unwrap_or(Path::new("."))).map_err(failed)?;
    let rows = {
        let mut buffer = BufWriter::new(&mut file);
        let rows = Writer::new(settings, is_jsonl(path)).write(batch, &mut buffer).await?;
        buffer.flush().map_err(failed)?;
        rows
    };
    file.as_file().sync_all().map_err(failed)?;
    // A file that is replaced keeps its permissions.
    if let Ok(before) = fs::metadata(path) {
        let _ = file.as_file().set_permissions(before.permissions());
    }
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(rows)
}

fn is_jsonl(path: &Path) -> bool {
    let extension = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
    matches!(extension.as_deref(), Some("jsonl" | "ndjson"))
}

struct Writer<'a> {
    settings: &'a Settings,
    is_jsonl: bool,
    /// The original row of the latest duplicate.
    original: Option<ExportRow>,
}

impl<'a> Writer<'a> {
    fn new(settings: &'a Settings, is_jsonl: bool) -> Self {
        Self { settings, is_jsonl, original: None }
    }

    async fn write(
        mut self,
        batch: &Batch<ContactEnrichment>,
        to: &mut impl Write,
    ) -> Result<u64, Failure> {
        let failed = |error| Failure::system("the rows could not be written", error);
        if !self.is_jsonl {
            to.write_all(&self.head()).map_err(failed)?;
        }
        let (mut rows, mut written) = (batch.export(), 0);
        while let Some(mut row) = rows.next().await? {
            if let Some(first) = row.duplicate_of {
                if self.original.as_ref().is_none_or(|original| original.row != first) {
                    self.original = batch.row(first).await?;
                }
                if let Some(original) = &self.original {
                    row.job = original.job;
                    row.body.clone_from(&original.body);
                }
            }
            let line = if self.is_jsonl { object(&row, self.settings) } else { self.line(&row) };
            to.write_all(&line).map_err(failed)?;
            written += 1;
        }
        Ok(written)
    }

    /// The byte order mark and the header.
    fn head(&self) -> Vec<u8> {
        let Settings { format, fields, .. } = self.settings;
        let fields = fields.iter().map(String::as_str);
        let free = |name: &str| {
            let is_taken = format.columns.iter().any(|column| column.eq_ignore_ascii_case(name));
            if is_taken { format!("{PREFIX}{name}") } else { name.to_owned() }
        };
        let added: Vec<String> = COLUMNS.into_iter().chain(fields).map(free).collect();
        format.encode(&format!("{}{}", format.head(), format.header_with(&added)))
    }

    fn line(&self, row: &ExportRow) -> Vec<u8> {
        let Settings { format, fields, .. } = self.settings;
        let body: Option<Value> =
            row.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
        let person = body.as_ref().and_then(|body| body.get("output")?.get("person"));
        let mut added = vec![
            status(row).to_owned(),
            error(row).unwrap_or_default(),
            row.job.map(|job| job.to_string()).unwrap_or_default(),
            cost(row).map(|cost| cost.to_string()).unwrap_or_default(),
        ];
        added.extend(fields.iter().map(|name| cell(person.and_then(|person| person.get(name)))));
        format.encode(&format.row_with(&String::from_utf8_lossy(&row.raw), &added))
    }
}

/// The outcome of a row, or its state while it has none.
fn status(row: &ExportRow) -> &'static str {
    row.outcome.map_or(row.state.as_str(), Outcome::as_str)
}

fn error(row: &ExportRow) -> Option<String> {
    match (row.duplicate_of, row.state) {
        (Some(first), _) => Some(format!("duplicate of row {}", first + 1)),
        (None, RowState::InDoubt) => Some(match &row.detail {
            Some(detail) => format!("it may have been launched: {detail}"),
            None => "it may have been launched".to_owned(),
        }),
        _ => row.detail.clone(),
    }
}

/// The costs in dollars. A duplicate costs nothing.
fn cost(row: &ExportRow) -> Option<f64> {
    row.cost.filter(|_| row.duplicate_of.is_none()).map(|cost| cost.as_f64())
}

/// A field of a person as a cell.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
        }
        Some(other) => other.to_string(),
    }
}

/// A line of JSON. The keys are stable and always present.
#[derive(Serialize)]
struct Line<'a> {
    row: u64,
    input: Value,
    status: &'a str,
    error: Option<String>,
    job_id: Option<JobId>,
    cost_usd: Option<f64>,
    attempts: u32,
    duplicate_of: Option<u64>,
    request: Option<Box<RawValue>>,
    person: Map<String, Value>,
    response: Option<Box<RawValue>>,
}

fn object(row: &ExportRow, settings: &Settings) -> Vec<u8> {
    let raw = |text: &[u8]| {
        let text = String::from_utf8(text.to_vec()).ok()?;
        // One row is one line.
        let is_one_line = !text.contains(['\n', '\r']);
        let text = if is_one_line { text } else { compact(&text) };
        RawValue::from_string(text).ok()
    };
    let body: Option<Value> =
        row.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    let person = body.as_ref().and_then(|body| body.get("output")?.get("person"));
    let fields =
        settings.fields.iter().filter_map(|name| Some((name.clone(), person?.get(name)?.clone())));
    let line = Line {
        row: row.row + 1,
        input: settings.format.object(&String::from_utf8_lossy(&row.raw)),
        status: status(row),
        error: error(row),
        job_id: row.job,
        cost_usd: cost(row),
        attempts: row.attempts,
        duplicate_of: row.duplicate_of.map(|first| first + 1),
        request: raw(&row.request),
        person: fields.collect(),
        response: row.body.as_deref().and_then(raw),
    };
    // Serializing strings, numbers and raw JSON can't fail.
    let mut line = serde_json::to_vec(&line).unwrap_or_default();
    line.push(b'\n');
    line
}

/// JSON without line breaks, numbers and strings as they are.
fn compact(json: &str) -> String {
    let (mut text, mut in_string, mut escaped) = (String::with_capacity(json.len()), false, false);
    for c in json.chars() {
        match c {
            '\n' | '\r' if !in_string => continue,
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = in_string && c == '\\' && !escaped;
        text.push(c);
    }
    text
}
