//! [`ContactFile`]: a file of contacts, its format and its rows.

use std::fs;
use std::io;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::table::layout::{self, Layout};
use crate::table::records::{Record, cells, push_cell, records};
use crate::table::{encoding, objects};

/// The column of rows that are a word rather than an object.
const WORD: &str = "contact";

/// The first column of a table without a header.
pub(super) const UNNAMED: &str = "column 1";

/// A row, byte for byte, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct FileRow {
    /// The text of the row without the end of its line.
    pub(crate) raw: String,
    /// The line on which it begins, from 1.
    pub(crate) line: u64,
}

/// All that is needed to read a row from its text, and to write it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Format {
    /// `None` for JSON.
    delimiter: Option<char>,
    encoding: String,
    has_mark: bool,
    newline: String,
    /// The header as it is in the file.
    header: String,
    /// The names of the columns, without white space around them.
    pub(crate) columns: Vec<String>,
}

/// A file of contacts.
#[derive(Debug)]
pub(crate) struct ContactFile {
    pub(crate) format: Format,
    pub(crate) rows: Vec<FileRow>,
    /// How many lines before the header are not part of the table.
    pub(crate) preamble: u64,
}

/// Why a file can't be used.
#[derive(Debug)]
pub(crate) enum Unreadable {
    Io(io::Error),
    Content(String),
}

impl ContactFile {
    /// Reads a file. The header is the line with these names, if there are any.
    pub(crate) fn read(path: &Path, wanted: &[String]) -> Result<Self, Unreadable> {
        let bytes = fs::read(path).map_err(Unreadable::Io)?;
        Self::parse(&bytes, wanted).map_err(Unreadable::Content)
    }

    pub(super) fn parse(bytes: &[u8], wanted: &[String]) -> Result<Self, String> {
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err("it is a workbook; save the sheet as CSV UTF-8".to_owned());
        }
        if bytes.starts_with(b"\x1f\x8b") {
            return Err("it is compressed; unpack it first, with gunzip".to_owned());
        }
        let decoded = encoding::decode(bytes)?;
        let text = decoded.text;
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let format = Format {
            delimiter: None,
            encoding: decoded.encoding.name().to_owned(),
            has_mark: decoded.has_mark,
            newline: newline.to_owned(),
            header: String::new(),
            columns: Vec::new(),
        };
        if objects::is_json(&text) { json(&text, format) } else { table(&text, format, wanted) }
    }

    /// The cells of the first rows, to guess by.
    pub(crate) fn sample(&self, most: usize) -> Vec<Vec<String>> {
        self.rows.iter().take(most).map(|row| self.format.cells(&row.raw)).collect()
    }
}

fn json(text: &str, mut format: Format) -> Result<ContactFile, String> {
    let rows: Vec<FileRow> =
        objects::split(text)?.into_iter().map(|(line, raw)| FileRow { raw, line }).collect();
    for row in &rows {
        for name in objects::members(&row.raw).keys() {
            if !format.columns.contains(name) {
                format.columns.push(name.clone());
            }
        }
    }
    Ok(ContactFile { format, rows, preamble: 0 })
}

fn table(text: &str, mut format: Format, wanted: &[String]) -> Result<ContactFile, String> {
    let Layout { delimiter, header } = layout::guess(text, wanted);
    let mut all = records(text, delimiter, usize::MAX)?;
    let first = header.map_or(0, |header| header + 1);
    let rows = all.split_off(first.min(all.len()));
    let header = header.and_then(|_| all.pop());
    let names = header.as_ref().map(|record| cells(&text[record.raw.clone()], delimiter));
    let names = names.unwrap_or_default();
    let width = rows.iter().map(|row| row.width).chain([names.len(), 1]).max().unwrap_or(1);
    let name = |index: usize| match (&header, names.get(index)) {
        (Some(_), name) => name.map(|name| name.trim().to_owned()).unwrap_or_default(),
        (None, _) => format!("column {}", index + 1),
    };
    format.columns = (0..width).map(name).collect();
    format.delimiter = Some(delimiter as char);
    format.header = match &header {
        Some(record) => text[record.raw.clone()].to_owned(),
        None => format.columns.join(&(delimiter as char).to_string()),
    };
    // A blank line is an empty cell of a single column, and nothing in a wider table.
    let is_row = |row: &Record| width == 1 || row.width > 0;
    let row = |row: Record| FileRow { raw: text[row.raw].to_owned(), line: row.line };
    let rows = rows.into_iter().filter(is_row).map(row).collect();
    Ok(ContactFile { format, rows, preamble: header.map_or(0, |header| header.line - 1) })
}

