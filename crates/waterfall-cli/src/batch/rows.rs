//! [`Rows`]: the queries on stdin: lines, objects over several lines, or a JSON array. Other
//! formats are recognized and named in the error.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::io::{self, BufRead};

use serde_json::value::RawValue;

use crate::batch::input::Input;
use crate::batch::lines::Lines;
use crate::failure::Failure;
use crate::query_spec::columns;
use crate::terminal_text;

/// The number of lines within which a CSV header is recognized. After that, it is an invalid line.
const MAX_HEADER_LINE: u64 = 50;

/// The maximum number of lines of one object.
const MAX_OBJECT_LINES: usize = 1_000;

/// The format of stdin, if it has no contacts, and the remedy.
#[derive(Debug)]
struct Unusable {
    what: String,
    hint: String,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Unusable {}

/// `hint` contains `COMMAND` for the command that reads stdin.
fn unusable(what: impl Into<String>, hint: &str, command: &str) -> io::Error {
    let (what, hint) = (what.into(), hint.replace("COMMAND", command));
    io::Error::new(io::ErrorKind::InvalidData, Unusable { what, hint })
}

/// Returns the hint if stdin has an unusable format.
pub(crate) fn hint(error: &io::Error) -> Option<&str> {
    let unusable = error.get_ref()?.downcast_ref::<Unusable>()?;
    Some(&unusable.hint)
}

/// Returns the failure if reading stdin ends before anything was launched.
pub(crate) fn failure(error: io::Error) -> Failure {
    match error.downcast::<Unusable>() {
        Ok(Unusable { what, hint }) => Failure::Batch { what, hint },
        Err(error) => Failure::system("stdin could not be read", error),
    }
}

/// A row, or the reason why it is not text.
type Row = (Input, Result<(), String>);

pub(crate) struct Rows<R> {
    lines: Lines<R>,
    index: usize,
    has_begun: bool,
    /// Rows that were read ahead: elements of an array, or lines that are not an object.
    ahead: VecDeque<Row>,
    /// The command that reads stdin, for hints.
    command: &'static str,
}

impl<R: BufRead> Rows<R> {
    pub(crate) fn new(reader: R, command: &'static str) -> Self {
        let (lines, ahead) = (Lines::new(reader), VecDeque::new());
        Self { lines, index: 0, has_begun: false, ahead, command }
    }

    /// Returns the next row.
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        if !self.has_begun {
            reject_binary(self.lines.reader().fill_buf()?, self.command)?;
        }
        let Some((mut input, outcome)) = self.row()? else { return Ok(None) };
        input.index = self.index;
        self.index += 1;
        self.has_begun = true;
        Ok(Some((input, outcome)))
    }

    /// Returns the number of rows so far.
    pub(crate) fn count(&self) -> usize {
        self.index
    }

    fn row(&mut self) -> io::Result<Option<Row>> {
        if let Some(row) = self.ahead.pop_front() {
            return Ok(Some(row));
        }
        let Some((input, outcome)) = self.lines.next()? else { return Ok(None) };
        let line = input.line.unwrap_or_default();
        if !self.has_begun && begins_array(&input.text) {
            self.read_array(input)?;
            return Ok(self.ahead.pop_front());
        }
        if line <= MAX_HEADER_LINE && is_csv_header(&input.text) {
            return Err(unusable(
                format!("stdin is CSV: line {line} has the names of its columns"),
                CSV,
                self.command,
            ));
        }
        if input.text == "{" {
            return self.read_object(input);
        }
        Ok(Some((input, outcome.map_err(str::to_owned))))
    }

    /// Reads an object over several lines, as pretty-printers write it. If it has no end, each line
    /// is a row.
    fn read_object(&mut self, first: Input) -> io::Result<Option<Row>> {
        let mut whole = first.text.clone();
        let mut rows = vec![(first, Ok(()))];
        while rows.len() < MAX_OBJECT_LINES {
            let Some((input, outcome)) = self.lines.next()? else { break };
            let may_end = input.text == "}" || input.text == "},";
            whole.push(' ');
            whole.push_str(&input.text);
            let is_text = outcome.is_ok();
            rows.push((input, outcome.map_err(str::to_owned)));
            let object = whole.trim_end_matches(',');
            if may_end && serde_json::from_str::<&RawValue>(object).is_ok() {
                let (mut input, outcome) = rows.swap_remove(0);
                input.text = object.to_owned();
                return Ok(Some((input, outcome)));
            }
            if !is_text {
                break;
            }
        }
        self.ahead.extend(rows);
        Ok(self.ahead.pop_front())
    }

