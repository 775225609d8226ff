//! [`Access`]: how the API is asked.

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use waterfall::{ClientBuilder, RateLimiter, RetryPolicy, RootCertificates};

use crate::args::Connection;
use crate::failure::Failure;
use crate::parse;

pub(crate) const USER_AGENT: &str = concat!("waterfall-cli/", env!("CARGO_PKG_VERSION"));

/// The limit of the key, unless --rate-limit gives it.
const RATE_LIMIT: &str = "WATERFALL_RATE_LIMIT";

/// The window of a key's limit.
const MINUTE: Duration = Duration::from_secs(60);

const CACERT: &str = "--cacert takes a PEM file: certificates between -----BEGIN CERTIFICATE----- \
                      and -----END CERTIFICATE-----.";

/// How the API is asked.
#[derive(Debug, Default)]
pub(crate) struct Access {
    retry: RetryPolicy,
    rate_limiter: RateLimiter,
    roots: RootCertificates,
    keeps_state: bool,
}

impl Access {
    /// What the options, and the environment, say.
    pub(crate) fn of(connection: Option<&Connection>) -> Result<Self, Failure> {
        let Some(connection) = connection else { return Ok(Self::default()) };
        Ok(Self {
            retry: match connection.no_retry {
                true => RetryPolicy::none(),
                false => RetryPolicy::default(),
            },
            rate_limiter: rate_limiter(connection)?,
            roots: connection.cacert.as_deref().map(roots).transpose()?.unwrap_or_default(),
            keeps_state: !connection.no_state,
        })
    }

    /// Whether what is learned stays for the next run.
    pub(crate) fn keeps_state(&self) -> bool {
        self.keeps_state
    }

    pub(crate) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        builder
            .retry(self.retry)
            .rate_limiter(self.rate_limiter.clone())
            .add_root_certificates(self.roots.clone())
            .user_agent(USER_AGENT)
    }
}

fn rate_limiter(connection: &Connection) -> Result<RateLimiter, Failure> {
    let limit = match connection.rate_limit {
        Some(limit) => Some(limit),
        None => limit_of_environment()?,
    };
    let rate_limiter =
        limit.map_or_else(RateLimiter::default, |limit| RateLimiter::at_most(limit, MINUTE));
    Ok(match connection.share {
        Some(share) => rate_limiter.with_share(share),
        None => rate_limiter,
    })
}

/// As everywhere, an empty variable counts as not set.
fn limit_of_environment() -> Result<Option<u32>, Failure> {
    let Some(text) = env::var_os(RATE_LIMIT).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let limit = text.to_str().and_then(|text| parse::requests(text).ok());
    limit.map(Some).ok_or_else(|| Failure::Config {
        what: format!("{RATE_LIMIT} is not a rate limit"),
        hint: "It takes the requests per minute that the API allows the key: 1 to 100000.",
    })
}

/// Certificates to trust beside those of the system.
pub(crate) fn roots(file: &Path) -> Result<RootCertificates, Failure> {
    let pem = fs::read(file).map_err(|error| Failure::System {
        what: format!("--cacert: {} can't be read", file.display()),
        error,
        hint: Some(CACERT),
    })?;
    RootCertificates::from_pem(pem).map_err(|error| {
        let text = error.to_string();
        let why = text.strip_prefix("configuration: ").unwrap_or(&text);
        Failure::Config { what: format!("--cacert: {}: {why}", file.display()), hint: CACERT }
    })
}
