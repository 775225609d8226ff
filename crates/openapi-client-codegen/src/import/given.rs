//! Reads the document to import from a file, an address or standard input.

use std::io::Read;
use std::path::Path;
use std::{fs, io};

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::render::Sources;
use openapi_document::{bundle, load, version};

use crate::config::Config;
use crate::import::address::is_address;
use crate::import::download::{Download, Limits, Origin, download};

/// Returns the name of the file for messages.
#[must_use]
pub fn name(file: &str) -> &str {
    if file == "-" { "<stdin>" } else { file }
}

/// Reads the document with all of its files. Also returns its text.
///
/// # Errors
///
/// Fails if the document can't be read.
pub fn read(
    file: &str,
    bytes: &[u8],
    sources: &mut Sources,
) -> Result<(Document, String), Diagnostic> {
    let name = name(file);
    let text = String::from_utf8_lossy(bytes).into_owned();
    sources.add(name, &text);
    let mut document = load::load_bytes(name, bytes)?;
    version::check(&document)?;
    let is_local = file != "-" && !is_address(file);
    bundle::bundle(&mut document, Path::new(if is_local { file } else { "" }))?;
    Ok((document, text))
}

/// The bytes of a document, and their origin if they were downloaded.
pub type Given = (Vec<u8>, Option<Origin>);

/// Reads the bytes of the document. Returns `None` if the server has no later version than the
/// stored one, whose origin is recorded in the file `origin`.
///
/// # Errors
///
/// Fails if the file or the address can't be read.
pub fn bytes(
    root: &Path,
    file: &str,
    config: &Config,
    origin: &str,
) -> Result<Option<Given>, Diagnostic> {
    if is_address(file) {
        let record = fs::read_to_string(root.join(origin)).unwrap_or_default();
        let stored = fs::read_to_string(root.join(&config.description)).unwrap_or_default();
        let previous = Origin::read(&record, file, &stored.replace("\r\n", "\n"));
        return Ok(match download(file, previous.as_ref(), &Limits::default())? {
            Download::NotModified => None,
            Download::Document(bytes, origin) => Some((bytes, Some(origin))),
        });
    }
    let mut bytes = Vec::new();
    let outcome = match file {
        "-" => io::stdin().read_to_end(&mut bytes).map(|_| ()),
        file => fs::read(file).map(|content| bytes = content),
    };
    outcome.map_err(|error| Diagnostic::unreadable(name(file), &error))?;
    Ok(Some((bytes, None)))
}
