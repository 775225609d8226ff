//! Where the queries come from: arguments, or lines of stdin.

use std::io::{self, BufRead, Read, stdin};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::thread;

use tokio::sync::mpsc;
use waterfall::{ContactQuery, Error};

use super::rows::Rows;
use super::seen::Key;
use crate::failure::Failure;
use crate::text;
use crate::wish::Wish;

/// What becomes of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Each is launched, and waited for.
    Launch,
    /// Each is a job, and waited for.
    Wait,
}

/// A line that is longer is none of ours.
const LONGEST_LINE: u64 = 64 * 1024;

/// At most this many lines are read ahead, so that the number of inputs is soon known.
const AHEAD: usize = 10_000;

/// How many inputs there are, once that is known.
pub(crate) type Total = Arc<OnceLock<usize>>;

/// What somebody looks for, as it was given.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// Counted from 0 over all inputs.
    pub(crate) index: usize,
    /// Of stdin, counted from 1.
    pub(crate) line: Option<u64>,
    pub(crate) text: String,
}

impl Input {
    /// What people call it: its line, or its place among the arguments.
    pub(crate) fn number(&self) -> u64 {
        self.line.unwrap_or(self.index as u64 + 1)
    }

    /// Its number and the beginning of its text.
    pub(crate) fn label(&self) -> String {
        let text = text::cut(&text::clean(&self.text), 60);
        format!("{} {text}", self.number()).trim_end().to_owned()
    }
}

/// An input, and what it asks for or what is wrong with it.
#[derive(Debug)]
pub(crate) struct Prepared<T = ContactQuery> {
    pub(crate) input: Input,
    /// What is wanted, and a key that is the same for the same.
    pub(crate) wanted: Result<(T, Key), String>,
}

impl Prepared {
    pub(super) fn new(input: Input, options: &Wish) -> Self {
        let wanted = prepare(&input.text, options);
        Self { input, wanted }
    }
}

fn prepare(text: &str, options: &Wish) -> Result<(ContactQuery, Key), String> {
    let problems = |error: Error| error.messages().join("; ");
    let query = Wish::parse(text)?.or(options).query().map_err(problems)?;
    let key = Key::of(&query).map_err(problems)?;
    Ok((query, key))
}

/// The query that a single argument asks for.
pub(in crate::run) fn one(text: &str, options: Wish) -> Result<ContactQuery, Failure> {
    let input = Input { index: 0, line: None, text: text.trim().to_owned() };
    let label = input.label();
    let (query, _) = Prepared::new(input, &options).wanted.map_err(|problem| Failure::Queries {
        problems: vec![format!("query {label}: {problem}")],
        of: 1,
    })?;
    Ok(query)
}

/// All inputs, in order.
#[derive(Debug)]
pub(crate) enum Inputs {
    Arguments(std::vec::IntoIter<Prepared>),
    Lines(mpsc::Receiver<io::Result<Prepared>>, Total),
}

impl Inputs {
    pub(crate) fn open(queries: &[String], options: &Wish) -> Result<Self, Failure> {
        if queries == ["-"] {
            let total = Total::default();
            return Ok(Self::Lines(lines(options.clone(), total.clone()), total));
        }
        if queries.iter().any(|query| query == "-") {
            return Err(Failure::Config {
                what: "`-` is for lines of stdin, and stands alone".to_owned(),
                hint: "Give QUERYs, or `-`.",
            });
        }
        let input = |(index, text): (usize, &String)| {
            let text = text.trim().to_owned();
            let file = file_hint(&text);
            let mut prepared = Prepared::new(Input { index, line: None, text }, options);
            if let Some(hint) = file {
                prepared.wanted = Err(hint);
            }
            prepared
        };
        let prepared: Vec<Prepared> = queries.iter().enumerate().map(input).collect();
        Ok(Self::Arguments(prepared.into_iter()))
    }

    /// Nothing is launched if an argument is wrong.
    pub(super) fn checked(self) -> Result<Self, Failure> {
        let Self::Arguments(prepared) = &self else { return Ok(self) };
        let problem = |prepared: &Prepared| {
            let problem = prepared.wanted.as_ref().err()?;
            Some(format!("query {}: {problem}", prepared.input.label()))
        };
        let prepared = prepared.as_slice();
        let problems: Vec<String> = prepared.iter().filter_map(problem).collect();
        if problems.is_empty() {
            return Ok(self);
        }
        Err(Failure::Queries { problems, of: prepared.len() })
    }

    /// How many there are.
    pub(super) fn total(&self) -> Total {
        match self {
            Self::Arguments(prepared) => Arc::new(prepared.len().into()),
            Self::Lines(_, total) => total.clone(),
        }
    }

    /// The next one, `None` at the end.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Prepared>>> {
        match self {
            Self::Arguments(prepared) => Poll::Ready(prepared.next().map(Ok)),
            Self::Lines(lines, _) => lines.poll_recv(cx),
        }
    }
}

/// What to do instead, if a file is given by its name.
fn file_hint(text: &str) -> Option<String> {
    const LISTS: [&str; 8] = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "xls", "xlsx"];

    let path = Path::new(text);
    let is_query = text.is_empty() || text.starts_with(['{', '[']) || text.contains(['@', ':']);
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_list =
        extension.is_some_and(|end| LISTS.iter().any(|list| end.eq_ignore_ascii_case(list)));
    let is_file = !is_query && (is_list || path.is_file());
    is_file.then(|| {
        let name = text::clean(text);
        format!(
            "{name} is the name of a file; to read contacts from it: waterfall enrich - < {name}"
        )
    })
}

/// Reads stdin in a thread of its own, which ends with the process: nothing else
/// can interrupt it.
fn lines(options: Wish, total: Total) -> mpsc::Receiver<io::Result<Prepared>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut inputs = Rows::new(stdin().lock());
        loop {
            let prepared = match inputs.next() {
                Ok(Some((input, Ok(())))) => Ok(Prepared::new(input, &options)),
                Ok(Some((input, Err(problem)))) => Ok(Prepared { input, wanted: Err(problem) }),
                Ok(None) => {
                    // It is set here only.
                    let _ = total.set(inputs.count());
                    return;
                }
                Err(error) => Err(error),
            };
            let was_last = prepared.is_err();
            if sender.blocking_send(prepared).is_err() || was_last {
                return;
            }
        }
    });
    receiver
}

pub(super) struct Lines<R> {
    reader: R,
    line: u64,
    index: usize,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: 0, index: 0 }
    }

    pub(super) fn reader(&mut self) -> &mut R {
        &mut self.reader
    }

    /// The next line that says something, and what is wrong with it as a text.
    pub(super) fn next(&mut self) -> io::Result<Option<(Input, Result<(), &'static str>)>> {
        loop {
            let mut bytes = Vec::new();
            if (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            let is_long = bytes.len() as u64 == LONGEST_LINE && !bytes.ends_with(b"\n");
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
    fn lines_are_counted_and_what_says_nothing_is_skipped() {
        let long = "x".repeat(LONGEST_LINE as usize + 9);
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
