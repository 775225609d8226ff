//! [`ApiTarget`]: the API to which a command sends its requests.

use std::env;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use waterfall::{Client, ClientBuilder, DEFAULT_BASE_URL, Url};
use waterfall_sandbox::{DEMO_MASTER_KEY, JobTime, Sandbox};

use crate::args::connection::Connection;
use crate::client_options::ClientOptions;
use crate::failure::Failure;
use crate::state::State;

/// The durations of jobs in the embedded sandbox: long enough for the wait to be visible.
const DEMO_DURATIONS: JobTime =
    JobTime::Uniform { min: Duration::from_secs(1), max: Duration::from_secs(5) };

/// The API to which a command sends its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiTarget {
    /// A mock server in this process, which ends with the process.
    Embedded,
    /// The API, with the options that are needed to reach it.
    Api {
        /// The value of `--base-url`. Without it, that of the environment or the default.
        base_url: Option<String>,
        /// The value of `--cacert`.
        cacert: Option<PathBuf>,
    },
}

impl ApiTarget {
    /// Returns the target of a command with these options.
    pub(crate) fn new(connection: Option<&Connection>) -> Self {
        match connection {
            Some(Connection { sandbox: true, .. }) => Self::Embedded,
            Some(Connection { base_url, cacert, .. }) => {
                Self::Api { base_url: base_url.clone(), cacert: cacert.clone() }
            }
            None => Self::Api { base_url: None, cacert: None },
        }
    }

    /// Starts the embedded sandbox, if it is the target.
    pub(crate) fn start_sandbox(&self) -> Option<Sandbox> {
        (*self == Self::Embedded).then(|| Sandbox::builder().job_time(DEMO_DURATIONS).build())
    }

    /// Returns a client for this target, and the durations that earlier runs learned.
    pub(crate) fn connect(
        &self,
        sandbox: Option<&Sandbox>,
        options: &ClientOptions,
    ) -> Result<(Client, Option<State>), Failure> {
        if let Some(sandbox) = sandbox {
            let key = DEMO_MASTER_KEY.to_string();
            let builder = Client::builder().api_key(key).transport(sandbox.transport());
            return Ok((options.apply(builder).build()?, None));
        }
        let builder = match self {
            Self::Api { base_url: Some(url), .. } => ClientBuilder::from_env()?.base_url(url),
            _ => ClientBuilder::from_env()?,
        };
        if env::var_os("WATERFALL_API_KEY").is_none_or(|key| key.is_empty()) {
            return Err(Failure::NoKey);
        }
        let host = self.host().filter(|_| options.keeps_state());
        let state = host.and_then(|host| State::open(&host));
        let mut builder = options.apply(builder);
        if let Some(state) = &state {
            builder = state.restore(builder);
        }
        Ok((builder.build()?, state))
    }

    /// Names the target, so that results of different targets are kept apart.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Embedded => "the embedded sandbox".to_owned(),
            Self::Api { .. } => self.host().unwrap_or_default(),
        }
    }

    /// Returns the host of the base URL, if the URL is valid.
    fn host(&self) -> Option<String> {
        let default = || {
            let variable = env::var("WATERFALL_BASE_URL").ok();
            variable.filter(|url| !url.is_empty()).unwrap_or_else(|| DEFAULT_BASE_URL.to_owned())
        };
        let url = match self {
            Self::Embedded => return None,
            Self::Api { base_url: Some(url), .. } => url.clone(),
            Self::Api { base_url: None, .. } => default(),
        };
        Url::parse(url.trim()).ok()?.host_str().map(str::to_owned)
    }

    /// Returns the command that waits for a job; `None` for a job of the embedded sandbox, which
    /// ends with this process.
    pub(crate) fn wait_command(&self, job_id: impl Display) -> Option<String> {
        self.get_command(format!("{job_id} --wait"))
    }

    /// Returns the command that reads a job, under the same condition.
    pub(crate) fn get_command(&self, job_id: impl Display) -> Option<String> {
        self.with_options(&format!("get {job_id}"))
    }

    /// Returns a command with the options that are needed to reach this target; `None` for the
    /// embedded sandbox.
    pub(crate) fn with_options(&self, command: &str) -> Option<String> {
        let Self::Api { base_url, cacert } = self else { return None };
        let mut line = format!("waterfall {command}");
        if let Some(url) = base_url {
            line.push_str(&format!(" --base-url {}", quoted(url)));
        }
        if let Some(file) = cacert {
            line.push_str(&format!(" --cacert {}", quoted(&file.to_string_lossy())));
        }
        Some(line)
    }
}

/// Quotes a text as one word for a shell.
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
        let api = |url: &str, file: &str| ApiTarget::Api {
            base_url: Some(url.to_owned()).filter(|url| !url.is_empty()),
            cacert: Some(file.into()).filter(|_| !file.is_empty()),
        };
        let rows = [
            (api("", ""), Some("")),
            (api("http://127.0.0.1:4010", ""), Some(" --base-url http://127.0.0.1:4010")),
            (api("http://[::1]:1", ""), Some(" --base-url 'http://[::1]:1'")),
            (api("https://a.b/'&", ""), Some(r" --base-url 'https://a.b/'\''&'")),
            (api("", "/etc/ca.pem"), Some(" --cacert /etc/ca.pem")),
            (api("https://a.b", "my ca.pem"), Some(" --base-url https://a.b --cacert 'my ca.pem'")),
            (ApiTarget::Embedded, None),
        ];
        for (target, end) in rows {
            let expected = end.map(|end| format!("waterfall get {id} --wait{end}"));
            assert_eq!(target.wait_command(id), expected);
        }
    }
}
