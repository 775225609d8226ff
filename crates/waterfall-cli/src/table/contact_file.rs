//! [`ContactFile`]: a file of contacts, its format and its rows.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::table::encoding::{self, Decoding, Detected, invalid};
use crate::table::field::Field;
use crate::table::format::Format;
use crate::table::layout::{self, Layout};
use crate::table::objects;
use crate::table::records::{Record, Records, cells, owned};
use crate::table::source::Source;
#[cfg(feature = "xlsx")]
use crate::table::workbook;

/// The first column of a table without a header.
pub(super) const UNNAMED: &str = "column 1";

/// The size of the sample from which the format is guessed.
const HEAD: u64 = 256 * 1024;

/// A row, byte for byte, with its position.
#[derive(Debug, Clone)]
pub(crate) struct FileRow {
    /// The text of the row without the end of its line.
    pub(crate) raw: String,
    /// The line on which it begins, from 1.
    pub(crate) line: u64,
}

/// A file of contacts. Its rows are read from it as often as needed. Only a JSON array, a workbook,
/// and anything that is not a regular file are held in memory.
#[derive(Debug)]
pub(crate) struct ContactFile {
    source: Source,
    /// The sheet of a workbook.
    sheet: Option<String>,
    detected: Detected,
    layout: Rows,
    pub(crate) format: Format,
    /// The number of rows.
    pub(crate) count: usize,
    /// The number of lines before the header, which are not part of the table.
    pub(crate) preamble: u64,
}

/// The location of the rows.
#[derive(Debug)]
enum Rows {
    /// The records of a table, starting with this one.
    Table { delimiter: u8, first: usize },
    /// JSON lines.
    Lines,
    /// The items of a JSON array.
    Array(Vec<FileRow>),
}

/// Why a file can't be used.
#[derive(Debug)]
pub(crate) enum Unreadable {
    Io(io::Error),
    Content(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData => Self::Content(error.to_string()),
            _ => Self::Io(error),
        }
    }
}

impl ContactFile {
    /// Reads the layout of a file. The header is the line with these names, if there are any.
    /// Otherwise it has the names of columns with `fields`.
    pub(crate) fn read(
        path: &Path,
        wanted: &[String],
        fields: &[Field],
    ) -> Result<Self, Unreadable> {
        Ok(Self::of(Source::new(path)?, wanted, fields)?)
    }

    pub(super) fn of(source: Source, wanted: &[String], fields: &[Field]) -> io::Result<Self> {
        let (source, sheet) = readable(source)?;
        let detected = encoding::detect(&source)?;
        let head = head(detected.read(&source)?)?;
        let newline = if head.text.contains("\r\n") { "\r\n" } else { "\n" };
        let format = Format {
            delimiter: None,
            encoding: detected.encoding.name().to_owned(),
            has_mark: detected.has_mark(),
            newline: newline.to_owned(),
            header: String::new(),
            columns: Vec::new(),
        };
        let layout = if objects::is_array(&head.text) {
            let mut text = String::new();
            detected.read(&source)?.read_to_string(&mut text)?;
            let items = objects::items(&text).map_err(invalid)?.into_iter();
            Rows::Array(items.map(|(line, raw)| FileRow { raw, line }).collect())
        } else {
            Rows::Lines
        };
        let mut file = Self { source, sheet, detected, layout, format, count: 0, preamble: 0 };
        if objects::is_json(&head.text) {
            file.measure_objects()?;
        } else {
            file.measure_table(&head, wanted, fields)?;
        }
        Ok(file)
    }

