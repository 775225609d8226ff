//! Finds the place where a JSON document exceeds the limits of the decoder.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::json_path::Segment;

/// Returns the path of the value at which decoding fails.
pub(crate) fn path_to_error(body: &[u8]) -> Vec<Segment> {
    let mut path = Vec::new();
    match Locate(&mut path).deserialize(&mut serde_json::Deserializer::from_slice(body)) {
        Ok(()) => Vec::new(),
        Err(_) => path,
    }
}

/// Reads any value. After an error, the path of the failing value remains.
struct Locate<'a>(&'a mut Vec<Segment>);

impl<'de> DeserializeSeed<'de> for Locate<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Locate<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        for index in 0.. {
            self.0.push(Segment::Index(index));
            let element = elements.next_element_seed(Locate(self.0))?;
            self.0.pop();
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            self.0.push(Segment::Name(name.into()));
            members.next_value_seed(Locate(self.0))?;
            self.0.pop();
        }
        Ok(())
    }
}
