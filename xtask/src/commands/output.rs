//! What commands print.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::render;
use openapi_document::render::Sources;

/// Prints why a command fails.
pub(super) fn failed(diagnostic: &Diagnostic, sources: &mut Sources) -> ExitCode {
    eprint!("{}", render::error(diagnostic, sources));
    ExitCode::from(2)
}

/// Prints to standard output. Whoever reads it may have seen enough: that is
/// no reason to fail.
pub(super) fn print(text: impl Display) {
    let _ = write!(io::stdout(), "{text}");
}
