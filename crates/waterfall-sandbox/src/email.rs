//! The e-mail addresses that a launch may contain.
//!
//! The error codes are the API's. Its limits are not published; those here are the
//! sandbox's own.

use crate::domain;
use crate::envelope::{ApiError, Code};

const MAX_LENGTH: usize = 254;
const MAX_LOCAL_LENGTH: usize = 64;
const MAX_DIGITS: usize = 8;
const MAX_CONSECUTIVE_DIGITS: usize = 5;

const ROLES: [&str; 32] = [
    "abuse",
    "accounting",
    "admin",
    "administrator",
    "billing",
    "careers",
    "compliance",
    "contact",
    "enquiries",
    "finance",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "jobs",
    "legal",
    "mail",
    "marketing",
    "media",
    "no-reply",
    "noreply",
    "office",
    "postmaster",
    "press",
    "privacy",
    "sales",
    "security",
    "support",
    "team",
    "webmaster",
];

/// An address in lower case, split at the `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email {
    pub(crate) local: String,
    pub(crate) domain: String,
}

impl Email {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        if text.chars().count() > MAX_LENGTH {
            return Err(ApiError::new(Code::EmailTooLong));
        }
        let Some((local, domain)) = split(text) else {
            let detail = format!("'{text}' is not a valid email address");
            return Err(ApiError::new(Code::EmailInvalid).detail(detail));
        };
        match fault_of(&local, &domain) {
            Some(code) => Err(ApiError::new(code)),
            None => Ok(Self { local, domain }),
        }
    }
}

fn split(text: &str) -> Option<(String, String)> {
    let (local, domain) = text.split_once('@')?;
    let (local, domain) = (local.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let atoms = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char));
    let fits = local.len() <= MAX_LOCAL_LENGTH && atoms && domain::is_host_name(&domain);
    fits.then_some((local, domain))
}

fn is_atom_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c)
}

fn fault_of(local: &str, domain: &str) -> Option<Code> {
    let digits = local.chars().filter(char::is_ascii_digit).count();
    let longest_run =
        local.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
    if ROLES.contains(&local) {
        Some(Code::EmailRole)
    } else if digits > MAX_DIGITS {
        Some(Code::EmailTooManyDigits)
    } else if longest_run > MAX_CONSECUTIVE_DIGITS {
        Some(Code::EmailConsecutiveDigits)
    } else if domain::is_disposable(domain) {
        Some(Code::DomainDisposable)
    } else {
        None
    }
}
