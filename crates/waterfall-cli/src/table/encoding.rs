//! Converts bytes to text and back. Text that is read and written again is identical, byte for
//! byte.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::table::source::Source;

/// The number of bytes that are sufficient to recognize UTF-16 without a byte order mark.
const SAMPLE: usize = 1024;

/// The number of bytes that are decoded at a time.
const CHUNK: usize = 16 * 1024;

/// The encoding of a text.
#[derive(Debug)]
pub(super) struct Detected {
    pub(super) encoding: &'static Encoding,
    /// The length of the byte order mark.
    mark: usize,
}

impl Detected {
    pub(super) fn has_mark(&self) -> bool {
        self.mark > 0
    }

    /// Reads the text in UTF-8 from the beginning, without a byte order mark. Invalid text is an
    /// error of the kind [`io::ErrorKind::InvalidData`].
    pub(super) fn read<'a>(&self, source: &'a Source) -> io::Result<Decoding<'a>> {
        let mut from = source.open()?;
        io::copy(&mut from.by_ref().take(self.mark as u64), &mut io::sink())?;
        Ok(Decoding {
            from,
            encoding: self.encoding,
            decoder: self.encoding.new_decoder_without_bom_handling(),
            input: vec![0; CHUNK],
            unread: 0..0,
            output: Vec::new(),
            read: 0,
            is_over: false,
        })
    }
}

/// Recognizes the encoding: by its byte order mark, as UTF-8 if it is valid, or by the best guess
/// among the legacy encodings.
pub(super) fn detect(source: &Source) -> io::Result<Detected> {
    let head = source.head(SAMPLE)?;
    if let Some((encoding, mark)) = Encoding::for_bom(&head) {
        return Ok(Detected { encoding, mark });
    }
    let (mut length, mut has_zero, mut utf_8) = (0, false, Utf8::default());
    source.each_chunk(|chunk| {
        length += chunk.len();
        has_zero |= chunk.contains(&0);
        utf_8.add(chunk);
        true
    })?;
    let encoding = match utf_16(&head).filter(|_| length % 2 == 0) {
        Some(encoding) => encoding,
        None if utf_8.is_valid() => UTF_8,
        None if has_zero => return Err(invalid("it is a binary file".to_owned())),
        None => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            source.each_chunk(|chunk| {
                detector.feed(chunk, false);
                true
            })?;
            detector.feed(&[], true);
            detector.guess(None, Utf8Detection::Deny)
        }
    };
    Ok(Detected { encoding, mark: 0 })
}

/// Content that can't be used.
pub(super) fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// Detects whether bytes that arrive in chunks are UTF-8.
#[derive(Default)]
struct Utf8 {
    /// The beginning of an incomplete character.
    rest: Vec<u8>,
    is_broken: bool,
}

impl Utf8 {
    fn add(&mut self, chunk: &[u8]) {
        if self.is_broken {
            return;
        }
        let joined;
        let mut chunk = chunk;
        if !self.rest.is_empty() {
            self.rest.extend_from_slice(chunk);
            joined = std::mem::take(&mut self.rest);
            chunk = &joined;
        }
        if let Err(error) = std::str::from_utf8(chunk) {
            match error.error_len() {
                Some(_) => self.is_broken = true,
                None => self.rest = chunk[error.valid_up_to()..].to_vec(),
            }
        }
    }

    fn is_valid(&self) -> bool {
        !self.is_broken && self.rest.is_empty()
    }
}

/// Recognizes UTF-16 by the zero bytes of its ASCII characters.
fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len() & !1];
    let zeros =
        |parity: usize| sample.iter().skip(parity).step_by(2).filter(|it| **it == 0).count();
    let (even, odd, units) = (zeros(0), zeros(1), sample.len() / 2);
    match (even, odd) {
        _ if units == 0 => None,
        (0, odd) if odd * 2 > units => Some(UTF_16LE),
        (even, 0) if even * 2 > units => Some(UTF_16BE),
        _ => None,
    }
}

/// A text in UTF-8, decoded while it is read.
pub(super) struct Decoding<'a> {
    from: Box<dyn Read + 'a>,
    encoding: &'static Encoding,
    decoder: Decoder,
    input: Vec<u8>,
    /// The part of the input that is not decoded yet.
    unread: std::ops::Range<usize>,
    output: Vec<u8>,
    /// The length of the output that was read.
    read: usize,
    is_over: bool,
}

impl Decoding<'_> {
    fn decode(&mut self) -> io::Result<()> {
        if self.unread.is_empty() {
            let length = self.from.read(&mut self.input)?;
            (self.unread, self.is_over) = (0..length, length == 0);
        }
        // A character of two bytes may have three in UTF-8.
        self.output.resize(CHUNK * 3 + 16, 0);
        let input = &self.input[self.unread.clone()];
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(input, &mut self.output, self.is_over);
        if let DecoderResult::Malformed(..) = result {
            let name = self.encoding.name();
            return Err(invalid(format!("it is not valid {name}; save it as UTF-8")));
        }
        self.unread.start += read;
        self.output.truncate(written);
        self.read = 0;
        Ok(())
    }
}

impl Read for Decoding<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.read == self.output.len() && !self.is_over {
            self.decode()?;
        }
        let ready = &self.output[self.read..];
        let length = ready.len().min(to.len());
        to[..length].copy_from_slice(&ready[..length]);
        self.read += length;
        Ok(length)
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