    /// Counts the rows and collects the names of their members.
    fn measure_objects(&mut self) -> io::Result<()> {
        let (mut count, mut columns) = (0, Vec::new());
        for row in self.read_rows()? {
            count += 1;
            for name in objects::members(&row?.raw).keys() {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
        }
        (self.count, self.format.columns) = (count, columns);
        Ok(())
    }

    /// Finds the header, and the number of columns and rows.
    fn measure_table(
        &mut self,
        head: &Head,
        wanted: &[String],
        fields: &[Field],
    ) -> io::Result<()> {
        let Layout { delimiter, header } = layout::guess(&head.text, head.is_all, wanted, fields);
        let first = header.map_or(0, |header| header + 1);
        let mut records = Records::new(self.detected.read(&self.source)?, delimiter);
        let header = match records.by_ref().take(first).last() {
            Some(record) if header.is_some() => Some(record?),
            _ => None,
        };
        let names = header.as_ref().map(|record| owned(cells(&record.raw, delimiter)));
        let names = names.unwrap_or_default();
        let (mut width, mut filled, mut blank) = (names.len().max(1), 0, 0);
        for record in records {
            let record = record?;
            width = width.max(record.width);
            *(if record.width > 0 { &mut filled } else { &mut blank }) += 1;
        }
        self.count = if is_row(width, 0) { filled + blank } else { filled };
        self.preamble = header.as_ref().map_or(0, |header| header.line - 1);
        let name = |index: usize| match (&header, names.get(index)) {
            (Some(_), name) => name.map(|name| name.trim().to_owned()).unwrap_or_default(),
            (None, _) => format!("column {}", index + 1),
        };
        let columns: Vec<String> = (0..width).map(name).collect();
        self.format.header = match header {
            Some(record) => record.raw,
            None => columns.join(&(delimiter as char).to_string()),
        };
        self.format.columns = columns;
        self.format.delimiter = Some(delimiter as char);
        self.layout = Rows::Table { delimiter, first };
        Ok(())
    }

    /// Returns all rows, read from the file. An error ends the iteration.
    pub(crate) fn rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<FileRow, Unreadable>> + '_, Unreadable> {
        Ok(self.read_rows()?.map(|row| row.map_err(Unreadable::from)))
    }

    fn read_rows(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<FileRow>> + '_>> {
        Ok(match &self.layout {
            Rows::Table { delimiter, first } => {
                let width = self.format.columns.len();
                let records = Records::new(self.detected.read(&self.source)?, *delimiter);
                let rows = records.skip(*first).filter_map(move |record| match record {
                    Ok(Record { raw, line, width: cells }) => {
                        is_row(width, cells).then_some(Ok(FileRow { raw, line }))
                    }
                    Err(error) => Some(Err(error)),
                });
                Box::new(rows)
            }
            Rows::Lines => {
                let lines = BufReader::new(self.detected.read(&self.source)?).lines();
                let lines = (1..).zip(lines).map(|(line, raw)| Ok(FileRow { raw: raw?, line }));
                Box::new(
                    lines.filter(|row| !row.as_ref().is_ok_and(|row| row.raw.trim().is_empty())),
                )
            }
            Rows::Array(items) => Box::new(items.iter().cloned().map(Ok)),
        })
    }

    /// Describes the file for people.
    pub(crate) fn description(&self) -> String {
        match &self.sheet {
            Some(sheet) => format!("the sheet `{sheet}` of a workbook"),
            None => self.format.description(),
        }
    }

    /// Returns the cells of the first rows, from which the mapping is guessed.
    pub(crate) fn sample(&self, most: usize) -> Result<Vec<Vec<String>>, Unreadable> {
        self.rows()?.take(most).map(|row| Ok(owned(self.format.cells(&row?.raw)))).collect()
    }
}

/// A blank line is an empty cell in a single column, and nothing in a wider table.
fn is_row(columns: usize, cells: usize) -> bool {
    columns == 1 || cells > 0
}

/// Returns the text of a file, with the name of the sheet if it is a workbook.
fn readable(source: Source) -> io::Result<(Source, Option<String>)> {
    let start = source.head(4)?;
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0") {
        return sheet(&source);
    }
    if start.starts_with(b"\x1f\x8b") {
        return Err(invalid("it is compressed; unpack it first, with gunzip".to_owned()));
    }
    Ok((source, None))
}

#[cfg(feature = "xlsx")]
fn sheet(source: &Source) -> io::Result<(Source, Option<String>)> {
    let mut bytes = Vec::new();
    source.open()?.read_to_end(&mut bytes)?;
    let sheet = workbook::read(bytes)?;
    Ok((Source::Memory(sheet.csv.into_bytes()), Some(sheet.name)))
}

#[cfg(not(feature = "xlsx"))]
fn sheet(_: &Source) -> io::Result<(Source, Option<String>)> {
    Err(invalid("it is a workbook; save the sheet as CSV UTF-8".to_owned()))
}

/// The beginning of a text.
struct Head {
    text: String,
    /// Whether the end was reached.
    is_all: bool,
}

fn head(text: Decoding<'_>) -> io::Result<Head> {
    let mut head = Vec::new();
    text.take(HEAD).read_to_end(&mut head)?;
    let is_all = (head.len() as u64) < HEAD;
    let text = match String::from_utf8(head) {
        Ok(text) => text,
        // The last character may be incomplete.
        Err(error) => {
            let length = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            String::from_utf8_lossy(&bytes[..length]).into_owned()
        }
    };
    Ok(Head { text, is_all })
}
