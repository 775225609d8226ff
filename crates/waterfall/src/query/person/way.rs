//! [`Way`]: the one way to name the person that is sent.

use super::named::Named;
use crate::query::{domain, email, linkedin, name};

const FULL_NAME_MAX: usize = 250;
const NAME_MAX: usize = 100;

const DOMAIN_MISSING: &str =
    "domain is missing beside the name; give the company's domain, such as acme.com";
const NOBODY: &str = "no person is named; give email, linkedin, full_name with domain, or \
                      first_name and last_name with domain";

/// The way to name the person that is sent. All texts are clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) enum Way {
    Email(String),
    /// The last part of the profile's URL.
    Linkedin(String),
    FullName {
        name: String,
        domain: String,
    },
    FirstAndLastName {
        first: String,
        last: String,
        domain: String,
    },
}

/// The order of priority of the ways; names come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Order {
    /// E-mail address, then LinkedIn profile, for contact enrichment.
    EmailFirst,
    /// LinkedIn profile, then e-mail address, for phone enrichment.
    LinkedinFirst,
}

impl Way {
    /// Returns the first usable way in the API's order, and the problems of those before it. The
    /// error contains the problems of all ways.
    pub(in crate::query) fn of(
        named: &Named,
        order: Order,
    ) -> Result<(Self, Vec<String>), Vec<String>> {
        let mut problems = Vec::new();
        let by_email = |problems: &mut _| value(email::parse, &named.email, problems);
        let by_email = |problems: &mut _| by_email(problems).map(Self::Email);
        let by_profile = |problems: &mut _| value(linkedin::parse, &named.linkedin, problems);
        let by_profile = |problems: &mut _| by_profile(problems).map(Self::Linkedin);
        let found = match order {
            Order::EmailFirst => by_email(&mut problems).or_else(|| by_profile(&mut problems)),
            Order::LinkedinFirst => by_profile(&mut problems).or_else(|| by_email(&mut problems)),
        };
        if let Some(way) = found {
            return Ok((way, problems));
        }
        match by_name(named, &mut problems) {
            Some(way) => Ok((way, problems)),
            None if problems.is_empty() => Err(vec![nobody(named)]),
            None => Err(problems),
        }
    }

    /// Returns the fields that are sent.
    pub(in crate::query) fn named(self) -> Named {
        match self {
            Self::Email(address) => Named { email: Some(address), ..Named::default() },
            Self::Linkedin(slug) => {
                Named { linkedin: Some(linkedin::sent(&slug)), ..Named::default() }
            }
            Self::FullName { name, domain } => {
                Named { full_name: Some(name), domain: Some(domain), ..Named::default() }
            }
            Self::FirstAndLastName { first, last, domain } => Named {
                first_name: Some(first),
                last_name: Some(last),
                domain: Some(domain),
                ..Named::default()
            },
        }
    }
}

fn value(
    parse: impl FnOnce(&str) -> Result<Option<String>, String>,
    given: &Option<String>,
    problems: &mut Vec<String>,
) -> Option<String> {
    parse(given.as_deref()?).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    })
}

fn by_name(named: &Named, problems: &mut Vec<String>) -> Option<Way> {
    let mut part = |field, given: &Option<String>, max| {
        value(|given| name::parse(field, given, max), given, problems)
    };
    let full = part("full_name", &named.full_name, FULL_NAME_MAX);
    let first = part("first_name", &named.first_name, NAME_MAX);
    let last = part("last_name", &named.last_name, NAME_MAX);
    if full.is_none() && first.is_none() && last.is_none() {
        return None;
    }
    let before = problems.len();
    let domain = value(domain::parse, &named.domain, problems);
    let is_missing = domain.is_none() && problems.len() == before;
    if is_missing {
        problems.push(DOMAIN_MISSING.to_owned());
    }
    match (full, first, last) {
        (Some(name), _, _) => Some(Way::FullName { name, domain: domain? }),
        (None, Some(first), Some(last)) => {
            Some(Way::FirstAndLastName { first, last, domain: domain? })
        }
        (None, first, _) => {
            let missing = if first.is_none() { "first_name" } else { "last_name" };
            if !problems.iter().any(|problem| problem.starts_with(missing)) {
                problems.push(format!("{missing} is missing; give it, or full_name"));
            }
            None
        }
    }
}

/// Returns what is missing if no value has a problem.
fn nobody(named: &Named) -> String {
    let Named { email, linkedin, full_name, first_name, last_name, domain } = named;
    let given = [email, linkedin, full_name, first_name, last_name];
    match given.map(Option::is_some) {
        [true, false, false, false, false] => {
            "email is empty; give an address such as jane.doe@acme.com".to_owned()
        }
        [false, true, false, false, false] => {
            "linkedin is empty; give a profile such as linkedin.com/in/jane-doe-abc123".to_owned()
        }
        [false, false, true, false, false] => {
            "full_name is empty; give a person's name, such as Jane Doe".to_owned()
        }
        [false, false, false, true, true] => {
            "first_name and last_name are empty; give both, such as Jane and Doe".to_owned()
        }
        [false, false, false, false, false] if domain.is_some() => {
            "a domain alone names no person; add full_name, or first_name and last_name".to_owned()
        }
        _ => NOBODY.to_owned(),
    }
}
