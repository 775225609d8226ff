//! Where a body does not fit its description, told without its values.

use std::fmt;

use serde::de::DeserializeOwned;

/// A body that is not what the API description says.
///
/// `Display` names the place and the types, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    path: String,
    problem: String,
}

impl Mismatch {
    /// The JSON path of the place that did not fit, for example
    /// `$.output.person.domain_age_days`; `$` for the whole body.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What did not fit there.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    pub(crate) fn locate<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Self {
        if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err() {
            if body.is_empty() {
                return Self { path: "$".to_owned(), problem: "it is empty".to_owned() };
            }
            let what = if error.is_eof() { "JSON that breaks off" } else { "not JSON" };
            let (line, column) = (error.line(), error.column());
            let problem = format!("{what} (line {line}, column {column}, of {} bytes)", body.len());
            return Self { path: "$".to_owned(), problem };
        }
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            // It decodes now: the path is all that there is to say.
            Ok(_) => Self { path: "$".to_owned(), problem: "a value that does not fit".to_owned() },
            Err(error) => {
                let path = json_path(error.path());
                Self { path, problem: describe(&error.into_inner().to_string()) }
            }
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.path, self.problem)
    }
}

/// `$.output.person['e-mail'][0]`
fn json_path(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    let mut text = "$".to_owned();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } if is_plain(key) => text.push_str(&format!(".{key}")),
            Segment::Map { key } => text.push_str(&format!("['{}']", key.escape_default())),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

fn is_plain(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// serde's message without the value that it quotes, which may be somebody's
/// name, and in words of JSON instead of Rust.
fn describe(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(head, _)| head);
    let quotes_nothing = ["missing field", "unknown field", "data did not match"];
    if quotes_nothing.iter().any(|known| message.starts_with(known)) {
        return message.to_owned();
    }
    if message.starts_with("UUID parsing failed") {
        return "expected a UUID, found another text".to_owned();
    }
    if message.starts_with("invalid unicode code point") {
        return "text that is not UTF-8".to_owned();
    }
    if message.starts_with("recursion limit") {
        return "nested too deeply".to_owned();
    }
    if message.starts_with("number out of range") {
        return "a number that is too large".to_owned();
    }
    let value =
        ["invalid type: ", "invalid value: "].iter().find_map(|known| message.strip_prefix(known));
    match value.and_then(|text| Some((text, text.rsplit_once(", expected ")?.1))) {
        Some((value, expected)) => {
            format!("expected {}, found {}", in_json(expected), found(value))
        }
        None => "a value that does not fit".to_owned(),
    }
}

/// What serde expected, as JSON calls it.
fn in_json(expected: &str) -> &str {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => "an integer of 64 bits",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        "a map" => "an object",
        other => other,
    }
}

/// The type of the value that serde quotes.
fn found(value: &str) -> &'static str {
    let types = [
        ("null", "null"),
        ("unit", "null"),
        ("boolean", "a boolean"),
        ("integer", "an integer"),
        ("floating point", "a number with a fraction"),
        ("string", "a string"),
        ("sequence", "an array"),
        ("map", "an object"),
    ];
    types
        .iter()
        .find(|(known, _)| value.starts_with(known))
        .map_or("something else", |(_, json)| json)
}
