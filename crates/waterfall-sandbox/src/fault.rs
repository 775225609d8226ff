//! Misbehaviour: what can go wrong, and how to write it down.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use bytes::Bytes;

use crate::clock::seconds;
use crate::record::Endpoint;

/// The request header that asks for faults, written as [`Fault`] says; several
/// are separated by `;`. It goes before queued faults and probabilities.
pub const FAULT_HEADER: &str = "x-sandbox-fault";

/// Something that goes wrong with one request.
///
/// Each has a text form, the same in the header
/// [`x-sandbox-fault`](FAULT_HEADER) and on a command line. Texts in it can have
/// any byte as `%XX`, and must have `;`, `@` and `%` so.
///
/// A request that a fault keeps from being acted on doesn't count towards the
/// rate limit either.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `status=503`, `status=503+html`, `status=503+empty`,
    /// `status=503+wrong-type`, each also with `+acted`: an answer of this status
    /// instead of the right one, as gateways give it.
    Status {
        /// The status, 200 to 599.
        status: u16,
        /// What the answer holds.
        body: FaultBody,
        /// Whether the request was acted on nevertheless, so that a launch
        /// started a job.
        processed: bool,
    },
    /// `retry-after=TEXT`: a 429 with this text in its `Retry-After`, the other
    /// headers of a 429 and the right envelope. The request is not acted on.
    RetryAfter(String),
    /// `delay=2.5`: the answer is held back so many seconds. It is made, and
    /// dated, when the request arrives.
    DelayResponse(Duration),
    /// `late=2.5`: the request arrives so many seconds late.
    DelayRequest(Duration),
    /// `stall`: status and headers, then nothing, without end.
    StallBody,
    /// `cut=20`: the connection breaks after at most 20 bytes of the body.
    CutBody(usize),
    /// `html`: a 200 with a page of HTML; the request was acted on.
    Html,
    /// `wrong-type`: a documented field has a value of another type.
    WrongType,
    /// `unknown-values`: a status, error code or confidence that nobody knows,
    /// and new fields at every level.
    UnknownValues,
    /// `reset` (before the request is acted on) or `reset+acted` (after): the
    /// connection is reset, and no answer comes.
    Reset {
        /// Whether the request was acted on, so that a launch started a job.
        processed: bool,
    },
    /// `refuse`: the connection is refused. Over a socket it is made by then, so
    /// that this is `reset` there.
    Refuse,
    /// `raw=TEXT`: the body is these bytes; status and headers stay.
    Raw(Bytes),
    /// `header=NAME:VALUE`: the answer has this header, instead of those of this
    /// name that it would have. Several of one name are all sent.
    Header(HeaderName, HeaderValue),
    /// `drip=0.5`: the body comes byte by byte, each after so many seconds.
    Drip(Duration),
    /// `pad=1000000`: spaces follow the body until it has so many bytes. It is
    /// sent in parts, and never held as a whole.
    Pad(usize),
    /// `gzip-bomb`: the body is 100 MB of zeros, compressed to 630 kB by a
    /// `Content-Encoding` that the request need not have asked for.
    GzipBomb,
    /// `duplicate-keys`: each field of an object is there twice.
    DuplicateKeys,
    /// `bad-utf8`: the first text in the body has a byte that is no UTF-8.
    BadUtf8,
    /// `dates=TEXT`: each date of the job is this text.
    Dates(String),
    /// `step=-3600`: the server's clock was set so many seconds forward, or with a
    /// sign back, while the job ran: `Date` and the job's end are told by the new
    /// time, its start by the old one.
    ClockJump(i32),
}

/// What an answer of [`Fault::Status`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FaultBody {
    /// The API's error envelope.
    #[default]
    Envelope,
    /// A page of HTML.
    Html,
    /// Nothing.
    Empty,
    /// The API's error envelope, with an object for its code.
    WrongType,
}

