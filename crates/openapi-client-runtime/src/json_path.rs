//! JSON paths, as error messages show them.

use std::borrow::Cow;

/// One step of a JSON path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    Name(Cow<'static, str>),
    Index(usize),
}

impl Segment {
    pub(crate) fn of(segment: &serde_path_to_error::Segment) -> Option<Self> {
        use serde_path_to_error::Segment as Other;

        match segment {
            Other::Seq { index } => Some(Self::Index(*index)),
            Other::Map { key } => Some(Self::Name(key.clone().into())),
            Other::Enum { .. } | Other::Unknown => None,
        }
    }
}

impl From<&'static str> for Segment {
    fn from(name: &'static str) -> Self {
        Self::Name(Cow::Borrowed(name))
    }
}

/// `$.output.person['e-mail'][0]`
pub(crate) fn json_path(path: &[Segment]) -> String {
    let mut text = "$".to_owned();
    for segment in path {
        match segment {
            Segment::Index(index) => text.push_str(&format!("[{index}]")),
            Segment::Name(name) if is_plain(name) => text.push_str(&format!(".{name}")),
            Segment::Name(name) => text.push_str(&format!("['{}']", name.escape_default())),
        }
    }
    text
}

fn is_plain(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}
