//! What would make the hash of a body right.

use std::borrow::Cow;
use std::io::Read;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::MultiGzDecoder;
use waterfall::Bytes;
use waterfall::webhook::{DEFAULT_MAX_DELIVERY, Verifier};

use super::Refused;

/// With and without padding.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What editors, shells, gateways and transfers do to a body, undone; and how that is called.
struct Repair {
    undo: fn(&[u8]) -> Option<Vec<u8>>,
    name: &'static str,
}

/// What wraps the whole body.
const WRAPPINGS: [Repair; 2] = [
    Repair { undo: gunzip, name: "once it is gunzipped" },
    Repair { undo: from_base64, name: "once it is decoded from base64" },
];

/// What changes a few bytes of a text.
const EDITS: [Repair; 4] = [
    Repair { undo: without_line_end, name: "without the line end at the end" },
    Repair { undo: with_line_end, name: "with a line end at the end" },
    Repair { undo: with_line_feeds, name: "with line feeds instead of CR LF" },
    Repair { undo: without_mark, name: "without the byte order mark at the start" },
];

/// The most encodings that are removed: base64 of gzip is two.
const WRAPPED: usize = 2;

/// The first way that makes the hash right: the wrappings, then an edit of what was in them.
pub(super) async fn repair(refused: &Refused<'_>, verifier: &Verifier) -> Option<String> {
    let mut body = Cow::Borrowed(&refused.body[..]);
    let mut names = Vec::new();
    for depth in 0..=WRAPPED {
        if depth > 0 && fits(refused, verifier, &body).await {
            return Some(says(&names));
        }
        for edit in &EDITS {
            let Some(edited) = (edit.undo)(&body) else { continue };
            if fits(refused, verifier, &edited).await {
                names.push(edit.name);
                return Some(says(&names));
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

fn says(names: &[&str]) -> String {
    format!("The hash of the body fits {}.", names.join(" and "))
}

async fn fits(refused: &Refused<'_>, verifier: &Verifier, body: &[u8]) -> bool {
    let body = Bytes::copy_from_slice(body);
    verifier.verify_bytes_at(refused.headers, body, refused.now).await.is_ok()
}

/// No further than a delivery can be long: a few bytes can become gigabytes.
fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    const MAGIC: &[u8] = &[0x1f, 0x8b];

    if !body.starts_with(MAGIC) {
        return None;
    }
    let mut inner = Vec::new();
    MultiGzDecoder::new(body).take(DEFAULT_MAX_DELIVERY as u64).read_to_end(&mut inner).ok()?;
    Some(inner)
}

/// By either alphabet, in one line or several.
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
