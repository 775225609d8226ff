//! Where requests go, and with which key.

use std::env;
use std::fmt::Display;
use std::time::Duration;

use std::fs;
use std::path::Path;

use waterfall::{
    Client, ClientBuilder, DEFAULT_BASE_URL, JobKind, Meter, RetryPolicy, RootCertificates, Url,
};
use waterfall_sandbox::{DEMO_KEY, JobTime, Sandbox};

use crate::args::Connection;
use crate::failure::Failure;
use crate::parse;
use crate::state::State;

pub(crate) const USER_AGENT: &str = concat!("waterfall-cli/", env!("CARGO_PKG_VERSION"));

/// Jobs of the embedded sandbox take so long: enough to see the waiting.
const DEMO_TIMES: JobTime =
    JobTime::Uniform { min: Duration::from_secs(1), max: Duration::from_secs(5) };

/// The limit of the key, unless --rate-limit gives it.
const RATE_LIMIT: &str = "WATERFALL_RATE_LIMIT";

/// The window of a key's limit.
const MINUTE: Duration = Duration::from_secs(60);

/// How the API is asked.
#[derive(Debug)]
pub(crate) struct Access {
    retry: RetryPolicy,
    meter: Meter,
    roots: RootCertificates,
    /// What is learned stays for the next run.
    state: bool,
}

impl Access {
    /// What the options, and the environment, say.
    pub(crate) fn of(connection: Option<&Connection>) -> Result<Self, Failure> {
        let Some(connection) = connection else { return Ok(Self::default()) };
        let no_retry = connection.no_retry;
        let meter =
            match connection.rate_limit.map_or_else(limit_of_environment, |it| Ok(Some(it)))? {
                Some(limit) => Meter::at_most(limit, MINUTE),
                None => Meter::default(),
            };
        Ok(Self {
            retry: if no_retry { RetryPolicy::none() } else { RetryPolicy::default() },
            meter: connection
                .share
                .map_or_else(|| meter.clone(), |share| meter.clone().with_share(share)),
            roots: connection.cacert.as_deref().map(roots).transpose()?.unwrap_or_default(),
            state: !connection.no_state,
        })
    }

    fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        builder
            .retry(self.retry)
            .meter(self.meter.clone())
            .add_root_certificates(self.roots.clone())
            .user_agent(USER_AGENT)
    }
}

impl Default for Access {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            meter: Meter::default(),
            roots: RootCertificates::default(),
            state: false,
        }
    }
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

/// Certificates that are trusted beside those of the system.
pub(crate) fn roots(file: &Path) -> Result<RootCertificates, Failure> {
    const HINT: &str = "--cacert takes a PEM file: certificates between -----BEGIN CERTIFICATE----- \
                        and -----END CERTIFICATE-----.";

    let pem = fs::read(file).map_err(|error| Failure::System {
        what: format!("--cacert: {} can't be read", file.display()),
        error,
        hint: Some(HINT),
    })?;
    RootCertificates::from_pem(pem).map_err(|error| {
        let text = error.to_string();
        let why = text.strip_prefix("configuration: ").unwrap_or(&text);
        Failure::Config { what: format!("--cacert: {}: {why}", file.display()), hint: HINT }
    })
}

/// Where the API is that a command asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A twin in this process, which ends with it.
    Embedded,
    /// The base URL of the option `--base-url`.
    Given(String),
    /// What the environment says, or else Waterfall.
    Usual,
}

impl Place {
    /// The place that a command names, if it asks one at all.
    pub(crate) fn of(connection: Option<&Connection>) -> Self {
        match connection {
            Some(Connection { sandbox: true, .. }) => Self::Embedded,
            Some(Connection { base_url: Some(url), .. }) => Self::Given(url.clone()),
            _ => Self::Usual,
        }
    }

    /// The twin that runs in this process, if it is that.
    pub(crate) fn twin(&self) -> Option<Sandbox> {
        (*self == Self::Embedded).then(|| Sandbox::builder().job_time(DEMO_TIMES).build())
    }

    /// A client for this place, or for this twin, and what it learned before.
    pub(crate) fn connect(
        &self,
        twin: Option<&Sandbox>,
        access: &Access,
    ) -> Result<(Client, Option<State>), Failure> {
        if let Some(twin) = twin {
            let builder = Client::builder().api_key(DEMO_KEY).transport(twin.transport());
            return Ok((access.apply(builder).build()?, None));
        }
        let builder = match self {
            Self::Given(url) => ClientBuilder::from_env()?.base_url(url),
            Self::Embedded | Self::Usual => ClientBuilder::from_env()?,
        };
        if env::var_os("WATERFALL_API_KEY").is_none_or(|key| key.is_empty()) {
            return Err(Failure::NoKey);
        }
        let state = self.host().filter(|_| access.state).and_then(|host| State::open(&host));
        let mut builder = access.apply(builder);
        if let Some(state) = &state {
            builder = builder.job_times(JobKind::ContactEnrichment, state.times());
        }
        Ok((builder.build()?, state))
    }

    /// The host of the base URL, if that is a URL.
    fn host(&self) -> Option<String> {
        let usual = || {
            let variable = env::var("WATERFALL_BASE_URL").ok();
            variable.filter(|url| !url.is_empty()).unwrap_or_else(|| DEFAULT_BASE_URL.to_owned())
        };
        let url = match self {
            Self::Embedded => return None,
            Self::Given(url) => url.clone(),
            Self::Usual => usual(),
        };
        Url::parse(url.trim()).ok()?.host_str().map(str::to_owned)
    }

    /// The command line that goes on with a job; none for one that has ended
    /// with this process.
    pub(crate) fn go_on(&self, job_id: impl Display) -> Option<String> {
        self.get(format!("{job_id} --wait"))
    }

    /// The command line that reads a job, under the same condition.
    pub(crate) fn get(&self, job_id: impl Display) -> Option<String> {
        match self {
            Self::Embedded => None,
            Self::Given(url) => Some(format!("waterfall get {job_id} --base-url {}", quoted(url))),
            Self::Usual => Some(format!("waterfall get {job_id}")),
        }
    }
}

/// As one word of a shell's command line.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]@%+=,".contains(c);
    if text.chars().all(is_plain) && !text.contains(['[', ']']) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use waterfall::JobId;

    use super::*;

    #[test]
    fn a_command_line_can_be_pasted() {
        let id: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse().unwrap();
        let rows = [
            (Place::Usual, Some("")),
            (
                Place::Given("http://127.0.0.1:4010".into()),
                Some(" --base-url http://127.0.0.1:4010"),
            ),
            (Place::Given("http://[::1]:1".into()), Some(" --base-url 'http://[::1]:1'")),
            (Place::Given("https://a.b/'&".into()), Some(r" --base-url 'https://a.b/'\''&'")),
            (Place::Embedded, None),
        ];
        for (place, end) in rows {
            let expected = end.map(|end| format!("waterfall get {id} --wait{end}"));
            assert_eq!(place.go_on(id), expected);
        }
    }
}
