//! What generated decoders of objects call for each member.

use serde::de::{DeserializeOwned, Error, MapAccess};
use serde_json::Value;

use crate::failure::Failure;
use crate::field::Field;
use crate::tolerance::{attempt, fail, note_failure, within};

/// For generated code: a field that matches.
#[inline(always)]
pub const fn present<T>(value: Option<T>) -> Field<T> {
    Field::present(value)
}

/// For generated code: the last of two equal names is used.
#[cold]
#[inline(never)]
pub fn replace<T>(field: &mut Field<T>, value: Field<T>) {
    *field = value;
}

/// For generated code: the value of an optional or nullable field.
pub fn field<'de, A: MapAccess<'de>, T: DeserializeOwned>(
    map: &mut A,
    name: &'static str,
) -> Result<Field<T>, A::Error> {
    map.next_value().map(|value| kept_field(name, value))
}

fn kept_field<T: DeserializeOwned>(name: &'static str, value: Value) -> Field<T> {
    within(|| name.into(), || Field::keep(value))
}

/// For generated code: the value of a required field.
pub fn required<'de, A: MapAccess<'de>, T: DeserializeOwned>(
    map: &mut A,
    name: &'static str,
) -> Result<T, A::Error> {
    let value = map.next_value()?;
    kept_required(name, &value).map_err(fail)
}

fn kept_required<T: DeserializeOwned>(name: &'static str, value: &Value) -> Result<T, Failure> {
    within(|| name.into(), || attempt(value))
}

/// For generated code: a required field is missing.
#[cold]
pub fn missing<E: Error>(name: &'static str) -> E {
    note_failure(|path| Failure::missing(path, name));
    E::missing_field(name)
}

/// For generated code: a field that the description excludes.
#[cold]
pub fn unknown<E: Error>(name: &str, known: &'static [&'static str]) -> E {
    note_failure(|path| Failure::unknown(path, name));
    E::unknown_field(name, known)
}
