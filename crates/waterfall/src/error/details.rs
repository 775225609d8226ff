//! [`Details`]: everything that an error contains.

use std::any::Any;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use waterfall_api::Response;
use waterfall_api::types::JobState;

use super::connect_failure::ConnectFailure;
use super::envelope::Envelope;
use super::kind::ErrorKind;
use super::progress::{AttemptStats, LastState, WaitEnd};
use super::request::RequestKind;
use crate::job_id::JobId;

/// The length of the part of a body that an error contains.
const LONGEST_BODY: usize = 64 * 1024;

#[derive(Clone)]
pub(super) struct Details {
    pub(super) kind: ErrorKind,
    pub(super) request: Option<RequestKind>,
    pub(super) host: Option<Arc<str>>,
    pub(super) problem: String,
    pub(super) response: Option<Head>,
    pub(super) envelope: Envelope,
    pub(super) json_path: Option<String>,
    pub(super) retry_after: Option<Duration>,
    pub(super) job_id: Option<JobId>,
    pub(super) transient: bool,
    pub(super) connect_failure: Option<ConnectFailure>,
    pub(super) variable: Option<&'static str>,
    /// Whether there was no permit for the request.
    pub(super) not_sent: bool,
    pub(super) may_have_launched: bool,
    pub(super) attempts: Option<AttemptStats>,
    pub(super) launch_attempts: Option<u32>,
    pub(super) query: Option<Arc<dyn Any + Send + Sync>>,
    pub(super) wait: Option<WaitEnd>,
    pub(super) last: Option<LastState>,
    /// The final state of a job whose response could not be decoded.
    pub(super) ended_as: Option<JobState>,
    pub(super) source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Details {
    pub(super) fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            request: None,
            host: None,
            problem: String::new(),
            response: None,
            envelope: Envelope::default(),
            json_path: None,
            retry_after: None,
            job_id: None,
            transient: false,
            connect_failure: None,
            variable: None,
            not_sent: false,
            may_have_launched: false,
            attempts: None,
            launch_attempts: None,
            query: None,
            wait: None,
            last: None,
            ended_as: None,
            source: None,
        }
    }
}

/// The part of a response that an error contains.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Head {
    pub(super) fn of(response: &Response) -> Self {
        let body = start_of(response.body());
        Self { status: response.status(), headers: response.headers().clone(), body }
    }
}

/// Returns the part of a body that an error contains. It is copied, because a slice would keep the
/// whole body in memory.
pub(super) fn start_of(body: &Bytes) -> Bytes {
    match body.get(..LONGEST_BODY) {
        Some(start) => Bytes::copy_from_slice(start),
        None => body.clone(),
    }
}
