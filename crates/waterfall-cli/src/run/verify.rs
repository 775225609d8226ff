//! `waterfall webhook verify`: which rule a delivery breaks, if it breaks one.

mod checks;
mod request;

use jiff::Timestamp;
use serde::Serialize;
use waterfall::JobId;
use waterfall::webhook::{Delivery, Error, VerifiedDelivery};

use self::checks::{Check, checks};
use self::request::Request;
use super::hints::{self, Command, Refused};
use crate::args::Verify;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keys::Keys;
use crate::verdict::Verdict;
use crate::{output, text};

/// What is told on stdout. The keys don't change, and all are always there.
#[derive(Debug, Serialize)]
struct Told {
    verdict: Verdict,
    rule: Option<&'static str>,
    message: Option<String>,
    hint: Option<String>,
    checks: Vec<Check>,
    job_id: Option<JobId>,
    status: Option<String>,
    key_id: Option<String>,
    issued_at: Option<String>,
    expires_at: Option<String>,
}

pub(super) async fn run(args: &Verify, json: bool) -> Result<Exit, Failure> {
    let keys = Keys::of(&args.rules)?;
    let request = Request::read(args)?;
    let now = args.at.unwrap_or_else(Timestamp::now);
    let verifier = keys.verifier(&args.rules);
    let outcome = verifier.verify_at(&request.headers, request.body.clone(), now).await;
    let told = match &outcome {
        Ok(delivery) => Told::genuine(delivery, now),
        Err(error) => {
            let Request { headers, body } = &request;
            let refused = Refused { command: Command::Verify, headers, body, now };
            let hint = hints::on(error, &refused, &verifier, &keys).await;
            Told::broken(error, hint, now)
        }
    };
    let text = if json { told.as_json() } else { told.as_text() };
    output::stdout(text.as_bytes())
        .map_err(|error| Failure::NotWritten { error, job_id: told.job_id })?;
    told.into_result()
}

impl Told {
    fn new(verdict: Verdict, checks: Vec<Check>) -> Self {
        Self {
            verdict,
            rule: None,
            message: None,
            hint: None,
            checks,
            job_id: None,
            status: None,
            key_id: None,
            issued_at: None,
            expires_at: None,
        }
    }

    fn genuine(delivery: &Delivery, now: Timestamp) -> Self {
        let status = Some(delivery.snapshot().state().as_str().to_owned());
        Self { job_id: delivery.job_id(), status, ..Self::new(Verdict::Genuine, checks(None, now)) }
            .with_claims(delivery.verified())
    }

    fn broken(error: &Error, hint: String, now: Timestamp) -> Self {
        let verdict = match error {
            Error::KeysUnavailable(_) => Verdict::Unknown,
            Error::Unreadable(_) => Verdict::Unreadable,
            _ => Verdict::Refused,
        };
        let told = Self {
            rule: Some(error.code()),
            message: Some(error.to_string()),
            hint: Some(hint),
            ..Self::new(verdict, checks(Some(error), now))
        };
        match error {
            Error::Unreadable(unreadable) => told.with_claims(unreadable.verified()),
            _ => told,
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
        // Texts alone: there is nothing that could fail.
        format!("{}\n", serde_json::to_string(self).unwrap_or_default())
    }

    fn as_text(&self) -> String {
        let mut text: String = self.checks.iter().map(Check::line).collect();
        if let Some(status) = &self.status {
            let job = self.job_id.map_or_else(|| "a job without an id".to_owned(), name);
            text.push_str(&format!("\nGenuine: {job}, {}\n", text::clean(status)));
        }
        let facts = [
            ("Signed with", &self.key_id),
            ("Issued", &self.issued_at),
            ("Expires", &self.expires_at),
        ];
        for (name, fact) in facts {
            if let Some(fact) = fact {
                text.push_str(&format!("{name} {}\n", text::clean(fact)));
            }
        }
        text
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
