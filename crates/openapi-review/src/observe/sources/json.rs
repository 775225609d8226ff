//! Reads JSON of any size, one value at a time.

use std::fmt;
use std::io::{BufRead, Cursor, Read};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use crate::observe::sources::problem::ReadProblem;

/// The maximum length of a line that is held in memory.
const LONGEST_LINE: u64 = 256 << 20;

/// Called with each value, and the number of bytes that were read since the last one.
type Each<'a, V> = dyn FnMut(V, u64) -> Result<(), ReadProblem> + 'a;

/// Returns whether a file is an archive of HTTP traffic (HAR), judging by its beginning.
pub(super) fn is_har(beginning: &[u8]) -> bool {
    let plain: Vec<u8> =
        beginning.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(8).collect();
    plain.starts_with(b"{\"log\":{")
}

/// Reads the entries of an archive of HTTP traffic.
pub(super) fn entries(
    input: &mut impl BufRead,
    each: &mut Each<'_, Value>,
) -> Result<(), ReadProblem> {
    streamed(input, &["log", "entries"], each)
}

/// Reads the values of a text: lines, consecutive documents, or the elements of an array. Passes
/// `None` for a line that is not JSON.
pub(super) fn values(
    input: &mut impl BufRead,
    each: &mut Each<'_, Option<Value>>,
) -> Result<(), ReadProblem> {
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? as u64;
        if read == 0 {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(value) => each(Some(value), read)?,
            // A document of several lines begins here.
            Err(error) if error.is_eof() && number == 1 => {
                let mut input = Cursor::new(line).chain(input);
                return documents(&mut input, each);
            }
            Err(_) => each(None, read)?,
        }
    }
}

fn documents(
    input: &mut impl BufRead,
    each: &mut Each<'_, Option<Value>>,
) -> Result<(), ReadProblem> {
    let is_array = input.fill_buf()?.trim_ascii_start().starts_with(b"[");
    if is_array {
        return streamed(input, &[], &mut |value, bytes| each(Some(value), bytes));
    }
    let mut values = serde_json::Deserializer::from_reader(input).into_iter::<Value>();
    let mut before = 0;
    while let Some(value) = values.next() {
        let value = value.map_err(problem)?;
        let at = values.byte_offset() as u64;
        each(Some(value), at - before)?;
        before = at;
    }
    Ok(())
}

fn problem(error: serde_json::Error) -> ReadProblem {
    let line = error.line();
    match error.io_error_kind() {
        Some(kind) => ReadProblem::Io(kind.into()),
        None => ReadProblem::NotJson(line),
    }
}

/// Reads the elements of the array at the end of the path `way`.
fn streamed(input: impl Read, way: &[&str], each: &mut Each<'_, Value>) -> Result<(), ReadProblem> {
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    let mut stopped = None;
    let elements = Elements { way, each, stopped: &mut stopped };
    let outcome = elements.deserialize(&mut deserializer);
    match (stopped, outcome) {
        (Some(problem), _) => Err(problem),
        (None, outcome) => outcome.map_err(problem),
    }
}

/// Reads the elements of an array within a document.
struct Elements<'a, 'e> {
    way: &'a [&'a str],
    each: &'a mut Each<'e, Value>,
    /// The error while processing an element.
    stopped: &'a mut Option<ReadProblem>,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((name, way)) = self.way.split_first() else {
            return Err(A::Error::custom("not a list"));
        };
        while let Some(found) = map.next_key::<String>()? {
            if found == *name {
                let (each, stopped) = (&mut *self.each, &mut *self.stopped);
                map.next_value_seed(Elements { way, each, stopped })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<Value>()? {
            let size = size(&element);
            if let Err(problem) = (self.each)(element, size) {
                *self.stopped = Some(problem);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// Returns the approximate number of bytes of a value.
fn size(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64 + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<u64>() + 2,
        Value::Object(members) => {
            members.iter().map(|(name, value)| name.len() as u64 + 4 + size(value)).sum::<u64>() + 2
        }
        _ => 4,
    }
}
