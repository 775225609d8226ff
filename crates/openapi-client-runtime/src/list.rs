//! [`List`]: an array that keeps elements of unexpected types.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::Value;

use crate::json_path::Segment;
use crate::tolerance;

/// The elements of a JSON array.
///
/// A list dereferences to a slice of the elements that match their type. Elements that do not match
/// are kept separately and serialized in their place:
///
/// ```
/// use openapi_client_runtime::List;
///
/// let phones: List<String> = serde_json::from_str(r#"["+1", {"number": "+2"}, "+3"]"#)?;
/// assert_eq!(*phones, ["+1", "+3"]);
/// assert_eq!(phones.deviating().map(|(index, _)| index).collect::<Vec<_>>(), [1]);
/// assert_eq!(serde_json::to_string(&phones)?, r#"["+1",{"number":"+2"},"+3"]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The default is an empty list.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct List<T> {
    matching: Vec<T>,
    /// Deviating elements by position among all elements, in ascending order. The box keeps the
    /// usual case, no such elements, small and free of allocation.
    deviating: Option<Box<Kept>>,
}

type Kept = Vec<(usize, Value)>;

impl<T> List<T> {
    fn kept(&self) -> &[(usize, Value)] {
        self.deviating.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Returns the elements that do not match their type, with their positions in the JSON array.
    pub fn deviating(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.kept().iter().map(|(index, value)| (*index, value))
    }

    /// Returns the matching elements.
    pub fn into_vec(self) -> Vec<T> {
        self.matching
    }

    /// Returns the matching elements as a mutable vector.
    pub fn as_mut_vec(&mut self) -> &mut Vec<T> {
        &mut self.matching
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.matching
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(matching: Vec<T>) -> Self {
        Self { matching, deviating: None }
    }
}

impl<T> From<List<T>> for Vec<T> {
    fn from(list: List<T>) -> Self {
        list.matching
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Vec::from_iter(elements).into()
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.matching.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.matching.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        self.in_order(|element| match element {
            Ok(element) => drop(list.entry(element)),
            Err(value) => drop(list.entry(&format_args!("Deviating({value})"))),
        });
        list.finish()
    }
}

impl<T> List<T> {
    /// Calls `each` for all elements in the order of the array.
    fn in_order<'a>(&'a self, mut each: impl FnMut(Result<&'a T, &'a Value>)) {
        let mut deviating = self.kept().iter().peekable();
        let mut position = 0;
        for element in &self.matching {
            while let Some((_, value)) = deviating.next_if(|(index, _)| *index <= position) {
                each(Err(value));
                position += 1;
            }
            each(Ok(element));
            position += 1;
        }
        deviating.for_each(|(_, value)| each(Err(value)));
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.deviating.is_none() {
            return self.matching.serialize(serializer);
        }
        let length = self.matching.len() + self.kept().len();
        let mut sequence = serializer.serialize_seq(Some(length))?;
        let mut outcome = Ok(());
        self.in_order(|element| {
            if outcome.is_ok() {
                outcome = match element {
                    Ok(element) => sequence.serialize_element(element),
                    Err(value) => sequence.serialize_element(value),
                };
            }
        });
        outcome?;
        sequence.end()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if tolerance::is_strict() {
            return Vec::deserialize(deserializer).map(Self::from);
        }
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

struct Elements<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Elements<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<List<T>, A::Error> {
        let mut list = List::default();
        let mut index = 0;
        while let Some(value) = sequence.next_element::<Value>()? {
            match tolerance::keep_at(Segment::Index(index), value) {
                Ok(element) => list.matching.push(element),
                Err(value) => list.deviating.get_or_insert_default().push((index, value)),
            }
            index += 1;
        }
        Ok(list)
    }
}