    /// Reads stdin to its end, because a partial array is an error. Its elements have no line
    /// number, because several may be on one line.
    fn read_array(&mut self, first: Input) -> io::Result<()> {
        let mut whole = first.text.into_bytes();
        // The line was trimmed.
        whole.push(b'\n');
        self.lines.reader().read_to_end(&mut whole)?;
        let whole = String::from_utf8(whole).map_err(|_| {
            unusable("stdin is a JSON array, but not in UTF-8", ENCODING, self.command)
        })?;
        let elements: Vec<&RawValue> = serde_json::from_str(&whole).map_err(|error| {
            unusable(format!("stdin is not a complete JSON array: {error}"), ARRAY, self.command)
        })?;
        for element in elements {
            let raw = element.get();
            let (text, outcome) = match raw.as_bytes().first() {
                Some(b'{') => (raw.replace(['\n', '\r'], " "), Ok(())),
                Some(b'"') => (serde_json::from_str(raw).unwrap_or_default(), Ok(())),
                _ => (
                    terminal_text::cut(&terminal_text::clean(raw), 60),
                    Err("the element is neither an object nor a string".to_owned()),
                ),
            };
            self.ahead.push_back((Input { index: 0, line: None, text }, outcome));
        }
        Ok(())
    }
}

/// Returns whether this begins a JSON array, rather than a word in brackets.
fn begins_array(text: &str) -> bool {
    let after = text.strip_prefix('[').map(str::trim_start);
    after.is_some_and(|rest| rest.is_empty() || rest.starts_with(['{', '"', ']']))
}

/// Returns whether a line has the column names of a list of contacts.
fn is_csv_header(text: &str) -> bool {
    if text.starts_with(['{', '[']) {
        return false;
    }
    let cells = |separator: char| -> Vec<&str> {
        text.split(separator).map(|cell| cell.trim().trim_matches('"')).collect()
    };
    let is_header = |cells: Vec<&str>| {
        let names = cells.iter().filter(|cell| columns::identifies_a_person(cell)).count();
        let usual = cells.iter().filter(|cell| columns::is_usual(cell)).count();
        names > 0 && usual > 1
    };
    [',', ';', '\t', '|'].into_iter().any(|separator| is_header(cells(separator)))
}

/// Recognizes formats other than UTF-8 text by their first bytes.
fn reject_binary(start: &[u8], command: &str) -> io::Result<()> {
    let kinds: [(&[u8], &str, &'static str); 15] = [
        (b"\xff\xfe\0\0", "UTF-32", ENCODING),
        (b"\0\0\xfe\xff", "UTF-32", ENCODING),
        (b"\xff\xfe", "UTF-16", ENCODING),
        (b"\xfe\xff", "UTF-16", ENCODING),
        (b"\x1f\x8b", "compressed (gzip)", COMPRESSED),
        (b"\x28\xb5\x2f\xfd", "compressed (zstd)", COMPRESSED),
        (b"BZh", "compressed (bzip2)", COMPRESSED),
        (b"\xfd7zXZ\0", "compressed (xz)", COMPRESSED),
        (b"7z\xbc\xaf\x27\x1c", "compressed (7z)", COMPRESSED),
        (b"PK\x03\x04", "a spreadsheet (xlsx, ods) or a zip file", SPREADSHEET),
        (b"\xd0\xcf\x11\xe0", "a spreadsheet (xls) or another document", SPREADSHEET),
        (b"%PDF", "a PDF", SPREADSHEET),
        (b"PAR1", "a Parquet file", SPREADSHEET),
        (b"SQLite format 3\0", "a SQLite database", SPREADSHEET),
        (b"\x89PNG", "an image", SPREADSHEET),
    ];
    if let Some((_, kind, hint)) = kinds.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return Err(unusable(format!("stdin is {kind}"), hint, command));
    }
    // Without a byte order mark: every other byte of Latin text is NUL.
    let (even, odd): (Vec<u8>, Vec<u8>) =
        start.chunks_exact(2).take(8).map(|pair| (pair[0], pair[1])).unzip();
    let is_nul = |bytes: &[u8]| bytes.len() > 1 && bytes.iter().all(|byte| *byte == 0);
    let is_not_nul = |bytes: &[u8]| bytes.iter().all(|byte| *byte != 0);
    if is_nul(&even) && is_not_nul(&odd) || is_nul(&odd) && is_not_nul(&even) {
        return Err(unusable("stdin is UTF-16", ENCODING, command));
    }
    Ok(())
}

const CSV: &str = "CSV is not supported. Convert it to one JSON object per line, without the lines \
                   above the header: python3 -c 'import csv, json, sys; [print(json.dumps(row)) for row \
                   in csv.DictReader(sys.stdin)]' < contacts.csv | waterfall COMMAND -";
const ENCODING: &str =
    "Convert it to UTF-8: iconv -f UTF-16 -t UTF-8 contacts.txt | waterfall COMMAND -";
const COMPRESSED: &str = "Decompress it first: gzip -dc contacts.jsonl.gz | waterfall COMMAND -";
const SPREADSHEET: &str = "Export it as text: one contact per line, or one JSON object per line with the columns as \
     members.";
