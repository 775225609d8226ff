//! Where a response deviates from its description.

use std::borrow::Cow;
use std::fmt;

/// A place in a response whose JSON does not match its described type.
///
/// The field, element or map value there reads as absent and keeps its JSON:
/// [`Field::deviating`](crate::Field::deviating),
/// [`List::deviating`](crate::List::deviating) and
/// [`Map::deviating`](crate::Map::deviating) return it, and it is serialized
/// unchanged. If a required member of an object is missing or does not match,
/// the whole object is kept that way, and the path is that of the member.
///
/// A deviation holds no value of the response.
///
/// ```
/// use openapi_client_runtime::{Map, decode};
///
/// let (_, deviations) = decode::<Map<i64>>(br#"{"a": 1, "b": "two"}"#)?;
/// assert_eq!(deviations[0].path(), "$.b");
/// assert_eq!(deviations[0].expected(), "an integer of 64 bits");
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

/// How a place in a response deviates from its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DeviationKind {
    /// The value is of another type, or null where the description allows no null.
    Type,
    /// A required member is missing.
    Missing,
    /// The description has no such field.
    NewField,
    /// A value that the description doesn't list, of a set to which values are added without
    /// notice.
    NewValue,
}

impl DeviationKind {
    /// A word: `type`, `missing`, `new_field` or `new_value`.
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
    /// The JSON path, for example `$.output.person.domain_age_days`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path without what may be data: indices of arrays and names of a map's members are `*`, as
    /// in `$.output.persons[*].title`. All deviations of one part of the description have the same
    /// one.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// How it deviates. The list that comes with a decoded value has the kinds
    /// [`Type`](DeviationKind::Type) and [`Missing`](DeviationKind::Missing);
    /// [`additions`](crate::additions) has the others.
    pub fn kind(&self) -> DeviationKind {
        self.kind
    }

    /// The described type, with its article: `a string`, `an integer of 64 bits`,
    /// `a UUID`; `no such field` or `a listed value` for an addition.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// The kind of JSON value that is there, with its article: `a string`; or
    /// `nothing` for a required member that is missing.
    pub fn found(&self) -> &'static str {
        self.found
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.path, self.expected, self.found)
    }
}
