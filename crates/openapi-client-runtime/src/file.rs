//! [`File`]: the content of one part of a multipart body.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use reqwest::Body;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Error, Serialize, SerializeMap, Serializer};

/// The name of the member that replaces a file in the JSON of a multipart body.
pub(crate) const PLACEHOLDER: &str = "\u{1}file";

/// A file to upload: bytes or a stream, with an optional name and media type.
///
/// ```
/// use openapi_client_runtime::File;
///
/// let file = File::new("a,b\n1,2\n").with_name("rows.csv").with_content_type("text/csv");
/// assert_eq!(file.name(), Some("rows.csv"));
/// ```
///
/// The default name is the name of the field. The default media type is that of the description, or
/// `application/octet-stream`. A [stream](Self::stream) can be sent only once, even if the file is
/// cloned.
#[derive(Clone)]
pub struct File {
    content: Content,
    name: Option<String>,
    content_type: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Content {
    Bytes(Bytes),
    Stream(Arc<Mutex<Option<Body>>>),
}

impl File {
    /// Creates a file from content in memory.
    pub fn new(content: impl Into<Bytes>) -> Self {
        Self { content: Content::Bytes(content.into()), name: None, content_type: None }
    }

    /// Creates a file whose content is read while it is sent.
    pub fn stream(content: impl Into<Body>) -> Self {
        let content = Arc::new(Mutex::new(Some(content.into())));
        Self { content: Content::Stream(content), name: None, content_type: None }
    }

    /// Sets the name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the media type.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Returns the name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the media type.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    pub(crate) fn into_content(self) -> Content {
        self.content
    }
}

impl<T: Into<Bytes>> From<T> for File {
    fn from(content: T) -> Self {
        Self::new(content)
    }
}

/// Two streams are equal if they are the same stream.
impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        let content = match (&self.content, &other.content) {
            (Content::Bytes(a), Content::Bytes(b)) => a == b,
            (Content::Stream(a), Content::Stream(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        content && self.name == other.name && self.content_type == other.content_type
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("File");
        if let Content::Bytes(bytes) = &self.content {
            debug.field("bytes", &bytes.len());
        }
        debug.field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

thread_local! {
    static COLLECTED: RefCell<Option<Vec<File>>> = const { RefCell::new(None) };
}

/// Runs `work` and returns the files that it serialized. Each file is serialized as a placeholder
/// with its index in this list.
pub(crate) fn collected<R>(work: impl FnOnce() -> R) -> (R, Vec<File>) {
    struct Restore(Option<Vec<File>>);

    impl Drop for Restore {
        fn drop(&mut self) {
            COLLECTED.replace(self.0.take());
        }
    }

    let _restore = Restore(COLLECTED.replace(Some(Vec::new())));
    let outcome = work();
    (outcome, COLLECTED.take().unwrap_or_default())
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let index = COLLECTED.with_borrow_mut(|collected| {
            let files = collected.as_mut()?;
            files.push(self.clone());
            Some(files.len() - 1)
        });
        match (index, &self.content) {
            (Some(index), _) => {
                let mut placeholder = serializer.serialize_map(Some(1))?;
                placeholder.serialize_entry(PLACEHOLDER, &index)?;
                placeholder.end()
            }
            (None, Content::Bytes(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => serializer.serialize_str(text),
                Err(_) => Err(S::Error::custom("a binary file can't be inside a JSON value")),
            },
            (None, Content::Stream(_)) => {
                Err(S::Error::custom("a stream can't be inside a JSON value"))
            }
        }
    }
}

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for File {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "File".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "binary" })
    }
}
