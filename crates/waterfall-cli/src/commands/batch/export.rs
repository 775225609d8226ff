//! Writes the rows with their results: next to the original columns, or as JSON lines.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tempfile::NamedTempFile;
use waterfall::JobId;
use waterfall_batch::{Batch, BatchKind, ExportRow, Outcome, RowState};

use super::output_fields::OutputFields;
use super::place::Existing;
use super::settings::Settings;
use crate::args::batch;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// The columns after those of the input, before the fields of the result.
const COLUMNS: [&str; 4] = ["status", "error", "job_id", "cost_usd"];

/// The prefix of an added column whose name the input also has.
const PREFIX: &str = "waterfall_";

pub(super) async fn run<K: BatchKind>(
    args: &batch::Export,
    opened: Existing<K>,
) -> Result<Exit, Failure> {
    let mut settings = opened.settings;
    let fields = OutputFields::of(opened.kind);
    if args.fields.is_some() {
        settings.fields = fields.chosen(args.fields.as_deref())?;
    }
    match args.to.as_deref() {
        Some(path) if path == Path::new("-") => {
            let mut stdout = BufWriter::new(output::Stdout);
            Writer::new(&settings, fields, false).write(&opened.batch, &mut stdout).await?;
            stdout.flush().map_err(|error| Failure::NotWritten { error, job_id: None })?;
        }
        to => {
            let path = to.unwrap_or(&settings.output);
            let rows = to_file(&opened.batch, &settings, fields, path).await?;
            output::stderr(&format!("{rows} rows are in {}", path.display()));
        }
    }
    Ok(Exit::Found)
}

/// Atomically replaces a file with the current rows. Returns the number of rows.
pub(super) async fn to_file<K: BatchKind>(
    batch: &Batch<K>,
    settings: &Settings,
    fields: &'static OutputFields,
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
        let rows = Writer::new(settings, fields, is_jsonl(path)).write(batch, &mut buffer).await?;
        buffer.flush().map_err(failed)?;
        rows
    };
    file.as_file().sync_all().map_err(failed)?;
    // A replaced file keeps its permissions.
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
    fields: &'static OutputFields,
    is_jsonl: bool,
    /// The original row of the latest duplicate.
    original: Option<ExportRow>,
}

impl<'a> Writer<'a> {
    fn new(settings: &'a Settings, fields: &'static OutputFields, is_jsonl: bool) -> Self {
        Self { settings, fields, is_jsonl, original: None }
    }

    async fn write<K: BatchKind>(
        mut self,
        batch: &Batch<K>,
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
            let line = if self.is_jsonl { self.object(&row) } else { self.line(&row) };
            to.write_all(&line).map_err(failed)?;
            written += 1;
        }
        Ok(written)
    }

    /// Returns the byte order mark and the header.
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

    fn object(&self, row: &ExportRow) -> Vec<u8> {
        let settings = self.settings;
        let raw = |text: &[u8]| {
            let text = String::from_utf8(text.to_vec()).ok()?;
            // One row is one line.
            let is_one_line = !text.contains(['\n', '\r']);
            let text = if is_one_line { text } else { compact(&text) };
            RawValue::from_string(text).ok()
        };
        let output = output_of(row);
        let value =
            |name: &String| Some((name.clone(), self.fields.value(output.as_ref()?, name)?));
        let fields: Map<String, Value> = settings.fields.iter().filter_map(value).collect();
        let (mut person, mut company, mut persons) = (None, None, None);
        *match self.fields.subject {
            "person" => &mut person,
            "persons" => &mut persons,
            _ => &mut company,
        } = Some(fields);
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
            person,
            company,
            persons,
            response: row.body.as_deref().and_then(raw),
        };
        // Serializing strings, numbers and raw JSON can't fail.
        let mut line = serde_json::to_vec(&line).unwrap_or_default();
        line.push(b'\n');
        line
    }

    fn line(&self, row: &ExportRow) -> Vec<u8> {
        let Settings { format, fields, .. } = self.settings;
        let output = output_of(row);
        let mut added = vec![
            status(row).to_owned(),
            error(row).unwrap_or_default(),
            row.job.map(|job| job.to_string()).unwrap_or_default(),
            cost(row).map(|cost| cost.to_string()).unwrap_or_default(),
        ];
        let value = |name: &String| self.fields.value(output.as_ref()?, name);
        added.extend(fields.iter().map(|name| cell(value(name).as_ref())));
        format.encode(&format.row_with(&String::from_utf8_lossy(&row.raw), &added))
    }
}

/// Returns the outcome of a row, or its state if it has no outcome yet.
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

/// Formats the cost in dollars. A duplicate costs nothing.
fn cost(row: &ExportRow) -> Option<f64> {
    row.cost.filter(|_| row.duplicate_of.is_none()).map(|cost| cost.to_f64())
}

/// Returns the output of a job.
fn output_of(row: &ExportRow) -> Option<Value> {
    #[derive(Deserialize)]
    struct Body {
        output: Value,
    }
    Some(serde_json::from_slice::<Body>(row.body.as_deref()?).ok()?.output)
}

/// Returns a field of a result as a cell. The values of several people keep their order.
fn cell(value: Option<&Value>) -> String {
    let is_short = |item: &Value| !item.is_array() && !item.is_object();
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.iter().all(is_short) => {
            items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join("; ")
        }
        Some(other) => other.to_string(),
    }
}

/// A line of JSON. The keys are stable and always present. The fields of the result are those of a
/// `person`, a `company` or `persons`, depending on the kind of the jobs.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persons: Option<Map<String, Value>>,
    response: Option<Box<RawValue>>,
}

/// Writes JSON without line breaks, with unchanged numbers and strings.
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
