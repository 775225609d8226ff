//! [`Map`]: a map that keeps values of unexpected types.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::json_path::Segment;
use crate::tolerance::{self, Extra};

/// The members of a JSON object whose names are not described.
///
/// A map dereferences to a map of the values that match their type. Values that do not match are
/// kept separately and serialized unchanged:
///
/// ```
/// use openapi_client_runtime::Map;
///
/// let counts: Map<i64> = serde_json::from_str(r#"{"a": 1, "b": "two"}"#)?;
/// assert_eq!((counts.get("a"), counts.get("b")), (Some(&1), None));
/// assert_eq!(counts.deviating().map(|(name, _)| name).collect::<Vec<_>>(), ["b"]);
/// assert_eq!(serde_json::to_string(&counts)?, r#"{"a":1,"b":"two"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The default is an empty map.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Map<T> {
    matching: BTreeMap<String, T>,
    deviating: BTreeMap<String, Value>,
}

impl<T> Map<T> {
    /// Returns the values that do not match their type, by name.
    pub fn deviating(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.deviating.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Sets a value.
    pub fn insert(&mut self, name: impl Into<String>, value: T) {
        let name = name.into();
        self.deviating.remove(&name);
        self.matching.insert(name, value);
    }

    /// Returns the matching values.
    pub fn into_map(self) -> BTreeMap<String, T> {
        self.matching
    }
}

impl<T: DeserializeOwned> Map<T> {
    fn keep_member(&mut self, name: String, value: Value) {
        match tolerance::keep_at(Segment::Key(name.clone().into()), value) {
            Ok(value) => self.insert(name, value),
            Err(value) => {
                self.matching.remove(&name);
                self.deviating.insert(name, value);
            }
        }
    }
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self::from(BTreeMap::new())
    }
}

impl<T> Deref for Map<T> {
    type Target = BTreeMap<String, T>;

    fn deref(&self) -> &BTreeMap<String, T> {
        &self.matching
    }
}

impl<T> From<BTreeMap<String, T>> for Map<T> {
    fn from(matching: BTreeMap<String, T>) -> Self {
        Self { matching, deviating: BTreeMap::new() }
    }
}

impl<T> From<Map<T>> for BTreeMap<String, T> {
    fn from(map: Map<T>) -> Self {
        map.matching
    }
}

impl<T> FromIterator<(String, T)> for Map<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(members: I) -> Self {
        BTreeMap::from_iter(members).into()
    }
}

impl<T> IntoIterator for Map<T> {
    type Item = (String, T);
    type IntoIter = std::collections::btree_map::IntoIter<String, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.matching.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Map<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = std::collections::btree_map::Iter<'a, String, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.matching.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Map<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entries(&self.matching);
        for (name, value) in &self.deviating {
            map.entry(name, &format_args!("Deviating({value})"));
        }
        map.finish()
    }
}

impl<T: Serialize> Serialize for Map<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.matching {
            map.serialize_entry(name, value)?;
        }
        for (name, value) in &self.deviating {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Map<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if tolerance::is_strict() {
            return BTreeMap::deserialize(deserializer).map(Self::from);
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Members<T> {
    type Value = Map<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Map<T>, A::Error> {
        let mut map = Map::default();
        while let Some(name) = members.next_key()? {
            map.keep_member(name, members.next_value()?);
        }
        Ok(map)
    }
}

impl<T: DeserializeOwned> Extra for Map<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error> {
        self.insert(name, map.next_value()?);
        Ok(())
    }

    fn keep(&mut self, name: String, value: Value) {
        self.keep_member(name, value);
    }
}
