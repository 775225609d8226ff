//! The one place where what a call brought becomes an [`Error`].

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use serde::de::IgnoredAny;
use serde_json::Value;
use uuid::Uuid;
use waterfall_api::{
    DecodeError, Decoded, DispatchState, OperationError, Response, TransportError,
};

use super::envelope::{Envelope, without};
use super::status::state_of;
use super::{Details, Error, ErrorKind, Head, display, start_of};
use crate::network::{BodyTooLong, NotConnected};
use crate::snapshot::ends_job;
use crate::{Clock, JobId, JobState, clock};

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// Launching a job.
    Launch,
    /// Reading this job.
    Read(JobId),
}

/// What was tried, where, and with which keys, that before a rotation included.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) task: RequestKind,
    pub(crate) host: Arc<str>,
    pub(crate) keys: Vec<HeaderValue>,
    pub(crate) clock: Clock,
}

impl Error {
    /// From what the generated client made of a call.
    pub(crate) fn from_call<E>(call: &Call, error: OperationError<E>) -> Self {
        let details = match error {
            OperationError::Build(source) => Details {
                problem: display::root_cause(&*source),
                source: Some(source.into()),
                ..call.details(ErrorKind::Config)
            },
            OperationError::Transport(error) => from_transport(call, error),
            OperationError::Api(error) => from_answer(call, error.response(), None),
            OperationError::UndecodableResponse(undecodable) => {
                from_answer(call, &undecodable.response, Some(&undecodable.decode_error))
            }
            OperationError::Undocumented(answer) => from_answer(call, &answer, None),
            // The enum may grow; an error that tells nothing is in doubt.
            _ => call.in_doubt(call.details(ErrorKind::Transport)),
        };
        call.without_key(details).into()
    }

    /// A launch was accepted, and its answer names no job.
    pub(crate) fn without_job_id<L>(call: &Call, reply: Decoded<L>) -> Self {
        let (_, deviations, answer) = reply.into_parts();
        let is_id = |path: &str| path == "$.job_id";
        let mismatch = match deviations.iter().find(|deviation| is_id(deviation.path())) {
            Some(other) => DecodeError::new(
                other.path(),
                format!("expected {}, found {}", other.expected(), other.found()),
            ),
            None if has_null_id(answer.body()) => DecodeError::new("$.job_id", "it is null"),
            None => DecodeError::new("$.job_id", "it is missing"),
        };
        let details = from_answer(call, &answer, Some(&mismatch));
        call.without_key(details).into()
    }

    /// A body that fits the description, and lacks what each job has.
    pub(crate) fn undecodable(call: &Call, answer: &Response, mismatch: &DecodeError) -> Self {
        call.without_key(from_answer(call, answer, Some(mismatch))).into()
    }

    /// A read that was under way when its wait was over.
    pub(crate) fn cut_by_deadline(call: &Call) -> Self {
        let problem = "the wait's deadline came first".to_owned();
        Details { problem, transient: true, ..call.details(ErrorKind::Timeout) }.into()
    }

    /// A read that still stood in line when its wait was over.
    pub(crate) fn still_in_line(call: &Call) -> Self {
        let problem = "the wait's deadline came before a slot of the key's budget was free, and \
                       nothing was sent"
            .to_owned();
        let details = call.details(ErrorKind::Timeout);
        Details { problem, transient: true, not_sent: true, ..details }.into()
    }

    /// A 429 keeps all requests back for so long.
    pub(crate) fn frozen(call: &Call, pause: Duration) -> Self {
        let retry_after = Some(pause);
        let details = call.details(ErrorKind::RateLimited);
        Details { retry_after, transient: true, not_sent: true, ..details }.into()
    }

    /// Nothing more is launched; `last` is what came of the last attempt.
    pub(crate) fn stopped(call: &Call, last: Option<Error>) -> Self {
        let retry_after = last.as_ref().and_then(Self::retry_after);
        let source = last.map(|error| Arc::new(error) as _);
        let details = call.details(ErrorKind::Stopped);
        Details { source, retry_after, transient: true, not_sent: true, ..details }.into()
    }

