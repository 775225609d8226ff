//! Functions for generated decoders of objects.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::failure::Failure;
use crate::field::Field;
use crate::names::Names;
use crate::tolerance::{Extra, Step, attempt, fail, is_strict, note_failure};

/// For generated code: an object with described fields.
pub trait Object: Sized {
    /// The names of the fields.
    const NAMES: &'static Names;

    /// Reads an object. Fails at the first mismatch.
    fn strict<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;

    /// Takes the fields out of an object. Keeps values that do not match as JSON.
    fn keeping<E: Error>(members: Members) -> Result<Self, E>;
}

/// For generated code: decodes an object.
#[inline]
pub fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        if is_strict() { T::strict(map) } else { T::keeping(Members::read(map)?) }
    }
}

/// For generated code: the name of a member.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "generated code handles both variants")]
pub enum Name {
    /// The position of a described member.
    Known(usize),
    /// The name of a member that is not described.
    Unknown(String),
}

/// For generated code: reads the name of the next member.
#[inline]
pub fn next_name<'de, A: MapAccess<'de>>(
    map: &mut A,
    names: &'static Names,
) -> Result<Option<Name>, A::Error> {
    map.next_key_seed(NameOf(names))
}

struct NameOf(&'static Names);

impl<'de> DeserializeSeed<'de> for NameOf {
    type Value = Name;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for NameOf {
    type Value = Name;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a field name")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        Ok(match self.0.position(name) {
            Some(position) => Name::Known(position),
            None => Name::Unknown(name.to_owned()),
        })
    }
}

/// For generated code: reads the value of an optional or nullable field. If a name occurs twice,
/// the last value is used.
#[inline]
pub fn field<'de, A: MapAccess<'de>, T: DeserializeOwned>(
    map: &mut A,
    field: &mut Field<T>,
) -> Result<(), A::Error> {
    let value = Field::present(map.next_value()?);
    // An absent value needs no destructor.
    if field.is_absent() {
        *field = value;
    } else {
        replace(field, value);
    }
    Ok(())
}

#[cold]
fn replace<T>(field: &mut T, value: T) {
    *field = value;
}

/// For generated code: reads the value of a required field.
#[inline]
pub fn required<'de, A: MapAccess<'de>, T: DeserializeOwned>(
    map: &mut A,
    field: &mut Option<T>,
) -> Result<(), A::Error> {
    *field = Some(map.next_value()?);
    Ok(())
}

/// For generated code: returns the error for a missing required field.
#[cold]
pub fn missing<E: Error>(name: &'static str) -> E {
    note_failure(&|path| Failure::missing(path, name));
    E::missing_field(name)
}

/// For generated code: returns the error for a field that the description excludes.
#[cold]
pub fn unknown<E: Error>(name: &str, known: &'static Names) -> E {
    note_failure(&|path| Failure::unknown(path, name));
    E::unknown_field(name, known.all())
}

/// For generated code: the members of an object. If a name occurs twice, the last value is used.
#[derive(Debug)]
pub struct Members(serde_json::Map<String, Value>);

impl Members {
    fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut members = serde_json::Map::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            members.insert(name, value);
        }
        Ok(Self(members))
    }

    /// Takes a value and leaves null in its place, which preserves the order of the other members.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.get_mut(name).map(Value::take)
    }

    /// Takes the value of an optional or nullable field.
    pub fn field<T: DeserializeOwned>(&mut self, name: &'static str) -> Field<T> {
        let Some(value) = self.take(name) else { return Field::absent() };
        let _step = Step::into(name.into());
        Field::keep(value)
    }

    /// Takes the value of a required field.
    pub fn required<T: DeserializeOwned, E: Error>(&mut self, name: &'static str) -> Result<T, E> {
        let Some(value) = self.take(name) else { return Err(missing(name)) };
        let step = Step::into(name.into());
        let outcome = attempt(&value);
        drop(step);
        outcome.map_err(fail)
    }

    /// Returns the members that are not described.
    pub fn rest<T: Extra>(self, names: &Names) -> T {
        let mut rest = T::default();
        for (name, value) in self.0 {
            if !names.contains(&name) {
                rest.keep(name, value);
            }
        }
        rest
    }

    /// Fails if any member is not described.
    pub fn deny_rest<E: Error>(&self, names: &'static Names) -> Result<(), E> {
        for name in self.0.keys() {
            if !names.contains(name) {
                return Err(unknown(name, names));
            }
        }
        Ok(())
    }
}
