//! [`Fault`]: the faults of a request. The table in `fault_table` defines their text forms and
//! effects.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use bytes::Bytes;

/// The request header that injects faults, in the text form of [`Fault`], separated
/// by `;`. It takes precedence over queued faults and rules.
pub const FAULT_HEADER: &str = "x-sandbox-fault";

/// A fault that the sandbox injects into one request.
///
/// Each fault has a text form, the same in the header
/// [`x-sandbox-fault`](FAULT_HEADER) and on a command line. In its texts, `%XX`
/// stands for any byte; `;`, `@` and `%` must be written that way.
///
/// A request that is not processed because of a fault does not count towards the
/// rate limit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// `status=503`, `status=503+html`, `status=503+empty`,
    /// `status=503+wrong-type`, each optionally with `+acted`: a response with this
    /// status in place of the regular one, as a gateway sends it.
    Status {
        /// The status, from 200 to 599.
        status: u16,
        /// The body of the response.
        body: FaultBody,
        /// Whether the request is still processed, so that a launch starts a job.
        processed: bool,
    },
    /// `retry-after=TEXT`: a 429 with this text in `Retry-After`, the rate-limit
    /// headers and the API's error envelope. The request is not processed.
    RetryAfter(String),
    /// `delay=2.5`: the response is sent this many seconds late. It is computed, and
    /// dated, when the request arrives.
    DelayResponse(Duration),
    /// `late=2.5`: the request arrives this many seconds late.
    DelayRequest(Duration),
    /// `stall`: status and headers, then nothing; the body never ends.
    StallBody,
    /// `cut=20`: the connection breaks after at most 20 bytes of the body.
    CutBody(usize),
    /// `html`: a 200 with an HTML page. The request is processed.
    Html,
    /// `wrong-type`: a documented field has a value of another type.
    WrongType,
    /// `unknown-values`: an undocumented status, error code or confidence, and new
    /// fields at every level.
    UnknownValues,
    /// `drift`: the response of an API that has changed without notice. Persons have a new field
    /// and a documented field of another type, verdicts have a new value, and the usage has a null.
    Drift,
    /// `reset` (before the request is processed) or `reset+acted` (after): the
    /// connection is reset without a response.
    Reset {
        /// Whether the request is processed, so that a launch starts a job.
        processed: bool,
    },
    /// `refuse`: the connection is refused. Over a socket the connection is already
    /// established, so there it acts like `reset`.
    Refuse,
    /// `raw=TEXT`: the body consists of these bytes; status and headers stay.
    Raw(Bytes),
    /// `header=NAME:VALUE`: the response has this header, in place of its regular
    /// headers of this name. Several faults with one name are all sent.
    Header(HeaderName, HeaderValue),
    /// `drip=0.5`: the body is sent byte by byte, with this many seconds before each
    /// byte.
    Drip(Duration),
    /// `pad=1000000`: the body is padded with spaces to this many bytes. It is sent
    /// in chunks and never held in memory as a whole.
    Pad(usize),
    /// `gzip-bomb`: the body is 100 MB of zeros, compressed to 630 kB and sent with
    /// `Content-Encoding`, whether or not the request accepts it.
    GzipBomb,
    /// `duplicate-keys`: each member of an object appears twice.
    DuplicateKeys,
    /// `bad-utf8`: the first string of the body contains a byte that is not valid
    /// UTF-8.
    BadUtf8,
    /// `dates=TEXT`: this text replaces each date of the job.
    Dates(String),
    /// `step=-3600`: the server's clock jumps by this many seconds while the job
    /// runs. `Date` and the job's end use the new time, its start the old one.
    ClockJump(i32),
}

/// The body of a response to [`Fault::Status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FaultBody {
    /// The API's error envelope.
    #[default]
    Envelope,
    /// An HTML page.
    Html,
    /// No body.
    Empty,
    /// The API's error envelope, with an object as its code.
    WrongType,
}

impl Fault {
    /// Returns a response with this status and the API's error envelope; the request is not
    /// processed.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: FaultBody::Envelope, processed: false }
    }

    /// Returns whether the request is processed despite the fault.
    pub(crate) fn is_processed(&self) -> bool {
        match self {
            Self::Status { processed, .. } | Self::Reset { processed } => *processed,
            Self::RetryAfter(_) | Self::Refuse => false,
            _ => true,
        }
    }
}
