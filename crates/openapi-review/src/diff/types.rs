//! Sets of JSON types.

use std::fmt;

use serde_json::Value;

/// A set of JSON types. By default, all types: a schema without constraints accepts anything. A
/// number includes the integers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Types(u8);

/// Each type and its bits, in the order in which messages list them.
const NAMES: [(&str, u8); 7] = [
    ("string", 1),
    ("number", 2 | 4),
    ("integer", 4),
    ("boolean", 8),
    ("object", 16),
    ("array", 32),
    ("null", 64),
];

impl Types {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const NULL: Self = Self(64);
    const STRING: Self = Self(1);
    /// Values that are written as text without quotes.
    const SCALARS: Self = Self(1 | 2 | 4 | 8);
    const ALL: Self = Self(127);

    /// Returns the types that `type` names.
    pub(crate) fn named(value: &Value) -> Self {
        match value {
            Value::String(name) => NAMES
                .iter()
                .find(|(known, _)| known == name)
                .map_or(Self::ALL, |(_, bit)| Self(*bit)),
            Value::Array(names) => names.iter().map(Self::named).fold(Self::NONE, Self::or),
            _ => Self::ALL,
        }
    }

    /// Returns the type of a value.
    pub(crate) fn of(value: &Value) -> Self {
        Self(match value {
            Value::Null => 64,
            Value::Bool(_) => 8,
            Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() == 0.0) => 4,
            Value::Number(_) => 6,
            Value::String(_) => 1,
            Value::Array(_) => 32,
            Value::Object(_) => 16,
        })
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn without_null(self) -> Self {
        Self(self.0 & !Self::NULL.0)
    }

    /// Returns the types that are accepted where values are written as text: any text is a string.
    pub(crate) fn as_text(self) -> Self {
        if self.contains(Self::STRING) { self.or(Self::SCALARS) } else { self }
    }

    pub(crate) fn has_null(self) -> bool {
        self.0 & Self::NULL.0 != 0
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns whether numbers are integers.
    pub(crate) fn only_integers(self) -> bool {
        self.0 & 6 == 4
    }

    pub(crate) fn is_all(self) -> bool {
        self == Self::ALL
    }
}

impl Default for Types {
    fn default() -> Self {
        Self::ALL
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("anything");
        }
        let names = NAMES.iter().filter(|(name, bits)| {
            self.0 & bits == *bits && (*name != "integer" || self.only_integers())
        });
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        f.write_str(if names.is_empty() { "nothing" } else { "" })?;
        f.write_str(&names.join(" or "))
    }
}

impl fmt::Debug for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
