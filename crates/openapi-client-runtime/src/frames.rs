//! [`Frames`]: splits a streamed body into server-sent events, lines, or records.

use std::collections::VecDeque;

/// One server-sent event as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) event: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) data: String,
}

/// The method that splits a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Events,
    /// Lines; switches to records at the first separator.
    Lines,
    /// Records between separators, each with any number of lines.
    Records,
}

/// The character before each text of a JSON sequence (RFC 7464).
const SEPARATOR: u8 = 0x1e;

/// Splits a body that arrives in chunks.
#[derive(Debug)]
pub(crate) struct Frames {
    framing: Framing,
    /// The beginning of the incomplete line or record.
    line: Vec<u8>,
    after_return: bool,
    is_start: bool,
    event: Frame,
    has_data: bool,
    ready: VecDeque<Frame>,
}

impl Frames {
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            framing,
            line: Vec::new(),
            after_return: false,
            is_start: true,
            event: Frame::default(),
            has_data: false,
            ready: VecDeque::new(),
        }
    }

    /// Adds a chunk of the body.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        for byte in chunk {
            if *byte == SEPARATOR && self.framing != Framing::Events {
                self.separate();
                continue;
            }
            if self.framing == Framing::Records {
                self.line.push(*byte);
                continue;
            }
            let after_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if after_return => {}
                b'\n' => self.end_line(),
                b'\r' => {
                    self.after_return = true;
                    self.end_line();
                }
                byte => self.line.push(*byte),
            }
        }
    }

    /// Ends the body. The last line needs no line end; an incomplete event is dropped.
    pub(crate) fn end(&mut self) {
        match self.framing {
            Framing::Events => {}
            Framing::Lines => self.end_line(),
            Framing::Records => self.end_record(),
        }
    }

    /// Ends a record at a separator. The first separator switches from lines to records.
    fn separate(&mut self) {
        match self.framing {
            Framing::Records => self.end_record(),
            _ => self.end_line(),
        }
        self.framing = Framing::Records;
    }

    /// Adds a record unless it is empty.
    fn end_record(&mut self) {
        let record = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&record);
        let data = text.trim();
        if data.is_empty() {
            return;
        }
        // A truncated number is also a number. With a separator appended, it fails to decode.
        let is_cut_off = text.ends_with(data) && !data.starts_with(['{', '[', '"']);
        let end = if is_cut_off { "\u{1e}" } else { "" };
        self.ready.push_back(Frame { data: format!("{data}{end}"), ..Frame::default() });
    }

    /// Returns the next complete frame.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let mut line = String::from_utf8_lossy(&line).into_owned();
        if std::mem::take(&mut self.is_start) && line.starts_with('\u{feff}') {
            line.remove(0);
        }
        match self.framing {
            Framing::Lines if line.trim().is_empty() => {}
            Framing::Lines | Framing::Records => {
                self.ready.push_back(Frame { data: line, ..Frame::default() });
            }
            Framing::Events => self.field(&line),
        }
    }

    fn field(&mut self, line: &str) {
        if line.is_empty() {
            let id = self.event.id.clone();
            let event = std::mem::replace(&mut self.event, Frame { id, ..Frame::default() });
            if std::mem::take(&mut self.has_data) {
                self.ready.push_back(event);
            }
            return;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => self.event.event = Some(value.to_owned()),
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // Comments, and fields for reconnecting clients only.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(framing: Framing, chunks: &[&str]) -> Vec<String> {
        let mut frames = Frames::new(framing);
        chunks.iter().for_each(|chunk| frames.feed(chunk.as_bytes()));
        frames.end();
        std::iter::from_fn(|| frames.next()).map(|frame| frame.data).collect()
    }

    #[test]
    fn events_end_with_an_empty_line_wherever_chunks_end() {
        let body =
            "\u{feff}: hello\nevent: a\nid: 7\ndata: one\ndata:two\r\n\r\ndata\rid\r\rdata: lost\n";
        for size in [1, 2, 5, 100] {
            let chunks: Vec<Vec<u8>> = body.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
            let mut frames = Frames::new(Framing::Events);
            chunks.iter().for_each(|chunk| frames.feed(chunk));
            frames.end();
            let first = frames.next().unwrap();
            assert_eq!((first.event.as_deref(), first.id.as_deref()), (Some("a"), Some("7")));
            assert_eq!(first.data, "one\ntwo");
            assert_eq!(frames.next().unwrap().data, "");
            assert_eq!(frames.next(), None);
        }
    }

    #[test]
    fn lines_end_with_any_line_end() {
        assert_eq!(data(Framing::Lines, &["{}\n", "\n[", "1]\r\n2"]), ["{}", "[1]", "2"]);
    }

    #[test]
    fn records_may_have_several_lines_wherever_chunks_end() {
        let body = "\u{1e}{\n  \"a\": 1\r\n}\n\u{1e}\u{1e}[2]\n\u{1e}3\n\u{1e}\"4\"";
        let expected = ["{\n  \"a\": 1\r\n}", "[2]", "3", "\"4\""];
        assert_eq!(data(Framing::Lines, &[body]), expected);
        let characters: Vec<&str> = body.split_inclusive(|_| true).collect();
        assert_eq!(data(Framing::Lines, &characters), expected);
        assert_eq!(data(Framing::Lines, &["\u{1e}1\n\u{1e}2"]), ["1", "2\u{1e}"]);
        assert_eq!(data(Framing::Events, &["data: \u{1e}\n\n"]), ["\u{1e}"]);
    }
}
