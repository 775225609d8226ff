//! E-mail verification.

use serde_json::json;

use crate::companies::{self, CATCH_ALL, NOBODY};
use crate::directory;
use crate::email::Email;
use crate::endpoint::{Endpoint, JobType};
use crate::envelope::ApiError;
use crate::form::{Fields, Rule, bad_request, text};
use crate::operation::{Counters, Findings, JobOperation};
use crate::person_query::Query;
use crate::prices;
use crate::rng::{Rng, fingerprint, identity};

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::EmailVerification,
    launch: Endpoint::VerifyEmail,
    find: None,
    at_once: true,
    feature: None,
    form: &[("email", Rule::Text(0, usize::MAX)), ("custom_fields", Rule::CustomFields)],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "verify_email_requests",
        found: "verify_email_verified",
        phones: None,
    }),
    identify: |fields| {
        address(fields)?;
        Ok(identity(fields))
    },
    run: |launch| {
        let email = address(&launch.fields)?;
        let status = status(&email);
        let knows_provider = !matches!(status, "unknown" | "risky");
        let (provider, host) = companies::mail(&email.domain);
        let hosts = if email.domain == NOBODY || status == "unknown" { vec![] } else { vec![host] };
        let output = json!({ "email": {
            "email": format!("{}@{}", email.local, email.domain),
            "domain": email.domain,
            "email_status": status,
            "smtp_provider": (knows_provider && !hosts.is_empty()).then_some(provider),
            "mx_records": hosts,
        } });
        Ok(Findings::new(output).with_result(status != "unknown", prices::VERIFIED_EMAIL))
    },
};

fn address(fields: &Fields) -> Result<Email, ApiError> {
    let text = text(fields, "email").ok_or_else(|| bad_request("email: Field required"))?;
    Email::parse(text)
}

/// The address of a person is valid. Of the others, one in ten gets no verdict.
fn status(email: &Email) -> &'static str {
    if email.domain == CATCH_ALL {
        return "risky";
    }
    let address = format!("{}@{}", email.local, email.domain);
    let person = directory::find(&Query::Email(email.clone()), false);
    let is_theirs = person.is_some_and(|person| {
        person["professional_email"] == address.as_str()
            || person["personal_email"] == address.as_str()
    });
    let mut rng = Rng::new(fingerprint(&[b"verify", address.as_bytes()]));
    if is_theirs {
        "valid"
    } else if email.domain != NOBODY && email.local != "nobody" && rng.below(10) == 0 {
        "unknown"
    } else {
        "invalid"
    }
}
