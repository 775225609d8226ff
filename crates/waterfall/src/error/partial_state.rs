//! Finds the state of a job in a body that can't be decoded as a whole.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use waterfall_api::types::JobState;

/// Returns the job's state, if the body can be parsed as far as its `status`. Other values are
/// skipped without being decoded.
pub(super) fn state_of(body: &[u8]) -> Option<JobState> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    // The body may be incomplete; what was found before its end counts.
    let _ = Status(&mut found).deserialize(&mut deserializer);
    found.map(|text| JobState::from(text.as_str()))
}

struct Status<'a>(&'a mut Option<String>);

impl<'de> DeserializeSeed<'de> for Status<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Status<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "status" {
                *self.0 = None;
                *self.0 = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_found_in_any_context() {
        let deep = format!(r#"{{"a":{}{},"status":"FAILED"}}"#, "[".repeat(500), "]".repeat(500));
        let rows: &[(&[u8], Option<&str>)] = &[
            (br#"{"status":"SUCCEEDED","output":{"person":{"x":1e999}}}"#, Some("SUCCEEDED")),
            (br#"{"output":{"about":"\ud83d"},"status":"SUCCEEDED"}"#, Some("SUCCEEDED")),
            (b"{\"output\":{\"about\":\"\xff\"},\"status\":\"ABORTED\"}", Some("ABORTED")),
            (br#"{"status":"SUCCEEDED","output":{"pers"#, Some("SUCCEEDED")),
            (br#"{"status":"RUNNING","status":"FAILED"}"#, Some("FAILED")),
            (br#"{"input":{"status":"SUCCEEDED"},"status":7}"#, None),
            (br#"{"input":{"status":"SUCCEEDED"#, None),
            (br#"["status","SUCCEEDED"]"#, None),
            (b"<html>", None),
            (b"", None),
            (deep.as_bytes(), Some("FAILED")),
        ];
        for (body, expected) in rows {
            let found = state_of(body);
            let shown = String::from_utf8_lossy(body);
            assert_eq!(found.as_ref().map(JobState::as_str), *expected, "{shown:.80}");
        }
    }
}
