//! Why a body could not be decoded at all, without its values.

use std::borrow::Cow;
use std::fmt;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::failure::{Segment, json_path};

/// A body that is not what the API description says, beyond what can be kept as
/// a [`Deviation`](crate::Deviation).
///
/// `Display` names the place and the types, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    problem: String,
}

impl DecodeError {
    /// For code that needs more than the description requires: where, and what is
    /// wrong there. Neither may hold a value of the body.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }

    /// The JSON path of the place that did not fit, for example
    /// `$.output.person.domain_age_days`; `$` for the whole body.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What did not fit there.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Of a body that is not JSON, or is beyond what can be decoded of it.
    pub(crate) fn of_text(body: &[u8], error: &serde_json::Error) -> Self {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let located = serde_path_to_error::deserialize::<_, Value>(&mut deserializer);
        if let (Ok(IgnoredAny), Err(located)) = (serde_json::from_slice(body), located) {
            let path = located.path().iter().filter_map(Segment::of).collect::<Vec<_>>();
            return Self::new(json_path(&path), limit(&error.to_string()));
        }
        let (line, column) = (error.line(), error.column());
        let what = match error.is_eof() {
            _ if body.is_empty() => return Self::new("$", "it is empty"),
            true => "JSON that breaks off",
            false => "not JSON",
        };
        Self::new("$", format!("{what} (line {line}, column {column}, of {} bytes)", body.len()))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.path, self.problem)
    }
}

/// What is JSON, and yet beyond the limits of its decoder.
fn limit(message: &str) -> &'static str {
    [
        ("recursion limit", "nested too deeply"),
        ("number out of range", "a number that is too large"),
    ]
    .into_iter()
    .find_map(|(known, problem)| message.starts_with(known).then_some(problem))
    .unwrap_or("text that is not UTF-8")
}

/// The type that serde expected, as JSON calls it. The rest of its message
/// quotes the value, which may be personal data.
pub(crate) fn expected(message: &str) -> Option<Cow<'static, str>> {
    let message = message.rsplit_once(" at line ").map_or(message, |(head, _)| head);
    if message.starts_with("UUID parsing failed") {
        return Some(Cow::Borrowed("a UUID"));
    }
    let quotes = ["invalid type: ", "invalid value: ", "unknown variant "];
    if !quotes.iter().any(|known| message.starts_with(known)) {
        return None;
    }
    let (_, expected) = message.rsplit_once(", expected ")?;
    Some(match expected {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
            Cow::Borrowed("an integer of 64 bits")
        }
        "f32" | "f64" => Cow::Borrowed("a number"),
        "a sequence" => Cow::Borrowed("an array"),
        "a map" => Cow::Borrowed("an object"),
        "a formatted UUID string" => Cow::Borrowed("a UUID"),
        other => Cow::Owned(other.to_owned()),
    })
}
