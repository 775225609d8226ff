//! Finds a change of the body that explains a wrong hash.

use std::borrow::Cow;
use std::io::Read;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::MultiGzDecoder;
use waterfall::Bytes;
use waterfall::webhook::{DEFAULT_MAX_DELIVERY, Verifier};

use crate::webhook_hints::refused::Refused;

/// The engine accepts both padded and unpadded text.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Reverts a change that editors, shells, gateways or transfers make to a body.
struct Repair {
    undo: fn(&[u8]) -> Option<Vec<u8>>,
    name: &'static str,
}

/// Encodings of the whole body.
const WRAPPINGS: [Repair; 2] = [
    Repair { undo: gunzip, name: "after gzip decompression" },
    Repair { undo: from_base64, name: "after base64 decoding" },
];

/// Changes of a few bytes of a text.
const EDITS: [Repair; 4] = [
    Repair { undo: without_line_end, name: "without the final line end" },
    Repair { undo: with_line_end, name: "with a final line end" },
    Repair { undo: with_line_feeds, name: "with LF line ends instead of CRLF" },
    Repair { undo: without_mark, name: "without the byte order mark" },
];

/// The maximum number of encodings that are removed: base64 of gzip is two.
const MAX_WRAPPINGS: usize = 2;

/// Returns the first repair after which the hash matches: removed encodings, then one edit.
pub(super) async fn repair(refused: &Refused<'_>, verifier: &Verifier) -> Option<String> {
    let mut body = Cow::Borrowed(&refused.body[..]);
    let mut names = Vec::new();
    for depth in 0..=MAX_WRAPPINGS {
        if depth > 0 && matches(refused, verifier, &body).await {
            return Some(describe(&names));
        }
        for edit in &EDITS {
            let Some(edited) = (edit.undo)(&body) else { continue };
            if matches(refused, verifier, &edited).await {
                names.push(edit.name);
                return Some(describe(&names));
            }
        }
        let unwrapped =
            WRAPPINGS.iter().find_map(|wrapping| Some(((wrapping.undo)(&body)?, wrapping.name)));
        let (inner, name) = unwrapped?;
        body = Cow::Owned(inner);
        names.push(name);
    }
    None
}

fn describe(names: &[&str]) -> String {
    format!("The hash of the body matches {}.", names.join(" and "))
}

async fn matches(refused: &Refused<'_>, verifier: &Verifier, body: &[u8]) -> bool {
    let body = Bytes::copy_from_slice(body);
    verifier.verify_bytes_at(refused.headers, body, refused.now).await.is_ok()
}

/// Limited to the maximum size of a delivery: a few bytes can expand to gigabytes.
fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    const MAGIC: &[u8] = &[0x1f, 0x8b];

    if !body.starts_with(MAGIC) {
        return None;
    }
    let mut inner = Vec::new();
    MultiGzDecoder::new(body).take(DEFAULT_MAX_DELIVERY as u64).read_to_end(&mut inner).ok()?;
    Some(inner)
}

/// Decodes either alphabet, on one line or several.
fn from_base64(body: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if text.is_empty() {
        return None;
    }
    STANDARD.decode(&text).or_else(|_| URL_SAFE.decode(&text)).ok()
}

fn without_line_end(body: &[u8]) -> Option<Vec<u8>> {
    let body = body.strip_suffix(b"\n")?;
    Some(body.strip_suffix(b"\r").unwrap_or(body).to_vec())
}

fn with_line_end(body: &[u8]) -> Option<Vec<u8>> {
    Some([body, b"\n"].concat())
}

fn with_line_feeds(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok().filter(|text| text.contains("\r\n"))?;
    Some(text.replace("\r\n", "\n").into_bytes())
}

fn without_mark(body: &[u8]) -> Option<Vec<u8>> {
    Some(body.strip_prefix("\u{feff}".as_bytes())?.to_vec())
}
