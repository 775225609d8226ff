//! [`ClientOptions`]: the settings of the client for a command.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use waterfall::recording::{Pseudonymizer, Recording};
use waterfall::{ClientBuilder, RateLimiter, RetryPolicy, RootCertificates};

use crate::args::connection::Connection;
use crate::args::parse;
use crate::failure::Failure;

pub(crate) const USER_AGENT: &str = concat!("waterfall-cli/", env!("CARGO_PKG_VERSION"));

/// The variable with the key's limit, unless --rate-limit is given.
const RATE_LIMIT: &str = "WATERFALL_RATE_LIMIT";

/// The variable with the directory to record to, unless --record is given.
const RECORD: &str = "WATERFALL_RECORD";

/// The window of a key's limit.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

const CACERT: &str = "--cacert takes a PEM file: certificates between -----BEGIN CERTIFICATE----- \
                      and -----END CERTIFICATE-----.";

/// The settings of the client for a command.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClientOptions {
    retry: RetryPolicy,
    rate_limiter: RateLimiter,
    roots: RootCertificates,
    keeps_state: bool,
    requests_per_minute: Option<u32>,
    timeout: Option<Duration>,
    recording: Option<Recording>,
}

impl ClientOptions {
    /// Creates the settings from the options and the environment.
    pub(crate) fn new(connection: Option<&Connection>) -> Result<Self, Failure> {
        let Some(connection) = connection else { return Ok(Self::default()) };
        let requests_per_minute = requests_per_minute(connection)?;
        Ok(Self {
            requests_per_minute,
            timeout: None,
            retry: match connection.no_retry {
                true => RetryPolicy::none(),
                false => RetryPolicy::default(),
            },
            rate_limiter: rate_limiter(connection, requests_per_minute),
            roots: connection
                .cacert
                .as_deref()
                .map(root_certificates)
                .transpose()?
                .unwrap_or_default(),
            keeps_state: !connection.no_state,
            recording: recording(connection)?,
        })
    }

    /// Returns whether learned durations are stored for the next run.
    pub(crate) fn keeps_state(&self) -> bool {
        self.keeps_state
    }

    /// Returns the limit of the key in requests per minute, if it was given.
    pub(crate) fn requests_per_minute(&self) -> Option<u32> {
        self.requests_per_minute
    }

    /// Returns the recording of requests and responses, if there is one.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    /// Returns these settings with another time limit per request.
    pub(crate) fn with_timeout(&self, limit: Duration) -> Self {
        Self { timeout: Some(limit), ..self.clone() }
    }

    pub(crate) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        let builder = match self.timeout {
            Some(limit) => builder.timeout(limit),
            None => builder,
        };
        let builder = match &self.recording {
            Some(recording) => builder.record(recording.clone()),
            None => builder,
        };
        builder
            .retry(self.retry)
            .rate_limiter(self.rate_limiter.clone())
            .add_root_certificates(self.roots.clone())
            .user_agent(USER_AGENT)
    }
}

/// Returns the recording of --record, or of the environment.
fn recording(connection: &Connection) -> Result<Option<Recording>, Failure> {
    let from_environment =
        || env::var_os(RECORD).filter(|text| !text.is_empty()).map(PathBuf::from);
    let Some(directory) = connection.record.clone().or_else(from_environment) else {
        return match &connection.record_key {
            None => Ok(None),
            Some(_) => Err(Failure::Config {
                what: "--record-key has no effect without --record".to_owned(),
                hint: "Pass the directory to record to: --record DIR.",
            }),
        };
    };
    let what = format!("{} can't be recorded to", directory.display());
    let opened = match &connection.record_key {
        None => Recording::create(directory),
        Some(file) => Recording::with_pseudonyms(directory, pseudonyms(file)?),
    };
    opened.map(Some).map_err(|error| {
        let is_used = error.kind() == ErrorKind::AlreadyExists;
        let hint =
            "Choose another directory for --record, or record all sessions with --record-key.";
        Failure::System { what, error, hint: is_used.then_some(hint) }
    })
}

/// Returns the pseudonyms whose key is in a file.
pub(crate) fn pseudonyms(file: &Path) -> Result<Pseudonymizer, Failure> {
    Pseudonymizer::with_key_file(file).map_err(|error| Failure::System {
        what: format!("the key of the pseudonyms, {}, could not be read", file.display()),
        error,
        hint: Some("It must contain 64 hexadecimal digits. A file that does not exist is created."),
    })
}

fn requests_per_minute(connection: &Connection) -> Result<Option<u32>, Failure> {
    match connection.rate_limit {
        Some(limit) => Ok(Some(limit)),
        None => limit_from_environment(),
    }
}

fn rate_limiter(connection: &Connection, limit: Option<u32>) -> RateLimiter {
    let rate_limiter =
        limit.map_or_else(RateLimiter::default, |limit| RateLimiter::at_most(limit, MINUTE));
    match connection.share {
        Some(share) => rate_limiter.with_share(share),
        None => rate_limiter,
    }
}

/// Returns the value of a variable. An empty value counts as not set.
fn limit_from_environment() -> Result<Option<u32>, Failure> {
    let Some(text) = env::var_os(RATE_LIMIT).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let limit = text.to_str().and_then(|text| parse::requests(text).ok());
    limit.map(Some).ok_or_else(|| Failure::Config {
        what: format!("{RATE_LIMIT} is not a rate limit"),
        hint: "Set it to the requests per minute that the API allows the key, 1 to 100000.",
    })
}

/// Reads certificates to trust in addition to those of the system.
pub(crate) fn root_certificates(file: &Path) -> Result<RootCertificates, Failure> {
    let pem = fs::read(file).map_err(|error| Failure::System {
        what: format!("--cacert: {} could not be read", file.display()),
        error,
        hint: Some(CACERT),
    })?;
    RootCertificates::from_pem(pem).map_err(|error| {
        let text = error.to_string();
        let reason = text.strip_prefix("configuration: ").unwrap_or(&text);
        Failure::Config { what: format!("--cacert: {}: {reason}", file.display()), hint: CACERT }
    })
}
