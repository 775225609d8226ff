//! Converts the outcome of a call to an [`Error`]. No other module does this.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use serde::de::IgnoredAny;
use serde_json::Value;
use uuid::Uuid;
use waterfall_api::types::JobState;
use waterfall_api::{
    DecodeError, Decoded, DispatchState, OperationError, Response, TransportError,
};

use super::body_too_long::BodyTooLong;
use super::connect_failure::NotConnected;
use super::details::{Details, Head, start_of};
use super::envelope::{Envelope, without};
use super::kind::ErrorKind;
use super::partial_state::state_of;
use super::progress::LastState;
use super::request::{Call, RequestKind};
use super::{Error, text};
use crate::headers::retry_after::retry_after;
use crate::job_id::JobId;
use crate::job_state;

impl Error {
    /// Converts an error of the generated client.
    pub(crate) fn from_call<E>(call: &Call, error: OperationError<E>) -> Self {
        let details = match error {
            OperationError::Build(source) => Details {
                problem: text::root_cause(&*source),
                source: Some(source.into()),
                ..call.details(ErrorKind::Config)
            },
            OperationError::Transport(error) => from_transport(call, error),
            OperationError::Api(error) => from_response(call, error.response(), None),
            OperationError::UndecodableResponse(undecodable) => {
                from_response(call, &undecodable.response, Some(&undecodable.decode_error))
            }
            OperationError::Undocumented(response) => from_response(call, &response, None),
            // The enum may grow; a launch that fails with an unknown error is in doubt.
            _ => call.in_doubt(call.details(ErrorKind::Transport)),
        };
        call.without_key(details).into()
    }

    /// A launch was accepted, but its response contains no job ID.
    pub(crate) fn without_job_id<L>(call: &Call, decoded: Decoded<L>) -> Self {
        let (_, deviations, response) = decoded.into_parts();
        let is_id = |path: &str| path == "$.job_id";
        let mismatch = match deviations.iter().find(|deviation| is_id(deviation.path())) {
            Some(other) => DecodeError::new(
                other.path(),
                format!("expected {}, found {}", other.expected(), other.found()),
            ),
            None if has_null_id(response.body()) => DecodeError::new("$.job_id", "it is null"),
            None => DecodeError::new("$.job_id", "it is missing"),
        };
        let details = from_response(call, &response, Some(&mismatch));
        call.without_key(details).into()
    }

    /// A body matches the description, but lacks what every job has.
    pub(crate) fn undecodable(call: &Call, response: &Response, mismatch: &DecodeError) -> Self {
        call.without_key(from_response(call, response, Some(mismatch))).into()
    }

    /// An immediate operation returned a job that is not finished, and there is no way to wait for
    /// it.
    pub(crate) fn unfinished(call: &Call, response: &Response, last: LastState, why: &str) -> Self {
        let state = text::one_line(last.state.as_str());
        let problem = format!("the job is {state}, and {why}");
        let details = from_response(call, response, None);
        call.without_key(Details { problem, last: Some(last), transient: false, ..details }).into()
    }

    /// A page is malformed.
    pub(crate) fn invalid_page(call: &Call, response: &Response, path: &str, why: &str) -> Self {
        let details = from_response(call, response, None);
        let json_path = Some(path.to_owned());
        let problem = format!("its body doesn't match at {path}: {why}");
        call.without_key(Details { problem, json_path, transient: false, ..details }).into()
    }

    /// A read was in flight when its wait reached the deadline.
    pub(crate) fn cut_by_deadline(call: &Call) -> Self {
        let problem = "the wait reached its deadline".to_owned();
        Details { problem, transient: true, ..call.details(ErrorKind::Timeout) }.into()
    }

    /// A read was waiting for a permit when its wait reached the deadline.
    pub(crate) fn still_queued(call: &Call) -> Self {
        let problem = "the wait reached its deadline while the rate limit delayed the read, and \
                       nothing was sent"
            .to_owned();
        let details = call.details(ErrorKind::Timeout);
        Details { problem, transient: true, not_sent: true, ..details }.into()
    }

    /// A 429 has paused all requests for longer than the call can wait.
    pub(crate) fn rate_limited(call: &Call, pause: Duration) -> Self {
        let retry_after = Some(pause);
        let details = call.details(ErrorKind::RateLimited);
        Details { retry_after, transient: true, not_sent: true, ..details }.into()
    }

    /// Launching was stopped. `last` is the error of the last attempt.
    pub(crate) fn stopped(call: &Call, last: Option<Error>) -> Self {
        let retry_after = last.as_ref().and_then(Self::retry_after);
        let source = last.map(|error| Arc::new(error) as _);
        let details = call.details(ErrorKind::Stopped);
        Details { source, retry_after, transient: true, not_sent: true, ..details }.into()
    }

    /// The task of a request ended early, for example because its runtime shut down.
    pub(crate) fn abandoned(call: &Call) -> Self {
        let problem =
            "its task panicked, or the runtime shut down, while it was in flight".to_owned();
        let details = call.details(ErrorKind::Transport);
        call.in_doubt(Details { problem, transient: true, ..details }).into()
    }
}

impl Call {
    fn details(&self, kind: ErrorKind) -> Details {
        let job_id = match self.request {
            RequestKind::Launch | RequestKind::Operation(_) => None,
            RequestKind::Read(job_id) => Some(job_id),
        };
        let host = Some(self.host.clone());
        Details { request: Some(self.request), host, job_id, ..Details::new(kind) }
    }

