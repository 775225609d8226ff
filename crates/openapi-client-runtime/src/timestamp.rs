//! [`Timestamp`]: a date-time in any format that APIs use.

use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A date-time that keeps its original text and serializes it unchanged.
///
/// [`instant`](Self::instant) parses date-times with `Z`, with an offset such as `+00:00`, and
/// without an offset, which are read as UTC. A text that is not a date-time does not fail the
/// decoding of a response. The text is kept, and `instant` returns `None`.
///
/// ```
/// use openapi_client_runtime::Timestamp;
///
/// let start: Timestamp = "2023-09-20T20:23:36.086988".parse()?;
/// let stop: Timestamp = "2023-09-20T20:23:51.892893Z".parse()?;
/// let took = stop.instant().unwrap().duration_since(start.instant().unwrap());
/// assert_eq!(took.as_millis(), 15_805);
/// assert_eq!(start.to_string(), "2023-09-20T20:23:36.086988");
/// # Ok::<(), openapi_client_runtime::TimestampError>(())
/// ```
///
/// Equality and hashing compare the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(Box<str>);

impl Timestamp {
    /// Returns the original text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the instant, or `None` if the text is not a date-time. A date-time without an offset
    /// is in UTC.
    pub fn instant(&self) -> Option<jiff::Timestamp> {
        parse(&self.0)
    }
}

fn parse(text: &str) -> Option<jiff::Timestamp> {
    text.parse::<jiff::Timestamp>().ok().or_else(|| {
        text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
    })
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.to_string().into())
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        match parse(text) {
            Some(_) => Ok(Self(text.into())),
            None => Err(TimestampError(())),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

/// The error of a text that is not a date-time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampError(());

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date-time such as 2025-02-05T15:46:35Z")
    }
}

impl StdError for TimestampError {}
