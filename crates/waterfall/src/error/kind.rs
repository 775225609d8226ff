//! [`ErrorKind`]: the categories of errors.

use std::fmt;

/// The category of an [`Error`](crate::Error).
///
/// More kinds may be added; handle an unknown one like [`Transport`](Self::Transport), and check
/// [`Error::is_retryable`](crate::Error::is_retryable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The query violates a rule of the API, for example a maximum length; or the job ID belongs to
    /// a different kind ([`Client::job_of`](crate::Client::job_of)).
    ///
    /// Nothing was sent; [`messages`](crate::Error::messages) lists all problems. Correct the
    /// query or the ID.
    InvalidQuery,

    /// The configuration is invalid: no key, a base URL that is not allowed, no TLS.
    ///
    /// Nothing was sent. Correct the configuration.
    Config,

    /// No connection was made: connection refused, host not found, TLS handshake failed, or
    /// [`connect_timeout`](crate::ClientBuilder::connect_timeout) exceeded.
    ///
    /// Nothing was sent, so retrying is safe, even for launches. If there is a
    /// [`connect_failure`](crate::Error::connect_failure), a retry fails as well until the
    /// configuration changes.
    Connect,

    /// An earlier 429 has paused all requests with the key until after the deadline (of the
    /// [`RetryPolicy`](crate::RetryPolicy), or of a wait).
    ///
    /// Nothing was sent. Retry after [`retry_after`](crate::Error::retry_after).
    RateLimited,

    /// Launching was stopped before the launch was sent, by
    /// [`Client::stop_launching`](crate::Client::stop_launching) or
    /// [`Batch::stop_launching`](crate::Batch::stop_launching).
    ///
    /// Nothing was launched. Launch the query in the next process. The
    /// [`source`](std::error::Error::source) is the error of the last attempt, if there was one.
    Stopped,

    /// The request was sent, but no complete response arrived within the
    /// [`timeout`](crate::ClientBuilder::timeout).
    ///
    /// Repeat a read. A launch may have started a job: see
    /// [`may_have_launched`](crate::Error::may_have_launched).
    Timeout,

    /// The connection failed after the request may have been sent: it was reset, or the response
    /// is incomplete.
    ///
    /// Repeat a read. A launch may have started a job: see
    /// [`may_have_launched`](crate::Error::may_have_launched).
    Transport,

    /// The API, or a gateway in front of it, responded with an error status (4xx, 5xx).
    ///
    /// Decide by [`code`](crate::Error::code),
    /// [`category`](crate::Error::category) and
    /// [`status`](crate::Error::status).
    Api,

    /// The response was a redirect (3xx). Redirects are not followed: that could pass the key to
    /// another host, or send a launch twice.
    ///
    /// Correct the base URL, or check for a proxy or gateway in front of the API.
    Redirect,

    /// The response was successful, but could not be decoded: its body is not JSON, doesn't match
    /// the API's description, or is too long.
    ///
    /// [`json_path`](crate::Error::json_path) contains the location, [`body`](crate::Error::body)
    /// what was received. A body that is not JSON often comes from a gateway, and a retry helps; if
    /// the body doesn't match, update this crate or report the problem.
    InvalidResponse,

    /// A wait reached its deadline before the job was finished, or the API asked for a pause beyond
    /// the deadline.
    ///
    /// The job continues. Wait again with its [`job_id`](crate::Error::job_id), here or in another
    /// process.
    WaitTimeout,

    /// The job ended in a state other than `SUCCEEDED`.
    ///
    /// [`snapshot`](crate::Error::snapshot) contains its last response. The job does not change any
    /// further; a new launch is a new job. A job that found nobody has succeeded and is not an
    /// error.
    JobFailed,
}

impl ErrorKind {
    /// Returns a stable word for logs and JSON, for example `wait_timeout`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidQuery => "invalid_query",
            Self::Config => "config",
            Self::Connect => "connect",
            Self::RateLimited => "rate_limited",
            Self::Stopped => "stopped",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Api => "api",
            Self::Redirect => "redirect",
            Self::InvalidResponse => "invalid_response",
            Self::WaitTimeout => "wait_timeout",
            Self::JobFailed => "job_failed",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
