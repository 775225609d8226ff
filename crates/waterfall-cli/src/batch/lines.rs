//! [`Lines`]: the nonblank lines of stdin.

use std::io::{self, BufRead, Read};

use crate::batch::input::Input;

/// The maximum length of a line. A longer line is not a contact.
const MAX_LINE: u64 = 64 * 1024;

pub(crate) struct Lines<R> {
    reader: R,
    line: u64,
    index: usize,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, line: 0, index: 0 }
    }

    pub(crate) fn reader(&mut self) -> &mut R {
        &mut self.reader
    }

    /// Returns the next nonblank line, or the reason why it is not text.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Input, Result<(), &'static str>)>> {
        loop {
            let mut bytes = Vec::new();
            if (&mut self.reader).take(MAX_LINE).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            let is_long = bytes.len() as u64 == MAX_LINE && !bytes.ends_with(b"\n");
            if is_long {
                self.reader.skip_until(b'\n')?;
            }
            let (text, outcome) = match std::str::from_utf8(&bytes) {
                _ if is_long => ("", Err("longer than 64 KiB")),
                Ok(text) => (text.trim_start_matches('\u{feff}').trim(), Ok(())),
                Err(_) => ("", Err("not UTF-8")),
            };
            if outcome.is_ok() && (text.is_empty() || text.starts_with('#')) {
                continue;
            }
            let input = Input { index: self.index, line: Some(self.line), text: text.to_owned() };
            self.index += 1;
            return Ok(Some((input, outcome)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_those_without_content_are_skipped() {
        let long = "x".repeat(MAX_LINE as usize + 9);
        let text = format!("\u{feff}one\r\n\n  # no\n two \n{long}\nthree\n");
        let bytes = [text.as_bytes(), b"\xff\nlast"].concat();
        let mut lines = Lines::new(&bytes[..]);
        let mut seen = Vec::new();
        while let Some((input, outcome)) = lines.next().unwrap() {
            seen.push((input.index, input.line.unwrap(), input.text, outcome.is_ok()));
        }
        let expected = [
            (0, 1, "one", true),
            (1, 4, "two", true),
            (2, 5, "", false),
            (3, 6, "three", true),
            (4, 7, "", false),
            (5, 8, "last", true),
        ];
        let expected = expected.map(|(index, line, text, ok)| (index, line, text.to_owned(), ok));
        assert_eq!(seen, expected);
    }
}
