//! A problem with an input, and its place in a file.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// A place in a source file. Lines and columns are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it. All nodes of a file share the text.
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

/// A problem with an input, its place, and advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The problem.
    pub message: String,
    /// The place in the source file, if there is one.
    pub place: Option<Place>,
    /// The JSON pointer of the node, if there is one.
    pub pointer: Option<String>,
    /// The advice.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Creates a problem that has no place in a document.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, pointer: None, help: None }
    }

    /// Creates the problem of a file that can't be read.
    pub fn unreadable(file: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(format!("can't read {file}: {error}"))
            .help("check the path, and that the file can be read")
    }

    /// Adds the advice.
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
