//! [`DecodeError`]: the reason why a body can't be decoded.

use std::fmt;

use serde::de::IgnoredAny;

use crate::json_path::json_path;
use crate::locate::path_to_error;

/// The error of a body that can't be decoded as its described type. Smaller mismatches are reported
/// as [`Deviation`](crate::Deviation)s instead.
///
/// `Display` shows the path and the types, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    problem: String,
}

impl DecodeError {
    /// Creates an error with a path and the problem there, for code that checks more than the
    /// description. Neither text may contain a value of the body.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }

    /// Returns the JSON path of the value that does not match, for example
    /// `$.output.person.domain_age_days`, or `$` for the whole body.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the problem at that path.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Creates the error of a body that is not JSON or exceeds the limits of the decoder.
    pub(crate) fn of_text(body: &[u8], error: &serde_json::Error) -> Self {
        if let Ok(IgnoredAny) = serde_json::from_slice(body) {
            return Self::new(json_path(&path_to_error(body)), limit(&error.to_string()));
        }
        let (line, column) = (error.line(), error.column());
        let what = match error.is_eof() {
            _ if body.is_empty() => return Self::new("$", "the body is empty"),
            true => "truncated JSON",
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

impl std::error::Error for DecodeError {}

/// Returns the problem of JSON that exceeds the limits of the decoder.
fn limit(message: &str) -> &'static str {
    [
        ("recursion limit", "nested too deeply"),
        ("number out of range", "a number that is too large"),
    ]
    .into_iter()
    .find_map(|(known, problem)| message.starts_with(known).then_some(problem))
    .unwrap_or("text that is not valid UTF-8")
}