impl Fault {
    /// An answer of this status with the API's envelope, without acting.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: FaultBody::Envelope, processed: false }
    }

    /// Whether the request is acted on.
    pub(crate) fn is_processed(&self) -> bool {
        match self {
            Self::Status { processed, .. } | Self::Reset { processed } => *processed,
            Self::RetryAfter(_) | Self::Refuse => false,
            _ => true,
        }
    }

    /// Reads several faults, separated by `;`, as for
    /// [`Sandbox::faults_next`](crate::Sandbox::faults_next).
    ///
    /// # Errors
    ///
    /// [`FaultError`] for the first text among them that is no fault.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, FaultError> {
        text.split(';').map(str::parse).collect()
    }
}

/// A text that is no fault. `Display` quotes it and says what would be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError {
    text: String,
    grammar: Grammar,
}

/// What a fault befalls, and so, how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grammar {
    Request,
    Delivery,
}

impl FaultError {
    pub(crate) fn new(text: &str, grammar: Grammar) -> Self {
        Self { text: text.to_owned(), grammar }
    }
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, faults) = match self.grammar {
            Grammar::Request => (
                "",
                "status=503 (+html, +empty, +wrong-type, +acted), retry-after=TEXT, \
                 delay=SECONDS, late=SECONDS, stall, drip=SECONDS, cut=BYTES, pad=BYTES, html, \
                 wrong-type, unknown-values, duplicate-keys, bad-utf8, gzip-bomb, dates=TEXT, \
                 step=SECONDS, header=NAME:VALUE, reset (+acted), refuse and raw=TEXT; a rule is \
                 [launch:|find:|keys:]FAULT[@PROBABILITY]",
            ),
            Grammar::Delivery => (
                " of a delivery",
                "lose, delay=SECONDS, duplicate (=TIMES), reorder, tamper-body, \
                 tamper-signature, unsign, wrong-kid, unknown-key, expired and wrong-hash; a rule \
                 is FAULT[@PROBABILITY]",
            ),
        };
        write!(f, "`{}` is not a fault{of}: there are {faults}", self.text)
    }
}

impl std::error::Error for FaultError {}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let text = text.trim();
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let fault = match (name, value) {
            ("status", Some(value)) => status(value),
            ("retry-after", Some(value)) => unescape_text(value).map(Self::RetryAfter),
            ("delay", Some(value)) => value.parse().ok().and_then(seconds).map(Self::DelayResponse),
            ("late", Some(value)) => value.parse().ok().and_then(seconds).map(Self::DelayRequest),
            ("cut", Some(value)) => value.parse().ok().map(Self::CutBody),
            ("raw", Some(value)) => unescape(value).map(|bytes| Self::Raw(Bytes::from(bytes))),
            ("header", Some(value)) => header(value),
            ("drip", Some(value)) => value.parse().ok().and_then(seconds).map(Self::Drip),
            ("pad", Some(value)) => value.parse().ok().map(Self::Pad),
            ("dates", Some(value)) => unescape_text(value).map(Self::Dates),
            ("step", Some(value)) => value.parse().ok().map(Self::ClockJump),
            ("gzip-bomb", None) => Some(Self::GzipBomb),
            ("duplicate-keys", None) => Some(Self::DuplicateKeys),
            ("bad-utf8", None) => Some(Self::BadUtf8),
            ("stall", None) => Some(Self::StallBody),
            ("html", None) => Some(Self::Html),
            ("wrong-type", None) => Some(Self::WrongType),
            ("unknown-values", None) => Some(Self::UnknownValues),
            ("reset", None) => Some(Self::Reset { processed: false }),
            ("reset+acted", None) => Some(Self::Reset { processed: true }),
            ("refuse", None) => Some(Self::Refuse),
            _ => None,
        };
        fault.ok_or_else(|| FaultError::new(text, Grammar::Request))
    }
}

fn status(text: &str) -> Option<Fault> {
    let mut parts = text.split('+');
    let status = parts.next()?.parse().ok().filter(|status| (200..600).contains(status))?;
    let (mut body, mut processed) = (FaultBody::Envelope, false);
    for part in parts {
        match part {
            "html" => body = FaultBody::Html,
            "empty" => body = FaultBody::Empty,
            "wrong-type" => body = FaultBody::WrongType,
            "acted" => processed = true,
            _ => return None,
        }
    }
    Some(Fault::Status { status, body, processed })
}

