use std::fmt;

/// What kind of thing went wrong.
///
/// More kinds may come; treat one that you don't know like
/// [`Transport`](Self::Transport), and ask
/// [`Error::is_retryable`](crate::Error::is_retryable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The query breaks a rule of the API, for example a length.
    ///
    /// Found before anything was sent; [`messages`](crate::Error::messages) has
    /// each problem. Correct the query.
    InvalidQuery,

    /// The client can't be built like this: no key, a base URL that is not
    /// allowed, no TLS.
    ///
    /// Nothing was sent. Correct the configuration.
    Config,

    /// No connection was made: refused, name not found, TLS not agreed, or
    /// [`connect_timeout`](crate::ClientBuilder::connect_timeout) over.
    ///
    /// Nothing was sent, so trying again is safe, launches included. If there is a
    /// [`connect_failure`](crate::Error::connect_failure), it brings the same until the
    /// configuration changes.
    Connect,

    /// A 429 that came before keeps back all requests with the key, for longer
    /// than there is time ([`RetryPolicy`](crate::RetryPolicy)'s deadline, or a
    /// wait's).
    ///
    /// Nothing was sent. Come back after
    /// [`retry_after`](crate::Error::retry_after).
    RateLimited,

    /// Launching was stopped before the launch was sent, by
    /// [`Client::stop_launching`](crate::Client::stop_launching) or
    /// [`Batch::stop_launching`](crate::Batch::stop_launching).
    ///
    /// Nothing was launched. Launch it in the next process. The
    /// [`source`](std::error::Error::source) is the error of the last attempt, if
    /// there was one.
    Stopped,

    /// The request was sent and the answer was not there, or not whole, in the
    /// [`timeout`](crate::ClientBuilder::timeout).
    ///
    /// Read again. A launch may have been acted on: see
    /// [`may_have_launched`](crate::Error::may_have_launched).
    Timeout,

    /// The connection broke after the request may have been sent: it was reset,
    /// or the answer broke off.
    ///
    /// Read again. A launch may have been acted on: see
    /// [`may_have_launched`](crate::Error::may_have_launched).
    Transport,

    /// The API, or a gateway before it, answered with an error status (4xx,
    /// 5xx).
    ///
    /// Decide by [`code`](crate::Error::code),
    /// [`category`](crate::Error::category) and
    /// [`status`](crate::Error::status).
    Api,

    /// The answer was a redirect (3xx). None is followed: it would hand the key
    /// to another place, or send a launch twice.
    ///
    /// Correct the base URL, or find out what stands between you and the API.
    Redirect,

    /// The answer was a success that could not be understood: no JSON, JSON that
    /// does not fit the API's description, or a body too long.
    ///
    /// [`json_path`](crate::Error::json_path) says where,
    /// [`body`](crate::Error::body) has what came. A body that is not JSON is
    /// often a gateway's and passes; one that does not fit needs a newer version
    /// of this crate, or a report.
    InvalidResponse,

    /// A wait came to its deadline, or the API wants not to be asked until
    /// after it, and the job was not over.
    ///
    /// The job goes on. Wait again by its [`job_id`](crate::Error::job_id), here
    /// or in another process.
    WaitTimeout,

    /// The job ended in another state than `SUCCEEDED`.
    ///
    /// [`snapshot`](crate::Error::snapshot) has its last state whole. The job
    /// will not change any more; a new launch is a new job. (A job that found
    /// nobody has succeeded and is no error.)
    JobFailed,
}

impl ErrorKind {
    /// The kind as a word for logs and JSON, for example `wait_timeout`. These
    /// words don't change.
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
