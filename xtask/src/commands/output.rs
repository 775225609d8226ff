//! The output of commands.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::render::{self, Sources};

/// The flag with which a command does its work in this process.
pub(super) const UNGUARDED: &str = "--unguarded";

/// Prints why a command failed.
pub(super) fn failed(diagnostic: &Diagnostic, sources: &mut Sources) -> ExitCode {
    eprint!("{}", render::error(diagnostic, sources));
    ExitCode::from(2)
}

/// Prints to standard output. A closed pipe is not an error.
pub(super) fn print(text: impl Display) {
    let _ = write!(io::stdout(), "{text}");
}
