//! Where requests go, and with which key.

use std::env;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use waterfall::{Client, ClientBuilder, ContactEnrichment, DEFAULT_BASE_URL, Url};
use waterfall_sandbox::{DEMO_KEY, JobTime, Sandbox};

use crate::access::Access;
use crate::args::Connection;
use crate::failure::Failure;
use crate::state::State;

/// Jobs of the embedded sandbox take so long: enough to see the waiting.
const DEMO_TIMES: JobTime =
    JobTime::Uniform { min: Duration::from_secs(1), max: Duration::from_secs(5) };

/// Where the API is that a command asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A twin in this process, which ends with it.
    Embedded,
    /// The API, with the options that it takes to reach it.
    Api {
        /// What `--base-url` says; else the environment does, or it is Waterfall.
        base_url: Option<String>,
        /// What `--cacert` says.
        cacert: Option<PathBuf>,
    },
}

impl Place {
    /// The place that a command names, if it asks one at all.
    pub(crate) fn of(connection: Option<&Connection>) -> Self {
        match connection {
            Some(Connection { sandbox: true, .. }) => Self::Embedded,
            Some(Connection { base_url, cacert, .. }) => {
                Self::Api { base_url: base_url.clone(), cacert: cacert.clone() }
            }
            None => Self::Api { base_url: None, cacert: None },
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
            Self::Api { base_url: Some(url), .. } => ClientBuilder::from_env()?.base_url(url),
            _ => ClientBuilder::from_env()?,
        };
        if env::var_os("WATERFALL_API_KEY").is_none_or(|key| key.is_empty()) {
            return Err(Failure::NoKey);
        }
        let host = self.host().filter(|_| access.keeps_state());
        let state = host.and_then(|host| State::open(&host));
        let mut builder = access.apply(builder);
        if let Some(state) = &state {
            builder = builder.duration_history::<ContactEnrichment>(state.times());
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
            Self::Api { base_url: Some(url), .. } => url.clone(),
            Self::Api { base_url: None, .. } => usual(),
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
        let Self::Api { base_url, cacert } = self else { return None };
        let mut line = format!("waterfall get {job_id}");
        if let Some(url) = base_url {
            line.push_str(&format!(" --base-url {}", quoted(url)));
        }
        if let Some(file) = cacert {
            line.push_str(&format!(" --cacert {}", quoted(&file.to_string_lossy())));
        }
        Some(line)
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
        let api = |url: &str, file: &str| Place::Api {
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
            (Place::Embedded, None),
        ];
        for (place, end) in rows {
            let expected = end.map(|end| format!("waterfall get {id} --wait{end}"));
            assert_eq!(place.go_on(id), expected);
        }
    }
}
