//! What is wrong with an input, and where in its file.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// A place in a source file. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it; all nodes of a file share the text.
    pub file: Arc<str>,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What is wrong with an input, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// The place in the source file, if there is one.
    pub place: Option<Place>,
    /// The JSON pointer of the node, if there is one.
    pub pointer: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem that has no place in a document.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, pointer: None, help: None }
    }

    /// A file that can't be read.
    pub fn unreadable(file: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(format!("can't read {file}: {error}"))
            .help("check the path, and that the file can be read")
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {place}")?;
        }
        if let Some(pointer) = self.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            write!(f, "\n  at  {pointer}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl StdError for Diagnostic {}
