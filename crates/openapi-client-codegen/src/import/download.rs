//! Downloads a description with `curl`, under limits.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use openapi_document::diagnostic::Diagnostic;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::address;

/// The limits of a download.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The size of the document, in bytes; 16 MiB by default.
    pub bytes: u64,
    /// The total time of all requests; 20 seconds by default.
    pub time: Duration,
    /// The number of redirects; 3 by default.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 16 * 1024 * 1024, time: Duration::from_secs(20), redirects: 3 }
    }
}

/// The origin of the stored description, for conditional requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The requested address.
    pub address: String,
    /// The `ETag` of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The `Last-Modified` of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The SHA-256 of the document as it was downloaded, in hexadecimal.
    pub sha256: String,
    /// The SHA-256 of the description as it was stored. Empty until then.
    #[serde(default)]
    pub stored_sha256: String,
}

impl Origin {
    /// Parses a record. Returns `None` if the record is about another address or the stored
    /// description has changed, because the origin would then hide a change.
    #[must_use]
    pub fn read(record: &str, address: &str, stored: &str) -> Option<Self> {
        let origin: Self = serde_json::from_str(record).ok()?;
        let is_current = origin.address == address && origin.stored_sha256 == sha256(stored);
        is_current.then_some(origin)
    }

    /// Returns the record of a description that is stored with this text.
    #[must_use]
    pub fn record(&self, stored: &str) -> String {
        let origin = Self { stored_sha256: sha256(stored), ..self.clone() };
        let text = serde_json::to_string_pretty(&origin).unwrap_or_default();
        text + "\n"
    }
}

/// The result of a download.
#[derive(Debug, Clone)]
pub enum Download {
    /// The server has no later version.
    NotModified,
    /// The document, and its origin to record.
    Document(Vec<u8>, Origin),
}

/// Downloads a document. With the `previous` origin, the request is conditional.
///
/// # Errors
///
/// Fails if the address isn't allowed, the server can't be reached, a limit is exceeded, the status
/// isn't 200, or the response is a web page.
pub fn download(
    address: &str,
    previous: Option<&Origin>,
    limits: &Limits,
) -> Result<Download, Diagnostic> {
    let end = Instant::now() + limits.time;
    let mut at = address.to_owned();
    for _ in 0..=limits.redirects {
        let response = request(&at, previous, limits, end)?;
        match response.status {
            200 => return document(address, response),
            304 if previous.is_some() => return Ok(Download::NotModified),
            301 | 302 | 303 | 307 | 308 if !response.redirect.is_empty() => {
                // A public address must not redirect to this machine.
                if address::scheme(&at) == Ok("https")
                    && address::scheme(&response.redirect) == Ok("http")
                {
                    return Err(failed(&at, "the server redirected from https to http"));
                }
                at = response.redirect;
            }
            status => {
                return Err(failed(&at, &format!("the server responded with status {status}"))
                    .help("check the address in a browser"));
            }
        }
    }
    Err(failed(address, &format!("the server redirected more than {} times", limits.redirects)))
}

