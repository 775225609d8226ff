//! JSON objects with unique keys.
//!
//! Parsers differ in which of two members with the same key they use, so two parsers can interpret
//! one signed text in two ways.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Returns the members of an object; `None` if the text is not an object, or has a duplicate key.
pub(super) fn parse(json: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice::<Members>(json).ok()?.0
}

/// Any JSON value; `None` unless it is an object with unique keys.
pub(super) struct Members(pub(super) Option<Map<String, Value>>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        let mut unique_json = Map::new();
        let mut unique = true;
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            unique &= unique_json.insert(name, value).is_none();
        }
        Ok(Members(unique.then_some(unique_json)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        while access.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Members(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Members, E> {
        Ok(Members(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Members, E> {
        Ok(Members(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Members, E> {
        Ok(Members(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Members, E> {
        Ok(Members(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Members, E> {
        Ok(Members(None))
    }

    fn visit_unit<E>(self) -> Result<Members, E> {
        Ok(Members(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_with_unique_keys_are_accepted() {
        let rows = [
            ("{}", true),
            (r#" {"a":1,"b":{"a":[null]}} "#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"alg":"EdDSA","\u0061lg":"none"}"#, false),
            ("[]", false),
            (r#"[{"a":1}]"#, false),
            ("7", false),
            ("-7", false),
            ("7.5", false),
            ("true", false),
            ("null", false),
            (r#""{}""#, false),
            ("", false),
            ("{}{}", false),
            ("{} x", false),
            ("{", false),
            (r#"{"a":1e999}"#, false),
            ("\u{feff}{}", false),
        ];
        for (json, expected) in rows {
            assert_eq!(parse(json.as_bytes()).is_some(), expected, "{json}");
        }
        assert!(parse(b"{\"a\":\"\xff\"}").is_none());
        assert!(parse("[".repeat(100_000).as_bytes()).is_none());
    }
}