    /// The task that sends a launch was killed, as when its runtime ends.
    pub(crate) fn abandoned(call: &Call) -> Self {
        let problem = "its task panicked, or the runtime ended, while it was under way".to_owned();
        let details = call.details(ErrorKind::Transport);
        call.in_doubt(Details { problem, transient: true, ..details }).into()
    }
}

impl Call {
    fn details(&self, kind: ErrorKind) -> Details {
        let job_id = match self.task {
            RequestKind::Launch => None,
            RequestKind::Read(job_id) => Some(job_id),
        };
        let host = Some(self.host.clone());
        Details { task: Some(self.task), host, job_id, ..Details::new(kind) }
    }

    /// Headers and names of fields are the server's words, which may repeat the key.
    fn without_key(&self, mut details: Details) -> Details {
        details.problem = without(&self.keys, &details.problem);
        details.json_path = details.json_path.map(|path| without(&self.keys, &path));
        details
    }

    /// The server may have acted on the call.
    fn in_doubt(&self, mut details: Details) -> Details {
        if self.task == RequestKind::Launch {
            details.may_have_launched = true;
            details.job_id = details.answer.as_ref().and_then(|answer| named_job(&answer.body));
        }
        details
    }
}

fn from_transport(call: &Call, error: TransportError) -> Details {
    let error = error.map_partial(|answer| {
        let start = start_of(answer.body());
        answer.with_body(start)
    });
    if let Some(answer) = error.partial() {
        // With an error status the rest of the body would not change much.
        if !answer.status().is_success() {
            let answer = answer.clone();
            return Details { source: Some(Arc::new(error)), ..from_answer(call, &answer, None) };
        }
    }
    let too_long = BodyTooLong::is_cause_of(&error);
    let kind = match error.dispatch_state() {
        _ if too_long => ErrorKind::InvalidResponse,
        DispatchState::NotSent => ErrorKind::Connect,
        _ if error.is_timeout() => ErrorKind::Timeout,
        _ => ErrorKind::Transport,
    };
    let not_connected = NotConnected::cause_of(&error);
    let connect_failure = not_connected.and_then(NotConnected::failure);
    let details = Details {
        problem: match not_connected {
            Some(not_connected) => display::one_line(&not_connected.to_string()),
            None => display::root_cause(&error),
        },
        connect_failure,
        variable: not_connected.and_then(NotConnected::variable),
        ended_as: error.partial().and_then(|answer| ended_as(call, answer.body())),
        answer: error.partial().map(Head::of),
        retry_after: error
            .partial()
            .and_then(|answer| clock::retry_after(answer.headers(), &call.clock)),
        transient: !too_long && connect_failure.is_none(),
        ..call.details(kind)
    };
    let sent = error.dispatch_state() != DispatchState::NotSent;
    let details = if sent { call.in_doubt(details) } else { details };
    Details { source: Some(Arc::new(error)), ..details }
}

fn from_answer(call: &Call, answer: &Response, mismatch: Option<&DecodeError>) -> Details {
    let status = answer.status();
    let kind = match status {
        _ if status.is_success() => ErrorKind::InvalidResponse,
        _ if status.is_redirection() => ErrorKind::Redirect,
        _ => ErrorKind::Api,
    };
    let mut details = Details {
        answer: Some(Head::of(answer)),
        retry_after: clock::retry_after(answer.headers(), &call.clock),
        transient: is_transient(status, answer.body()),
        ..call.details(kind)
    };
    match kind {
        ErrorKind::Api => details.envelope = Envelope::read(answer.body(), &call.keys),
        ErrorKind::Redirect => details.problem = destination(answer).unwrap_or_default(),
        _ => {
            details.problem = match mismatch {
                Some(mismatch) => {
                    let mismatch = display::one_line(&mismatch.to_string());
                    format!("its body does not fit {mismatch}{}", wrapping(answer.headers()))
                }
                None => "that is not documented".to_owned(),
            };
            details.json_path = mismatch.map(|mismatch| mismatch.path().to_owned());
            details.ended_as = ended_as(call, answer.body());
        }
    }
    if surely_refused(status) { details } else { call.in_doubt(details) }
}

/// The final state that the answer to a read gives, though the rest of it can't
/// be decoded.
fn ended_as(call: &Call, body: &[u8]) -> Option<JobState> {
    let is_final = |state: &JobState| ends_job(state) == Some(true);
    matches!(call.task, RequestKind::Read(_)).then(|| state_of(body)).flatten().filter(is_final)
}

