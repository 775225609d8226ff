//! [`Field`]: distinguishes absence, null, a value and a value of an unexpected type.

use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::tolerance;

/// A field of a JSON object that may be absent or null.
///
/// An API may omit a field, send null, or send a value. Each form is serialized as it was received.
/// A field dereferences to an [`Option`]:
///
/// ```
/// use openapi_client_runtime::Field;
///
/// let title: Field<String> = Field::from("Head of Sales".to_owned());
/// assert_eq!(title.as_deref(), Some("Head of Sales"));
///
/// let phone: Field<String> = Field::null();
/// assert!(phone.is_none() && phone.is_null() && !phone.is_absent());
/// ```
///
/// A field whose JSON does not match its type is also `None`. It keeps the JSON and serializes it
/// unchanged:
///
/// ```
/// use openapi_client_runtime::Field;
///
/// let age: Field<i64> = serde_json::from_str(r#""4380 days""#)?;
/// assert!(age.is_none() && !age.is_absent() && !age.is_null());
/// assert_eq!(age.deviating().unwrap(), "4380 days");
/// assert_eq!(serde_json::to_string(&age)?, r#""4380 days""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The default is an absent field.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Field<T>(State<T>);

#[derive(Clone, PartialEq, Eq, Hash)]
enum State<T> {
    Absent,
    Present(Option<T>),
    Deviating(Box<Value>),
}

impl<T> Field<T> {
    /// Creates an absent field.
    pub const fn absent() -> Self {
        Self(State::Absent)
    }

    /// Creates a field that is null.
    pub const fn null() -> Self {
        Self(State::Present(None))
    }

    /// Creates a field with a value.
    pub const fn value(value: T) -> Self {
        Self(State::Present(Some(value)))
    }

    pub(crate) const fn present(value: Option<T>) -> Self {
        Self(State::Present(value))
    }

    /// Returns the JSON of a field that does not match its type.
    pub fn deviating(&self) -> Option<&Value> {
        match &self.0 {
            State::Deviating(json) => Some(json),
            _ => None,
        }
    }

    /// Returns whether the field is absent.
    pub const fn is_absent(&self) -> bool {
        matches!(self.0, State::Absent)
    }

    /// Returns whether the field is null.
    pub const fn is_null(&self) -> bool {
        matches!(self.0, State::Present(None))
    }

    /// Returns the value, or `None` for a field that is absent, null, or does not match its type.
    pub fn into_option(self) -> Option<T> {
        match self.0 {
            State::Absent | State::Deviating(_) => None,
            State::Present(value) => value,
        }
    }

    /// Returns the mutable value, or `None` for a field that is absent, null, or does not match its
    /// type.
    pub fn as_mut(&mut self) -> Option<&mut T> {
        match &mut self.0 {
            State::Absent | State::Deviating(_) => None,
            State::Present(value) => value.as_mut(),
        }
    }
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self::absent()
    }
}

impl<T> Deref for Field<T> {
    type Target = Option<T>;

    fn deref(&self) -> &Option<T> {
        match &self.0 {
            State::Absent | State::Deviating(_) => &None,
            State::Present(value) => value,
        }
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::value(value)
    }
}

/// Converts `None` to an absent field. Use [`Field::null`] for null.
impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::absent, Self::value)
    }
}

impl<T> From<Field<T>> for Option<T> {
    fn from(field: Field<T>) -> Self {
        field.into_option()
    }
}

impl<T: PartialEq> PartialEq<Option<T>> for Field<T> {
    fn eq(&self, other: &Option<T>) -> bool {
        **self == *other
    }
}

impl<T: fmt::Debug> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Absent => f.write_str("Absent"),
            State::Present(None) => f.write_str("Null"),
            State::Present(Some(value)) => value.fmt(f),
            State::Deviating(json) => write!(f, "Deviating({json})"),
        }
    }
}

/// Serializes an absent field as null. Generated code omits absent fields of objects.
impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            State::Deviating(json) => json.serialize(serializer),
            _ => Option::serialize(self, serializer),
        }
    }
}

impl<T: DeserializeOwned> Field<T> {
    /// Decodes a JSON value as this field; keeps it as JSON if it does not match.
    pub(crate) fn keep(value: Value) -> Self {
        if value.is_null() {
            return Self::null();
        }
        tolerance::keep(value)
            .map_or_else(|json| Self(State::Deviating(Box::new(json))), Self::value)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if tolerance::is_strict() {
            return Option::deserialize(deserializer).map(Self::present);
        }
        Value::deserialize(deserializer).map(Self::keep)
    }
}
