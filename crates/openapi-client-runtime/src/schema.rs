//! Implementations of `JsonSchema` for the types of this crate.
#![cfg(feature = "schemars")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::field::Field;
use crate::list::List;
use crate::map::Map;
use crate::secret::Secret;
use crate::timestamp::Timestamp;

/// Implements `JsonSchema` by the schema of a matching value.
macro_rules! as_described {
    ($type:ty => $described:ty) => {
        impl<T: JsonSchema> JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                <$described>::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                <$described>::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$described>::json_schema(generator)
            }
        }
    };
}

as_described!(Field<T> => Option<T>);
as_described!(List<T> => Vec<T>);
as_described!(Map<T> => BTreeMap<String, T>);

/// Implements `JsonSchema` for a string with a format.
macro_rules! text {
    ($type:ident, $format:literal) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format })
            }
        }
    };
}

text!(Timestamp, "date-time");
text!(Secret, "password");