    /// Removes the API keys: the server may repeat them in headers and names of fields.
    fn without_key(&self, mut details: Details) -> Details {
        details.problem = without(&self.keys, &details.problem);
        details.json_path = details.json_path.map(|path| without(&self.keys, &path));
        details
    }

    /// Returns the part of a response that an error contains: no body if the body contains API
    /// keys.
    fn head(&self, response: &Response) -> Head {
        match self.request.is_secret() {
            true => Head { body: Bytes::new(), ..Head::of(response) },
            false => Head::of(response),
        }
    }

    /// Marks a launch, or another request with an effect, that the server may have acted on.
    fn in_doubt(&self, mut details: Details) -> Details {
        if self.request.has_effect() {
            details.may_have_launched = true;
            details.job_id = details.response.as_ref().and_then(|head| named_job(&head.body));
        }
        details
    }
}

fn from_transport(call: &Call, error: TransportError) -> Details {
    let error = error.map_partial(|response| {
        let start = start_of(response.body());
        response.with_body(start)
    });
    if let Some(response) = error.partial() {
        // With an error status, the rest of the body would hardly change the error.
        if !response.status().is_success() {
            let response = response.clone();
            return Details {
                source: Some(Arc::new(error)),
                ..from_response(call, &response, None)
            };
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
            Some(not_connected) => text::one_line(&not_connected.to_string()),
            None => text::root_cause(&error),
        },
        connect_failure,
        variable: not_connected.and_then(NotConnected::variable),
        ended_as: error.partial().and_then(|response| ended_as(call, response.body())),
        response: error.partial().map(|response| call.head(response)),
        retry_after: error
            .partial()
            .and_then(|response| retry_after(response.headers(), &call.clock)),
        transient: !too_long && connect_failure.is_none(),
        ..call.details(kind)
    };
    let sent = error.dispatch_state() != DispatchState::NotSent;
    let details = if sent { call.in_doubt(details) } else { details };
    Details { source: Some(Arc::new(error)), ..details }
}

fn from_response(call: &Call, response: &Response, mismatch: Option<&DecodeError>) -> Details {
    let status = response.status();
    let kind = match status {
        _ if status.is_success() => ErrorKind::InvalidResponse,
        _ if status.is_redirection() => ErrorKind::Redirect,
        _ => ErrorKind::Api,
    };
    let mut details = Details {
        response: Some(call.head(response)),
        retry_after: retry_after(response.headers(), &call.clock),
        transient: is_transient(status, response.body()),
        ..call.details(kind)
    };
    match kind {
        ErrorKind::Api => details.envelope = Envelope::read(response.body(), &call.keys),
        ErrorKind::Redirect => details.problem = destination(response).unwrap_or_default(),
        _ => {
            details.problem = match mismatch {
                Some(mismatch) => {
                    let mismatch = text::one_line(&mismatch.to_string());
                    format!("its body doesn't match {mismatch}{}", encoding(response.headers()))
                }
                None => "that is not documented".to_owned(),
            };
            details.json_path = mismatch.map(|mismatch| mismatch.path().to_owned());
            details.ended_as = ended_as(call, response.body());
        }
    }
    if surely_refused(status) { details } else { call.in_doubt(details) }
}

/// Returns the final state in the response to a read whose body can't be decoded.
fn ended_as(call: &Call, body: &[u8]) -> Option<JobState> {
    let is_final = |state: &JobState| job_state::is_final(state) == Some(true);
    matches!(call.request, RequestKind::Read(_)).then(|| state_of(body)).flatten().filter(is_final)
}

/// Returns the statuses with which the API reports that it did nothing.
fn surely_refused(status: StatusCode) -> bool {
    matches!(status.as_u16(), 400 | 401 | 402 | 403 | 404 | 429)
}

/// Returns whether the next response may differ. A success response that is not JSON comes from a
/// gateway.
fn is_transient(status: StatusCode, body: &[u8]) -> bool {
    match status.as_u16() {
        408 | 429 | 500.. => true,
        200..300 => serde_json::from_slice::<IgnoredAny>(body).is_err(),
        _ => false,
    }
}

/// Returns the origin to which a redirect leads. The path and the query may contain personal data.
fn destination(response: &Response) -> Option<String> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let url = response.url().join(location).ok()?;
    if url.origin() == response.url().origin() {
        return Some("another path".to_owned());
    }
    Some(if url.has_host() { url.origin().ascii_serialization() } else { "nowhere".to_owned() })
}

/// Returns the media type and encoding of a body, if it is not plain JSON: they hint at its sender.
fn encoding(headers: &HeaderMap) -> String {
    let text = |name| {
        let text = headers.get(name)?.to_str().ok()?.split(';').next()?.trim();
        (!text.is_empty()).then(|| text.chars().take(60).collect::<String>())
    };
    let kind = text(CONTENT_TYPE).filter(|kind| !kind.to_ascii_lowercase().ends_with("json"));
    let kind = kind.map(|kind| format!(", sent as {kind}")).unwrap_or_default();
    match text(CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        Some(encoding) => format!("{kind}, encoded as {encoding} although not requested"),
        None => kind,
    }
}

fn has_null_id(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get("job_id") == Some(&Value::Null))
}

/// Finds `"job_id": "…"` in bytes that may be incomplete or not JSON.
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
    fn a_job_id_is_found_in_bytes_that_are_not_json() {
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
    fn transient_responses() {
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
