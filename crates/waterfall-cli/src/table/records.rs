//! Splits text into records, each with its raw text.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};

use csv::{ReaderBuilder, StringRecord};
use csv_core::ReadFieldResult;

use crate::table::encoding::invalid;

/// The number of bytes that are parsed at a time.
const CHUNK: usize = 64 * 1024;

/// A record, or a blank line.
#[derive(Debug)]
pub(super) struct Record {
    /// The text of the record, without the end of the line.
    pub(super) raw: String,
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// The number of cells; zero for a blank line.
    pub(super) width: usize,
}

thread_local! {
    /// The parser of the latest quoted row. Creating one is more expensive than parsing a row.
    static PARSER: RefCell<(u8, csv_core::Reader)> =
        RefCell::new((b',', csv_core::Reader::new()));
}

/// Returns the cells of one record.
pub(super) fn cells(raw: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    // Most rows have no quotes and are only split, because parsing them is slower.
    if !raw.contains('"') {
        return match raw {
            "" => Vec::new(),
            raw => raw.split(delimiter as char).map(Cow::Borrowed).collect(),
        };
    }
    PARSER.with_borrow_mut(|(of, parser)| {
        if *of != delimiter {
            *of = delimiter;
            *parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        }
        parser.reset();
        quoted_cells(parser, raw)
    })
}

/// Returns the cells of a record with quotes. Their number is at most that of its bytes plus one.
fn quoted_cells<'a>(parser: &mut csv_core::Reader, raw: &str) -> Vec<Cow<'a, str>> {
    let (mut cell, mut cells) = (vec![0; raw.len() + 1], Vec::new());
    let (mut rest, mut length) = (raw.as_bytes(), 0);
    loop {
        let (result, read, written) = parser.read_field(rest, &mut cell[length..]);
        rest = &rest[read..];
        length += written;
        match result {
            // The empty input that follows ends the last cell.
            ReadFieldResult::InputEmpty => {}
            ReadFieldResult::Field { record_end } => {
                cells.push(Cow::Owned(String::from_utf8_lossy(&cell[..length]).into_owned()));
                length = 0;
                if record_end {
                    return cells;
                }
            }
            ReadFieldResult::OutputFull | ReadFieldResult::End => return cells,
        }
    }
}

/// Cells that outlive their record.
pub(super) fn owned(cells: Vec<Cow<'_, str>>) -> Vec<String> {
    cells.into_iter().map(Cow::into_owned).collect()
}

fn builder(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder
}

/// The records of a text in UTF-8. Blank lines at its end are omitted. An error ends the iteration.
/// An error of the kind [`io::ErrorKind::InvalidData`] names the line of a quote that is never
/// closed.
pub(super) struct Records<R> {
    reader: csv::Reader<Kept<R>>,
    record: StringRecord,
    /// The total number of bytes in the records so far.
    at: u64,
    line: u64,
    /// Whether the latest record ended with a carriage return, so that its newline may follow.
    after_return: bool,
    ready: VecDeque<Record>,
    is_over: bool,
}

impl<R: Read> Records<R> {
    pub(super) fn new(text: R, delimiter: u8) -> Self {
        let text = Kept { from: text, bytes: Vec::new(), start: 0, is_over: false };
        Self {
            reader: builder(delimiter).buffer_capacity(CHUNK).from_reader(text),
            record: StringRecord::new(),
            at: 0,
            line: 1,
            after_return: false,
            ready: VecDeque::new(),
            is_over: false,
        }
    }

