//! `waterfall webhook verify`: verifies a stored delivery.

mod checks;
mod kind;
mod request;

use jiff::Timestamp;
use serde::Serialize;
use waterfall::JobId;
use waterfall::webhook::{Error, VerifiedDelivery};

use self::checks::{Check, checks};
use self::kind::{Decoded, KindSource, Origin};
use self::request::Request;
use crate::args::webhook::Verify;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::key_source::KeySource;
use crate::verdict::Verdict;
use crate::webhook_hints::{self, Command, Refused};
use crate::{deviations, output, terminal_text};

/// The report on stdout. The keys are stable and always present.
#[derive(Debug, Serialize)]
struct Report {
    verdict: Verdict,
    rule: Option<&'static str>,
    message: Option<String>,
    hint: Option<String>,
    checks: Vec<Check>,
    job_id: Option<JobId>,
    kind: Option<&'static str>,
    kind_source: Option<KindSource>,
    /// The kind of the path or the option, if the result has another kind.
    #[serde(skip)]
    contradicted: Option<String>,
    status: Option<String>,
    key_id: Option<String>,
    issued_at: Option<String>,
    expires_at: Option<String>,
}

pub(crate) async fn run(args: &Verify, json: bool) -> Result<Exit, Failure> {
    let keys = KeySource::new(&args.verification)?;
    let request = Request::read(args)?;
    let now = args.at.unwrap_or_else(Timestamp::now);
    let verifier = keys.verifier(&args.verification);
    let origin = Origin::new(args, request.path.clone());
    let outcome = verifier.verify_bytes_at(&request.headers, request.body.clone(), now).await;
    let outcome = outcome.and_then(|verified| origin.decode(verified));
    let report = match &outcome {
        Ok(decoded) => Report::genuine(decoded, now),
        Err(error) => {
            let Request { headers, body, .. } = &request;
            let refused = Refused { command: Command::Verify, headers, body, now };
            let hint = webhook_hints::hint(error, &refused, &verifier, &keys).await;
            Report::broken(error, hint, now)
        }
    };
    let text = if json { report.as_json() } else { report.as_text() };
    output::stdout(text.as_bytes())
        .map_err(|error| Failure::NotWritten { error, job_id: report.job_id })?;
    if let Ok(Decoded { delivery, .. }) = &outcome {
        if origin.is_of_other_job(delivery) && !json {
            output::stderr("note: the delivery is for a job other than --job-id");
        }
        let deviations = delivery.snapshot().deviations();
        deviations::report(delivery.job_id(), deviations, "the body", json);
    }
    report.into_result()
}

impl Report {
    fn new(verdict: Verdict, checks: Vec<Check>) -> Self {
        Self {
            verdict,
            rule: None,
            message: None,
            hint: None,
            checks,
            job_id: None,
            kind: None,
            kind_source: None,
            contradicted: None,
            status: None,
            key_id: None,
            issued_at: None,
            expires_at: None,
        }
    }

    fn genuine(decoded: &Decoded, now: Timestamp) -> Self {
        let Decoded { delivery, source, contradicted } = decoded;
        let report = Self {
            job_id: delivery.job_id(),
            kind: delivery.kind(),
            kind_source: *source,
            contradicted: contradicted.clone(),
            status: Some(delivery.snapshot().state().as_str().to_owned()),
            ..Self::new(Verdict::Genuine, checks(None, now))
        };
        report.with_claims(delivery.verified())
    }

    fn broken(error: &Error, hint: String, now: Timestamp) -> Self {
        let verdict = match error {
            Error::KeysUnavailable(_) => Verdict::Unknown,
            Error::Unreadable(_) => Verdict::Unreadable,
            _ => Verdict::Refused,
        };
        let report = Self {
            rule: Some(error.code()),
            message: Some(error.to_string()),
            hint: Some(hint),
            ..Self::new(verdict, checks(Some(error), now))
        };
        match error {
            Error::Unreadable(unreadable) => report.with_claims(unreadable.verified()),
            _ => report,
        }
    }

    fn with_claims(self, verified: &VerifiedDelivery) -> Self {
        let text = |time: Timestamp| time.to_string();
        Self {
            key_id: verified.key_id().map(str::to_owned),
            issued_at: verified.issued_at().map(text),
            expires_at: verified.expires_at().map(text),
            ..self
        }
    }

    fn as_json(&self) -> String {
        // Serializing strings can't fail.
        format!("{}\n", serde_json::to_string(self).unwrap_or_default())
    }

    fn as_text(&self) -> String {
        let mut text: String = self.checks.iter().map(Check::line).collect();
        if let Some(status) = &self.status {
            let job = self.job_id.map_or_else(|| "a job without an id".to_owned(), name);
            text.push_str(&format!("\nGenuine: {job}, {}\n", terminal_text::clean(status)));
            text.push_str(&format!("Kind {}\n", self.kind_text()));
        }
        let rows = [
            ("Signed with", &self.key_id),
            ("Issued", &self.issued_at),
            ("Expires", &self.expires_at),
        ];
        for (name, value) in rows {
            if let Some(value) = value {
                text.push_str(&format!("{name} {}\n", terminal_text::clean(value)));
            }
        }
        text
    }

    fn kind_text(&self) -> String {
        let Some((kind, source)) = self.kind.zip(self.kind_source) else {
            return "unknown: neither the path nor the content of the delivery shows it; --path, \
                --kind or --job-id sets it"
                .to_owned();
        };
        let source = match source {
            KindSource::Path => "from the path",
            KindSource::Option => "from --kind",
            KindSource::JobId => "from --job-id",
            KindSource::Content => "from the content",
        };
        match &self.contradicted {
            Some(given) => format!("{kind}, {source}, which is not that of a {given} job"),
            None => format!("{kind}, {source}"),
        }
    }

    fn into_result(self) -> Result<Exit, Failure> {
        let (Some(rule), Some(what), Some(hint)) = (self.rule, self.message, self.hint) else {
            return Ok(Exit::Found);
        };
        Err(Failure::Delivery { verdict: self.verdict, what: format!("{what} [{rule}]"), hint })
    }
}

fn name(id: JobId) -> String {
    format!("job {id}")
}