fn header(text: &str) -> Option<Fault> {
    let (name, value) = text.split_once(':')?;
    let name = name.trim().parse().ok()?;
    Some(Fault::Header(name, HeaderValue::from_bytes(&unescape(value)?).ok()?))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status, body, processed } => {
                let body = match body {
                    FaultBody::Envelope => "",
                    FaultBody::Html => "+html",
                    FaultBody::Empty => "+empty",
                    FaultBody::WrongType => "+wrong-type",
                };
                write!(f, "status={status}{body}{}", if *processed { "+acted" } else { "" })
            }
            Self::RetryAfter(text) => write!(f, "retry-after={}", escape(text.as_bytes())),
            Self::DelayResponse(time) => write!(f, "delay={}", time.as_secs_f64()),
            Self::DelayRequest(time) => write!(f, "late={}", time.as_secs_f64()),
            Self::StallBody => f.write_str("stall"),
            Self::CutBody(bytes) => write!(f, "cut={bytes}"),
            Self::Html => f.write_str("html"),
            Self::WrongType => f.write_str("wrong-type"),
            Self::UnknownValues => f.write_str("unknown-values"),
            Self::Reset { processed: false } => f.write_str("reset"),
            Self::Reset { processed: true } => f.write_str("reset+acted"),
            Self::Refuse => f.write_str("refuse"),
            Self::Raw(bytes) => write!(f, "raw={}", escape(bytes)),
            Self::Header(name, value) => write!(f, "header={name}:{}", escape(value.as_bytes())),
            Self::Drip(time) => write!(f, "drip={}", time.as_secs_f64()),
            Self::Pad(bytes) => write!(f, "pad={bytes}"),
            Self::GzipBomb => f.write_str("gzip-bomb"),
            Self::DuplicateKeys => f.write_str("duplicate-keys"),
            Self::BadUtf8 => f.write_str("bad-utf8"),
            Self::Dates(text) => write!(f, "dates={}", escape(text.as_bytes())),
            Self::ClockJump(seconds) => write!(f, "step={seconds}"),
        }
    }
}

fn escape(bytes: &[u8]) -> String {
    let is_plain = |byte: u8| (byte == b' ' || byte.is_ascii_graphic()) && !b";@%".contains(&byte);
    let one = |byte: &u8| {
        if is_plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
    };
    bytes.iter().map(one).collect()
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        let is_hex = code.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(code, 16).ok().filter(|_| is_hex)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

fn unescape_text(text: &str) -> Option<String> {
    String::from_utf8(unescape(text)?).ok()
}

/// A fault that happens by chance, written `status=503@0.1`, or
/// `launch:reset+acted@0.02` for one operation. Without `@`, it happens always.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) fault: Fault,
    pub(crate) probability: f64,
}

impl FaultRule {
    /// A fault that happens to requests of all operations with a probability
    /// from 0 to 1.
    pub fn new(fault: Fault, probability: f64) -> Self {
        Self { endpoint: None, fault, probability }
    }

    /// Restricts the rule to one operation.
    #[must_use]
    pub fn on(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }
}

impl FromStr for FaultRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError::new(text, Grammar::Request);
        let (endpoint, rest) = match text.split_once(':') {
            Some((name, rest)) if !name.contains('=') => {
                (Some(Endpoint::from_name(name.trim()).ok_or_else(wrong)?), rest)
            }
            _ => (None, text),
        };
        let (fault, probability) = with_probability(rest).ok_or_else(wrong)?;
        Ok(Self { endpoint, fault: fault.parse()?, probability })
    }
}

/// Takes `FAULT[@PROBABILITY]` apart.
pub(crate) fn with_probability(text: &str) -> Option<(&str, f64)> {
    let (fault, probability) = match text.rsplit_once('@') {
        Some((fault, number)) => (fault, number.trim().parse().ok()?),
        None => (text, 1.0),
    };
    (0.0..=1.0).contains(&probability).then_some((fault, probability))
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = self.endpoint {
            write!(f, "{}:", endpoint.name())?;
        }
        write!(f, "{}@{}", self.fault, self.probability)
    }
}