    /// Reads the next record, and the blank lines before it.
    fn read(&mut self) -> io::Result<()> {
        let more =
            self.reader.read_record(&mut self.record).map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(error) => error,
                _ => invalid("it is not valid UTF-8".to_owned()),
            })?;
        if !more {
            self.is_over = true;
            return Ok(());
        }
        let end = self.reader.position().byte();
        let length = usize::try_from(end - self.at).unwrap_or(usize::MAX);
        let text = self.reader.get_mut().take(length);
        let text = std::str::from_utf8(text).map_err(|error| invalid(error.to_string()))?;
        self.at = end;
        // The reader ends a record at `\r`, and skips `\n` before the next one.
        let mut text = match self.after_return {
            true => text.strip_prefix('\n').unwrap_or(text),
            false => text,
        };
        self.after_return = text.ends_with('\r');
        while let Some(length) = line_end(text) {
            self.ready.push_back(Record { raw: String::new(), line: self.line, width: 0 });
            text = &text[length..];
            self.line += 1;
        }
        let raw = text.strip_suffix('\n').unwrap_or(text);
        let raw = raw.strip_suffix('\r').unwrap_or(raw).to_owned();
        let (line, width) = (self.line, self.record.len());
        self.line += raw.matches('\n').count() as u64 + 1;
        let is_unclosed = raw.contains('\n') && raw.matches('"').count() % 2 == 1;
        if is_unclosed && self.reader.get_ref().is_taken() {
            return Err(invalid(format!("line {line} opens a quote that is never closed")));
        }
        self.ready.push_back(Record { raw, line, width });
        Ok(())
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && !self.is_over
            && let Err(error) = self.read()
        {
            self.is_over = true;
            self.ready.clear();
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

/// Returns the length of the line ending at the beginning of a text.
fn line_end(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r' | b'\n', ..] => Some(1),
        _ => None,
    }
}

/// A reader that buffers data until it is taken.
struct Kept<R> {
    from: R,
    bytes: Vec<u8>,
    /// The start of the bytes that were not taken.
    start: usize,
    is_over: bool,
}

impl<R> Kept<R> {
    fn take(&mut self, length: usize) -> &[u8] {
        let start = self.start;
        self.start = start.saturating_add(length).min(self.bytes.len());
        &self.bytes[start..self.start]
    }

    /// Returns whether everything was read and taken.
    fn is_taken(&self) -> bool {
        self.is_over && self.start == self.bytes.len()
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(to)?;
        self.is_over = length == 0;
        self.bytes.drain(..std::mem::take(&mut self.start));
        self.bytes.extend_from_slice(&to[..length]);
        Ok(length)
    }
}

/// Adds a cell to a line, quoted where that is necessary.
pub(super) fn push_cell(line: &mut String, cell: &str, delimiter: char) {
    let is_special = |c: char| c == delimiter || matches!(c, '"' | '\r' | '\n');
    if cell.contains(is_special) || cell.starts_with(' ') || cell.ends_with(' ') {
        line.push('"');
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses a text of one record.
    fn by_reader(raw: &str, delimiter: u8) -> Vec<String> {
        let mut record = StringRecord::new();
        let is_read = builder(delimiter).from_reader(raw.as_bytes()).read_record(&mut record);
        assert!(is_read.unwrap() || raw.is_empty());
        record.iter().map(str::to_owned).collect()
    }

    #[test]
    fn an_output_that_is_full_loses_no_cell() {
        for raw in ["\"", "\"\"", "\"a\"", "\"a", ",\"", "\",\",", "a\"b,c", "\"é\"\"\n\"x,y"] {
            assert_eq!(cells(raw, b','), by_reader(raw, b','), "{raw}");
        }
    }

    proptest::proptest! {
        /// The delimiter changes, but one parser serves all rows.
        #[test]
        fn cells_are_those_of_a_reader(
            rows in proptest::collection::vec(
                proptest::string::string_regex("[a\"é ][a;,\" \n]{0,12}").unwrap(), 0..4,
            ),
        ) {
            for raw in rows {
                for delimiter in *b",;" {
                    let raw = Records::new(raw.as_bytes(), delimiter).next();
                    let Some(Ok(Record { raw, .. })) = raw else { continue };
                    proptest::prop_assert_eq!(cells(&raw, delimiter), by_reader(&raw, delimiter));
                }
            }
        }
    }
}
