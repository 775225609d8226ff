//! The table of request faults: name, argument, help, text form and effect, one row
//! per fault. A fault has its row here and its variant in [`Fault`].

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;

use crate::fault::{Fault, FaultBody};
use crate::fault_effects::{
    ResponseDraft, drift, duplicate_keys, error_response, invalid_utf8, set_dates,
    too_many_requests, unknown_values, wrong_type,
};
use crate::fault_syntax::{
    FaultError, FaultKind, FaultTable, bare, duration, escape, unescape, value, write_duration,
};
use crate::limit::RateLimit;
use crate::reply::{Content, Ending, Reply};

macro_rules! faults {
    ($(
        $name:literal $argument:literal $help:literal {
            parse: $parse:expr,
            write: $pattern:pat => $text:expr,
            apply: |$draft:pat_param, $limit:pat_param| $effect:expr,
        }
    )+) => {
        const KINDS: &[FaultKind<Fault>] =
            &[$(FaultKind { name: $name, argument: $argument, help: $help, parse: $parse },)+];

        /// Returns the name of a fault and its argument.
        fn text_of(fault: &Fault) -> (&'static str, String) {
            match fault {
                $($pattern => ($name, $text),)+
            }
        }

        /// Changes a response according to a fault.
        #[allow(unused_variables)]
        pub(crate) fn apply(fault: &Fault, draft: &mut ResponseDraft, limit: &RateLimit) {
            match fault {
                $($pattern => {
                    let ($draft, $limit) = (draft, limit);
                    $effect
                })+
            }
        }
    };
}

faults! {
    "status" "=503 (+html, +empty, +wrong-type, +acted)"
    "responds with this status; +acted processes the request, the others change the body" {
        parse: parse_status,
        write: Fault::Status { status, body, processed } => write_status(*status, *body, *processed),
        apply: |draft, limit| draft.reply = error_response(*status, *body, limit),
    }
    "retry-after" "=TEXT" "responds with a 429 that has this Retry-After" {
        parse: |argument| text(argument).map(Fault::RetryAfter),
        write: Fault::RetryAfter(text) => write_text(text.as_bytes()),
        apply: |draft, limit| draft.reply = too_many_requests(text, limit),
    }
    "delay" "=SECONDS" "delays the response" {
        parse: |argument| duration(argument).map(Fault::DelayResponse),
        write: Fault::DelayResponse(time) => write_duration(*time),
        apply: |draft, _| draft.delay += *time,
    }
    "late" "=SECONDS" "delays the request" {
        parse: |argument| duration(argument).map(Fault::DelayRequest),
        write: Fault::DelayRequest(time) => write_duration(*time),
        // The delay occurred before there was a response.
        apply: |_, _| {},
    }
    "stall" "" "sends the response head, then nothing" {
        parse: |argument| bare(argument, Fault::StallBody),
        write: Fault::StallBody => String::new(),
        apply: |draft, _| draft.ending = Ending::Stall,
    }
    "drip" "=SECONDS" "sends the body byte by byte, with this pause before each" {
        parse: |argument| duration(argument).map(Fault::Drip),
        write: Fault::Drip(pause) => write_duration(*pause),
        apply: |draft, _| draft.ending = Ending::Drip(*pause),
    }
    "cut" "=BYTES" "closes the connection after this many bytes of the body" {
        parse: |argument| number(argument).map(Fault::CutBody),
        write: Fault::CutBody(bytes) => format!("={bytes}"),
        apply: |draft, _| draft.ending = Ending::Cut(*bytes),
    }
    "pad" "=BYTES" "pads the body with spaces to this length" {
        parse: |argument| number(argument).map(Fault::Pad),
        write: Fault::Pad(bytes) => format!("={bytes}"),
        apply: |draft, _| draft.ending = Ending::Pad(*bytes),
    }
    "html" "" "responds with 200 and an HTML page" {
        parse: |argument| bare(argument, Fault::Html),
        write: Fault::Html => String::new(),
        apply: |draft, _| draft.reply = Reply::html(StatusCode::OK),
    }
    "wrong-type" "" "gives a documented field a value of another type" {
        parse: |argument| bare(argument, Fault::WrongType),
        write: Fault::WrongType => String::new(),
        apply: |draft, _| draft.change(wrong_type),
    }
    "unknown-values" "" "uses undocumented enum values and adds fields at every level" {
        parse: |argument| bare(argument, Fault::UnknownValues),
        write: Fault::UnknownValues => String::new(),
        apply: |draft, _| draft.change(unknown_values),
    }
    "drift" "" "adds a field and an enum value, changes a type, and sends a null" {
        parse: |argument| bare(argument, Fault::Drift),
        write: Fault::Drift => String::new(),
        apply: |draft, _| draft.change(drift),
    }
    "duplicate-keys" "" "repeats each member of each JSON object" {
        parse: |argument| bare(argument, Fault::DuplicateKeys),
        write: Fault::DuplicateKeys => String::new(),
        apply: |draft, _| draft.rewrite(|body| duplicate_keys(body).into_bytes()),
    }
    "bad-utf8" "" "puts an invalid UTF-8 byte into the first string of the body" {
        parse: |argument| bare(argument, Fault::BadUtf8),
        write: Fault::BadUtf8 => String::new(),
        apply: |draft, _| draft.rewrite(invalid_utf8),
    }
    "gzip-bomb" "" "responds with 100 MB of zeros, compressed" {
        parse: |argument| bare(argument, Fault::GzipBomb),
        write: Fault::GzipBomb => String::new(),
        apply: |draft, _| draft.gzip_bomb(),
    }
    "dates" "=TEXT" "replaces each date of the job" {
        parse: |argument| text(argument).map(Fault::Dates),
        write: Fault::Dates(text) => write_text(text.as_bytes()),
        apply: |draft, _| draft.change(|body| set_dates(body, text)),
    }
    "step" "=SECONDS" "moves the server's clock while the job runs" {
        parse: |argument| number(argument).map(Fault::ClockJump),
        write: Fault::ClockJump(seconds) => format!("={seconds}"),
        apply: |draft, _| draft.jump_clock(*seconds),
    }
    "header" "=NAME:VALUE" "sets a response header" {
        parse: parse_header,
        write: Fault::Header(name, value) => format!("={name}:{}", escape(value.as_bytes())),
        apply: |draft, _| {
            draft.headers.append(name, value.clone());
        },
    }
    "reset" " (+acted)" "resets the connection; +acted processes the request first" {
        parse: parse_reset,
        write: Fault::Reset { processed } => String::from(if *processed { "+acted" } else { "" }),
        apply: |draft, _| draft.ending = Ending::Reset,
    }
    "refuse" "" "refuses the connection" {
        parse: |argument| bare(argument, Fault::Refuse),
        write: Fault::Refuse => String::new(),
        apply: |draft, _| draft.ending = Ending::Refuse,
    }
    "raw" "=TEXT" "replaces the body; status and headers stay" {
        parse: |argument| unescape(value(argument)?).map(|bytes| Fault::Raw(Bytes::from(bytes))),
        write: Fault::Raw(bytes) => write_text(bytes),
        apply: |draft, _| draft.reply.content = Content::Bytes(bytes.clone()),
    }
}

