//! Reads the request to verify from a file and options.

use std::fs;
use std::io::{self, Read, stdin};
use std::path::Path;

use waterfall::webhook::SIGNATURE_HEADER;
use waterfall::{Bytes, HeaderMap, HeaderValue};

use crate::args::webhook::Verify;
use crate::failure::Failure;

/// The signature headers and the body of the request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The path of the request line, if the headers include one.
    pub(super) path: Option<String>,
}

impl Request {
    pub(super) fn read(args: &Verify) -> Result<Self, Failure> {
        let headers = headers(&args.headers)?;
        let lines = args.headers.iter().flat_map(|text| text.lines());
        let path = lines.filter_map(request_path).next();
        let body = body(&args.file).map_err(|error| Failure::System {
            what: format!("the body could not be read from {}", args.file.display()),
            error,
            hint: None,
        })?;
        Ok(Self { headers, body: body.into(), path })
    }
}

fn body(file: &Path) -> io::Result<Vec<u8>> {
    if file.as_os_str() != "-" {
        return fs::read(file);
    }
    let mut body = Vec::new();
    stdin().lock().read_to_end(&mut body)?;
    Ok(body)
}

/// Returns the signatures among the given lines. Lines that are not headers, such as the request
/// line, are ignored if there are several lines.
fn headers(texts: &[String]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for text in texts {
        let is_single = text.lines().count() <= 1;
        for line in text.lines().filter(|line| request_path(line).is_none()) {
            let Some((name, value)) = line.split_once(':') else {
                if is_single {
                    return Err(unusable("a --header has no colon"));
                }
                continue;
            };
            let name = name.trim_start_matches(['>', '<']).trim();
            if name.eq_ignore_ascii_case(SIGNATURE_HEADER.as_str()) {
                let value = HeaderValue::from_str(value.trim()).map_err(|_| {
                    unusable("the X-Webhook-Signature contains characters that a header can't have")
                })?;
                headers.append(SIGNATURE_HEADER, value);
            }
        }
    }
    Ok(headers)
}

/// Returns the path in a line such as `POST /hooks/phone HTTP/1.1`.
fn request_path(line: &str) -> Option<String> {
    let words: Vec<&str> = line.trim_start_matches(['>', '<']).split_whitespace().collect();
    match words[..] {
        [_, path, version] if path.starts_with('/') && version.starts_with("HTTP/") => {
            Some(path.to_owned())
        }
        _ => None,
    }
}

fn unusable(what: &str) -> Failure {
    Failure::Config {
        what: what.to_owned(),
        hint: "Pass it as it was received: --header 'X-Webhook-Signature: eyJ...'",
    }
}
