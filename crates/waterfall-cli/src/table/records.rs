//! Text to records, each with its raw text.

use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};

/// A record, or a blank line.
#[derive(Debug)]
pub(super) struct Record {
    /// Where its text is, without the end of the line.
    pub(super) raw: Range<usize>,
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// How many cells it has; none for a blank line.
    pub(super) width: usize,
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    // The text is in memory: a larger buffer is only cleared in vain.
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder.buffer_capacity(text.len().clamp(64, 64 * 1024)).from_reader(text.as_bytes())
}

/// The cells of one record.
pub(super) fn cells(raw: &str, delimiter: u8) -> Vec<String> {
    // Without quotes it is only split. That is most rows, and making a reader takes long.
    if !raw.contains('"') {
        return match raw {
            "" => Vec::new(),
            raw => raw.split(delimiter as char).map(str::to_owned).collect(),
        };
    }
    let mut record = StringRecord::new();
    match reader(raw, delimiter).read_record(&mut record) {
        Ok(true) => record.iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The first `most` records. An error names the line of a quote that is never closed.
pub(super) fn records(text: &str, delimiter: u8, most: usize) -> Result<Vec<Record>, String> {
    let (mut records, mut record) = (Vec::new(), StringRecord::new());
    let mut reader = reader(text, delimiter);
    let (mut at, mut line) = (0, 1);
    while records.len() < most {
        let more = reader.read_record(&mut record).map_err(|error| error.to_string())?;
        let end = if more { reader.position().byte() as usize } else { text.len() };
        // The reader ends a record at `\r`, and skips `\n` before the next one.
        if text[..at].ends_with('\r') && text[at..].starts_with('\n') {
            at += 1;
        }
        while at < end
            && let Some(skipped) = line_end(&text[at..end])
        {
            records.push(Record { raw: at..at, line, width: 0 });
            at += skipped;
            line += 1;
        }
        if !more {
            break;
        }
        let raw = text[at..end].strip_suffix('\n').unwrap_or(&text[at..end]);
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        if end == text.len() && raw.matches('"').count() % 2 == 1 && raw.contains('\n') {
            return Err(format!("line {line} opens a quote that is never closed"));
        }
        records.push(Record { raw: at..at + raw.len(), line, width: record.len() });
        line += raw.matches('\n').count() as u64 + 1;
        at = end;
    }
    while records.last().is_some_and(|last| last.width == 0) {
        records.pop();
    }
    Ok(records)
}

/// The length of the end of a line with which a text begins.
fn line_end(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r' | b'\n', ..] => Some(1),
        _ => None,
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
