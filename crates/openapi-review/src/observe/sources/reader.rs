//! [`Reader`]: reads inputs of any kind.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use serde_json::Value;

use crate::observe::description::Description;
use crate::observe::observations::Observations;
use crate::observe::sources::formats::Formats;
use crate::observe::sources::problem::{ReadError, ReadProblem};
use crate::observe::sources::progress::Progress;
use crate::observe::sources::record::{Recognized, recognize};
use crate::observe::sources::{journal, json};

/// The beginning of an SQLite file.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// The number of bytes that are examined to recognize the kind of a file.
const BEGINNING: usize = 4096;
/// The number of responses between progress reports.
const STEP: u64 = 1000;

/// Reads inputs into [`Observations`].
///
/// ```
/// use openapi_review::observe::{Description, Reader};
/// use openapi_review::observe::sources::Formats;
/// use serde_json::json;
///
/// let description = Description::new(&json!({"paths": {"/pet": {"get": {
///     "operationId": "getPet", "responses": {"200": {"description": "A pet."}},
/// }}}}));
/// let lines = "{\"operation\": \"getPet\", \"status\": 200, \"body\": {\"name\": \"Ada\"}}\n";
/// let mut reader = Reader::new(&description, Formats::default());
/// reader.read_text("pets.jsonl", lines.as_bytes())?;
/// assert_eq!(reader.progress().responses, 1);
/// # Ok::<(), openapi_review::observe::sources::ReadError>(())
/// ```
pub struct Reader<'d> {
    description: &'d Description,
    formats: Formats,
    observations: Observations,
    progress: Progress,
    report: Box<dyn FnMut(Progress) + 'd>,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl<'d> Reader<'d> {
    /// Creates a reader for the responses that `description` describes.
    #[must_use]
    pub fn new(description: &'d Description, formats: Formats) -> Self {
        let (observations, progress) = Default::default();
        Self { description, formats, observations, progress, report: Box::new(|_| {}) }
    }

    /// Calls `report` periodically.
    #[must_use]
    pub fn on_progress(mut self, report: impl FnMut(Progress) + 'd) -> Self {
        self.report = Box::new(report);
        self
    }

    /// Returns the amount of data that was read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Returns the observations of all inputs.
    #[must_use]
    pub fn into_observations(self) -> Observations {
        self.observations
    }

    /// Reads a file, standard input (`-`) or a PostgreSQL database (`postgres://…`). The kind of a
    /// file is recognized by its beginning.
    ///
    /// # Errors
    ///
    /// [`ReadError`]. Responses that were read before the error remain counted.
    pub fn read(&mut self, source: &str) -> Result<(), ReadError> {
        let is_database = ["postgres://", "postgresql://"].iter().any(|it| source.starts_with(it));
        if is_database {
            // The address may contain a password.
            let name = "the PostgreSQL journal".to_owned();
            let [_, query] = self.formats.journal;
            let outcome = journal::postgres(source, query, &mut |kind, status, body| {
                self.row(kind, status, body)
            });
            return outcome.map_err(|problem| ReadError { source: name, problem });
        }
        let failed = |problem| ReadError { source: source.to_owned(), problem };
        if source == "-" {
            return self.read_text("standard input", io::stdin().lock());
        }
        let file = File::open(source).map_err(|error| failed(error.into()))?;
        let mut file = BufReader::new(file);
        let beginning = file.fill_buf().map_err(|error| failed(error.into()))?;
        if beginning.starts_with(SQLITE) {
            let [query, _] = self.formats.journal;
            let mut row = |kind: &str, status, body: &[u8]| self.row(kind, status, body);
            return journal::sqlite(source, query, &mut row).map_err(failed);
        }
        self.read_text(source, file)
    }

    /// Reads JSON in any known form.
    ///
    /// # Errors
    ///
    /// [`ReadError`]. Responses that were read before the error remain counted.
    pub fn read_text(&mut self, name: &str, input: impl Read) -> Result<(), ReadError> {
        let failed = |problem| ReadError { source: name.to_owned(), problem };
        self.text(&mut BufReader::with_capacity(1 << 16, input)).map_err(failed)
    }

    fn text(&mut self, input: &mut impl BufRead) -> Result<(), ReadProblem> {
        let beginning = input.fill_buf()?;
        let beginning = &beginning[..beginning.len().min(BEGINNING)];
        if Observations::is_file(beginning) {
            let mut text = String::new();
            input.read_to_string(&mut text)?;
            let other = Observations::from_json(&text)?;
            self.progress.bytes += text.len() as u64;
            self.progress.responses += other.samples();
            self.observations.merge(&other);
            return Ok(());
        }
        if json::is_har(beginning) {
            return json::entries(input, &mut |entry, bytes| self.value(&entry, bytes));
        }
        json::values(input, &mut |value, bytes| match value {
            Some(value) => self.value(&value, bytes),
            None => {
                self.progress.broken += 1;
                self.step(bytes);
                Ok(())
            }
        })
    }

    /// Reads a line, an entry or a body. `bytes` is the number of bytes that were read since the
    /// last one.
    fn value(&mut self, value: &Value, bytes: u64) -> Result<(), ReadProblem> {
        match recognize(value, self.description, &self.formats) {
            Recognized::Response(operation, status, body) => {
                self.count(&operation, status, body.as_deref())?;
            }
            Recognized::Several(values) => {
                for value in values {
                    self.value(value, 0)?;
                }
            }
            Recognized::NoResponse => self.progress.without_response += 1,
            Recognized::Unknown => self.progress.unknown += 1,
        }
        self.step(bytes);
        Ok(())
    }

    /// Reads a row of a journal.
    fn row(&mut self, kind: &str, status: u16, body: &[u8]) -> Result<(), ReadProblem> {
        match self.description.operation_of_kind(kind).map(str::to_owned) {
            Some(operation) => {
                let body = serde_json::from_slice(body).ok();
                self.count(&operation, status, body.as_ref())?;
            }
            None => self.progress.unknown += 1,
        }
        self.step(body.len() as u64);
        Ok(())
    }

    fn count(
        &mut self,
        operation: &str,
        status: u16,
        body: Option<&Value>,
    ) -> Result<(), ReadProblem> {
        let Self { description, observations, .. } = self;
        match body {
            Some(body) => observations.add(description, operation, status, body)?,
            None => observations.add_unreadable(description, operation, status)?,
        }
        self.progress.responses += 1;
        Ok(())
    }

    fn step(&mut self, bytes: u64) {
        self.progress.bytes += bytes;
        let Progress { responses, without_response, unknown, broken, .. } = self.progress;
        if (responses + without_response + unknown + broken).is_multiple_of(STEP) {
            (self.report)(self.progress);
        }
    }
}
