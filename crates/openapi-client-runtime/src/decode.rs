//! Decoding of bodies.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decode_error::DecodeError;
use crate::deviation::Deviation;
use crate::tolerance::{self, Mode, Watch};

/// Decodes a JSON body and lists the values that do not match their described types.
///
/// A matching body costs no more than plain serde. Any other body is decoded a second time, more
/// slowly: each optional or nullable field, array element and map value that does not match its
/// type reads as absent, keeps its JSON, and is listed as a [`Deviation`], ordered by path.
/// Deserializing these types by other means, such as `serde_json::from_slice`, returns the same
/// value, but always takes the slower path.
///
/// Integers beyond 64 bits lose digits, both in fields of any type and in kept JSON. Nesting of
/// more than 127 levels is an error.
///
/// # Errors
///
/// Fails if the body is not JSON, or if a required part is missing or does not match its type and
/// is not inside an optional part.
///
/// ```
/// use openapi_client_runtime::{List, Map, decode};
///
/// let (years, deviations) = decode::<Map<List<i64>>>(br#"{"started": [2014, "2016"]}"#)?;
/// assert_eq!(*years["started"], [2014]);
/// assert_eq!(deviations.len(), 1);
/// assert_eq!(
///     deviations[0].to_string(),
///     "$.started[1]: expected a 64-bit integer, found a string"
/// );
/// # Ok::<(), openapi_client_runtime::DecodeError>(())
/// ```
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<Deviation>), DecodeError> {
    decode_watching(body).map(|(value, deviations, _)| (*value, deviations))
}

/// Does the same as [`decode`], and returns whether the body has [additions].
pub(crate) fn decode_watching<T: DeserializeOwned>(
    body: &[u8],
) -> Result<(Box<T>, Vec<Deviation>, bool), DecodeError> {
    let watch = Watch::start();
    let (value, deviations) = decode_any(body)?;
    Ok((value, deviations, watch.has_seen()))
}

/// Returns the fields and the values of open enums and unions that are in a JSON body but not in
/// its description, ordered by path.
///
/// Additions are not errors: the decoded value keeps them. The list is empty if the body can't be
/// decoded.
///
/// ```
/// use openapi_client_runtime::{DeviationKind, additions};
/// # #[derive(Default)]
/// # struct Job { extra: serde_json::Map<String, serde_json::Value> }
/// # openapi_client_runtime::__object! { Job {} keep extra: serde_json::Map<String, serde_json::Value> }
///
/// let found = additions::<Job>(br#"{"priority": 3}"#);
/// assert_eq!((found[0].path(), found[0].kind()), ("$.priority", DeviationKind::NewField));
/// assert_eq!(found[0].found(), "an integer");
/// ```
pub fn additions<T: DeserializeOwned>(body: &[u8]) -> Vec<Deviation> {
    match parse(body) {
        Ok(body) => tolerance::additions::<T>(&body),
        Err(_) => Vec::new(),
    }
}

fn decode_any<T: DeserializeOwned>(body: &[u8]) -> Result<(Box<T>, Vec<Deviation>), DecodeError> {
    // Checking the encoding once is cheaper than checking it for each string.
    if let Ok(text) = std::str::from_utf8(body) {
        let mode = Mode::strict();
        let outcome = serde_json::from_str(text);
        drop(mode);
        if let Ok(value) = outcome {
            return Ok((Box::new(value), Vec::new()));
        }
    }
    decode_deviating(body)
}

#[cold]
fn decode_deviating<T: DeserializeOwned>(
    body: &[u8],
) -> Result<(Box<T>, Vec<Deviation>), DecodeError> {
    let (outcome, deviations) = tolerance::decode(&parse(body)?);
    Ok((Box::new(outcome?), deviations))
}

fn parse(body: &[u8]) -> Result<Value, DecodeError> {
    serde_json::from_slice(body).map_err(|error| DecodeError::of_text(body, &error))
}
