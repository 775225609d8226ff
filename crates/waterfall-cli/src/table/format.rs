//! [`Format`]: reads and writes the rows of a file.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::table::records::{cells, owned, push_cell};
use crate::table::{encoding, objects};

/// The column of rows that are a word rather than an object.
const WORD: &str = "contact";

/// The information that is needed to parse and write a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Format {
    /// `None` for JSON.
    pub(super) delimiter: Option<char>,
    pub(super) encoding: String,
    pub(super) has_mark: bool,
    pub(super) newline: String,
    /// The header, byte for byte.
    pub(super) header: String,
    /// The names of the columns, without white space around them.
    pub(crate) columns: Vec<String>,
}

impl Format {
    /// Returns whether the rows are JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.delimiter.is_none()
    }

    /// Returns the cells of a row, one for each column.
    pub(crate) fn cells<'a>(&self, raw: &'a str) -> Vec<Cow<'a, str>> {
        match self.delimiter {
            Some(delimiter) => {
                let mut cells = cells(raw, delimiter as u8);
                cells.resize(self.columns.len().max(cells.len()), Cow::Borrowed(""));
                cells
            }
            None => {
                let members = objects::members(raw);
                let cell = |name: &String| Cow::Owned(objects::cell(members.get(name)));
                self.columns.iter().map(cell).collect()
            }
        }
    }

    /// Returns the text of a JSON row that is not an object.
    pub(crate) fn word(&self, raw: &str) -> String {
        objects::cell(objects::members(raw).get(""))
    }

    /// Returns a row as JSON: its object, or its cells by the names of their columns.
    pub(crate) fn object(&self, raw: &str) -> Value {
        if self.is_json() {
            let word = || Value::String(raw.to_owned());
            return serde_json::from_str(raw).unwrap_or_else(|_| word());
        }
        let mut members = Map::new();
        for (index, cell) in self.cells(raw).into_iter().enumerate() {
            let name = self.columns.get(index).filter(|name| !name.is_empty());
            let name = name.cloned().unwrap_or_else(|| format!("column {}", index + 1));
            // A number distinguishes a second column of the same name.
            let name = match members.contains_key(&name) {
                true => format!("{name} ({})", index + 1),
                false => name,
            };
            members.insert(name, Value::String(cell.into_owned()));
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

    /// Returns the beginning of a file in this format.
    pub(crate) fn head(&self) -> &'static str {
        if self.has_mark { "\u{feff}" } else { "" }
    }

    /// Returns the header of a table, followed by columns with these names.
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

    /// Returns a row of a table as it is in the file, followed by these cells.
    pub(crate) fn row_with(&self, raw: &str, added: &[String]) -> String {
        match self.delimiter {
            Some(_) => {
                let given = self.split_width(raw).max(1);
                self.line(raw, self.columns.len().saturating_sub(given), added)
            }
            None => {
                let mut cells = owned(self.cells(raw));
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

    /// Returns the bytes of a text in the encoding of the file.
    pub(crate) fn encode(&self, text: &str) -> Vec<u8> {
        let encoding = Encoding::for_label(self.encoding.as_bytes()).unwrap_or(UTF_8);
        encoding::encode(text, encoding)
    }
}