impl Format {
    /// Whether the rows are JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.delimiter.is_none()
    }

    /// The cells of a row, as many as there are columns.
    pub(crate) fn cells(&self, raw: &str) -> Vec<String> {
        match self.delimiter {
            Some(delimiter) => {
                let mut cells = cells(raw, delimiter as u8);
                cells.resize(self.columns.len().max(cells.len()), String::new());
                cells
            }
            None => {
                let members = objects::members(raw);
                self.columns.iter().map(|name| objects::cell(members.get(name))).collect()
            }
        }
    }

    /// The text of a JSON row that is not an object.
    pub(crate) fn word(&self, raw: &str) -> String {
        objects::cell(objects::members(raw).get(""))
    }

    /// A row as JSON: the object that it is, or its cells by the names of their columns.
    pub(crate) fn object(&self, raw: &str) -> Value {
        if self.is_json() {
            let word = || Value::String(raw.to_owned());
            return serde_json::from_str(raw).unwrap_or_else(|_| word());
        }
        let mut members = Map::new();
        for (index, cell) in self.cells(raw).into_iter().enumerate() {
            let name = self.columns.get(index).filter(|name| !name.is_empty());
            let name = name.cloned().unwrap_or_else(|| format!("column {}", index + 1));
            // The second column of a name is told apart by its number.
            let name = match members.contains_key(&name) {
                true => format!("{name} ({})", index + 1),
                false => name,
            };
            members.insert(name, Value::String(cell));
        }
        Value::Object(members)
    }

    /// Describes the format for people.
    pub(crate) fn description(&self) -> String {
        let kind = match self.delimiter {
            None => "JSON".to_owned(),
            Some('\t') => "a table separated by tabs".to_owned(),
            Some(delimiter) => format!("a table separated by `{delimiter}`"),
        };
        format!("{kind}, {}", self.encoding)
    }

    /// The beginning of a file in this format.
    pub(crate) fn head(&self) -> &'static str {
        if self.has_mark { "\u{feff}" } else { "" }
    }

    /// The header of a table, followed by columns of these names.
    pub(crate) fn header_with(&self, added: &[String]) -> String {
        match self.delimiter {
            Some(_) => {
                let given = self.split_width(&self.header);
                self.line(&self.header, self.columns.len().saturating_sub(given), added)
            }
            None => {
                let name = |name: &String| match name.as_str() {
                    "" => WORD.to_owned(),
                    name => name.to_owned(),
                };
                let mut columns: Vec<String> = self.columns.iter().map(name).collect();
                columns.extend_from_slice(added);
                self.joined(&columns)
            }
        }
    }

    /// A row of a table as it is in the file, followed by these cells.
    pub(crate) fn row_with(&self, raw: &str, added: &[String]) -> String {
        match self.delimiter {
            Some(_) => {
                let given = self.split_width(raw).max(1);
                self.line(raw, self.columns.len().saturating_sub(given), added)
            }
            None => {
                let mut cells = self.cells(raw);
                cells.extend_from_slice(added);
                self.joined(&cells)
            }
        }
    }

    fn split_width(&self, raw: &str) -> usize {
        cells(raw, self.delimiter.unwrap_or(',') as u8).len()
    }

    fn line(&self, raw: &str, missing: usize, added: &[String]) -> String {
        let delimiter = self.delimiter.unwrap_or(',');
        let mut line = raw.to_owned();
        line.extend(std::iter::repeat_n(delimiter, missing));
        for cell in added {
            line.push(delimiter);
            push_cell(&mut line, cell, delimiter);
        }
        line.push_str(&self.newline);
        line
    }

    fn joined(&self, cells: &[String]) -> String {
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            push_cell(&mut line, cell, ',');
        }
        line.push_str(&self.newline);
        line
    }

    /// The bytes of a text in the encoding of the file.
    pub(crate) fn encode(&self, text: &str) -> Vec<u8> {
        let encoding = Encoding::for_label(self.encoding.as_bytes()).unwrap_or(UTF_8);
        encoding::encode(text, encoding)
    }
}
