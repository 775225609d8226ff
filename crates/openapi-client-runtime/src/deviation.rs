//! [`Deviation`]: a difference between a response and its description.

use std::borrow::Cow;
use std::fmt;

/// A value in a response that does not match its described type.
///
/// The affected field, element or map value reads as absent and keeps its JSON, which is serialized
/// unchanged. [`Field::deviating`](crate::Field::deviating),
/// [`List::deviating`](crate::List::deviating) and [`Map::deviating`](crate::Map::deviating) return
/// it. If a required member of an object is missing or does not match, the whole object is kept as
/// JSON, and the path is that of the member.
///
/// A deviation contains no value of the response.
///
/// ```
/// use openapi_client_runtime::{Map, decode};
///
/// let (_, deviations) = decode::<Map<i64>>(br#"{"a": 1, "b": "two"}"#)?;
/// assert_eq!(deviations[0].path(), "$.b");
/// assert_eq!(deviations[0].expected(), "a 64-bit integer");
/// assert_eq!(deviations[0].found(), "a string");
/// # Ok::<(), openapi_client_runtime::DecodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    pub(crate) path: String,
    pub(crate) pattern: String,
    pub(crate) kind: DeviationKind,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: &'static str,
}

/// The kind of a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DeviationKind {
    /// The value has another type, or is null although the description does not allow null.
    Type,
    /// A required member is missing.
    Missing,
    /// The description does not list this field.
    NewField,
    /// The description does not list this value of an open enum or union.
    NewValue,
}

impl DeviationKind {
    /// Returns the kind as a word: `type`, `missing`, `new_field` or `new_value`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Missing => "missing",
            Self::NewField => "new_field",
            Self::NewValue => "new_value",
        }
    }
}

impl fmt::Display for DeviationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Deviation {
    /// Returns the JSON path, for example `$.output.person.domain_age_days`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the path without anything that may be data: array indices and the names of map
    /// members are replaced by `*`, as in `$.output.persons[*].title`. All deviations in the same
    /// part of the description have the same pattern.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Returns the kind. Decoding reports the kinds [`Type`](DeviationKind::Type) and
    /// [`Missing`](DeviationKind::Missing); [`additions`](crate::additions) returns the others.
    pub fn kind(&self) -> DeviationKind {
        self.kind
    }

    /// Returns the described type with its article: `a string`, `a 64-bit integer`, `a UUID`. For
    /// an addition, returns `no such field` or `a listed value`.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns the kind of the JSON value with its article, such as `a string`, or `nothing` for a
    /// missing required member.
    pub fn found(&self) -> &'static str {
        self.found
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.path, self.expected, self.found)
    }
}
