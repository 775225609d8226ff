//! Parses the messages of serde's errors.

use std::borrow::Cow;

/// Returns the type that serde expected, in terms of JSON. The rest of the message quotes the
/// value, which may be personal data.
pub(crate) fn expected(message: &str) -> Option<Cow<'static, str>> {
    let message = message.rsplit_once(" at line ").map_or(message, |(head, _)| head);
    if message.starts_with("UUID parsing failed") {
        return Some(Cow::Borrowed("a UUID"));
    }
    let quotes = ["invalid type: ", "invalid value: ", "unknown variant "];
    if !quotes.iter().any(|known| message.starts_with(known)) {
        return None;
    }
    let (_, expected) = message.rsplit_once(", expected ")?;
    Some(match expected {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
            Cow::Borrowed("a 64-bit integer")
        }
        "f32" | "f64" => Cow::Borrowed("a number"),
        "a sequence" => Cow::Borrowed("an array"),
        "a map" => Cow::Borrowed("an object"),
        "a formatted UUID string" => Cow::Borrowed("a UUID"),
        other => Cow::Owned(other.to_owned()),
    })
}