fn document(address: &str, response: Response) -> Result<Download, Diagnostic> {
    let is_html = response
        .header("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
    if is_html || response.body.trim_ascii_start().starts_with(b"<") {
        return Err(failed(address, "the response is a web page, not an OpenAPI document")
            .help("use the address of the YAML or JSON file itself"));
    }
    let origin = Origin {
        address: address.to_owned(),
        etag: response.header("etag"),
        last_modified: response.header("last-modified"),
        sha256: sha256(&response.body),
        stored_sha256: String::new(),
    };
    Ok(Download::Document(response.body, origin))
}

fn failed(address: &str, why: &str) -> Diagnostic {
    Diagnostic::new(format!("can't download {address}: {why}"))
}

/// Returns the SHA-256 of bytes in hexadecimal.
fn sha256(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

struct Response {
    status: u16,
    head: String,
    /// The absolute address of the redirect, or an empty text.
    redirect: String,
    body: Vec<u8>,
}

impl Response {
    fn header(&self, name: &str) -> Option<String> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values = fields.filter(|(field, _)| field.trim().eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.trim().to_owned())
    }
}

/// Sends one request without following redirects.
fn request(
    address: &str,
    previous: Option<&Origin>,
    limits: &Limits,
    end: Instant,
) -> Result<Response, Diagnostic> {
    let scheme = address::scheme(address).map_err(|why| failed(address, why))?;
    let left = end.saturating_duration_since(Instant::now()).as_secs_f64().max(0.001);
    let mut curl = Command::new("curl");
    // This has to be the first argument. Otherwise, a configuration file could lift the limits.
    curl.arg("--disable");
    curl.args(["--silent", "--show-error", "--globoff", "--include", "--suppress-connect-headers"]);
    curl.args(["--proto", &format!("={scheme}"), "--max-time", &format!("{left:.3}")]);
    curl.args(["--max-filesize", &limits.bytes.to_string()]);
    curl.args(["--write-out", "%{stderr}%{redirect_url}"]);
    if scheme == "http" {
        curl.args(["--noproxy", "*"]);
    }
    let header =
        |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}: {value}"));
    if let Some(Origin { etag, last_modified, .. }) = previous {
        let conditions =
            [header("If-None-Match", etag), header("If-Modified-Since", last_modified)];
        for condition in conditions.into_iter().flatten() {
            curl.args(["--header", &condition]);
        }
    }
    let (output, message, code) = run(curl.args(["--url", address]), limits).map_err(|error| {
        failed(address, &format!("curl can't be run: {error}")).help("install curl")
    })?;
    let too_large =
        || failed(address, &format!("the document is larger than {} bytes", limits.bytes));
    match code {
        Some(0) => {}
        Some(63) => return Err(too_large()),
        Some(28) => {
            let seconds = limits.time.as_secs_f64();
            return Err(failed(address, &format!("the download took more than {seconds} s")));
        }
        _ if output.len() as u64 > limits.bytes => return Err(too_large()),
        _ => {
            let message = message.trim().lines().next().unwrap_or("curl failed").to_owned();
            return Err(failed(address, &message).help("check the address and the network"));
        }
    }
    let response = split(output, message.trim())
        .ok_or_else(|| failed(address, "the response has no complete header"))?;
    if response.body.len() as u64 > limits.bytes { Err(too_large()) } else { Ok(response) }
}

/// The maximum size of headers, in addition to that of the document, in bytes.
const HEAD: u64 = 256 * 1024;

/// Runs a program and returns its output, its messages and its exit code. Reads slightly more than
/// the limit, then ends the program.
fn run(command: &mut Command, limits: &Limits) -> io::Result<(Vec<u8>, String, Option<i32>)> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(limits.bytes + HEAD).read_to_end(&mut output)?;
    }
    // Closing the pipe ends a program that still writes.
    let end = child.wait_with_output()?;
    Ok((output, String::from_utf8_lossy(&end.stderr).into_owned(), end.status.code()))
}

/// Splits header and body. Interim responses (1xx) precede the final one.
fn split(mut output: Vec<u8>, redirect: &str) -> Option<Response> {
    loop {
        let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
        let body = output.split_off(end);
        let head = String::from_utf8_lossy(&output).into_owned();
        let status: u16 = head.split_whitespace().nth(1)?.parse().ok()?;
        if status >= 200 {
            return Some(Response { status, head, redirect: redirect.to_owned(), body });
        }
        output = body;
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, split};

    #[test]
    fn an_interim_response_is_skipped() {
        let output =
            b"HTTP/1.1 103 Early\r\nEtag: 1\r\n\r\nHTTP/2 200 \r\nETag:  \"2\" \r\n\r\na\r\n\r\nb";
        let response = split(output.to_vec(), "").expect("it is complete");
        assert_eq!((response.status, response.body.as_slice()), (200, &b"a\r\n\r\nb"[..]));
        assert_eq!(response.header("etag").as_deref(), Some("\"2\""));
        assert_eq!(response.header("date"), None);
        assert!(split(b"HTTP/1.1 200 OK\r\n".to_vec(), "").is_none());
    }

    #[test]
    fn a_record_is_valid_for_one_address_and_one_description() {
        let origin = Origin {
            address: "https://vendor.example/a".to_owned(),
            etag: Some("\"1\"".to_owned()),
            last_modified: None,
            sha256: String::new(),
            stored_sha256: String::new(),
        };
        let record = origin.record("openapi: 3.1.0\n");
        let read = |address, stored| Origin::read(&record, address, stored);
        let etag = read("https://vendor.example/a", "openapi: 3.1.0\n").and_then(|read| read.etag);
        assert_eq!(etag, origin.etag);
        assert_eq!(read("https://vendor.example/b", "openapi: 3.1.0\n"), None);
        assert_eq!(read("https://vendor.example/a", "openapi: 3.1.1\n"), None);
        assert_eq!(Origin::read("[", "https://vendor.example/a", ""), None);
    }
}
