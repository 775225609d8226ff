//! Where requests go, and with which key.

use std::env;
use std::fmt::Display;
use std::time::Duration;

use waterfall::{Client, ClientBuilder, RetryPolicy};
use waterfall_sandbox::{DEMO_KEY, JobTime, Sandbox};

use crate::args::Connection;
use crate::failure::Failure;

pub(crate) const USER_AGENT: &str = concat!("waterfall-cli/", env!("CARGO_PKG_VERSION"));

/// Jobs of the embedded sandbox take so long: enough to see the waiting.
const DEMO_TIMES: JobTime =
    JobTime::Uniform { min: Duration::from_secs(1), max: Duration::from_secs(5) };

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

    /// A client for this place, or for this twin.
    pub(crate) fn connect(
        &self,
        twin: Option<&Sandbox>,
        retry: RetryPolicy,
    ) -> Result<Client, Failure> {
        if let Some(twin) = twin {
            let builder = Client::builder().api_key(DEMO_KEY).transport(twin.transport());
            return Ok(builder.retry(retry).user_agent(USER_AGENT).build()?);
        }
        let builder = match self {
            Self::Given(url) => ClientBuilder::from_env()?.base_url(url),
            Self::Embedded | Self::Usual => ClientBuilder::from_env()?,
        };
        if env::var_os("WATERFALL_API_KEY").is_none_or(|key| key.is_empty()) {
            return Err(Failure::NoKey);
        }
        Ok(builder.retry(retry).user_agent(USER_AGENT).build()?)
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
