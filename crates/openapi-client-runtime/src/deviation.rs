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
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: &'static str,
}

impl Deviation {
    /// The JSON path, for example `$.output.person.domain_age_days`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The described type, with its article: `a string`, `an integer of 64 bits`,
    /// `a UUID`.
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
