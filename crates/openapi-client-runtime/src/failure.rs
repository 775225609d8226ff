//! [`Failure`]: where and why a value could not be decoded.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::decode_error::DecodeError;
use crate::deviation::{Deviation, DeviationKind};
use crate::json_path::{Segment, is_field_name, json_path, json_pattern};
use crate::serde_message::expected;

/// A JSON path and the problem there. It contains no value of the response.
#[derive(Debug)]
pub(crate) struct Failure {
    path: Vec<Segment>,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Type {
        expected: Cow<'static, str>,
        found: &'static str,
    },
    Missing(&'static str),
    Unknown(String),
    /// An unknown field that is allowed.
    NewField {
        name: String,
        found: &'static str,
    },
    NewValue {
        found: &'static str,
    },
}

impl Failure {
    /// Converts serde's error about `value`.
    pub(crate) fn of(path: &[Segment], error: &serde_json::Error, value: &Value) -> Self {
        let expected = expected(&error.to_string()).unwrap_or(Cow::Borrowed("another type"));
        Self { path: path.to_vec(), problem: Problem::Type { expected, found: kind(value) } }
    }

    pub(crate) fn missing(path: &[Segment], name: &'static str) -> Self {
        Self { path: path.to_vec(), problem: Problem::Missing(name) }
    }

    pub(crate) fn unknown(path: &[Segment], name: &str) -> Self {
        Self { path: path.to_vec(), problem: Problem::Unknown(name.to_owned()) }
    }

    /// Creates the failure for a field that the description neither lists nor excludes.
    pub(crate) fn new_field(path: &[Segment], name: &str, value: &Value) -> Self {
        let problem = Problem::NewField { name: name.to_owned(), found: kind(value) };
        Self { path: path.to_vec(), problem }
    }

    /// Creates the failure for a value that an open enum or union does not list.
    pub(crate) fn new_value(path: &[Segment], found: &'static str) -> Self {
        Self { path: path.to_vec(), problem: Problem::NewValue { found } }
    }

    pub(crate) fn is_addition(&self) -> bool {
        matches!(self.problem, Problem::NewField { .. } | Problem::NewValue { .. })
    }

    /// Creates the failure for a value whose type is not `expected`.
    pub(crate) fn expected(path: Vec<Segment>, expected: Cow<'static, str>, value: &Value) -> Self {
        Self { path, problem: Problem::Type { expected, found: kind(value) } }
    }
}

/// Converts failures to deviations, ordered by path. The original order of members depends on
/// features of `serde_json` that any crate of a program may enable.
pub(crate) fn deviations(mut failures: Vec<Failure>) -> Vec<Deviation> {
    failures.sort_by(|a, b| a.path.cmp(&b.path));
    failures.into_iter().map(Deviation::from).collect()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Type { expected, found } => write!(f, "expected {expected}, found {found}"),
            Problem::Missing(name) => write!(f, "missing field `{name}`"),
            Problem::Unknown(name) | Problem::NewField { name, .. } => {
                write!(f, "unknown field `{}`", name.escape_default())
            }
            Problem::NewValue { found } => write!(f, "expected a listed value, found {found}"),
        }
    }
}

impl From<Failure> for DecodeError {
    fn from(failure: Failure) -> Self {
        Self::new(json_path(&failure.path), failure.to_string())
    }
}

impl From<Failure> for Deviation {
    fn from(failure: Failure) -> Self {
        let Failure { mut path, problem } = failure;
        let (kind, expected, found) = match problem {
            Problem::Type { expected, found } => (DeviationKind::Type, expected, found),
            Problem::Missing(name) => {
                path.push(name.into());
                (DeviationKind::Missing, Cow::Borrowed("a value"), "nothing")
            }
            Problem::Unknown(name) => {
                path.push(unlisted(name));
                (DeviationKind::NewField, NO_FIELD, "a value")
            }
            Problem::NewField { name, found } => {
                path.push(unlisted(name));
                (DeviationKind::NewField, NO_FIELD, found)
            }
            Problem::NewValue { found } => {
                (DeviationKind::NewValue, Cow::Borrowed("a listed value"), found)
            }
        };
        let pattern = json_pattern(&path);
        Self { path: json_path(&path), pattern, kind, expected, found }
    }
}

const NO_FIELD: Cow<'static, str> = Cow::Borrowed("no such field");

/// Returns the path segment of a field that is not described.
fn unlisted(name: String) -> Segment {
    match is_field_name(&name) {
        true => Segment::Name(name.into()),
        false => Segment::Key(name.into()),
    }
}

/// Returns the kind of a JSON value with its article.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
