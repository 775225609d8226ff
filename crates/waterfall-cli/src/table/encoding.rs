//! Bytes to text and back. What is read and written again is the same, byte for byte.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How many bytes are enough to recognize UTF-16 without a byte order mark.
const SAMPLE: usize = 1024;

/// A text, and how it was encoded.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: &'static Encoding,
    pub(super) has_mark: bool,
}

/// Decodes a file: by its byte order mark, as UTF-8 if it is valid, or by the best guess among the
/// legacy encodings.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decoded(&bytes[mark..], encoding, true);
    }
    if let Some(encoding) = utf_16(bytes) {
        return decoded(bytes, encoding, false);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Decoded { text: text.to_owned(), encoding: UTF_8, has_mark: false });
    }
    if bytes.contains(&0) {
        return Err("it is a binary file".to_owned());
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    decoded(bytes, detector.guess(None, Utf8Detection::Deny), false)
}

fn decoded(bytes: &[u8], encoding: &'static Encoding, has_mark: bool) -> Result<Decoded, String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let text =
        text.ok_or_else(|| format!("it is not valid {}; save it as UTF-8", encoding.name()))?;
    Ok(Decoded { text: text.into_owned(), encoding, has_mark })
}

/// Recognizes UTF-16 by the zero bytes of its ASCII characters.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    let zeros =
        |parity: usize| sample.iter().skip(parity).step_by(2).filter(|it| **it == 0).count();
    let (even, odd, units) = (zeros(0), zeros(1), sample.len() / 2);
    match (even, odd) {
        _ if bytes.len() % 2 == 1 || units == 0 => None,
        (0, odd) if odd * 2 > units => Some(UTF_16LE),
        (even, 0) if even * 2 > units => Some(UTF_16BE),
        _ => None,
    }
}

/// Encodes a text. Characters that a legacy encoding lacks become numeric character references.
pub(super) fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    if encoding == UTF_16LE {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else if encoding == UTF_16BE {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    } else {
        encoding.encode(text).0.into_owned()
    }
}
