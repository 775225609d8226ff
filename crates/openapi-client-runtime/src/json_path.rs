//! JSON paths for error messages.

use std::borrow::Cow;

/// One step of a JSON path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    Name(Cow<'static, str>),
    /// The name of a member that is not described. It may be data.
    Key(Cow<'static, str>),
    Index(usize),
}

impl From<&'static str> for Segment {
    fn from(name: &'static str) -> Self {
        Self::Name(Cow::Borrowed(name))
    }
}

/// Formats a path, for example `$.output.person['e-mail'][0]`.
pub(crate) fn json_path(path: &[Segment]) -> String {
    let mut text = "$".to_owned();
    for segment in path {
        match segment {
            Segment::Index(index) => text.push_str(&format!("[{index}]")),
            Segment::Name(name) | Segment::Key(name) => push_name(&mut text, name),
        }
    }
    text
}

/// Formats a path as a pattern, for example `$.output.persons[*].title`. The pattern is the same
/// for all elements of an array and for all members of a map, whose names may be data.
pub(crate) fn json_pattern(path: &[Segment]) -> String {
    let mut text = "$".to_owned();
    for segment in path {
        match segment {
            Segment::Index(_) => text.push_str("[*]"),
            Segment::Key(_) => text.push_str(".*"),
            Segment::Name(name) => push_name(&mut text, name),
        }
    }
    text
}

fn push_name(text: &mut String, name: &str) {
    if is_plain(name) {
        text.push_str(&format!(".{name}"));
    } else {
        text.push_str(&format!("['{}']", name.escape_default()));
    }
}

/// Returns whether the name of an undescribed member looks like a field of a description and not
/// like data: an ASCII identifier with few digits that begins with a lowercase letter. Names of
/// persons and parts of profile URLs do not match.
pub(crate) fn is_field_name(name: &str) -> bool {
    const MAX_LENGTH: usize = 48;
    const MAX_DIGITS: usize = 3;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    name.len() <= MAX_LENGTH
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_' || c == '$')
        && name.chars().all(is_allowed)
        && name.chars().filter(char::is_ascii_digit).count() <= MAX_DIGITS
}

fn is_plain(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}
