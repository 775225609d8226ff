//! Parses how launches identify a person: by e-mail, by LinkedIn profile, or by name and domain.

use crate::domain;
use crate::email::Email;
use crate::envelope::{ApiError, Code};
use crate::form::{Fields, bad_request, text};
use crate::rng::fingerprint;

/// The person to find, by search strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    Email(Email),
    /// The last segment of the profile's URL, in lower case.
    Linkedin(String),
    Name {
        first: String,
        last: String,
        domain: String,
    },
}

/// The strategy that takes precedence if several are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preference {
    Email,
    Linkedin,
}

impl Query {
    /// Returns the first strategy whose fields the launch has, in the API's order.
    pub(crate) fn of(fields: &Fields, preference: Preference) -> Result<Self, ApiError> {
        let email = || text(fields, "email").map(Self::by_email);
        let linkedin =
            || text(fields, "linkedin").map(|profile| Self::by_profile("linkedin", profile));
        let preferred = match preference {
            Preference::Email => email().or_else(linkedin),
            Preference::Linkedin => linkedin().or_else(email),
        };
        if let Some(query) = preferred {
            return query;
        }
        let names = match (
            text(fields, "full_name"),
            text(fields, "first_name"),
            text(fields, "last_name"),
        ) {
            (Some(full), _, _) => Some(split_name(full)),
            (None, Some(first), Some(last)) => Some((first.trim(), last.trim())),
            _ => None,
        };
        let (Some((first, last)), Some(domain)) = (names, text(fields, "domain")) else {
            return Err(bad_request(
                "requires one of: email; linkedin; full_name and domain; first_name, \
                 last_name and domain",
            ));
        };
        let parts_fit = is_name(first)
            && (is_name(last) || last.is_empty() && text(fields, "full_name").is_some());
        if !parts_fit {
            return Err(ApiError::new(Code::BadName));
        }
        Ok(Self::Name {
            first: first.to_owned(),
            last: last.to_owned(),
            domain: domain::parse(domain)?,
        })
    }

    pub(crate) fn by_email(address: &str) -> Result<Self, ApiError> {
        Email::parse(address).map(Self::Email)
    }

    /// Returns the query for a profile from the field of this name.
    pub(crate) fn by_profile(field: &str, profile: &str) -> Result<Self, ApiError> {
        let slug = profile_slug(profile, "in");
        slug.map(Self::Linkedin).ok_or_else(|| {
            bad_request(format!("{field}: must be the URL of a profile or its last segment"))
        })
    }

    /// Returns the query for a full name at a checked domain.
    pub(crate) fn by_full_name(full_name: &str, domain: &str) -> Result<Self, ApiError> {
        let (first, last) = split_name(full_name);
        if !is_name(first) {
            return Err(ApiError::new(Code::BadName));
        }
        Ok(Self::Name { first: first.to_owned(), last: last.to_owned(), domain: domain.to_owned() })
    }

    pub(crate) fn number(&self) -> u64 {
        match self {
            Self::Email(email) => {
                fingerprint(&[b"e", email.local.as_bytes(), email.domain.as_bytes()])
            }
            Self::Linkedin(slug) => fingerprint(&[b"l", slug.as_bytes()]),
            Self::Name { first, last, domain } => {
                fingerprint(&[b"n", first.as_bytes(), last.as_bytes(), domain.as_bytes()])
            }
        }
    }
}

/// The last word is the last name.
fn split_name(full: &str) -> (&str, &str) {
    let full = full.trim();
    full.rsplit_once(char::is_whitespace)
        .map_or((full, ""), |(first, last)| (first.trim_end(), last))
}

/// The API does not document its rule for names. Here, a name consists of letters and common
/// punctuation of names.
fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphabetic() || !c.is_ascii() || " '.,-()".contains(c);
    text.chars().any(char::is_alphabetic) && text.chars().all(fits)
}

/// Returns the last segment of a LinkedIn URL with this folder, in lower case.
pub(crate) fn profile_slug(text: &str, folder: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let address = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let bare = address.unwrap_or(&text);
    let slug = match bare.split_once(&format!("linkedin.com/{folder}/")) {
        Some((host, path)) if host.is_empty() || host.ends_with('.') => {
            path.split(['/', '?', '#']).next().unwrap_or_default()
        }
        None if address.is_none() => bare,
        _ => return None,
    };
    let fits =
        !slug.is_empty() && !slug.contains(|c: char| c.is_whitespace() || "/?#@".contains(c));
    fits.then(|| slug.to_owned())
}