/// The statuses by which the API says that it did nothing.
fn surely_refused(status: StatusCode) -> bool {
    matches!(status.as_u16(), 400 | 401 | 402 | 403 | 404 | 429)
}

/// Whether the next answer may be another one. A success that is not JSON comes
/// from a gateway.
fn is_transient(status: StatusCode, body: &[u8]) -> bool {
    match status.as_u16() {
        408 | 429 | 500.. => true,
        200..300 => serde_json::from_slice::<IgnoredAny>(body).is_err(),
        _ => false,
    }
}

/// Where a redirect leads: its origin, and no more of it, as a path or a query may
/// hold what is nobody else's business.
fn destination(answer: &Response) -> Option<String> {
    let location = answer.headers().get(LOCATION)?.to_str().ok()?;
    let url = answer.url().join(location).ok()?;
    if url.origin() == answer.url().origin() {
        return Some("another path".to_owned());
    }
    Some(if url.has_host() { url.origin().ascii_serialization() } else { "nowhere".to_owned() })
}

/// What a body is sent as, if that is not plain JSON: it tells who sent it.
fn wrapping(headers: &HeaderMap) -> String {
    let text = |name| {
        let text = headers.get(name)?.to_str().ok()?.split(';').next()?.trim();
        (!text.is_empty()).then(|| text.chars().take(60).collect::<String>())
    };
    let kind = text(CONTENT_TYPE).filter(|kind| !kind.to_ascii_lowercase().ends_with("json"));
    let kind = kind.map(|kind| format!(", sent as {kind}")).unwrap_or_default();
    match text(CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        Some(encoding) => format!("{kind}, encoded by {encoding} though nobody asked for it"),
        None => kind,
    }
}

fn has_null_id(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get("job_id") == Some(&Value::Null))
}

/// Looks for `"job_id": "…"` in bytes that need not be whole or JSON.
fn named_job(body: &[u8]) -> Option<JobId> {
    const NAME: &str = "\"job_id\"";

    let text = String::from_utf8_lossy(body);
    text.match_indices(NAME).find_map(|(start, _)| {
        let value = text[start + NAME.len()..].trim_start().strip_prefix(':')?;
        let (id, _) = value.trim_start().strip_prefix('"')?.split_once('"')?;
        Uuid::parse_str(id).ok().map(JobId::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_found_in_bytes_that_are_no_json() {
        const ID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";
        let rows = [
            (format!(r#"{{"job_id":"{ID}","start_date":7}}"#), true),
            (format!(r#"{{"data":{{"job_id" : "{ID}"}}}}"#), true),
            (format!(r#"{{"job_id":null,"x":{{"job_id":"{ID}","st"#), true),
            (format!("\u{feff}<pre>{{\"job_id\":\n \"{ID}\""), true),
            (format!(r#"{{"job_id":"{}"#, &ID[..20]), false),
            (format!(r#"{{"job_id":"{ID}"#), false),
            (format!(r#"{{"id":"{ID}"}}"#), false),
            (String::new(), false),
        ];
        for (body, found) in rows {
            let expected = found.then(|| ID.parse::<JobId>().unwrap());
            assert_eq!(named_job(body.as_bytes()), expected, "{body}");
        }
        assert_eq!(named_job(b"\xff\"job_id\":\"\xff\""), None);
    }

    #[test]
    fn what_passes() {
        let rows: &[(u16, &str, bool)] = &[
            (200, "<html>", true),
            (200, "", true),
            (204, "", true),
            (202, "{}", false),
            (200, r#"{"status":"#, true),
            (200, r#"{"status":7}"#, false),
            (302, "", false),
            (400, "", false),
            (401, "", false),
            (404, "<html>", false),
            (408, "", true),
            (410, "", false),
            (429, "<html>", true),
            (500, "{}", true),
            (502, "", true),
            (503, "", true),
            (504, "", true),
        ];
        for (status, body, expected) in rows {
            let code = StatusCode::from_u16(*status).unwrap();
            assert_eq!(is_transient(code, body.as_bytes()), *expected, "{status} {body}");
        }
    }
}