const ARRAY: &str = "Pass an array of objects or strings, or one of them per line.";

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(usize, u64, String, bool)> {
        let mut rows = Rows::new(bytes, "enrich");
        let mut seen = Vec::new();
        while let Some((input, outcome)) = rows.next().unwrap() {
            seen.push((input.index, input.number(), input.text, outcome.is_ok()));
        }
        seen
    }

    fn problem(bytes: &[u8]) -> String {
        let mut rows = Rows::new(bytes, "enrich");
        loop {
            match rows.next() {
                Ok(row) => assert!(row.is_some(), "nothing is wrong with {bytes:?}"),
                Err(error) => match failure(error) {
                    Failure::Batch { what, .. } => return what,
                    other => panic!("{other:?}"),
                },
            }
        }
    }

    #[test]
    fn an_array_is_read() {
        let expected = [
            (0, 1, "{\"email\":\"a@b.example\"}".to_owned(), true),
            (1, 2, "jane-doe".to_owned(), true),
            (2, 3, "7".to_owned(), false),
        ];
        assert_eq!(rows(br#"[{"email":"a@b.example"},"jane-doe",7]"#), expected);
        let lines = b"\xef\xbb\xbf\n[\n  {\"email\":\"a@b.example\"},\r\n\"jane-doe\",\n7\n]\n";
        assert_eq!(rows(lines), expected);
        assert_eq!(rows(b"[]\n"), []);
        let pretty = b"[\n  {\n    \"email\": \"a@b.example\",\n    \"n\": {\n    }\n  }\n]";
        assert_eq!(rows(pretty).len(), 1);
        assert!(problem(b"[{\"email\":1},\n").contains("not a complete JSON array"));
        assert!(problem(b"[\"a\"]\n[\"b\"]\n").contains("not a complete JSON array"));
        assert!(problem(b"[\n\"\xff\"]").contains("not in UTF-8"));
        assert_eq!(rows(b"[jane-doe]")[0].2, "[jane-doe]");
    }

    #[test]
    fn objects_over_several_lines_are_read() {
        let text =
            b"{\n  \"email\": \"a@b.example\",\n  \"custom_fields\": {\n  }\n}\nnext\n{\n}\n";
        let seen = rows(text);
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert_eq!((seen[0].1, seen[1].1, seen[2].1), (1, 6, 7));
        assert!(
            seen[0].2.starts_with("{ \"email\": \"a@b.example\",") && seen[0].2.ends_with("} }")
        );
        let broken = rows(b"{\njane-doe\n}\nlast\n");
        let texts: Vec<&str> = broken.iter().map(|row| row.2.as_str()).collect();
        assert_eq!(texts, ["{", "jane-doe", "}", "last"]);
        assert_eq!(broken.iter().map(|row| row.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn other_formats_are_recognized() {
        for csv in [
            "email,first_name,last_name,domain\na@b.example,A,B,b.example\n",
            "\u{feff}FirstInput Name ,Last Name,Title\r\n",
            "\"Email\";\"Company\"\n",
            "Name\tEmail\n",
            "Log:\n\"When exporting, you may\"\n\nFirst Name,Last Name,URL,Email Address\n",
        ] {
            assert!(problem(csv.as_bytes()).starts_with("stdin is CSV: line "), "{csv}");
        }
        for text in ["Email\n", "jane@acme.example, john@acme.example\n", "Doe, Jane\n"] {
            assert_eq!(rows(text.as_bytes()).len(), 1, "{text}");
        }
        let utf_16 =
            |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        for bytes in [
            utf_16("\u{feff}jane@acme.example"),
            utf_16("jane@acme.example"),
            "jane-doe".encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ] {
            assert_eq!(problem(&bytes), "stdin is UTF-16");
        }
        assert_eq!(problem(b"\x1f\x8b\x08\0"), "stdin is compressed (gzip)");
        assert!(problem(b"PK\x03\x04\0\0").contains("xlsx"));
        // An invalid line does not end the input.
        assert_eq!(rows(b"a\0b\njane-doe\n").len(), 2);
    }

    proptest::proptest! {
        /// Rows are counted until reading ends.
        #[test]
        fn any_bytes_are_rows_or_an_error(
            bytes in proptest::collection::vec(
                proptest::prop_oneof![
                    proptest::sample::select(b"{}[]\"\n\r,;# a@.:\0\xff".to_vec()),
                    proptest::num::u8::ANY,
                ],
                0..80,
            ),
        ) {
            let mut rows = Rows::new(&bytes[..], "enrich");
            let mut seen = 0;
            while let Ok(Some((input, _))) = rows.next() {
                proptest::prop_assert_eq!(input.index, seen);
                seen += 1;
            }
            proptest::prop_assert!(seen <= bytes.len());
        }
    }
}