pub(crate) const FAULTS: FaultTable<Fault> =
    FaultTable { kinds: KINDS, target: "", rule: "[OPERATION:]FAULT[@PROBABILITY]" };

impl Fault {
    /// Parses several faults, separated by `;`, as for
    /// [`Sandbox::faults_next`](crate::Sandbox::faults_next).
    ///
    /// # Errors
    ///
    /// [`FaultError`] for the first part that is not a fault.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, FaultError> {
        text.split(';').map(str::parse).collect()
    }

    /// Returns a help text with one line per fault: its text form and its effect.
    ///
    /// ```
    /// use waterfall_sandbox::Fault;
    ///
    /// let help = Fault::help();
    /// assert!(help.lines().any(|line| line.starts_with("delay=SECONDS ")));
    /// ```
    pub fn help() -> String {
        FAULTS.help()
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        FAULTS.parse(text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, argument) = text_of(self);
        write!(f, "{name}{argument}")
    }
}

const BODIES: [(&str, FaultBody); 3] =
    [("html", FaultBody::Html), ("empty", FaultBody::Empty), ("wrong-type", FaultBody::WrongType)];

fn parse_status(argument: &str) -> Option<Fault> {
    let mut parts = value(argument)?.split('+');
    let status = parts.next()?.parse().ok().filter(|status| (200..600).contains(status))?;
    let (mut body, mut processed) = (FaultBody::Envelope, false);
    for part in parts {
        if part == "acted" {
            processed = true;
        } else {
            body = BODIES.iter().find(|(name, _)| *name == part)?.1;
        }
    }
    Some(Fault::Status { status, body, processed })
}

fn write_status(status: u16, body: FaultBody, processed: bool) -> String {
    let body = BODIES.iter().find(|(_, known)| *known == body);
    let body = body.map_or(String::new(), |(name, _)| format!("+{name}"));
    format!("={status}{body}{}", if processed { "+acted" } else { "" })
}

fn parse_reset(argument: &str) -> Option<Fault> {
    match argument {
        "" => Some(Fault::Reset { processed: false }),
        "+acted" => Some(Fault::Reset { processed: true }),
        _ => None,
    }
}

fn parse_header(argument: &str) -> Option<Fault> {
    let (name, text) = value(argument)?.split_once(':')?;
    let name = name.trim().parse().ok()?;
    Some(Fault::Header(name, HeaderValue::from_bytes(&unescape(text)?).ok()?))
}

fn text(argument: &str) -> Option<String> {
    String::from_utf8(unescape(value(argument)?)?).ok()
}

fn write_text(bytes: &[u8]) -> String {
    format!("={}", escape(bytes))
}

fn number<N: FromStr>(argument: &str) -> Option<N> {
    value(argument)?.parse().ok()
}
