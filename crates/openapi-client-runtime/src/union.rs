//! Decoding of generated unions. A value that matches no variant is kept as JSON.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use crate::failure::Failure;
use crate::tolerance::{Mode, is_strict, new_variant, note_deviation, path, tolerantly};
use crate::union_plan::{Choice, Union};

/// For generated code: a function that decodes one variant.
pub type Variant<T> = fn(&Value) -> serde_json::Result<T>;

/// For generated code: decodes a value as one of the variants. Returns `unknown` if no variant
/// matches.
pub fn union<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    union: &'static Union,
    variants: &[Variant<T>],
    unknown: fn(Value) -> T,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let choice = union.choose(&value);
    let variant = match choice {
        Choice::Variant(index) => variants.get(index),
        // Treated like a value that an open enum does not list.
        Choice::Unlisted => {
            new_variant(&value)?;
            return Ok(unknown(value));
        }
        Choice::None => None,
    };
    if let Some(variant) = variant {
        let mode = Mode::strict();
        let outcome = variant(&value);
        drop(mode);
        if let Ok(found) = outcome {
            return Ok(found);
        }
    }
    if is_strict() {
        return Err(D::Error::custom("data did not match any variant"));
    }
    let failure = match variant.map(|variant| tolerantly(&value, *variant)) {
        Some(Ok(found)) => return Ok(found),
        Some(Err(failure)) => Some(failure),
        None => None,
    };
    note_kept(union, &value, failure);
    Ok(unknown(value))
}

/// Notes a value that is kept because it matches no variant or deviates from its variant.
fn note_kept(union: &'static Union, value: &Value, failure: Option<Failure>) {
    note_deviation(failure.unwrap_or_else(|| Failure::expected(path(), union.expected(), value)));
}

/// Implements `Deserialize` for a generated enum whose variants hold one type each.
#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    ($name:ident, $unknown:ident, $shapes:ident, $plan:literal { $($variant:ident($type:ty)),* $(,)? }) => {
        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::std::result::Result<Self, __D::Error> {
                static UNION: $crate::__decode::Union = $crate::__decode::Union::new($plan, &$shapes);
                $crate::__decode::union(
                    deserializer,
                    &UNION,
                    &[$(|value| {
                        <$type as $crate::__private::serde::Deserialize>::deserialize(value).map(Self::$variant)
                    }),*],
                    Self::$unknown,
                )
            }
        }
    };
}
