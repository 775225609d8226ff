//! Decoding of bodies.

use serde::de::DeserializeOwned;

use crate::decode_error::DecodeError;
use crate::deviation::Deviation;
use crate::tolerance::{self, strictly};

/// Decodes a JSON body, and lists the values that do not match their described types.
///
/// A body that matches is decoded at the cost of plain serde. One that does not is decoded a
/// second time, slower: each optional or nullable field, array element and map value that does
/// not match reads as absent, keeps its JSON, and is listed as a [`Deviation`], ordered by path.
/// Deserializing these types by other means, such as `serde_json::from_slice`, returns the same
/// value, always by the slower method.
///
/// Integers beyond 64 bits lose digits in fields of any type and in kept JSON, and nesting of
/// more than 127 levels is an error; the body itself is unchanged.
///
/// # Errors
///
/// The body is not JSON, or a required part of it is missing or does not match,
/// with nothing optional around it.
///
/// ```
/// use openapi_client_runtime::{List, Map, decode};
///
/// let (years, deviations) = decode::<Map<List<i64>>>(br#"{"started": [2014, "2016"]}"#)?;
/// assert_eq!(*years["started"], [2014]);
/// assert_eq!(deviations.len(), 1);
/// assert_eq!(
///     deviations[0].to_string(),
///     "$.started[1]: expected an integer of 64 bits, found a string"
/// );
/// # Ok::<(), openapi_client_runtime::DecodeError>(())
/// ```
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<Deviation>), DecodeError> {
    match strictly(|| serde_json::from_slice(body)) {
        Ok(value) => Ok((value, Vec::new())),
        Err(_) => decode_deviating(body),
    }
}

#[cold]
fn decode_deviating<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<Deviation>), DecodeError> {
    let body = serde_json::from_slice(body).map_err(|error| DecodeError::of_text(body, &error))?;
    let (outcome, deviations) = tolerance::decode(&body);
    Ok((outcome?, deviations))
}
